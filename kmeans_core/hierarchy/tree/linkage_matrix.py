"""The linkage matrix: check one that the caller gives, and list its leaves.

Everywhere `Z` is SciPy's linkage matrix of shape (n_samples - 1, 4), float64: merge ``t`` joins
the clusters ``Z[t, 0]`` and ``Z[t, 1]`` at height ``Z[t, 2]`` into cluster ``n_samples + t`` of
``Z[t, 3]`` rows. Clusters 0 to n_samples - 1 are the rows themselves.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.validation import check_matrix


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


def leaf_ranges(Z: np.ndarray) -> np.ndarray:
    """Start and stop of each cluster's leaves in `leaves_list`, int64, (2 * n_samples - 1, 2)."""
    n_samples = len(Z) + 1
    ranges = np.empty((2 * n_samples - 1, 2), dtype=np.int64)
    ranges[leaves_list(Z), 0] = np.arange(n_samples)
    ranges[:n_samples, 1] = ranges[:n_samples, 0] + 1
    _join_ranges(children_of(Z), ranges)
    return ranges


@kernel
def _list_leaves(
    children,  # IN  (n_samples - 1, 2)
    waiting,  # WORK (n_samples,), a stack
    leaves,  # OUT (n_samples,)
):
    """Writes the rows from left to right."""
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


@kernel
def _join_ranges(
    children,  # IN  (n_samples - 1, 2)
    ranges,  # INOUT (2 * n_samples - 1, 2): those of rows on entry
):
    """Writes the ranges of merged clusters."""
    n_samples = children.shape[0] + 1
    for t in range(n_samples - 1):
        ranges[n_samples + t, 0] = ranges[children[t, 0], 0]
        ranges[n_samples + t, 1] = ranges[children[t, 1], 1]
