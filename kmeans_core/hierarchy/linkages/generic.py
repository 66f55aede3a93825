"""Any linkage, by the closest pair first with every cluster's nearest neighbour remembered.

Under centroid and median a merged cluster can be nearer to a third one than both its parts were, so
a chain would go wrong and the merges have to be found in their order. Every cluster remembers its
nearest neighbour and the distance to it. After a merge the union's distances are computed once:
where one is below a remembered one it replaces it. A cluster whose neighbour was merged into
another one keeps the old distance as a lower bound and searches anew only when that bound is the
smallest of all.

This is the generic algorithm of Müllner 2011, arXiv:1109.2378, section 3.1, with two changes: a
cluster looks at all others and not only at later ones, and the smallest remembered distance is
found by a pass over them on lanes and not by a heap.

Here it works on a matrix of distances, by the rules of update_rules.py; generic_vectors.py does the
same for centroid and median of vectors, without a matrix.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.hierarchy.distances.argmin import argmin
from kmeans_core.hierarchy.distances.panels import NS_PER_VALUE, infinite, padded
from kmeans_core.hierarchy.distances.source import Source, square_matrix
from kmeans_core.hierarchy.linkages.merges import number_merges
from kmeans_core.hierarchy.linkages.update_rules import METHODS, RULES, update

SEARCHES_PER_MERGE = 4  # seldom more: an upper estimate, for the length of calls


class _Matrix(NamedTuple):
    """The distances of the clusters that exist, and the neighbour of each. Row = slot."""

    distances: np.ndarray  # (n_samples, n_samples)
    sizes: np.ndarray  # (n_samples,), sums of weights
    ids: np.ndarray  # (n_samples,): a row, n_samples + t for the result of merge t, -1 for none
    near: np.ndarray  # (columns,): no other cluster is nearer than this; inf where there is none
    neighbor: np.ndarray  # (n_samples,): the slot of the cluster that was at `near`


def generic_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of any linkage, from any source.

    Parameters
    ----------
    source : Source
        With room for all columns.
    method : str
        One of `METHODS`.
    weight : ndarray of float64, shape (n_samples,), optional

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        Heights may fall if the rule is not reducible.

    Raises
    ------
    MemoryError
        8 n^2 bytes do not fit in the memory available now.

    Notes
    -----
    O(n^2) time for typical data, O(n^3) at worst; O(n) memory beyond the matrix. Of pairs at the
    same distance, one of the cluster whose name (its lowest row) is lowest is merged.
    """
    n_samples = source.n_samples
    matrix = _Matrix(
        distances=square_matrix(source),
        sizes=np.ones(n_samples) if weight is None else weight.copy(),
        ids=np.arange(n_samples),
        near=infinite(padded(n_samples)),
        neighbor=np.full(n_samples, -1),
    )
    merges, heights = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    rule, ns_per_search = METHODS.index(method), NS_PER_VALUE * n_samples
    for start, stop in short_calls(0, n_samples, ns_per_search):
        _find_neighbors(matrix, start, stop)
    for start, stop in short_calls(0, n_samples - 1, SEARCHES_PER_MERGE * ns_per_search):
        _merge_closest(matrix, rule, start, stop, merges, heights)
    if RULES[method].reducible:
        heights = np.maximum.accumulate(heights)  # they fall by rounding only
    return number_merges(merges, heights)


@kernel
def _find_neighbors(
    matrix,  # INOUT _Matrix: near, neighbor
    start,  # IN  first slot
    stop,  # IN
):
    """Writes the nearest cluster of each of these, before any merge."""
    for i in range(start, stop):
        _search(matrix, i)


@kernel
def _merge_closest(
    matrix,  # INOUT _Matrix
    method,  # IN  number of the rule: its index in METHODS
    start,  # IN  first merge
    stop,  # IN
    merges,  # OUT (n_samples - 1, 2)
    heights,  # OUT (n_samples - 1,)
):
    """Writes these merges and their heights."""
    distances, sizes, ids = matrix.distances, matrix.sizes, matrix.ids
    near, neighbor, n_samples = matrix.near, matrix.neighbor, matrix.ids.shape[0]
    for step in range(start, stop):
        x = argmin(near, n_samples)
        while ids[neighbor[x]] < 0 or near[x] < distances[x, neighbor[x]]:  # only a lower bound
            _search(matrix, x)
            x = argmin(near, n_samples)
        x, y = min(x, neighbor[x]), max(x, neighbor[x])
        height = distances[x, y]
        merges[step, 0], merges[step, 1], heights[step] = ids[x], ids[y], height
        ids[x], ids[y], near[y] = n_samples + step, -1, np.inf
        for i in range(n_samples):
            if ids[i] >= 0 and i != x:
                d = update(
                    method, distances[x, i], distances[y, i], height, sizes[x], sizes[y], sizes[i]
                )
                distances[x, i], distances[i, x] = d, d
                if d < near[i]:
                    near[i], neighbor[i] = d, x
        sizes[x] += sizes[y]
        _search(matrix, x)


@device
def _search(matrix, x):
    """Find the nearest cluster of the one in slot x."""
    ids, near, distances = matrix.ids, matrix.near, matrix.distances
    near[x] = np.inf
    for i in range(ids.shape[0]):
        if ids[i] >= 0 and i != x and distances[x, i] < near[x]:
            near[x], matrix.neighbor[x] = distances[x, i], i
