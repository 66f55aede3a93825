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

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import load, min_lanes, put, splat, splat_like, store
from kmeans_core.kmeans.accelerated.bounds import (
    AHEAD,
    BoundedLloyd,
    add_drift,
    added_upward,
    downward,
    filled,
    measure_half_separation,
    move_proposed,
    tighten_listed,
    upward,
)
from kmeans_core.kmeans.accelerated.pair_search import (
    empty_registers,
    list_unsettled,
    new_pair_work,
    pack_pair,
    pack_registers,
    pair_distances,
    propose_searched,
    register_count,
    sort_by_label,
    unlist_bounded,
)
from kmeans_core.kmeans.search.direct_form import MOST, keep_two
from kmeans_core.rows.layout import LANES, prefetch_row


class Bounds(NamedTuple):
    """Hamerly's bounds, and one for every row and group; all in float32."""

    upper: np.ndarray  # (n_panels * lanes,) less moved[label] at the time
    lower: np.ndarray  # (n_panels * lanes,) plus others_moved[label] at the time
    group_lower: np.ndarray  # (n_samples, n_groups) plus group_moved[group] at the time
    drift: np.ndarray  # (n_clusters,)
    other_drift: np.ndarray  # (n_clusters,)
    group_drift: np.ndarray  # (n_groups,): sum of the farthest movement in the group
    half_separation: np.ndarray  # (n_clusters,)


class Searched(NamedTuple):
    """What a search leaves for the bounds of two rows."""

    squared: np.ndarray  # (2, n_groups * lanes): distances to the centers of the groups searched
    is_searched: np.ndarray  # (n_groups,) bool


class Yinyang(BoundedLloyd):
    """A bound a row and group. Memory: 8 bytes a row, and 4 for every register of centers."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Hamerly's bounds, and one per register of centers."""
        return 8.0 + 4.0 * register_count(n_clusters)

    def make_bounds(self) -> None:
        n_samples, n_padded = self.rows.X.shape[0], self.run.labels.shape[0]
        k, d = self.run.centers.shape
        n_groups, dtype = register_count(k), FLOAT32
        self.registers = empty_registers(k, d)
        self.bounds = Bounds(
            np.full(n_padded, MOST, dtype),
            np.full(n_padded, -MOST, dtype),
            filled((n_samples, n_groups), -MOST),
            np.zeros(k, dtype),
            np.zeros(k, dtype),
            np.zeros(n_groups, dtype),
            np.zeros(k, dtype),
        )

    def renew_bounds(self) -> None:
        run, bounds = self.run, self.bounds
        pack_registers(run.centers, self.rows.offset, self.registers)
        add_drift(run.shifts, bounds.drift, bounds.other_drift)
        add_group_drift(run.shifts, bounds.group_drift)
        measure_half_separation(run.centers, self.rows.rel_error, bounds.half_separation)

    def assign_bounded(self, first: int, last: int) -> None:
        k, d = self.run.centers.shape
        n_groups = self.bounds.group_drift.shape[0]
        work = new_pair_work((last - first) * LANES, k, d)
        searched = Searched(np.empty((2, n_groups * LANES), FLOAT32), np.empty(n_groups, np.bool_))
        yinyang_panels(
            self.rows, self.run, self.registers, self.bounds, first, last, work, searched
        )


@kernel
def add_group_drift(
    shifts,  # IN  (n_clusters,) float64: the last update
    group_drift,  # INOUT (n_groups,): sum of the farthest movement in the group, rounded up
):
    """Add the last update."""
    for group in range(group_drift.shape[0]):
        farthest = 0.0
        for j in range(group * LANES, min((group + 1) * LANES, shifts.shape[0])):
            farthest = max(farthest, shifts[j])
        group_drift[group] = added_upward(group_drift[group], farthest)


