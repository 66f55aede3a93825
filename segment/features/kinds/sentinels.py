"""Sentinels: numbers such as -1 or 999 that stand for missing, far from all other values."""

from __future__ import annotations

import numpy as np

LARGE_SHARE = 0.05  # of the cells; rarer ones are outliers
LEAST_VALUES = 5  # other values that a column must have
_NINES = {9.0, 99.0, 999.0, 9999.0, 99999.0, 999999.0, 9999999.0, 99999999.0, 999999999.0}
_CANDIDATES = _NINES | {-n for n in _NINES} | {-1.0, 888.0, 8888.0, 98.0, 998.0, 9998.0}


_NEGATIVES = {-1.0} | {-n for n in _NINES}


def find_sentinel(values: np.ndarray) -> float | None:
    """The number that stands for missing in a column, if there is one.

    It is the largest or the smallest value, one that people use so, at least 5% of the cells, and
    farther from the next value than all others are from each other; -1 and -99 need only be the one
    negative number of a column that has zeros and more.
    """
    values = values[~np.isnan(values)]
    if not len(values):
        return None
    distinct, counts = np.unique(values, return_counts=True)
    if len(distinct) <= LEAST_VALUES:
        return None
    for end, rest in ((-1, distinct[:-1]), (0, distinct[1:])):
        value, share = float(distinct[end]), counts[end] / len(values)
        if value not in _CANDIDATES or share < LARGE_SHARE:
            continue
        gap = abs(value - (rest[-1] if end else rest[0]))
        is_only_negative = end == 0 and value in _NEGATIVES and rest[0] >= 0
        if gap > rest[-1] - rest[0] or is_only_negative:
            return value
    return None
