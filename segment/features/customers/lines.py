"""Lines: a table of purchases, or of balances a month, has several rows for each customer."""

from __future__ import annotations

import re
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.features.kinds.names import (
    is_birth,
    is_day_name,
    is_who_name,
    name_words,
    names_customers,
    says,
)
from segment.features.kinds.words import ITEM, MONEY, ORDER
from segment.tables.cells import NUMBER_SHARE, Column, TableColumns
from segment.tables.written.days import DIGITS, number_style
from segment.wording import plural, quote

LEAST_LINES = 1.2  # per customer
LEAST_CUSTOMERS = 3  # of a panel; two values under a word for customers are yes and no
_PERIODS = (
    "year month quarter week period wave jahr monat quartal woche annee mois semaine ano mes "
    "trimestre semana anno mese date datum fecha data 年 月"
)
PERIOD = frozenset(_PERIODS.split(" "))
NAMELESS = re.compile(r"column_\d+")  # of a file without a header


class Lines(NamedTuple):
    """What the rows of a table with repeated ids are, in one line with the remedy."""

    kind: str  # "purchases" or "panel"
    sentence: str


def customer_of_lines(columns: TableColumns) -> str | None:
    """The column that names customers in a table of orders, or a panel, without an id.

    It repeats under a word for customers, beside a number or code of orders and an amount, or with
    one row for each value of a time.
    """
    names = [n for n in columns if is_who_name(n) or names_customers(n)]
    repeated = [n for n in names if 1 < len(columns[n].levels) < columns[n].n_present / LEAST_LINES]
    if repeated and _orders(columns) and _amounts(columns):
        return repeated[0]
    several = [n for n in repeated if len(columns[n].levels) >= LEAST_CUSTOMERS]
    times = _times(columns) if several else []
    panels = (n for n in several if any(_is_panel(columns, t, n) for t in times if t != n))
    return next(panels, None)


def customer_without_names(columns: TableColumns) -> str | None:
    """The first column of a file without a header, where it can only be the customer of each line.

    Its whole numbers repeat and never fall, and another column holds days.
    """
    names = list(columns)
    if len(names) < 3 or not all(map(NAMELESS.fullmatch, names)):
        return None
    first = columns[names[0]]
    values = first.numbers.to_numpy()
    repeats = LEAST_LINES * len(first.levels) <= first.n_present == len(values)
    if not repeats or np.isnan(values).any() or (values % 1 != 0).any() or len(first.levels) < 10:
        return None
    return names[0] if (np.diff(values) >= 0).all() and _times(columns) else None


def find_lines(columns: TableColumns, id_column: str, n_rows: int) -> Lines | None:
    """What the lines of a table are whose id repeats; None where they are neither kind."""
    ids = columns[id_column]
    n_customers = len(ids.levels)
    if ids.n_present < LEAST_LINES * n_customers:
        return None
    times = [n for n in _times(columns) if n != id_column and _varies(columns, n, id_column)]
    panel = next((n for n in times if _is_panel(columns, n, id_column)), None)
    rows = f"{plural(n_rows, 'row')} of {plural(n_customers, 'customer')}"
    if panel is not None:
        n_times = len(columns[panel].levels)
        return Lines(
            "panel",
            f"this is a panel, not purchases: {rows} ({quote(id_column)}), one for each of "
            f"{n_times:,} values of {quote(panel)}; segments need one row per customer: "
            "--duplicates last (or first, or mean)",
        )
    amounts = [n for n in _amounts(columns) if n != id_column]
    items = [n for n in columns if says(n, ITEM) and n != id_column]
    if not (times or _orders(columns)) or not (amounts or items):
        return None
    command = f"segment rfm TABLE --id {quote(id_column)}"
    command += f" --date {quote(times[0])}" if times else ""
    command += f" --amount {quote(amounts[0])}" if amounts else ""
    lines = f"{plural(n_rows, 'line')} of {plural(n_customers, 'customer')}"
    return Lines(
        "purchases",
        f"these are purchases: {lines} ({quote(id_column)} repeats); segments need one row per "
        f"customer, which this command makes: {command} (if this version has it); or keep one "
        "line of each customer with --duplicates first|last|mean",
    )


def _orders(columns: TableColumns) -> list[str]:
    return [n for n in columns if says(n, ORDER) and len(columns[n].levels) > 1]


def _amounts(columns: TableColumns) -> list[str]:
    """Columns of amounts of money first, then quantities."""
    found = [n for n in columns if says(n, MONEY) and columns[n].is_of_numbers]
    found += [n for n in columns if NAMELESS.fullmatch(n) and _has_cents(columns[n])]
    counted = ("quantity", "qty", "menge", "cantidad", "quantite", "quantidade", "quantita")
    return sorted(found, key=lambda n: not set(name_words(n)).isdisjoint(counted))


def _has_cents(column: Column) -> bool:
    values = column.level_numbers
    return column.is_of_numbers and bool((values[~np.isnan(values)] % 1 != 0).any())


def _times(columns: TableColumns) -> list[str]:
    return [n for n in columns if not is_birth(n) and _is_time(columns, n)]


def _is_time(columns: TableColumns, name: str) -> bool:
    column = columns[name]
    if column.is_day or (not column.is_numeric and column.order_of_days is not None):
        return True
    if not column.is_of_numbers or not len(column.levels):
        return False
    values = column.level_numbers[~np.isnan(column.level_numbers)]
    if says(name, PERIOD) and len(values) and (values % 1 == 0).all():
        return True
    style = number_style(values)
    return style == DIGITS or (is_day_name(name) and style is not None)


def _varies(columns: TableColumns, name: str, id_column: str) -> bool:
    """Whether a time is not one day for each customer, as a day of birth is."""
    ids, times = columns[id_column].codes, columns[name].codes
    known = (ids >= 0) & (times >= 0)
    if known.sum() < NUMBER_SHARE / 2 * len(ids):
        return False
    per_id = np.bincount(ids[known])
    different = np.bincount(_pairs(ids[known], times[known]) // (times.max() + 1))
    several = per_id > 1
    return bool(several.any()) and bool((different[several] > 1).mean() > 0.05)


def _pairs(ids: np.ndarray, times: np.ndarray) -> np.ndarray:
    """The different pairs of an id and a time, as one number each."""
    return np.asarray(pd.unique(ids.astype(np.int64) * (times.max() + 1) + times))


def _is_panel(columns: TableColumns, name: str, id_column: str) -> bool:
    """Whether nearly every customer has one row for nearly every value of a time."""
    ids, times = columns[id_column], columns[name]
    n_cells = len(ids.levels) * len(times.levels)
    if len(times.levels) < 2 or ids.n_present < 0.8 * n_cells:
        return False
    known = (ids.codes >= 0) & (times.codes >= 0)
    n_pairs = len(_pairs(ids.codes[known], times.codes[known]))
    return n_pairs > 0.99 * known.sum()
