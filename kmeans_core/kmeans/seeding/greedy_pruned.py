"""Greedy k-means++ with fewer distances; `greedy.py`, to be read first, says what it is.

Most rows need no distance to a candidate: if it is at least twice as far from the chosen row
nearest to them as they are themselves, the triangle inequality says that it is not nearer.
E. Raff (2021), "Exact acceleration of k-means++ and k-means||", IJCAI, section 3. No draw changes.

The rest are sieved in the float32 panels, all candidates at once. The panels say which rows a
candidate may be nearer to, and what it would gain, to within a bound of their error. Candidates
that this does not part, and the rows of the one that is kept, are computed in float64: so the rows
chosen are those of float64. 3e5 x 32, k=100, float64: 0.6 s in place of 1.8 (one thread, Zen 3).

The uniform draws are made outside (draws.py) and passed in.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty, aligned_zeros
from kmeans_core.engine.jit import device, kernel, long_kernel
from kmeans_core.engine.simd import (
    any_lane,
    count_bits,
    gather,
    lane_bits,
    lane_count,
    load,
    load_like,
    lowest_bit,
    maximum,
    splat,
    store,
    sum_lanes,
    widen,
)
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.packed_rows import Rows, panel_weight
from kmeans_core.kmeans.search.direct_form import MOST, QUARTER, empty_blocks, four_distances
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES, prefetch_row

PANELS_PER_ROUND = 16  # added up in float32
SUM_ERROR = 2.0**-19  # relative, of a sum of so many numbers that are not negative
TINY = np.float32(1e-35)  # more than what underflows in float32
UP, DOWN = np.float32(1.0 + 2.0**-22), np.float32(1.0 - 2.0**-22)  # past what rounding takes


class PrunedSeeds(NamedTuple):
    """What greedy k-means++ knows after some steps. Distances are squared."""

    indices: np.ndarray  # (n_clusters,) int64: rows chosen so far
    closest: np.ndarray  # (n_panels * lanes,) float64: distance of a row to its nearest chosen row
    near: np.ndarray  # (n_panels * lanes,) float32: the same, rounded up; -1 where there is no row
    nearest_seed: np.ndarray  # (n_panels * lanes,) int32: which chosen row that is
    potential: np.ndarray  # (n_blocks * rounds of a block,) float64: weighted sum of `closest`
    candidates: np.ndarray  # (n_places,) int64: the rows tried in this step
    tried: np.ndarray  # (n_places, n_features) dtype of X: these rows, scaled
    points: np.ndarray  # (n_places / 4, n_features, 4) float32: as `pack_blocks` packs centers
    prune_radius: (
        np.ndarray
    )  # (n_clusters,) float32: an owner's rows at a smaller distance than this are
    # nearer to it than to any candidate
    reached: np.ndarray  # (n_panels, n_places) int32: bits of the rows it may be nearer to
    gain_float32: (
        np.ndarray
    )  # (n_blocks, n_places + 1, lanes) float32: what a candidate would take off the
    # potential, and last by how much that may be wrong, of the panels of a round
    screened: np.ndarray  # the same in float64, of all panels
    listed: np.ndarray  # (n_blocks, rows of a round) int64: rows that the kept candidate reaches
    gains: np.ndarray  # (n_blocks, n_places) float64: the first, exactly
    may_win: np.ndarray  # (n_places,) bool: may be the best candidate


def new_seeds(rows: Rows, n_clusters: int, n_trials: int) -> PrunedSeeds:
    """Memory for `greedy_steps`: 16 bytes a row, and a quarter of a byte a row and candidate."""
    n_panels, n_places = rows.abs_error.shape[0], -(-n_trials // 4) * 4
    n_padded, n_features, n_blocks = n_panels * LANES, rows.X.shape[1], rows.n_blocks
    return PrunedSeeds(
        indices=np.empty(n_clusters, dtype=np.int64),
        closest=np.empty(n_padded),
        near=aligned_empty(n_padded, FLOAT32),
        nearest_seed=np.empty(n_padded, dtype=np.int32),
        potential=np.zeros(n_blocks * -(-rows.block_panels // PANELS_PER_ROUND)),
        candidates=np.empty(n_places, dtype=np.int64),
        tried=np.empty((n_places, n_features), dtype=rows.X.dtype),
        points=empty_blocks(n_places, n_features),
        prune_radius=np.empty(n_clusters, dtype=np.float32),
        reached=np.empty((n_panels, n_places), dtype=np.int32),
        gain_float32=aligned_zeros((n_blocks, n_places + 1, LANES), FLOAT32),
        screened=aligned_zeros((n_blocks, n_places + 1, LANES)),
        listed=np.empty((n_blocks, PANELS_PER_ROUND * LANES), dtype=np.int64),
        gains=np.zeros((n_blocks, n_places)),
        may_win=np.zeros(n_places, dtype=np.bool_),
    )


@long_kernel
def greedy_steps(rows, seeds, first, draws, begin, stop):
    """These steps on one thread; step 0 chooses the first row. Writes seeds.indices."""
    if begin == 0:
        choose_first(rows, seeds, first)
        own_all(rows, seeds, 0, rows.n_blocks)
    for step in range(max(begin, 1), stop):
        draw_candidates(rows, seeds, draws, step)
        screen_gains(rows, seeds, 0, rows.n_blocks)
        if count_possible_winners(seeds, draws.shape[1]) > 1:
            measure_gains(rows, seeds, 0, rows.n_blocks)
        place = keep_best(seeds, step)
        add_chosen(rows, seeds, place, step, 0, rows.n_blocks)


def greedy_steps_threaded(
    rows: Rows, seeds: PrunedSeeds, first: int, draws: np.ndarray, workers: Workers
) -> None:
    """All steps of `greedy_steps`, their passes shared by threads, which Python calls."""
    choose_first(rows, seeds, first)
    workers.run(partial(own_all, rows, seeds), rows.n_blocks)
    for step in range(1, draws.shape[0] + 1):
        draw_candidates(rows, seeds, draws, step)
        workers.run(partial(screen_gains, rows, seeds), rows.n_blocks)
        if count_possible_winners(seeds, draws.shape[1]) > 1:
            workers.run(partial(measure_gains, rows, seeds), rows.n_blocks)
        place = keep_best(seeds, step)
        workers.run(partial(add_chosen, rows, seeds, place, step), rows.n_blocks)


@kernel
def choose_first(rows, seeds, first):
    """Make the first row the one candidate of step 0."""
    seeds.indices[0] = first
    for f in range(rows.X.shape[1]):
        seeds.tried[0, f] = rows.X[first, f] * rows.scale


@kernel
def own_all(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: closest, near, nearest_seed, potential
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Let the first row own all others; `add_chosen` of step 0, where nothing is to be asked."""
    n_samples, n_panels, lanes = rows.X.shape[0], rows.abs_error.shape[0], lane_count(rows.packed)
    for block in range(first, last):
        end = min((block + 1) * rows.block_panels, n_panels)
        for start in range(block * rows.block_panels, end, PANELS_PER_ROUND):
            stop = min(start + PANELS_PER_ROUND, end)
            for i in range(start * lanes, stop * lanes):
                seeds.nearest_seed[i], seeds.closest[i], seeds.near[i] = 0, 0.0, -1.0
                if i < n_samples:
                    distance = squared_distance(rows.X, i, rows.scale, seeds.tried, 0)
                    seeds.closest[i], seeds.near[i] = distance, np.float32(distance) * UP
            sum_round(rows, seeds, block, start, stop)


