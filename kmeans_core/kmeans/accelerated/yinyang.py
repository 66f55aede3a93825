"""Yinyang k-means: a lower bound for every row and group of centers.

Y. Ding, Y. Zhao, X. Shen, M. Musuvathi, T. Mytkowicz (2015), "Yinyang k-means: a drop-in
replacement of the classic k-means with consistent speedup", ICML, PMLR 37:579-587.

The idea. Between Hamerly's one lower bound per row and Elkan's one per center stands one per group
of centers: it falls with the farthest movement in the group. Hamerly's bounds decide first (the
paper's global filter). For a row that they do not settle, only the groups whose bound is not above
the distance to its own center are searched (the group filter).

Two things differ from the paper, which makes about k / 10 groups by k-means and then filters the
centers of a group one by one. Here a group is a register of centers as they come, 16 with AVX-512:
one load compares them all, so a local filter would skip nothing. And the global lower bound is kept
by itself, not made from the groups.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import load, min_lanes
from kmeans_core.kmeans.accelerated.bounds import (
    BoundedLloyd,
    CommonBounds,
    added_upward,
    downward,
    renew_common,
)
from kmeans_core.kmeans.accelerated.listing import slot_of, upper_of
from kmeans_core.kmeans.accelerated.pair_search import (
    PairRules,
    label_in_pairs,
    new_pair_bounds,
    new_pair_work,
)
from kmeans_core.kmeans.accelerated.registers import (
    pack_registers,
    register_count,
)
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.rows.layout import LANES


class Bounds(NamedTuple):
    """Hamerly's bounds, and one per row and group, in float32.

    `finer[i, g] - group_drift[g]` is never above the distance of row i to any center of group g but
    its own.
    """

    common: CommonBounds
    finer: np.ndarray  # (n_samples, n_groups): plus `group_drift` when it was written
    registers: np.ndarray  # the centers, see `pack_registers`; a register is a group
    group_drift: np.ndarray  # (n_groups,): sum of the farthest movement in the group, rounded up


class Yinyang(BoundedLloyd):
    """A bound per row and group. Memory: 8 bytes per row, and 4 per row and register of centers."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Hamerly's bounds, and one per register of centers."""
        return 8.0 + 4.0 * register_count(n_clusters)

    def make_bounds(self) -> Bounds:
        n_groups = register_count(len(self.run.centers))
        return Bounds(
            **new_pair_bounds(self.rows, self.run, n_groups),
            group_drift=np.zeros(n_groups, FLOAT32),
        )

    def renew_bounds(self) -> None:
        run, rows, bounds = self.run, self.rows, self.bounds
        pack_registers(run.centers, rows.offset, bounds.registers)
        renew_common(run, rows.rel_error, bounds.common)
        _add_group_drift(run.shifts, bounds.group_drift)

    def assign_bounded(self, start: int, stop: int) -> None:
        _yinyang_panels(self.rows, self.run, self.bounds, new_pair_work(self.run, start, stop))


@kernel
def _add_group_drift(
    shifts,  # IN  (n_clusters,) float64: how far the last update moved each center
    group_drift,  # INOUT (n_groups,)
):
    """Add the last update."""
    for group in range(group_drift.shape[0]):
        farthest = 0.0
        for j in range(group * LANES, min((group + 1) * LANES, shifts.shape[0])):
            farthest = max(farthest, shifts[j])
        group_drift[group] = added_upward(group_drift[group], farthest)


@kernel
def _yinyang_panels(
    rows,  # IN  Rows
    run,  # INOUT Run: labels, sums, cluster_weight, dirty, n_changed, n_distances
    bounds,  # INOUT Bounds: upper, lower, finer
    work,  # WORK PairWork
):
    """Label the rows of the call's panels and move those whose label changed between the sums."""
    label_in_pairs(rows, run, bounds, work, RULES)


@device
def _nearest_other(bounds, i, label):
    """Lower bound of the distances of row i to all centers but its own."""
    nearest = MOST
    for group in range(bounds.group_drift.shape[0]):
        nearest = min(nearest, _lower_of_group(bounds, i, group))
    return nearest


@device
def _lower_of_group(bounds, i, group):
    """Lower bound of the distances of row i to the centers of a group, but its own."""
    return float(bounds.finer[i, group] - bounds.group_drift[group])


@device
def _store_group(rows, bounds, i, group, lower):
    """Write that bound."""
    lower = downward(lower + bounds.group_drift[group], rows.rel_error)
    bounds.finer[i, group] = lower


@device
def _list_groups(rows, run, bounds, work):
    """Write the groups that may have a nearer center for a row of the pair; returns how many."""
    a, b = work.members[0], work.members[1]
    upper_a, upper_b = upper_of(rows, work.listing, a), upper_of(rows, work.listing, b)
    skipped_a, skipped_b, n_needed = MOST, MOST, 0
    for group in range(work.needed.shape[0]):
        lower_a, lower_b = _lower_of_group(bounds, a, group), _lower_of_group(bounds, b, group)
        if upper_a < lower_a and upper_b < lower_b:
            skipped_a, skipped_b = min(skipped_a, lower_a), min(skipped_b, lower_b)
        else:
            work.needed[n_needed] = group
            n_needed += 1
    work.skipped[0], work.skipped[1] = skipped_a, skipped_b
    return n_needed


@device
def _renew(rows, run, bounds, work, member, n_needed):
    """Bound the distances of a row to the searched groups.

    A bound leaves out the row's own center. Where the label changes, the old center counts from now
    on, also if its group was not searched, and the new one no longer counts.
    """
    i, squared = work.members[member], work.squared
    slot, old = slot_of(work.listing, i), run.labels[i]
    new, own = work.listing.proposed[slot], work.listing.own[slot]
    if new != old:
        squared[member, old] = own
        group = old // LANES
        lower = min(_lower_of_group(bounds, i, group), downward(np.sqrt(own), rows.rel_error))
        _store_group(rows, bounds, i, group, lower)
    squared[member, new] = MOST
    half_error = 0.5 * rows.abs_error[i // LANES]
    for place in range(n_needed):
        group = np.int64(work.needed[place])
        nearest = min_lanes(load(squared, member * squared.shape[1] + group * LANES))
        lower = downward(np.sqrt(float(nearest)), rows.rel_error) - half_error
        _store_group(rows, bounds, i, group, lower)


RULES = PairRules(nearest_other=_nearest_other, list_needed=_list_groups, renew=_renew)
