"""Hierarchical clustering: trees of merges, from the rows up."""

from kmeans_core.hierarchy.agglomerative import AgglomerativeClustering
from kmeans_core.hierarchy.linkage import linkage
from kmeans_core.hierarchy.tree.cophenetic import cophenet
from kmeans_core.hierarchy.tree.cut_tree import cut_tree
from kmeans_core.hierarchy.tree.dendrogram import dendrogram
from kmeans_core.hierarchy.tree.fcluster import (
    fcluster,
    inconsistent,
    maxdists,
    maxinconsts,
    maxRstat,
)
from kmeans_core.hierarchy.tree.leaf_order import optimal_leaf_ordering
from kmeans_core.hierarchy.tree.linkage_matrix import leaves_list
from kmeans_core.hierarchy.tree.nodes import ClusterNode, to_tree
from kmeans_core.hierarchy.ward_of_centers import WardOfCenters

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
