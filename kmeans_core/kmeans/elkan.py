"""Elkan's algorithm: a bound for every row and center, so that few distances are computed at all.

C. Elkan (2003), "Using the triangle inequality to accelerate k-means", ICML, 147-153.

Of all exact algorithms it computes the fewest distances and takes the most memory. `lower` is
never above the distance of a row to a center; half the distance between two centers says the same
of the one that is not the row's. The bounds of a register of centers (16 with AVX-512) are compared
at once, and its distances computed at once where any of them is needed. Hamerly's bounds are asked
first: a row that they settle costs a look at three numbers, not at k.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    count_lanes,
    lane_count,
    load,
    maximum,
    min_lanes,
    minimum,
    put,
    splat,
    splat_like,
    sqrt,
    store,
)
from kmeans_core.kmeans.hamerly import keeps_label, propose
from kmeans_core.kmeans.lloyd import Run
from kmeans_core.kmeans.nearest import MOST, keep_two, nearest_two, squared_distance, uncertain
from kmeans_core.kmeans.panels import FLOAT32, LANES, Rows, aligned_empty
from kmeans_core.kmeans.rowwise import (
    empty_registers,
    pack_registers,
    pack_row,
    register_count,
    register_distances,
    row_is_uncertain,
    smallest_two,
)
from kmeans_core.kmeans.survivors import (
    add_movements,
    downward,
    move_proposed,
    settled,
    upward,
)


class Bounds(NamedTuple):
    """Hamerly's bounds, and one for every row and center; all in float32."""

    upper: np.ndarray  # (n_panels * lanes,) less moved[label] at the time
    lower: np.ndarray  # (n_panels * lanes,) plus others_moved[label] at the time
    center_lower: np.ndarray  # (n_samples, k_padded) plus moved[center] at the time
    moved: np.ndarray  # (k_padded,)
    others_moved: np.ndarray  # (n_clusters,)
    half: np.ndarray  # (n_clusters, k_padded): half the distance between two centers; MOST where
    # there is nothing to compare: a center with itself, and past the last one
    safe: np.ndarray  # (n_clusters,): the smallest of `half`


class Elkan:
    """A bound a row and center. Memory: 4 n k bytes (k in whole registers), and 8 a row."""

    def __init__(self, rows: Rows, run: Run) -> None:
        self.rows, self.run, self.is_first = rows, run, True
        n_padded, (k, d), dtype = run.labels.shape[0], run.centers.shape, FLOAT32
        k_padded = register_count(k) * LANES
        n_samples = rows.X.shape[0]
        self.bounds = Bounds(
            np.zeros(n_padded, dtype),
            np.zeros(n_padded, dtype),
            aligned_empty(n_samples * k_padded, dtype).reshape(n_samples, k_padded),
            np.zeros(k_padded, dtype),
            np.zeros(k, dtype),
            np.full((k, k_padded), MOST, dtype),
            np.zeros(k, dtype),
        )
        self.registers = empty_registers(k, d)

    def assign(self, first: int, last: int) -> None:
        proposed = np.empty((last - first) * LANES, np.int32)
        row = np.empty(self.rows.X.shape[1], FLOAT32)
        elkan_panels(
            self.rows, self.run, self.registers, self.bounds, first, last, self.is_first,
            proposed, row,
        )  # fmt: skip

    def centers_moved(self) -> None:
        self.is_first = False
        run, bounds = self.run, self.bounds
        pack_registers(run.centers, self.rows.offset, self.registers)
        # Steps 5 and 6 for all rows at once: their bounds are stored relative to these sums.
        add_movements(run.shifts, bounds.moved, bounds.others_moved)
        half_distances(run.centers, self.rows.slack, bounds.half, bounds.safe)


@kernel
def half_distances(
    centers,  # IN  (n_clusters, n_features)
    slack,  # IN
    half,  # OUT (n_clusters, k_padded), rounded down; the diagonal is left as it is
    safe,  # OUT (n_clusters,): the smallest of each row
):
    """Elkan, step 1: half the distances between the centers."""
    for j in range(safe.shape[0]):
        safe[j] = MOST
        for other in range(j):
            distance = np.sqrt(squared_distance(centers, j, 1.0, centers, other))
            half[j, other] = half[other, j] = downward(0.5 * distance, slack)
            safe[j], safe[other] = min(safe[j], half[j, other]), min(safe[other], half[j, other])


