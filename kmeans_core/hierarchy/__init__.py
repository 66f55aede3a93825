"""Hierarchical clustering: trees of merges, from the rows up."""

from kmeans_core.hierarchy.agglomerative import AgglomerativeClustering
from kmeans_core.hierarchy.coarse import WardOfCenters
from kmeans_core.hierarchy.cophenetic import cophenet
from kmeans_core.hierarchy.dendrogram import cut_tree, leaves_list
from kmeans_core.hierarchy.drawing import dendrogram
from kmeans_core.hierarchy.flat import fcluster, inconsistent, maxdists, maxinconsts, maxRstat
from kmeans_core.hierarchy.leaf_order import optimal_leaf_ordering
from kmeans_core.hierarchy.linkage import linkage
from kmeans_core.hierarchy.nodes import ClusterNode, to_tree

__all__ = [
    "AgglomerativeClustering",
    "ClusterNode",
    "WardOfCenters",
    "cophenet",
    "cut_tree",
    "dendrogram",
    "fcluster",
    "inconsistent",
    "leaves_list",
    "linkage",
    "maxRstat",
    "maxdists",
    "maxinconsts",
    "optimal_leaf_ordering",
    "to_tree",
]
