"""Single linkage by Prim's algorithm: a minimum spanning tree without a distance matrix.

The tree grows from row 0. For every row outside it, `near` holds the distance to the tree; each
step takes in the closest row and lets its distances lower those of the others.

The order in which rows join is all that is kept. Single linkage cuts the tree at the longest
edges, and between two long edges stands one cluster: so each row may be joined to its
*predecessor* in that order instead of its true neighbour, at the same height.

There are two forms: one reads whole rows of distances from any source; the other, for Euclidean
vectors, keeps the rows outside the tree packed and computes only those distances exactly that may
lower a `near` (see screen.py).

Prim 1957, doi 10.1002/j.1538-7305.1957.tb01515.x; Gower and Ross 1969, doi 10.2307/2346439, for the
equivalence to single linkage.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import any_lane, lane_bits, lane_count, load, minimum, store
from kmeans_core.hierarchy.distances.argmin import first_minimum, keep_smaller, no_minimum
from kmeans_core.hierarchy.distances.panels import (
    FLOAT64,
    GROUP,
    NS_PER_VALUE,
    four_squares,
    infinite,
    packed_points,
    padded,
    panel_slot,
    squared_distance,
)
from kmeans_core.hierarchy.distances.screen import FLOAT32, screen_for, screened
from kmeans_core.hierarchy.distances.source import EUCLIDEAN, Source, ns_per_row, write_row
from kmeans_core.hierarchy.linkages.merges import label_edges

# ---- any metric, or a condensed matrix -----------------------------------------------------------


class _Frontier(NamedTuple):
    """What a tree of rows grows into, for rows of distances. A column is a row's number."""

    columns: np.ndarray  # (columns,) 0, 1, 2 ...
    distances: np.ndarray  # WORK (columns,), of the row that has just joined
    near: np.ndarray  # (columns,) distance to the tree
    outside: np.ndarray  # (columns,) 0 for a row outside the tree, else inf
    order: np.ndarray  # (n_samples,) the rows in the order in which they join


def prim_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of single linkage, from any source.

    Parameters
    ----------
    source : Source
        With room for all columns.
    method, weight
        Not used: the linkage is 'single', and its heights do not depend on weights.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)

    Notes
    -----
    O(n^2) distances, O(n) memory beyond the source; ties go to the lowest row.
    """
    n_samples, n_columns = source.n_samples, padded(source.n_samples)
    frontier = _Frontier(
        columns=np.arange(n_columns),
        distances=aligned_empty(n_columns, FLOAT64),
        near=infinite(n_columns),
        outside=np.where(np.arange(n_columns) < n_samples, 0.0, np.inf),
        order=np.zeros(n_samples, dtype=np.int64),
    )
    lengths, order = np.empty(n_samples - 1), frontier.order
    for start, stop in short_calls(0, n_samples - 1, ns_per_row(n_samples, source.X.shape[1])):
        _grow_tree(source, frontier, start, stop, lengths)
    return label_edges(np.column_stack([order[:-1], order[1:]]), lengths)


@kernel
def _grow_tree(
    source,  # IN  Source
    frontier,  # INOUT _Frontier; row 0 has joined and still counts as outside
    start,  # IN  how many rows have joined after it
    stop,  # IN  how many are to
    lengths,  # OUT (n_samples - 1,)
):
    """Writes the order and the lengths of these steps."""
    near, outside, distances = frontier.near, frontier.outside, frontier.distances
    order, lanes = frontier.order, lane_count(frontier.near)
    for step in range(start, stop):
        outside[order[step]] = np.inf
        write_row(source, order[step], frontier.columns, order.shape[0], 0, distances)
        best, panels = no_minimum(near)
        for panel in range(near.shape[0] // lanes):
            o = panel * lanes
            value = minimum(load(distances, o) + load(outside, o), load(near, o) + load(outside, o))
            store(near, o, value)
            best, panels = keep_smaller(value, panel, best, panels)
        order[step + 1] = first_minimum(best, panels, near)
        lengths[step] = near[order[step + 1]]


# ---- Euclidean vectors ---------------------------------------------------------------------------


class _Outside(NamedTuple):
    """The rows, those outside the tree first: slots 0..n_outside-1."""

    rows: np.ndarray  # (n_samples, n_features), the exact points
    packed: np.ndarray  # the same in panels of float32; a row that joins is taken out
    query: np.ndarray  # WORK (n_features,) float32
    near: np.ndarray  # (columns,) squared distance to the tree
    bound: np.ndarray  # (columns,) float32: what a screened square must be below to matter
    order: np.ndarray  # (n_samples,) the row of each slot; at the end the last to join comes first


def prim_vectors_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of single linkage, from vectors whose distances are Euclidean or squares of such.

    Parameters
    ----------
    source : Source
        Of kind EUCLIDEAN or SQEUCLIDEAN; its panels are not used.
    method, weight
        Not used, as in `prim_tree`.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)

    Notes
    -----
    O(n^2 d) time, O(n d) memory. Of rows at the same distance, the one that stands first in the
    working order is taken; the heights do not depend on it.
    """
    X, (n_samples, n_features) = source.X, source.X.shape
    n_columns = padded(n_samples, FLOAT32)
    outside = _Outside(
        rows=X.copy(),
        packed=packed_points(X, n_samples, FLOAT32),
        query=np.empty(n_features, dtype=np.float32),
        near=infinite(n_columns),
        bound=infinite(n_columns, FLOAT32),
        order=np.arange(n_samples),
    )
    squares, screen, joining = np.empty(n_samples - 1), screen_for(n_features), 0
    for start, stop in short_calls(0, n_samples - 1, NS_PER_VALUE * X.size):
        joining = _grow_tree_of_vectors(outside, screen, joining, start, stop, squares)
    order = outside.order[::-1]
    lengths = np.sqrt(squares) if source.kind == EUCLIDEAN else squares
    return label_edges(np.column_stack([order[:-1], order[1:]]), lengths)


