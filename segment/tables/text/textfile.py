"""Text files: the delimiter, comments and the shape of the table, guessed from the content.

Lines are checked one by one, without being taken apart; the cells are then read by pandas, column
by column, each distinct text once.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.around.named import TextOptions, name_columns
from segment.tables.text.encoding import to_utf8
from segment.tables.text.lines import (
    DELIMITERS,
    Lines,
    lines_of,
    with_plain_delimiter,
    without_comments,
)
from segment.tables.text.shape import Rows, check_delimiter, shape_of, sniff_delimiter, width_of
from segment.wording import listed, plural, quote

SAMPLE_LINES = 200
MANY_ROWS = 20_000
TYPE_LINES = 1000  # that show which columns have few texts
FEW_TEXTS = 0.98  # of these cells are different where a column has some 25,000 texts


def read_text_file(
    content: bytes, name: str, options: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    """The cells of a text file as they are written, and what was decided in reading it."""
    csv.field_size_limit(2**31 - 1)  # a cell may hold more than the 131,072 letters of the default
    given = None if options.delimiter is None else check_delimiter(options.delimiter)
    data, decisions = to_utf8(content, name, options.encoding)
    lines = without_comments(lines_of(data), options, decisions)
    if not len(lines.numbers):
        what = "has no lines below those skipped" if options.skip_rows else "is empty"
        raise SegmentError(f"{name} {what}")
    sample = lines.texts(0, min(SAMPLE_LINES, len(lines.numbers)))
    delimiter = given or sniff_delimiter(sample)
    words = DELIMITERS.get(delimiter, quote(delimiter))
    ends = " and lines as ended by CRLF" if sample[0].endswith("\r\n") else ""
    decisions.append(
        f"Read cells as separated by {words}{', as requested' if given else ''}{ends}."
    )
    lines, delimiter = with_plain_delimiter(lines, delimiter)
    rows = shape_of(lines, delimiter, name)
    width, is_short_header = width_of(rows, name)
    cells = _read_cells(lines, delimiter, width)
    if is_short_header and _is_blank(cells.iloc[1:, -1]):  # each row ends with a delimiter
        cells, is_short_header = cells.iloc[:, :-1], False
    named = name_columns(cells, name, options, decisions, is_short_header)
    decisions += _short_rows(rows, width, named.start, named.stop)
    return named.frame, decisions


def _read_cells(lines: Lines, delimiter: str, width: int) -> pd.DataFrame:
    """All cells as texts; ``""`` where a row ends early or a cell is empty."""
    return pd.read_csv(
        io.BytesIO(memoryview(lines.data)[lines.starts[0] :]),
        sep=delimiter,
        header=None,
        names=range(width),
        index_col=False,
        dtype=_types(lines, delimiter, width),
        na_filter=False,
        skip_blank_lines=False,
        engine="c",
        encoding="utf-8",
        low_memory=False,
    )


def _types(lines: Lines, delimiter: str, width: int) -> dict[int, Any]:
    """How pandas reads each column: as categories where many rows have few texts.

    Measured (CPU time, pandas 3.1), categories against texts: 58 and 6 ms for 2,240 x 29 cells,
    8.6 and 1.6 s for 100,000 x 30 different numbers; 0.42 and 0.53 s for 541,909 x 8 cells of few
    texts, which must be counted in any case.
    """
    types: dict[int, Any] = dict.fromkeys(range(width), object)
    n_lines = len(lines.numbers)
    if n_lines <= MANY_ROWS:
        return types
    chosen = np.random.default_rng(0).choice(n_lines, TYPE_LINES, replace=False)
    texts = [lines.texts(i, i + 1)[0] for i in chosen.tolist()]
    rows = [row for text in texts for row in csv.reader([text], delimiter=delimiter)]
    for j in types:
        cells = [row[j] for row in rows if j < len(row)]
        if len(set(cells)) <= FEW_TEXTS * len(cells):
            types[j] = "category"
    return types


def _is_blank(column: pd.Series) -> bool:
    return bool((column.astype(str).str.strip() == "").all())


def _short_rows(rows: Rows, width: int, start: int, stop: int) -> list[str]:
    """A sentence on the rows of the table that end early."""
    inside = slice(start, stop)
    short = (rows.widths[inside] > 0) & (rows.widths[inside] < width)
    if not short.any():
        return []
    lines = [str(line) for line in rows.lines[inside][short]]
    return [
        f"Found {plural(len(lines), 'row')} with fewer cells than the first, in line "
        f"{listed(lines, 5)}: read their other cells as missing."
    ]
