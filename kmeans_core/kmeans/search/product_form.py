"""The search in the product form: c.c / 2 - x.c in place of |x - c|^2, half the instructions.

Both order the centers of a row alike, as |x - c|^2 = 2 (c.c / 2 - x.c) + x.x; below, c.c / 2 - x.c
is the *score* of a center. A score is a sum of products, one instruction per feature; a sum of
squared differences takes two, and a register for the difference. With 16 registers (AVX2) that
leaves room for five or six centers and two registers of rows: six are as fast, and five leave fewer
columns empty. With 32 registers (AVX-512) this form gains nothing, see direct_form.py.

Its price is accuracy: the error of a score grows with x.x, not with the distance. Rows far from the
middle of the table, whose centers lie close together, are ambiguous then, and are decided in
float64. `nearest.product_blocks` counts in a sample of the rows how many of them there are.

Finding the two smallest scores and the center of the smallest takes five instructions per center,
and registers for the best, the second and the index: with few features as long as the products.
So the number of its center stands in the last bits of a score, and the smallest score is its own
index: four instructions, two of which need no multiplier, and no register for the index.

The bound, with y and c as packed (relative to the offset), u = 2^-24, d features, Y a norm that no
row of the panel exceeds, g = (min(d, 64) + d / 64 + 8) u:

- A sum of products in stretches of 64 features, which are then added, is off by at most
  (min(d, 64) + d / 64 + 2) u (c.c / 2 + |y||c|), and rounding y and c to float32 by another
  2 u (c.c / 2 + |y||c|) (N. J. Higham, "Accuracy and Stability of Numerical Algorithms", 2002,
  section 4.2, doi 10.1137/1.9780898718027). As |y||c| <= (Y^2 + c.c) / 2, the error of a score is
  at most g (c.c + Y^2 / 2).
- For a center far away c.c is large, and would widen the bound of every row. So g c.c is taken off
  where its score begins: a score is never above the true one by more than g Y^2 / 2.
- The smallest score is then below the true one by at most 2 g c.c + g Y^2 / 2, where c.c is of that
  center alone, which is near: c.c <= 2 Y^2 + 2 |y - c|^2 <= 4 Y^2 + 4 (its score).
- T numbers of centers in the last bits change a score by at most 2 T u |score|.

So two scores are in their true order if they differ by more than the sum of g (Y^2 + 2 c.c) and
4 T u |score|: `ambiguity_gap`. (The larger score is off by more, but then so is the gap: that is a
share 2 T u of it, which 4.1 instead of 4 allows for up to strategy.PRODUCT_CENTERS.)

Measured (AVX2, two threads, in turn), time of the search in the direct form over this one: 1.12 to
1.2 for 1e6 x 8, k=20; 1.15 to 1.3 for 5e5 x 16, k=30, 3e5 x 32, k=100 and 1e5 x 128, k=256; 1.3 to
1.4 for 1e4 x 784, k=256; 0.9 for 1e6 x 4, k=8. The index in the last bits: 12% faster than in a
register for 16 and 32 features; the direct form gained 4% and keeps its register. Ambiguous rows in
the first assignment of 6e4 x 784, k=256: 0.55% with stretches of 64 features, 3.4% in one stretch.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    bits_of,
    broadcast,
    fma,
    from_bits,
    lane_count,
    load,
    maximum,
    minimum,
    splat,
    splat_like,
)
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.rows.layout import panel_position

_CENTERS = 5  # of a block
_STRETCH = 64  # features whose products are added up by themselves
_NORM_PER_ERROR = np.float32(1.01 * 2.0**24 / 8.0)  # times abs_error: bounds the norms of a panel
_UNDERFLOW = np.float32(1e-36)  # more than what is lost below the smallest normal number


@device
def nearest_two_product(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  centers: see pack_products
):
    """For the rows of a panel: smallest and second smallest score, nearest center."""
    n_blocks, n_features = blocks.shape[0] - 1, blocks.shape[1] // _CENTERS - 1
    best = splat(packed.dtype.type(MOST), packed)
    second, j = best, splat(np.int32(0), packed)
    kept_bits = splat(np.int32(-_tag_count(blocks)), packed)
    for block in range(n_blocks):
        s0, s1 = splat(blocks[block, 0], packed), splat(blocks[block, 1], packed)
        s2, s3 = splat(blocks[block, 2], packed), splat(blocks[block, 3], packed)
        s4 = splat(blocks[block, 4], packed)
        stop = min(_STRETCH, n_features)
        s0, s1, s2, s3, s4 = _add_products(
            packed, panel, blocks, block, 0, stop, s0, s1, s2, s3, s4
        )
        while stop < n_features:
            start, stop = stop, min(stop + _STRETCH, n_features)
            p0 = p1 = p2 = p3 = p4 = splat(packed.dtype.type(0), packed)
            p0, p1, p2, p3, p4 = _add_products(
                packed, panel, blocks, block, start, stop, p0, p1, p2, p3, p4
            )
            s0, s1, s2, s3, s4 = s0 + p0, s1 + p1, s2 + p2, s3 + p3, s4 + p4
        best, second = _keep_tagged(s0, kept_bits, j, best, second)
        best, second = _keep_tagged(s1, kept_bits, j + 1, best, second)
        best, second = _keep_tagged(s2, kept_bits, j + 2, best, second)
        best, second = _keep_tagged(s3, kept_bits, j + 3, best, second)
        best, second = _keep_tagged(s4, kept_bits, j + 4, best, second)
        j = j + _CENTERS
    return best, second, bits_of(best) & (np.int32(_tag_count(blocks)) - 1)


@device
def _keep_tagged(score, kept_bits, j, best, second):
    """The smallest two scores, with center j taken into account; its number is in its last bits."""
    score = from_bits((bits_of(score) & kept_bits) | j)
    return minimum(score, best), minimum(second, maximum(score, best))


@device
def _tag_count(blocks):
    """T, a power of two: how many numbers of centers the last bits of a score can hold."""
    return int(blocks[blocks.shape[0] - 1, 0])


@device
def _add_products(packed, panel, blocks, block, start, stop, s0, s1, s2, s3, s4):
    """Add what the features start..stop-1 contribute to the scores of a block."""
    lanes, size = lane_count(packed), blocks.shape[1]
    x = panel_position(panel, start, size // _CENTERS - 1, lanes)
    c = block * size + (start + 1) * _CENTERS
    for _ in range(start, stop):
        y = load(packed, x)
        s0 = fma(y, broadcast(blocks, c), s0)
        s1 = fma(y, broadcast(blocks, c + 1), s1)
        s2 = fma(y, broadcast(blocks, c + 2), s2)
        s3 = fma(y, broadcast(blocks, c + 3), s3)
        s4 = fma(y, broadcast(blocks, c + 4), s4)
        x += lanes
        c += _CENTERS
    return s0, s1, s2, s3, s4


@device
def _relative_error(n_features):
    """g of the bound above; 8 in place of 4 allows for products that are rounded, without fma."""
    return (min(n_features, _STRETCH) + n_features / _STRETCH + 8) * 2.0**-24


@device
def ambiguity_gap(best, abs_error, blocks):
    """How far apart two scores may be and yet be in the wrong order.

    g (10.3 Y^2 + 9.2 score) is g (Y^2 + 2 c.c) with 1.15 times the bound of c.c, which allows for g
    up to 0.01 in it.
    """
    g, norm = _relative_error(blocks.shape[1] // _CENTERS - 1), abs_error * _NORM_PER_ERROR
    constant = splat_like(np.float32(10.3 * g) * norm * norm + _UNDERFLOW, best)
    return best * np.float32(9.2 * g) + constant + _tag_error(best, blocks)


@device
def _tag_error(score, blocks):
    """4 T u |score|: how far the numbers in their last bits may move two such scores apart."""
    zero = score - score
    share = splat_like(np.float32(4.1 * 2.0**-24 * _tag_count(blocks)), score)
    return maximum(score, zero - score) * share


@device
def squares_of_scores(packed, panel, blocks, best, second, abs_error):
    """Squared distances of a panel's rows from their two smallest scores: 2 (score) + y.y.

    The first is an upper bound of the true one, the second a lower bound.
    """
    lanes, n_features = lane_count(packed), blocks.shape[1] // _CENTERS - 1
    zero = splat(packed.dtype.type(0), packed)
    own = zero
    for f in range(n_features):
        y = load(packed, panel_position(panel, f, n_features, lanes))
        own = fma(y, y, own)
    units, norm = np.float32((2 * n_features + 16) * 2.0**-24), abs_error * _NORM_PER_ERROR
    error = splat_like(units * norm * norm + _UNDERFLOW, best)
    gap = ambiguity_gap(best, abs_error, blocks)
    nearest = best + best + own + (gap + gap + error)
    other = second + second + own - error - _tag_error(second, blocks)
    return maximum(nearest, zero), maximum(other, zero)


@kernel
def pack_products(
    centers,  # IN  (n_clusters, n_features), scaled
    offset,  # IN  (n_features,), scaled
    blocks,  # OUT (n_blocks + 1, 5 (n_features + 1)) float32
):
    """Write what the scores of five centers begin with, then minus these centers, by features.

    Scores past the last center begin at MOST: no row goes there. One more row, behind the blocks,
    begins with T of the bound above.
    """
    n_clusters, n_features = centers.shape
    for block in range(blocks.shape[0] - 1):
        for column in range(_CENTERS):
            j, norm = block * _CENTERS + column, 0.0
            for f in range(n_features):
                value = np.float32(float(centers[j, f]) - offset[f] if j < n_clusters else 0.0)
                blocks[block, (f + 1) * _CENTERS + column] = -value
                norm += float(value) * float(value)
            start = (0.5 - _relative_error(n_features)) * norm
            blocks[block, column] = start if j < n_clusters else MOST
    n_tags = 1
    while n_tags < n_clusters:
        n_tags *= 2
    blocks[blocks.shape[0] - 1, 0] = n_tags


def empty_product_blocks(n_clusters: int, n_features: int) -> np.ndarray:
    """Uninitialised memory for `pack_products`."""
    n_blocks, size = -(-n_clusters // _CENTERS), _CENTERS * (n_features + 1)
    blocks = aligned_empty((n_blocks + 1) * size, FLOAT32)
    return blocks.reshape(n_blocks + 1, size)
