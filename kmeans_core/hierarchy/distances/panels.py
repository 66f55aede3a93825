"""Points in panels of lanes, and squared Euclidean distances between points.

A panel holds as many points as a register has lanes, feature by feature: lane l of feature f of a
panel stands at ``(panel * n_features + f) * lanes + l``. A column is a point's number in this
order. Panels are searched in groups of four, so a table of points has room for whole groups; the
points that fill the last group are infinitely far away.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import broadcast, fma, lane_count, lanes_of, load, splat
from kmeans_core.rows.layout import panel_slot

GROUP = 4  # panels at a time: their sums are independent, so no addition waits for another
FLOAT64 = np.dtype(np.float64)
NS_PER_VALUE = 2.0  # upper estimate: one value of a point is read and enters a distance


def padded(n_columns: int, dtype: np.dtype = FLOAT64) -> int:
    """`n_columns` rounded up to whole groups of panels."""
    group = GROUP * lanes_of(dtype)
    return -(-n_columns // group) * group


def infinite(size: int, dtype: np.dtype = FLOAT64) -> np.ndarray:
    """An aligned vector of infinite values."""
    values = aligned_empty(size, dtype)
    values[:] = np.inf
    return values


def packed_points(points: np.ndarray, n_columns: int, dtype: np.dtype = FLOAT64) -> np.ndarray:
    """The points in panels with room for `n_columns` columns, which may be fewer than points."""
    packed = aligned_empty(padded(n_columns, dtype) * points.shape[1], dtype)
    _pack(points, packed)
    return packed


@kernel
def _pack(
    points,  # IN  (n_points, n_features)
    packed,  # OUT (columns * n_features,), in panels
):
    """Writes the points to the first columns; the other columns are infinitely far away."""
    lanes, n_features = lane_count(packed), points.shape[1]
    for column in range(packed.shape[0] // n_features):
        for f in range(n_features):
            value = points[column, f] if column < points.shape[0] else np.inf
            packed[panel_slot(column, f, n_features, lanes)] = value


@device
def four_squares(packed, panel, query, n_features):
    """Squared distances of `query` to the points of four panels, in the direct form."""
    lanes = lane_count(packed)
    zero = splat(packed.dtype.type(0), packed)
    a = b = c = d = zero
    position, width = panel * n_features * lanes, n_features * lanes
    for f in range(n_features):
        q = broadcast(query, f)
        x = load(packed, position) - q
        a = fma(x, x, a)
        x = load(packed, position + width) - q
        b = fma(x, x, b)
        x = load(packed, position + 2 * width) - q
        c = fma(x, x, c)
        x = load(packed, position + 3 * width) - q
        d = fma(x, x, d)
        position += lanes
    return a, b, c, d


@device
def squared_distance(points, i, j):
    """Squared distance of two points, feature by feature without `fma`."""
    square = 0.0
    for f in range(points.shape[1]):
        difference = points[i, f] - points[j, f]
        square += difference * difference
    return square
