"""Yinyang k-means: a bound for every group of centers says which groups have to be searched.

Y. Ding, Y. Zhao, X. Shen, M. Musuvathi, T. Mytkowicz (2015), "Yinyang k-means: a drop-in
replacement of the classic k-means with consistent speedup", ICML, PMLR 37:579-587.

Hamerly's two bounds decide first (the paper's global filter; ours is read with them, not made from
the groups). A row that they do not settle looks at `lower` of every group, which is never above
its distance to any center of the group but its own, and searches the groups that could hold a
nearer one (the group filter). The paper groups the centers by k-means, about k / 10 of them. Here a
group is a register of centers as they come, 16 with AVX-512: that is what one load compares. So
there is no local filter either: once a group is searched, a bound a center would save nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import count_lanes, lane_count, load, min_lanes, put, splat, store
from kmeans_core.kmeans.hamerly import keeps_label, propose
from kmeans_core.kmeans.lloyd import Run
from kmeans_core.kmeans.nearest import MOST, keep_two, nearest_two, squared_distance, uncertain
from kmeans_core.kmeans.panels import FLOAT32, LANES, Rows
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
    added_upward,
    downward,
    half_gaps,
    move_proposed,
    settled,
    upward,
)


class Bounds(NamedTuple):
    """Hamerly's bounds, and one for every row and group; all in float32."""

    upper: np.ndarray  # (n_panels * lanes,) less moved[label] at the time
    lower: np.ndarray  # (n_panels * lanes,) plus others_moved[label] at the time
    group_lower: np.ndarray  # (n_samples, n_groups) plus group_moved[group] at the time
    moved: np.ndarray  # (n_clusters,)
    others_moved: np.ndarray  # (n_clusters,)
    group_moved: np.ndarray  # (n_groups,): sum of the farthest movement in the group
    safe: np.ndarray  # (n_clusters,)


class Scratch(NamedTuple):
    """What a call needs for one row at a time."""

    row: np.ndarray  # (n_features,): as the panels hold it
    distances: np.ndarray  # (n_groups * lanes,): squared, of the groups searched
    searched: np.ndarray  # (n_groups,) bool


class Yinyang:
    """A bound a row and group. Memory: 8 bytes a row, and 4 for every 16 clusters (a register)."""

    def __init__(self, rows: Rows, run: Run) -> None:
        self.rows, self.run, self.is_first = rows, run, True
        n_padded, (k, d), dtype = run.labels.shape[0], run.centers.shape, np.float32
        n_groups = register_count(k)
        self.bounds = Bounds(
            np.zeros(n_padded, dtype),
            np.zeros(n_padded, dtype),
            np.empty((rows.X.shape[0], n_groups), dtype),
            np.zeros(k, dtype),
            np.zeros(k, dtype),
            np.zeros(n_groups, dtype),
            np.zeros(k, dtype),
        )
        self.registers = empty_registers(k, d)

    def assign(self, first: int, last: int) -> None:
        n_features, n_groups = self.rows.X.shape[1], self.bounds.group_moved.shape[0]
        proposed = np.empty((last - first) * LANES, np.int32)
        scratch = Scratch(
            np.empty(n_features, FLOAT32),
            np.empty(n_groups * LANES, FLOAT32),
            np.empty(n_groups, np.bool_),
        )
        yinyang_panels(
            self.rows, self.run, self.registers, self.bounds, first, last, self.is_first,
            proposed, scratch,
        )  # fmt: skip

    def centers_moved(self) -> None:
        self.is_first = False
        run, bounds = self.run, self.bounds
        pack_registers(run.centers, self.rows.offset, self.registers)
        add_movements(run.shifts, bounds.moved, bounds.others_moved)
        add_group_movements(run.shifts, bounds.group_moved)
        half_gaps(run.centers, self.rows.slack, bounds.safe)


@kernel
def add_group_movements(
    shifts,  # IN  (n_clusters,) float64: the last update
    group_moved,  # INOUT (n_groups,): sum of the farthest movement in the group, rounded up
):
    """Add the last update."""
    for group in range(group_moved.shape[0]):
        farthest = 0.0
        for j in range(group * LANES, min((group + 1) * LANES, shifts.shape[0])):
            farthest = max(farthest, shifts[j])
        group_moved[group] = added_upward(group_moved[group], farthest)


