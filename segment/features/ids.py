"""Ids: which column names a customer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

import pandas as pd

from segment.errors import SegmentError
from segment.tables.cells import NUMBER_SHARE, PLAIN, Cells, Column, is_numeric, order_of_days
from segment.wording import did_you_mean, plural, quote

ID_WORDS = frozenset({"id", "no", "nr", "number", "key"})
DIGITS = r"[-+]?[\d.,]+"


def name_words(name: str) -> list[str]:
    """The words of a column name, split at punctuation, spaces, `_` and capitals, in lower case.

    >>> name_words("Cus_ID"), name_words("customerID"), name_words("IDNumber")
    (['cus', 'id'], ['customer', 'id'], ['id', 'number'])
    """
    spaced = re.sub(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def is_id_name(name: str) -> bool:
    """Whether a name has the word id, which names of amounts and categories do not have."""
    return "id" in name_words(name)


def may_be_id_name(name: str) -> bool:
    """Whether a name may be an id's and not a count's: Order No, but not Number of orders."""
    return is_id_name(name) or not ID_WORDS.isdisjoint(name_words(name)[-1:])


def has_fractions(column: Column) -> bool:
    """Whether some cells are numbers that are not whole."""
    return bool((column.numbers.dropna() % 1 != 0).any())


def repeated_ids(ids: Column) -> pd.Series:
    """The ids that several rows have; exact duplicates are dropped before, so these rows differ."""
    present = ids.text.dropna()
    return present[present.duplicated(keep=False)]


def find_id(
    frame: pd.DataFrame,
    wanted: str | None = None,
    not_id: Collection[str] = (),
    cells: Cells = PLAIN,
) -> tuple[str | None, str]:
    """The column that names a customer, if there is one, and a sentence with the reason.

    It is the first column with a word equal to id, no, nr, number or key whose values all differ;
    else the first text column whose values all differ. A column of numbers is never an id by
    uniqueness alone: incomes may all differ too. A column with the word id whose values repeat is
    still the id, with an error in it. A column with the word no, nr, number or key whose values
    repeat is the id only if that word is the last and most values differ: "Number of orders" is
    not an id.
    """
    if wanted is not None:
        if wanted not in frame.columns:
            raise SegmentError(f"no column {quote(wanted)}{did_you_mean(wanted, frame.columns)}")
        return wanted, f"Took {quote(wanted)} as the customer id, as requested."
    for why, found in _rules([n for n in frame.columns if n not in not_id], frame, cells):
        for column in found:
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


def _rules(
    names: list[str], frame: pd.DataFrame, cells: Cells
) -> Iterable[tuple[str, Iterable[Column]]]:
    """Reasons to be the id, and the columns that have them; the first column of all is the id."""
    named = [cells.column(frame[n]) for n in names if not ID_WORDS.isdisjoint(name_words(n))]
    named = [c for c in named if not has_fractions(c)]  # fractions are amounts
    texts = (cells.column(frame[n]) for n in names if frame[n].is_unique)
    by_name, half, n_rows = "it is named like an id", len(frame) // 2, len(frame)
    differ = f"{by_name} and its values all differ"
    mostly = (c for c in named if may_be_id_name(c.name) and _mostly_differ(c))
    first = (c for c in texts if _all_differ(c, n_rows) and _is_text(c))
    yield differ, (c for c in named if _all_differ(c, n_rows))
    yield by_name, mostly
    yield "it is the first text column whose values all differ", first
    yield differ, (c for c in named if _all_differ(c, n_rows - half))
    yield by_name, (c for c in named if is_id_name(c.name) and c.n_present > len(c.levels))


def _all_differ(column: Column, least: int) -> bool:
    return len(column.levels) == column.n_present >= max(1, least)


def _mostly_differ(column: Column) -> bool:
    return column.n_present / 2 < len(column.levels) < column.n_present


def _is_text(column: Column) -> bool:
    """Whether the cells are neither numbers, in any notation, nor dates."""
    if is_numeric(column.raw) or column.is_day or order_of_days(column.levels) is not None:
        return False
    digits = column.text.str.fullmatch(DIGITS).fillna(False).astype(bool) | column.numbers.notna()
    return bool(digits.sum() < NUMBER_SHARE * column.n_present)
