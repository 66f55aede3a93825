"""A table without what stands around it: its columns named, its rows customers only."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.around.footer import TAIL, find_footer
from segment.tables.around.header import HEAD, Header, find_header
from segment.tables.spelled import texts_of
from segment.wording import plural

SAMPLE = 60  # rows that show what the columns hold


class TextOptions(NamedTuple):
    """What the user gave about a text file; everything else is guessed."""

    encoding: str | None = None
    delimiter: str | None = None
    comment: str | None = None
    header: bool = True
    columns: Sequence[str] = ()
    skip_rows: int | None = None


class Named(NamedTuple):
    """A table, and which of the rows that were read its first and last are."""

    frame: pd.DataFrame
    start: int
    stop: int


def name_columns(
    cells: pd.DataFrame,
    name: str,
    options: TextOptions,
    decisions: list[str],
    is_short_header: bool = False,
) -> Named:
    """The rows below the header, or all rows if there is no header, without notes and totals.

    The first row is the header unless it looks like the others: it has a number above numbers, no
    text above numbers, and no number above texts. `is_short_header` says that the header has one
    cell less than the other rows, because the first column holds names of rows.
    """
    head = _texts(cells.iloc[:HEAD])
    start_of_body = min(len(cells) - 1, max(1, min(HEAD, len(cells) // 2)))
    chosen = np.unique(np.linspace(start_of_body, len(cells) - 1, SAMPLE).astype(int))
    body = _texts(cells.iloc[chosen])
    if is_short_header:
        head[0] = ["", *head[0][:-1]]
    header = _header(head, body, options)
    decisions += header.decisions
    names = _names(header, cells.shape[1], name, options, decisions)
    frame = cells.iloc[header.n_rows :]
    n_below, sentences = 0, list[str]()
    if header.n_names and options.header:
        tail = _texts(frame.iloc[-TAIL:])
        filled = sorted(sum(c != "" for c in row) for row in body)
        n_below, sentences = find_footer(frame, tail, filled[len(filled) // 2])
    decisions += sentences
    frame = frame.iloc[: len(frame) - n_below].reset_index(drop=True)
    if frame.empty:
        raise SegmentError(f"{name} has a header but no rows below it")
    frame.columns = pd.Index(names)
    return Named(frame, header.n_rows, len(cells) - n_below)


def _texts(rows: pd.DataFrame) -> list[list[str]]:
    """Rows as lists of texts."""
    return [texts_of(row) for row in rows.to_numpy(dtype=object).tolist()]


def _header(head: list, body: list, options: TextOptions) -> Header:
    if not options.header:
        return Header(0, 0, 0, [], [])
    found = find_header(head, body, options.skip_rows)
    if options.columns and not found.n_names:  # named by the user: the first row is replaced
        return Header(found.n_above, 1, 0, list(head[found.n_above]), found.decisions)
    return found


def _names(
    header: Header, width: int, name: str, options: TextOptions, decisions: list[str]
) -> list[str]:
    names = [n or f"column_{i}" for i, n in enumerate(header.names, start=1)]
    if not header.n_names:
        names = [f"column_{i}" for i in range(1, width + 1)]
        if options.header:
            decisions.append("Found no header line: columns are named by their position.")
    elif header.n_names == 1:
        which = "first line" if not header.n_above else "first line below them"
        decisions.append(
            f"Took the {which} as the names of columns (--no-header reads it as a row)."
        )
    if options.columns:
        if len(options.columns) != width:
            raise SegmentError(
                f"--columns names {plural(len(options.columns), 'column')}, but {name} has {width}"
            )
        names = list(options.columns)
    return names