@kernel
def yinyang_panels(
    rows,  # IN  Rows
    run,  # INOUT Run
    registers,  # IN  centers by registers: see pack_registers
    bounds,  # INOUT Bounds: upper, lower, group_lower
    first,  # IN  first panel
    last,  # IN  panel after the last
    is_first,  # IN  no row has a bound yet
    proposed,  # scratch (rows of these panels,) int32
    scratch,  # Scratch
):
    """Label the rows of these panels and move those whose label changed between the sums."""
    packed, packed_centers, n_features = rows.packed, run.packed_centers, rows.X.shape[1]
    lanes, n_samples, n_clusters = lane_count(packed), rows.X.shape[0], run.centers.shape[0]
    n_distances = 0
    for panel in range(first, last):
        n_rows = min(lanes, n_samples - panel * lanes)
        if not is_first:
            lower, stays = keeps_label(rows, run, bounds, panel, proposed, first)
            if count_lanes(stays) < lanes:
                for lane in range(n_rows):
                    if not stays[lane]:
                        i = panel * lanes + lane
                        n_distances += search_groups(
                            rows, run, registers, bounds, i, lower[lane], proposed, first, scratch
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
            lower_all_groups(rows, bounds, i, proposed[i - first * lanes])
        for lane in range(n_rows, lanes):
            proposed[(panel - first) * lanes + lane] = 0
    run.n_distances[first // rows.block_panels] += n_distances
    move_proposed(rows, run, first, last, proposed)


@device
def lower_all_groups(rows, bounds, i, label):
    """After a full search: what bounds the distance to any other center bounds every group."""
    nearest = bounds.lower[i] - bounds.others_moved[label]
    for group in range(bounds.group_moved.shape[0]):
        bounds.group_lower[i, group] = downward(nearest + bounds.group_moved[group], rows.slack)


@device
def search_groups(rows, run, registers, bounds, i, lower, proposed, first, scratch):
    """Label a row that Hamerly's bounds did not settle; returns how many distances that took.

    The row's own center takes part with its exact distance, whether its group is searched or not.
    """
    n_groups, n_clusters, slack = bounds.group_moved.shape[0], run.centers.shape[0], rows.slack
    label = run.labels[i]
    own_group, own_lane = label // LANES, label % LANES
    own = squared_distance(rows.X, i, rows.scale, run.centers, label)
    upper = upward(np.sqrt(own), slack)
    bounds.upper[i] = upward(upper - bounds.moved[label], slack)
    upper = upward(upper, slack)
    if upper < lower:
        return 1
    n_distances, nearest_skipped = 1, MOST
    distances, searched = scratch.distances, scratch.searched
    none = splat(rows.packed.dtype.type(MOST), rows.packed)
    best, second = put(none, own_lane, np.float32(own)), none
    index = splat(np.int32(own_group), rows.packed)
    pack_row(rows, i, scratch.row)
    for group in range(n_groups):
        group_lower = bounds.group_lower[i, group] - bounds.group_moved[group]
        searched[group] = not upper < group_lower  # strictly: a tie is always evaluated
        if not searched[group]:
            nearest_skipped = min(nearest_skipped, float(group_lower))
            continue
        squared = register_distances(scratch.row, registers, group)
        n_distances += min(LANES, n_clusters - group * LANES)
        if group == own_group:
            squared = put(squared, own_lane, np.float32(MOST))
        store(distances, group * LANES, squared)
        best, second, index = keep_two(squared, group, best, second, index)
    settle(rows, run, bounds, i, best, second, index, own, nearest_skipped, proposed, first, scratch)
    return n_distances


@device
def settle(
    rows, run, bounds, i, best, second, index, own, nearest_skipped, proposed, first, scratch
):
    """Propose a row's label and renew its bounds from what was searched and what was not."""
    label, slack, blur = run.labels[i], rows.slack, rows.blur[i // LANES]
    smallest, runner_up, center = smallest_two(best, second, index)
    tied = row_is_uncertain(smallest, runner_up, rows.tie, blur)
    new, nearest, other = settled(rows, run, i, center, smallest, runner_up, tied)
    proposed[i - first * LANES] = new
    if new != label:
        upper = upward(np.sqrt(nearest), slack) + 0.5 * blur - bounds.moved[new]
        bounds.upper[i] = upward(upper, slack)
    lower = min(downward(np.sqrt(other), slack) - 0.5 * blur, nearest_skipped)
    bounds.lower[i] = downward(lower + bounds.others_moved[new], slack)
    # A group's bound leaves out the row's center: the old one now counts, the new one does not.
    scratch.distances[label] = own
    scratch.distances[new] = MOST
    for group in range(bounds.group_moved.shape[0]):
        if scratch.searched[group]:
            squared = min_lanes(load(scratch.distances, group * LANES))
            lower = downward(np.sqrt(float(squared)), slack) - 0.5 * blur
        elif new != label and group == label // LANES:
            lower = bounds.group_lower[i, group] - bounds.group_moved[group]
            lower = min(lower, downward(np.sqrt(own), slack))
        else:
            continue
        bounds.group_lower[i, group] = downward(lower + bounds.group_moved[group], slack)