@kernel
def yinyang_panels(
    rows,  # IN  Rows
    run,  # INOUT Run
    registers,  # IN  centers by registers: see pack_registers
    bounds,  # INOUT Bounds: upper, lower, group_lower
    first,  # IN  first panel
    last,  # IN  panel after the last
    work,  # scratch PairWork
    searched,  # scratch Searched
):
    """Label the rows of these panels and move those whose label changed between the sums."""
    listed, by_label = work.listed, work.by_label
    n_listed = list_unsettled(rows, run, bounds, first, last, listed, work.proposed)
    n_listed = unlist_by_groups(rows, run, bounds, listed, n_listed)
    n_left = tighten_listed(rows, run, bounds, listed, n_listed, first, work.own)
    sort_by_label(run.labels, listed, n_left, work.starts, by_label)
    n_distances = n_listed
    for place in range(0, n_left, 2):
        prefetch_row(rows.X, by_label[min(place + AHEAD, n_left - 1)])
        prefetch_row(rows.X, by_label[min(place + AHEAD + 1, n_left - 1)])
        prefetch_row(bounds.group_lower, by_label[min(place + AHEAD, n_left - 1)])
        prefetch_row(bounds.group_lower, by_label[min(place + AHEAD + 1, n_left - 1)])
        a, b = by_label[place], by_label[min(place + 1, n_left - 1)]
        n_distances += search_pair(rows, run, registers, bounds, a, b, first, work, searched)
    run.n_distances[first // rows.block_panels] += n_distances
    move_proposed(rows, run, first, last, work.proposed)


@device
def unlist_by_groups(rows, run, bounds, listed, n_listed):
    """Unlist the rows that the nearest group settles; returns how many are left.

    `lower` falls with the farthest movement of all centers, a group's bound with its own. To look
    at all groups costs less than to make the upper bound exact, which reads the row.
    """
    n_left = 0
    for place in range(n_listed):
        prefetch_row(bounds.group_lower, listed[min(place + AHEAD, n_listed - 1)])
        i, nearest = listed[place], MOST
        for group in range(bounds.group_drift.shape[0]):
            lower = bounds.group_lower[i, group] - bounds.group_drift[group]
            nearest = min(nearest, float(lower))
        if not unlist_bounded(rows, run, bounds, i, nearest):
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def search_pair(rows, run, registers, bounds, a, b, first, work, searched):
    """Label two rows and renew their bounds; returns how many distances that took.

    A row's own center takes part with its exact distance, whether its group is searched or not;
    where it is searched, its lane holds no distance.
    """
    n_groups, n_clusters, n_evaluated = bounds.group_drift.shape[0], run.centers.shape[0], 0
    own_a, own_b = work.own[a - first * LANES], work.own[b - first * LANES]
    group_a, lane_a = run.labels[a] // LANES, run.labels[a] % LANES
    group_b, lane_b = run.labels[b] // LANES, run.labels[b] % LANES
    upper_a = upward(np.sqrt(own_a), 2.0 * rows.rel_error)
    upper_b = upward(np.sqrt(own_b), 2.0 * rows.rel_error)
    skipped_a = skipped_b = MOST
    none = splat(rows.packed.dtype.type(MOST), rows.packed)
    best_a, second_a = put(none, lane_a, np.float32(own_a)), none
    best_b, second_b = put(none, lane_b, np.float32(own_b)), none
    index_a, index_b = splat(np.int32(group_a), none), splat(np.int32(group_b), none)
    pack_pair(rows, a, b, work.pair)
    for group in range(n_groups):
        lower_a = float(bounds.group_lower[a, group] - bounds.group_drift[group])
        lower_b = float(bounds.group_lower[b, group] - bounds.group_drift[group])
        # strictly: a tie is always evaluated
        searched.is_searched[group] = not (upper_a < lower_a and upper_b < lower_b)
        if not searched.is_searched[group]:
            skipped_a, skipped_b = min(skipped_a, lower_a), min(skipped_b, lower_b)
            continue
        squared_a, squared_b = pair_distances(work.pair, registers, group)
        number = splat_like(np.int32(group), squared_a)
        if group == group_a:
            squared_a = put(squared_a, lane_a, np.float32(MOST))
        if group == group_b:
            squared_b = put(squared_b, lane_b, np.float32(MOST))
        store(searched.squared, group * LANES, squared_a)
        store(searched.squared, (n_groups + group) * LANES, squared_b)
        best_a, second_a, index_a = keep_two(squared_a, number, best_a, second_a, index_a)
        best_b, second_b, index_b = keep_two(squared_b, number, best_b, second_b, index_b)
        n_evaluated += min(LANES, n_clusters - group * LANES)
    n_members = 1 if a == b else 2  # the last one of an odd number is its own partner
    for member in range(n_members):
        if member == 1:
            own_a, best_a, second_a, index_a, skipped_a = (
                own_b,
                best_b,
                second_b,
                index_b,
                skipped_b,
            )
        i = b if member == 1 else a
        new = propose_searched(
            rows, run, bounds, i, best_a, second_a, index_a, skipped_a, first, work.proposed
        )
        renew_groups(rows, bounds, i, run.labels[i], new, own_a, searched, member)
    return n_members * n_evaluated


@device
def renew_groups(rows, bounds, i, old, new, own, searched, member):
    """Bound a row's distances to the groups that were searched.

    A bound leaves out the row's center: where that changes, the old one counts, the new one no
    longer.
    """
    rel_error, half_error = rows.rel_error, 0.5 * rows.abs_error[i // LANES]
    if new != old:
        searched.squared[member, old] = own
        searched.squared[member, new] = MOST
        group = old // LANES
        if not searched.is_searched[group]:
            lower = bounds.group_lower[i, group] - bounds.group_drift[group]
            lower = min(float(lower), downward(np.sqrt(own), rel_error)) + bounds.group_drift[group]
            bounds.group_lower[i, group] = downward(lower, rel_error)
    n_groups = bounds.group_drift.shape[0]
    for group in range(n_groups):
        if searched.is_searched[group]:
            squared = min_lanes(load(searched.squared, (member * n_groups + group) * LANES))
            lower = downward(np.sqrt(float(squared)), rel_error) - half_error
            lower += bounds.group_drift[group]
            bounds.group_lower[i, group] = downward(lower, rel_error)
