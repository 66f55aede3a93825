"""Cophenetic distances: the height at which two rows come into one cluster."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.distances.check_fits import ONLY_SAMPLE, check_fits
from kmeans_core.hierarchy.distances.precomputed import check_condensed
from kmeans_core.hierarchy.distances.source import condensed_index
from kmeans_core.hierarchy.tree.linkage_matrix import (
    check_tree,
    children_of,
    leaf_ranges,
    leaves_list,
)


def cophenet(Z: Any, Y: Any = None) -> np.ndarray | tuple[float, np.ndarray]:
    """The height at which every two rows are first in one cluster.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    Y : array-like of shape (n_samples * (n_samples - 1) / 2,), optional
        The condensed distances that the tree was made from.

    Returns
    -------
    c : float
        Only with `Y`: the correlation of the two sets of distances, which says how well the tree
        keeps them.
    d : ndarray of float64, shape (n_samples * (n_samples - 1) / 2,)
        Cophenetic distances, condensed.

    Raises
    ------
    ValueError
        A bad `Z`, a bad `Y` or one of another length.
    MemoryError
        The result does not fit in the memory available now.

    Notes
    -----
    O(n^2) time and 4 n^2 bytes. Sokal and Rohlf 1962, doi 10.2307/1217208.
    """
    Z = check_tree(Z)
    n_samples = len(Z) + 1
    check_fits(4 * n_samples * (n_samples - 1), n_samples, ONLY_SAMPLE)
    distances = np.empty(n_samples * (n_samples - 1) // 2)
    leaves = leaves_list(Z).astype(np.int64)
    _write_heights(children_of(Z), Z[:, 2].copy(), leaves, leaf_ranges(Z), distances)
    if Y is None:
        return distances
    given = check_condensed(Y, "Y")
    if len(given) != len(distances):
        raise ValueError(f"Y must have {len(distances)} distances, as Z has, got {len(given)}.")
    return _correlation(distances, given), distances


def _correlation(a: np.ndarray, b: np.ndarray) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = np.sqrt((a * a).sum() * (b * b).sum())
    return float((a * b).sum() / scale) if scale > 0 else float("nan")


@kernel
def _write_heights(
    children,  # IN  (n_samples - 1, 2)
    heights,  # IN  (n_samples - 1,)
    leaves,  # IN  (n_samples,) rows from left to right
    ranges,  # IN  (2 * n_samples - 1, 2), see `leaf_ranges`
    distances,  # OUT (n_samples * (n_samples - 1) / 2,)
):
    """Writes for each merge its height, for every pair that it brings together."""
    for t in range(children.shape[0]):
        left, right = children[t, 0], children[t, 1]
        for i in range(ranges[left, 0], ranges[left, 1]):
            for j in range(ranges[right, 0], ranges[right, 1]):
                pair = condensed_index(leaves[i], leaves[j], leaves.shape[0])
                distances[pair] = heights[t]
