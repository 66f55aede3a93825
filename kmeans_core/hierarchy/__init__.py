"""Hierarchical clustering: trees of merges, from the rows up."""

from kmeans_core.hierarchy.agglomerative import AgglomerativeClustering
from kmeans_core.hierarchy.dendrogram import cut_tree, leaves_list
from kmeans_core.hierarchy.drawing import dendrogram
from kmeans_core.hierarchy.linkage import linkage

__all__ = ["AgglomerativeClustering", "cut_tree", "dendrogram", "leaves_list", "linkage"]
