"""What each candidate of pruned k-means++ gains: how much it would take off the potential.

`screen_gains` computes the gains of all candidates in one pass over the panels of float32, with a
bound of their error. A panel none of whose rows is beyond its prune radius is skipped. Beside the
gains it marks the rows that each candidate *reaches*: those it may be nearer to than their seeds.
Most often one candidate is certain to gain more than all others (`count_possible_winners`). If not,
`measure_gains` computes the gains of those that may in float64, from the rows that they reach. What
the fields of `seeds` hold is said at `PrunedSeeds` in greedy_pruned.py.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
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
    widen,
)
from kmeans_core.kmeans.data.packed_rows import panel_weight
from kmeans_core.kmeans.search.direct_form import QUARTER, four_distances
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import prefetch_row

PANELS_PER_ROUND = 16  # whose gains are added in float32
_SUM_ERROR = 2.0**-19  # relative error of such a sum of numbers that are not negative
_TINY = np.float32(1e-35)  # more than what underflows in float32


@kernel
def screen_gains(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: reached, round_gain, screened_gain
    start,  # IN  first block
    stop,  # IN
):
    """How much each candidate would lower the potential, by block and lane, to within an error.

    Gains are added in float32 over the panels of a round, then in float64. Panels whose rows have
    weights of their own are a round each.
    """
    n_panels, lanes = rows.abs_error.shape[0], lane_count(rows.packed)
    zero = splat(rows.packed.dtype.type(0), rows.packed)
    panels_per_round = 1 if rows.weight_step == 1 else PANELS_PER_ROUND
    for block in range(start, stop):
        end = min((block + 1) * rows.block_panels, n_panels)
        seeds.screened_gain[block] = 0.0
        for first in range(block * rows.block_panels, end, panels_per_round):
            seeds.round_gain[block] = 0.0
            for panel in range(first, min(first + panels_per_round, end)):
                _screen_panel(rows, seeds, panel, block)
            w = panel_weight(rows.weight, rows.weight_step, first, lanes, rows.X.shape[0], zero)
            for slot in range(seeds.round_gain.shape[1]):
                position = (block * seeds.round_gain.shape[1] + slot) * lanes
                gain = load(seeds.round_gain, position)
                total = load_like(seeds.screened_gain, position, gain) + widen(gain) * w
                store(seeds.screened_gain, position, total)


@device
def _screen_panel(rows, seeds, panel, block):
    """Add the gains of the rows of one panel, and mark the rows that each candidate reaches.

    A candidate reaches a row unless its distance exceeds the row's by more than the error of two
    distances, see `direct_form.ambiguous_direct`.
    """
    round_gain, lanes = seeds.round_gain, lane_count(rows.packed)
    old = load(seeds.closest_above, panel * lanes)
    seed = load_like(seeds.nearest_seed, panel * lanes, old)
    if not any_lane(gather(seeds.prune_radius, seed) <= old):
        for slot in range(seeds.reached.shape[1]):
            seeds.reached[panel, slot] = 0
        return
    abs_error = rows.abs_error[panel]
    error = abs_error * abs_error * (QUARTER / rows.tie_rtol + np.float32(1.0)) + _TINY
    limit = old + (old * (rows.tie_rtol + rows.tie_rtol) + error)
    position = block * round_gain.shape[1] * lanes
    for four in range(seeds.points.shape[0]):
        d0, d1, d2, d3 = four_distances(rows.packed, panel, seeds.points, four)
        _add_gain(round_gain, position, old, d0)
        _add_gain(round_gain, position + lanes, old, d1)
        _add_gain(round_gain, position + 2 * lanes, old, d2)
        _add_gain(round_gain, position + 3 * lanes, old, d3)
        seeds.reached[panel, four * 4] = lane_bits(d0 <= limit)
        seeds.reached[panel, four * 4 + 1] = lane_bits(d1 <= limit)
        seeds.reached[panel, four * 4 + 2] = lane_bits(d2 <= limit)
        seeds.reached[panel, four * 4 + 3] = lane_bits(d3 <= limit)
        position += 4 * lanes
    errors = maximum((limit - old) * np.float32(2.0), old - old)
    store(round_gain, position, load(round_gain, position) + errors)


@device
def _add_gain(round_gain, position, old, distance):
    """Add what a candidate takes off the rows of a panel; nothing in padding, where `old` is -1."""
    gain = maximum(old - distance, old - old)
    store(round_gain, position, load(round_gain, position) + gain)


@kernel
def count_possible_winners(seeds, n_trials):
    """How many different candidates may be the best one. Write may_win."""
    may_win, at_least, n_possible_winners = seeds.may_win, -1.0, 0
    for trial in range(n_trials):
        gain, error = _screened_gain(seeds.screened_gain, trial)
        at_least = max(at_least, gain - error)
    for trial in range(n_trials):
        may_win[trial] = False
        gain, error = _screened_gain(seeds.screened_gain, trial)
        may_win[trial] = gain + error >= at_least and not _is_drawn_before(seeds, trial)
        n_possible_winners += may_win[trial]
    return n_possible_winners


@device
def _is_drawn_before(seeds, trial):
    """Whether an earlier candidate that may win is the same row."""
    for earlier in range(trial):
        if seeds.may_win[earlier] and seeds.candidates[earlier] == seeds.candidates[trial]:
            return True
    return False


@device
def _screened_gain(screened_gain, trial):
    """A candidate's gain over all blocks, and its error bound."""
    gain = error = 0.0
    for block in range(screened_gain.shape[0]):
        for lane in range(screened_gain.shape[2]):
            gain += screened_gain[block, trial, lane]
            error += screened_gain[block, screened_gain.shape[1] - 1, lane]
    return gain, (error + gain * _SUM_ERROR) * 1.0001


