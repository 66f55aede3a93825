"""The rows of a fit in panels of float32, and the partition that threads share.

Distances are computed in float32 first. If the two smallest differ by more than the rounding
bound, the label is certain; otherwise the row is decided in float64, from the caller's numbers. So
float64 rows are searched at the speed of float32, twice as fast, in half the memory, and get the
labels of float64.

A packed value is (x - offset) * scale. The scale is a power of two that brings the largest value
near 1 (rows/scale.py). The offset lies near the middle of the table: rounding a row to float32 then
moves it by 2^-24 of its distance from there, and `abs_error` bounds what that does to a distance.
Rows and panels are put into memory as rows/layout.py says.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_stream
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
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
from kmeans_core.engine.threads import Workers, until_cancelled
from kmeans_core.kmeans import strategy
from kmeans_core.rows.distance import rounding_error
from kmeans_core.rows.layout import (
    LANES,
    MAX_PARTIAL_SUMS,
    last_register,
    padded_features,
    panel_position,
)
from kmeans_core.rows.scale import VALUES_PER_PART

_OFFSET_ROWS = 256  # rows whose median is the offset
_ERROR_UNIT = np.float32(8.001 * 2.0**-24)
_SMALLEST_ERROR = np.float32(1e-30)  # what underflows in float32 is less than this


class Rows(NamedTuple):
    """The rows of a fit, packed once and shared by all its runs. Every kernel reads it."""

    X: np.ndarray  # (n_samples, n_features), C-ordered, the caller's numbers
    packed: np.ndarray  # (n_panels * n_features * lanes,) the panels
    abs_error: (
        np.ndarray
    )  # (n_panels,) absolute error bound of d1 - d2 from float32 rounding, where
    # d1 and d2 are distances of one row of the panel, not squared; in units of the scaled rows
    offset: np.ndarray  # (n_features,) float64, in units of the scaled rows
    weight: np.ndarray  # (n_samples,), or one element for all rows
    weight_step: int  # 1, or 0: weight[i * weight_step] is the weight of row i
    scale: float  # power of two
    tail: np.ndarray  # (lanes of float64,) see rows.layout.last_register
    tie_rtol: float  # relative gap of squared distances that rounding in the search may close
    rel_error: float  # bounds the relative error of a distance computed in the dtype of `packed`
    block_panels: int  # panels of a block of the fixed partition
    n_blocks: int


# ---- packing -----------------------------------------------------------------------------------


def screen_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows of a checked matrix in float32, for the search. Memory: 4 bytes per number."""
    return _pack(X, weight, scale, middle_of_sample(X, scale), FLOAT32, workers)


