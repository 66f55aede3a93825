"""No amounts: columns whose numbers cannot be averaged, by their names and how they are written."""

from __future__ import annotations

import re

import numpy as np

from segment.features.kinds.names import (
    is_amount_name,
    is_coordinate,
    is_counter_name,
    is_day_name,
    is_phone,
    is_place_code,
    may_be_id_name,
    says,
)
from segment.features.kinds.words import MONEY, POSTAL
from segment.tables.cells import Column

LEAST_ROWS = 10  # of numbers that rise by one under any name
LEAST_NAMED = 3  # under a name like that of row numbers
_DEGREES = r"[-+]?\d{1,3}\.\d{2,}\s*°?\s*[NSEWO]?"
PLACE = re.compile(rf"(POINT\s*)?[(\[]?\s*{_DEGREES}\s*[,; ]\s*{_DEGREES}\s*[)\]]?")
LONG = 10  # digits of a number that is none, such as a bar code


def no_amount(column: Column) -> tuple[str, str] | None:
    """The role and the reason of a column whose values are no amounts; None for others."""
    name, n_values = column.name, len(column.levels)
    if is_place_code(name) and _has_digits(column, 0.5, 1 if says(name, POSTAL) else 3):
        return "postal code", "it is named like a postal code, which is no amount"
    if is_phone(name) and _has_digits(column, 0.8) and n_values > 0.5 * column.n_present:
        return "phone", "it is named like a phone number, which is no amount"
    if (is_coordinate(name) or _is_long(column)) and column.is_of_numbers:
        return "coordinate", "it is a latitude or longitude, which is an amount of nothing"
    if _are_places(column):
        return "coordinate", "its cells are pairs of a latitude and a longitude"
    if counter := _counter(column):
        return "counter", counter
    if has_leading_zeros(column) and not is_day_name(name) and n_values > 20:
        return "code", "its numbers have leading zeros, so they are codes"
    if _is_long_code(column):
        return "code", f"its numbers have {LONG} digits or more and all differ, so they are codes"
    return None


def _is_long(column: Column) -> bool:
    """Whether a column named long holds degrees with decimals, and no lengths."""
    if column.name.lower() != "long":
        return False
    values = column.level_numbers
    hundredths = values * 100
    has_decimals = np.abs(hundredths - np.round(hundredths)) > 1e-6
    return bool((np.abs(values) <= 180).all() and has_decimals.mean() > 0.5)


def _are_places(column: Column) -> bool:
    """Whether the cells are pairs of degrees with decimals: ``(52.52, 13.40)``."""
    if column.is_numeric or column.is_day:
        return False
    some = [str(text) for text in column.levels[:100]]
    return all(map(PLACE.fullmatch, some))


def _has_digits(column: Column, share: float, least: int = 3) -> bool:
    """Whether a share of the cells has three digits or more, so that it is no category."""
    found = [len(re.sub(r"\D", "", str(text))) >= least for text in column.levels]
    return bool(column.counts[found].sum() >= share * max(1, column.n_present))


def has_fixed_width(column: Column) -> bool:
    """Whether all texts are equally long, as codes with leading zeros are."""
    return len({len(str(text)) for text in column.levels}) == 1


def has_leading_zeros(column: Column) -> bool:
    """Whether the texts are digits only and some begin with a zero: 007, 01234."""
    if column.is_numeric or is_amount_name(column.name) or not len(column.levels):
        return False
    if not any(t[0] == "0" and len(t) > 1 and t.isdecimal() for t in column.levels):
        return False
    digits = [text.isdecimal() for text in column.levels]
    return bool(column.counts[digits].sum() >= 0.95 * column.n_present)


def _counter(column: Column) -> str | None:
    """Why a column counts the rows; None if it does not.

    Its whole numbers all differ and rise by one in file order, or have no gap under a name like an
    id's, or rise under a name like that of row numbers, such as Unnamed: 0 in a part of a table.
    Amounts by name, such as age or rank, count nothing.
    """
    n_values = len(column.levels)
    named = is_counter_name(column.name) or may_be_id_name(column.name)
    least = LEAST_NAMED if named else LEAST_ROWS
    if n_values < max(least, column.n_present) or is_amount_name(column.name):
        return None
    values = column.numbers.dropna().to_numpy()
    if column.units:  # 1 kWh, 2 kWh
        return None
    if len(values) < 0.95 * len(column.codes) or len(values) < n_values or (values % 1 != 0).any():
        return None
    if (np.diff(values) == 1).all():
        return "its numbers rise by one from row to row, so they count the rows"
    if named and values.max() - values.min() == len(values) - 1:
        return "its numbers have no gap and all differ, so they count the rows"
    if is_counter_name(column.name) and n_values >= LEAST_ROWS and (np.diff(values) > 0).all():
        return "its numbers rise without a name of their own, so they number rows or customers"
    return None


def _is_long_code(column: Column) -> bool:
    if column.n_present < LEAST_ROWS or len(column.levels) < column.n_present:
        return False
    if says(column.name, MONEY) or is_amount_name(column.name) or is_day_name(column.name):
        return False
    values = column.level_numbers
    whole = bool(len(values)) and bool((values % 1 == 0).all())
    return whole and values.min() >= 10 ** (LONG - 1) and values.max() < 100 * values.min()