@kernel
def elkan_panels(
    rows,  # IN  Rows
    run,  # INOUT Run
    registers,  # IN  centers by registers: see pack_registers
    bounds,  # INOUT Bounds: upper, lower, center_lower
    first,  # IN  first panel
    last,  # IN  panel after the last
    is_first,  # IN  no row has a bound yet
    proposed,  # scratch (rows of these panels,) int32
    row,  # scratch (n_features,)
):
    """Label the rows of these panels and move those whose label changed between the sums."""
    packed, packed_centers, n_features = rows.packed, run.packed_centers, rows.X.shape[1]
    lanes, n_samples, n_clusters = lane_count(packed), rows.X.shape[0], run.centers.shape[0]
    n_distances = 0
    for panel in range(first, last):
        n_rows = min(lanes, n_samples - panel * lanes)
        if not is_first:
            lower, stays = keeps_label(rows, run, bounds, panel, proposed, first)  # Elkan, step 2
            if count_lanes(stays) < lanes:
                for lane in range(n_rows):
                    if not stays[lane]:
                        i = panel * lanes + lane
                        n_distances += search_centers(
                            rows, run, registers, bounds, i, lower[lane], proposed, first, row
                        )
            continue
        best, second, index = nearest_two(packed, panel, packed_centers, n_features)
        tied = uncertain(best, second, rows.tie, rows.blur[panel])
        n_distances += n_rows * n_clusters
        for lane in range(n_rows):
            i = panel * lanes + lane
            propose(
                rows, run, bounds, i, index[lane], best[lane], second[lane], tied[lane],
                proposed, first,
            )  # fmt: skip
            lower_all_centers(rows, bounds, i, proposed[i - first * lanes])
        for lane in range(n_rows, lanes):
            proposed[(panel - first) * lanes + lane] = 0
    run.n_distances[first // rows.block_panels] += n_distances
    move_proposed(rows, run, first, last, proposed)


@device
def lower_all_centers(rows, bounds, i, label):
    """After a full search: what bounds the distance to any other center bounds each of them.

    Not that to the row's own; `search_centers` makes it exact before it is asked for.
    """
    nearest = np.float32(bounds.lower[i] - bounds.others_moved[label])
    for j in range(0, bounds.moved.shape[0], LANES):
        moved = load(bounds.moved, j)
        relative = splat_like(nearest, moved) + moved
        store_lower(rows, bounds, i, j, relative, relative)


@device
def store_lower(rows, bounds, i, j, relative, magnitude):
    """Store the bounds of row i and a register of centers, rounded down."""
    slack = splat_like(np.float32(rows.slack), magnitude)
    store(bounds.center_lower, i * bounds.moved.shape[0] + j, relative - magnitude * slack)


@device
def search_centers(rows, run, registers, bounds, i, lower, proposed, first, row):
    """Label a row that Hamerly's bounds did not settle; returns how many distances that took.

    The row's own center takes part with its exact distance, whether its register is searched or
    not.
    """
    n_clusters, n_padded, slack = run.centers.shape[0], bounds.moved.shape[0], rows.slack
    label, blur = run.labels[i], rows.blur[i // LANES]
    # Elkan, step 3a: the upper bound becomes the distance itself.
    own = squared_distance(rows.X, i, rows.scale, run.centers, label)
    upper = upward(np.sqrt(own), slack)
    bounds.upper[i] = upward(upper - bounds.moved[label], slack)
    upper = upward(upper, slack)
    if upper < lower:
        return 1
    bounds.center_lower[i, label] = downward(np.sqrt(own) + bounds.moved[label], slack)
    own_register, own_lane = label // LANES, label % LANES
    none = splat(rows.packed.dtype.type(MOST), rows.packed)
    best, second, skipped = put(none, own_lane, np.float32(own)), none, none
    index, bound = splat(np.int32(own_register), none), splat_like(np.float32(upper), none)
    n_distances = 1
    pack_row(rows, i, row)
    for register in range(n_padded // LANES):
        j = register * LANES
        moved = load(bounds.moved, j)
        lower = load(bounds.center_lower, i * n_padded + j) - moved
        if register == own_register:
            lower = put(lower, own_lane, np.float32(MOST))
        lower = maximum(lower, load(bounds.half, label * n_padded + j))  # Elkan, step 3, (ii, iii)
        if not any_lane(lower <= bound):  # a tie is always evaluated
            skipped = minimum(lower, skipped)
            continue
        # Elkan, step 3b
        squared = register_distances(row, registers, register)
        n_distances += min(LANES, n_clusters - j)
        distance = sqrt(squared)
        less_blur = distance - splat_like(np.float32(0.5) * blur, none)
        store_lower(rows, bounds, i, j, less_blur + moved, distance + moved)
        if register == own_register:
            squared = put(squared, own_lane, np.float32(MOST))
        best, second, index = keep_two(squared, register, best, second, index)
    smallest, runner_up, center = smallest_two(best, second, index)
    tied = row_is_uncertain(smallest, runner_up, rows.tie, blur)
    new, nearest, other = settled(rows, run, i, center, smallest, runner_up, tied)
    proposed[i - first * LANES] = new
    if new != label:
        upper = upward(np.sqrt(nearest), slack) + 0.5 * blur - bounds.moved[new]
        bounds.upper[i] = upward(upper, slack)
    nearest_other = downward(np.sqrt(other), slack) - 0.5 * blur
    nearest_other = min(nearest_other, float(min_lanes(skipped)))
    bounds.lower[i] = downward(nearest_other + bounds.others_moved[new], slack)
    return n_distances
