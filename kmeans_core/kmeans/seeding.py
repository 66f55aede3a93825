"""Where k-means starts: rows drawn at random, or spread out by greedy k-means++.

D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA, and the
greedy variant of its section on experiments: every step draws a few candidates, each with
probability proportional to its squared distance to the nearest chosen row, and keeps the one that
lowers the sum of these distances most.

Most rows need no distance to a candidate: if it is at least twice as far from the chosen row
nearest to them as they are themselves, the triangle inequality says that it is not nearer.
E. Raff (2021), "Exact acceleration of k-means++ and k-means||", IJCAI, section 3. No draw changes.

The uniform draws are made outside and passed in, so a slow and a fast version see the same ones.
They are made in scikit-learn's order: the same seed chooses the same rows.
"""

from __future__ import annotations

import math
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    broadcast,
    gather,
    lane_count,
    lanes_of,
    load,
    load_like,
    minimum,
    select,
    splat,
    splat_like,
    store,
    sum_lanes,
    widen,
)
from kmeans_core.kmeans.nearest import add_square
from kmeans_core.kmeans.panels import (
    Rows,
    aligned_empty,
    aligned_zeros,
    panel_weight,
)

SMALL_FLOPS = 4e6  # of a step: below, one compiled call does all steps on one thread


class Seeds(NamedTuple):
    """What greedy k-means++ knows after some steps."""

    indices: np.ndarray  # (n_clusters,) int64: rows chosen so far
    closest: np.ndarray  # (n_panels * lanes,) squared distance of a row to its nearest chosen row
    owner: np.ndarray  # (n_panels * lanes,) int32: which chosen row that is
    potential: np.ndarray  # (n_blocks,) float64: weighted sum of `closest` over a block
    candidates: np.ndarray  # (n_places,) int64: the rows tried in this step
    points: np.ndarray  # (n_places * n_features,) these rows, as `pack_centers` packs centers
    gains: np.ndarray  # (n_blocks, n_places, lanes) float64: what a candidate would take off it
    chosen: np.ndarray  # (1, n_features) the row chosen last, scaled
    reach: np.ndarray  # (n_clusters,) of a chosen row: rows that own it and are not farther than
    # this (squared) are nearer to it than to any candidate; outward for rounding


def default_local_trials(n_clusters: int) -> int:
    """Candidates a step: 2 + ln(k), the figure that Arthur and Vassilvitskii report."""
    return 2 + int(math.log(n_clusters))


def uniform_draws(rng: Any, size: int) -> np.ndarray:
    """`size` uniform numbers in [0, 1) from a RandomState or a Generator."""
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return draw(size)


def draws_needed(n_clusters: int, n_local_trials: int) -> int:
    """One draw for the first row, `n_local_trials` for each other."""
    return 1 + (n_clusters - 1) * n_local_trials


def first_row(weight: np.ndarray | None, n_samples: int, draw: float) -> int:
    """A row drawn with probability proportional to its weight, as RandomState.choice draws it."""
    if weight is None and n_samples < 1_000_000:
        # Adding up n equal shares is off by less than n^2 rounding units: far from a row's ends
        # the place of the draw is known without doing it.
        place = draw * n_samples
        if 1e-3 < place - int(place) < 1.0 - 1e-3:
            return int(place)
    share = np.full(n_samples, 1.0) if weight is None else weight.astype(np.float64)
    cumulative = np.cumsum(share / share.sum())
    cumulative /= cumulative[-1]
    return int(np.searchsorted(cumulative, draw, side="right"))


def random_indices(weight: np.ndarray | None, n_samples: int, n_clusters: int, rng: Any) -> Any:
    """Distinct rows, each drawn with probability proportional to its weight.

    Where fewer rows than clusters have a weight, rows are drawn that may be equal.
    """
    share = np.full(n_samples, 1.0) if weight is None else weight.astype(np.float64)
    too_few = np.count_nonzero(share) < n_clusters
    return rng.choice(n_samples, size=n_clusters, replace=too_few, p=share / share.sum())


