"""Distances between rows, one row of them at a time, from vectors or from given distances.

No fast algorithm stores the distances of the rows. A `Source` provides one row of them when it is
needed: from vectors they are computed on lanes, which is faster than reading them from memory for
few features, and from a condensed matrix they are copied.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import (
    broadcast,
    lane_count,
    load,
    maximum,
    select,
    splat,
    sqrt,
    store,
)
from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.hierarchy.distances.panels import (
    GROUP,
    NS_PER_VALUE,
    four_squares,
    packed_points,
    padded,
    panel_slot,
)
from kmeans_core.hierarchy.distances.precomputed import n_samples_of_condensed

METRICS = (
    "euclidean",
    "sqeuclidean",
    "cityblock",
    "chebyshev",
    "cosine",
    "correlation",
    "hamming",
)
_DIRECTION_METRICS = ("cosine", "correlation")
EUCLIDEAN, SQEUCLIDEAN, CITYBLOCK, CHEBYSHEV, HAMMING, CONDENSED = range(6)
_SMALLEST_UNIT = 2.0**-100  # largest distance from which on given distances are taken as they are
_NS_PER_DISTANCE = 16.0  # upper estimate: what a distance costs beside the values it is made of


class Source(NamedTuple):
    """Where distances between rows come from. Read by kernels."""

    kind: int  # EUCLIDEAN .. HAMMING for vectors, or CONDENSED
    X: np.ndarray  # (n_samples, n_features) float64, or of shape (1, 1) without vectors
    packed: np.ndarray  # the same in panels; an algorithm may move and drop columns
    query: np.ndarray  # WORK (n_features,)
    condensed: np.ndarray  # (n_samples * (n_samples - 1) / 2,), or of length 1 with vectors
    unit: float  # a distance here times `unit` is one in the caller's units
    n_samples: int


def ns_per_row(n_columns: int, n_features: int) -> float:
    """Upper estimate of what one row of distances costs, for `short_calls`."""
    return n_columns * (NS_PER_VALUE * n_features + _NS_PER_DISTANCE)


# ---- preparing a source ------------------------------------------------------------------------


def source_of_vectors(X: np.ndarray, metric: str, n_columns: int) -> Source:
    """Distances between the rows of a checked float64 matrix.

    Values are divided by a power of two near the largest one: their squares then neither overflow
    nor vanish, and no digit changes. `packed` has room for `n_columns` columns.
    """
    if metric not in _DIRECTION_METRICS:
        X = _towards_zero(X)
    kind, unit = EUCLIDEAN, _power_of_two(X)
    if metric in _DIRECTION_METRICS:
        # The cosine distance is half the squared distance of the rows' directions: unlike
        # 1 - cos it keeps its digits where rows are nearly parallel.
        X, kind, unit = _directions(X, metric), SQEUCLIDEAN, 0.5
    elif metric == "hamming":
        kind, unit = HAMMING, 1.0 / X.shape[1]
    else:
        X = X / unit
        if metric == "sqeuclidean":
            kind, unit = SQEUCLIDEAN, unit * unit
        elif metric != "euclidean":
            kind = CITYBLOCK if metric == "cityblock" else CHEBYSHEV
    return Source(
        kind=kind,
        X=X,
        packed=packed_points(X, n_columns),
        query=np.empty(X.shape[1]),
        condensed=np.zeros(1),
        unit=unit,
        n_samples=len(X),
    )


def source_of_condensed(condensed: np.ndarray) -> Source:
    """Distances that the caller computed.

    They are divided by a power of two, in a copy, only where their squares might overflow or
    vanish: the copy takes 1.6 GB for 20,000 rows.
    """
    n_samples, unit = n_samples_of_condensed(len(condensed)), _power_of_two(condensed)
    if _SMALLEST_UNIT <= unit <= 1.0 / _SMALLEST_UNIT:
        unit = 1.0
    else:
        check_fits(condensed.nbytes, n_samples)
        condensed = condensed / unit
    return Source(
        kind=CONDENSED,
        X=np.zeros((1, 1)),
        packed=np.zeros(1),
        query=np.zeros(1),
        condensed=condensed,
        unit=unit,
        n_samples=n_samples,
    )


def _towards_zero(X: np.ndarray) -> np.ndarray:
    """The rows moved so that features far from zero come near it, by differences that are exact.

    A feature moves if all its values have one sign and none is more than twice another: then
    subtracting the smallest rounds nothing (Sterbenz). A mean would round; and without the move
    centroids, and float32 more so, lose the digits in which years or time stamps differ.
    """
    low, high = X.min(axis=0), X.max(axis=0)
    nearest = np.where(low > 0.0, low, high)
    far = ((low > 0.0) & (high / 2 <= low)) | ((high < 0.0) & (low / 2 >= high))
    return X - np.where(far, nearest, 0.0) if far.any() else X


def _power_of_two(values: np.ndarray) -> float:
    """The power of two at or below the largest size; 1 if all values are 0."""
    largest = max(float(values.max()), -float(values.min()))
    return float(np.ldexp(1.0, np.frexp(largest)[1] - 1)) if largest > 0.0 else 1.0


def _directions(X: np.ndarray, metric: str) -> np.ndarray:
    """Rows of length 1, for 'correlation' with mean 0; ValueError for one without a direction."""
    X = X / np.maximum(np.abs(X).max(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    if metric == "correlation":
        mean = X.mean(axis=1, keepdims=True)
        constant = (X.max(axis=1) == X.min(axis=1))[:, None]
        X = np.where(constant, 0.0, X - mean)
    lengths = np.sqrt((X * X).sum(axis=1))
    if (lengths == 0.0).any():
        row = int(np.argmin(lengths))
        why = "all zero" if metric == "cosine" else "constant"
        raise ValueError(
            f"metric={metric!r} is not defined for row {row}, which is {why}: drop such rows."
        )
    return X / lengths[:, None]


# ---- a row of distances ------------------------------------------------------------------------


@device
def write_row(
    source,  # IN  Source
    x,  # IN  a row
    rows,  # IN  (columns,): the row that stands in a column, or below 0
    n_columns,  # IN
    start,  # IN  where in `out` to begin
    out,  # OUT from `start` on: columns rounded up to whole groups
):
    """Writes the distances of row x to the rows in the first `n_columns` columns."""
    if source.kind == CONDENSED:
        for column in range(n_columns):
            out[start + column] = _condensed_distance(source, x, rows[column])
        return
    lanes, n_features = lane_count(source.packed), source.X.shape[1]
    for f in range(n_features):
        source.query[f] = source.X[x, f]
    for panel in range(0, -(-n_columns // (GROUP * lanes)) * GROUP, GROUP):
        o = start + panel * lanes
        if source.kind <= SQEUCLIDEAN:
            a, b, c, d = four_squares(source.packed, panel, source.query, n_features)
            if source.kind == EUCLIDEAN:
                a, b, c, d = sqrt(a), sqrt(b), sqrt(c), sqrt(d)
            store(out, o, a)
            store(out, o + lanes, b)
            store(out, o + 2 * lanes, c)
            store(out, o + 3 * lanes, d)
        else:
            for k in range(GROUP):
                store(out, o + k * lanes, _other_distance(source, panel + k))


@device
def _other_distance(source, panel):
    """City block, Chebyshev or Hamming distances (a count) of the query to one panel."""
    lanes, n_features = lane_count(source.packed), source.X.shape[1]
    zero, one = splat(0.0, source.packed), splat(1.0, source.packed)
    total, position = zero, panel_slot(panel * lanes, 0, n_features, lanes)
    for f in range(n_features):
        x, q = load(source.packed, position), broadcast(source.query, f)
        position += lanes
        size = maximum(x - q, q - x)
        if source.kind == CITYBLOCK:
            total = total + size
        elif source.kind == CHEBYSHEV:
            total = maximum(total, size)
        else:
            total = total + select(x != q, one, zero)
    return total


@device
def _condensed_distance(source, x, y):
    """The entry of the condensed matrix for rows x and y; 0 for a column without a row."""
    if y < 0 or x == y or y >= source.n_samples:
        return 0.0
    return source.condensed[condensed_index(x, y, source.n_samples)]


@device
def condensed_index(x, y, n_samples):
    """Where the distance of two different rows stands in a condensed matrix."""
    low, high = min(x, y), max(x, y)
    return low * (2 * n_samples - low - 1) // 2 + high - low - 1


# ---- all distances -----------------------------------------------------------------------------


def square_matrix(source: Source) -> np.ndarray:
    """All distances of a source, symmetric with zeros on the diagonal.

    MemoryError with the figure if the matrix cannot fit.
    """
    n_samples = source.n_samples
    check_fits(8 * n_samples**2, n_samples)
    distances, columns = np.empty((n_samples, n_samples)), np.arange(padded(n_samples))
    row = np.empty(len(columns))
    for start, stop in short_calls(0, n_samples, ns_per_row(n_samples, source.X.shape[1])):
        _fill_rows(source, columns, row, start, stop, distances)
    return distances


@kernel
def _fill_rows(
    source,  # IN  Source
    columns,  # IN  (columns,) 0, 1, 2 ...
    row,  # WORK (columns,)
    start,  # IN  first row
    stop,  # IN
    distances,  # OUT (n_samples, n_samples): rows from `start` to `stop`
):
    """Writes these rows of the matrix."""
    for i in range(start, stop):
        write_row(source, i, columns, source.n_samples, 0, row)
        for j in range(source.n_samples):
            distances[i, j] = row[j]
