"""Greedy k-means++ from top to bottom, for small tables: every distance, in float64, on one thread.

D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA, and the
greedy variant of its section on experiments: every step draws a few candidates, each with
probability proportional to its squared distance to the nearest chosen row, and keeps the one that
leaves the smallest sum of these distances, the *potential*.

`greedy_pruned.py` finds the same rows with fewer distances, ties excepted: of two candidates that
leave the same potential, rounding decides. With few rows and features its bounds take longer than
what they spare: 98 us in place of 45 for 2,000 x 5, k=6, and 168 in place of 97 for k=11 (Zen 3).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, long_kernel
from kmeans_core.engine.simd import (
    fma,
    lane_count,
    load_like,
    minimum,
    splat,
    store,
    sum_lanes,
    widen,
)
from kmeans_core.kmeans.data.packed_rows import Float64Panels
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import LANES

PANELS_PER_ROUND = 4


class GreedySeeds(NamedTuple):
    """What greedy k-means++ knows after some steps. Distances are squared."""

    values: np.ndarray  # see Float64Panels
    weight: np.ndarray
    indices: np.ndarray  # (n_clusters,) int64: rows chosen so far
    closest: np.ndarray  # (n_panels, lanes) float64: distance of a row to its nearest chosen row
    potential: np.ndarray  # (n_rounds,) float64: weighted sum of `closest` over some panels
    candidates: np.ndarray  # (n_trials,) int64: the rows tried in this step
    tried: np.ndarray  # (n_trials, n_features) float64: these rows, scaled


def new_seeds(panels: Float64Panels, n_clusters: int, n_trials: int) -> GreedySeeds:
    """Memory for `greedy_steps`: 8 bytes a row."""
    n_panels, n_features, _ = panels.values.shape
    return GreedySeeds(
        values=panels.values,
        weight=panels.weight,
        indices=np.empty(n_clusters, dtype=np.int64),
        closest=np.empty((n_panels, LANES)),
        potential=np.empty(-(-n_panels // PANELS_PER_ROUND)),
        candidates=np.empty(n_trials, dtype=np.int64),
        tried=np.empty((n_trials, n_features)),
    )


@long_kernel
def greedy_steps(
    rows,  # IN  Rows
    seeds,  # INOUT GreedySeeds; `indices` are written
    first,  # IN  the first row
    draws,  # IN  (n_clusters - 1, n_trials), uniform in [0, 1)
    begin,  # IN  step to begin with; 0 chooses the first row
    stop,  # IN  step after the last
):
    """Choose seeds begin..stop-1. Writes indices, closest, potential, candidates and tried."""
    if begin == 0:
        for panel in range(seeds.closest.shape[0]):
            for lane in range(LANES):
                is_row = panel * LANES + lane < rows.X.shape[0]
                seeds.closest[panel, lane] = MOST if is_row else 0.0
        try_row(rows, seeds, first, 0)
        choose(rows, seeds, 0, 0)
    for step in range(max(begin, 1), stop):
        draw_candidates(rows, seeds, draws, step)
        best, smallest = 0, potential_left(rows, seeds, 0)
        for place in range(1, draws.shape[1]):
            potential = potential_left(rows, seeds, place)
            if potential < smallest:  # the first of equals
                best, smallest = place, potential
        choose(rows, seeds, best, step)


@device
def try_row(rows, seeds, row, place):
    """Make a row the candidate at this place. Writes candidates and tried."""
    seeds.candidates[place] = row
    for f in range(rows.X.shape[1]):
        seeds.tried[place, f] = rows.X[row, f] * rows.scale


@device
def draw_candidates(rows, seeds, draws, step):
    """Draw this step's candidates; with every row on a chosen one, one of these again.

    Writes candidates and tried.
    """
    total = 0.0
    for round_ in range(seeds.potential.shape[0]):
        total += seeds.potential[round_]
    for place in range(draws.shape[1]):
        row = row_at(rows, seeds, draws[step - 1, place] * total)
        try_row(rows, seeds, row if total > 0.0 else seeds.indices[0], place)


@device
def row_at(rows, seeds, target):
    """First row at which the running sum of weight * closest reaches `target`.

    By rounds of panels first, then row by row in one: the order is that of the rows.
    """
    closest, potential = seeds.closest, seeds.potential
    running, round_, last = 0.0, 0, 0
    while round_ < potential.shape[0] - 1 and running + potential[round_] < target:
        running += potential[round_]
        round_ += 1
    for panel in range(round_ * PANELS_PER_ROUND, closest.shape[0]):
        for lane in range(LANES):
            share = closest[panel, lane] * seeds.weight[panel * LANES + lane]
            running += share
            if share > 0.0:
                last = panel * LANES + lane
                if running >= target:
                    return last
    return last


@device
def distances(rows, seeds, panel, place):
    """Squared distances of a panel's rows to a candidate."""
    lanes, n_features = lane_count(rows.packed), rows.X.shape[1]
    total, at = widen(splat(rows.packed.dtype.type(0), rows.packed)), panel * n_features * lanes
    for f in range(n_features):
        difference = load_like(seeds.values, at + f * lanes, total) - seeds.tried[place, f]
        total = add_square(difference, total)
    return total


@device
def potential_left(rows, seeds, place):
    """The potential that a candidate would leave."""
    lanes, n_panels = lane_count(rows.packed), rows.abs_error.shape[0]
    total = widen(splat(rows.packed.dtype.type(0), rows.packed))
    for panel in range(n_panels):
        distance = distances(rows, seeds, panel, place)
        closest = minimum(distance, load_like(seeds.closest, panel * lanes, distance))
        total = fma(closest, load_like(seeds.weight, panel * lanes, closest), total)
    return sum_lanes(total)


@device
def choose(rows, seeds, place, step):
    """Choose the candidate at this place: the distances to it count from now on.

    Writes indices, closest and potential.
    """
    lanes, n_panels = lane_count(rows.packed), rows.abs_error.shape[0]
    seeds.indices[step] = seeds.candidates[place]
    for round_ in range(seeds.potential.shape[0]):
        total = widen(splat(rows.packed.dtype.type(0), rows.packed))
        for panel in range(
            round_ * PANELS_PER_ROUND, min((round_ + 1) * PANELS_PER_ROUND, n_panels)
        ):
            distance = distances(rows, seeds, panel, place)
            closest = minimum(distance, load_like(seeds.closest, panel * lanes, distance))
            store(seeds.closest, panel * lanes, closest)
            total = fma(closest, load_like(seeds.weight, panel * lanes, closest), total)
        seeds.potential[round_] = sum_lanes(total)
