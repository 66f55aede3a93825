"""Clean: drop rows that are not customers, and keep one row per customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.ids import find_id, repeated_ids
from segment.tables.cells import PLAIN, Cells, blank_rows
from segment.wording import plural, quote

DUPLICATES = ("first", "last", "mean")


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
    """Drop blank rows, then exact duplicates, and find the id: `id_column`, or none of `not_id`.

    Of several rows with one id, `duplicates` keeps the 'first' or the 'last', or makes one of the
    mean of numbers and the first of everything else ('mean'). SegmentError where no row is
    left, and by default where one id has rows with different values.
    """
    filled = ~blank_rows(frame)
    rows = np.flatnonzero(filled) + 1
    kept = frame.loc[filled]
    again = kept.duplicated().to_numpy()
    rows, kept = rows[~again], kept.loc[~again].reset_index(drop=True)
    if kept.empty:
        raise SegmentError("the table has no customers: every row in it is blank")
    n_blank, n_duplicates = int((~filled).sum()), int(again.sum())
    decisions = _row_decisions(n_blank, n_duplicates, len(frame))
    id_column, sentence = find_id(kept, id_column, not_id, cells)
    decisions.append(sentence)
    if id_column is not None:
        repeated = repeated_ids(cells.column(kept[id_column]))
        if len(repeated) and duplicates is None:
            raise _conflict(repeated, rows)
        if len(repeated):
            kept, rows, sentence = _one_row_an_id(kept, rows, repeated, duplicates, cells)
            decisions.append(sentence)
    return Cleaned(kept, rows, id_column, n_blank, n_duplicates, decisions)


def _row_decisions(n_blank: int, n_duplicates: int, n_rows: int) -> list[str]:
    decisions = []
    if n_blank:
        cells = "every cell of it is" if n_blank == 1 else "all their cells are"
        decisions.append(
            f"Dropped {plural(n_blank, 'blank row')} of {n_rows:,}: {cells} empty, "
            f"so {'it describes' if n_blank == 1 else 'they describe'} no customer."
        )
    if n_duplicates:
        decisions.append(
            f"Dropped {plural(n_duplicates, 'exact duplicate row')}: equal to an earlier row in "
            "every column."
        )
    return decisions


def _conflict(repeated: pd.Series, rows: np.ndarray) -> SegmentError:
    first, name = repeated.iloc[0], quote(repeated.name)
    where = ", ".join(str(rows[i]) for i in repeated.index[repeated == first][:5])
    others = repeated.nunique() - 1
    more = f" (and {plural(others, 'more such id')})" if others else ""
    return SegmentError(
        f"the id {quote(first)} in column {name} has different values in rows {where}{more}; keep "
        f"one row per customer with --duplicates {'|'.join(DUPLICATES)}; if {name} is not the id, "
        f"pass --number {name} or --drop {name}; a list of purchases must first become one row per "
        "customer (segment rfm, if this version has it)"
    )


def _one_row_an_id(
    frame: pd.DataFrame, rows: np.ndarray, repeated: pd.Series, rule: str | None, cells: Cells
) -> tuple[pd.DataFrame, np.ndarray, str]:
    """One row per repeated id, in the place of its first row (rule 'last': of its last row)."""
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
        f"Took {which} for each of {plural(repeated.nunique(), 'id')} with several rows, as "
        f"requested: dropped {plural(len(dropped), 'row')}."
    )
    return kept.loc[keep].reset_index(drop=True), rows[keep], sentence
