"""The rows whose bounds do not settle their label: listed, searched, and moved if it changed.

These are the three steps of a call, see bounds.py. How the listed rows are searched is what an
algorithm adds: in panels (panel_search.py, for Hamerly) or in pairs (pair_search.py, for Elkan and
Yinyang).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import (
    any_lane,
    count_lanes,
    lane_bits,
    load,
    load_like,
    lowest_bit,
    min_lanes,
    put,
    splat,
    splat_like,
    store,
)
from kmeans_core.kmeans.accelerated.bounds import (
    bounds_now,
    downward,
    settled_rows,
    store_upper,
    upward,
)
from kmeans_core.kmeans.iteration.sums import move_row
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.kmeans.search.nearest import nearest_exactly
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES, prefetch_row

AHEAD = 8  # listed rows lie far apart in memory: a row is prefetched 8 rows before its turn
ALL_STAY = -1  # in `proposed`, of the first row of a panel: no row of the panel changes its label


class Listing(NamedTuple):
    """The panels of one call, and what is found about their rows. Memory: 16 bytes per row."""

    start: int  # first panel
    stop: int
    proposed: np.ndarray  # (rows of these panels,) int32: their labels after the call
    listed: np.ndarray  # (rows of these panels,) int32: rows whose bounds do not settle them
    own: np.ndarray  # (rows of these panels,) float64: squared distance of a listed row to the
    # center of its label


class TwoNearest(NamedTuple):
    """What the screen finds: of one row, or of the rows of a panel in lanes."""

    best: np.ndarray  # squared distance to the nearest center
    second: np.ndarray  # squared distance to the nearest other center
    center: np.ndarray  # the nearest center
    is_ambiguous: np.ndarray  # whether rounding may have exchanged the two


def new_listing(start: int, stop: int) -> Listing:
    """Memory for a call over the panels start..stop-1."""
    n_rows = (stop - start) * LANES
    return Listing(
        start=start,
        stop=stop,
        proposed=np.empty(n_rows, np.int32),
        listed=np.empty(n_rows, np.int32),
        own=np.empty(n_rows, np.float64),
    )


@device
def slot_of(listing, i):
    """Where a row stands in the arrays of a listing."""
    return i - listing.start * LANES


@device
def list_unsettled(rows, run, common, listing):
    """List the rows whose bounds do not settle them, and propose to all their present label.

    Returns how many are listed.
    """
    n_listed = 0
    for panel in range(listing.start, listing.stop):
        label, upper, lower = bounds_now(run, common, panel)
        store(listing.proposed, slot_of(listing, panel * LANES), label)
        settled = settled_rows(rows, common, label, upper, lower)
        if count_lanes(settled) < LANES:
            n_listed = list_others(rows, panel, settled, listing, n_listed)
    return n_listed


@device
def list_others(rows, panel, settled, listing, n_listed):
    """List the rows of a panel that are not settled; returns how many are listed in all."""
    for lane in range(min(LANES, rows.X.shape[0] - panel * LANES)):
        if not settled[lane]:
            listing.listed[n_listed] = panel * LANES + lane
            n_listed += 1
    return n_listed


@device
def tighten_listed(rows, run, common, listing, n_listed):
    """Make the upper bounds of listed rows exact, and unlist the rows that this settles.

    Writes `own`. Returns how many rows are left.
    """
    listed, rel_error, n_left = listing.listed, rows.rel_error, 0
    for place in range(n_listed):
        prefetch_row(rows.X, listed[min(place + AHEAD, n_listed - 1)])
        i = listed[place]
        label = run.labels[i]
        squared = squared_distance(rows.X, i, rows.scale, run.centers, label)
        listing.own[slot_of(listing, i)] = squared
        upper = upward(np.sqrt(squared), rel_error)
        store_upper(rows, common, i, label, upper)
        lower = max(common.lower[i] - common.other_drift[label], common.half_separation[label])
        if not upward(upper, rel_error) < lower:
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def own_of(listing, i):
    """The exact squared distance of a listed row to its own center."""
    return listing.own[slot_of(listing, i)]


@device
def upper_of(rows, listing, i):
    """An upper bound of the exact distance of a listed row to its own center."""
    return upward(np.sqrt(own_of(listing, i)), 2.0 * rows.rel_error)


@device
def one_center(packed, place, squared):
    """The smallest two of each lane, and the register of the smallest, of one center alone.

    `place` is its number in the order of the registers, `squared` the squared distance to it.
    """
    none = splat(packed.dtype.type(MOST), packed)
    best = put(none, place % LANES, np.float32(squared))
    return best, none, splat(np.int32(place // LANES), none)


@device
def smallest_two(rows, i, best, second, register):
    """The nearest two centers of row i, from the smallest two of each lane."""
    smallest = min_lanes(best)
    lane = lowest_bit(lane_bits(best <= splat_like(smallest, best)))
    runner_up = min_lanes(put(best, lane, second[lane]))
    # `ambiguous_direct` for one row
    error = runner_up * rows.tie_rtol + np.sqrt(runner_up) * rows.abs_error[i // LANES]
    center = np.int32(register[lane] * LANES + lane)
    return TwoNearest(smallest, runner_up, center, runner_up - smallest <= error)


@device
def decide_row(rows, run, i, found):
    """Label of a searched row, and bounds: upper of its distance to that center, lower to others.

    An ambiguous row is decided in float64; then no other center is nearer than the one it gets.
    """
    label, own, other = found.center, float(found.best), float(found.second)
    if found.is_ambiguous:
        label = np.int32(nearest_exactly(rows.X, i, rows.scale, run.centers))
        own = other = squared_distance(rows.X, i, rows.scale, run.centers, label)
    half_error = 0.5 * rows.abs_error[i // LANES]
    upper = upward(np.sqrt(own), rows.rel_error) + half_error
    return label, upper, downward(np.sqrt(other), rows.rel_error) - half_error


@device
def move_proposed(rows, run, listing):
    """Move the rows whose proposed label is not their label between the sums, in row order."""
    labels, like = run.labels, load(rows.packed, 0)
    for panel in range(listing.start, listing.stop):
        slot = slot_of(listing, panel * LANES)
        if listing.proposed[slot] == ALL_STAY:
            continue
        new = load_like(listing.proposed, slot, like)
        if any_lane(new != load_like(labels, panel * LANES, like)):
            block = panel // rows.block_panels
            for lane in range(min(LANES, rows.X.shape[0] - panel * LANES)):
                i, label = panel * LANES + lane, new[lane]
                if label != labels[i]:
                    weight = float(rows.weight[i * rows.weight_step])
                    move_row(rows.X, i, weight, rows, run, labels[i], label, block)
                    labels[i] = label
                    run.n_changed[block] += 1
