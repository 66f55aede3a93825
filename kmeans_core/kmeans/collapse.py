"""Equal rows as one row with their weight: customer tables are full of them.

Ages, ratings and income bands are small whole numbers, so a million customers may be a few thousand
different rows. The sums that k-means needs are the same when equal rows come as one row with
their summed weight, and an iteration then costs what the different rows cost.

Only the iterations work on collapsed rows. Starts are drawn over the caller's rows in their order,
and where a cluster is empty the farthest of the caller's rows moves, so nothing depends on whether
rows were collapsed but the order in which sums are added up: centers agree to rounding.

Whether it pays is estimated from a fixed sample, with A. Chao (1984), "Nonparametric estimation of
the number of classes in a population", Scand. J. Statist. 11: if f1 of its values were met once and
f2 twice, some f1^2 / (2 f2) have not been met at all.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel

LEAST_ROWS = 4096  # below, a whole fit takes no longer than finding out
SAMPLE = 4096
WORTH = 4  # rows for each different one, by the estimate
KEPT = 3  # rows for each different one, counted: below, the collapsed rows are given up again
ROWS_A_CALL = 1 << 20  # some 20 ms: so that Ctrl-C is heard
FREE = np.int32(-1)


class EqualRows(NamedTuple):
    """The different rows of a table, in the order in which they first appear."""

    X: np.ndarray  # (n_different, n_features)
    weight: np.ndarray  # (n_different,) summed weights of the rows equal to each
    place: np.ndarray  # (n_samples,) int32: which of them each row is equal to


def worth_collapsing(X: np.ndarray) -> bool:
    """True if a sample of the rows says that at most every fourth is different from all others.

    Decided from the values alone: the sample is fixed. About 0.1 ms.
    """
    if X.shape[0] < LEAST_ROWS:
        return False
    sample = X[np.linspace(0, X.shape[0] - 1, SAMPLE).astype(np.intp)]
    _, place = _find_different(sample, SAMPLE)
    times_met = np.bincount(place)
    n_once, n_twice = (int(np.count_nonzero(times_met == times)) for times in (1, 2))
    not_met = n_once * (n_once - 1) / (2 * (n_twice + 1))  # Chao's bias-corrected form
    return (times_met.shape[0] + not_met) * WORTH <= X.shape[0]


def collapse_rows(X: np.ndarray, weight: np.ndarray | None) -> EqualRows | None:
    """The different rows and their weights; None if more than every third row is different.

    O(n d) time. Memory: 4 bytes a row, and up to 7 more while it runs.
    """
    first_rows, place = _find_different(X, X.shape[0] // KEPT)
    if place.shape[0] == 0:
        return None
    weights = np.bincount(place, weights=weight, minlength=first_rows.shape[0])
    exact = np.float64 if weight is not None or X.shape[0] >= 1 << 24 else X.dtype
    return EqualRows(X[first_rows], weights.astype(exact), place)


def _find_different(X: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """First appearances of different rows, and for each row which of them it equals.

    Where there are more than `most`, the second array is empty.
    """
    bits = X.view(np.uint64 if X.dtype == np.float64 else np.uint32)
    first_rows, place = np.empty(most, np.int32), np.empty(X.shape[0], np.int32)
    table, found, done = np.full(1 << 12, FREE), 0, 0
    while done < X.shape[0]:
        room = min(most, table.shape[0] // 2)
        stop = min(done + ROWS_A_CALL, X.shape[0])
        done, found = find_different(X, bits, done, stop, table, first_rows, found, room, place)
        if done < stop and found == most:
            return first_rows, place[:0]
        if done < stop:
            table = np.full(2 * table.shape[0], FREE)
            enter_again(X, bits, first_rows, found, table)
    return first_rows[:found], place


@kernel
def find_different(
    X,  # IN  (n_samples, n_features)
    bits,  # IN  (n_samples, n_features) unsigned: X as it lies in memory
    start,  # IN  first row
    stop,  # IN  row after the last
    table,  # INOUT (power of two,) int32: places in first_rows, by hash; FREE where there is none
    first_rows,  # INOUT (most,) int32: first appearance of each different row
    found,  # IN  how many there are
    room,  # IN  how many there may be
    place,  # OUT (n_samples,) int32
):
    """Look up rows in the table, and enter those that are new.

    Returns the row before which there was no more room, and the number of different rows.
    """
    for i in range(start, stop):
        slot = find_slot(X, bits, i, table, first_rows)
        if table[slot] == FREE:
            if found == room:
                return i, found
            table[slot], first_rows[found] = found, i
            found += 1
        place[i] = table[slot]
    return stop, found


@kernel
def enter_again(
    X,  # IN  (n_samples, n_features)
    bits,  # IN  (n_samples, n_features) unsigned
    first_rows,  # IN  (most,)
    found,  # IN  how many different rows there are
    table,  # OUT (power of two,) int32, given as FREE
):
    """Enter the different rows into a larger table."""
    for number in range(found):
        table[find_slot(X, bits, first_rows[number], table, first_rows)] = number


@device
def find_slot(X, bits, i, table, first_rows):
    """The slot of a row: the one that holds it, or the free one where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    slot = hash_row(X, bits, i) & mask
    while table[slot] != FREE and not is_equal(X, i, first_rows[table[slot]]):
        slot = (slot + np.uint64(1)) & mask
    return slot


@device
def hash_row(X, bits, i):
    """64 bits mixed from all of a row's: fold the upper half down, multiply by an odd number.

    The lower half of a whole number in float64 is zero: without the first fold most slots stayed
    unused, and a million rows took 83 ms.
    """
    mixed = np.uint64(0)
    for f in range(X.shape[1]):
        value = np.uint64(bits[i, f]) if X[i, f] != 0.0 else np.uint64(0)  # -0.0 is 0.0
        mixed ^= value
        mixed = (mixed ^ (mixed >> np.uint64(32))) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(32)
    return mixed


@device
def is_equal(X, i, other):
    same = True
    for f in range(X.shape[1]):
        same = same and X[i, f] == X[other, f]
    return same
