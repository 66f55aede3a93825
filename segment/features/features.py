"""Features: columns become a matrix of numbers that can be compared with each other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.choose import Columns
from segment.features.outliers import Outliers, treat
from segment.features.transform import LINEAR, MANY_ZEROS, SKEWED, Transform, choose_transform
from segment.wording import amount, did_you_mean, listed, plural, quote

SCALES = ("auto", "standard", "robust", "minmax", "log")
OUTLIERS = ("winsorise", "drop", "keep")


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
    transform: Transform = LINEAR
    low: float = -np.inf
    high: float = np.inf
    weight: float = 1.0
    any_weight: float = 0.0  # of the 0/1 column of those who have an amount, where zeros are apart

    @property
    def log(self) -> bool:
        """Whether the column is compared on a logarithmic scale."""
        return self.transform.log

    @property
    def width(self) -> int:
        """The number of columns of the matrix."""
        return 1 + self.transform.zeros_apart

    def matrix(self, column: pd.Series) -> np.ndarray:
        """The feature, filled and scaled, of shape (n_rows, width)."""
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        filled = np.where(np.isnan(values), self.fill, values)
        limited = filled.clip(self.low, self.high)
        scaled = self.weight * (self.transform.apply(limited) - self.mean) / self.scale
        if not self.transform.zeros_apart:
            return scaled[:, np.newaxis]
        has_some = filled > 0
        return np.column_stack([self.any_weight * has_some, np.where(has_some, scaled, 0.0)])

    def values(self, X: np.ndarray) -> np.ndarray:
        """A column of the matrix in its own units again."""
        return self.transform.invert(X * (self.scale / (self.weight or 1.0)) + self.mean)


class Category(NamedTuple):
    """A category: how to fill it, its levels in order, and the weight of its 0/1 columns."""

    name: str
    fill: str
    levels: list[str]
    weight: float

    @property
    def width(self) -> int:
        """The number of columns of the matrix."""
        return len(self.levels)

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
    outliers: list[Outliers]


def make_features(
    columns: Columns, options: FeatureOptions = DEFAULTS, rows: np.ndarray | None = None
) -> Features:
    """Choose a scale, handle outliers on it, fill what is missing, weight categories.

    Numbers get mean 0 and standard deviation 1, after a logarithm where they are skewed (see
    `segment.features.transform`). Outliers are looked for after it (`segment.features.outliers`). A
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
    transforms = {
        name: choose_transform(frame[name].dropna().to_numpy(dtype=np.float64), options.scale)
        for name in columns.numbers
    }
    treated = treat(frame, transforms, options.outliers, options.outlier_threshold, rows)
    frame, decisions = frame.loc[treated.kept], list(treated.decisions)
    recipe: list[Number | Category] = []
    for name in frame.columns:
        column, rule, weight = frame[name], options.fill.get(name), options.weights.get(name, 1.0)
        step: Number | Category
        if name in columns.numbers:
            blank = Number(name, _fill_number(column, rule), 0.0, 1.0, transforms[name])
            low, high = treated.limits(name)
            any_weight = options.category_weight * np.sqrt(2) * weight
            blank = blank._replace(low=low, high=high, weight=weight, any_weight=any_weight)
            step = _scaled(blank, column, options.scale)
        else:
            step = _category(column, options.category_weight * weight, rule)
        n_missing = int(column.isna().sum())
        if n_missing:
            decisions.append(_filled(step, n_missing, rule))
        recipe.append(step)
    decisions += _scaling(recipe, options)
    return Features(build_matrix(recipe, frame), recipe, decisions, treated.kept, treated.found)


def build_matrix(recipe: list[Number | Category], columns: pd.DataFrame) -> np.ndarray:
    """The matrix of read columns, by a recipe that may come from other customers.

    A level never seen before is 0 in every 0/1 column.
    """
    return np.ascontiguousarray(np.hstack([step.matrix(columns[step.name]) for step in recipe]))


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


def _scaled(step: Number, column: pd.Series, rule: str) -> Number:
    """The step with the mean and the scale of its column, by `rule`."""
    filled = column.fillna(step.fill).to_numpy(dtype=np.float64)
    if step.transform.zeros_apart:  # those who have none are at the mean of those who have some
        filled = filled[filled > 0]
    values = step.transform.apply(filled.clip(step.low, step.high))
    size = float(np.abs(values).max()) or 1.0  # squares of values near 1e200 would overflow
    mean, scale = float((values / size).mean()) * size, float((values / size).std()) * size
    if rule == "minmax":
        mean, scale = float(values.min()), float(values.max() - values.min())
    if rule == "robust":
        low_quarter, mean, high_quarter = map(float, np.percentile(values, [25, 50, 75]))
        scale = (high_quarter - low_quarter) / 1.349 or scale  # 1.349: of a normal distribution
    return step._replace(mean=mean, scale=scale or 1.0)


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
    others = [s.name for s in numbers if not s.log]
    categories = [s.name for s in recipe if isinstance(s, Category)]
    verb = {"robust": "Scaled by median and quartiles", "minmax": "Scaled to 0..1"}
    sentences = _logarithms(numbers, options)
    apart = [s.name for s in numbers if s.transform.zeros_apart]
    if apart:
        sentences.append(
            f"Separated those with none in {plural(len(apart), 'column')} ({listed(apart)}), of "
            f"which {MANY_ZEROS:.0%} or more is 0: a 0/1 column says who has some, and the amount "
            "counts among those only."
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


def _logarithms(numbers: list[Number], options: FeatureOptions) -> list[str]:
    """A sentence for each kind of logarithm that was taken."""
    why = "as requested"
    if options.scale == "auto":
        why = f"with a skewness above {SKEWED:g} without the far ends, before outliers were judged"
    by_words: dict[str, list[str]] = {}
    for step in numbers:
        if step.log:
            by_words.setdefault(step.transform.words, []).append(step.name)
    return [
        f"Took the logarithm, {words}, of {plural(len(names), 'column')} ({listed(names)}), {why}, "
        "and standardised it."
        for words, names in by_words.items()
    ]
