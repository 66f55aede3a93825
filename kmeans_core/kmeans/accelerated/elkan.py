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

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
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
from kmeans_core.kmeans.accelerated.bounds import (
    AHEAD,
    BoundedLloyd,
    add_drift,
    downward,
    filled,
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
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES, prefetch_row


class Bounds(NamedTuple):
    """Hamerly's bounds, and one for every row and center; all in float32."""

    upper: np.ndarray  # (n_panels * lanes,) less moved[label] at the time
    lower: np.ndarray  # (n_panels * lanes,) plus others_moved[label] at the time
    center_lower: np.ndarray  # (n_samples, k_padded) plus moved[center] at the time
    drift: np.ndarray  # (k_padded,)
    other_drift: np.ndarray  # (n_clusters,)
    half: np.ndarray  # (n_clusters, k_padded): half the distance between two centers; MOST where
    # there is nothing to compare: a center with itself, and past the last one
    half_separation: np.ndarray  # (n_clusters,): the smallest of `half`


class Elkan(BoundedLloyd):
    """A bound a row and center. Memory: 4 n k bytes (k in whole registers), and 8 a row."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Hamerly's bounds, and one per center in whole registers."""
        return 8.0 + 4.0 * LANES * register_count(n_clusters)

    def make_bounds(self) -> None:
        n_samples, n_padded = self.rows.X.shape[0], self.run.labels.shape[0]
        (k, d), dtype = self.run.centers.shape, FLOAT32
        k_padded = register_count(k) * LANES
        self.registers = empty_registers(k, d)
        self.bounds = Bounds(
            np.full(n_padded, MOST, dtype),
            np.full(n_padded, -MOST, dtype),
            filled((n_samples, k_padded), -MOST),
            np.zeros(k_padded, dtype),
            np.zeros(k, dtype),
            np.full((k, k_padded), MOST, dtype),
            np.zeros(k, dtype),
        )

    def renew_bounds(self) -> None:
        run, bounds = self.run, self.bounds
        pack_registers(run.centers, self.rows.offset, self.registers)
        # Steps 5 and 6 for all rows at once: their bounds are stored relative to these sums.
        add_drift(run.shifts, bounds.drift, bounds.other_drift)
        half_distances(run.centers, self.rows.rel_error, bounds.half, bounds.half_separation)

    def assign_bounded(self, first: int, last: int) -> None:
        k, d = self.run.centers.shape
        work = new_pair_work((last - first) * LANES, k, d)
        elkan_panels(self.rows, self.run, self.registers, self.bounds, first, last, work)


@kernel
def half_distances(
    centers,  # IN  (n_clusters, n_features)
    rel_error,  # IN
    half,  # OUT (n_clusters, k_padded), rounded down; the diagonal is left as it is
    half_separation,  # OUT (n_clusters,): the smallest of each row
):
    """Elkan, step 1: half the distances between the centers."""
    for j in range(half_separation.shape[0]):
        half_separation[j] = MOST
        for other in range(j):
            distance = np.sqrt(squared_distance(centers, j, 1.0, centers, other))
            half[j, other] = half[other, j] = downward(0.5 * distance, rel_error)
            half_separation[j], half_separation[other] = (
                min(half_separation[j], half[j, other]),
                min(half_separation[other], half[j, other]),
            )


@kernel
def elkan_panels(
    rows,  # IN  Rows
    run,  # INOUT Run
    registers,  # IN  centers by registers: see pack_registers
    bounds,  # INOUT Bounds: upper, lower, center_lower
    first,  # IN  first panel
    last,  # IN  panel after the last
    work,  # scratch PairWork
):
    """Label the rows of these panels and move those whose label changed between the sums."""
    listed, by_label = work.listed, work.by_label
    # Elkan, step 2
    n_listed = list_unsettled(rows, run, bounds, first, last, listed, work.proposed)
    n_listed = unlist_by_centers(rows, run, bounds, listed, n_listed)
    # Elkan, step 3a
    n_left = tighten_listed(rows, run, bounds, listed, n_listed, first, work.own)
    sort_by_label(run.labels, listed, n_left, work.starts, by_label)
    n_distances = n_listed
    for place in range(0, n_left, 2):
        for ahead in range(AHEAD, AHEAD + 2):
            later = by_label[min(place + ahead, n_left - 1)]
            prefetch_row(rows.X, later)
            prefetch_row(bounds.center_lower, later)
        a, b = by_label[place], by_label[min(place + 1, n_left - 1)]
        n_distances += search_pair(rows, run, registers, bounds, a, b, first, work)
    run.n_distances[first // rows.block_panels] += n_distances
    move_proposed(rows, run, first, last, work.proposed)


@device
def unlist_by_centers(rows, run, bounds, listed, n_listed):
    """Unlist the rows that the nearest of their centers' bounds settles; returns how many are left.

    `lower` falls with the farthest movement of all centers, a center's bound with its own.
    """
    n_left, n_padded = 0, bounds.drift.shape[0]
    for place in range(n_listed):
        prefetch_row(bounds.center_lower, listed[min(place + AHEAD, n_listed - 1)])
        i = listed[place]
        nearest = splat(rows.packed.dtype.type(MOST), rows.packed)
        for j in range(0, n_padded, LANES):
            nearest = minimum(center_bounds(bounds, i, run.labels[i], j), nearest)
        if not unlist_bounded(rows, run, bounds, i, float(min_lanes(nearest))):
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def center_bounds(bounds, i, label, j):
    """What bounds the distances of row i to a register of centers; MOST for its own center.

    Where half the distance between two centers is more than the row's upper bound, it bounds the
    distance to the other one; where it is not, the row is searched (Elkan, lemma 1).
    """
    n_padded = bounds.drift.shape[0]
    half = load(bounds.half, label * n_padded + j)
    lower = load(bounds.center_lower, i * n_padded + j) - load(bounds.drift, j)
    return maximum(half, lower)


@device
def store_lower(rows, bounds, i, j, squared):
    """Bound the distances of row i to a register of centers by those just computed."""
    distance, drift = sqrt(squared), load(bounds.drift, j)
    rel_error = splat_like(np.float32(2.0 * rows.rel_error), drift)
    half_error = splat_like(np.float32(0.5) * rows.abs_error[i // LANES], drift)
    lower = distance - half_error + drift - (distance + drift) * rel_error
    store(bounds.center_lower, i * bounds.drift.shape[0] + j, lower)


@device
def search_pair(rows, run, registers, bounds, a, b, first, work):
    """Label two rows and renew their bounds; returns how many distances that took.

    A row's own center takes part with its exact distance, whether its register is searched or not;
    where it is searched, its lane holds no distance.
    """
    n_clusters, n_padded, n_evaluated = run.centers.shape[0], bounds.drift.shape[0], 0
    own_a, own_b = work.own[a - first * LANES], work.own[b - first * LANES]
    label_a, label_b = run.labels[a], run.labels[b]
    bounds.center_lower[a, label_a] = own_bound(rows, bounds, label_a, own_a)
    bounds.center_lower[b, label_b] = own_bound(rows, bounds, label_b, own_b)
    none = splat(rows.packed.dtype.type(MOST), rows.packed)
    upper_a = splat_like(np.float32(upward(np.sqrt(own_a), 2.0 * rows.rel_error)), none)
    upper_b = splat_like(np.float32(upward(np.sqrt(own_b), 2.0 * rows.rel_error)), none)
    best_a, second_a, skipped_a = put(none, label_a % LANES, np.float32(own_a)), none, none
    best_b, second_b, skipped_b = put(none, label_b % LANES, np.float32(own_b)), none, none
    index_a = splat(np.int32(label_a // LANES), none)
    index_b = splat(np.int32(label_b // LANES), none)
    pack_pair(rows, a, b, work.pair)
    for register in range(n_padded // LANES):
        j = register * LANES
        # Elkan, step 3, (i) to (iii); a tie is always evaluated
        lower_a = center_bounds(bounds, a, label_a, j)
        lower_b = center_bounds(bounds, b, label_b, j)
        if not any_lane((lower_a <= upper_a) | (lower_b <= upper_b)):
            skipped_a, skipped_b = minimum(lower_a, skipped_a), minimum(lower_b, skipped_b)
            continue
        # Elkan, step 3b
        squared_a, squared_b = pair_distances(work.pair, registers, register)
        number = splat_like(np.int32(register), squared_a)
        store_lower(rows, bounds, a, j, squared_a)
        store_lower(rows, bounds, b, j, squared_b)
        if register == label_a // LANES:
            squared_a = put(squared_a, label_a % LANES, np.float32(MOST))
        if register == label_b // LANES:
            squared_b = put(squared_b, label_b % LANES, np.float32(MOST))
        best_a, second_a, index_a = keep_two(squared_a, number, best_a, second_a, index_a)
        best_b, second_b, index_b = keep_two(squared_b, number, best_b, second_b, index_b)
        n_evaluated += min(LANES, n_clusters - j)
    n_members = 1 if a == b else 2  # the last one of an odd number is its own partner
    for member in range(n_members):
        if member == 1:
            best_a, second_a, index_a, skipped_a = best_b, second_b, index_b, skipped_b
        propose_searched(
            rows, run, bounds, b if member == 1 else a, best_a, second_a, index_a,
            float(min_lanes(skipped_a)), first, work.proposed,
        )  # fmt: skip
    return n_members * n_evaluated


@device
def own_bound(rows, bounds, label, own):
    """The bound of the distance to a row's own center, which counts when the row leaves it."""
    return downward(downward(np.sqrt(own), rows.rel_error) + bounds.drift[label], rows.rel_error)
