"""Rows that a bound could not settle, each against the registers of centers that it needs.

`nearest_two_direct` computes the distances of a panel of 16 rows to all centers. An algorithm that
keeps a bound for every group of centers needs the distances of a row to a few groups, and other
ones for the next row. So here lane = center: a group is as many centers as a register has lanes,
and one load brings the same feature of all. Rows go in pairs, sorted by their label: the rows of a
cluster need much the same groups. Panels of 16 such rows, gathered, would compute what any of them
needs, and gathering alone takes as long as the distances to two groups.

Numbers and errors are those of the panels: the same float32, the same `tie_rtol` and `abs_error`.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    broadcast,
    count_lanes,
    lane_bits,
    lane_count,
    load,
    lowest_bit,
    min_lanes,
    minimum,
    put,
    splat,
    splat_like,
    store,
)
from kmeans_core.kmeans.accelerated.bounds import (
    bounds_now,
    downward,
    exact_or_screened,
    keep_label,
    list_others,
    upward,
)
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import LANES


def register_count(n_clusters: int) -> int:
    """Registers that hold one feature of all centers."""
    return -(-n_clusters // LANES)


def empty_registers(n_clusters: int, n_features: int) -> np.ndarray:
    """Room for `pack_registers`."""
    return aligned_empty(register_count(n_clusters) * n_features * LANES, FLOAT32)


@kernel
def pack_registers(
    centers,  # IN  (n_clusters, n_features), scaled
    offset,  # IN  (n_features,), scaled
    registers,  # OUT (n_registers * n_features * lanes,)
):
    """Writes the centers in blocks of a register, feature by feature; past the last is infinity."""
    lanes, n_clusters, n_features = lane_count(registers), centers.shape[0], centers.shape[1]
    for start in range(0, n_clusters, lanes):
        for f in range(n_features):
            base = start * n_features + f * lanes
            for lane in range(lanes):
                j = start + lane
                value = float(centers[j, f]) - offset[f] if j < n_clusters else np.inf
                registers[base + lane] = value


@device
def pack_pair(rows, i, other, pair):
    """Write rows i and `other`, as the panels hold them, to `pair`, (2 * n_features,) float32."""
    X, scale, offset, n_features = rows.X, rows.scale, rows.offset, rows.X.shape[1]
    for f in range(n_features):
        pair[f] = X[i, f] * scale - offset[f]
    for f in range(n_features):
        pair[n_features + f] = X[other, f] * scale - offset[f]


@device
def pair_distances(
    pair,  # IN  two rows: see pack_pair
    registers,  # IN  centers: see pack_registers
    register,  # IN  which one
):
    """Squared distances of both rows to a register of centers; MOST past the last center.

    Two rows, because a load of centers then serves both, and two sums each, because an fma waits
    four cycles for the one before it.
    """
    n_features, lanes = pair.shape[0] // 2, lane_count(registers)
    zero, c, f = splat(registers.dtype.type(0), registers), register * n_features * lanes, 0
    a0 = a1 = b0 = b1 = zero
    while f + 2 <= n_features:
        c0, c1 = load(registers, c), load(registers, c + lanes)
        a0 = add_square(c0 - broadcast(pair, f), a0)
        b0 = add_square(c0 - broadcast(pair, n_features + f), b0)
        a1 = add_square(c1 - broadcast(pair, f + 1), a1)
        b1 = add_square(c1 - broadcast(pair, n_features + f + 1), b1)
        f += 2
        c += 2 * lanes
    if f < n_features:
        c0 = load(registers, c)
        a0 = add_square(c0 - broadcast(pair, f), a0)
        b0 = add_square(c0 - broadcast(pair, n_features + f), b0)
    return minimum(a0 + a1, zero + MOST), minimum(b0 + b1, zero + MOST)


@device
def smallest_two(best, second, register):
    """From the smallest two of each lane, and the register of the smallest: the two, the center."""
    smallest = min_lanes(best)
    lane = lowest_bit(lane_bits(best <= splat_like(smallest, best)))
    center = np.int32(register[lane] * LANES + lane)
    return smallest, min_lanes(put(best, lane, second[lane])), center


@device
def row_is_ambiguous(best, second, tie_rtol, abs_error):
    """`differences.ambiguous_direct` for one row."""
    return second - best <= second * tie_rtol + np.sqrt(second) * abs_error


@device
def list_unsettled(rows, run, bounds, first, last, listed, proposed):
    """List the rows of these panels that Hamerly's bounds do not settle; returns how many."""
    lanes, n_listed = lane_count(rows.packed), 0
    for panel in range(first, last):
        label, upper, lower = bounds_now(run, bounds, panel)
        store(proposed, (panel - first) * lanes, label)
        stays = keep_label(rows, bounds, label, upper, lower)
        if count_lanes(stays) < lanes:
            n_listed = list_others(rows, panel, stays, listed, n_listed)
    return n_listed


