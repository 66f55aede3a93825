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
from typing import Any

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.hierarchy.distances.check_fits import ONLY_A_SAMPLE, check_fits
from kmeans_core.hierarchy.distances.source import (
    METRICS,
    Source,
    check_condensed,
    condensed_of_callable,
    source_of_condensed,
    source_of_vectors,
    square,
)
from kmeans_core.hierarchy.tree.linkage_matrix import check_tree, children_of, leaves_list
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
    check_fits(24 * n_samples**2, n_samples, ONLY_A_SAMPLE)
    leaves = leaves_list(Z)
    distances = np.ascontiguousarray(square(source)[np.ix_(leaves, leaves)])
    children, bounds = children_of(Z), _bounds(Z, leaves)
    costs = np.zeros((n_samples, n_samples))
    _fill_costs(children, bounds, distances, np.empty(n_samples), costs)
    stack = np.empty((n_samples, 3), dtype=np.int64)
    _turn_branches(children, bounds, distances, costs, stack)
    return np.column_stack([children.astype(np.float64), Z[:, 2:]])


def _source(y: Any, metric: str | Callable) -> Source:
    if np.ndim(y) == 1:
        return source_of_condensed(check_condensed(y))
    X = check_matrix(y, "y", dtype=np.float64, min_rows=2)
    if callable(metric):
        return source_of_condensed(condensed_of_callable(X, metric))
    return source_of_vectors(X, check_choice(metric, "metric", METRICS), len(X))


def _bounds(Z: np.ndarray, leaves: np.ndarray) -> np.ndarray:
    """First place of each cluster's leaves in `leaves`, and the place after its last."""
    n_samples = len(leaves)
    bounds = np.empty((2 * n_samples - 1, 2), dtype=np.int64)
    bounds[leaves, 0] = np.arange(n_samples)
    bounds[:n_samples, 1] = bounds[:n_samples, 0] + 1
    _join_bounds(children_of(Z), bounds)
    return bounds


@kernel
def _join_bounds(
    children,  # IN  (n_samples - 1, 2)
    bounds,  # INOUT (2 * n_samples - 1, 2): those of rows on entry
):
    """Writes the bounds of merged clusters."""
    n_samples = children.shape[0] + 1
    for t in range(n_samples - 1):
        bounds[n_samples + t, 0] = bounds[children[t, 0], 0]
        bounds[n_samples + t, 1] = bounds[children[t, 1], 1]


@device
def _far_side(children, bounds, cluster, leaf):
    """Places of the leaves that can stand at the other end of a cluster that begins with `leaf`."""
    n_samples = children.shape[0] + 1
    if cluster < n_samples:
        return leaf, leaf + 1
    left, right = children[cluster - n_samples, 0], children[cluster - n_samples, 1]
    if bounds[left, 0] <= leaf < bounds[left, 1]:
        return bounds[right, 0], bounds[right, 1]
    return bounds[left, 0], bounds[left, 1]


@kernel
def _fill_costs(
    children,  # IN  (n_samples - 1, 2)
    bounds,  # IN  (2 * n_samples - 1, 2)
    distances,  # IN  (n_samples, n_samples), rows in the order of the leaves
    through,  # WORK (n_samples,)
    costs,  # INOUT (n_samples, n_samples), zeros on entry
):
    """Writes the cost of every pair of ends, symmetric, in the order of the leaves."""
    for t in range(children.shape[0]):
        left, right = children[t, 0], children[t, 1]
        for u in range(bounds[left, 0], bounds[left, 1]):
            _reach(children, bounds, distances, costs, left, right, u, through)
            for w in range(bounds[right, 0], bounds[right, 1]):
                first, last = _far_side(children, bounds, right, w)
                best = np.inf
                for k in range(first, last):
                    best = min(best, through[k] + costs[w, k])
                costs[u, w] = best
        for u in range(bounds[left, 0], bounds[left, 1]):
            for w in range(bounds[right, 0], bounds[right, 1]):
                costs[w, u] = costs[u, w]


@device
def _reach(children, bounds, distances, costs, branch, other, u, through):
    """through[k] = min over m of cost[u, m] + distance[m, k], for every k of the other branch."""
    for k in range(bounds[other, 0], bounds[other, 1]):
        through[k] = np.inf
    first, last = _far_side(children, bounds, branch, u)
    for m in range(first, last):
        cost = costs[u, m]
        for k in range(bounds[other, 0], bounds[other, 1]):
            value = cost + distances[m, k]
            through[k] = value if value < through[k] else through[k]


@kernel
def _turn_branches(
    children,  # INOUT (n_samples - 1, 2): exchanged where the right branch goes to the left
    bounds,  # IN  (2 * n_samples - 1, 2)
    distances,  # IN  (n_samples, n_samples)
    costs,  # IN  (n_samples, n_samples)
    stack,  # WORK (n_samples, 3): clusters with their leftmost and rightmost leaf
):
    """Follow the best ends from the root down."""
    n_samples = children.shape[0] + 1
    root = 2 * n_samples - 2
    left, right = children[n_samples - 2, 0], children[n_samples - 2, 1]
    stack[0, 0], stack[0, 1], stack[0, 2] = root, bounds[left, 0], bounds[right, 0]
    for u in range(bounds[left, 0], bounds[left, 1]):
        for w in range(bounds[right, 0], bounds[right, 1]):
            if costs[u, w] < costs[stack[0, 1], stack[0, 2]]:
                stack[0, 1], stack[0, 2] = u, w
    n_waiting = 1
    while n_waiting > 0:
        n_waiting -= 1
        cluster, u, w = stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2]
        if cluster < n_samples:
            continue
        left, right = children[cluster - n_samples, 0], children[cluster - n_samples, 1]
        turned = not bounds[left, 0] <= u < bounds[left, 1]
        if turned:
            left, right = right, left
        first, last = _far_side(children, bounds, left, u)
        first_k, last_k = _far_side(children, bounds, right, w)
        best, inner_left, inner_right = np.inf, first, first_k
        for m in range(first, last):
            for k in range(first_k, last_k):
                cost = costs[u, m] + distances[m, k] + costs[k, w]
                if cost < best:
                    best, inner_left, inner_right = cost, m, k
        if turned:  # only now: `_far_side` reads the old order of this cluster's own children
            children[cluster - n_samples, 0], children[cluster - n_samples, 1] = left, right
        stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2] = left, u, inner_left
        n_waiting += 1
        stack[n_waiting, 0], stack[n_waiting, 1], stack[n_waiting, 2] = right, inner_right, w
        n_waiting += 1
