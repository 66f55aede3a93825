"""Roles: what a column is, by the user's choice or by most of its cells, and how it is read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.ids import has_fractions, is_id_name, may_be_id_name, name_words
from segment.tables.cells import (
    MISSING,
    NUMBER_SHARE,
    Cells,
    Column,
    guess_decimal,
    is_numeric,
    order_of_days,
)
from segment.wording import quote

FEW_VALUES = 3  # whole numbers with at most 3 distinct values are codes, not amounts
MANY_VALUES = 20  # that a category keeps; rarer ones are grouped
FREE_SHARE = 0.3  # a text column with a larger share of distinct values holds names or remarks
OTHER = "(other)"
YES_NO = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", "0", "1"})
BIRTH = frozenset({"birth", "born", "dob", "yob", "birthday", "birthdate", "birthyear"})
OLDEST = 110  # years


class Choices(NamedTuple):
    """What the user decided about columns; the rest is decided from the cells."""

    features: Sequence[str] = ()
    drop: Sequence[str] = ()
    numbers: Sequence[str] = ()
    categories: Sequence[str] = ()
    missing: Sequence[str] = ()
    decimal: str | None = None
    day_order: str | None = None
    as_of: str | None = None
    ranges: Mapping[str, tuple[float, float]] = {}
    min_variance: float = 0.0
    max_correlation: float = 1.0

    @property
    def named(self) -> set[str]:
        """The columns that some choice names."""
        return {*self.features, *self.drop, *self.numbers, *self.categories, *self.ranges}

    def cells(self, frame: pd.DataFrame) -> Cells:
        """How the cells of `frame` are read."""
        missing = MISSING | {token.strip().lower() for token in self.missing}
        return Cells(missing, self.decimal or guess_decimal(frame))


class Reader(NamedTuple):
    """How one column becomes numbers or categories, in this table and in later ones."""

    name: str
    role: str
    label: str = ""  # the name of its values
    codes: bool = False  # a category of whole numbers: 1.0 and "01" are the same code as 1
    low: float = -np.inf
    high: float = np.inf
    order: str = ""  # of day, month and year in dates
    as_of: pd.Timestamp | None = None
    levels: Collection[str] = ()  # of a grouped category; every other is `OTHER`

    @property
    def is_number(self) -> bool:
        """Whether the column is read as numbers."""
        return self.role in ("number", "date")

    @property
    def is_useful(self) -> bool:
        """Whether such columns form segments."""
        return self.is_number or self.role in ("category", "yes/no")

    def read(self, column: Column) -> pd.Series:
        """Float64 numbers, or text as objects; NaN or None where a cell is missing."""
        if self.role == "date":
            age = (self.as_of - column.days(self.order)).dt.days.astype("float64")
            return age / 365.25 if is_birth(self.name) else age
        if self.role == "number" or self.codes:
            values = column.numbers
            values = values.where((values >= self.low) & (values <= self.high))
            return _as_codes(values) if self.codes else values
        text = column.text
        if not self.levels:
            return text
        return text.where(text.isna() | text.isin(list(self.levels)), OTHER)


def is_birth(name: str) -> bool:
    """Whether a column holds days or years of birth, by its name."""
    return not BIRTH.isdisjoint(name_words(name))


def recognise(column: Column, choices: Choices) -> Reader:
    """The user's choice for a column, else what most of its cells are."""
    name, n_values = column.name, len(column.levels)
    is_id = is_id_name(name) or (may_be_id_name(name) and n_values == column.n_present)
    role = ""
    if name in choices.categories:
        role = "category"
    elif not n_values:
        role = "empty"
    elif name in choices.numbers:
        role = "number"
    elif n_values == 1:
        role = "constant"
    elif is_id and not has_fractions(column):
        role = "id"
    return Reader(name, role, name) if role else _by_cells(column, choices.day_order)


def _by_cells(column: Column, day_order: str | None) -> Reader:
    name, n_values, n_present = column.name, len(column.levels), column.n_present
    order = "ymd" if column.is_day else day_order or order_of_days(column.levels)
    may_be_days = column.is_day or not is_numeric(column.raw)
    if order and may_be_days and column.days(order).count() >= NUMBER_SHARE * n_present:
        return Reader(name, "date", name, order=order)
    if is_numeric(column.raw) or column.numbers.count() >= NUMBER_SHARE * n_present:
        values = column.numbers.dropna().unique()
        codes = len(values) <= FEW_VALUES and bool((values % 1 == 0).all())
        is_yes_no = codes and set(values) == {0.0, 1.0}
        role = "yes/no" if is_yes_no else "category" if codes else "number"
        return Reader(name, role, name, codes)
    different = n_values == n_present > FEW_VALUES
    if different or (n_values > MANY_VALUES and n_values > FREE_SHARE * n_present):
        return Reader(name, "free text", name)
    is_yes_no = n_values == 2 and {text.lower() for text in column.levels} <= YES_NO
    return Reader(name, "yes/no" if is_yes_no else "category", name)


def last_day(
    readers: Iterable[Reader], columns: Mapping[str, Column], as_of: str | None
) -> pd.Timestamp | None:
    """The day to which ages and recencies count: the user's `as_of`, else the last date."""
    if as_of is not None:
        day = pd.to_datetime(as_of, errors="coerce", format="%Y-%m-%d")
        if pd.isna(day):
            raise SegmentError(f"as-of must be a day like 2014-12-31, got {quote(as_of)}")
        return day
    dates = [r for r in readers if r.role == "date"]
    dates = [r for r in dates if not is_birth(r.name)] or dates
    return max((columns[r.name].days(r.order).max() for r in dates), default=None)


def complete(
    reader: Reader, column: Column, choices: Choices, as_of: pd.Timestamp | None
) -> Reader:
    """The reader with the parts that depend on values: as-of, possible values, frequent levels."""
    name = reader.name
    if reader.role == "date":
        label = f"age by {name}" if is_birth(name) else f"days since {name}"
        return reader._replace(label=label, as_of=as_of)
    if name in choices.ranges:
        low, high = choices.ranges[name]
        return reader._replace(low=low, high=high)
    if reader.role == "number" and "age" in name_words(name):
        return reader._replace(low=0, high=OLDEST)
    if reader.role == "number" and is_birth(name):
        values = column.numbers[column.numbers.between(1800, 2100)]
        if len(values) > NUMBER_SHARE * column.n_present:
            year = as_of.year if as_of is not None else values.max()
            return reader._replace(low=year - OLDEST, high=year)
    if reader.role == "category" and not reader.codes and len(column.levels) > MANY_VALUES:
        counts = column.text.value_counts()
        ordered = sorted(counts.index, key=lambda level: (-counts[level], level))
        return reader._replace(levels=tuple(ordered[: MANY_VALUES - 1]))
    return reader


def _as_codes(values: pd.Series) -> pd.Series:
    codes = [None if np.isnan(value) else f"{value:.15g}" for value in values]
    return pd.Series(codes, index=values.index, dtype=object, name=values.name)