@kernel
def measure_gains(
    rows,  # IN  Rows
    seeds,  # INOUT PrunedSeeds: exact_gain
    start,  # IN  first block
    stop,  # IN
):
    """Compute the gain of each candidate that may win, in float64."""
    n_rounds, listed = rounds_per_block(rows), seeds.listed[start]
    for block in range(start, stop):
        for trial in range(seeds.may_win.shape[0]):
            gain = 0.0
            if seeds.may_win[trial]:
                for round_ in range(block * n_rounds, (block + 1) * n_rounds):
                    for position in range(list_reached(rows, seeds, trial, round_, listed)):
                        gain += _gain_of_row(rows, seeds, listed[position], trial)
            seeds.exact_gain[block, trial] = gain


@device
def _gain_of_row(rows, seeds, i, trial):
    """What a candidate would take off row i."""
    distance = squared_distance(rows.X, i, rows.scale, seeds.exact_points, trial)
    return max(seeds.closest[i] - distance, 0.0) * rows.weight[i * rows.weight_step]


@device
def list_reached(rows, seeds, trial, round_, listed):
    """List the rows of a round that a candidate reaches, and prefetch them; returns how many.

    Write `listed`, (rows of a round,). Where a candidate reaches at least half of a panel, the
    number of every row is written and some are written over: a loop over bits takes as long as
    twice as many rows. Such rows lie one after the other in memory and need no prefetch.
    """
    lanes, count, (start, stop) = lane_count(rows.packed), 0, panels_of_round(rows, round_)
    for panel in range(start, stop):
        bits = np.int64(seeds.reached[panel, trial])
        if 2 * count_bits(bits) >= lanes:
            for lane in range(lanes):
                listed[count] = panel * lanes + lane
                count += (bits >> lane) & 1
        else:
            while bits != 0:
                i, bits = panel * lanes + lowest_bit(bits), bits & (bits - 1)
                listed[count] = i
                count += 1
                prefetch_row(rows.X, i)
    return count


@device
def rounds_per_block(rows):
    """Rounds are numbered across blocks; the last block may have empty ones."""
    return (rows.block_panels + PANELS_PER_ROUND - 1) // PANELS_PER_ROUND


@device
def panels_of_round(rows, round_):
    """The panels of a round, as start and stop."""
    block, number = divmod(round_, rounds_per_block(rows))
    start = block * rows.block_panels + number * PANELS_PER_ROUND
    stop = min(start + PANELS_PER_ROUND, (block + 1) * rows.block_panels)
    return start, min(stop, rows.abs_error.shape[0])
