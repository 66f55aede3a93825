"""Single linkage by Prim's algorithm: a minimum spanning tree without a distance matrix.

The tree grows from row 0. For every row outside it, `near` holds the distance to the tree; each
step takes in the closest row and lets its distances lower those of the others.

The order in which rows join is all that is kept. Single linkage cuts the tree at the longest
edges, and between two long edges stands one cluster: so each row may be joined to its
*predecessor* in that order instead of its true neighbour, at the same height.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import A_DISTANCE, short_calls
from kmeans_core.engine.simd import any_lane, lane_bits, lane_count, load, minimum, store
from kmeans_core.hierarchy.distances.argmin import first_of_lanes, keep_smaller, nothing_yet
from kmeans_core.hierarchy.distances.screen import (
    FLOAT32,
    packed_float32,
    screen_columns,
    stretch_and_slack,
)
from kmeans_core.hierarchy.distances.source import (
    FLOAT64,
    GROUP,
    Source,
    four_squares,
    padded,
    place,
    write_row,
)


def prim_vectors(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges of a tree with the single-linkage heights of Euclidean rows, in Prim's order.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        Values below 2 in size.

    Returns
    -------
    edges : ndarray of int64, shape (n_samples - 1, 2)
    squares : ndarray of float64, shape (n_samples - 1,)
        Their squared lengths.

    Notes
    -----
    O(n^2 d) time, O(n d) memory. Of rows at the same distance, the one that stands first in the
    working order is taken; the heights do not depend on it.

    References
    ----------
    Prim 1957, doi 10.1002/j.1538-7305.1957.tb01515.x; Gower and Ross 1969, doi 10.2307/2346439,
    for the equivalence to single linkage.
    """
    rows, n_columns = X.copy(), screen_columns(len(X))
    near = aligned_empty(n_columns, FLOAT64)
    near[:] = np.inf
    bound = aligned_empty(n_columns, FLOAT32)
    bound[:] = np.inf
    stretch, slack = stretch_and_slack(X.shape[1])
    order, squares = np.arange(len(X)), np.empty(len(X) - 1)
    query = np.empty(X.shape[1], dtype=np.float32)
    packed, joining = packed_float32(rows), 0
    for begin, end in short_calls(len(X) - 1, X.size):
        joining = _grow_tree(
            rows, packed, query, near, bound, stretch, slack, order, squares, joining, begin, end
        )
    order = order[::-1]
    return np.column_stack([order[:-1], order[1:]]), squares


