"""Greedy k-means++ from top to bottom: every distance, in float64, on one thread.

D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA, and the
greedy variant that its conclusion mentions. Every step draws a few candidates, each with
probability proportional to weight times squared distance to the nearest row chosen so far. It keeps
the candidate that leaves the smallest sum of these shares, the *potential*.

This is `naive.kmeans_plusplus` as a kernel: rows in panels, lane = row. `greedy_pruned.py` adds the
triangle inequality to it and finds the same rows with fewer distances, exact ties excepted: of two
candidates that leave the same potential, rounding decides.

Measured (Zen 3, one thread), this version against greedy_pruned.py, whose bounds take longer than
what they skip where rows and features are few: 45 us against 98 for 2,000 x 5, k=6; 97 against 168
for k=11.
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
from kmeans_core.kmeans.data.float64_panels import Float64Panels
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.kmeans.seeding.draws import find_round, find_row, total_of
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import LANES, panel_position

_PANELS_PER_ROUND = 4


class GreedySeeds(NamedTuple):
    """Greedy k-means++ between two steps. Distances are squared, in units of the scaled rows."""

    values: np.ndarray  # see Float64Panels
    weight: np.ndarray
    indices: np.ndarray  # (n_clusters,) int64: rows chosen so far
    closest: np.ndarray  # (n_panels * LANES,) float64: distance to the nearest row chosen so far
    potential: np.ndarray  # (n_rounds,) float64: sum of weight * closest over the panels of a round
    candidates: np.ndarray  # (n_trials,) int64: the rows tried in this step
    points: np.ndarray  # (n_trials, n_features) float64: these rows, scaled


def new_seeds(panels: Float64Panels, n_clusters: int, n_trials: int) -> GreedySeeds:
    """Memory for `greedy_steps`: 8 bytes per row."""
    n_panels, n_features, _ = panels.values.shape
    return GreedySeeds(
        values=panels.values,
        weight=panels.weight,
        indices=np.empty(n_clusters, dtype=np.int64),
        closest=np.empty(n_panels * LANES),
        potential=np.empty(-(-n_panels // _PANELS_PER_ROUND)),
        candidates=np.empty(n_trials, dtype=np.int64),
        points=np.empty((n_trials, n_features)),
    )


@long_kernel
def greedy_steps(
    rows,  # IN  Rows
    seeds,  # INOUT GreedySeeds
    first,  # IN  the first row
    draws,  # IN  (n_clusters - 1, n_trials) uniform in [0, 1)
    start,  # IN  first step; step 0 chooses the first row
    stop,  # IN
):
    """Choose seeds start..stop-1. Write all of `seeds` but values and weight."""
    if start == 0:
        for i in range(seeds.closest.shape[0]):
            seeds.closest[i] = MOST if i < rows.X.shape[0] else 0.0
        _try_row(rows, seeds, first, 0)
        _choose(rows, seeds, 0, 0)
    for step in range(max(start, 1), stop):
        _draw_candidates(rows, seeds, draws, step)
        best, smallest = 0, _potential_left(rows, seeds, 0)
        for trial in range(1, draws.shape[1]):
            potential = _potential_left(rows, seeds, trial)
            if potential < smallest:  # the first of equals
                best, smallest = trial, potential
        _choose(rows, seeds, best, step)


@device
def _draw_candidates(rows, seeds, draws, step):
    """Draw the candidates of a step; if every row is a chosen one, the first seed again."""
    total = total_of(seeds.potential)
    for trial in range(draws.shape[1]):
        target = draws[step - 1, trial] * total
        round_, running = find_round(seeds.potential, target)
        first, stop = round_ * _PANELS_PER_ROUND * LANES, seeds.closest.shape[0]
        row = find_row(seeds.closest, seeds.weight, 1, first, stop, running, target)
        _try_row(rows, seeds, row if total > 0.0 else seeds.indices[0], trial)


@device
def _try_row(rows, seeds, row, trial):
    """Make a row the candidate number `trial`. Write candidates and points."""
    seeds.candidates[trial] = row
    for f in range(rows.X.shape[1]):
        seeds.points[trial, f] = rows.X[row, f] * rows.scale


@device
def _distances(rows, seeds, panel, trial):
    """Squared distances of the rows of a panel to a candidate."""
    lanes, n_features = lane_count(rows.packed), rows.X.shape[1]
    total = widen(splat(rows.packed.dtype.type(0), rows.packed))
    for f in range(n_features):
        x = load_like(seeds.values, panel_position(panel, f, n_features, lanes), total)
        total = add_square(x - seeds.points[trial, f], total)
    return total


@device
def _potential_left(rows, seeds, trial):
    """The potential that a candidate would leave."""
    lanes, n_panels = lane_count(rows.packed), rows.abs_error.shape[0]
    total = widen(splat(rows.packed.dtype.type(0), rows.packed))
    for panel in range(n_panels):
        distance = _distances(rows, seeds, panel, trial)
        closest = minimum(distance, load_like(seeds.closest, panel * lanes, distance))
        total = fma(closest, load_like(seeds.weight, panel * lanes, closest), total)
    return sum_lanes(total)


@device
def _choose(rows, seeds, trial, step):
    """Choose a candidate as seed `step`. Write indices, closest and potential."""
    lanes, n_panels = lane_count(rows.packed), rows.abs_error.shape[0]
    seeds.indices[step] = seeds.candidates[trial]
    for round_ in range(seeds.potential.shape[0]):
        total, start = (
            widen(splat(rows.packed.dtype.type(0), rows.packed)),
            round_ * _PANELS_PER_ROUND,
        )
        for panel in range(start, min(start + _PANELS_PER_ROUND, n_panels)):
            distance = _distances(rows, seeds, panel, trial)
            closest = minimum(distance, load_like(seeds.closest, panel * lanes, distance))
            store(seeds.closest, panel * lanes, closest)
            total = fma(closest, load_like(seeds.weight, panel * lanes, closest), total)
        seeds.potential[round_] = sum_lanes(total)
