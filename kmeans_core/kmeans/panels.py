"""Rows in panels of float32: as many rows as a register has lanes, feature by feature, lane = row.

One load brings the same feature of 16 rows (AVX-512), and a center's feature is one scalar for all
of them. The panels only sieve: they find the nearest center wherever the two nearest differ by
more than float32 can blur, and the rows are asked themselves, in float64, where they do not. So
float64 data is searched at the speed of float32, twice as fast, in half the memory, and gets the
labels of float64.

A packed value is (x - offset) * scale. The scale is a power of two that brings the largest value
near 1, so squares of 1e200 do not overflow. The offset is near the middle: rounding to float32 then
costs 2^-24 of a row's distance from the middle of the table, which `blur` records for every panel.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty, aligned_stream
from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    HAS_FMA,
    fma,
    lane_count,
    lanes_of,
    load,
    load_like,
    max_lanes,
    maximum,
    prefetch,
    put,
    splat,
    splat_like,
    sum_lanes,
    widen,
)

ROWS_A_PART = 1 << 14  # of a pass over all rows
VALUES_A_PART = 1 << 18  # of a pass over all numbers: about 0.1 ms of work a call
MAX_PARTIAL_SUMS = 64 << 20  # bytes of the sums of all blocks together
LINE = 64  # bytes that are fetched together
OFFSET_ROWS = 256  # rows whose median is the offset
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
LANES = lanes_of(FLOAT32)  # rows of a panel
BLUR_UNIT = np.float32(8.001 * 2.0**-24)
SMALLEST_BLUR = np.float32(1e-30)  # what underflows in float32 is less than this


class Rows(NamedTuple):
    """The data of a fit, packed once and shared by all its restarts. Read by every kernel."""

    X: np.ndarray  # (n_samples, n_features), C-ordered, the caller's numbers
    packed: np.ndarray  # (n_panels * n_features * lanes,), by panels
    blur: np.ndarray  # (n_panels,): what packing may have changed of the difference between two
    # distances of a row of this panel, in units of the scaled rows
    offset: np.ndarray  # (n_features,) float64, in units of the scaled rows
    weight: np.ndarray  # (n_samples,), or one element for all rows
    weight_step: int  # 1, or 0: weight[i * weight_step] is the weight of row i
    scale: float  # power of two
    tail: np.ndarray  # (lanes of float64,): 1 for the features of a row's last register, else 0
    tie: float  # relative gap of squared distances that rounding in the search may close
    slack: float  # no distance in the dtype of the panels has a larger relative error
    block_panels: int  # panels of a block of the fixed partition
    n_blocks: int


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype = FLOAT64) -> np.ndarray:
    """Zeros that begin on a cache line."""
    zeros = aligned_empty(math.prod(shape), dtype).reshape(shape)
    zeros[:] = 0.0
    return zeros


@kernel
def largest_magnitude(
    values,  # IN  (size,) flat, C-ordered
    start,  # IN
    stop,  # IN
):
    """max |v| over values[start:stop]; NaN if one of them is NaN or infinite."""
    lanes = lane_count(values)
    zero = values.dtype.type(0)
    largest, poison = splat(zero, values), splat(zero, values)
    position = start
    while position + lanes <= stop:
        v = load(values, position)
        largest = maximum(maximum(v, zero - v), largest)
        poison = poison + (v - v)  # inf - inf and NaN - NaN are NaN, all else is 0
        position += lanes
    result, bad = max_lanes(largest), sum_lanes(poison)
    for i in range(position, stop):
        result = max(result, abs(values[i]))
        bad += values[i] - values[i]
    return result + bad


@kernel
def pack_panels(
    X,  # IN  (n_samples, n_features)
    scale,  # IN  power of two
    offset,  # IN  (n_features,), scaled
    first,  # IN  first panel
    last,  # IN  panel after the last
    packed,  # OUT (n_panels * n_features * lanes,); lanes past the last row are zero
):
    """Writes the panels first..last-1 of `packed`."""
    lanes, n_samples, n_features = lane_count(packed), X.shape[0], X.shape[1]
    for panel in range(first, last):
        start = panel * lanes
        for f in range(n_features):
            base, shift = (panel * n_features + f) * lanes, offset[f]
            if start + lanes <= n_samples:
                # A loop of fixed length: 3 ms for 1e6 x 8, against 9 with the length worked out.
                for lane in range(lanes):
                    packed[base + lane] = X[start + lane, f] * scale - shift
            else:
                for lane in range(lanes):
                    is_row = start + lane < n_samples
                    packed[base + lane] = X[start + lane, f] * scale - shift if is_row else 0.0


@kernel
def measure_blur(
    packed,  # IN  panels of float32
    n_features,  # IN
    first,  # IN  first panel
    last,  # IN  panel after the last
    blur,  # OUT (n_panels,)
):
    """Writes 8 * 2^-24 times the largest norm in each panel.

    Rounding a row y to float32 moves it by at most 2^-24 |y|, a center c by 2^-24 |c|, which is at
    most 2^-24 (|y| + |y - c|). Their distance is then off by 2^-23 |y| and a part relative to
    itself; two distances by twice that, and `differences.unclear` wants that doubled.
    """
    lanes = lane_count(packed)
    for panel in range(first, last):
        total = splat(packed.dtype.type(0), packed)
        for f in range(n_features):
            y = load(packed, (panel * n_features + f) * lanes)
            total = fma(y, y, total)
        blur[panel] = BLUR_UNIT * np.sqrt(max_lanes(total)) + SMALLEST_BLUR


@device
def panel_weight(weight, step, panel, lanes, n_samples, like):
    """The weights of a panel's rows as float64; 0 in lanes that are no rows."""
    if (panel + 1) * lanes <= n_samples:
        if step == 1:
            return widen(load_like(weight, panel * lanes, like))
        return widen(splat_like(weight[0], like))
    w = widen(splat_like(weight.dtype.type(0), like))
    for lane in range(n_samples - panel * lanes):
        w = put(w, lane, float(weight[(panel * lanes + lane) * step]))
    return w


