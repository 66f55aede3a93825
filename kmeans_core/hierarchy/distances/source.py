"""Distances between rows: which ones there are, and where an algorithm gets them from.

No fast algorithm stores the distances of the rows. It asks a `Source` for one row of them when it
needs them: from vectors they are computed on lanes, which is faster than reading them from memory
for few features, and from a condensed matrix they are copied.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    broadcast,
    fma,
    lane_count,
    lanes_of,
    load,
    maximum,
    select,
    splat,
    sqrt,
    store,
)
from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.validation import check_matrix

METRICS = (
    "euclidean",
    "sqeuclidean",
    "cityblock",
    "chebyshev",
    "cosine",
    "correlation",
    "hamming",
)
DIRECTION_METRICS = ("cosine", "correlation")
EUCLIDEAN, SQEUCLIDEAN, CITYBLOCK, CHEBYSHEV, HAMMING, CONDENSED = range(6)
GROUP = 4  # panels at a time: their sums are independent, so no addition waits for another
FLOAT64 = np.dtype(np.float64)
SMALLEST_UNIT = 2.0**-100  # largest distance from which on given distances are taken as they are


class Source(NamedTuple):
    """Where distances between rows come from. Read by kernels."""

    kind: int  # EUCLIDEAN .. HAMMING for vectors, or CONDENSED
    X: np.ndarray  # (n_samples, n_features) float64, or of shape (1, 1) without vectors
    packed: np.ndarray  # the same in panels of lanes, padded with inf; columns may be moved
    query: np.ndarray  # WORK (n_features,)
    condensed: np.ndarray  # (n_samples * (n_samples - 1) / 2,), or of length 1 with vectors
    unit: float  # a distance here times `unit` is one in the caller's units
    n_samples: int


# ---- preparing a source ------------------------------------------------------------------------


def source_of_vectors(X: np.ndarray, metric: str, n_columns: int) -> Source:
    """Distances between the rows of a checked float64 matrix.

    Values are divided by a power of two near the largest one: their squares then neither overflow
    nor vanish, and no digit changes. `n_columns` is how many columns `packed` has room for.
    """
    if metric not in DIRECTION_METRICS:
        X = towards_zero(X)
    kind, unit = EUCLIDEAN, power_of_two(X)
    if metric in DIRECTION_METRICS:
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
    packed = aligned_empty(padded(n_columns) * X.shape[1], FLOAT64)
    pack(X, packed)
    return Source(kind, X, packed, np.empty(X.shape[1]), np.zeros(1), unit, len(X))


def source_of_condensed(condensed: np.ndarray) -> Source:
    """Distances that were computed before.

    Only where their squares might overflow or vanish are they divided by a power of two, in a
    copy: of 20,000 rows that would be 1.6 GB.
    """
    n_samples, unit = n_samples_of_condensed(len(condensed)), power_of_two(condensed)
    if SMALLEST_UNIT <= unit <= 1.0 / SMALLEST_UNIT:
        unit = 1.0
    else:
        check_fits(condensed.nbytes, n_samples)
        condensed = condensed / unit
    nothing = np.zeros(1)
    return Source(CONDENSED, np.zeros((1, 1)), nothing, nothing, condensed, unit, n_samples)


def padded(n_columns: int) -> int:
    """`n_columns` rounded up to whole groups of panels."""
    group = GROUP * lanes_of(np.float64)
    return -(-n_columns // group) * group


def towards_zero(X: np.ndarray) -> np.ndarray:
    """The rows moved so that features far from zero come near it, by differences that are exact.

    A feature moves if all its values have one sign and none is more than twice another: then
    subtracting the smallest rounds nothing (Sterbenz). A mean would round; and without the move
    centroids, and float32 more so, lose the digits in which years or time stamps differ.
    """
    low, high = X.min(axis=0), X.max(axis=0)
    nearest = np.where(low > 0.0, low, high)
    far = ((low > 0.0) & (high / 2 <= low)) | ((high < 0.0) & (low / 2 >= high))
    return X - np.where(far, nearest, 0.0) if far.any() else X


def power_of_two(values: np.ndarray) -> float:
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


@kernel
def pack(
    X,  # IN  (n_samples, n_features)
    packed,  # OUT (columns * n_features,), in panels
):
    """Writes the rows to the first columns; the others are infinitely far away."""
    lanes, n_features = lane_count(packed), X.shape[1]
    for column in range(packed.shape[0] // n_features):
        for f in range(n_features):
            value = X[column, f] if column < X.shape[0] else np.inf
            packed[place(column, f, n_features, lanes)] = value


@device
def place(column, f, n_features, lanes):
    """Where feature `f` of a column stands in its panel."""
    return (column // lanes * n_features + f) * lanes + column % lanes


# ---- a row of distances ------------------------------------------------------------------------


@device
def write_row(
    source,  # IN  Source
    x,  # IN  a row
    rows,  # IN  (columns,): the row that stands in a column, or below 0
    n_columns,  # IN
    start,  # IN
    out,  # OUT from `start` on: columns rounded up to whole groups
):
    """Writes the distances of row x to the rows in the first `n_columns` columns."""
    if source.kind == CONDENSED:
        for column in range(n_columns):
            out[start + column] = condensed_distance(source, x, rows[column])
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
def _other_distance(source, panel):
    """City block, Chebyshev or Hamming distances (a count) of the query to one panel."""
    lanes, n_features = lane_count(source.packed), source.X.shape[1]
    zero, one = splat(0.0, source.packed), splat(1.0, source.packed)
    total = zero
    for f in range(n_features):
        x = load(source.packed, (panel * n_features + f) * lanes)
        q = broadcast(source.query, f)
        size = maximum(x - q, q - x)
        if source.kind == CITYBLOCK:
            total = total + size
        elif source.kind == CHEBYSHEV:
            total = maximum(total, size)
        else:
            total = total + select(x != q, one, zero)
    return total


@device
def condensed_distance(source, x, y):
    """The entry of the condensed matrix for rows x and y; 0 for a column without a row."""
    if y < 0 or x == y or y >= source.n_samples:
        return 0.0
    low, high = min(x, y), max(x, y)
    before = low * (2 * source.n_samples - low - 1) // 2
    return source.condensed[before + high - low - 1]


# ---- condensed and square matrices -------------------------------------------------------------


def n_samples_of_condensed(length: int) -> int:
    """How many rows have `length` pairs; ValueError if no number of rows does."""
    n_samples = (1 + int(np.sqrt(1 + 8 * length))) // 2
    if length < 1 or n_samples * (n_samples - 1) // 2 != length:
        raise ValueError(
            f"Length {length} of condensed distance matrix 'y' must be a binomial coefficient: "
            "n * (n - 1) / 2 for n rows, n at least 2. Pass row vectors as a 2-dimensional array."
        )
    return n_samples


def check_condensed(y: Any, name: str = "y") -> np.ndarray:
    """A condensed distance matrix as finite float64 values, none below 0.

    Raises
    ------
    ValueError
        Not numeric, a NaN or an infinity, a negative distance, an impossible length.
    """
    n_samples = n_samples_of_condensed(len(y))
    if getattr(y, "dtype", None) != FLOAT64:
        check_fits(8 * len(y), n_samples)
    condensed = check_matrix(np.reshape(y, (1, -1)), name, dtype=np.float64)[0]
    if (condensed < 0).any():
        k = int(np.argmax(condensed < 0))
        raise ValueError(
            f"{name} must hold distances, none below 0; {name}[{k}] is {condensed[k]}."
        )
    return condensed


def condensed_of_callable(X: np.ndarray, metric: Callable) -> np.ndarray:
    """``metric(X[i], X[j])`` for every i < j: as many Python calls."""
    n_samples = len(X)
    check_fits(4 * n_samples * (n_samples - 1), n_samples)
    pairs = ((i, j) for i in range(n_samples) for j in range(i + 1, n_samples))
    try:
        values = np.fromiter((metric(X[i], X[j]) for i, j in pairs), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"metric(u, v) must take two rows and return a number: {error}") from error
    return check_condensed(values, "metric(u, v)")


def new_square(n_samples: int) -> np.ndarray:
    """An empty float64 matrix; MemoryError with the figure if it cannot fit."""
    check_fits(8 * n_samples**2, n_samples)
    return np.empty((n_samples, n_samples))


def square(source: Source) -> np.ndarray:
    """All distances of a source, symmetric with zeros on the diagonal."""
    distances = new_square(source.n_samples)
    rows = np.arange(padded(source.n_samples))
    _fill_square(source, rows, np.empty(len(rows)), distances)
    return distances


@kernel
def _fill_square(
    source,  # IN  Source
    rows,  # IN  (columns,) 0, 1, 2 ...
    row,  # WORK (columns,)
    distances,  # OUT (n_samples, n_samples)
):
    """Write all distances."""
    for i in range(source.n_samples):
        write_row(source, i, rows, source.n_samples, 0, row)
        for j in range(source.n_samples):
            distances[i, j] = row[j]
