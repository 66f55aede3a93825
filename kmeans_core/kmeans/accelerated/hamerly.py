"""Hamerly's algorithm: two bounds per row decide whether any distance has to be computed.

G. Hamerly (2010), "Making k-means even faster", SIAM SDM, doi 10.1137/1.9781611972801.12.

The loop, the score function and the update of the centers are those of `iteration/lloyd.py`, and
the result is the same bit for bit. One idea is added: each row keeps an upper bound of the distance
to its own center and a lower bound of the distance to every other center (bounds.py). While the
upper bound is below the lower one, or below half the distance from its center to the nearest other
center, the row keeps its label.

Two things differ from the paper. Bounds are made once few rows change their label, so the first
iterations are Lloyd's. And each panel of rows keeps one number more, `drift_limit`: no gap between
the bounds of a row closes by more than the two farthest movements of an update together, so the
whole panel is skipped while the sum of these, `total_drift`, is below the limit.

Measured (Zen 3, 2 threads, run to convergence), with `drift_limit` against without: 4% less time
for 1e6 x 8, k=20, and 20% less for 2e5 x 16, k=64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    count_lanes,
    gather,
    maximum,
    min_lanes,
    splat_like,
    sqrt,
    store,
)
from kmeans_core.kmeans.accelerated.bounds import (
    ROUNDED_UP,
    BoundedLloyd,
    CommonBounds,
    bounds_now,
    downward,
    new_common_bounds,
    renew_common,
    settled_rows,
    store_lower,
    store_upper,
)
from kmeans_core.kmeans.accelerated.listing import (
    ALL_STAY,
    Listing,
    TwoNearest,
    decide_row,
    list_others,
    move_proposed,
    new_listing,
    slot_of,
    tighten_listed,
)
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.kmeans.search.nearest import ambiguous_rows, nearest_two, squared_distances
from kmeans_core.rows.layout import LANES, prefetch_row


class Bounds(NamedTuple):
    """Two numbers per row, one per panel and three per cluster."""

    common: CommonBounds
    drift_limit: np.ndarray  # (n_panels,) float32: the rows of a panel keep their labels while
    # `total_drift` is below this
    total_drift: np.ndarray  # (1,) float64: sum of the two farthest movements of every update


class Work(NamedTuple):
    """Memory of one call."""

    listing: Listing
    gathered: np.ndarray  # (n_features * lanes,) float32: a panel of listed rows


class Hamerly(BoundedLloyd):
    """Two bounds per row. Memory: 8 bytes per row, and 4 per panel."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Two bounds per row and one number per panel."""
        return 8.0 + 4.0 / LANES

    def make_bounds(self) -> Bounds:
        return Bounds(
            common=new_common_bounds(self.run),
            drift_limit=np.full(self.run.labels.shape[0] // LANES, -MOST, FLOAT32),
            total_drift=np.zeros(1),
        )

    def renew_bounds(self) -> None:
        """Hamerly, Update-Bounds: for all rows at once, because bounds are relative to drifts."""
        renew_common(self.run, self.rows.rel_error, self.bounds.common)
        self.bounds.total_drift[0] += np.sort(self.run.shifts)[-2:].sum() * ROUNDED_UP

    def assign_bounded(self, start: int, stop: int) -> None:
        gathered = aligned_empty(LANES * self.rows.X.shape[1], FLOAT32)
        work = Work(listing=new_listing(start, stop), gathered=gathered)
        hamerly_panels(self.rows, self.run, self.bounds, work)


@kernel
def hamerly_panels(
    rows,  # IN  Rows
    run,  # INOUT Run: labels, sums, cluster_weight, dirty, n_changed, n_distances
    bounds,  # INOUT Bounds: upper, lower, drift_limit
    work,  # WORK Work
):
    """Label the rows of the call's panels and move those whose label changed between the sums."""
    listing = work.listing
    # Hamerly, first bound test
    n_listed, n_distances = _list_or_search(rows, run, bounds, listing)
    # Hamerly, tighten the upper bound; second bound test
    n_left = tighten_listed(rows, run, bounds.common, listing, n_listed)
    # Hamerly, Point-All-Ctrs
    _search_listed(rows, run, bounds.common, work, n_left)
    n_distances += n_listed + n_left * run.centers.shape[0]
    run.n_distances[listing.start // rows.block_panels] += n_distances
    move_proposed(rows, run, listing)


@device
def _list_or_search(rows, run, bounds, listing):
    """List the rows that their bounds do not settle; search a panel that has many of them.

    Returns how many rows are listed, and how many distances were computed.
    """
    common, k = bounds.common, run.centers.shape[0]
    most_listed = _most_listed(k, rows.X.shape[1])
    n_listed = n_distances = 0
    for panel in range(listing.start, listing.stop):
        slot = slot_of(listing, panel * LANES)
        listing.proposed[slot] = ALL_STAY
        if bounds.total_drift[0] < bounds.drift_limit[panel]:
            continue
        label, upper, lower = bounds_now(run, common, panel)
        gap = _smallest_gap(rows, upper, lower)
        bounds.drift_limit[panel] = downward(gap + bounds.total_drift[0], ROUNDED_UP - 1.0)
        if gap > 0.0:
            continue
        store(listing.proposed, slot, label)
        settled = settled_rows(rows, common, label, upper, lower)
        if LANES - count_lanes(settled) > most_listed:
            _search_panel(rows, run, common, listing, panel)
            n_distances += min(LANES, rows.X.shape[0] - panel * LANES) * k
        elif count_lanes(settled) < LANES:
            n_listed = list_others(rows, panel, settled, listing, n_listed)
    return n_listed, n_distances


@device
def _smallest_gap(rows, upper, lower):
    """The smallest difference of lower and upper bound in a panel, rounded down."""
    rel_error = splat_like(np.float32(rows.rel_error), upper)
    return float(min_lanes((lower - lower * rel_error) - (upper + upper * rel_error)))


@device
def _most_listed(n_clusters, n_features):
    """The most rows of a panel that are listed; if more are not settled, all are searched in place.

    Costs in units of one product of the search: a distance n_features; a row of a panel 100
    besides; a listed row 1200 + 24 n_features, to be fetched, made exact and, every second one,
    gathered.

    Measured (Zen 3, 1e6 x 8, k=20): 8 ms to search half of the panels in place, 25 to list their
    rows.
    """
    work = n_clusters * n_features
    return min(LANES // 2, LANES * (100 + work) // (1200 + 24 * n_features + work // 2))


@device
def _search_panel(rows, run, common, listing, panel):
    """Search a panel where it lies, and propose the labels of its rows."""
    found = _two_nearest(rows, rows.packed, panel, rows.abs_error[panel], run.packed_centers)
    _propose_panel(rows, common, listing, panel, found)
    if any_lane(found.is_ambiguous):
        for lane in range(min(LANES, rows.X.shape[0] - panel * LANES)):
            if found.is_ambiguous[lane]:
                _propose(rows, run, common, listing, panel * LANES + lane, _lane_of(found, lane))


@device
def _search_listed(rows, run, common, work, n_listed):
    """Gather listed rows into panels, search these and propose the labels."""
    listing, listed = work.listing, work.listing.listed
    for start in range(0, n_listed, LANES):
        stop = min(start + LANES, n_listed)
        for place in range(start + LANES, min(start + 2 * LANES, n_listed)):
            prefetch_row(rows.X, listed[place])
        abs_error = _gather_panel(rows, listed, start, stop, work.gathered)
        found = _two_nearest(rows, work.gathered, 0, abs_error, run.packed_centers)
        for lane in range(stop - start):
            _propose(rows, run, common, listing, listed[start + lane], _lane_of(found, lane))


@device
def _gather_panel(rows, listed, start, stop, gathered):
    """Pack the listed rows start..stop-1 into a panel; lanes past the last row repeat it.

    Returns the largest `abs_error` of the panels that they come from.
    """
    X, abs_error = rows.X, rows.abs_error[listed[start] // LANES]
    for lane in range(LANES):
        i = listed[min(start + lane, stop - 1)]
        abs_error = max(abs_error, rows.abs_error[i // LANES])
        for f in range(X.shape[1]):
            gathered[f * LANES + lane] = X[i, f] * rows.scale - rows.offset[f]
    return abs_error


@device
def _two_nearest(rows, packed, panel, abs_error, centers):
    """The nearest two centers of the rows of a panel."""
    best, second, center = nearest_two(packed, panel, centers)
    is_ambiguous = ambiguous_rows(best, second, rows.tie_rtol, abs_error, centers)
    best, second = squared_distances(packed, panel, centers, best, second, abs_error)
    return TwoNearest(best, second, center, is_ambiguous)


@device
def _lane_of(found, lane):
    """What was found of one row of a panel."""
    return TwoNearest(
        found.best[lane], found.second[lane], found.center[lane], found.is_ambiguous[lane]
    )


@device
def _propose_panel(rows, common, listing, panel, found):
    """`_propose` for all rows of a panel at once, right for those that are not ambiguous."""
    center, own, other = found.center, sqrt(found.best), sqrt(found.second)
    rel_error = splat_like(np.float32(rows.rel_error), own)
    half_error = splat_like(np.float32(0.5) * rows.abs_error[panel], own)
    drift = gather(common.drift, center)
    own = own + own * rel_error + half_error
    store(common.upper, panel * LANES, own - drift + (own + drift) * rel_error)
    lower = other - other * rel_error - half_error + gather(common.other_drift, center)
    store(common.lower, panel * LANES, lower - maximum(lower, half_error) * rel_error)
    store(listing.proposed, slot_of(listing, panel * LANES), center)


@device
def _propose(rows, run, common, listing, i, found):
    """Propose a row's label and renew its bounds from its two smallest distances."""
    label, upper, lower = decide_row(rows, run, i, found)
    store_upper(rows, common, i, label, upper)
    store_lower(rows, common, i, label, lower)
    listing.proposed[slot_of(listing, i)] = label
