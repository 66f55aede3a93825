"""Roles: what a column is, by the user's choice or by its cells and name, and the reason.

The questions come in this order: the user's choice, nothing or one value, ticks, what is no
amount, ids, dates, numbers and codes, ordered words, lists, categories. Each is answered by a
module of `segment.features.kinds`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.reader import MANY_VALUES, Reader
from segment.features.customers.ids import all_differ, has_fractions
from segment.features.customers.lines import NAMELESS
from segment.features.kinds.names import (
    is_about_orders,
    is_birth,
    is_code_name,
    is_day_name,
    is_id_name,
    is_stamp,
    is_who_name,
    may_be_id_name,
    name_words,
    names_customers,
    says,
)
from segment.features.kinds.no_amounts import has_fixed_width, has_leading_zeros, no_amount
from segment.features.kinds.scales import scale_of
from segment.features.kinds.sentinels import find_sentinel
from segment.features.kinds.spellings import common_spellings, spelling_key
from segment.features.kinds.ticks import best_separator, is_tick, is_yes_no, separator_of
from segment.features.kinds.words import AGES, PLACE_OR_KIND
from segment.tables.cells import MISSING, NUMBER_SHARE, Cells, Column, guess_decimal
from segment.tables.written.days import DIGITS, SERIAL, STYLES, has_clock, number_style
from segment.wording import quote

FEW_VALUES = 2  # whole numbers with at most 2 distinct values are codes, not amounts
MANY_CODES = 50  # whole numbers under the name of a code; more are left out
FREE_SHARE = 0.3  # a text column with a larger share of distinct values holds names or remarks
OLDEST = 110  # years
LEAST_DAYS = 10  # different ones, under a name that says nothing of days


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
    split: Sequence[str] = ()
    recode: Mapping[str, Mapping[str, str]] = {}

    @property
    def named(self) -> set[str]:
        """The columns that some choice names."""
        return {*self.used, *self.drop, *self.ranges}

    @property
    def used(self) -> set[str]:
        """The columns that the user wants to form segments."""
        return {*self.features, *self.numbers, *self.categories, *self.split}

    def cells(self, frame: pd.DataFrame) -> Cells:
        """How the cells of `frame` are read."""
        words = {token.strip().lower() for token in self.missing}
        missing = MISSING | words if words else MISSING
        decimal = self.decimal or guess_decimal(frame)
        return Cells(missing, decimal, self.decimal is not None, self.recode)


def recognise(column: Column, choices: Choices) -> Reader:
    """The user's choice for a column, else what most of its cells are."""
    name, n_values = column.name, len(column.levels)

    def reader(role: str, reason: str) -> Reader:
        return Reader(name, role, name, reason, decimal=column.decimal)

    if name in choices.categories:
        return reader("category", "as requested")
    if not n_values:
        return reader("empty", "no cell is filled")
    if name in choices.split:
        return reader("list", "as requested")._replace(separator=best_separator(column))
    if name in choices.numbers:
        return reader("number", "as requested")
    if is_tick(column):
        mark = quote(column.levels[0])
        return reader("yes/no", f"{mark} is yes and blank is no")._replace(tick=True)
    if n_values == 1:
        return reader("constant", "it has one value only")
    if name not in choices.used:
        found = no_amount(column)
        is_customer_name = is_id_name(name) or names_customers(name)
        is_id = found and found[0] in ("code", "counter") and is_customer_name and _is_id(column)
        if found and not is_id:
            return reader(*found)
    if _is_id(column):
        return reader("id", "it is named like an id")
    return _by_cells(column, choices.day_order)._replace(decimal=column.decimal)


def _is_id(column: Column) -> bool:
    """Whether a column is named like an id and has at least half as many values as rows."""
    n_values, name = len(column.levels), column.name
    if may_be_id_name(name) and is_about_orders(name) and n_values > MANY_CODES:
        return not has_fractions(column)  # the number of an order, which has several lines
    if has_fractions(column) or not (is_id_name(name) or all_differ(column)):
        return False
    if is_id_name(name):
        of_kind = not PLACE_OR_KIND.isdisjoint(name_words(name)[:-1])
        return n_values >= column.n_present / 2 or (n_values > MANY_CODES and not of_kind)
    return may_be_id_name(name) or (is_who_name(name) and n_values > MANY_VALUES)


def _by_cells(column: Column, day_order: str | None) -> Reader:
    found = _as_date(column, day_order)
    if found is not None:
        return found
    if column.is_of_numbers:
        return _as_number(column)
    return _as_text(column)


def _as_date(column: Column, day_order: str | None) -> Reader | None:
    name = column.name
    order = "ymd" if column.is_day else None
    if not column.is_day and not column.is_numeric:
        order = column.order_of_days
        order = day_order if order in ("dmy", "mdy", "ymd") and day_order else order
    if order and column.days(order).count() >= NUMBER_SHARE * column.n_solid:
        if is_stamp(name) and has_clock([str(t) for t in column.levels]):
            return Reader(name, "time stamp", name, "it says when a form was sent")
        return Reader(name, "date", name, "its cells are dates", order=order)
    if column.is_of_numbers:
        values = column.level_numbers
        style = number_style(values[~np.isnan(values)])
        if style is not None and (is_day_name(name) or (style == DIGITS and _are_days(column))):
            reason = f"its numbers are days {_said(style)}"
            return Reader(name, "date", name, reason, order=style)
    return None


