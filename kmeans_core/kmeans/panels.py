"""Rows in panels: as many rows as a register has lanes, feature by feature, lane = row.

One load then brings the same feature of 16 rows (float32, AVX-512), and a center's feature is one
scalar for all of them. Packing also multiplies by a power of two that brings the largest value
near 1: no bit of a row changes, and squares of 1e200 do not overflow.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    HAS_FMA,
    lane_count,
    lanes_of,
    load,
    max_lanes,
    maximum,
    put,
    splat,
    splat_like,
    sum_lanes,
    widen,
)

VALUES_A_PART = 1 << 18  # of a pass over all numbers: about 0.1 ms of work a call
MAX_PARTIAL_SUMS = 64 << 20  # bytes of the sums of all blocks together
ALIGNMENT = 64  # bytes: a register that crosses a cache line costs two reads


class Rows(NamedTuple):
    """The data of a fit, packed once and shared by all its restarts. Read by every kernel."""

    X: np.ndarray  # (n_samples, n_features), C-ordered, the caller's numbers
    packed: np.ndarray  # (n_panels * n_features * lanes,), X times `scale`, by panels
    weight: np.ndarray  # (n_samples,), or one element for all rows
    weight_step: int  # 1, or 0: weight[i * weight_step] is the weight of row i
    scale: float  # power of two
    tail: np.ndarray  # (lanes of float64,): 1 for the features of a row's last register, else 0
    tie: float  # relative gap below which two distances count as nearly tied; 0 for float64
    slack: float  # relative error that a squared distance in the dtype of X cannot exceed
    block_panels: int  # panels of a block of the fixed partition
    n_blocks: int


def aligned_empty(size: int, dtype: np.dtype) -> np.ndarray:
    """An uninitialised vector that begins on a cache line."""
    raw = np.empty(size * dtype.itemsize + ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size * dtype.itemsize].view(dtype)


def aligned_zeros(shape: tuple[int, ...]) -> np.ndarray:
    """Zeros in float64 that begin on a cache line."""
    zeros = aligned_empty(math.prod(shape), np.dtype(np.float64)).reshape(shape)
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
    scale,  # IN  power of two, in the dtype of X
    first,  # IN  first panel
    last,  # IN  panel after the last
    packed,  # OUT (n_panels * n_features * lanes,); lanes past the last row are zero
):
    """Writes the panels first..last-1 of `packed`."""
    lanes, n_features = lane_count(packed), X.shape[1]
    for panel in range(first, last):
        n_rows = min(lanes, X.shape[0] - panel * lanes)
        for f in range(n_features):
            base = (panel * n_features + f) * lanes
            for lane in range(n_rows):
                packed[base + lane] = X[panel * lanes + lane, f] * scale
            for lane in range(n_rows, lanes):
                packed[base + lane] = 0


@device
def panel_weight(weight, step, panel, lanes, n_samples, like):
    """The weights of a panel's rows as float64; 0 in lanes that are no rows."""
    if (panel + 1) * lanes <= n_samples:
        if step == 1:
            return widen(load(weight, panel * lanes))
        return widen(splat_like(weight[0], like))
    w = widen(splat_like(weight.dtype.type(0), like))
    for lane in range(n_samples - panel * lanes):
        w = put(w, lane, float(weight[(panel * lanes + lane) * step]))
    return w


@kernel
def pack_centers(
    centers,  # IN  (n_clusters, n_features)
    packed_centers,  # OUT (places * n_features,): see `center_places`
):
    """Writes the centers in blocks of 8, feature by feature; a last block may be of 4.

    Places past the last center are infinitely far away: no row goes there.
    """
    n_clusters, n_features = centers.shape
    n_places = packed_centers.shape[0] // n_features
    for start in range(0, n_places, 8):
        width = min(8, n_places - start)
        for f in range(n_features):
            base = start * n_features + f * width
            for c in range(width):
                j = start + c
                packed_centers[base + c] = centers[j, f] if j < n_clusters else np.inf


def center_places(n_clusters: int) -> int:
    """Places that `n_clusters` centers take in blocks of 8 and at most one block of 4 at the end.

    For k=20 that is 20 places, where blocks of 8 alone would compute 24 distances.
    """
    return -(-n_clusters // 4) * 4


def empty_center_blocks(n_clusters: int, n_features: int, dtype: np.dtype) -> np.ndarray:
    """Room for `pack_centers`."""
    return aligned_empty(center_places(n_clusters) * n_features, dtype)


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


def pack_rows(X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers) -> Rows:
    """Pack the rows of a checked matrix. Memory: one copy of `X`, padded to whole panels."""
    lanes, dtype = lanes_of(X.dtype), X.dtype
    n_panels = -(-X.shape[0] // lanes)
    packed = aligned_empty(n_panels * lanes * X.shape[1], dtype)
    panels_a_part = max(1, VALUES_A_PART // (lanes * X.shape[1]))

    def task(first: int, last: int) -> None:
        stop = min(last * panels_a_part, n_panels)
        pack_panels(X, dtype.type(scale), first * panels_a_part, stop, packed)

    workers.run(task, -(-n_panels // panels_a_part))
    if weight is None:
        weight = np.ones(1, dtype=dtype)
    step = 0 if weight.shape[0] == 1 and X.shape[0] > 1 else 1
    slack = rounding_slack(X.shape[1], dtype)
    tie = dtype.type(2.02 * slack if dtype == np.float32 else 0.0)
    tail = np.zeros(lanes_of(np.float64))
    tail[: X.shape[1] - (padded_features(X.shape[1]) - tail.shape[0])] = 1.0
    return Rows(X, packed, weight, step, scale, tail, tie, 4.0 * slack, n_panels, 1)


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
    n_panels = -(-n_samples // lanes_of(rows.X.dtype))
    block_panels = -(-n_panels // n_blocks)
    return rows._replace(block_panels=block_panels, n_blocks=-(-n_panels // block_panels))
