"""Clean: drop rows that are no customers, and find the column that names a customer."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.cells import (
    NUMBER_SHARE,
    PLAIN,
    Cells,
    Column,
    blank_rows,
    is_numeric,
    order_of_days,
    written,
)
from segment.errors import SegmentError, did_you_mean, plural, quote

DUPLICATES = ("first", "last", "mean")
ID_WORDS = frozenset({"id", "no", "nr", "number", "key"})
DIGITS = r"[-+]?[\d.,]+"


class Cleaned(NamedTuple):
    """The rows that are customers; `rows` are their numbers, from 1 below the header."""

    frame: pd.DataFrame
    rows: np.ndarray
    id_column: str | None
    n_blank: int
    n_duplicates: int
    decisions: list[str]


def clean(
    frame: pd.DataFrame,
    id_column: str | None = None,
    not_id: Collection[str] = (),
    duplicates: str | None = None,
    cells: Cells = PLAIN,
) -> Cleaned:
    """Drop blank rows, then exact duplicates, and find the id.

    The id is the first column with a word equal to id, no, nr, number or key whose values all
    differ; else the first text column whose values all differ. A column of numbers is never
    an id by uniqueness alone: incomes may all differ too. A column with the word id whose values
    repeat is still the id, with an error in it. One with the word no, nr, number or key is so
    only where the word is the last and most values differ: "Number of orders" is no id.

    Parameters
    ----------
    frame : DataFrame
        Never changed.
    id_column : str, optional
        The id, instead of looking for it.
    not_id : collection of str
        Columns that the caller has other plans for.
    duplicates : {'first', 'last', 'mean'}, optional
        Which row stands for an id that has several; 'mean' takes the mean of numbers and the
        first of everything else. By default this is an error.

    Raises
    ------
    SegmentError
        No row is left, `id_column` does not exist, or one id has rows with different values.
    """
    filled = ~blank_rows(frame)
    rows = np.flatnonzero(filled) + 1
    kept = frame.loc[filled]
    repeated = kept.duplicated().to_numpy()
    rows, kept = rows[~repeated], kept.loc[~repeated].reset_index(drop=True)
    if kept.empty:
        raise SegmentError("the table has no customers: every row in it is blank")
    n_blank, n_duplicates = int((~filled).sum()), int(repeated.sum())
    decisions = _row_decisions(n_blank, n_duplicates, len(frame))
    id_column, sentence = find_id(kept, id_column, not_id, cells)
    decisions.append(sentence)
    if id_column is not None:
        repeated_ids = _repeated(kept[id_column])
        if len(repeated_ids) and duplicates is None:
            raise _conflict(repeated_ids, rows)
        if len(repeated_ids):
            kept, rows, sentence = _one_row_an_id(kept, rows, repeated_ids, duplicates, cells)
            decisions.append(sentence)
    return Cleaned(kept, rows, id_column, n_blank, n_duplicates, decisions)


def name_words(name: str) -> list[str]:
    """The words of a column name, split at punctuation, spaces, `_` and capitals, in lower case.

    >>> name_words("Cus_ID"), name_words("customerID"), name_words("IDNumber")
    (['cus', 'id'], ['customer', 'id'], ['id', 'number'])
    """
    spaced = re.sub(r"(?<=[^\W_A-Z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", " ", name)
    return [word.lower() for word in re.split(r"[\W_]+", spaced) if word]


def _row_decisions(n_blank: int, n_duplicates: int, n_rows: int) -> list[str]:
    decisions = []
    if n_blank:
        cells = "every cell of it is" if n_blank == 1 else "all their cells are"
        decisions.append(
            f"Dropped {plural(n_blank, 'blank row')} of {n_rows:,}: {cells} empty, "
            "so there is no customer behind such a row."
        )
    if n_duplicates:
        decisions.append(
            f"Dropped {plural(n_duplicates, 'exact duplicate row')}: equal to an earlier row in "
            "every column."
        )
    return decisions


def find_id(
    frame: pd.DataFrame,
    wanted: str | None = None,
    not_id: Collection[str] = (),
    cells: Cells = PLAIN,
) -> tuple[str | None, str]:
    """The column that names a customer, if there is one, and the sentence that says why."""
    if wanted is not None:
        if wanted not in frame.columns:
            raise SegmentError(f"no column {quote(wanted)}{did_you_mean(wanted, frame.columns)}")
        return wanted, f"Took {quote(wanted)} as the customer id, as asked."
    candidates = [name for name in frame.columns if name not in not_id]
    named = [name for name in candidates if _is_named_id(frame[name], cells)]
    by_name, half = "its name says so", len(frame) // 2
    # The first rule that finds a column decides; an id without blanks comes before one with.
    rules: tuple[tuple[str, Iterator[str]], ...] = (
        (f"{by_name} and its values all differ", (n for n in named if _all_differ(frame[n]))),
        (by_name, (n for n in named if _is_id_with_errors(frame[n]))),
        (
            "it is the first text column whose values all differ",
            (n for n in candidates if _all_differ(frame[n]) and _is_text(frame[n], cells)),
        ),
        (f"{by_name} and its values all differ", (n for n in named if _all_differ(frame[n], half))),
        (by_name, (n for n in named if is_id_name(n) and len(_repeated(frame[n])))),
    )
    for why, names in rules:
        for name in names:
            return name, (
                f"Took {quote(name)} as the customer id: {why}{_blank_ids(frame[name])}; it forms "
                "no segments."
            )
    return None, (
        "Found no customer id: customers are named by their row below the header, and two with "
        "equal cells count as one."
    )


def is_id_name(name: str) -> bool:
    """Whether a name has the word id, which no amount and no category has."""
    return "id" in name_words(name)


def may_be_id_name(name: str) -> bool:
    """Whether the name is that of an id and not of a count: Order No, not Number of orders."""
    return is_id_name(name) or not ID_WORDS.isdisjoint(name_words(name)[-1:])


def _present(column: pd.Series) -> pd.Series:
    text = written(column.dropna())
    return text[text != ""]


def _is_text(column: pd.Series, cells: Cells) -> bool:
    """Whether its cells are neither numbers, in whatever notation, nor dates."""
    read = cells.column(column)
    if is_numeric(column) or read.is_day or order_of_days(read.levels) is not None:
        return False
    digits = read.text.str.fullmatch(DIGITS).fillna(False).astype(bool) | read.numbers.notna()
    return bool(digits.sum() < NUMBER_SHARE * read.n_present)


def _is_named_id(column: pd.Series, cells: Cells) -> bool:
    """An id by its name; fractions are amounts whatever the name says."""
    if not ID_WORDS.intersection(name_words(str(column.name))):
        return False
    return not has_fractions(cells.column(column))


def has_fractions(column: Column) -> bool:
    """Whether some of its cells are numbers that are not whole."""
    return bool((column.numbers.dropna() % 1 != 0).any())


def _all_differ(column: pd.Series, blanks: int = 0) -> bool:
    present = _present(column)
    return len(present) >= max(1, len(column) - blanks) and present.is_unique


def _blank_ids(column: pd.Series) -> str:
    n_blank = len(column) - len(_present(column))
    return f" ({plural(n_blank, 'customer has', 'customers have')} none)" if n_blank else ""


def _is_id_with_errors(column: pd.Series) -> bool:
    """More than half of the values differ, and the name is that of an id, not of a count."""
    present = _present(column)
    repeats = len(present) / 2 < present.nunique() < len(present)
    return repeats and may_be_id_name(str(column.name))


def _repeated(ids: pd.Series) -> pd.Series:
    """Ids of several rows, which are no exact duplicates, so their values differ."""
    present = _present(ids)
    return present[present.duplicated(keep=False)]


def _conflict(repeated: pd.Series, rows: np.ndarray) -> SegmentError:
    first, name = repeated.iloc[0], quote(repeated.name)
    where = ", ".join(str(rows[i]) for i in repeated.index[repeated == first][:5])
    others = repeated.nunique() - 1
    more = f" (and {plural(others, 'more such id')})" if others else ""
    return SegmentError(
        f"the id {quote(first)} in column {name} has different values in rows {where}{more}; keep "
        f"one row a customer by --duplicates {'|'.join(DUPLICATES)}, or pass --number {name} or "
        f"--drop {name} if it is not the id; a list of purchases must become one row a customer "
        "first (by segment rfm, where this version has it)"
    )


def _one_row_an_id(
    frame: pd.DataFrame, rows: np.ndarray, repeated: pd.Series, rule: str | None, cells: Cells
) -> tuple[pd.DataFrame, np.ndarray, str]:
    """One row for each repeated id, where its first stood (its last, by that rule)."""
    kept = frame.copy()
    if rule == "mean":
        kept = kept.astype(object)
        for name in frame.columns.drop(repeated.name):
            values = cells.numbers(frame.loc[repeated.index, name])
            means = values.groupby(repeated).transform("mean").dropna()
            kept.loc[means.index, name] = means
    dropped = repeated.index[repeated.duplicated(keep="last" if rule == "last" else "first")]
    keep = ~frame.index.isin(dropped)
    which = {"mean": "the mean of its numbers and the first of its texts"}.get(
        str(rule), f"its {rule} row"
    )
    sentence = (
        f"Took for each of {plural(repeated.nunique(), 'id')} with several rows {which}, as asked: "
        f"dropped {plural(len(dropped), 'row')}."
    )
    return kept.loc[keep].reset_index(drop=True), rows[keep], sentence