@device
def prefetch_row(array, i):
    """Have row i of a matrix fetched.

    Its last number by itself: numpy's memory begins anywhere in a line, and so rows of half a line
    lie in two. Without it a row that moves took 55 to 95 ns instead of 40 (1e6 x 8).
    """
    step = LINE // array.itemsize
    for place in range(i * array.shape[1], (i + 1) * array.shape[1], step):
        prefetch(array, place)
    prefetch(array, (i + 1) * array.shape[1] - 1)


def power_of_two_scale(magnitude: float, dtype: np.dtype) -> float:
    """The power of two that brings `magnitude` into [0.5, 1).

    Or as near as `dtype` allows: it must hold the scale and one over it as normal numbers.
    """
    if magnitude == 0.0:
        return 1.0
    limit = int(np.finfo(dtype).maxexp) - 2
    return math.ldexp(1.0, max(-limit, min(limit, -math.frexp(magnitude)[1])))


def magnitude(X: np.ndarray, workers: Workers) -> float:
    """Largest absolute value of `X`, NaN if a value is NaN or infinite. One pass."""
    flat = X.reshape(-1)
    n_parts = max(1, flat.size // VALUES_A_PART)
    parts = np.empty(n_parts)

    def task(first: int, last: int) -> None:
        for part in range(first, last):
            start, stop = part * flat.size // n_parts, (part + 1) * flat.size // n_parts
            parts[part] = largest_magnitude(flat, start, stop)

    workers.run(task, n_parts)
    return float(parts.max())


def sieve_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows of a checked matrix in float32, for the search. Memory: 4 bytes a number."""
    return _pack(X, weight, scale, middle_of_sample(X, scale), FLOAT32, workers, blurred=True)


def middle_of_sample(X: np.ndarray, scale: float) -> np.ndarray:
    """What rows are packed relative to for the search, scaled: medians, which no outlier moves."""
    sample = X
    if X.shape[0] > OFFSET_ROWS:
        sample = X[np.arange(OFFSET_ROWS, dtype=np.int64) * (X.shape[0] - 1) // (OFFSET_ROWS - 1)]
    half = sample.shape[0] // 2
    return np.partition(sample, half, axis=0)[half].astype(np.float64) * scale


def exact_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows in their own dtype, for seeding, which needs the distances themselves."""
    return _pack(X, weight, scale, np.zeros(X.shape[1]), X.dtype, workers)


def _pack(
    X: np.ndarray,
    weight: np.ndarray | None,
    scale: float,
    offset: np.ndarray,
    dtype: np.dtype,
    workers: Workers,
    *,
    blurred: bool = False,
) -> Rows:
    """Panels of (x - offset) * scale; `blurred` measures what that loses."""
    lanes = lanes_of(dtype)
    n_panels = -(-X.shape[0] // lanes)
    packed = aligned_stream(n_panels * lanes * X.shape[1], dtype)
    most = max(1, VALUES_A_PART // (lanes * X.shape[1]))

    rows = rows_around(X, weight, scale, offset, packed)

    def task(first: int, last: int) -> None:
        stop = min(last * most, n_panels)
        pack_panels(X, scale, offset, first * most, stop, packed)
        if blurred:
            measure_blur(packed, X.shape[1], first * most, stop, rows.blur)

    workers.run(task, -(-n_panels // most))
    return rows


def rows_around(
    X: np.ndarray, weight: np.ndarray | None, scale: float, offset: np.ndarray, packed: np.ndarray
) -> Rows:
    """The Rows of these panels, one block, nothing said yet of what packing has blurred."""
    dtype = packed.dtype
    n_panels = packed.shape[0] // (lanes_of(dtype) * X.shape[1])
    weight, step = weight_of(X, weight)
    tail = np.zeros(lanes_of(np.float64))
    tail[: X.shape[1] - (padded_features(X.shape[1]) - tail.shape[0])] = 1.0
    slack = rounding_slack(X.shape[1], dtype)
    return Rows(
        X=X,
        packed=packed,
        blur=np.full(n_panels, SMALLEST_BLUR, dtype=np.float32),
        offset=offset,
        weight=weight,
        weight_step=step,
        scale=scale,
        tail=tail,
        tie=dtype.type(2.02 * slack + 10 * np.finfo(dtype).eps),
        slack=4.0 * slack,
        block_panels=n_panels,
        n_blocks=1,
    )


def weight_of(X: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, int]:
    """The weights and their step, see Rows; one element for all rows where none are given."""
    if weight is None:
        weight = np.ones(1, dtype=X.dtype)
    return weight, 0 if weight.shape[0] == 1 and X.shape[0] > 1 else 1


def padded_features(n_features: int) -> int:
    """`n_features` rounded up to whole registers of float64: the length of a row of sums."""
    lanes = lanes_of(np.float64)
    return -(-n_features // lanes) * lanes


def rounding_slack(n_features: int, dtype: np.dtype) -> float:
    """Relative error of a squared distance, at most.

    With fma that is n_features + 2 units of rounding: a difference is rounded once and squared,
    then n_features sums are rounded. Without fma the products are rounded too.
    """
    units = n_features + 2 if HAS_FMA else 2 * n_features + 2
    return 1.01 * units * float(np.finfo(dtype).eps) / 2


def with_blocks(rows: Rows, n_clusters: int) -> Rows:
    """The same rows with the fixed partition for `n_clusters`: from n, d and k alone.

    Every block has its own sums of all clusters. Blocks of fewer than 4,096 rows would make adding
    these up take more than 2% of an iteration, and all sums stay below MAX_PARTIAL_SUMS.
    """
    n_samples, n_features = rows.X.shape
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_clusters * (padded_features(n_features) + 2)))
    n_blocks = max(1, min(64, most, n_samples // 4096))
    n_panels = rows.blur.shape[0]
    block_panels = -(-n_panels // n_blocks)
    return rows._replace(block_panels=block_panels, n_blocks=-(-n_panels // block_panels))