def exact_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows in their own dtype, without an offset: every digit of `X` stays.

    For k-means||, which draws rows by their distances and not only by the order of these.
    """
    return _pack(X, weight, scale, None, X.dtype, workers)


def middle_of_sample(X: np.ndarray, scale: float) -> np.ndarray:
    """The offset of the search: medians of a fixed sample, which no outlier moves; scaled."""
    sample = X
    if X.shape[0] > _OFFSET_ROWS:
        sample = X[np.arange(_OFFSET_ROWS, dtype=np.int64) * (X.shape[0] - 1) // (_OFFSET_ROWS - 1)]
    half = sample.shape[0] // 2
    return np.partition(sample, half, axis=0)[half].astype(np.float64) * scale


def rows_around(
    X: np.ndarray, weight: np.ndarray | None, scale: float, offset: np.ndarray, packed: np.ndarray
) -> Rows:
    """`Rows` around these panels: one block, and the `abs_error` of panels without rounding."""
    dtype, n_features = packed.dtype, X.shape[1]
    n_panels = packed.shape[0] // (lanes_of(dtype) * n_features)
    weight, step = weight_of(X, weight)
    rel_error = rounding_error(n_features, dtype)
    return Rows(
        X=X,
        packed=packed,
        abs_error=np.full(n_panels, _SMALLEST_ERROR, dtype=np.float32),
        offset=offset,
        weight=weight,
        weight_step=step,
        scale=scale,
        tail=last_register(n_features),
        tie_rtol=dtype.type(2.02 * rel_error + 10 * np.finfo(dtype).eps),
        rel_error=4.0 * rel_error,
        block_panels=n_panels,
        n_blocks=1,
    )


def weight_of(X: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, int]:
    """`weight` and `weight_step` of Rows: one element for all rows where no weights are given."""
    if weight is None:
        weight = np.ones(1, dtype=X.dtype)
    return weight, 0 if weight.shape[0] == 1 and X.shape[0] > 1 else 1


def _pack(
    X: np.ndarray,
    weight: np.ndarray | None,
    scale: float,
    offset: np.ndarray | None,
    dtype: np.dtype,
    workers: Workers,
) -> Rows:
    """Panels of (x - offset) * scale; without an offset nothing is rounded, no error measured."""
    n_features, lanes = X.shape[1], lanes_of(dtype)
    n_panels = -(-X.shape[0] // lanes)
    packed = aligned_stream(n_panels * lanes * n_features, dtype)
    shift = np.zeros(n_features) if offset is None else offset
    rows = rows_around(X, weight, scale, shift, packed)
    at_a_time = max(1, VALUES_PER_PART // (lanes * n_features))

    def task(start: int, stop: int) -> None:
        panels = start * at_a_time, min(stop * at_a_time, n_panels)
        _pack_panels(X, scale, shift, *panels, packed)
        if offset is not None:
            measure_abs_error(packed, n_features, *panels, rows.abs_error)

    workers.run(task, -(-n_panels // at_a_time))
    return rows


@kernel
def _pack_panels(
    X,  # IN  (n_samples, n_features)
    scale,  # IN  power of two
    offset,  # IN  (n_features,) scaled
    start,  # IN  first panel
    stop,  # IN
    packed,  # OUT (n_panels * n_features * lanes,)
):
    """Write these panels of `packed`; lanes past the last row are zero.

    Measured (1e6 x 8): 3 ms with the loop of fixed length, 9 with the length worked out.
    """
    lanes, n_samples, n_features = lane_count(packed), X.shape[0], X.shape[1]
    for panel in range(start, stop):
        first = panel * lanes
        for f in range(n_features):
            base, shift = panel_position(panel, f, n_features, lanes), offset[f]
            if first + lanes <= n_samples:
                for lane in range(lanes):
                    packed[base + lane] = X[first + lane, f] * scale - shift
            else:
                for lane in range(lanes):
                    is_row = first + lane < n_samples
                    packed[base + lane] = X[first + lane, f] * scale - shift if is_row else 0.0


@kernel
def measure_abs_error(
    packed,  # IN  panels of float32
    n_features,  # IN
    start,  # IN  first panel
    stop,  # IN
    abs_error,  # OUT (n_panels,)
):
    """Write 8 * 2^-24 times the largest norm of a row in each panel.

    Rounding a row y to float32 moves it by at most 2^-24 |y|, a center c by 2^-24 |c|, which is at
    most 2^-24 (|y| + |y - c|). Their distance is then off by 2^-23 |y| and a share of itself; two
    distances by twice that. `search.direct_form.ambiguous_direct` needs twice that again.
    """
    lanes = lane_count(packed)
    for panel in range(start, stop):
        total = splat(packed.dtype.type(0), packed)
        for f in range(n_features):
            y = load(packed, panel_position(panel, f, n_features, lanes))
            total = fma(y, y, total)
        abs_error[panel] = _ERROR_UNIT * np.sqrt(max_lanes(total)) + _SMALLEST_ERROR


# ---- reading -----------------------------------------------------------------------------------


@device
def panel_weight(weight, step, panel, lanes, n_samples, like):
    """The weights of a panel's rows in float64, lane = row as in `like`; 0 past the last row."""
    if (panel + 1) * lanes <= n_samples:
        if step == 1:
            return widen(load_like(weight, panel * lanes, like))
        return widen(splat_like(weight[0], like))
    w = widen(splat_like(weight.dtype.type(0), like))
    for lane in range(n_samples - panel * lanes):
        w = put(w, lane, float(weight[(panel * lanes + lane) * step]))
    return w


def with_blocks(rows: Rows, n_clusters: int) -> Rows:
    """The same rows cut into the fixed partition for `n_clusters`: a function of n, d and k alone.

    Every block has sums of its own for all clusters. Blocks have at least 4,096 rows: with fewer,
    adding their sums up would take more than 2% of an iteration. All sums together stay below
    MAX_PARTIAL_SUMS.
    """
    n_samples, n_features = rows.X.shape
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_clusters * (padded_features(n_features) + 2)))
    n_blocks = max(1, min(64, most, n_samples // 4096))
    n_panels = rows.abs_error.shape[0]
    block_panels = -(-n_panels // n_blocks)
    return rows._replace(block_panels=block_panels, n_blocks=-(-n_panels // block_panels))


def panel_calls(rows: Rows, n_points: int, start: int, stop: int) -> Iterator[tuple[int, int]]:
    """The panels of the blocks start..stop-1 as half-open ranges, each short enough for Ctrl-C.

    Every row is compared with `n_points` centers or other points.
    """
    end = min(stop * rows.block_panels, rows.abs_error.shape[0])
    ns_per_panel = strategy.NS_PER_FLOP * 2.0 * LANES * rows.X.shape[1] * n_points
    yield from until_cancelled(short_calls(start * rows.block_panels, end, ns_per_panel))
