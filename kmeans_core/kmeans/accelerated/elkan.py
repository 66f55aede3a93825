"""Elkan's algorithm: a lower bound for every row and center, so few distances are computed.

C. Elkan (2003), "Using the triangle inequality to accelerate k-means", ICML, 147-153.

The idea. Hamerly's lower bound holds for all other centers at once, so it falls with the farthest
movement of any of them. Elkan keeps one lower bound per row and center, which falls with the
movement of that center alone; and half the distance between two centers bounds the distance of a
row of the one to the other (lemma 1). Of all exact algorithms this one computes the fewest
distances and takes the most memory.

Two things differ from the paper. Hamerly's bounds decide first: reading them takes three numbers
per row, the others k. And the bounds of a register of centers (16 with AVX-512) are compared at
once; if any of its centers may be nearer, the distances to all of them are computed at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    load,
    maximum,
    min_lanes,
    minimum,
    splat,
    splat_like,
    sqrt,
    store,
)
from kmeans_core.kmeans.accelerated.bounds import (
    BoundedLloyd,
    CommonBounds,
    add_drift,
    downward,
    half_distance,
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
    """Hamerly's bounds, and one per row and center; k_padded is k in whole registers.

    `finer[i, j] - drift[j]` is never above the distance of row i to center j, if j is not the row's
    label. `half[j, c]` is never above half the distance between centers j and c.
    """

    common: CommonBounds
    finer: np.ndarray  # (n_samples, k_padded) float32: plus `drift` when it was written
    registers: np.ndarray  # the centers, see `pack_registers`
    half: np.ndarray  # (n_clusters, k_padded) float32; MOST for a center and itself, and past the
    # last center


class Elkan(BoundedLloyd):
    """A bound per row and center. Memory: 4 n k bytes (k in whole registers), and 8 per row."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Hamerly's bounds, and one per center in whole registers."""
        return 8.0 + 4.0 * LANES * register_count(n_clusters)

    def make_bounds(self) -> Bounds:
        k = len(self.run.centers)
        k_padded = register_count(k) * LANES
        return Bounds(
            **new_pair_bounds(self.rows, self.run, k_padded),
            half=np.full((k, k_padded), MOST, FLOAT32),
        )

    def renew_bounds(self) -> None:
        run, rows, bounds = self.run, self.rows, self.bounds
        pack_registers(run.centers, rows.offset, bounds.registers)
        # Elkan, steps 5 and 6: for all rows at once, because bounds are relative to drifts
        add_drift(run.shifts, bounds.common)
        # Elkan, step 1
        _measure_half_distances(run.centers, rows.rel_error, bounds.half)
        bounds.half.min(axis=1, out=bounds.common.half_separation)

    def assign_bounded(self, start: int, stop: int) -> None:
        _elkan_panels(self.rows, self.run, self.bounds, new_pair_work(self.run, start, stop))


@kernel
def _measure_half_distances(
    centers,  # IN  (n_clusters, n_features)
    rel_error,  # IN  of a distance
    half,  # OUT (n_clusters, k_padded), rounded down; the diagonal is left as it is
):
    """Half the distances between the centers."""
    for j in range(centers.shape[0]):
        for other in range(j):
            half[j, other] = half[other, j] = half_distance(centers, j, other, rel_error)


@kernel
def _elkan_panels(
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
    nearest = _lower_of_register(bounds, i, label, 0)
    for j in range(LANES, bounds.half.shape[1], LANES):
        nearest = minimum(_lower_of_register(bounds, i, label, j), nearest)
    return float(min_lanes(nearest))


@device
def _lower_of_register(bounds, i, label, j):
    """Lower bounds for row i and the register of centers from j on; MOST for its own center.

    Where half the distance between two centers is more than the row's upper bound, it bounds the
    distance to the other center. Where it is not, the register is searched (Elkan, lemma 1).
    """
    k_padded = bounds.half.shape[1]
    half = load(bounds.half, label * k_padded + j)
    lower = load(bounds.finer, i * k_padded + j) - load(bounds.common.drift, j)
    return maximum(half, lower)


@device
def _list_registers(rows, run, bounds, work):
    """Write the registers with a center that may be nearer to a row of the pair than its own.

    Returns how many.
    """
    a, b = work.members[0], work.members[1]
    label_a, label_b = run.labels[a], run.labels[b]
    none = splat(rows.packed.dtype.type(MOST), rows.packed)
    upper_a = splat_like(np.float32(upper_of(rows, work.listing, a)), none)
    upper_b = splat_like(np.float32(upper_of(rows, work.listing, b)), none)
    skipped_a, skipped_b, n_needed = none, none, 0
    for register in range(work.needed.shape[0]):
        lower_a = _lower_of_register(bounds, a, label_a, register * LANES)
        lower_b = _lower_of_register(bounds, b, label_b, register * LANES)
        if any_lane((lower_a <= upper_a) | (lower_b <= upper_b)):
            work.needed[n_needed] = register
            n_needed += 1
        else:
            skipped_a, skipped_b = minimum(lower_a, skipped_a), minimum(lower_b, skipped_b)
    work.skipped[0], work.skipped[1] = min_lanes(skipped_a), min_lanes(skipped_b)
    return n_needed


@device
def _renew(rows, run, bounds, work, member, n_needed):
    """Bound the distances of a row to the searched centers by those just computed.

    The bound of the row's own center is not used. So it is written when the row leaves the center.
    """
    i, k_padded = work.members[member], bounds.half.shape[1]
    slot, old = slot_of(work.listing, i), run.labels[i]
    if work.listing.proposed[slot] != old:
        own = downward(np.sqrt(work.listing.own[slot]), rows.rel_error)
        lower = downward(own + bounds.common.drift[old], rows.rel_error)
        bounds.finer[i, old] = lower
    for place in range(n_needed):
        j = work.needed[place] * LANES
        distance = sqrt(load(work.squared, member * k_padded + j))
        drift = load(bounds.common.drift, j)
        rel_error = splat_like(np.float32(2.0 * rows.rel_error), drift)
        half_error = splat_like(np.float32(0.5) * rows.abs_error[i // LANES], drift)
        lower = distance - half_error + drift - (distance + drift) * rel_error
        store(bounds.finer, i * k_padded + j, lower)


RULES = PairRules(nearest_other=_nearest_other, list_needed=_list_registers, renew=_renew)
