"""Hamerly's algorithm: two bounds a row say whether any distance has to be computed at all.

G. Hamerly (2010), "Making k-means even faster", SIAM SDM, doi 10.1137/1.9781611972801.12.

The skeleton, the score function and the update are Lloyd's; the result is the same bit for bit.
One idea is added: `upper` is never below the distance of a row to its center, `lower` never above
its distance to any other center. While upper < lower, or upper < half the distance from its center
to the nearest other one, the row keeps its label.

It pays once the centers have settled; a row that keeps its label costs a look at three numbers.
Later still a panel of rows costs a look at one: how far the centers may yet move before one of its
rows has to be looked at. That halves the last iterations, when few rows change their label.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    count_lanes,
    gather,
    lane_count,
    load,
    load_like,
    maximum,
    min_lanes,
    splat_like,
    sqrt,
    store,
)
from kmeans_core.kmeans.differences import MOST
from kmeans_core.kmeans.nearest import nearest_two, squared_distances, uncertain
from kmeans_core.kmeans.panels import FLOAT32, LANES, aligned_empty, prefetch_row
from kmeans_core.kmeans.survivors import (
    ALL_STAY,
    ROUNDED_UP,
    LloydFirst,
    add_movements,
    downward,
    gather_panel,
    half_gaps,
    listed_blur,
    move_proposed,
    settled,
    tighten_listed,
    upward,
)


class Bounds(NamedTuple):
    """Two numbers a row, one a panel and three a cluster, in float32."""

    upper: np.ndarray  # (n_panels * lanes,) less moved[label] at the time
    lower: np.ndarray  # (n_panels * lanes,) plus others_moved[label] at the time
    moved: np.ndarray  # (n_clusters,)
    others_moved: np.ndarray  # (n_clusters,)
    safe: np.ndarray  # (n_clusters,)
    until: np.ndarray  # (n_panels,): all rows of the panel stay while `gone` is less than this
    gone: np.ndarray  # (1,) float64: sum of the farthest two movements of every update


class Hamerly(LloydFirst):
    """Two bounds a row. Memory: 8 bytes a row, and 4 a panel."""

    def make_bounds(self) -> None:
        n_padded, k, dtype = self.run.labels.shape[0], self.run.centers.shape[0], FLOAT32
        self.bounds = Bounds(
            np.full(n_padded, MOST, dtype),
            np.full(n_padded, -MOST, dtype),
            np.zeros(k, dtype),
            np.zeros(k, dtype),
            np.zeros(k, dtype),
            np.full(n_padded // LANES, -MOST, dtype),
            np.zeros(1),
        )

    def renew_bounds(self) -> None:
        """A row's upper bound rises by no more than one center moves, its lower bound sinks by no
        more than another does.
        """
        bounds = self.bounds
        bounds.gone[0] += np.sort(self.run.shifts)[-2:].sum() * ROUNDED_UP
        add_movements(self.run.shifts, bounds.moved, bounds.others_moved)
        half_gaps(self.run.centers, self.rows.slack, bounds.safe)

    def assign_bounded(self, first: int, last: int) -> None:
        rows = self.rows
        listed = np.empty((last - first) * LANES, np.int32)
        own = np.empty((last - first) * LANES, np.float64)
        proposed = np.empty((last - first) * LANES, np.int32)
        gathered = aligned_empty(LANES * rows.X.shape[1], FLOAT32)
        hamerly_panels(rows, self.run, self.bounds, first, last, listed, own, proposed, gathered)


@kernel
def hamerly_panels(
    rows,  # IN  Rows
    run,  # INOUT Run
    bounds,  # INOUT Bounds: upper and lower
    first,  # IN  first panel
    last,  # IN  panel after the last
    listed,  # scratch (rows of these panels,) int32
    own,  # scratch (rows of these panels,) float64
    proposed,  # scratch (rows of these panels,) int32
    gathered,  # scratch (n_features * lanes,)
):
    """Label the rows of these panels and move those whose label changed between the sums."""
    packed, packed_centers, n_features = rows.packed, run.packed_centers, rows.X.shape[1]
    lanes, n_samples = lane_count(packed), rows.X.shape[0]
    block, n_listed, n_distances = first // rows.block_panels, 0, 0
    most_listed = listed_of_a_panel(lanes, run.centers.shape[0], n_features)
    for panel in range(first, last):
        if bounds.gone[0] < bounds.until[panel]:
            proposed[(panel - first) * lanes] = ALL_STAY
            continue
        label, upper, lower = bounds_now(run, bounds, panel)
        if all_stay(rows, bounds, panel, upper, lower):
            proposed[(panel - first) * lanes] = ALL_STAY
            continue
        store(proposed, (panel - first) * lanes, label)
        stays = keep_label(rows, bounds, label, upper, lower)
        n_rows = min(lanes, n_samples - panel * lanes)
        if lanes - count_lanes(stays) <= most_listed:
            if count_lanes(stays) < lanes:
                for lane in range(n_rows):
                    if not stays[lane]:
                        listed[n_listed] = panel * lanes + lane
                        n_listed += 1
            continue
        # Too many rows of the panel have to be searched: do it where it lies.
        best, second, index = nearest_two(packed, panel, packed_centers)
        tied = uncertain(best, second, rows.tie, rows.blur[panel], packed_centers)
        best, second = squared_distances(
            packed, panel, packed_centers, best, second, rows.blur[panel]
        )
        n_distances += n_rows * run.centers.shape[0]
        propose_panel(rows, bounds, panel, index, best, second, proposed, first)
        if any_lane(tied):
            for lane in range(n_rows):
                if tied[lane]:
                    i = panel * lanes + lane
                    propose(
                        rows, run, bounds, i, index[lane], best[lane], second[lane], True,
                        proposed, first,
                    )  # fmt: skip
    n_distances += n_listed
    n_listed = tighten_listed(rows, run, bounds, listed, n_listed, first, own)
    for start in range(0, n_listed, lanes):
        for place in range(start + lanes, min(start + 2 * lanes, n_listed)):
            prefetch_row(rows.X, listed[place])
        gather_panel(rows.X, rows.scale, rows.offset, listed, start, n_listed, gathered)
        best, second, index = nearest_two(gathered, 0, packed_centers)
        blur = listed_blur(rows, listed, start, min(start + lanes, n_listed))
        tied = uncertain(best, second, rows.tie, blur, packed_centers)
        best, second = squared_distances(gathered, 0, packed_centers, best, second, blur)
        n_rows = min(lanes, n_listed - start)
        n_distances += n_rows * run.centers.shape[0]
        for lane in range(n_rows):
            i = listed[start + lane]
            propose(
                rows, run, bounds, i, index[lane], best[lane], second[lane], tied[lane],
                proposed, first,
            )  # fmt: skip
    run.n_distances[block] += n_distances
    move_proposed(rows, run, first, last, proposed)


@device
def bounds_now(run, bounds, panel):
    """The labels of a panel's rows, their upper and their lower bounds."""
    start = panel * lane_count(bounds.upper)
    upper = load(bounds.upper, start)
    label = load_like(run.labels, start, upper)
    upper = upper + gather(bounds.moved, label)
    return label, upper, load(bounds.lower, start) - gather(bounds.others_moved, label)


