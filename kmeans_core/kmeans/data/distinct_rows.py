"""Distinct rows: equal rows joined into one row with their summed weight.

Ages, ratings and income bands are small whole numbers, so a table of a million customers may have a
few thousand distinct rows. The sums of k-means are the same when equal rows come as one row with
their summed weight, and an iteration then costs what the distinct rows cost.

Only the iterations work on distinct rows. Starts are drawn over the caller's rows in their order,
and an empty cluster takes one of the caller's rows. So joining changes one thing, the order in
which sums are added: centers agree to rounding.

Whether it pays is estimated from a fixed sample, by A. Chao (1984), "Nonparametric estimation of
the number of classes in a population", Scand. J. Statist. 11: if f1 values of the sample occurred
once and f2 twice, about f1^2 / (2 f2) values did not occur in it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.kmeans import strategy

_NS_PER_ROW = 95.0  # of looking a row up, an upper estimate
_SAMPLE = 4096
_FREE = np.int32(-1)


class DistinctRows(NamedTuple):
    """The distinct rows of a table, in the order in which they first appear."""

    X: np.ndarray  # (n_distinct, n_features)
    weight: np.ndarray  # (n_distinct,) summed weight of the rows that equal each
    inverse: np.ndarray  # (n_samples,) int32: the distinct row that each row equals


def find_distinct_rows(X: np.ndarray, weight: np.ndarray | None) -> DistinctRows | None:
    """The distinct rows of a table, or None where iterating on them would not pay.

    The sample is fixed, so the answer is a function of the values alone. Deciding takes about 0.1
    ms.
    """
    if not strategy.may_join_equal_rows(X.shape[0]):
        return None
    sample = X[np.linspace(0, X.shape[0] - 1, _SAMPLE).astype(np.intp)]
    _, inverse = _number_distinct(sample, _SAMPLE)
    occurrences = np.bincount(inverse)
    n_once, n_twice = (int(np.count_nonzero(occurrences == times)) for times in (1, 2))
    n_unseen = n_once * (n_once - 1) / (2 * (n_twice + 1))  # Chao's bias-corrected form
    if not strategy.is_worth_joining(occurrences.shape[0] + n_unseen, X.shape[0]):
        return None
    return join_equal_rows(X, weight, strategy.most_distinct(X.shape[0]))


def join_equal_rows(X: np.ndarray, weight: np.ndarray | None, most: int) -> DistinctRows | None:
    """The distinct rows and their weights; None if there are more than `most`.

    O(n d) time. Memory: 4 bytes per row, and up to 7 more while it runs.
    """
    first_rows, inverse = _number_distinct(X, most)
    if inverse.shape[0] == 0:
        return None
    weights = np.bincount(inverse, weights=weight, minlength=first_rows.shape[0])
    exact = np.float64 if weight is not None or X.shape[0] >= 1 << 24 else X.dtype
    return DistinctRows(X[first_rows], weights.astype(exact), inverse)


def _number_distinct(X: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray]:
    """First appearances of the distinct rows, and for each row which of them it equals.

    If there are more than `most`, the second array is empty.
    """
    bits = X.view(np.uint64 if X.dtype == np.float64 else np.uint32)
    first_rows, inverse = np.empty(most, np.int32), np.empty(X.shape[0], np.int32)
    table, n_found, done = np.full(1 << 12, _FREE), 0, 0
    while done < X.shape[0]:
        room = min(most, table.shape[0] // 2)
        stop = min(done + items_per_call(_NS_PER_ROW), X.shape[0])
        done, n_found = _enter_rows(X, bits, done, stop, table, first_rows, n_found, room, inverse)
        if done < stop and n_found == most:
            return first_rows, inverse[:0]
        if done < stop:
            table = np.full(2 * table.shape[0], _FREE)
            _enter_again(X, bits, first_rows, n_found, table)
    return first_rows[:n_found], inverse


@kernel
def _enter_rows(
    X,  # IN  (n_samples, n_features)
    bits,  # IN  (n_samples, n_features) unsigned: X as it lies in memory
    start,  # IN  first row
    stop,  # IN
    table,  # INOUT (power of two,) int32: positions in first_rows, by hash; else FREE
    first_rows,  # INOUT (most,) int32: first appearance of each distinct row
    n_found,  # IN  how many there are
    room,  # IN  how many there may be
    inverse,  # OUT (n_samples,) int32
):
    """Look up rows in the table, and enter those that are new.

    Returns the row before which there was no more room, and the number of distinct rows.
    """
    for i in range(start, stop):
        slot = _find_slot(X, bits, i, table, first_rows)
        if table[slot] == _FREE:
            if n_found == room:
                return i, n_found
            table[slot], first_rows[n_found] = n_found, i
            n_found += 1
        inverse[i] = table[slot]
    return stop, n_found


@kernel
def _enter_again(
    X,  # IN  (n_samples, n_features)
    bits,  # IN  (n_samples, n_features) unsigned
    first_rows,  # IN  (most,)
    n_found,  # IN  how many distinct rows there are
    table,  # OUT (power of two,) int32, given as FREE
):
    """Enter the distinct rows into a larger table."""
    for number in range(n_found):
        table[_find_slot(X, bits, first_rows[number], table, first_rows)] = number


@device
def _find_slot(X, bits, i, table, first_rows):
    """The slot of a row: the one that holds it, or the free one where it belongs."""
    mask = np.uint64(table.shape[0] - 1)
    slot = _hash_row(X, bits, i) & mask
    while table[slot] != _FREE and not _is_equal(X, i, first_rows[table[slot]]):
        slot = (slot + np.uint64(1)) & mask
    return slot


@device
def _hash_row(X, bits, i):
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
def _is_equal(X, i, other):
    """Whether rows i and `other` are equal in every feature."""
    same = True
    for f in range(X.shape[1]):
        same = same and X[i, f] == X[other, f]
    return same
