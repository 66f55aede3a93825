"""Optimal leaf order: turn the branches of a tree so that neighbouring leaves are near.

A tree over n rows can be drawn in 2^(n-1) ways. Bar-Joseph, Gifford and Jaakkola 2001,
doi 10.1093/bioinformatics/17.suppl_1.S22, find one with the least sum of distances between
neighbouring leaves, by dynamic programming from the leaves up:

    cost[u, w]   the least sum for the subtree where rows u and w meet, when u is its leftmost leaf
                 and w its rightmost

Every two rows meet in one subtree, so one matrix holds it all. For rows u of the left branch and w
of the right one the inner ends m and k are free, but on the far side of their branch:

    cost[u, w] = min over m, k of cost[u, m] + distance[m, k] + cost[k, w]

We minimise over m first, then over k, which makes two min-plus products of plain loops; the paper
and SciPy enumerate pairs in sorted order with early stopping instead.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.hierarchy.distances.check_fits import ONLY_SAMPLE, check_fits
from kmeans_core.hierarchy.distances.precomputed import check_condensed, condensed_of_pairs
from kmeans_core.hierarchy.distances.source import (
    METRICS,
    Source,
    source_of_condensed,
    source_of_vectors,
    square_matrix,
)
from kmeans_core.hierarchy.tree.linkage_matrix import (
    check_tree,
    children_of,
    leaf_ranges,
    leaves_list,
)
from kmeans_core.validation import check_choice, check_matrix


def optimal_leaf_ordering(Z: Any, y: Any, metric: str | Callable = "euclidean") -> np.ndarray:
    """The same tree with its branches turned so that neighbouring leaves are as near as can be.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    y : array-like
        The rows as vectors, or their condensed distances, as in `linkage`.
    metric : str or callable
        As in `linkage`; not used for condensed distances.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        `Z` with some of its first two columns exchanged: the branch on the left comes first, so
        `leaves_list` and `dendrogram` show the new order.

    Raises
    ------
    ValueError
        A bad `Z` or `y`, or of different numbers of rows.
    MemoryError
        Three matrices of 8 n^2 bytes do not fit in the memory available now.

    Notes
    -----
    O(n^3) time at most, less for deep trees; 24 n^2 bytes. Of several best orders the first found
    is taken.
    """
    Z = check_tree(Z)
    n_samples = len(Z) + 1
    source = _source(y, metric)
    if source.n_samples != n_samples:
        raise ValueError(f"Z has {n_samples} rows, but y has {source.n_samples}.")
    check_fits(24 * n_samples**2, n_samples, ONLY_SAMPLE)
    leaves = leaves_list(Z)
    turns = _Turns(
        children=children_of(Z),
        ranges=leaf_ranges(Z),
        distances=np.ascontiguousarray(square_matrix(source)[np.ix_(leaves, leaves)]),
        costs=np.zeros((n_samples, n_samples)),
    )
    _fill_costs(turns, np.empty(n_samples))
    _turn_branches(turns, np.empty((n_samples, 3), dtype=np.int64))
    return np.column_stack([turns.children.astype(np.float64), Z[:, 2:]])


class _Turns(NamedTuple):
    """A tree and the costs of its ends; rows are in the order of the leaves before any turn."""

    children: np.ndarray  # (n_samples - 1, 2)
    ranges: np.ndarray  # (2 n_samples - 1, 2), see `leaf_ranges`
    distances: np.ndarray  # (n_samples, n_samples)
    costs: np.ndarray  # (n_samples, n_samples)


def _source(y: Any, metric: str | Callable) -> Source:
    if np.ndim(y) == 1:
        return source_of_condensed(check_condensed(y))
    X = check_matrix(y, "y", dtype=np.float64, min_rows=2)
    if callable(metric):
        return source_of_condensed(condensed_of_pairs(metric, X))
    return source_of_vectors(X, check_choice(metric, "metric", METRICS), len(X))


@device
def _far_side(turns, cluster, leaf):
    """Start and stop of the leaves that can end a cluster whose other end is `leaf`."""
    children, ranges, n_samples = turns.children, turns.ranges, turns.children.shape[0] + 1
    if cluster < n_samples:
        return leaf, leaf + 1
    left, right = children[cluster - n_samples, 0], children[cluster - n_samples, 1]
    if ranges[left, 0] <= leaf < ranges[left, 1]:
        return ranges[right, 0], ranges[right, 1]
    return ranges[left, 0], ranges[left, 1]


@kernel
def _fill_costs(
    turns,  # INOUT _Turns: costs, zeros on entry
    through,  # WORK (n_samples,)
):
    """Writes the cost of every pair of ends, symmetric."""
    ranges, costs = turns.ranges, turns.costs
    for t in range(turns.children.shape[0]):
        left, right = turns.children[t, 0], turns.children[t, 1]
        for u in range(ranges[left, 0], ranges[left, 1]):
            _reach(turns, left, right, u, through)
            for w in range(ranges[right, 0], ranges[right, 1]):
                start, stop = _far_side(turns, right, w)
                best = np.inf
                for k in range(start, stop):
                    best = min(best, through[k] + costs[w, k])
                costs[u, w] = best
        for u in range(ranges[left, 0], ranges[left, 1]):
            for w in range(ranges[right, 0], ranges[right, 1]):
                costs[w, u] = costs[u, w]


@device
def _reach(turns, branch, other, u, through):
    """through[k] = min over m of cost[u, m] + distance[m, k], for every k of the other branch."""
    ranges, distances = turns.ranges, turns.distances
    for k in range(ranges[other, 0], ranges[other, 1]):
        through[k] = np.inf
    start, stop = _far_side(turns, branch, u)
    for m in range(start, stop):
        cost = turns.costs[u, m]
        for k in range(ranges[other, 0], ranges[other, 1]):
            value = cost + distances[m, k]
            through[k] = value if value < through[k] else through[k]


@kernel
def _turn_branches(
    turns,  # INOUT _Turns: children, exchanged where the right branch goes to the left
    stack,  # WORK (n_samples, 3): clusters with their leftmost and rightmost leaf
):
    """Follows the best ends from the root down."""
    children, ranges, n_samples = turns.children, turns.ranges, turns.children.shape[0] + 1
    stack[0, 0] = 2 * n_samples - 2
    stack[0, 1], stack[0, 2] = _best_ends(turns)
    n_waiting = 1
    while n_waiting > 0:
        n_waiting -= 1
        cluster, u, w = stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2]
        if cluster < n_samples:
            continue
        left, right = children[cluster - n_samples, 0], children[cluster - n_samples, 1]
        turned = not ranges[left, 0] <= u < ranges[left, 1]
        if turned:
            left, right = right, left
        m, k = _best_inner_ends(turns, left, right, u, w)
        if turned:  # only now: `_far_side` reads the old order of this cluster's own children
            children[cluster - n_samples, 0], children[cluster - n_samples, 1] = left, right
        stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2] = left, u, m
        n_waiting += 1
        stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2] = right, k, w
        n_waiting += 1


@device
def _best_ends(turns):
    """The ends of the whole tree at the least cost."""
    children, ranges, costs = turns.children, turns.ranges, turns.costs
    left, right = children[children.shape[0] - 1, 0], children[children.shape[0] - 1, 1]
    first, last = ranges[left, 0], ranges[right, 0]
    for u in range(ranges[left, 0], ranges[left, 1]):
        for w in range(ranges[right, 0], ranges[right, 1]):
            if costs[u, w] < costs[first, last]:
                first, last = u, w
    return first, last


@device
def _best_inner_ends(turns, left, right, u, w):
    """The ends of two branches that meet, if u and w are their outer ends."""
    costs, distances = turns.costs, turns.distances
    start_m, stop_m = _far_side(turns, left, u)
    start_k, stop_k = _far_side(turns, right, w)
    best, inner_left, inner_right = np.inf, start_m, start_k
    for m in range(start_m, stop_m):
        for k in range(start_k, stop_k):
            cost = costs[u, m] + distances[m, k] + costs[k, w]
            if cost < best:
                best, inner_left, inner_right = cost, m, k
    return inner_left, inner_right
