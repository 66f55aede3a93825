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
from kmeans_core.engine.simd import MANY_REGISTERS, count_lanes
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.search import product_form
from kmeans_core.kmeans.search.direct_form import (
    ambiguous_direct,
    empty_blocks,
    nearest_two_direct,
    pack_blocks,
)
from kmeans_core.kmeans.search.product_form import (
    ambiguity_gap,
    nearest_two_product,
    pack_products,
    squares,
)
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES

SAMPLE = 64  # panels searched to see whether the product form is exact enough


@device
def nearest_two(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  centers: see pack_centers
):
    """For the rows of a panel: smallest and second smallest score, nearest center.

    A score is the squared distance, or what `nearest_two_product` has in its place.
    """
    if blocks.ndim == 3:
        return nearest_two_direct(packed, panel, blocks)
    else:  # noqa: RET505 - Numba leaves the other branch out only if it is one
        return nearest_two_product(packed, panel, blocks)


@device
def ambiguous_rows(best, second, tie_rtol, abs_error, blocks):
    """Mask of the rows whose two nearest centers the sieve may have put in the wrong order."""
    if blocks.ndim == 3:
        return ambiguous_direct(best, second, tie_rtol, abs_error)
    else:  # noqa: RET505
        return second - best <= ambiguity_gap(best, abs_error, blocks)


@device
def squared_distances(packed, panel, blocks, best, second, abs_error):
    """Squared distances from the two smallest scores of a panel's rows.

    As exact as `rows.rel_error` and `abs_error` say; by products, the first at least the true one, the
    second at most.
    """
    if blocks.ndim == 3:
        return best, second
    else:  # noqa: RET505
        return squares(packed, panel, blocks, best, second, abs_error)


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
    """Centers, scaled as the rows are, packed for the product form; None where it does not suit.

    A sample of the rows is searched with these centers. Later centers of a run may lie much closer
    together, far from the middle of the table; then more rows have to be decided in float64.
    """
    (n_samples, n_features), k = rows.X.shape, len(centers)
    if not strategy.may_use_products(n_samples, n_features, k, MANY_REGISTERS):
        return None
    blocks = product_form.empty_product_blocks(k, n_features)
    pack_centers(centers, rows, blocks)
    step = -(-rows.abs_error.shape[0] // SAMPLE)
    n_sampled = -(-rows.abs_error.shape[0] // step) * LANES
    n_ambiguous = count_ambiguous(rows, blocks, step)
    return blocks if strategy.are_products_exact_enough(n_ambiguous, n_sampled) else None


def pack_for_search(rows: Rows, centers: np.ndarray) -> np.ndarray:
    """Centers, scaled as the rows are, packed in the form that suits these rows."""
    blocks = product_blocks(rows, centers)
    if blocks is None:
        blocks = empty_blocks(*centers.shape)
        pack_centers(centers, rows, blocks)
    return blocks


@kernel
def count_ambiguous(
    rows,  # IN  Rows
    blocks,  # IN  centers: see pack_centers
    step,  # IN  panels from one of the sample to the next
):
    """How many rows of a sample of panels have to be decided in float64."""
    n_ambiguous = 0
    for panel in range(0, rows.abs_error.shape[0], step):
        best, second, _ = nearest_two(rows.packed, panel, blocks)
        n_ambiguous += count_lanes(
            ambiguous_rows(best, second, rows.tie_rtol, rows.abs_error[panel], blocks)
        )
    return n_ambiguous


@device
def nearest_of_panel(rows, panel, blocks):
    """For the rows of a panel: smallest score, nearest center, mask of the ambiguous rows."""
    best, second, index = nearest_two(rows.packed, panel, blocks)
    return best, index, ambiguous_rows(best, second, rows.tie_rtol, rows.abs_error[panel], blocks)


@device
def nearest_exactly(X, i, scale, centers):
    """Nearest center of one row in float64, the lowest index on ties."""
    best, best_distance = 0, squared_distance(X, i, scale, centers, 0)
    for j in range(1, centers.shape[0]):
        distance = squared_distance(X, i, scale, centers, j)
        if distance < best_distance:
            best, best_distance = j, distance
    return best
