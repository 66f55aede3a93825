"""Do the clusters cut through groups of another shape: moons, rings, chains?

Single linkage follows a group of any shape as long as no step in it is long. Where it finds groups
that the clusters divide, the clusters are pieces of these.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.metrics import adjusted_rand_score
from kmeans_core.selection.clusterers import labels_for
from kmeans_core.selection.structure.spanning_tree import SingleLinkage
from kmeans_core.selection.structure.valley import ways_between

BRIDGE_FACTOR = 1.3  # over the longest bridge in tables without groups; below, it may be chance
SAME = 0.7  # adjusted Rand index of two clusterings that are called the same
EQUAL = 0.97  # of clusters that are the groups, but for single rows
WHOLE = 0.95  # share of a group's rows that makes it whole; of all rows, that clusters leave whole
VALLEY = 0.3  # rows midway over rows near the centers: below, borders run along valleys


class Shape(NamedTuple):
    """What single linkage finds, and what the clusters make of it."""

    n_groups: int  # 1 where no gap is longer than chance makes it
    agreement: float  # adjusted Rand index of the groups and k-means with their number; NaN for one
    followed: bool  # whether the clusters are the groups (adjusted Rand index 0.7)
    round: bool  # whether no cluster cuts through a group, or is a group of another shape


NO_GROUPS = Shape(1, float("nan"), False, True)


def shape_of(X: np.ndarray, labels: np.ndarray, longest: float, n_init: int, seed: int) -> Shape:
    """The groups of single linkage beside the clusters.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
    labels : ndarray of int, shape (n_samples,)
    longest : float
        Steps longer than this number of median steps are cut.
    n_init, seed
        Of k-means with one cluster for each group.

    Returns
    -------
    Shape

    Notes
    -----
    The clusters are called round if 95% of the rows are in a cluster that lies in one group,
    or in a group that lies in one cluster (95% of its rows each), and if one of two holds:

    - k-means with the same number of clusters finds the groups (adjusted Rand index 0.7);
    - the clusters are not the groups themselves (adjusted Rand index 0.97), as those of a linkage
      can be; between the clusters of a group lie valleys below 0.3; and the midpoint of the
      straight way from one to the next is no further from the nearest row than steps within a
      group are long.

    Single linkage joins round groups that touch; the pieces of a moon have no valley between them,
    or the straight way between them leaves it. Measured on the tuning half of the generated tables
    in benchmarks/truth: of 15 tables of round groups of which some touch, 14 have valleys up to
    0.25 and one 0.32, and midpoints up to 0.9 steps away; of 34 tables of moons, rings, chains and
    strips each has a valley above 0.33 or a midpoint more than 1.4 steps away.

    O(n^2 d) time, O(n) memory.
    """
    tree = SingleLinkage(X)
    group, n_groups = tree.groups(longest)
    if n_groups < 2:
        return NO_GROUPS
    found = labels_for(X, n_groups, "kmeans", n_init, seed)
    has_group = group >= 0
    X, labels, group, found = X[has_group], labels[has_group], group[has_group], found[has_group]
    agreement = float(adjusted_rand_score(group, found))
    _, codes = np.unique(labels, return_inverse=True)
    codes = codes.reshape(-1)
    follows = float(adjusted_rand_score(group, labels))
    is_round = _share_left_whole(codes, group) >= WHOLE and (
        agreement >= SAME
        or (follows < EQUAL and _has_valleys(X, codes, group, longest * tree.median_step()))
    )
    return Shape(n_groups, agreement, follows >= SAME, is_round)


def _has_valleys(X: np.ndarray, codes: np.ndarray, group: np.ndarray, step: float) -> bool:
    """Whether round groups touch here, rather than pieces of one; `step`: the longest one inside"""
    ways = ways_between(X, codes, group)
    return np.isnan(ways.valley) or (ways.valley < VALLEY and ways.emptiest <= step)


def _share_left_whole(clusters: np.ndarray, groups: np.ndarray) -> float:
    """Rows of clusters that lie in one group, and of groups that lie in one cluster."""
    common = np.zeros((int(clusters.max()) + 1, int(groups.max()) + 1))
    np.add.at(common, (clusters, groups), 1.0)
    in_cluster = common / common.sum(axis=1, keepdims=True)
    in_group = common / common.sum(axis=0, keepdims=True)
    return float(common[np.maximum(in_cluster, in_group) >= WHOLE].sum() / len(groups))
