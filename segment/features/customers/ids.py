"""Ids: which column names a customer."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.customers.lines import customer_of_lines, customer_without_names
from segment.features.kinds.names import (
    is_about_orders,
    is_counter_name,
    is_id_name,
    is_phone,
    is_place_code,
    is_who_name,
    may_be_id_name,
    name_words,
    names_customers,
    says,
)
from segment.features.kinds.no_amounts import has_leading_zeros
from segment.features.kinds.words import MAIL, PLACE_OR_KIND
from segment.tables.cells import NUMBER_SHARE, PLAIN, Cells, Column, TableColumns
from segment.wording import did_you_mean, plural, quote

DIGITS = r"[-+]?[\d.,]+"
FILLED = 0.9  # of the rows have an id
MOST_WORDS = 5  # of a name; longer texts are remarks


def has_fractions(column: Column) -> bool:
    """Whether some cells are numbers that are not whole."""
    values = column.level_numbers
    return bool((values[values == values] % 1 != 0).any())


def all_differ(column: Column) -> bool:
    """Whether no value repeats, neither as a text nor as a number: 1 and 1.0 are one."""
    n_values = len(column.levels)
    if n_values < column.n_present:
        return False
    values = column.level_numbers
    exact = column.is_of_numbers and np.nanmax(np.abs(values)) < 2**53
    return not exact or len(np.unique(values)) == n_values


def repeated_ids(ids: Column) -> pd.Series:
    """The ids that several rows have; exact duplicates are dropped before, so these rows differ."""
    present = ids.text.dropna()
    return present[present.duplicated(keep=False)]


def find_id(
    frame: pd.DataFrame,
    wanted: str | None = None,
    not_id: Collection[str] = (),
    cells: Cells = PLAIN,
    columns: TableColumns | None = None,
) -> tuple[str | None, str]:
    """The column that names a customer, if there is one, and a sentence with the reason.

    An id has at least half as many values as rows, and no fractions. A column that names customers
    goes before other ids, and these before numbers of orders and items; then come words for
    customers, phone numbers and e-mail addresses, then the first text column whose values all
    differ, and last codes with leading zeros that all differ. A zip code is no id. A column of
    numbers is never an id by uniqueness alone: incomes may all differ too. The column that names
    customers is the id even where it repeats: the table lists purchases then.
    """
    if wanted is not None:
        if wanted not in frame.columns:
            raise SegmentError(f"no column {quote(wanted)}{did_you_mean(wanted, frame.columns)}")
        return wanted, f"Took {quote(wanted)} as the customer id, as requested."
    columns = cells.columns(frame) if columns is None else columns
    for why, column in _candidates([n for n in frame.columns if n not in not_id], columns):
        n_blank = len(frame) - column.n_present
        blanks = f" ({plural(n_blank, 'customer has', 'customers have')} none)"
        return column.name, (
            f"Took {quote(column.name)} as the customer id: {why}{blanks if n_blank else ''}; "
            "it forms no segments."
        )
    return None, (
        "Found no customer id: customers are named by their row below the header, and two with "
        "equal cells count as one."
    )


class _Names(NamedTuple):
    """The names of a table that may be those of ids, each in one list."""

    of_customers: list[str]  # customer id, Kundennummer
    plain: list[str]  # id, cid
    marked: list[str]  # a name that ends with number, code or key
    contacts: list[str]  # phone numbers and addresses
    who: list[str]  # a word for customers
    others: list[str]  # ids of orders, items and groups


def _by_name(names: list[str]) -> _Names:
    """What the names say, zip codes left out."""
    names = [n for n in names if not is_place_code(n)]
    of_customers = [n for n in names if names_customers(n) and not _is_kind(n)]
    ids = [n for n in names if is_id_name(n) and n not in of_customers]
    contacts = [n for n in names if is_phone(n) or says(n, MAIL)]
    marked = [n for n in names if may_be_id_name(n) and not is_counter_name(n)]
    marked = [n for n in marked if n not in (*of_customers, *ids, *contacts)]
    others = [n for n in (*ids, *marked) if is_about_orders(n) or _is_kind(n)]
    return _Names(
        of_customers=of_customers,
        plain=[n for n in ids if n not in others],
        marked=[n for n in marked if n not in others],
        contacts=contacts,
        who=[n for n in names if is_who_name(n) and n not in of_customers],
        others=others,
    )


def _candidates(names: list[str], columns: TableColumns) -> Iterator[tuple[str, Column]]:
    """Reasons to be the id with the column that has them; the first is the id."""
    said = _by_name(names)
    names_left = [n for n in names if not is_place_code(n)]
    named = "it is named like an id"
    differ = f"{named} and its values all differ"

    def of(some: list[str], fits: Callable[[Column], bool], why: str) -> Iterator:
        for name in some:
            column = columns[name]
            if not has_fractions(column) and fits(column):
                yield why, column

    yield from of(said.of_customers, _all_differ, differ)
    yield from of(said.of_customers, _repeats, "it is named like the id of a customer")
    yield from of([*said.plain, *said.marked], _all_differ, differ)
    yield from of(said.plain, _mostly_differ, named)
    in_lines = customer_of_lines(columns)
    if in_lines in names_left and in_lines is not None:
        yield "it names the customers, who have several rows each", columns[in_lines]
    yield from of(said.who, _all_differ, "it is a word for customers and its values all differ")
    contact = "it is a phone number or address and its values all differ"
    yield from of(said.contacts, _all_differ, contact)
    yield from of(said.others, _all_differ, differ)
    yield from of(names_left, _names_each, "it is the first text column whose values all differ")
    nameless = customer_without_names(columns) if names == list(columns) else None
    if nameless is not None:
        yield "its numbers repeat beside dates, so they name the customers", columns[nameless]
    yield from of([*said.of_customers, *said.plain], _half_differ, differ)
    yield from of(said.marked, _nearly_all_differ, "it is named like one")
    zeros = "its codes with leading zeros all differ"
    yield from of(names_left, lambda c: _all_differ(c) and has_leading_zeros(c), zeros)


def _names_each(column: Column) -> bool:
    """Whether every row has a name of its own in a column of text."""
    return _all_differ(column) and column.n_present == len(column.codes) and _is_name(column)


def _is_kind(name: str) -> bool:
    """Whether a name is that of a group or a place: QTR_ID, customer type id."""
    return not PLACE_OR_KIND.isdisjoint(name_words(name)[:-1])


def _all_differ(column: Column, least: float = FILLED) -> bool:
    """Whether no value repeats in a column with few blanks."""
    return column.n_present >= max(1, least * len(column.codes)) and all_differ(column)


def _half_differ(column: Column) -> bool:
    return _all_differ(column, 0.5)


def _nearly_all_differ(column: Column) -> bool:
    return _mostly_differ(column) and len(column.levels) > 0.9 * column.n_present


def _mostly_differ(column: Column) -> bool:
    n_values = len(column.levels)
    return column.n_present / 2 < n_values < column.n_present >= len(column.codes) / 2


def _repeats(column: Column) -> bool:
    """Whether a column named for customers has more values than a category of them."""
    n_values = len(column.levels)
    return _mostly_differ(column) or n_values >= 0.001 * column.n_present > 0


def _is_name(column: Column) -> bool:
    """Whether the cells are short texts, neither numbers, in any notation, nor dates."""
    if column.is_numeric or column.is_day or column.is_of_numbers:
        return False
    if column.order_of_days is not None:
        return False
    texts = [str(text) for text in column.levels]
    digits = [re.fullmatch(DIGITS, text) is not None for text in texts]
    n_numbers = sum(d or v == v for d, v in zip(digits, column.level_numbers, strict=True))
    words = sorted(len(text.split()) for text in texts[:500])
    is_short = words[len(words) // 2] <= MOST_WORDS
    return n_numbers < NUMBER_SHARE * len(texts) and is_short