@kernel
def _grow_tree_of_vectors(
    outside,  # INOUT _Outside
    screen,  # IN  Screen
    joining,  # IN  the slot whose row joins next
    start,  # IN  how many have joined after row 0
    stop,  # IN  how many are to
    squares,  # OUT (n_samples - 1,)
):
    """Writes the order and the squared lengths; returns the slot whose row joins next.

    A row that joins changes places with the last one outside, so `order` fills up with the tree
    from its end.
    """
    packed, near, bound, query = outside.packed, outside.near, outside.bound, outside.query
    n_samples, n_features = outside.rows.shape
    lanes, wide = lane_count(packed), lane_count(near)  # of float32, of float64
    for n_outside in range(n_samples - 1 - start, n_samples - 1 - stop, -1):
        _take_out(outside, joining, n_outside)
        for f in range(n_features):
            query[f] = outside.rows[n_outside, f]
        best, panels = no_minimum(near)
        for panel in range(0, -(-n_outside // (GROUP * lanes)) * GROUP, GROUP):
            o = panel * lanes
            a, b, c, d = four_squares(packed, panel, query, n_features)
            near_a, near_b = a < load(bound, o), b < load(bound, o + lanes)
            near_c, near_d = c < load(bound, o + 2 * lanes), d < load(bound, o + 3 * lanes)
            if any_lane((near_a | near_b) | (near_c | near_d)):
                _lower(near_a, o, outside, n_outside, screen)
                _lower(near_b, o + lanes, outside, n_outside, screen)
                _lower(near_c, o + 2 * lanes, outside, n_outside, screen)
                _lower(near_d, o + 3 * lanes, outside, n_outside, screen)
            for part in range(o // wide, (o + GROUP * lanes) // wide):
                best, panels = keep_smaller(load(near, part * wide), part, best, panels)
        joining = first_minimum(best, panels, near)
        squares[n_samples - 1 - n_outside] = near[joining]
    return joining


@device
def _take_out(outside, joining, last):
    """Exchange a row with the last one outside the tree, and take it off the panels."""
    rows, packed, near, bound = outside.rows, outside.packed, outside.near, outside.bound
    order, lanes, n_features = outside.order, lane_count(outside.packed), outside.rows.shape[1]
    for f in range(n_features):
        at_joining = panel_slot(joining, f, n_features, lanes)
        at_last = panel_slot(last, f, n_features, lanes)
        packed[at_joining] = packed[at_last]
        packed[at_last] = np.inf
        rows[joining, f], rows[last, f] = rows[last, f], rows[joining, f]
    order[joining], order[last] = order[last], order[joining]
    near[joining], bound[joining] = near[last], bound[last]
    near[last], bound[last] = np.inf, np.inf


@device
def _lower(mask, slot, outside, joined, screen):
    """Lower `near` for the rows that the screen could not rule out and that are really nearer."""
    bits = lane_bits(mask)
    while bits != 0:
        if bits & 1:
            square = squared_distance(outside.rows, joined, slot)
            if square < outside.near[slot]:
                outside.near[slot] = square
                outside.bound[slot] = screened(screen, square)
        bits >>= 1
        slot += 1