def greedy_indices(rows: Rows, first: int, draws: np.ndarray, workers: Workers) -> np.ndarray:
    """Rows chosen by greedy k-means++.

    Parameters
    ----------
    first : int
        The first row.
    draws : ndarray of shape (n_clusters - 1, n_local_trials), uniform in [0, 1)

    Notes
    -----
    O(n d) time a step and candidate without pruning. Memory: 12 bytes a row in float64, 8 in
    float32.
    """
    seeds = _new_seeds(rows, draws.shape[0] + 1, draws.shape[1], first)
    if 2.0 * rows.X.size * draws.shape[1] < SMALL_FLOPS:
        greedy_steps(rows, seeds, draws)
        return seeds.indices
    take_row(rows, seeds, 0)
    workers.run(partial(add_chosen, rows, seeds, 0), rows.n_blocks)
    for step in range(1, draws.shape[0] + 1):
        draw_candidates(rows, seeds, draws, step)
        workers.run(partial(measure_gains, rows, seeds), rows.n_blocks)
        keep_best(seeds, draws.shape[1], step)
        take_row(rows, seeds, step)
        workers.run(partial(add_chosen, rows, seeds, step), rows.n_blocks)
    return seeds.indices


def _new_seeds(rows: Rows, n_clusters: int, n_trials: int, first: int) -> Seeds:
    dtype, n_features = rows.X.dtype, rows.X.shape[1]
    n_padded, n_places = rows.packed.shape[0] // n_features, -(-n_trials // 4) * 4
    closest = aligned_empty(n_padded, dtype)
    closest[:] = np.inf
    return Seeds(
        indices=np.full(n_clusters, first, dtype=np.int64),
        closest=closest,
        owner=np.zeros(n_padded, dtype=np.int32),
        potential=np.zeros(rows.n_blocks),
        candidates=np.zeros(n_places, dtype=np.int64),
        points=aligned_empty(n_places * n_features, dtype),
        gains=aligned_zeros((rows.n_blocks, n_places, lanes_of(dtype))),
        chosen=np.zeros((1, n_features), dtype=dtype),
        reach=np.zeros(n_clusters, dtype=dtype),
    )


@kernel
def greedy_steps(rows, seeds, draws):
    """All steps on one thread: the algorithm from top to bottom. Writes seeds.indices."""
    take_row(rows, seeds, 0)
    add_chosen(rows, seeds, 0, 0, rows.n_blocks)
    for step in range(1, draws.shape[0] + 1):
        draw_candidates(rows, seeds, draws, step)
        measure_gains(rows, seeds, 0, rows.n_blocks)
        keep_best(seeds, draws.shape[1], step)
        take_row(rows, seeds, step)
        add_chosen(rows, seeds, step, 0, rows.n_blocks)


@kernel
def draw_candidates(rows, seeds, draws, step):
    """Draw this step's candidates. Writes candidates, points and reach."""
    X, points, reach, n_features = rows.X, seeds.points, seeds.reach, rows.X.shape[1]
    n_trials, n_places = draws.shape[1], seeds.candidates.shape[0]
    total = 0.0
    for block in range(rows.n_blocks):
        total += seeds.potential[block]
    for a in range(step):
        reach[a] = np.inf
    for t in range(n_places):
        row = -1
        if t < n_trials:  # with all rows of positive weight on chosen ones, one of these again
            found = row_at(rows, seeds, draws[step - 1, t] * total)
            row = found if total > 0.0 else seeds.indices[0]
        seeds.candidates[t] = row
        place = t // 4 * 4 * n_features + t % 4
        for f in range(n_features):
            points[place + f * 4] = X[row, f] * rows.scale if row >= 0 else np.inf
        if row >= 0:
            for a in range(step):
                reach[a] = min(reach[a], own_reach(rows, row, seeds.indices[a]))


@device
def own_reach(rows, row, other):
    """A quarter of the squared distance between two rows, made smaller by what rounding can do.

    |x - a| <= |a - c| / 2 means |x - c| >= |x - a|: candidate c takes nothing from a's rows there.
    """
    n_features = rows.X.shape[1]
    total = 0.0
    for f in range(n_features):
        difference = (float(rows.X[row, f]) - float(rows.X[other, f])) * rows.scale
        total += difference * difference
    return 0.25 * total * (1.0 - rows.slack)


@device
def row_at(rows, seeds, target):
    """First row at which the running sum of weight * closest reaches `target`.

    By blocks first, then row by row in one block: the order is that of the rows.
    """
    weight, step, closest = rows.weight, rows.weight_step, seeds.closest
    block, running = 0, 0.0
    while block < rows.n_blocks - 1 and running + seeds.potential[block] < target:
        running += seeds.potential[block]
        block += 1
    block_rows, n_samples = rows.block_panels * lane_count(rows.packed), rows.X.shape[0]
    last = 0
    for i in range(block * block_rows, min((block + 1) * block_rows, n_samples)):
        share = float(closest[i]) * weight[i * step]
        running += share
        if share > 0.0:
            last = i
            if running >= target:
                break
    return last


