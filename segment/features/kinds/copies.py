"""Copies: a column of numbers that is a + b times an earlier one, to the rounding of the file.

A correlation proves nothing: one far customer in two independent columns makes 0.99999. So the line
is fitted by medians, and nearly every row must lie on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

EXCEPTIONS = 0.001  # of the rows
LEAST_VALUES = 8  # of both columns; fewer fit a line by chance
SAMPLE = 60


class Copy(NamedTuple):
    """The earlier column, and the line a + b x."""

    of: str
    a: float
    b: float
    is_multiple: bool  # a is within the rounding


def find_copy(values: np.ndarray, earlier: Mapping[str, np.ndarray]) -> Copy | None:
    """The earlier column that `values` repeat as a + b x in all but 0.1% of the rows.

    Arrays are float64 of shape (n_rows,), NaN where missing. O(n) for each earlier column that fits
    on a sample, O(1) for the others.
    """
    if _n_distinct(values) < LEAST_VALUES:
        return None
    for name, x in earlier.items():
        both = ~(np.isnan(values) | np.isnan(x))
        if both.sum() < max(LEAST_VALUES, 0.5 * len(values)):
            continue
        if _n_distinct(x) >= LEAST_VALUES and (line := _line(x[both], values[both])):
            a, b = line
            small = abs(a) <= _step(values[both]) + abs(b) * _step(x[both])
            return Copy(name, a, b, small)
    return None


def _n_distinct(values: np.ndarray) -> int:
    sample = values[:2000]
    return len(np.unique(sample[~np.isnan(sample)]))


def _line(x: np.ndarray, y: np.ndarray) -> tuple[float, float] | None:
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
    tolerance = _tolerance(x[some], y[some], b)
    if b == 0 or tolerance is None:
        return None
    loose = 4 * tolerance  # the slope comes from rounded values; it is fitted again below
    if (np.abs(y[some] - a - b * x[some]) > loose).mean() > 0.05:
        return None
    on = np.abs(y - a - b * x) <= loose
    b, a = map(float, np.polyfit(x[on], y[on], 1))
    off = np.abs(y - a - b * x) > 1.01 * tolerance + 1e-9 * np.abs(y).max()
    return (a, b) if off.sum() <= EXCEPTIONS * n else None


def _tolerance(x: np.ndarray, y: np.ndarray, b: float) -> float | None:
    """How far rounding moves y from the line; None where it is large beside y's own spread."""
    tolerance = 0.5 * _step(y) + 0.5 * abs(b) * _step(x)
    spread = float(np.median(np.abs(y - np.median(y)))) or float(y.std())
    return tolerance if tolerance <= 0.1 * spread else None


def _step(values: np.ndarray) -> float:
    """The last decimal place of the values in the file: 0.01 for prices, 1 for whole numbers."""
    for places in range(7):
        if np.allclose(values, np.round(values, places), rtol=0, atol=1e-9 * 10**-places):
            return 10.0**-places
    return 1e-7 * float(np.abs(values).max() or 1.0)
