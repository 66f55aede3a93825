"""The tree as a table of merges: number its clusters, cut it, list its leaves.

Everywhere `Z` is SciPy's linkage matrix of shape (n_samples - 1, 4), float64: merge ``t`` joins
the clusters ``Z[t, 0]`` and ``Z[t, 1]`` at height ``Z[t, 2]`` into cluster ``n_samples + t`` of
``Z[t, 3]`` rows. Clusters 0 to n_samples - 1 are the rows themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.validation import check_matrix, check_n_clusters


def label_merges(merges: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Z from merges that name a cluster by any row in it.

    Parameters
    ----------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        In the order in which they happen.
    heights : ndarray of float64, shape (n_samples - 1,)

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        In each merge the cluster with the lower number comes first.

    Notes
    -----
    O(n log n) time, O(n) memory.
    """
    n_merges = len(merges)
    Z = np.empty((n_merges, 4))
    Z[:, 2] = heights
    _number_clusters(merges, np.arange(2 * n_merges + 1), np.ones(2 * n_merges + 1), Z)
    return Z


def number_merges(merges: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Z from merges that name a cluster by the merge that made it, in any such order.

    Parameters
    ----------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        Below n_samples a row, else the result of merge ``number - n_samples`` of this table, which
        stands earlier in it.
    heights : ndarray of float64, shape (n_samples - 1,)

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        The same merges in the same order.
    """
    Z = np.empty((len(merges), 4))
    Z[:, 0], Z[:, 1], Z[:, 2] = merges.min(axis=1), merges.max(axis=1), heights
    _count_rows(merges, np.ones(2 * len(merges) + 1), Z)
    return Z


def sort_merges(merges: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The same merges from the lowest to the highest; of equal heights the earlier stays first."""
    order = np.argsort(heights, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    n_samples = len(merges) + 1
    numbers = merges[order]
    made = numbers >= n_samples
    numbers[made] = n_samples + rank[numbers[made] - n_samples]
    return numbers, heights[order]


def check_tree(Z: Any) -> np.ndarray:
    """`Z` as a float64 array, if it describes a tree over n_samples rows.

    Raises
    ------
    ValueError
        Not of shape (n_samples - 1, 4), not finite, a negative height, a cluster that is used
        twice or before it exists.
    """
    Z = check_matrix(Z, "Z", dtype=np.float64)
    if Z.shape[1] != 4:
        raise ValueError(f"Z must have 4 columns, as linkage() returns it, got shape {Z.shape}.")
    pairs, n_samples = Z[:, :2], len(Z) + 1
    known = n_samples + np.arange(len(Z))[:, None]
    wrong = (pairs != np.floor(pairs)) | (pairs < 0) | (pairs >= known)
    if wrong.any():
        t = int(np.argmax(wrong.any(axis=1)))
        raise ValueError(
            f"Z[{t}] joins clusters {pairs[t, 0]:g} and {pairs[t, 1]:g}: at that merge they must "
            f"be whole numbers from 0 to {n_samples + t - 1}."
        )
    uses = np.bincount(pairs.astype(np.int64).ravel(), minlength=2 * n_samples - 1)
    if uses.max() > 1:
        raise ValueError(f"Z joins cluster {int(np.argmax(uses))} more than once.")
    if (Z[:, 2] < 0).any():
        t = int(np.argmax(Z[:, 2] < 0))
        raise ValueError(f"Z[{t}, 2] is {Z[t, 2]}: a height must be at least 0.")
    return Z


def children_of(Z: np.ndarray) -> np.ndarray:
    """The two clusters that each merge joins, as int64, shape (n_samples - 1, 2)."""
    return np.ascontiguousarray(Z[:, :2], dtype=np.int64)


def cut_tree(Z: Any, n_clusters: Any = None, height: Any = None) -> np.ndarray:
    """Labels of the rows when the tree is cut.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    n_clusters : int or array-like of int, optional
        How many clusters. Exactly so many come back, also when merges have the same height: the
        last ``n_clusters - 1`` merges of `Z` are undone.
    height : float or array-like of float, optional
        Cut here instead: merges below `height` are kept. Where heights fall (centroid, median),
        the cut comes before the first merge that reaches `height`.

    Returns
    -------
    ndarray of int64, shape (n_samples, n_cuts)
        A column a cut; without `n_clusters` and `height`, all cuts from n_samples clusters to
        one. Labels count from 0 in the order of each cluster's first row.

    Raises
    ------
    ValueError
        Both arguments given, a number of clusters outside 1..n_samples, a NaN height, a bad `Z`.
    TypeError
        A number of clusters that is not whole.

    Notes
    -----
    O(n) time and memory a cut. SciPy's `cut_tree` agrees, but where heights tie or fall it may
    return another number of clusters than asked for.
    """
    Z = check_tree(Z)
    n_samples = len(Z) + 1
    counts = _cluster_counts(Z, n_clusters, height)
    labels = np.empty((n_samples, len(counts)), dtype=np.int64)
    children = children_of(Z)
    for cut, count in enumerate(counts):
        owners = np.arange(2 * n_samples - 1)
        column = np.empty(n_samples, dtype=np.int64)
        _label_rows(children, n_samples - count, owners, np.full(len(owners), -1), column)
        labels[:, cut] = column
    return labels


def _cluster_counts(Z: np.ndarray, n_clusters: Any, height: Any) -> list[int]:
    n_samples = len(Z) + 1
    if n_clusters is not None and height is not None:
        raise ValueError("At least one of either height or n_clusters must be None: give one.")
    if n_clusters is not None:
        wanted = [n_clusters] if np.ndim(n_clusters) == 0 else list(n_clusters)
        return [check_n_clusters(count, n_samples) for count in wanted]
    if height is None:
        return list(range(n_samples, 0, -1))
    try:
        heights = np.atleast_1d(np.asarray(height, dtype=np.float64))
    except (TypeError, ValueError):
        heights = np.full(1, np.nan)
    if heights.ndim != 1 or np.isnan(heights).any():
        raise ValueError(f"height must be a number or a list of numbers, got {height!r}.")
    reached = np.maximum.accumulate(Z[:, 2])
    return [n_samples - int(kept) for kept in np.searchsorted(reached, heights)]


def leaves_list(Z: Any) -> np.ndarray:
    """The rows in the order in which they stand under the tree, left to right.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)

    Returns
    -------
    ndarray of int32, shape (n_samples,)
        ``Z[t, 0]`` stands left of ``Z[t, 1]``, as in SciPy.

    Raises
    ------
    ValueError
        A bad `Z`.

    Notes
    -----
    O(n) time and memory, without recursion.
    """
    Z = check_tree(Z)
    leaves = np.empty(len(Z) + 1, dtype=np.int32)
    _list_leaves(children_of(Z), np.empty(len(Z) + 1, dtype=np.int64), leaves)
    return leaves


@kernel
def _number_clusters(
    merges,  # IN  (n_samples - 1, 2)
    parents,  # WORK (2 * n_samples - 1,), each its own parent on entry
    sizes,  # WORK (2 * n_samples - 1,), ones on entry
    Z,  # OUT (n_samples - 1, 4), but for column 2
):
    """Write the numbers and the size of the clusters that each merge joins."""
    n_samples = Z.shape[0] + 1
    for t in range(n_samples - 1):
        a, b = merges[t, 0], merges[t, 1]
        while parents[a] != a:
            parents[a] = parents[parents[a]]  # halve the path, so that chains stay short
            a = parents[a]
        while parents[b] != b:
            parents[b] = parents[parents[b]]
            b = parents[b]
        parents[a] = n_samples + t
        parents[b] = n_samples + t
        sizes[n_samples + t] = sizes[a] + sizes[b]
        Z[t, 0] = min(a, b)
        Z[t, 1] = max(a, b)
        Z[t, 3] = sizes[n_samples + t]


@kernel
def _count_rows(
    merges,  # IN  (n_samples - 1, 2)
    sizes,  # WORK (2 * n_samples - 1,), ones on entry
    Z,  # OUT (n_samples - 1, 4): column 3
):
    """Write how many rows each merge holds."""
    n_samples = Z.shape[0] + 1
    for t in range(n_samples - 1):
        sizes[n_samples + t] = sizes[merges[t, 0]] + sizes[merges[t, 1]]
        Z[t, 3] = sizes[n_samples + t]


@kernel
def _label_rows(
    children,  # IN  (n_samples - 1, 2)
    n_merges,  # IN  how many merges are kept
    owners,  # WORK (2 * n_samples - 1,), each its own owner on entry
    names,  # WORK (2 * n_samples - 1,), -1 on entry
    labels,  # OUT (n_samples,)
):
    """Write the label of each row after the first `n_merges` merges."""
    n_samples = labels.shape[0]
    for t in range(n_merges - 1, -1, -1):
        # A cluster comes before those it was made of, so its owner is already the top one.
        owners[children[t, 0]] = owners[n_samples + t]
        owners[children[t, 1]] = owners[n_samples + t]
    n_labels = 0
    for i in range(n_samples):
        if names[owners[i]] < 0:
            names[owners[i]] = n_labels
            n_labels += 1
        labels[i] = names[owners[i]]


@kernel
def _list_leaves(
    children,  # IN  (n_samples - 1, 2)
    waiting,  # WORK (n_samples,), a stack
    leaves,  # OUT (n_samples,)
):
    """Write the rows from left to right."""
    n_samples = leaves.shape[0]
    waiting[0] = 2 * n_samples - 2
    n_waiting, n_leaves = 1, 0
    while n_waiting > 0:
        n_waiting -= 1
        cluster = waiting[n_waiting]
        if cluster < n_samples:
            leaves[n_leaves] = cluster
            n_leaves += 1
        else:
            waiting[n_waiting] = children[cluster - n_samples, 1]
            waiting[n_waiting + 1] = children[cluster - n_samples, 0]
            n_waiting += 2