@kernel
def measure_gains(
    rows,  # IN  Rows
    seeds,  # INOUT Seeds: gains
    first,  # IN  first block
    last,  # IN  block after the last
):
    """How much each candidate would lower the weighted sum of `closest`, by block and lane."""
    packed, weight, step, points = rows.packed, rows.weight, rows.weight_step, seeds.points
    closest, owner, reach, gains = seeds.closest, seeds.owner, seeds.reach, seeds.gains
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    n_places, n_panels = gains.shape[1], closest.shape[0] // lanes
    for block in range(first, last):
        base = block * n_places * lanes
        for place in range(n_places * lanes):
            gains[block, place // lanes, place % lanes] = 0.0
        for panel in range(
            block * rows.block_panels, min((block + 1) * rows.block_panels, n_panels)
        ):
            old = load(closest, panel * lanes)
            own = load_like(owner, panel * lanes, old)
            if not any_lane(gather(reach, own) <= old):
                continue
            w = panel_weight(weight, step, panel, lanes, n_samples, old)
            for place in range(0, n_places, 4):
                d0, d1, d2, d3 = four_distances(packed, panel, points, place, n_features)
                add_gain(gains, base + place * lanes, w, old, d0)
                add_gain(gains, base + (place + 1) * lanes, w, old, d1)
                add_gain(gains, base + (place + 2) * lanes, w, old, d2)
                add_gain(gains, base + (place + 3) * lanes, w, old, d3)


@device
def four_distances(packed, panel, points, place, n_features):
    """Squared distances of the rows of a panel to four points."""
    lanes = lane_count(packed)
    d0 = d1 = d2 = d3 = splat(packed.dtype.type(0), packed)
    for f in range(n_features):
        x = load(packed, (panel * n_features + f) * lanes)
        c = place * n_features + f * 4
        d0 = add_square(x - broadcast(points, c), d0)
        d1 = add_square(x - broadcast(points, c + 1), d1)
        d2 = add_square(x - broadcast(points, c + 2), d2)
        d3 = add_square(x - broadcast(points, c + 3), d3)
    return d0, d1, d2, d3


@device
def add_gain(gains, place, w, old, distance):
    """Add to one candidate's gains what it takes off these rows."""
    less = widen(old - minimum(distance, old)) * w
    store(gains, place, load_like(gains, place, old) + less)


@kernel
def keep_best(seeds, n_trials, step):
    """Choose the candidate that gains most, the first of equals. Writes seeds.indices[step]."""
    gains = seeds.gains
    best, best_gain = 0, -1.0
    for t in range(n_trials):
        gain = 0.0
        for block in range(gains.shape[0]):
            for lane in range(gains.shape[2]):
                gain += gains[block, t, lane]
        if gain > best_gain:
            best, best_gain = t, gain
    seeds.indices[step] = seeds.candidates[best]


@kernel
def take_row(rows, seeds, step):
    """Make ready to add the row just chosen. Writes chosen and reach."""
    row = seeds.indices[step]
    for f in range(rows.X.shape[1]):
        seeds.chosen[0, f] = rows.X[row, f] * rows.scale
    for a in range(step):
        seeds.reach[a] = own_reach(rows, row, seeds.indices[a])
    seeds.reach[step] = 0.0


@kernel
def add_chosen(
    rows,  # IN  Rows
    seeds,  # INOUT Seeds: closest, owner, potential
    step,  # IN  which chosen row is new
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Let the new row own what is nearer to it, and sum up what is left."""
    packed, weight, weight_step, chosen = rows.packed, rows.weight, rows.weight_step, seeds.chosen
    closest, owner, reach = seeds.closest, seeds.owner, seeds.reach
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    n_panels = closest.shape[0] // lanes
    for block in range(first, last):
        total = widen(splat(closest.dtype.type(0), packed))
        for panel in range(
            block * rows.block_panels, min((block + 1) * rows.block_panels, n_panels)
        ):
            old = load(closest, panel * lanes)
            own = load_like(owner, panel * lanes, old)
            if any_lane(gather(reach, own) <= old):
                distance = splat(closest.dtype.type(0), packed)
                for f in range(n_features):
                    x = load(packed, (panel * n_features + f) * lanes)
                    distance = add_square(x - broadcast(chosen, f), distance)
                nearer = distance < old
                old = minimum(distance, old)
                store(closest, panel * lanes, old)
                own = select(nearer, splat_like(np.int32(step), old), own)
                store(owner, panel * lanes, own)
            total = total + widen(old) * panel_weight(
                weight, weight_step, panel, lanes, n_samples, old
            )
        seeds.potential[block] = sum_lanes(total)