@device
def unlist_bounded(rows, run, bounds, i, nearest):
    """True if `nearest`, a lower bound made anew from finer ones, settles row i; renews `lower`."""
    label = run.labels[i]
    bounds.lower[i] = downward(nearest + bounds.other_drift[label], rows.rel_error)
    return upward(float(bounds.upper[i] + bounds.drift[label]), rows.rel_error) < nearest


@device
def sort_by_label(labels, listed, n_listed, starts, by_label):
    """Write the listed rows to `by_label` in the order of their labels; `starts` is scratch."""
    for j in range(starts.shape[0]):
        starts[j] = 0
    for place in range(n_listed):
        starts[labels[listed[place]]] += 1
    total = 0
    for j in range(starts.shape[0]):
        starts[j], total = total, total + starts[j]
    for place in range(n_listed):
        label = labels[listed[place]]
        by_label[starts[label]] = listed[place]
        starts[label] += 1


@device
def propose_searched(rows, run, bounds, i, best, second, index, nearest_skipped, first, proposed):
    """Propose a searched row's label from the smallest two in each lane; renew Hamerly's bounds.

    `nearest_skipped` bounds its distances to the centers that were not searched. Returns the label.
    """
    rel_error, abs_error = rows.rel_error, rows.abs_error[i // LANES]
    smallest, runner_up, center = smallest_two(best, second, index)
    ambiguous = row_is_ambiguous(smallest, runner_up, rows.tie_rtol, abs_error)
    label, nearest, other = exact_or_screened(rows, run, i, center, smallest, runner_up, ambiguous)
    if label != run.labels[i]:  # else it is exact already
        upper = upward(np.sqrt(nearest), rel_error) + 0.5 * abs_error - bounds.drift[label]
        bounds.upper[i] = upward(upper, rel_error)
    lower = min(downward(np.sqrt(other), rel_error) - 0.5 * abs_error, nearest_skipped)
    bounds.lower[i] = downward(lower + bounds.other_drift[label], rel_error)
    proposed[i - first * LANES] = label
    return label


class PairWork(NamedTuple):
    """What a call needs to find, sort and search rows. Memory: 20 bytes a row of the call."""

    proposed: np.ndarray  # (rows of the call,) int32: labels
    listed: np.ndarray  # (rows of the call,) int32: row numbers
    by_label: np.ndarray  # (rows of the call,) int32: the same, sorted
    own: np.ndarray  # (rows of the call,) float64: squared distance to the row's center
    starts: np.ndarray  # (n_clusters,) int32
    pair: np.ndarray  # (2 * n_features,) float32: two rows as the panels hold them


def new_pair_work(n_rows: int, n_clusters: int, n_features: int) -> PairWork:
    """Room for a call over so many rows."""
    return PairWork(
        np.empty(n_rows, np.int32),
        np.empty(n_rows, np.int32),
        np.empty(n_rows, np.int32),
        np.empty(n_rows, np.float64),
        np.empty(n_clusters, np.int32),
        np.empty(2 * n_features, FLOAT32),
    )
