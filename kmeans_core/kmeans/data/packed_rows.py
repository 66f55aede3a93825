"""Rows in panels of float32: as many rows as a register has lanes, feature by feature, lane = row.

One load brings the same feature of 16 rows (AVX-512), and a center's feature is one scalar for all
of them. The panels only sieve: they find the nearest center wherever the two nearest differ by
more than float32 can blur, and the rows are asked themselves, in float64, where they do not. So
float64 data is searched at the speed of float32, twice as fast, in half the memory, and gets the
labels of float64.

A packed value is (x - offset) * scale. The scale is a power of two that brings the largest value
near 1, so squares of 1e200 do not overflow. The offset is near the middle: rounding to float32 then
costs 2^-24 of a row's distance from the middle of the table, which `abs_error` records for every panel.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, FLOAT64, aligned_stream
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    fma,
    lane_count,
    lanes_of,
    load,
    load_like,
    max_lanes,
    put,
    splat,
    splat_like,
    widen,
)
from kmeans_core.engine.threads import Workers, while_wanted
from kmeans_core.rows.layout import LANES, MAX_PARTIAL_SUMS, padded_features, rounding_error
from kmeans_core.rows.scale import VALUES_PER_PART

FLOPS_PER_CALL = 1e9  # of a compiled call: some 20 ms
OFFSET_ROWS = 256  # rows whose median is the offset

ERROR_UNIT = np.float32(8.001 * 2.0**-24)
SMALLEST_ERROR = np.float32(1e-30)  # what underflows in float32 is less than this


class Rows(NamedTuple):
    """The data of a fit, packed once and shared by all its restarts. Read by every kernel."""

    X: np.ndarray  # (n_samples, n_features), C-ordered, the caller's numbers
    packed: np.ndarray  # (n_panels * n_features * lanes,), by panels
    abs_error: np.ndarray  # (n_panels,) absolute error bound of d1 - d2, the difference of two
    # distances of one row of the panel, due to float32 rounding; in units of the scaled rows
    offset: np.ndarray  # (n_features,) float64, in units of the scaled rows
    weight: np.ndarray  # (n_samples,), or one element for all rows
    weight_step: int  # 1, or 0: weight[i * weight_step] is the weight of row i
    scale: float  # power of two
    tail: np.ndarray  # (lanes of float64,): 1 for the features of a row's last register, else 0
    tie_rtol: float  # relative gap of squared distances that rounding in the search may close
    rel_error: float  # no distance in the dtype of the panels has a larger relative error
    block_panels: int  # panels of a block of the fixed partition
    n_blocks: int


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
def measure_abs_error(
    packed,  # IN  panels of float32
    n_features,  # IN
    first,  # IN  first panel
    last,  # IN  panel after the last
    abs_error,  # OUT (n_panels,)
):
    """Writes 8 * 2^-24 times the largest norm in each panel.

    Rounding a row y to float32 moves it by at most 2^-24 |y|, a center c by 2^-24 |c|, which is at
    most 2^-24 (|y| + |y - c|). Their distance is then off by 2^-23 |y| and a part relative to
    itself; two distances by twice that, and `differences.ambiguous_direct` wants that doubled.
    """
    lanes = lane_count(packed)
    for panel in range(first, last):
        total = splat(packed.dtype.type(0), packed)
        for f in range(n_features):
            y = load(packed, (panel * n_features + f) * lanes)
            total = fma(y, y, total)
        abs_error[panel] = ERROR_UNIT * np.sqrt(max_lanes(total)) + SMALLEST_ERROR


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


def screen_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows of a checked matrix in float32, for the search. Memory: 4 bytes a number."""
    return _pack(X, weight, scale, middle_of_sample(X, scale), FLOAT32, workers, measured=True)


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
    measured: bool = False,
) -> Rows:
    """Panels of (x - offset) * scale; `measured` measures what that loses."""
    lanes = lanes_of(dtype)
    n_panels = -(-X.shape[0] // lanes)
    packed = aligned_stream(n_panels * lanes * X.shape[1], dtype)
    most = max(1, VALUES_PER_PART // (lanes * X.shape[1]))

    rows = rows_around(X, weight, scale, offset, packed)

    def task(first: int, last: int) -> None:
        stop = min(last * most, n_panels)
        pack_panels(X, scale, offset, first * most, stop, packed)
        if measured:
            measure_abs_error(packed, X.shape[1], first * most, stop, rows.abs_error)

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
    rel_error = rounding_error(X.shape[1], dtype)
    return Rows(
        X=X,
        packed=packed,
        abs_error=np.full(n_panels, SMALLEST_ERROR, dtype=np.float32),
        offset=offset,
        weight=weight,
        weight_step=step,
        scale=scale,
        tail=tail,
        tie_rtol=dtype.type(2.02 * rel_error + 10 * np.finfo(dtype).eps),
        rel_error=4.0 * rel_error,
        block_panels=n_panels,
        n_blocks=1,
    )


def weight_of(X: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, int]:
    """The weights and their step, see Rows; one element for all rows where none are given."""
    if weight is None:
        weight = np.ones(1, dtype=X.dtype)
    return weight, 0 if weight.shape[0] == 1 and X.shape[0] > 1 else 1


def with_blocks(rows: Rows, n_clusters: int) -> Rows:
    """The same rows with the fixed partition for `n_clusters`: from n, d and k alone.

    Every block has its own sums of all clusters. Blocks of fewer than 4,096 rows would make adding
    these up take more than 2% of an iteration, and all sums stay below MAX_PARTIAL_SUMS.
    """
    n_samples, n_features = rows.X.shape
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_clusters * (padded_features(n_features) + 2)))
    n_blocks = max(1, min(64, most, n_samples // 4096))
    n_panels = rows.abs_error.shape[0]
    block_panels = -(-n_panels // n_blocks)
    return rows._replace(block_panels=block_panels, n_blocks=-(-n_panels // block_panels))


def panel_calls(rows: Rows, n_points: int, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The panels of the blocks start..stop-1, as (first, end) of calls short enough for Ctrl-C.

    Each row is compared with `n_points` centers or other points.
    """
    end = min(stop * rows.block_panels, rows.abs_error.shape[0])
    most = max(1, int(FLOPS_PER_CALL / (2.0 * LANES * rows.X.shape[1] * n_points)))
    for first in while_wanted(range(start * rows.block_panels, end, most)):
        yield first, min(first + most, end)


class Float64Panels(NamedTuple):
    """A table packed in float64, once for all that choose seeds in it."""

    values: np.ndarray  # (n_panels, n_features, lanes): the scaled rows, lane = row
    weight: np.ndarray  # (n_panels * lanes,); 0 in lanes past the last row


def float64_panels(rows: Rows) -> Float64Panels:
    """Pack a table in float64. Memory: 8 bytes per number, and 8 per row."""
    (n_samples, n_features), n_panels = rows.X.shape, rows.abs_error.shape[0]
    n_whole = n_samples // LANES
    values, weight = np.zeros((n_panels, n_features, LANES)), np.zeros(n_panels * LANES)
    by_rows, whole = values.transpose(0, 2, 1), rows.X[: n_whole * LANES]
    np.multiply(
        whole.reshape(n_whole, LANES, n_features), rows.scale, out=by_rows[:n_whole], dtype=FLOAT64
    )
    for i in range(n_whole * LANES, n_samples):
        by_rows[n_whole, i - n_whole * LANES] = rows.X[i].astype(FLOAT64) * rows.scale
    weight[:n_samples] = rows.weight
    return Float64Panels(values, weight)
