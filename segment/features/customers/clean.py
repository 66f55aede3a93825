"""Clean: drop rows that are not customers, and keep one row per customer."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.customers.ids import find_id, repeated_ids
from segment.features.customers.lines import find_lines
from segment.features.customers.totals import find_totals
from segment.features.customers.totals import said as said_totals
from segment.tables.cells import PLAIN, Cells, TableColumns, blank_rows, repeated_rows
from segment.wording import plural, quote

DUPLICATES = ("first", "last", "mean")


class RowChoices(NamedTuple):
    """What the user decided about rows."""

    id_column: str | None = None
    duplicates: str | None = None  # which row stands for an id that has several
    keep_duplicates: bool | None = None  # equal rows; None: by the rule of `clean`


AUTOMATIC = RowChoices()


class Cleaned(NamedTuple):
    """The rows that are customers; `rows` are their numbers, from 1 below the header.

    `refusal` says why the table cannot be segmented as it is: an id repeats. Where `are_lines`, its
    rows are purchases or a panel.
    """

    frame: pd.DataFrame
    columns: TableColumns
    rows: np.ndarray
    id_column: str | None
    n_blank: int
    n_duplicates: int
    decisions: list[str]
    refusal: str = ""
    are_lines: bool = False


def clean(
    frame: pd.DataFrame,
    choices: RowChoices = AUTOMATIC,
    not_id: Collection[str] = (),
    cells: Cells = PLAIN,
) -> Cleaned:
    """Drop blank rows, then equal rows, and find the id, which is none of `not_id`.

    Equal rows are one customer counted twice, unless the table has no id and its columns are so
    coarse that two customers may well be equal: then they are kept. Of several rows with one id,
    `duplicates` keeps the 'first' or the 'last', or makes one of the mean of numbers and the first
    of everything else ('mean'); by default such a table is refused. SegmentError where no row is
    left.
    """
    filled = ~blank_rows(frame)
    rows = np.flatnonzero(filled) + 1
    kept = (frame if filled.all() else frame.loc[filled]).reset_index(drop=True)
    if kept.empty:
        raise SegmentError("the table has no customers: every row in it is blank")
    n_blank = int((~filled).sum())
    decisions = _blank_rows_said(n_blank, len(frame))
    totals = find_totals(kept, cells)
    if totals:
        decisions.append(said_totals(totals, rows))
        is_total = np.isin(np.arange(len(kept)), list(totals))
        rows, kept = rows[~is_total], kept.loc[~is_total].reset_index(drop=True)
    again, n_lines = repeated_rows(kept), len(kept)
    if again.any():
        rows, kept, said = _equal_rows(rows, kept, again, choices, not_id, cells)
        decisions.append(said)
        kept = kept.reset_index(drop=True)
    n_duplicates = n_lines - len(kept)
    columns = cells.columns(kept)
    id_column, sentence = find_id(kept, choices.id_column, not_id, cells, columns)
    decisions.append(sentence)
    refusal, lines = "", None
    repeated = pd.Series(dtype=object)
    if id_column is not None and len(columns[id_column].levels) < columns[id_column].n_present:
        repeated = repeated_ids(columns[id_column])
    if len(repeated) and choices.duplicates is None and id_column is not None:
        lines = find_lines(columns, id_column, n_lines)
        refusal = lines.sentence if lines else _conflict(repeated, rows)
    elif len(repeated):
        kept, rows, sentence = _one_row_an_id(kept, rows, repeated, choices.duplicates, cells)
        decisions.append(sentence)
        columns = cells.columns(kept)
    return Cleaned(
        kept, columns, rows, id_column, n_blank, n_duplicates, decisions, refusal, bool(lines)
    )


def _blank_rows_said(n_blank: int, n_rows: int) -> list[str]:
    if not n_blank:
        return []
    cells = "every cell of it is" if n_blank == 1 else "all their cells are"
    return [
        f"Dropped {plural(n_blank, 'blank row')} of {n_rows:,}: {cells} empty, "
        f"so {'it describes' if n_blank == 1 else 'they describe'} no customer."
    ]


def _equal_rows(
    rows: np.ndarray,
    frame: pd.DataFrame,
    again: np.ndarray,
    choices: RowChoices,
    not_id: Collection[str],
    cells: Cells,
) -> tuple[np.ndarray, pd.DataFrame, str]:
    """The rows to keep, and a sentence on those that equal an earlier row in every column."""
    n, keep = int(again.sum()), choices.keep_duplicates
    by_chance = 0.0
    if keep is None:
        distinct = frame.loc[~again]
        has_id = find_id(distinct, choices.id_column, not_id, cells)[0] is not None
        by_chance = 0.0 if has_id else _expected_equal(distinct, len(frame), cells)
        if by_chance >= 1:
            said = (
                f"Kept {plural(n, 'row')} equal to an earlier one: without an id, in columns of "
                f"few values, about {by_chance:,.0f} pairs of customers would be equal by chance "
                "(--drop-duplicates drops them)."
            )
            return rows, frame, said
    if keep:
        return rows, frame, f"Kept {plural(n, 'row')} equal to an earlier one, as requested."
    hint = "(--keep-duplicates keeps them)" if keep is None else "(--drop-duplicates)"
    said = f"Dropped {plural(n, 'exact duplicate row')}: equal to an earlier row in every column "
    return rows[~again], frame.loc[~again], f"{said}{hint}."


def _expected_equal(distinct: pd.DataFrame, n_rows: int, cells: Cells) -> float:
    """How many pairs of `n_rows` rows would be equal if the columns were independent.

    The chance that two rows are equal in a column is taken from the distinct rows, or rows that are
    there twice by mistake would make it high.
    """
    n, pairs = len(distinct), n_rows * (n_rows - 1) / 2
    for name in distinct.columns:
        column = cells.column(distinct[name])
        counts = np.append(column.counts, n - column.n_present)
        pairs *= float((counts * (counts - 1)).sum() / max(1, n * (n - 1)))
    return pairs


def _conflict(repeated: pd.Series, rows: np.ndarray) -> str:
    first, name = repeated.iloc[0], quote(repeated.name)
    where = ", ".join(str(rows[i]) for i in repeated.index[repeated == first][:5])
    others = repeated.nunique() - 1
    more = f" (and {plural(others, 'more such id')})" if others else ""
    return (
        f"the id {quote(first)} in column {name} has different values in rows {where}{more}; keep "
        f"one row per customer with --duplicates {'|'.join(DUPLICATES)}; if {name} is not the id, "
        f"pass --number {name} or --drop {name}; a list of purchases must first become one row per "
        "customer (segment rfm, if this version has it)"
    )


def _one_row_an_id(
    frame: pd.DataFrame, rows: np.ndarray, repeated: pd.Series, rule: str | None, cells: Cells
) -> tuple[pd.DataFrame, np.ndarray, str]:
    """One row per repeated id, in the place of its first row (rule 'last': of its last row)."""
    kept = frame
    if rule == "mean":
        kept = frame.astype(object)
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