@kernel
def _grow_tree(
    rows,  # INOUT (n_samples, n_features), the exact points; reordered
    packed,  # INOUT the same in panels of float32; the rows of the tree are taken out
    query,  # WORK (n_features,) float32
    near,  # INOUT (columns,) squared distance to the tree; inf on entry
    bound,  # INOUT (columns,) float32: what a screened square must be below to matter
    stretch,  # IN
    slack,  # IN
    order,  # INOUT (n_samples,) 0, 1, 2 ... at first; the last to join stands first
    squares,  # OUT (n_samples - 1,)
    joining,  # IN  the place whose row joins next
    begin,  # IN  how many have joined
    end,  # IN  how many are to
):
    """Writes the order and the squared lengths; returns the place whose row joins next.

    Places 0..outside-1 are the rows outside the tree. One that joins changes places with the last
    of them, so `order` fills up with the tree from its end.
    """
    n_samples, n_features = rows.shape
    lanes, wide = lane_count(packed), lane_count(near)  # of float32, of float64
    for outside in range(n_samples - 1 - begin, n_samples - 1 - end, -1):
        _take_out(rows, packed, near, bound, order, joining, outside)
        for f in range(n_features):
            query[f] = rows[outside, f]
        best, index = nothing_yet(near)
        for panel in range(0, -(-outside // (GROUP * lanes)) * GROUP, GROUP):
            o = panel * lanes
            a, b, c, d = four_squares(packed, panel, query, n_features)
            near_a, near_b = a < load(bound, o), b < load(bound, o + lanes)
            near_c, near_d = c < load(bound, o + 2 * lanes), d < load(bound, o + 3 * lanes)
            if any_lane((near_a | near_b) | (near_c | near_d)):
                _lower(near_a, o, rows, outside, near, bound, stretch, slack)
                _lower(near_b, o + lanes, rows, outside, near, bound, stretch, slack)
                _lower(near_c, o + 2 * lanes, rows, outside, near, bound, stretch, slack)
                _lower(near_d, o + 3 * lanes, rows, outside, near, bound, stretch, slack)
            for part in range(o // wide, (o + GROUP * lanes) // wide):
                best, index = keep_smaller(load(near, part * wide), part, best, index)
        joining = first_of_lanes(best, index, near)
        squares[n_samples - 1 - outside] = near[joining]
    return joining


@device
def _take_out(rows, packed, near, bound, order, joining, last):
    """Exchange a row with the last one outside the tree, and take it off the panels."""
    lanes, n_features = lane_count(packed), rows.shape[1]
    for f in range(n_features):
        hole, end = place(joining, f, n_features, lanes), place(last, f, n_features, lanes)
        packed[hole] = packed[end]
        packed[end] = np.inf
        rows[joining, f], rows[last, f] = rows[last, f], rows[joining, f]
    order[joining], order[last] = order[last], order[joining]
    near[joining], bound[joining] = near[last], bound[last]
    near[last], bound[last] = np.inf, np.inf


@device
def _lower(mask, start, rows, joined, near, bound, stretch, slack):
    """Lower `near` for the rows that the screen let through and that are really nearer."""
    bits, i = lane_bits(mask), start
    while bits != 0:
        if bits & 1:
            square = 0.0
            for f in range(rows.shape[1]):
                difference = rows[joined, f] - rows[i, f]
                square += difference * difference
            if square < near[i]:
                near[i] = square
                bound[i] = square * stretch + slack
        bits >>= 1
        i += 1


# ---- any metric, or a condensed matrix -----------------------------------------------------------


def prim_rows(source: Source) -> tuple[np.ndarray, np.ndarray]:
    """The same from any source of distances, a row of them at a time.

    Returns
    -------
    edges : ndarray of int64, shape (n_samples - 1, 2)
    lengths : ndarray of float64, shape (n_samples - 1,)

    Notes
    -----
    O(n^2) distances, O(n) memory beyond the source; ties go to the lowest row.
    """
    n_samples, n_columns = source.n_samples, padded(source.n_samples)
    near = aligned_empty(n_columns, FLOAT64)
    near[:] = np.inf
    outside = np.where(np.arange(n_columns) < n_samples, 0.0, np.inf)
    row = aligned_empty(n_columns, FLOAT64)
    order, lengths = np.zeros(n_samples, dtype=np.int64), np.empty(n_samples - 1)
    rows = np.arange(n_columns)
    for begin, end in short_calls(n_samples - 1, n_samples * (source.X.shape[1] + A_DISTANCE)):
        _grow_tree_by_rows(source, rows, row, near, outside, order, lengths, begin, end)
    return np.column_stack([order[:-1], order[1:]]), lengths


@kernel
def _grow_tree_by_rows(
    source,  # IN  Source
    rows,  # IN  (columns,) 0, 1, 2 ...
    row,  # WORK (columns,)
    near,  # INOUT (columns,) distance to the tree; inf on entry
    outside,  # INOUT (columns,) 0 for a row outside the tree, else inf; row 0 counts as outside
    order,  # INOUT (n_samples,) zeros on entry; the rows in the order in which they join
    lengths,  # OUT (n_samples - 1,)
    begin,  # IN  how many rows have joined
    end,  # IN  how many are to
):
    """Writes the order and the lengths."""
    n_samples, lanes = order.shape[0], lane_count(near)
    for step in range(begin, end):
        outside[order[step]] = np.inf
        write_row(source, order[step], rows, n_samples, 0, row)
        best, index = nothing_yet(near)
        for panel in range(near.shape[0] // lanes):
            o = panel * lanes
            value = minimum(load(row, o) + load(outside, o), load(near, o) + load(outside, o))
            store(near, o, value)
            best, index = keep_smaller(value, panel, best, index)
        order[step + 1] = first_of_lanes(best, index, near)
        lengths[step] = near[order[step + 1]]
