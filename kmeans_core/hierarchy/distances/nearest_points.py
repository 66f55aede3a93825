"""The nearest of some points for every row, in any metric: how a tree labels new rows."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.hierarchy.distances.argmin import argmin
from kmeans_core.hierarchy.distances.panels import infinite, padded
from kmeans_core.hierarchy.distances.source import ns_per_row, source_of_vectors, write_row


def nearest_points(rows: np.ndarray, points: np.ndarray, metric: str | Callable) -> np.ndarray:
    """Index of the point nearest to each row, the lowest on ties; O(n m d) time, O(n d) memory.

    Parameters
    ----------
    rows : ndarray of float64, shape (n, n_features)
    points : ndarray of float64, shape (m, n_features)
    metric : str or callable
        As in `linkage`.
    """
    if callable(metric):
        return np.array([np.argmin([metric(row, p) for p in points]) for row in rows], dtype=int)
    n_points = len(points)
    source = source_of_vectors(np.concatenate([points, rows]), metric, n_points)
    nearest = np.empty(len(rows), dtype=np.int64)
    columns, distances = np.arange(padded(n_points)), infinite(padded(n_points))
    for start, stop in short_calls(0, len(rows), ns_per_row(n_points, rows.shape[1])):
        _find_nearest(source, columns[:n_points], distances, start, stop, nearest)
    return nearest


@kernel
def _find_nearest(
    source,  # IN  Source: the points, then the rows
    points,  # IN  (n_points,) 0, 1, 2 ...
    distances,  # WORK (columns,)
    start,  # IN  first row
    stop,  # IN
    nearest,  # OUT (n,): from `start` to `stop`
):
    """Writes the nearest point of each row."""
    n_points = points.shape[0]
    for i in range(start, stop):
        write_row(source, n_points + i, points, n_points, 0, distances)
        for column in range(n_points, distances.shape[0]):
            distances[column] = np.inf
        nearest[i] = argmin(distances, n_points)
