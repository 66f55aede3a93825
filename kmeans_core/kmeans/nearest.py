"""The nearest center of every row: the one score function that decides every label.

A distance is the sum of (x - c)^2 over the features in their order, by fma, in the dtype of the
data. This form loses nothing far from the origin; x.x - 2 x.c + c.c, which peers use because it is
a matrix product, loses all digits there. It costs no time where a core subtracts beside its
multiplications: 104-114 GFLOP/s against 115 for the product form (one Zen 4 core, float32).

In float32 two distances can be closer than their rounding errors. Such rows, about one in 100,000,
are decided again in float64, so a float32 label is the one that exact arithmetic would give.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    broadcast,
    fma,
    gather,
    lane_count,
    load,
    load_like,
    load_wide,
    maximum,
    minimum,
    select,
    splat,
    splat_like,
    store,
    sum_lanes,
    widen,
)

EIGHT_ZEROS = np.zeros(8)  # for a register of zeros


@device
def nearest_two(
    packed,  # IN  panels
    panel,  # IN  which one
    packed_centers,  # IN  blocks of 8 centers, the last one of 4 or 8: see pack_centers
    n_features,  # IN
):
    """For the rows of a panel: smallest and second smallest squared distance, nearest center.

    Eight centers at once: 8 sums, the rows and a difference fit the registers, and every number
    loaded serves 8 or more times. The running minimum and its index never leave the registers
    either.
    """
    zero, lanes = splat(packed.dtype.type(0), packed), lane_count(packed)
    best = zero + np.inf
    second, index = best, splat(np.int32(0), packed)
    x_start, n_places = panel * n_features * lanes, packed_centers.shape[0] // n_features
    for j in range(0, n_places - 4, 8):
        d0 = d1 = d2 = d3 = d4 = d5 = d6 = d7 = zero
        for f in range(n_features):
            x = load(packed, x_start + f * lanes)
            c = j * n_features + f * 8
            d0 = add_square(x - broadcast(packed_centers, c), d0)
            d1 = add_square(x - broadcast(packed_centers, c + 1), d1)
            d2 = add_square(x - broadcast(packed_centers, c + 2), d2)
            d3 = add_square(x - broadcast(packed_centers, c + 3), d3)
            d4 = add_square(x - broadcast(packed_centers, c + 4), d4)
            d5 = add_square(x - broadcast(packed_centers, c + 5), d5)
            d6 = add_square(x - broadcast(packed_centers, c + 6), d6)
            d7 = add_square(x - broadcast(packed_centers, c + 7), d7)
        best, second, index = keep_two(d0, j, best, second, index)
        best, second, index = keep_two(d1, j + 1, best, second, index)
        best, second, index = keep_two(d2, j + 2, best, second, index)
        best, second, index = keep_two(d3, j + 3, best, second, index)
        best, second, index = keep_two(d4, j + 4, best, second, index)
        best, second, index = keep_two(d5, j + 5, best, second, index)
        best, second, index = keep_two(d6, j + 6, best, second, index)
        best, second, index = keep_two(d7, j + 7, best, second, index)
    if n_places % 8 == 4:  # the last one to four centers
        j = n_places - 4
        d0 = d1 = d2 = d3 = zero
        for f in range(n_features):
            x = load(packed, x_start + f * lanes)
            c = j * n_features + f * 4
            d0 = add_square(x - broadcast(packed_centers, c), d0)
            d1 = add_square(x - broadcast(packed_centers, c + 1), d1)
            d2 = add_square(x - broadcast(packed_centers, c + 2), d2)
            d3 = add_square(x - broadcast(packed_centers, c + 3), d3)
        best, second, index = keep_two(d0, j, best, second, index)
        best, second, index = keep_two(d1, j + 1, best, second, index)
        best, second, index = keep_two(d2, j + 2, best, second, index)
        best, second, index = keep_two(d3, j + 3, best, second, index)
    return best, second, index


@device
def add_square(difference, total):
    return fma(difference, difference, total)


@device
def keep_two(distance, j, best, second, index):
    """Let center j take part. Strictly nearer wins, so the lowest index wins a tie."""
    index = select(distance < best, splat_like(np.int32(j), best), index)
    second = minimum(second, maximum(distance, best))
    best = minimum(distance, best)
    return best, second, index


@device
def nearly_tied(best, second, tie):
    """Mask of the rows whose two nearest centers rounding may have put in the wrong order."""
    return (second - best) < second * tie


@device
def squared_distance(X, i, scale, centers, j):
    """Squared distance of row i to center j in float64, lane = feature."""
    n_features = X.shape[1]
    total = load_wide(EIGHT_ZEROS, 0)
    lanes, f = lane_count(EIGHT_ZEROS), 0
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
    X, packed, scale, tie = rows.X, rows.packed, rows.scale, rows.tie
    lanes, n_features = lane_count(packed), X.shape[1]
    for panel in range(first, last):
        best, second, index = nearest_two(packed, panel, packed_centers, n_features)
        store(labels, panel * lanes, index)
        tied = nearly_tied(best, second, tie)
        if any_lane(tied):
            for lane in range(min(lanes, X.shape[0] - panel * lanes)):
                if tied[lane]:
                    i = panel * lanes + lane
                    labels[i] = nearest_exactly(X, i, scale, centers)


@kernel
def panels_inertia(
    rows,  # IN  Rows
    centers,  # IN  (n_clusters, n_features), scaled as the rows are
    labels,  # IN  (n_panels * lanes,) int32
    first,  # IN  first panel
    last,  # IN  panel after the last
):
    """Weighted sum of the squared distances of these rows to their centers, panel by panel."""
    packed, weight, step = rows.packed, rows.weight, rows.weight_step
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    total = 0.0
    for panel in range(first, last):
        distance = own_distance(packed, panel, centers, labels, n_features)
        if (panel + 1) * lanes > n_samples:  # the last panel may hold lanes that are no rows
            for lane in range(n_samples - panel * lanes):
                total += float(distance[lane]) * weight[(panel * lanes + lane) * step]
        elif step == 0:
            total += sum_lanes(widen(distance)) * weight[0]
        else:
            total += sum_lanes(widen(distance) * widen(load(weight, panel * lanes)))
    return total


@device
def own_distance(packed, panel, centers, labels, n_features):
    """Squared distances of the rows of a panel to their own centers: the bits of `nearest_two`."""
    lanes = lane_count(packed)
    total = splat(packed.dtype.type(0), packed)
    place = load_like(labels, panel * lanes, total) * n_features
    for f in range(n_features):
        x = load(packed, (panel * n_features + f) * lanes)
        total = add_square(x - gather(centers, place + f), total)
    return total
