"""Rows that their bounds do not settle, searched in panels against all centers, or listed.

The idea. Where many rows of a panel are not settled, all are searched in place: the panel is packed
already. Where few are, they are listed, and gathered into panels of their own. Besides, each panel
keeps one number, `drift_limit`. One update narrows the gap between the two bounds of a row by at
most the sum of the two farthest movements. `total_drift` adds these sums up, and the whole panel is
skipped while it is below the limit.

The contract. An algorithm keeps the fields of `PanelBounds` in its named tuple of bounds. Its call
begins with `list_or_search` and ends with `move_proposed` of listing.py; between them it searches
the listed rows, by `search_listed` or in its own way.

Measured (Zen 3, 2 threads, run to convergence), with `drift_limit` against without: 4% less time
for 1e6 x 8, k=20, and 20% less for 2e5 x 16, k=64.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device
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
    CommonBounds,
    bounds_now,
    downward,
    new_common_bounds,
    settled_rows,
    store_lower,
    store_upper,
)
from kmeans_core.kmeans.accelerated.listing import (
    ALL_STAY,
    TwoNearest,
    decide_row,
    list_others,
    slot_of,
)
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.kmeans.search.nearest import ambiguous_rows, nearest_two, squared_distances
from kmeans_core.rows.layout import LANES, prefetch_row


class PanelBounds(NamedTuple):
    """Two numbers per row, one per panel and three per cluster."""

    common: CommonBounds
    drift_limit: np.ndarray  # (n_panels,) float32: the rows of a panel keep their labels while
    # `total_drift` is below this
    total_drift: np.ndarray  # (1,) float64: sum of the two farthest movements of every update


def new_panel_bounds(run: Run) -> PanelBounds:
    """Bounds that settle no row. Memory: 8 bytes per row, and 4 per panel."""
    return PanelBounds(
        common=new_common_bounds(run),
        drift_limit=np.full(run.labels.shape[0] // LANES, -MOST, FLOAT32),
        total_drift=np.zeros(1),
    )


def add_total_drift(run: Run, total_drift: np.ndarray) -> None:
    """Add the two farthest movements of the last update, rounded up."""
    total_drift[0] += np.sort(run.shifts)[-2:].sum() * ROUNDED_UP


# ---- in place ----------------------------------------------------------------------------------


@device
def list_or_search(rows, run, bounds, listing, most_listed):
    """List the rows that their bounds do not settle; search a panel that has many of them.

    A panel with more than `most_listed` such rows is searched in place. Returns how many rows are
    listed, and how many distances were computed.
    """
    common, n_listed, n_distances = bounds.common, 0, 0
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
            n_distances += min(LANES, rows.X.shape[0] - panel * LANES) * run.centers.shape[0]
        elif count_lanes(settled) < LANES:
            n_listed = list_others(rows, panel, settled, listing, n_listed)
    return n_listed, n_distances


@device
def _smallest_gap(rows, upper, lower):
    """The smallest difference of lower and upper bound in a panel, rounded down."""
    rel_error = splat_like(np.float32(rows.rel_error), upper)
    return float(min_lanes((lower - lower * rel_error) - (upper + upper * rel_error)))


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


# ---- listed rows -------------------------------------------------------------------------------


@device
def search_listed(rows, run, common, listing, n_listed, gathered):
    """Gather listed rows into panels, search these and propose the labels.

    `gathered`, (n_features * lanes,) float32, is memory for one panel.
    """
    listed = listing.listed
    for start in range(0, n_listed, LANES):
        stop = min(start + LANES, n_listed)
        for place in range(start + LANES, min(start + 2 * LANES, n_listed)):
            prefetch_row(rows.X, listed[place])
        abs_error = _gather_panel(rows, listed, start, stop, gathered)
        found = _two_nearest(rows, gathered, 0, abs_error, run.packed_centers)
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
def _propose(rows, run, common, listing, i, found):
    """Propose a row's label and renew its bounds from its two smallest distances."""
    label, upper, lower = decide_row(rows, run, i, found)
    store_upper(rows, common, i, label, upper)
    store_lower(rows, common, i, label, lower)
    listing.proposed[slot_of(listing, i)] = label
