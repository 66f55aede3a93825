"""The nearest center of every row: the score function that decides every label, and its screen.

A label is the center with the smallest sum of (x - c)^2, in float64 (`nearest_exactly`). This form
loses nothing far from the origin; x.x - 2 x.c + c.c, which peers use because it is a matrix
product, loses all digits there.

The screen (`nearest_two`) is a floating-point filter: it searches all centers in panels of float32
and keeps the two nearest. A row is *ambiguous* if their distances differ by no more than rounding
can have changed them; it is decided in float64. So the screen changes no label, only the time, and
may take either form of the distance: direct_form.py or product_form.py. The shape of `blocks`, the
packed centers, says which.

Ambiguous rows: about one in 10,000 in the direct form, one in 1,000 in the product form.
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
    squares_of_scores,
)
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES

_SAMPLE = 64  # panels searched to see whether the product form is exact enough


@device
def nearest_two(
    packed,  # IN  panels
    panel,  # IN  which one
    blocks,  # IN  centers: see pack_centers
):
    """For the rows of a panel: smallest and second smallest score, nearest center.

    A score is the squared distance, or in the product form c.c / 2 - x.c.
    """
    if blocks.ndim == 3:
        return nearest_two_direct(packed, panel, blocks)
    else:  # noqa: RET505 - Numba leaves the other branch out only if it is one
        return nearest_two_product(packed, panel, blocks)


@device
def ambiguous_rows(best, second, tie_rtol, abs_error, blocks):
    """Mask of the rows whose two nearest centers the screen may have put in the wrong order."""
    if blocks.ndim == 3:
        return ambiguous_direct(best, second, tie_rtol, abs_error)
    else:  # noqa: RET505
        return second - best <= ambiguity_gap(best, abs_error, blocks)


@device
def squared_distances(packed, panel, blocks, best, second, abs_error):
    """Squared distances of a panel's rows from their two smallest scores.

    In the direct form they are as exact as `rows.rel_error` and `abs_error` say. In the product
    form they are an upper bound of the nearest distance and a lower bound of the second.
    """
    if blocks.ndim == 3:
        return best, second
    else:  # noqa: RET505
        return squares_of_scores(packed, panel, blocks, best, second, abs_error)


@kernel
def pack_centers(
    centers,  # IN  (n_clusters, n_features), scaled
    rows,  # IN  Rows
    blocks,  # OUT (n_blocks, n_features, 4); product form: (n_blocks + 1, 5 (n_features + 1))
):
    """Write the centers in the form that the search reads."""
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
    step = -(-rows.abs_error.shape[0] // _SAMPLE)
    n_sampled = -(-rows.abs_error.shape[0] // step) * LANES
    n_ambiguous = _count_ambiguous(rows, blocks, step)
    return blocks if strategy.are_products_exact_enough(n_ambiguous, n_sampled) else None


def pack_for_search(rows: Rows, centers: np.ndarray) -> np.ndarray:
    """Centers, scaled as the rows are, packed in the form that suits these rows."""
    blocks = product_blocks(rows, centers)
    if blocks is None:
        blocks = empty_blocks(*centers.shape)
        pack_centers(centers, rows, blocks)
    return blocks


@kernel
def _count_ambiguous(
    rows,  # IN  Rows
    blocks,  # IN  centers: see pack_centers
    step,  # IN
):
    """How many rows of every `step`-th panel are ambiguous."""
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
