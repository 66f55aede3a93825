"""Listed rows in pairs, each against the registers of centers that it needs (Elkan, Yinyang).

The idea. Lloyd's search computes the distances of a panel of 16 rows to all centers: lane = row. An
algorithm that keeps a bound for every center, or for every group of centers, needs the distances of
a row to a few centers only, and to others for the next row. So here lane = center (registers.py),
and a register of centers is searched if a bound of one of them requires it. Two rows are searched
together, because a load of centers then serves both. They are sorted by label first: rows of one
cluster need nearly the same registers.

The contract. An algorithm keeps the fields of `new_pair_bounds` in its named tuple of bounds, and
packs the centers into `registers` after every update. It provides three functions, `PairRules`, and
calls `label_in_pairs` with them. Distances and errors are those of the panels: the same float32,
the same `tie_rtol` and `abs_error`.

Measured (Zen 3): panels of 16 such rows, gathered, would compute what any of the 16 needs, and
gathering alone takes as long as the distances of a row to two registers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import put, splat_like, store
from kmeans_core.kmeans.accelerated.bounds import (
    new_common_bounds,
    store_lower,
    store_upper,
    upward,
)
from kmeans_core.kmeans.accelerated.listing import (
    AHEAD,
    Listing,
    decide_row,
    list_unsettled,
    move_proposed,
    new_listing,
    one_center,
    own_of,
    slot_of,
    smallest_two,
    tighten_listed,
)
from kmeans_core.kmeans.accelerated.registers import (
    empty_registers,
    pair_distances,
    register_count,
)
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.kmeans.search.direct_form import MOST, keep_two
from kmeans_core.rows.layout import LANES, prefetch_row

_NS_PER_BYTE = 3.0  # of a first write, see _no_bounds


class PairWork(NamedTuple):
    """Memory of one call. 20 bytes per row of the call, and 12 per center."""

    listing: Listing
    by_label: np.ndarray  # (rows of the call,) int32: listed rows, sorted by label
    starts: np.ndarray  # (n_clusters,) int32
    members: np.ndarray  # (2,) int64: the rows of the pair; twice the same if one is left
    packed: np.ndarray  # (2 * n_features,) float32: these rows as the panels hold them
    needed: np.ndarray  # (n_registers,) int32: the registers to search, of both rows
    skipped: np.ndarray  # (2,) float64: lower bound of the distances to all other registers
    squared: np.ndarray  # (2, n_registers * lanes) float32: distances to the needed registers


def new_pair_work(run: Run, start: int, stop: int) -> PairWork:
    """Memory for a call over the panels start..stop-1."""
    (k, d), listing = run.centers.shape, new_listing(start, stop)
    return PairWork(
        listing=listing,
        by_label=np.empty_like(listing.listed),
        starts=np.empty(k, np.int32),
        members=np.empty(2, np.int64),
        packed=np.empty(2 * d, FLOAT32),
        needed=np.empty(register_count(k), np.int32),
        skipped=np.empty(2, np.float64),
        squared=np.empty((2, register_count(k) * LANES), FLOAT32),
    )


def new_pair_bounds(rows: Rows, run: Run, width: int) -> dict[str, Any]:
    """The fields that every algorithm here keeps, with bounds that settle no row.

    `common: CommonBounds`; `finer`, (n_samples, width) float32, the lower bounds that it keeps per
    row besides; `registers`, memory for `pack_registers`.
    """
    return {
        "common": new_common_bounds(run),
        "finer": _no_bounds((rows.X.shape[0], width)),
        "registers": empty_registers(*run.centers.shape),
    }


def _no_bounds(shape: tuple[int, int]) -> np.ndarray:
    """Lower bounds that settle no row, in float32; the first axis is the rows.

    Filled part by part, so that Ctrl-C is seen in between.

    Measured: Ctrl-C came 1 to 4 s late in one fill of 1.6 GB.
    """
    array = np.empty(shape, FLOAT32)
    for start, stop in short_calls(0, shape[0], _NS_PER_BYTE * array.strides[0]):
        array[start:stop] = -MOST
    return array


class PairRules(NamedTuple):
    """The bounds of an algorithm, as three device functions."""

    # nearest_other(bounds, i, label): lower bound of the distances of row i to all other centers
    nearest_other: Callable
    # list_needed(rows, run, bounds, work): write the registers with a center that may be nearer to
    # a row of the pair than its own to `needed`, and `skipped`; returns how many are needed
    list_needed: Callable
    # renew(rows, run, bounds, work, member, n_needed): renew the bounds of a searched row
    renew: Callable


@device
def label_in_pairs(
    rows,  # IN  Rows
    run,  # INOUT Run: labels, sums, cluster_weight, dirty, n_changed, n_distances
    bounds,  # INOUT the algorithm's bounds
    work,  # WORK PairWork
    rules,  # IN  PairRules
):
    """Label the rows of the call's panels and move those whose label changed between the sums."""
    listing = work.listing
    # Yinyang, global filter; Elkan, step 2
    n_listed = list_unsettled(rows, run, bounds.common, listing)
    n_listed = _unlist_far(rows, run, bounds, work, n_listed, rules)
    # Elkan, step 3a
    n_left = tighten_listed(rows, run, bounds.common, listing, n_listed)
    _sort_by_label(run.labels, work, n_left)
    n_distances = n_listed
    for place in range(0, n_left, 2):
        _take_pair(rows, work, place, n_left, bounds.finer)
        # Yinyang, group filter; Elkan, step 3, (i) to (iii)
        n_needed = rules.list_needed(rows, run, bounds, work)
        # Elkan, step 3b
        n_distances += _search_pair(rows, run, bounds, work, n_needed)
        for member in range(_member_count(work)):
            rules.renew(rows, run, bounds, work, member, n_needed)
    run.n_distances[listing.start // rows.block_panels] += n_distances
    move_proposed(rows, run, listing)


@device
def _unlist_far(rows, run, bounds, work, n_listed, rules):
    """Unlist the rows that `nearest_other` settles; returns how many are left.

    Renews `lower` of all listed rows from it. To read the bounds by row costs less than to make the
    upper bound exact, which reads the row.
    """
    common, listed, n_left = bounds.common, work.listing.listed, 0
    for place in range(n_listed):
        prefetch_row(bounds.finer, listed[min(place + AHEAD, n_listed - 1)])
        i = listed[place]
        label = run.labels[i]
        nearest = rules.nearest_other(bounds, i, label)
        store_lower(rows, common, i, label, nearest)
        if not upward(float(common.upper[i] + common.drift[label]), rows.rel_error) < nearest:
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def _sort_by_label(labels, work, n_listed):
    """Write the listed rows to `by_label`, in the order of their labels."""
    starts, listed = work.starts, work.listing.listed
    for j in range(starts.shape[0]):
        starts[j] = 0
    for place in range(n_listed):
        starts[labels[listed[place]]] += 1
    total = 0
    for j in range(starts.shape[0]):
        starts[j], total = total, total + starts[j]
    for place in range(n_listed):
        label = labels[listed[place]]
        work.by_label[starts[label]] = listed[place]
        starts[label] += 1


@device
def _take_pair(rows, work, place, n_listed, finer):
    """Write the pair at a place of `by_label` to `members` and `packed`; prefetch a later pair."""
    by_label, n_features = work.by_label, rows.X.shape[1]
    for member in range(2):
        later = by_label[min(place + AHEAD + member, n_listed - 1)]
        prefetch_row(rows.X, later)
        prefetch_row(finer, later)
        i = by_label[min(place + member, n_listed - 1)]
        work.members[member] = i
        for f in range(n_features):
            work.packed[member * n_features + f] = rows.X[i, f] * rows.scale - rows.offset[f]


@device
def _member_count(work):
    """2, or 1 for the last of an odd number of rows, which is its own partner."""
    return 1 if work.members[0] == work.members[1] else 2


@device
def _search_pair(rows, run, bounds, work, n_needed):
    """Search the needed registers for both rows, and propose the labels; returns the distances.

    Writes `squared`. A row's own center takes part with its exact distance, whether its register is
    searched or not; where it is searched, its lane holds no distance.
    """
    n_registers, n_distances = work.needed.shape[0], 0
    label_a, label_b = run.labels[work.members[0]], run.labels[work.members[1]]
    own_a, own_b = own_of(work.listing, work.members[0]), own_of(work.listing, work.members[1])
    best_a, second_a, index_a = one_center(rows.packed, label_a, own_a)
    best_b, second_b, index_b = one_center(rows.packed, label_b, own_b)
    for place in range(n_needed):
        register = np.int64(work.needed[place])
        squared_a, squared_b = pair_distances(work.packed, bounds.registers, register)
        store(work.squared, register * LANES, squared_a)
        store(work.squared, (n_registers + register) * LANES, squared_b)
        if register == label_a // LANES:
            squared_a = put(squared_a, label_a % LANES, np.float32(MOST))
        if register == label_b // LANES:
            squared_b = put(squared_b, label_b % LANES, np.float32(MOST))
        number = splat_like(np.int32(register), squared_a)
        best_a, second_a, index_a = keep_two(squared_a, number, best_a, second_a, index_a)
        best_b, second_b, index_b = keep_two(squared_b, number, best_b, second_b, index_b)
        n_distances += min(LANES, run.centers.shape[0] - register * LANES)
    for member in range(_member_count(work)):
        if member == 1:
            best_a, second_a, index_a = best_b, second_b, index_b
        found = smallest_two(rows, work.members[member], best_a, second_a, index_a)
        _propose(rows, run, bounds.common, work, member, found)
    return _member_count(work) * n_distances


@device
def _propose(rows, run, common, work, member, found):
    """Propose a searched row's label and renew its common bounds.

    The upper bound of a row that keeps its label is exact already (`tighten_listed`).
    """
    i = work.members[member]
    label, upper, lower = decide_row(rows, run, i, found)
    if label != run.labels[i]:
        store_upper(rows, common, i, label, upper)
    store_lower(rows, common, i, label, min(lower, work.skipped[member]))
    work.listing.proposed[slot_of(work.listing, i)] = label