@device
def sum_round(rows, seeds, block, start, stop):
    """Sum up `closest` over the panels of a round, times the weights."""
    lanes, zero = lane_count(rows.packed), splat(rows.packed.dtype.type(0), rows.packed)
    total, n_rounds = widen(zero), seeds.potential.shape[0] // rows.n_blocks
    for panel in range(start, stop):
        w = panel_weight(rows.weight, rows.weight_step, panel, lanes, rows.X.shape[0], zero)
        total = total + load_like(seeds.closest, panel * lanes, zero) * w
    before = (start - block * rows.block_panels) // PANELS_PER_ROUND
    seeds.potential[block * n_rounds + before] = sum_lanes(total)


@kernel
def draw_candidates(rows, seeds, draws, step):
    """Draw this step's candidates. Writes candidates, tried, points and reach."""
    X, tried, prune_radius, n_features = rows.X, seeds.tried, seeds.prune_radius, rows.X.shape[1]
    n_trials, total = draws.shape[1], 0.0
    for round_ in range(seeds.potential.shape[0]):
        total += seeds.potential[round_]
    for a in range(step):
        prune_radius[a] = MOST
    for t in range(seeds.candidates.shape[0]):
        row = -1
        if t < n_trials:  # with all rows of positive weight on chosen ones, one of these again
            found = row_at(rows, seeds, draws[step - 1, t] * total)
            row = found if total > 0.0 else seeds.indices[0]
        seeds.candidates[t] = row
        for f in range(n_features):
            tried[t, f] = X[row, f] * rows.scale if row >= 0 else 0.0
            value = X[row, f] * rows.scale - rows.offset[f] if row >= 0 else np.inf
            seeds.points[t // 4, f, t % 4] = value
        if row >= 0:
            for a in range(step):
                prune_radius[a] = min(
                    prune_radius[a], np.float32(own_prune_radius(rows, seeds, a, t)) * DOWN
                )


@device
def own_prune_radius(rows, seeds, a, place):
    """A quarter of the squared distance of a chosen row to a candidate, less what rounding can do.

    |x - a| <= |a - c| / 2 means |x - c| >= |x - a|: candidate c takes nothing from a's rows there.
    """
    square = squared_distance(rows.X, seeds.indices[a], rows.scale, seeds.tried, place)
    return 0.25 * square * (1.0 - rows.rel_error)


@device
def row_at(rows, seeds, target):
    """First row at which the running sum of weight * closest reaches `target`.

    By rounds of panels first, then row by row in one: the order is that of the rows.
    """
    weight, step, closest, potential = rows.weight, rows.weight_step, seeds.closest, seeds.potential
    n_rounds, running, round_ = potential.shape[0] // rows.n_blocks, 0.0, 0
    while round_ < potential.shape[0] - 1 and running + potential[round_] < target:
        running += potential[round_]
        round_ += 1
    lanes, block, n_before = lane_count(rows.packed), round_ // n_rounds, round_ % n_rounds
    start = block * rows.block_panels + n_before * PANELS_PER_ROUND
    stop = min(start + PANELS_PER_ROUND, (block + 1) * rows.block_panels)
    last = 0
    for i in range(start * lanes, min(stop * lanes, rows.X.shape[0])):
        share = closest[i] * weight[i * step]
        running += share
        if share > 0.0:
            last = i
            if running >= target:
                break
    return last


@kernel
def screen_gains(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: reached, gain_float32, screened
    first,  # IN  first block
    last,  # IN  block after the last
):
    """How much each candidate would lower the weighted sum of `closest`, by block and lane.

    Added in float32 over the panels of a round, then in float64; panels with weights of their own
    one by one.
    """
    n_panels, lanes = rows.abs_error.shape[0], lane_count(rows.packed)
    zero = splat(rows.packed.dtype.type(0), rows.packed)
    a_round = 1 if rows.weight_step == 1 else PANELS_PER_ROUND
    for block in range(first, last):
        end = min((block + 1) * rows.block_panels, n_panels)
        seeds.screened[block] = 0.0
        for start in range(block * rows.block_panels, end, a_round):
            seeds.gain_float32[block] = 0.0
            for panel in range(start, min(start + a_round, end)):
                screen_panel(rows, seeds, panel, block)
            w = panel_weight(rows.weight, rows.weight_step, start, lanes, rows.X.shape[0], zero)
            for place in range(seeds.gain_float32.shape[1]):
                at = (block * seeds.gain_float32.shape[1] + place) * lanes
                gain_float32 = load(seeds.gain_float32, at)
                store(
                    seeds.screened,
                    at,
                    load_like(seeds.screened, at, gain_float32) + widen(gain_float32) * w,
                )


@device
def screen_panel(rows, seeds, panel, block):
    """The gains of one panel, and which of its rows each candidate may be nearer to.

    Whether it may is decided with the bound on the error that `differences.ambiguous_direct` explains.
    """
    packed, points, gain_float32, lanes = (
        rows.packed,
        seeds.points,
        seeds.gain_float32,
        lane_count(rows.packed),
    )
    old = load(seeds.near, panel * lanes)
    own = load_like(seeds.nearest_seed, panel * lanes, old)
    if not any_lane(gather(seeds.prune_radius, own) <= old):
        for place in range(seeds.reached.shape[1]):
            seeds.reached[panel, place] = 0
        return
    abs_error = rows.abs_error[panel]
    ambiguity_gap = abs_error * abs_error * (QUARTER / rows.tie_rtol + np.float32(1.0)) + TINY
    most = old + (old * (rows.tie_rtol + rows.tie_rtol) + ambiguity_gap)
    at = block * gain_float32.shape[1] * lanes
    for four in range(points.shape[0]):
        d0, d1, d2, d3 = four_distances(packed, panel, points, four)
        add_gain(gain_float32, at, old, d0)
        add_gain(gain_float32, at + lanes, old, d1)
        add_gain(gain_float32, at + 2 * lanes, old, d2)
        add_gain(gain_float32, at + 3 * lanes, old, d3)
        seeds.reached[panel, four * 4] = lane_bits(d0 <= most)
        seeds.reached[panel, four * 4 + 1] = lane_bits(d1 <= most)
        seeds.reached[panel, four * 4 + 2] = lane_bits(d2 <= most)
        seeds.reached[panel, four * 4 + 3] = lane_bits(d3 <= most)
        at += 4 * lanes
    zero = old - old
    store(gain_float32, at, load(gain_float32, at) + maximum((most - old) * np.float32(2.0), zero))


@device
def add_gain(gain_float32, at, old, distance):
    """Add what a candidate takes off the rows of a panel; rows that are none stand at -1."""
    store(gain_float32, at, load(gain_float32, at) + maximum(old - distance, old - old))


@kernel
def count_possible_winners(seeds, n_trials):
    """How many different candidates may be the best one. Writes contends."""
    screened, may_win, at_least, n_possible_winners = seeds.screened, seeds.may_win, -1.0, 0
    for place in range(n_trials):
        gain, error = screened_gain(screened, place)
        at_least = max(at_least, gain - error)
    for place in range(may_win.shape[0]):
        may_win[place] = False
        if place < n_trials:
            gain, error = screened_gain(screened, place)
            may_win[place] = gain + error >= at_least and not drawn_before(seeds, place)
            n_possible_winners += may_win[place]
    return n_possible_winners


@device
def drawn_before(seeds, place):
    """Whether an earlier candidate that contends is the same row."""
    for earlier in range(place):
        if seeds.may_win[earlier] and seeds.candidates[earlier] == seeds.candidates[place]:
            return True
    return False


@device
def screened_gain(screened, place):
    """A candidate's gain over all blocks, and by how much that may be wrong."""
    gain = error = 0.0
    for block in range(screened.shape[0]):
        for lane in range(screened.shape[2]):
            gain += screened[block, place, lane]
            error += screened[block, screened.shape[1] - 1, lane]
    return gain, (error + gain * SUM_ERROR) * 1.0001


@kernel
def measure_gains(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: gains
    first,  # IN  first block
    last,  # IN  block after the last
):
    """What each candidate that contends gains, in float64."""
    n_panels = rows.abs_error.shape[0]
    for block in range(first, last):
        end = min((block + 1) * rows.block_panels, n_panels)
        for place in range(seeds.may_win.shape[0]):
            gain = 0.0
            if seeds.may_win[place]:
                for start in range(block * rows.block_panels, end, PANELS_PER_ROUND):
                    stop = min(start + PANELS_PER_ROUND, end)
                    n_reached = list_reached(rows, seeds, place, block, start, stop)
                    for listed in range(n_reached):
                        gain += exact_gain(rows, seeds, seeds.listed[block, listed], place)
            seeds.gains[block, place] = gain


@device
def exact_gain(rows, seeds, i, place):
    """What a candidate would take off row i."""
    distance = squared_distance(rows.X, i, rows.scale, seeds.tried, place)
    return max(seeds.closest[i] - distance, 0.0) * rows.weight[i * rows.weight_step]


@kernel
def keep_best(seeds, step):
    """Choose the candidate that gains most, the first of equals; returns its place.

    Where only one contends, its gain does not matter. Writes seeds.indices[step].
    """
    best, best_gain = -1, 0.0
    for place in range(seeds.may_win.shape[0]):
        if seeds.may_win[place]:
            gain = 0.0
            for block in range(seeds.gains.shape[0]):
                gain += seeds.gains[block, place]
            if best < 0 or gain > best_gain:
                best, best_gain = place, gain
    seeds.indices[step] = seeds.candidates[best]
    return best


@kernel
def add_chosen(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: closest, near, nearest_seed, potential
    place,  # IN  the candidate that is kept
    step,  # IN  which chosen row it becomes
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Let the new row own what is nearer to it, and sum up what is left.

    By rounds: the rows of all its panels are on their way while the first is measured, and no
    panel is read just after its rows were written one by one.
    """
    n_panels = rows.abs_error.shape[0]
    for block in range(first, last):
        end = min((block + 1) * rows.block_panels, n_panels)
        for start in range(block * rows.block_panels, end, PANELS_PER_ROUND):
            stop = min(start + PANELS_PER_ROUND, end)
            n_reached = list_reached(rows, seeds, place, block, start, stop)
            for listed in range(n_reached):
                own_if_nearer(rows, seeds, seeds.listed[block, listed], place, step)
            sum_round(rows, seeds, block, start, stop)


@device
def list_reached(rows, seeds, place, block, start, stop):
    """List the rows that a candidate may be nearer to, and have them fetched; how many they are.

    Where they are most of a panel, all are written and some written over, and they are read one
    after the other anyway: a loop over the bits takes as long as twice as many rows.
    """
    lanes, count = lane_count(rows.packed), 0
    for panel in range(start, stop):
        bits = np.int64(seeds.reached[panel, place])
        if 2 * count_bits(bits) >= lanes:
            for lane in range(lanes):
                seeds.listed[block, count] = panel * lanes + lane
                count += (bits >> lane) & 1
        else:
            while bits != 0:
                i, bits = panel * lanes + lowest_bit(bits), bits & (bits - 1)
                seeds.listed[block, count] = i
                count += 1
                prefetch_row(rows.X, i)
    return count


@device
def own_if_nearer(rows, seeds, i, place, step):
    """Let the new row own row i if that is nearer to it."""
    distance = squared_distance(rows.X, i, rows.scale, seeds.tried, place)
    if distance < seeds.closest[i]:
        seeds.closest[i], seeds.nearest_seed[i] = distance, step
        seeds.near[i] = np.float32(distance) * UP
