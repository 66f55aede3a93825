"""The nearest of some points for every row, in any metric: how a tree labels new rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.distances.argmin import smallest
from kmeans_core.hierarchy.distances.source import (
    FLOAT64,
    padded,
    source_of_vectors,
    write_row,
)


def nearest_points(rows: np.ndarray, points: np.ndarray, metric: str | Callable) -> np.ndarray:
    """Number of the point nearest to each row, the lowest on ties; O(n m d) time, O(n d) memory.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, n_features)
    points : ndarray of float64, shape (m, n_features)
    metric : str or callable
        As in `linkage`.
    """
    if callable(metric):
        return np.array([np.argmin([metric(row, p) for p in points]) for row in rows], dtype=int)
    source = source_of_vectors(np.concatenate([points, rows]), metric, len(points))
    nearest = np.empty(len(rows), dtype=np.int64)
    line = aligned_empty(padded(len(points)), FLOAT64)
    _find_nearest(source, np.arange(padded(len(points))), len(points), line, nearest)
    return nearest


@kernel
def _find_nearest(
    source,  # IN  Source: the points, then the rows
    numbers,  # IN  (columns,) 0, 1, 2 ...
    n_points,  # IN
    line,  # WORK (columns,)
    nearest,  # OUT (n,)
):
    """Writes the nearest point of each row."""
    for i in range(nearest.shape[0]):
        write_row(source, n_points + i, numbers, n_points, 0, line)
        for column in range(n_points, line.shape[0]):
            line[column] = np.inf
        nearest[i] = smallest(line, n_points)
