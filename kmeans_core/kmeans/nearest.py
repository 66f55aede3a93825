"""The nearest center of every row: the score function that decides every label, and its sieve.

A label is the center with the smallest sum of (x - c)^2, in float64 (`nearest_exactly`). This form
loses nothing far from the origin; x.x - 2 x.c + c.c, which peers use because it is a matrix
product, loses all digits there.

The sieve (`nearest_two`) searches all centers in float32 panels and keeps the nearest two. It
settles a row whose two nearest centers differ by more than rounding can have blurred; the others,
about one in 10,000 by differences and one in 1,000 by products, are decided exactly. So the sieve
changes no label, only the time, and may take either form: differences.py or products.py. Which one,
the shape of `blocks` says.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    count_lanes,
    fma,
    lane_count,
    load_wide,
    store,
    sum_lanes,
)
from kmeans_core.kmeans import products
from kmeans_core.kmeans.differences import (
    add_square,
    by_differences,
    empty_blocks,
    pack_blocks,
    unclear,
)
from kmeans_core.kmeans.panels import LANES, Rows
from kmeans_core.kmeans.products import by_products, pack_products, squares, vague

EIGHT_ZEROS = np.zeros(8)  # for a register of zeros
FEWEST_FLOPS = 1e8  # of an assignment: below, products gain less than loading their kernels takes
SAMPLE = 64  # panels that are asked whether products suit them


@device
def nearest_two(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  centers: see pack_centers
):
    """For the rows of a panel: smallest and second smallest score, nearest center.

    A score is the squared distance, or what `by_products` has in its place.
    """
    if blocks.ndim == 3:
        return by_differences(packed, panel, blocks)
    else:  # noqa: RET505 - Numba leaves the other branch out only if it is one
        return by_products(packed, panel, blocks)


@device
def uncertain(best, second, tie, blur, blocks):
    """Mask of the rows whose two nearest centers the sieve may have put in the wrong order."""
    if blocks.ndim == 3:
        return unclear(best, second, tie, blur)
    else:  # noqa: RET505
        return second - best <= vague(best, blur, blocks)


@device
def squared_distances(packed, panel, blocks, best, second, blur):
    """Squared distances from the two smallest scores of a panel's rows.

    As exact as `rows.slack` and `blur` say; by products, the first at least the true one, the
    second at most.
    """
    if blocks.ndim == 3:
        return best, second
    else:  # noqa: RET505
        return squares(packed, panel, blocks, best, second, blur)


@kernel
def pack_centers(
    centers,  # IN  (n_clusters, n_features), scaled
    rows,  # IN  Rows
    blocks,  # OUT (n_blocks, n_features, 4), or for products (n_blocks + 1, 5 (n_features + 1))
):
    """Writes the centers in the form that the search reads."""
    if blocks.ndim == 3:
        pack_blocks(centers, rows.offset, blocks)
    else:
        pack_products(centers, rows.offset, blocks)


def product_blocks(rows: Rows, centers: np.ndarray) -> np.ndarray | None:
    """Centers, scaled as the rows are, packed for products; None where these do not suit.

    A sample of the rows is asked, with these centers: where a run's later ones lie much closer
    together, far from the middle of the table, more rows have to be decided exactly.
    """
    k, d = centers.shape
    if not products.may_suit(k, d) or 2.0 * rows.X.size * k < FEWEST_FLOPS:
        return None
    blocks = products.empty_product_blocks(k, d)
    pack_centers(centers, rows, blocks)
    step = -(-rows.blur.shape[0] // SAMPLE)
    asked = -(-rows.blur.shape[0] // step) * LANES
    suits = count_uncertain(rows, blocks, step) <= products.MOST_UNCERTAIN * asked
    return blocks if suits else None


def center_blocks(rows: Rows, centers: np.ndarray) -> np.ndarray:
    """Centers, scaled as the rows are, packed in the form that suits these rows."""
    blocks = product_blocks(rows, centers)
    if blocks is None:
        blocks = empty_blocks(*centers.shape)
        pack_centers(centers, rows, blocks)
    return blocks


@kernel
def count_uncertain(
    rows,  # IN  Rows
    blocks,  # IN  centers: see pack_centers
    step,  # IN  panels from one that is asked to the next
):
    """How many rows of these panels have to be decided exactly."""
    n_uncertain = 0
    for panel in range(0, rows.blur.shape[0], step):
        best, second, _ = nearest_two(rows.packed, panel, blocks)
        n_uncertain += count_lanes(uncertain(best, second, rows.tie, rows.blur[panel], blocks))
    return n_uncertain


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
        tied = uncertain(best, second, tie, blur[panel], packed_centers)
        if any_lane(tied):
            for lane in range(min(lanes, X.shape[0] - panel * lanes)):
                if tied[lane]:
                    i = panel * lanes + lane
                    labels[i] = nearest_exactly(X, i, scale, centers)


@kernel
def distances_to_centers(
    X,  # IN  (n_samples, n_features)
    scale,  # IN  power of two
    centers,  # IN  (n_clusters, n_features), scaled
    start,  # IN  first row
    stop,  # IN  row after the last
    distances,  # OUT (n_samples, n_clusters)
):
    """Writes the Euclidean distances of these rows to all centers, in the caller's units."""
    for i in range(start, stop):
        for j in range(centers.shape[0]):
            distances[i, j] = np.sqrt(squared_distance(X, i, scale, centers, j)) / scale


@kernel
def rows_inertia(
    rows,  # IN  Rows
    centers,  # IN  (n_clusters, n_features), scaled as the rows are
    labels,  # IN  (at least n_samples,) int32
    start,  # IN  first row
    stop,  # IN  row after the last
):
    """Weighted sum of the squared distances of these rows to their centers.

    In row order a lane, and these at the end: 4.4 ns a row instead of 7.3 for 1e6 x 8.
    """
    X, weight, step, scale = rows.X, rows.weight, rows.weight_step, rows.scale
    n_features, lanes = X.shape[1], lane_count(EIGHT_ZEROS)
    totals, rest = load_wide(EIGHT_ZEROS, 0), 0.0
    for i in range(start, stop):
        factor, x, c = float(weight[i * step]), i * n_features, labels[i] * n_features
        f = 0
        while f + lanes <= n_features:
            difference = load_wide(X, x + f) * scale - load_wide(centers, c + f)
            totals = fma(difference * factor, difference, totals)
            f += lanes
        while f < n_features:
            difference = X[i, f] * scale - float(centers[labels[i], f])
            rest += difference * difference * factor
            f += 1
    return sum_lanes(totals) + rest
