"""The search in the direct form: sums of (x - c)^2, a panel of rows against a block of centers.

The error of a distance is a share of that distance, so this form loses nothing far from the origin.
With 32 registers (AVX-512) it also costs nothing: a core subtracts beside its multiplications. With
16 (AVX2) the form of product_form.py is faster for many features.

Measured (Zen 4, AVX-512): 104 to 114 GFLOP/s, against 115 in the product form.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    MANY_REGISTERS,
    any_lane,
    broadcast,
    keep_order,
    lane_count,
    load,
    maximum,
    minimum,
    select,
    splat,
    splat_like,
    sqrt,
)
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import panel_position

QUARTER = np.float32(0.250001)  # a quarter, and what rounding may take off
MOST = 3e38  # more than any distance, and less than infinity, whose differences are NaN


@device
def nearest_two_direct(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  (n_blocks, n_features, 4) centers: see pack_blocks
):
    """For the rows of a panel: smallest and second smallest squared distance, nearest center.

    It takes as many centers at once as there are registers for their sums, the rows and a
    difference: 8 with AVX-512, where every number loaded serves 8 times or more, and 4 for the two
    registers of rows that AVX2 has. The running minimum and its index never leave the registers.
    """
    zero = splat(packed.dtype.type(0), packed)
    best = zero + MOST
    second, index = best, splat(np.int32(0), packed)
    n_blocks, n_features, lanes = blocks.shape[0], blocks.shape[1], lane_count(packed)
    block = 0
    if MANY_REGISTERS:
        first = panel_position(panel, 0, n_features, lanes)
        while block + 2 <= n_blocks:
            d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = zero
            for f in range(n_features):
                x, c = load(packed, first + f * lanes), (block * n_features + f) * 4
                d0, d1, d2, d3 = _add_squares(x, blocks, c, d0, d1, d2, d3)
                d4, d5, d6, d7 = _add_squares(x, blocks, c + n_features * 4, d4, d5, d6, d7)
            best, second, index = _keep_four(d0, d1, d2, d3, block, best, second, index)
            best, second, index = _keep_four(d4, d5, d6, d7, block + 1, best, second, index)
            block += 2
    while block < n_blocks:
        d0, d1, d2, d3 = four_distances(packed, panel, blocks, block)
        best, second, index = _keep_four(d0, d1, d2, d3, block, best, second, index)
        block += 1
    return best, second, index


@device
def four_distances(packed, panel, blocks, block):
    """Squared distances of the rows of a panel to a block of four centers.

    Measured (4 features): one feature per round took 13% longer than two.
    """
    lanes, n_features = lane_count(packed), blocks.shape[1]
    d0 = d1 = d2 = d3 = splat(packed.dtype.type(0), packed)
    x, c = panel_position(panel, 0, n_features, lanes), block * n_features * 4
    for _ in range(n_features // 2):
        d0, d1, d2, d3 = _add_feature(packed, x, blocks, c, d0, d1, d2, d3)
        d0, d1, d2, d3 = _add_feature(packed, x + lanes, blocks, c + 4, d0, d1, d2, d3)
        x += 2 * lanes
        c += 8
    if n_features % 2 == 1:
        d0, d1, d2, d3 = _add_feature(packed, x, blocks, c, d0, d1, d2, d3)
    return d0, d1, d2, d3


@device
def _add_feature(packed, position, blocks, c, d0, d1, d2, d3):
    """Add what one feature contributes; loads stay in their order.

    Measured (AVX2, 784 features): where LLVM unrolled the loop and loaded ahead, sums were spilled,
    and the search took 1.8 times as long.
    """
    d0, d1, d2, d3 = _add_squares(load(packed, position), blocks, c, d0, d1, d2, d3)
    keep_order()
    return d0, d1, d2, d3


@device
def _add_squares(x, blocks, c, d0, d1, d2, d3):
    """Add the squares of x minus the four values from `c` on to their sums."""
    d0 = add_square(x - broadcast(blocks, c), d0)
    d1 = add_square(x - broadcast(blocks, c + 1), d1)
    d2 = add_square(x - broadcast(blocks, c + 2), d2)
    d3 = add_square(x - broadcast(blocks, c + 3), d3)
    return d0, d1, d2, d3


@device
def _keep_four(d0, d1, d2, d3, block, best, second, index):
    """`keep_two` for the four centers of a block, in their order."""
    j = splat_like(np.int32(block * 4), best)
    best, second, index = keep_two(d0, j, best, second, index)
    best, second, index = keep_two(d1, j + 1, best, second, index)
    best, second, index = keep_two(d2, j + 2, best, second, index)
    return keep_two(d3, j + 3, best, second, index)


@device
def keep_two(distance, j, best, second, index):
    """The smallest two and the index of the smallest, with center j taken into account.

    Strictly nearer wins, so the lowest index wins a tie.
    """
    index = select(distance < best, j, index)
    second = minimum(second, maximum(distance, best))
    best = minimum(distance, best)
    return best, second, index


@device
def ambiguous_direct(best, second, tie_rtol, abs_error):
    """Mask of the rows whose two nearest centers the screen may have put in the wrong order.

    `best` and `second` are squared distances. The distances d1 and d2, not squared, are certain to
    be in order if d2 - d1 > abs_error / 2 + tie_rtol / 4 (d1 + d2). Multiplied by d1 + d2: if
    second - best > tie_rtol * second + abs_error * sqrt(second). The square root is taken only
    where the larger 2 tie_rtol * second + abs_error^2 / (4 tie_rtol) is not exceeded either.
    """
    gap = second - best
    may_be_ambiguous = gap <= second * (tie_rtol + tie_rtol) + abs_error * abs_error * (
        QUARTER / tie_rtol
    )
    if any_lane(may_be_ambiguous):
        return gap <= second * tie_rtol + sqrt(second) * abs_error
    return may_be_ambiguous


@kernel
def pack_blocks(
    centers,  # IN  (n_clusters, n_features), scaled
    offset,  # IN  (n_features,), scaled
    blocks,  # OUT (n_blocks, n_features, 4)
):
    """Write the centers in blocks of four, feature by feature.

    Columns past the last center are infinitely far away: no row goes there. Blocks of eight would
    compute 24 distances for k=20.
    """
    n_clusters, n_features = centers.shape
    for block in range(blocks.shape[0]):
        for f in range(n_features):
            for column in range(4):
                j = block * 4 + column
                value = float(centers[j, f]) - offset[f] if j < n_clusters else np.inf
                blocks[block, f, column] = value


def empty_blocks(n_clusters: int, n_features: int, dtype: np.dtype = FLOAT32) -> np.ndarray:
    """Uninitialised memory for `pack_blocks`, of shape (n_blocks, n_features, 4)."""
    n_blocks = -(-n_clusters // 4)
    return aligned_empty(n_blocks * n_features * 4, dtype).reshape(n_blocks, n_features, 4)
