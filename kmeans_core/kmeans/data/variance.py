"""The variance of the rows, to which the tolerance of a fit is relative."""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import aligned_zeros
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import (
    broadcast,
    lane_count,
    load,
    load_like,
    splat,
    store,
    sum_lanes,
    widen,
)
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.packed_rows import Rows, panel_weight
from kmeans_core.rows.layout import LANES, panel_position


def mean_variance(rows: Rows, workers: Workers) -> float:
    """Weighted variance of each feature, averaged over the features, in units of the scaled rows.

    Values are taken relative to the first row: far from the origin, the mean of squares minus the
    square of the mean would lose all digits. O(n d) time.
    """
    n_features = rows.X.shape[1]
    moments = aligned_zeros((rows.n_blocks, 2, n_features, LANES))
    weight = np.zeros(rows.n_blocks)
    pivot = rows.packed[: n_features * LANES : LANES].copy()
    workers.run(
        lambda start, stop: _add_moments(rows, pivot, start, stop, moments, weight), rows.n_blocks
    )
    total, sums = weight.sum(), moments.sum(axis=(0, 3))
    return float(np.mean(np.maximum(sums[1] / total - (sums[0] / total) ** 2, 0.0)))


@kernel
def _add_moments(
    rows,  # IN  Rows
    pivot,  # IN  (n_features,)
    start,  # IN  first block
    stop,  # IN
    moments,  # INOUT (n_blocks, 2, n_features, lanes) float64: sums of x - pivot and of its square
    block_weight,  # OUT (n_blocks,) float64
):
    """Add the moments of the rows of these blocks, given as zeros; write their weight."""
    packed, lanes = rows.packed, lane_count(rows.packed)
    n_samples, n_features = rows.X.shape
    n_panels = packed.shape[0] // (lanes * n_features)
    for block in range(start, stop):
        end = min((block + 1) * rows.block_panels, n_panels)
        total = widen(splat(packed.dtype.type(0), packed))
        for panel in range(block * rows.block_panels, end):
            like = load(packed, panel_position(panel, 0, n_features, lanes))
            w = panel_weight(rows.weight, rows.weight_step, panel, lanes, n_samples, like)
            total = total + w
            for f in range(n_features):
                x = load(packed, panel_position(panel, f, n_features, lanes))
                shifted = widen(x - broadcast(pivot, f))
                one = panel_position(2 * block, f, n_features, lanes)
                two = panel_position(2 * block + 1, f, n_features, lanes)
                weighted = w * shifted
                store(moments, one, load_like(moments, one, x) + weighted)
                store(moments, two, load_like(moments, two, x) + weighted * shifted)
        block_weight[block] = sum_lanes(total)
