"""The variance of the rows, which the tolerance of a fit is relative to."""

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
from kmeans_core.rows.layout import LANES


def mean_variance(rows: Rows, workers: Workers) -> float:
    """Weighted variance of the features, averaged over them, in units of the scaled rows.

    Values are taken relative to the first row: far from the origin, the mean of squares minus the
    square of the mean would lose all digits.
    """
    n_features = rows.X.shape[1]
    moments = aligned_zeros((rows.n_blocks, 2, n_features, LANES))
    cluster_weight = np.zeros(rows.n_blocks)
    pivot = rows.packed[: n_features * LANES : LANES].copy()
    workers.run(lambda a, b: add_moments(rows, pivot, a, b, moments, cluster_weight), rows.n_blocks)
    total, sums = cluster_weight.sum(), moments.sum(axis=(0, 3))
    return float(np.mean(np.maximum(sums[1] / total - (sums[0] / total) ** 2, 0.0)))


@kernel
def add_moments(
    rows,  # IN  Rows
    pivot,  # IN  (n_features,)
    first,  # IN  first block
    last,  # IN  block after the last
    moments,  # INOUT (n_blocks, 2, n_features, lanes) float64: sums of x - pivot and its square
    cluster_weight,  # OUT (n_blocks,) float64
):
    """Writes moments and mass of these blocks."""
    packed, weight, step = rows.packed, rows.weight, rows.weight_step
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    n_panels = packed.shape[0] // (lanes * n_features)
    for block in range(first, last):
        base, total = block * 2 * n_features * lanes, widen(splat(packed.dtype.type(0), packed))
        for panel in range(
            block * rows.block_panels, min((block + 1) * rows.block_panels, n_panels)
        ):
            like = load(packed, panel * n_features * lanes)
            w = panel_weight(weight, step, panel, lanes, n_samples, like)
            total = total + w
            for f in range(n_features):
                x = load(packed, (panel * n_features + f) * lanes)
                shifted = widen(x - broadcast(pivot, f))
                one, two = base + f * lanes, base + (n_features + f) * lanes
                weighted = w * shifted
                store(moments, one, load_like(moments, one, x) + weighted)
                store(moments, two, load_like(moments, two, x) + weighted * shifted)
        cluster_weight[block] = sum_lanes(total)
