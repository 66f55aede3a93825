"""Copies: a column of numbers that is a + b times an earlier one, to the rounding of the file.

A correlation proves nothing: one far customer in two independent columns makes 0.99999. So the line
is fitted by medians, and nearly every row must lie on it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

EXCEPTIONS = 0.001  # of the rows
LEAST_VALUES = 8  # of both columns; fewer fit a line by chance
SAMPLE = 60  # rows on which most pairs of columns are ruled out
ALIKE = 0.8  # the least correlation of ranks in the sample


class Copy(NamedTuple):
    """The earlier column, and the line a + b x."""

    of: str
    a: float
    b: float
    is_multiple: bool  # a is within the rounding


class _Numbers(NamedTuple):
    """A column with what is computed of it once."""

    values: np.ndarray
    step: float  # its last decimal place in the file
    ranks: np.ndarray  # of the sample, with mean 0 and length 1
    is_fine: bool  # it has enough different values


class Copies:
    """The columns of numbers so far, in which later ones are looked for."""

    def __init__(self) -> None:
        self._columns: dict[str, _Numbers] = {}

    def add(self, name: str, values: np.ndarray) -> None:
        """Look for later columns in this one too; float64 of shape (n_rows,), NaN if missing."""
        self._columns[name] = _numbers(values)

    def find(self, values: np.ndarray) -> Copy | None:
        """The earlier column that `values` repeat as a + b x in all but 0.1% of the rows.

        O(n) for each earlier column with nearly the same order in a sample, O(1) for the others.
        """
        y = _numbers(values)
        for name, x in self._columns.items():
            if not (y.is_fine and x.is_fine) or abs(float(x.ranks @ y.ranks)) < ALIKE:
                continue
            both = ~(np.isnan(y.values) | np.isnan(x.values))
            if both.sum() < max(LEAST_VALUES, 0.5 * len(values)):
                continue
            rounding = (x.step, y.step)
            line = _line(x.values[both], y.values[both], rounding)
            if line is not None:
                a, b = line
                return Copy(name, a, b, abs(a) <= y.step + abs(b) * x.step)
        return None


def _numbers(values: np.ndarray) -> _Numbers:
    rows = np.unique(np.linspace(0, len(values) - 1, min(len(values), SAMPLE)).astype(int))
    some, first = values[rows], values[:2000]
    _, order, counts = np.unique(some, return_inverse=True, return_counts=True)
    middles = np.cumsum(counts) - (counts + 1) / 2  # equal values have one rank
    ranks = middles[order].astype(float)
    ranks = np.where(np.isnan(some), np.nan, ranks)
    ranks = np.nan_to_num(ranks - np.nanmean(ranks)) if not np.isnan(some).all() else some * 0
    length = float(np.sqrt(ranks @ ranks))
    present = values[~np.isnan(values)]
    is_fine = len(np.unique(first[~np.isnan(first)])) >= LEAST_VALUES and length > 0
    step = _step(present) if is_fine else 1.0
    return _Numbers(values, step, ranks / length if is_fine else np.zeros(len(rows)), is_fine)


def _line(
    x: np.ndarray, y: np.ndarray, rounding: tuple[float, float]
) -> tuple[float, float] | None:
    """The line a + b x on which y lies, to the rounding of both; None if it does not."""
    n = len(x)
    some = np.unique(np.linspace(0, n - 1, min(n, SAMPLE)).astype(int))
    order = some[np.argsort(x[some], kind="stable")]
    half = len(order) // 2
    low, high = order[:half], order[-half:]
    run = x[high] - x[low]
    if not (run > 0).any():
        return None
    slopes = (y[high] - y[low])[run > 0] / run[run > 0]
    b = float(np.median(slopes))
    a = float(np.median(y[some] - b * x[some]))
    tolerance = 0.5 * rounding[1] + 0.5 * abs(b) * rounding[0]
    spread = float(np.median(np.abs(y - np.median(y)))) or float(y.std())
    if b == 0 or tolerance > 0.1 * spread:
        return None
    loose = 4 * tolerance  # the slope comes from rounded values; it is fitted again below
    if (np.abs(y[some] - a - b * x[some]) > loose).mean() > 0.05:
        return None
    on = np.abs(y - a - b * x) <= loose
    if on.sum() < LEAST_VALUES:
        return None
    b, a = map(float, np.polyfit(x[on], y[on], 1))
    off = np.abs(y - a - b * x) > 1.01 * tolerance + 1e-9 * np.abs(y).max()
    return (a, b) if off.sum() <= EXCEPTIONS * n else None


def _step(values: np.ndarray) -> float:
    """The last decimal place of the values in the file: 0.01 for prices, 1 for whole numbers."""
    for part in (values[:100], values):
        for places in range(7):
            moved = np.abs(part - np.round(part, places))
            if (moved <= 1e-9 * 10.0**-places + 1e-12 * np.abs(part)).all():
                break
        else:
            return 1e-7 * float(np.abs(values).max() or 1.0)
    return 10.0**-places
