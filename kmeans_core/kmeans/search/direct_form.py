"""The search by differences: sums of (x - c)^2, a panel of rows against a block of centers.

This form loses nothing far from the origin: the error of a distance is a share of that distance.
It costs nothing with 32 registers, because a core subtracts beside its multiplications: 104-114
GFLOP/s against 115 for products (Zen 4). With 16 of them products.py is faster for many features.
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

QUARTER = np.float32(0.250001)  # and what rounding may take off
MOST = 3e38  # no distance: more than any, less than infinity, from which nothing is far


@device
def nearest_two_direct(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  (n_blocks, n_features, 4) centers: see pack_centers
):
    """For the rows of a panel: smallest and second smallest squared distance, nearest center.

    As many centers at once as there are registers for their sums, the rows and a difference: 8
    with AVX-512, where every number loaded serves 8 times or more, and 4 for two registers of rows
    with AVX2. The running minimum and its index never leave the registers either.
    """
    zero = splat(packed.dtype.type(0), packed)
    best = zero + MOST
    second, index = best, splat(np.int32(0), packed)
    n_blocks, start = blocks.shape[0], 0
    if MANY_REGISTERS:
        x_start, n_features = panel * blocks.shape[1] * lane_count(packed), blocks.shape[1]
        while start + 2 <= n_blocks:
            d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = zero
            for f in range(n_features):
                x = load(packed, x_start + f * lane_count(packed))
                c = (start * n_features + f) * 4
                d0 = add_square(x - broadcast(blocks, c), d0)
                d1 = add_square(x - broadcast(blocks, c + 1), d1)
                d2 = add_square(x - broadcast(blocks, c + 2), d2)
                d3 = add_square(x - broadcast(blocks, c + 3), d3)
                c += n_features * 4
                d4 = add_square(x - broadcast(blocks, c), d4)
                d5 = add_square(x - broadcast(blocks, c + 1), d5)
                d6 = add_square(x - broadcast(blocks, c + 2), d6)
                d7 = add_square(x - broadcast(blocks, c + 3), d7)
            best, second, index = keep_four(d0, d1, d2, d3, start, best, second, index)
            best, second, index = keep_four(d4, d5, d6, d7, start + 1, best, second, index)
            start += 2
    while start < n_blocks:
        d0, d1, d2, d3 = four_distances(packed, panel, blocks, start)
        best, second, index = keep_four(d0, d1, d2, d3, start, best, second, index)
        start += 1
    return best, second, index


@device
def four_distances(packed, panel, blocks, block):
    """Squared distances of the rows of a panel to a block of four centers.

    Two features a round: one took 13% longer for 4 features.
    """
    lanes, n_features = lane_count(packed), blocks.shape[1]
    d0 = d1 = d2 = d3 = splat(packed.dtype.type(0), packed)
    x, c = panel * n_features * lanes, block * n_features * 4
    for _ in range(n_features // 2):
        d0, d1, d2, d3 = add_feature(packed, x, blocks, c, d0, d1, d2, d3)
        d0, d1, d2, d3 = add_feature(packed, x + lanes, blocks, c + 4, d0, d1, d2, d3)
        x += 2 * lanes
        c += 8
    if n_features % 2 == 1:
        d0, d1, d2, d3 = add_feature(packed, x, blocks, c, d0, d1, d2, d3)
    return d0, d1, d2, d3


@device
def add_feature(packed, place, blocks, c, d0, d1, d2, d3):
    """Add what one feature contributes.

    Loads stay in their order: where LLVM unrolled the loop and loaded ahead, sums were spilled,
    and 784 features took 1.8 times as long (AVX2).
    """
    x = load(packed, place)
    d0 = add_square(x - broadcast(blocks, c), d0)
    d1 = add_square(x - broadcast(blocks, c + 1), d1)
    d2 = add_square(x - broadcast(blocks, c + 2), d2)
    d3 = add_square(x - broadcast(blocks, c + 3), d3)
    keep_order()
    return d0, d1, d2, d3


@device
def keep_four(d0, d1, d2, d3, block, best, second, index):
    """Let the four centers of a block take part."""
    j = splat_like(np.int32(block * 4), best)
    best, second, index = keep_two(d0, j, best, second, index)
    best, second, index = keep_two(d1, j + 1, best, second, index)
    best, second, index = keep_two(d2, j + 2, best, second, index)
    return keep_two(d3, j + 3, best, second, index)


@device
def keep_two(distance, j, best, second, index):
    """Let center j take part. Strictly nearer wins, so the lowest index wins a tie."""
    index = select(distance < best, j, index)
    second = minimum(second, maximum(distance, best))
    best = minimum(distance, best)
    return best, second, index


@device
def ambiguous_direct(best, second, tie_rtol, abs_error):
    """Mask of the rows whose two nearest centers the sieve may have put in the wrong order.

    Their distances, not squared, are certain to be in order if they differ by more than
    blur / 2 + tie / 4 of their sum. Multiplied by that sum: if second - best exceeds
    tie * second + blur * sqrt(second). The square root is spared wherever the larger
    2 * tie * second + blur^2 / (4 tie) is exceeded.
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
    """Writes the centers in blocks of four, feature by feature.

    Places past the last center are infinitely far away: no row goes there. Blocks of eight would
    compute 24 distances for k=20.
    """
    n_clusters, n_features = centers.shape
    for block in range(blocks.shape[0]):
        for f in range(n_features):
            for place in range(4):
                j = block * 4 + place
                value = float(centers[j, f]) - offset[f] if j < n_clusters else np.inf
                blocks[block, f, place] = value


def empty_blocks(n_clusters: int, n_features: int, dtype: np.dtype = FLOAT32) -> np.ndarray:
    """Room for `pack_blocks`."""
    n_blocks = -(-n_clusters // 4)
    return aligned_empty(n_blocks * n_features * 4, dtype).reshape(n_blocks, n_features, 4)
