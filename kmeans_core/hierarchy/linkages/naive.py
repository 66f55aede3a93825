"""Agglomerative clustering as it is defined: find the closest pair, merge it, repeat.

The first file to read, together with update_rules.py; the tests hold every faster algorithm to it.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.distances.source import Source, square_matrix
from kmeans_core.hierarchy.linkages.merges import label_merges
from kmeans_core.hierarchy.linkages.update_rules import METHODS, RULES, update


def naive_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z by `naive_merges`, from any source and for any linkage: O(n^3) time, 8 n^2 bytes."""
    merges, heights = naive_merges(square_matrix(source), method, weight)
    if RULES[method].reducible:
        # A mean of two distances may round to just below both; exact heights never fall.
        heights = np.maximum.accumulate(heights)
    return label_merges(merges, heights)


def naive_merges(
    distances: np.ndarray, method: str, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """Merge the closest two clusters until one is left.

    A cluster is named by its first row. Of several pairs at the smallest distance, the one whose
    first name is lowest is merged, then the one whose second is.

    Parameters
    ----------
    distances : ndarray of float64, shape (n_samples, n_samples)
        Symmetric and finite; overwritten.
    method : str
        One of `METHODS`.
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for.

    Returns
    -------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        The names of the clusters merged, lower one first; the union keeps the lower name.
    heights : ndarray of float64, shape (n_samples - 1,)
        Their distances, in the order of the merges.

    Notes
    -----
    O(n^3) time, O(n) memory beyond `distances`.

    References
    ----------
    Lance and Williams 1967, doi 10.1093/comjnl/9.4.373.
    """
    n_samples = len(distances)
    merges = np.empty((n_samples - 1, 2), dtype=np.int64)
    heights = np.empty(n_samples - 1)
    sizes = np.ones(n_samples) if weight is None else weight.copy()
    _merge_closest(distances, METHODS.index(method), sizes, merges, heights)
    return merges, heights


@kernel
def _merge_closest(
    distances,  # INOUT (n_samples, n_samples), symmetric
    method,  # IN  number of the rule: its index in METHODS
    sizes,  # INOUT (n_samples,), rows in each cluster; 0 once it was merged into another one
    merges,  # OUT (n_samples - 1, 2)
    heights,  # OUT (n_samples - 1,)
):
    """Writes the merges and their heights.

    Before each step, `distances[i, j]` is the distance between the clusters i and j where both
    still exist; the columns of the others are infinite, so no minimum falls on them.
    """
    n_samples = distances.shape[0]
    for step in range(n_samples - 1):
        x, y, height = 0, 0, np.inf
        for i in range(n_samples):
            if sizes[i] == 0.0:
                continue
            for j in range(i + 1, n_samples):
                if distances[i, j] < height:  # strict: a tie stays with the lowest pair
                    x, y, height = i, j, distances[i, j]

        merges[step, 0] = x
        merges[step, 1] = y
        heights[step] = height

        for i in range(n_samples):
            if sizes[i] > 0.0 and i != x and i != y:
                distances[x, i] = update(
                    method,
                    distances[x, i],
                    distances[y, i],
                    height,
                    sizes[x],
                    sizes[y],
                    sizes[i],
                )
                distances[i, x] = distances[x, i]
            distances[i, y] = np.inf
        sizes[x] += sizes[y]
        sizes[y] = 0.0
