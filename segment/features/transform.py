"""Transforms: the scale on which a column of numbers is compared, chosen before outliers are.

The rule: a column whose skewness is above 1, without the 1% of values at each end that may be
outliers, takes a logarithm if that brings its skewness nearer to 0. It is log(1 + x / u), where u
is 1, or for amounts below 1 the power of ten below the median; with at most 10% negative values it
is the same of |x|, with the sign of x. Where a quarter of such a column is 0, those who have none
get a column of their own.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

SKEWED = 1.0
ENDS = 0.01  # of the values at each end, one at least
MANY_ZEROS = 0.25
FEW_NEGATIVES = 0.1
LEAST_AMOUNTS = 8  # different ones, of a column in which zeros get a column of their own


class Transform(NamedTuple):
    """A monotone change of scale: the identity, or a logarithm that keeps the sign."""

    log: bool = False
    unit: float = 1.0
    signed: bool = False
    zeros_apart: bool = False

    def apply(self, values: np.ndarray) -> np.ndarray:
        """The values on the new scale; without `signed`, one below 0 counts as 0."""
        if not self.log:
            return values
        if self.signed:
            return np.sign(values) * np.log1p(np.abs(values) / self.unit)
        return np.log1p(values.clip(min=0) / self.unit)

    def invert(self, values: np.ndarray | float) -> np.ndarray:
        """The values in their own units again."""
        if not self.log:
            return np.asarray(values)
        with np.errstate(over="ignore"):
            return np.sign(values) * np.expm1(np.abs(values)) * self.unit

    @property
    def words(self) -> str:
        """The formula, for sentences."""
        x = "x" if self.unit == 1 else f"x / {self.unit:g}"
        return f"sign(x) log(1 + |{x}|)" if self.signed else f"log(1 + {x})"


LINEAR = Transform()


def choose_transform(values: np.ndarray, rule: str) -> Transform:
    """The transform of a column's observed values by `rule`: 'auto', 'log', or none for others."""
    if not len(values):
        return LINEAR
    lowest = float(values.min())
    if rule == "log":
        return Transform(log=lowest >= 0)
    if rule != "auto" or trimmed_skewness(values) <= SKEWED:
        return LINEAR
    amounts = values[values != 0]
    apart = (
        lowest >= 0
        and len(amounts) <= (1 - MANY_ZEROS) * len(values)
        and len(np.unique(amounts)) >= LEAST_AMOUNTS
    )
    if (values < 0).mean() > FEW_NEGATIVES:
        return LINEAR
    log = Transform(True, _unit(values), lowest < 0, apart)
    judged = amounts if apart else values
    before = trimmed_skewness(judged)
    is_better = abs(trimmed_skewness(log.apply(judged))) < abs(before)
    if apart and (before <= SKEWED or not is_better):
        return Transform(zeros_apart=True)
    return log if is_better else LINEAR


def _unit(values: np.ndarray) -> float:
    """1, or the power of ten below the median of the amounts above 0 where that is below 1."""
    above = values[values > 0]
    if not len(above):
        return 1.0
    return float(min(1.0, 10.0 ** np.floor(np.log10(np.median(above)))))


def trimmed_skewness(values: np.ndarray) -> float:
    """The skewness without the values at both ends that may be outliers; 0 where none is left."""
    n_cut = int(np.ceil(ENDS * len(values)))
    rest = np.sort(values)[n_cut : len(values) - n_cut]
    if not len(rest):
        return 0.0
    size = float(np.abs(rest).max()) or 1.0  # squares of values near 1e200 would overflow
    centred = rest / size - (rest / size).mean()
    spread = centred.std()
    return float((centred**3).mean() / spread**3) if spread > 1e-12 else 0.0
