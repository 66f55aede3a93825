"""The nearest center of every row: the score function that decides every label, and its sieve.

A label is the center with the smallest sum of (x - c)^2, in float64 (`nearest_exactly`). This form
loses nothing far from the origin; x.x - 2 x.c + c.c, which peers use because it is a matrix
product, loses all digits there.

The sieve (`nearest_two`) computes all distances in float32 panels and keeps the smallest two. It
settles a row whose two nearest centers differ by more than rounding can have blurred; the others,
about one in 10,000, are decided exactly. So the sieve changes no label, only the time: it runs at
90-98% of the arithmetic peak of a core. The direct form costs nothing there, because a core
subtracts beside its multiplications: 104-114 GFLOP/s against 115 for the product form (Zen 4).
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    MANY_REGISTERS,
    any_lane,
    broadcast,
    fma,
    keep_order,
    lane_count,
    load,
    load_wide,
    maximum,
    minimum,
    select,
    splat,
    splat_like,
    sqrt,
    store,
    sum_lanes,
)

EIGHT_ZEROS = np.zeros(8)  # for a register of zeros
QUARTER = np.float32(0.250001)  # and what rounding may take off
MOST = 3e38  # no distance: more than any, less than infinity, from which nothing is far


@device
def nearest_two(
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
def add_square(difference, total):
    return fma(difference, difference, total)


@device
def keep_two(distance, j, best, second, index):
    """Let center j take part. Strictly nearer wins, so the lowest index wins a tie."""
    index = select(distance < best, j, index)
    second = minimum(second, maximum(distance, best))
    best = minimum(distance, best)
    return best, second, index


@device
def uncertain(best, second, tie, blur):
    """Mask of the rows whose two nearest centers the sieve may have put in the wrong order.

    Their distances, not squared, are certain to be in order if they differ by more than
    blur / 2 + tie / 4 of their sum. Multiplied by that sum: if second - best exceeds
    tie * second + blur * sqrt(second). The square root is spared wherever the larger
    2 * tie * second + blur^2 / (4 tie) is exceeded.
    """
    gap = second - best
    doubtful = gap <= second * (tie + tie) + blur * blur * (QUARTER / tie)
    if any_lane(doubtful):
        return gap <= second * tie + sqrt(second) * blur
    return doubtful


@device
def squared_distance(X, i, scale, centers, j):
    """Squared distance of row i to center j in float64, lane = feature."""
    n_features = X.shape[1]
    lanes, f, result = lane_count(EIGHT_ZEROS), 0, 0.0
    if n_features >= lanes:
        total = load_wide(EIGHT_ZEROS, 0)
        while f + lanes <= n_features:
            x, c = load_wide(X, i * n_features + f), load_wide(centers, j * n_features + f)
            total = add_square(x * scale - c, total)
            f += lanes
        result = sum_lanes(total)
    while f < n_features:
        difference = X[i, f] * scale - float(centers[j, f])
        result += difference * difference
        f += 1
    return result


@device
def nearest_exactly(X, i, scale, centers):
    """Nearest center of one row in float64, the lowest index on ties."""
    best, best_distance = 0, squared_distance(X, i, scale, centers, 0)
    for j in range(1, centers.shape[0]):
        distance = squared_distance(X, i, scale, centers, j)
        if distance < best_distance:
            best, best_distance = j, distance
    return best


@kernel
def label_panels(
    rows,  # IN  Rows
    centers,  # IN  (n_clusters, n_features), scaled as the rows are
    packed_centers,  # IN  the same in blocks
    first,  # IN  first panel
    last,  # IN  panel after the last
    labels,  # OUT (n_panels * lanes,) int32
):
    """Writes the labels of these panels."""
    X, packed, scale, tie, blur = rows.X, rows.packed, rows.scale, rows.tie, rows.blur
    lanes = lane_count(packed)
    for panel in range(first, last):
        best, second, index = nearest_two(packed, panel, packed_centers)
        store(labels, panel * lanes, index)
        tied = uncertain(best, second, tie, blur[panel])
        if any_lane(tied):
            for lane in range(min(lanes, X.shape[0] - panel * lanes)):
                if tied[lane]:
                    i = panel * lanes + lane
                    labels[i] = nearest_exactly(X, i, scale, centers)


@kernel
def rows_inertia(
    rows,  # IN  Rows
    centers,  # IN  (n_clusters, n_features), scaled as the rows are
    labels,  # IN  (at least n_samples,) int32
    start,  # IN  first row
    stop,  # IN  row after the last
):
    """Weighted sum of the squared distances of these rows to their centers, in row order."""
    X, weight, step, scale = rows.X, rows.weight, rows.weight_step, rows.scale
    total = 0.0
    for i in range(start, stop):
        total += squared_distance(X, i, scale, centers, labels[i]) * weight[i * step]
    return total
