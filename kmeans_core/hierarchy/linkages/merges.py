"""From the merges that an algorithm found to a linkage matrix Z: name the clusters, count rows.

Merge ``t`` of Z joins the clusters ``Z[t, 0] < Z[t, 1]`` at height ``Z[t, 2]`` into cluster
``n_samples + t`` of ``Z[t, 3]`` rows. Clusters 0 to n_samples - 1 are the rows themselves.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.linkages.union_find import root


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

    Notes
    -----
    O(n log n) time, O(n) memory.
    """
    n_merges = len(merges)
    Z = np.empty((n_merges, 4))
    Z[:, 2] = heights
    _label_clusters(merges, np.arange(2 * n_merges + 1), np.ones(2 * n_merges + 1), Z)
    return Z


def label_edges(edges: np.ndarray, lengths: np.ndarray) -> np.ndarray:
    """Z of single linkage from the edges of a spanning tree: they are merges, shortest first."""
    order = np.argsort(lengths, kind="stable")
    return label_merges(edges[order], lengths[order])


def number_merges(merges: np.ndarray, heights: np.ndarray) -> np.ndarray:
    """Z from merges that name a cluster by the merge that made it, in the order given.

    Parameters
    ----------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        Below n_samples a row, else the result of merge ``number - n_samples`` of this array, which
        comes earlier in it.
    heights : ndarray of float64, shape (n_samples - 1,)

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
    """
    Z = np.empty((len(merges), 4))
    Z[:, 0], Z[:, 1], Z[:, 2] = merges.min(axis=1), merges.max(axis=1), heights
    _count_rows(merges, np.ones(2 * len(merges) + 1), Z)
    return Z


def sort_merges(merges: np.ndarray, heights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Merges for `number_merges`, lowest first; of equal heights the earlier stays first."""
    order = np.argsort(heights, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    n_samples = len(merges) + 1
    numbers = merges[order]
    merged = numbers >= n_samples
    numbers[merged] = n_samples + rank[numbers[merged] - n_samples]
    return numbers, heights[order]


@kernel
def _label_clusters(
    merges,  # IN  (n_samples - 1, 2)
    parents,  # WORK (2 * n_samples - 1,), each its own parent on entry
    sizes,  # WORK (2 * n_samples - 1,), ones on entry
    Z,  # OUT (n_samples - 1, 4), but for column 2
):
    """Writes the numbers and the size of the clusters that each merge joins."""
    n_samples = Z.shape[0] + 1
    for t in range(n_samples - 1):
        a, b = root(parents, merges[t, 0]), root(parents, merges[t, 1])
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
    """Writes how many rows each merge holds."""
    n_samples = Z.shape[0] + 1
    for t in range(n_samples - 1):
        sizes[n_samples + t] = sizes[merges[t, 0]] + sizes[merges[t, 1]]
        Z[t, 3] = sizes[n_samples + t]
