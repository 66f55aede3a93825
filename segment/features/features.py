"""Features: columns become a matrix of numbers that can be compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns import Columns, cells_at
from segment.wording import amount, did_you_mean, listed, plural, quote

SCALES = ("auto", "standard", "robust", "minmax", "log")
OUTLIERS = ("winsorise", "drop", "keep")
SKEWED = 2.0
MAD_TO_STD = 0.6745  # of a normal distribution: Iglewicz and Hoaglin (1993), the robust z


class FeatureOptions(NamedTuple):
    """What the user decided about features."""

    category_weight: float = 0.5
    scale: str = "auto"
    outliers: str = "winsorise"
    outlier_threshold: float = 5.0
    fill: Mapping[str, Any] = {}
    weights: Mapping[str, float] = {}


DEFAULTS = FeatureOptions()


class Number(NamedTuple):
    """A column of numbers: how to fill it, to limit its outliers, and to scale it."""

    name: str
    fill: float
    mean: float
    scale: float
    log: bool = False
    low: float = -np.inf
    high: float = np.inf
    weight: float = 1.0

    def matrix(self, column: pd.Series) -> np.ndarray:
        """The feature, filled and scaled, of shape (n_rows, 1)."""
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        filled = np.where(np.isnan(values), self.fill, values).clip(self.low, self.high)
        if self.log:  # a new customer below 0 counts as one at 0
            filled = np.log1p(filled.clip(min=0))
        return (self.weight * (filled - self.mean) / self.scale)[:, np.newaxis]

    def values(self, X: np.ndarray) -> np.ndarray:
        """A column of the matrix in its own units again."""
        values = X * (self.scale / (self.weight or 1.0)) + self.mean
        return np.expm1(values) if self.log else values


class Category(NamedTuple):
    """A category: how to fill it, its levels in order, and the weight of its 0/1 columns."""

    name: str
    fill: str
    levels: list[str]
    weight: float

    def matrix(self, column: pd.Series) -> np.ndarray:
        """Weighted 0/1 columns, of shape (n_rows, n_levels)."""
        values = column.fillna(self.fill).to_numpy(dtype=object)
        return self.weight * (values[:, np.newaxis] == np.array(self.levels, dtype=object))


class Features(NamedTuple):
    """The matrix `X` (n_customers, n_columns) and the recipe that made it."""

    X: np.ndarray
    recipe: list[Number | Category]
    decisions: list[str]
    kept: np.ndarray  # (n_rows,), False where a customer was dropped as an outlier


def make_features(
    columns: Columns, options: FeatureOptions = DEFAULTS, rows: np.ndarray | None = None
) -> Features:
    """Handle outliers, fill what is missing, scale numbers, weight categories.

    An outlier is a value whose robust z, 0.6745 |x - median| / MAD, is above the threshold; where
    more than half of a column is one value, MAD is 0 and no value is an outlier.
    Numbers get mean 0 and standard deviation 1, after a logarithm where they are skewed. A
    category becomes one 0/1 column a level, times `category_weight` and not standardised: with
    0.5, customers who differ in one category are 0.71 apart, two random customers about 1.4 on
    one number. A standardised category of two levels would outweigh the numbers. `rows` are the
    numbers of the rows, for naming cells. SegmentError where an option names a column that forms
    no segments, or fills it with what it cannot hold.
    """
    frame = columns.frame
    for name in [*options.fill, *options.weights]:
        if name not in frame.columns:
            hint = did_you_mean(name, frame.columns)
            raise SegmentError(f"no column {quote(name)} forms segments{hint}")
    rows = np.arange(1, len(frame) + 1) if rows is None else rows
    limits, kept, decisions = _outliers(columns, options, rows)
    frame = frame.loc[kept]
    recipe: list[Number | Category] = []
    for name in frame.columns:
        column, rule, weight = frame[name], options.fill.get(name), options.weights.get(name, 1.0)
        step: Number | Category
        if name in columns.numbers:
            fill = _fill_number(column, rule)
            step = _number(column, fill, limits.get(name), options.scale, weight)
        else:
            step = _category(column, options.category_weight * weight, rule)
        n_missing = int(column.isna().sum())
        if n_missing:
            decisions.append(_filled(step, n_missing, rule))
        recipe.append(step)
    decisions += _scaling(recipe, options)
    return Features(build_matrix(recipe, frame), recipe, decisions, kept)


def build_matrix(recipe: list[Number | Category], columns: pd.DataFrame) -> np.ndarray:
    """The matrix of read columns, by a recipe that may come from other customers.

    A level never seen before is 0 in every 0/1 column.
    """
    return np.ascontiguousarray(np.hstack([step.matrix(columns[step.name]) for step in recipe]))


def _outliers(
    columns: Columns, options: FeatureOptions, rows: np.ndarray
) -> tuple[dict[str, tuple[float, float]], np.ndarray, list[str]]:
    """The limits of each column with outliers, the customers to keep, and the sentences on both."""
    limits: dict[str, tuple[float, float]] = {}
    kept = np.ones(len(columns.frame), dtype=bool)
    decisions: list[str] = []
    if options.outliers == "keep":
        return limits, kept, ["Kept outliers as they are, as requested."]
    for name in columns.numbers:
        values = columns.frame[name]
        median = values.median()
        reach = options.outlier_threshold * (values - median).abs().median() / MAD_TO_STD
        low, high = median - reach, median + reach
        outside = ((values < low) | (values > high)).to_numpy(dtype=bool)
        if outside.any() and 0 < reach < np.inf:
            limits[name] = low, high
            kept &= ~outside
            decisions.append(_outlier_sentence(values, limits[name], outside, options, rows))
    if options.outliers == "drop":
        if not kept.any():
            raise SegmentError(
                "every customer is an outlier in some column; use --outliers winsorise"
            )
        return {}, kept, decisions
    if limits:
        decisions.append(
            "Averages keep outliers as they are (--outliers keep or drop treats them otherwise)."
        )
    return limits, np.ones_like(kept), decisions


def _outlier_sentence(
    values: pd.Series,
    limits: tuple[float, float],
    outside: np.ndarray,
    options: FeatureOptions,
    rows: np.ndarray,
) -> str:
    """A sentence on what was done with the outliers of a column; it names the farthest."""
    far = (values - sum(limits) / 2).abs().to_numpy()
    found = np.flatnonzero(outside)
    farthest = found[np.argsort(-far[found], kind="stable")]
    cells = cells_at(values.map(amount), farthest, rows)
    what = f"{plural(found.size, 'outlier')} of {quote(values.name)}"
    what += f" (robust z above {options.outlier_threshold:g})"
    if options.outliers == "drop":
        return f"Dropped the customers of {what}: {cells}."
    ends = zip(limits, (values < limits[0], values > limits[1]), strict=True)
    to = " and ".join(amount(limit) for limit, beyond in ends if beyond.any())
    return f"Moved {what} to {to} for the clustering: {cells}."


def _fill_number(column: pd.Series, rule: Any) -> float:
    if rule == "mode":
        return float(column.mode().iloc[0])
    if rule not in (None, "median"):
        try:
            fill = float(rule)
        except (TypeError, ValueError):
            fill = np.nan
        if not np.isfinite(fill):
            raise SegmentError(
                f"{quote(column.name)} can be filled with median, mode or a number, got {rule!r}"
            )
        return fill
    return float(np.median(column.dropna().to_numpy()))


def _number(
    column: pd.Series, fill: float, limits: tuple[float, float] | None, rule: str, weight: float
) -> Number:
    low, high = limits or (-np.inf, np.inf)
    values = column.fillna(fill).clip(low, high).to_numpy()
    size = float(np.abs(values).max()) or 1.0  # squares of values near 1e200 would overflow
    log = bool(values.min() >= 0) and (
        rule == "log" or (rule == "auto" and _skewness(values / size) > SKEWED)
    )
    if log:
        values, size = np.log1p(values), 1.0
    mean, scale = float((values / size).mean()) * size, float((values / size).std()) * size
    if rule == "minmax":
        mean, scale = float(values.min()), float(values.max() - values.min())
    if rule == "robust":
        low_quarter, mean, high_quarter = map(float, np.percentile(values, [25, 50, 75]))
        scale = (high_quarter - low_quarter) / 1.349 or scale  # 1.349: of a normal distribution
    return Number(str(column.name), fill, mean, scale or 1.0, log, low, high, weight)


def _skewness(values: np.ndarray) -> float:
    centred = values - values.mean()
    spread = centred.std()
    return float((centred**3).mean() / spread**3) if spread > 0 else 0.0


def _category(column: pd.Series, weight: float, rule: Any) -> Category:
    counts = column.value_counts(sort=False).sort_index()
    levels = [str(level) for level in counts.index]
    fill = str(counts.idxmax())  # the first in order among the most frequent
    if rule not in (None, "mode"):
        fill = str(rule)
        if fill not in levels and column.isna().any():
            levels = sorted([*levels, fill])
    return Category(str(column.name), fill, levels, weight)


def _filled(step: Number | Category, n_missing: int, rule: Any) -> str:
    usual = "the median" if isinstance(step, Number) else "the most frequent value"
    what = {None: usual, "median": usual, "mode": "the most frequent value"}.get(
        rule, "the requested value"
    )
    value = amount(step.fill) if isinstance(step, Number) else quote(step.fill)
    return (
        f"Filled {plural(n_missing, 'missing cell')} of {quote(step.name)} with {what}, "
        f"{value}, for the clustering; averages and shares leave such cells out."
    )


def _differing(recipe: list[Number | Category], options: FeatureOptions) -> str:
    """The distance that one category makes, compared with one standardised number."""
    apart = (
        f"customers who differ in one category are {options.category_weight * np.sqrt(2):.2f} apart"
    )
    standardised = options.scale in ("auto", "standard", "log")
    if standardised and any(isinstance(step, Number) for step in recipe):
        apart += f", two random customers about {np.sqrt(2):.1f} on one number"
    return f"{apart}, before weighting" if options.weights else apart


def _scaling(recipe: list[Number | Category], options: FeatureOptions) -> list[str]:
    numbers = [s for s in recipe if isinstance(s, Number)]
    logs, others = [s.name for s in numbers if s.log], [s.name for s in numbers if not s.log]
    categories = [s.name for s in recipe if isinstance(s, Category)]
    verb = {"robust": "Scaled by median and quartiles", "minmax": "Scaled to 0..1"}
    sentences = []
    if logs:
        why = f"with a skewness above {SKEWED:g}" if options.scale == "auto" else "as requested"
        sentences.append(
            f"Took the logarithm, log(1 + x), of {plural(len(logs), 'column')} "
            f"({listed(logs)}), {why}, and standardised it."
        )
    if others:
        sentences.append(
            f"{verb.get(options.scale, 'Standardised')} {plural(len(others), 'column')} of numbers "
            f"({listed(others)}): each counts the same whatever its unit."
        )
    if categories:
        sentences.append(
            f"Turned {plural(len(categories), 'category', 'categories')} "
            f"({listed(categories)}) into 0/1 columns times {options.category_weight:g}: "
            f"{_differing(recipe, options)}."
        )
    weights = options.weights.items()
    return [*sentences, *(f"Weighted {quote(n)} by {w:g}, as requested." for n, w in weights)]