def _are_days(column: Column) -> bool:
    """Whether numbers of any name can only be days written as yyyymmdd, as 4% of such are."""
    if NAMELESS.fullmatch(column.name):
        return True
    return len(column.levels) >= LEAST_DAYS and column.days(DIGITS).count() == column.n_present


def _said(style: str) -> str:
    return {DIGITS: "written as yyyymmdd", SERIAL: "counted as in Excel"}.get(style, STYLES[style])


def _as_number(column: Column) -> Reader:
    name = column.name
    values = column.level_numbers
    distinct = np.unique(values[~np.isnan(values)])
    whole = bool((distinct % 1 == 0).all())
    reader = Reader(name, "number", name)
    if whole and set(distinct) == {0.0, 1.0}:
        return reader._replace(role="yes/no", codes=True, reason="its only values are 0 and 1")
    if whole and len(distinct) <= FEW_VALUES:
        return reader._replace(role="category", codes=True, reason="it has two values only")
    if whole and (is_code_name(name) or is_id_name(name) or has_leading_zeros(column)):
        if len(distinct) > MANY_CODES:
            return reader._replace(role="code", reason="its name says code, and it has many values")
        reason = "its whole numbers are codes, by its name"
        codes = not (has_leading_zeros(column) and has_fixed_width(column))
        if not codes:
            reason = "its numbers have leading zeros, so they are codes"
        return reader._replace(role="category", codes=codes, reason=reason)
    kind = "whole numbers" if whole else "numbers"
    return reader._replace(reason=f"its cells are {kind}, {len(distinct):,} different ones")


def _as_text(column: Column) -> Reader:
    name, n_present = column.name, column.n_present
    spellings = common_spellings(column)
    n_values = len(set(map(spelling_key, column.levels)))
    reader = Reader(name, "category", name, spellings=spellings)
    scale = scale_of([str(text) for text in column.levels])
    if scale is not None:
        reason = f"its values have an order: {scale.words}"
        return reader._replace(role="ordered", ranks=scale.ranks, reason=reason)
    separator = separator_of(column)
    if separator is not None:
        return reader._replace(role="list", separator=separator, reason="cells hold several values")
    different = n_values == n_present > 3
    if different or (n_values > MANY_VALUES and n_values > FREE_SHARE * n_present):
        return reader._replace(role="free text", reason="it has too many different texts")
    reason = f"it has {n_values:,} different texts"
    if len(column.units) > 1 and column.number_share >= NUMBER_SHARE:
        reason = f"its numbers have several units: {', '.join(sorted(column.units)[:4])}"
    if n_values == 2 and is_yes_no(str(text).lower() for text in column.levels):
        return reader._replace(role="yes/no", reason="its only values are yes and no")
    return reader._replace(reason=reason)


def last_day(
    readers: Iterable[Reader], columns: Mapping[str, Column], as_of: str | None
) -> pd.Timestamp | None:
    """The day to which ages and recencies count: the user's `as_of`, else the last date.

    It is today where all dates are days of birth: no other day says how old these customers are.
    """
    if as_of is not None:
        day = pd.to_datetime(as_of, errors="coerce", format="%Y-%m-%d")
        if pd.isna(day):
            raise SegmentError(f"as-of must be a day like 2014-12-31, got {quote(as_of)}")
        return day
    dates = [r for r in readers if r.role == "date"]
    others = [r for r in dates if not is_birth(r.name)]
    if dates and not others:
        return pd.Timestamp.today().normalize()
    dates = others
    return max((columns[r.name].days(r.order).max() for r in dates), default=None)


def complete(
    reader: Reader, column: Column, choices: Choices, as_of: pd.Timestamp | None
) -> Reader:
    """The reader with the parts that depend on values: as-of, possible values, frequent levels."""
    name = reader.name
    if reader.role == "date":
        label = f"age by {name}" if is_birth(name) else f"days since {name}"
        return reader._replace(label=label, as_of=as_of)
    if reader.role == "number" and name not in choices.numbers:
        reader = reader._replace(sentinel=find_sentinel(column.numbers.to_numpy()))
    if name in choices.ranges:
        low, high = choices.ranges[name]
        return reader._replace(low=low, high=high)
    if reader.role == "number" and says(name, AGES) and not column.units - {"year"}:
        return reader._replace(low=0, high=OLDEST)
    if reader.role == "number" and is_birth(name):
        values = column.numbers[column.numbers.between(1800, 2100)]
        if len(values) > NUMBER_SHARE * column.n_present:
            year = as_of.year if as_of is not None else values.max()
            return reader._replace(low=year - OLDEST, high=year)
    if reader.role == "category" and len(column.levels) > MANY_VALUES:
        counts = reader.read(column).value_counts()
        if len(counts) > MANY_VALUES:
            ordered = sorted(counts.index, key=lambda level: (-counts[level], level))
            return reader._replace(levels=tuple(ordered[: MANY_VALUES - 1]))
    return reader
