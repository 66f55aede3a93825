"""Features: clean columns to a matrix of numbers that can be compared with each other."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.columns import Columns, read_numbers, read_text
from segment.errors import SegmentError, did_you_mean, plural, quote


class Number(NamedTuple):
    """A column of numbers: how to fill it and how to standardise it."""

    name: str
    fill: float
    mean: float
    scale: float

    def matrix(self, column: pd.Series) -> np.ndarray:
        values = column.to_numpy(dtype=np.float64, na_value=np.nan)
        filled = np.where(np.isnan(values), self.fill, values)
        return ((filled - self.mean) / self.scale)[:, np.newaxis]


class Category(NamedTuple):
    """A category: how to fill it, its levels in order, and the weight of its 0/1 columns."""

    name: str
    fill: str
    levels: list[str]
    weight: float

    def matrix(self, column: pd.Series) -> np.ndarray:
        values = column.fillna(self.fill).to_numpy(dtype=object)
        return self.weight * (values[:, np.newaxis] == np.array(self.levels, dtype=object))


class Features(NamedTuple):
    """The matrix `X` (n_customers, n_columns) and the recipe that made it."""

    X: np.ndarray
    recipe: list[Number | Category]
    decisions: list[str]


def make_features(columns: Columns, category_weight: float) -> Features:
    """Fill what is missing, standardise numbers, turn categories into weighted 0/1 columns.

    Numbers get mean 0 and standard deviation 1. A category becomes one 0/1 column a level,
    times `category_weight` and not standardised: with 0.5, differing in one category is 0.71
    apart, against about 1.4 for two random customers on one number. Standardised, a category
    of two levels would drown the numbers.
    """
    recipe: list[Number | Category] = []
    decisions: list[str] = []
    for name in columns.frame.columns:
        column = columns.frame[name]
        step = _number(column) if name in columns.numbers else _category(column, category_weight)
        n_missing = int(column.isna().sum())
        if n_missing:
            decisions.append(_filled(step, n_missing))
        recipe.append(step)
    decisions += _scaling(columns, category_weight)
    return Features(build_matrix(recipe, columns.frame), recipe, decisions)


def build_matrix(recipe: list[Number | Category], columns: pd.DataFrame) -> np.ndarray:
    """The matrix of read columns, by a recipe that may come from other customers."""
    return np.ascontiguousarray(np.hstack([step.matrix(columns[step.name]) for step in recipe]))


def apply_recipe(recipe: list[Number | Category], frame: pd.DataFrame) -> np.ndarray:
    """The matrix of new customers; a level never seen before is 0 in every 0/1 column.

    Raises
    ------
    SegmentError
        A column of the recipe is missing.
    """
    read = {}
    for step in recipe:
        if step.name not in frame.columns:
            hint = did_you_mean(step.name, frame.columns)
            raise SegmentError(f"no column {quote(step.name)}{hint}")
        if isinstance(step, Number):
            read[step.name] = read_numbers(frame[step.name])
        else:
            read[step.name] = _known_spelling(frame[step.name], step.levels)
    return build_matrix(recipe, pd.DataFrame(read))


def _known_spelling(column: pd.Series, levels: list[str]) -> pd.Series:
    """Text as in `levels`; where a level is a whole number, 1.0 and "01" are spelled 1."""
    text, values = read_text(column), read_numbers(column)
    whole = values.notna() & ~text.isin(levels)
    spelled = values[whole].map(lambda v: f"{v:.15g}" if v == np.floor(v) else None)
    text[spelled[spelled.isin(levels)].index] = spelled[spelled.isin(levels)]
    return text


def _number(column: pd.Series) -> Number:
    present = column.dropna().to_numpy()
    fill = float(np.median(present))
    values = column.fillna(fill).to_numpy()
    size = float(np.abs(values).max())  # squares of values near 1e200 would overflow
    scale = float((values / size).std()) * size
    return Number(str(column.name), fill, float((values / size).mean()) * size, scale or 1.0)


def _category(column: pd.Series, weight: float) -> Category:
    counts = column.value_counts(sort=False).sort_index()
    fill = str(counts.idxmax())  # the first in order among the most frequent
    return Category(str(column.name), fill, [str(level) for level in counts.index], weight)


def _filled(step: Number | Category, n_missing: int) -> str:
    what = "median" if isinstance(step, Number) else "most frequent value"
    value = f"{step.fill:,.6g}" if isinstance(step, Number) else quote(step.fill)
    return (
        f"Filled {plural(n_missing, 'missing cell')} of {quote(step.name)} with the {what}, "
        f"{value}, to form segments; averages and shares leave such cells out."
    )


def _scaling(columns: Columns, weight: float) -> list[str]:
    decisions = []
    if columns.numbers:
        decisions.append(
            f"Standardised {plural(len(columns.numbers), 'column')} of numbers "
            f"({', '.join(columns.numbers)}): each counts the same whatever its unit."
        )
    if columns.categories:
        decisions.append(
            f"Turned {plural(len(columns.categories), 'category', 'categories')} "
            f"({', '.join(columns.categories)}) into 0/1 columns times {weight:g}, so that numbers "
            "weigh more than categories."
        )
    return decisions