@device
def all_stay(rows, bounds, panel, upper, lower):
    """Whether these bounds settle all rows of a panel. Writes `until`."""
    slack = splat_like(upper_slack(rows), upper)
    gap = float(min_lanes((lower - lower * slack) - (upper + upper * slack)))
    bounds.until[panel] = downward(gap + bounds.gone[0], ROUNDED_UP - 1.0)
    return gap > 0.0


@device
def keep_label(rows, bounds, label, upper, lower):
    """Mask of the rows of a panel that these bounds settle, or the nearest other center's place."""
    lower = maximum(lower, gather(bounds.safe, label))
    # strictly: a tie is always evaluated
    return upper + upper * splat_like(upper_slack(rows), upper) < lower


@device
def listed_of_a_panel(lanes, n_clusters, n_features):
    """Up to how many unsettled rows of a panel are listed; for more, all are searched in place.

    In units of one lane of the search, a distance takes n_features, a row of a panel 100 besides,
    and a listed row 1200 + 24 n_features to be fetched, made exact and, every second one, gathered.
    Searching in place half the panels of 1e6 x 8, k=20 takes 8 ms, listing their rows 25.
    """
    work = n_clusters * n_features
    listed = lanes * (100 + work) // (1200 + 24 * n_features + work // 2)
    return min(lanes // 2, listed)


@device
def upper_slack(rows):
    return np.float32(rows.slack)


@device
def propose_panel(rows, bounds, panel, index, best, second, proposed, first):
    """`propose` for all rows of a panel at once, where the sieve is certain."""
    start = panel * lane_count(rows.packed)
    slack = splat_like(upper_slack(rows), best)
    half_blur = splat_like(np.float32(0.5) * rows.blur[panel], best)
    moved, others_moved = gather(bounds.moved, index), gather(bounds.others_moved, index)
    own, other = sqrt(best), sqrt(second)
    own, other = own + own * slack + half_blur, other - other * slack - half_blur
    store(bounds.upper, start, own - moved + (own + moved) * slack)
    lower = other + others_moved
    store(bounds.lower, start, lower - maximum(lower, half_blur) * slack)
    store(proposed, start - first * lane_count(rows.packed), index)


@device
def propose(rows, run, bounds, i, index, best, second, is_tied, proposed, first):
    """Propose a row's label and renew its bounds from its two smallest distances."""
    label, own, other = settled(rows, run, i, index, best, second, is_tied)
    slack, blur = rows.slack, 0.5 * rows.blur[i // lane_count(rows.packed)]
    upper = upward(np.sqrt(own), slack) + blur - bounds.moved[label]
    lower = downward(np.sqrt(other), slack) - blur + bounds.others_moved[label]
    bounds.upper[i] = upward(upper, slack)
    bounds.lower[i] = downward(lower, slack)
    proposed[i - first * lane_count(rows.packed)] = label
