"""Totals: rows inside a table that add up rows beside them, such as the subtotals of regions."""

from __future__ import annotations

import numpy as np
import pandas as pd

from segment.tables.around.footer import SUMMED_UP, may_sum_up
from segment.tables.cells import Cells
from segment.tables.spelled import distinct, is_numeric
from segment.wording import listed, plural, quote

LONGEST = 60  # letters of a label; longer texts are remarks
NEAR = 100  # totals above and below a row, from which the rows that it adds up may begin
LEAST_ROWS = 2  # that a total adds up; one row may equal another by chance
CLOSE = 1e-3  # relative error of a sum, whose terms are rounded in the file


def find_totals(frame: pd.DataFrame, cells: Cells) -> dict[int, str]:
    """The rows that a label calls totals and whose numbers are sums, each with its label.

    A row is one if at least half of its numbers are the sums of the rows between it and an earlier
    total, or the first row; or between it and a later total, or the last row.
    """
    labels = _labels(frame)
    if not labels:
        return {}
    columns = cells.columns(frame)
    numbers = np.column_stack(
        [np.zeros(len(frame)), *(c.numbers for c in columns.values() if c.is_of_numbers)]
    )
    places = np.array(sorted(labels))
    terms = np.nan_to_num(numbers)
    terms[:, 0] = 1.0  # counts the rows
    terms[places] = 0.0
    up_to = np.vstack([np.zeros(numbers.shape[1]), np.cumsum(terms, axis=0)])
    return {i: labels[i] for i in places.tolist() if _adds_up(i, numbers[i], places, up_to)}


def _labels(frame: pd.DataFrame) -> dict[int, str]:
    """The rows with a word for totals in a cell of text, and that cell."""
    found: dict[int, str] = {}
    for _, column in frame.items():
        if is_numeric(column) or column.dtype.kind == "M":
            continue
        if not may_sum_up(_joined(column)):  # as in most columns
            continue
        codes, different = distinct(column)
        texts = [str(text) for text in different]
        named = [len(t) <= LONGEST and SUMMED_UP.search(t) is not None for t in texts]
        for row in np.flatnonzero(np.append(np.array(named, dtype=bool), False)[codes]).tolist():
            found.setdefault(row, texts[codes[row]].strip())
    return found


def _joined(column: pd.Series) -> str:
    """All different texts of a column as one; texts may stand in it more than once."""
    if isinstance(column.dtype, pd.CategoricalDtype):
        column = column.cat.categories
    try:
        return "\n".join(column.tolist())
    except TypeError:  # missing cells, and those that are no texts
        return "\n".join(map(str, pd.unique(column.dropna())))


def _adds_up(row: int, values: np.ndarray, places: np.ndarray, up_to: np.ndarray) -> bool:
    """Whether the numbers of a row are sums; `up_to[i]` are the sums of the first i rows."""
    here = int(np.searchsorted(places, row))
    starts = np.append(places[max(0, here - NEAR) : here], 0)
    stops = np.append(places[here + 1 : here + 1 + NEAR], len(up_to) - 1)
    sums = np.vstack([up_to[row] - up_to[starts], up_to[stops] - up_to[row]])
    known = np.flatnonzero(~np.isnan(values[1:])) + 1
    known = known[values[known] != 0]
    if not known.size:
        return False
    close = np.isclose(sums[:, known], values[known], rtol=CLOSE)
    enough = (close.mean(axis=1) >= 0.5) & (sums[:, 0] >= LEAST_ROWS)
    return bool(enough.any())


def said(totals: dict[int, str], rows: np.ndarray) -> str:
    """A sentence on the rows that are left out; `rows` are their numbers in the file."""
    where = listed((f"{quote(text)} in row {rows[i]}" for i, text in totals.items()), 4)
    return f"Dropped {plural(len(totals), 'row')} that add up rows beside them: {where}."
