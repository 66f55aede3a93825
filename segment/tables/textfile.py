"""Text files: the delimiter, comments and the shape of the table, guessed from the content.

Lines are checked one by one, without being taken apart; the cells are then read by pandas, column
by column, each distinct text once.
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.around.named import TextOptions, name_columns
from segment.tables.encoding import decode
from segment.wording import listed, plural, quote

DELIMITERS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    r"\s+": "runs of spaces",
}
SAMPLE_LINES = 200
TYPED = {r"\t": "\t", r"\s+": r"\s+"}  # as typed in a shell


class _Lines(NamedTuple):
    """The lines of a file from its first that is not blank, and their numbers in it."""

    texts: list[str]
    numbers: np.ndarray


class _Rows(NamedTuple):
    """Where each row begins (a line), and how many cells it has."""

    lines: np.ndarray
    widths: np.ndarray


def read_text_file(
    content: bytes, name: str, options: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    """The cells of a text file as they are written, and what was decided in reading it."""
    csv.field_size_limit(2**31 - 1)  # a cell may hold more than the 131,072 letters of the default
    given = None if options.delimiter is None else _check_delimiter(options.delimiter)
    text, decisions = decode(content, name, options.encoding)
    lines = _without_comments(text, options, decisions)
    del text
    if not lines.texts:
        raise SegmentError(f"{name} is empty")
    delimiter = given or _sniff_delimiter(lines.texts[:SAMPLE_LINES])
    words = DELIMITERS.get(delimiter, quote(delimiter))
    ends = " and lines as ended by CRLF" if lines.texts[0].endswith("\r\n") else ""
    decisions.append(
        f"Read cells as separated by {words}{', as requested' if given else ''}{ends}."
    )
    if delimiter == r"\s+":
        lines, delimiter = _Lines([_spaced(t) for t in lines.texts], lines.numbers), "\x1f"
    rows = _shape(lines, delimiter, name)
    width, is_short_header = _width(rows, name)
    cells = _read_cells(lines.texts, delimiter, width)
    if is_short_header and _is_blank(cells.iloc[1:, -1]):  # each row ends with a delimiter
        cells, is_short_header = cells.iloc[:, :-1], False
    named = name_columns(cells, name, options, decisions, is_short_header)
    decisions += _short_rows(rows, width, named.start, named.stop)
    return named.frame, decisions


def _check_delimiter(delimiter: str) -> str:
    delimiter = TYPED.get(delimiter, delimiter)
    if delimiter != r"\s+" and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SegmentError(f"--delimiter takes one sign, \\t or \\s+, got {quote(delimiter)}")
    return delimiter


def _spaced(line: str) -> str:
    return "\x1f".join(line.split()) + "\n"


def _without_comments(text: str, options: TextOptions, decisions: list[str]) -> _Lines:
    """The lines from the first that is not blank, and below those that the user skips.

    Lines that begin with `#` are comments where the first line is one.
    """
    texts = list(io.StringIO(text, newline=""))
    skipped = options.skip_rows or 0
    first = next((i for i, t in enumerate(texts) if i >= skipped and t.strip()), len(texts))
    if skipped:
        decisions.append(f"Skipped the first {plural(skipped, 'line')}, as requested.")
    texts, numbers = texts[first:], np.arange(first + 1, len(texts) + 1)
    mark = options.comment or ("#" if texts and texts[0].startswith("#") else None)
    if mark is not None:
        kept = np.array([not line.startswith(mark) for line in texts], dtype=bool)
        if not kept.all():
            n_comments = plural(int((~kept).sum()), "comment line")
            decisions.append(f"Left out {n_comments}, beginning with {mark}.")
            texts = [line for line, keep in zip(texts, kept, strict=True) if keep]
            numbers = numbers[kept]
    blank = next((i for i, line in enumerate(texts) if line.strip()), len(texts))
    return _Lines(texts[blank:], numbers[blank:])


def _sniff_delimiter(lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of cells, more than one.

    A delimiter that is in the first line wins over others; spaces are the last resort.
    """

    def score(delimiter: str) -> tuple[bool, float, bool, int]:
        widths = [len(row) for row in _split(lines, delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        agreeing = widths.count(usual) / max(1, len(widths))
        return usual > 1, round(agreeing, 1), bool(widths) and widths[0] > 1, usual

    plain = [d for d in DELIMITERS if d != r"\s+"]
    in_first = [d for d in plain if score(d)[0] and score(d)[2]]
    best = max(in_first or plain, key=score)
    better = max(plain, key=score)
    if in_first and score(better)[1] > score(best)[1] + 0.3:  # a title holds another delimiter
        best = better
    if score(best)[0] and (score(best)[2] or score(best)[1] >= 0.5):
        return best
    spaced = score(r"\s+")
    return r"\s+" if spaced[0] and spaced[2] and spaced[1] >= 0.9 else ","


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == r"\s+":
        return [line.split() for line in lines]
    return list(csv.reader(lines, delimiter=delimiter))


def _shape(lines: _Lines, delimiter: str, name: str) -> _Rows:
    """The rows of the lines and their widths; SegmentError for open quotes.

    A line without quotes has a cell more than delimiters; the others go through `csv`.
    """
    widths = np.array([line.count(delimiter) for line in lines.texts], dtype=np.int64) + 1
    quoted = np.array(['"' in line for line in lines.texts], dtype=bool)
    blank = np.array([line in ("\n", "\r\n", "\r", "") for line in lines.texts], dtype=bool)
    widths[blank] = 0
    if not quoted.any():
        return _Rows(lines.numbers, widths)
    even = all(lines.texts[i].count('"') % 2 == 0 for i in np.flatnonzero(quoted))
    if not even:
        return _shape_of_all(lines, delimiter, name)
    for i in np.flatnonzero(quoted):
        single = _Lines([lines.texts[i]], lines.numbers[i : i + 1])
        widths[i] = _shape_of_all(single, delimiter, name).widths[0]
    return _Rows(lines.numbers, widths)


def _shape_of_all(lines: _Lines, delimiter: str, name: str) -> _Rows:
    reader, begun = csv.reader(lines.texts, delimiter=delimiter, strict=True), 0
    starts, widths = [], []
    try:
        for row in reader:
            widths.append(len(row))
            starts.append(lines.numbers[begun])
            begun = reader.line_num
    except csv.Error as error:
        why = f'{name}: a quote (") is opened in line {lines.numbers[begun]}'
        if "unexpected end" in str(error):
            why += " and never closed"
        elif "expected after" in str(error):
            why += (
                f", and one in line {lines.numbers[reader.line_num - 1]} stands inside a cell; "
                'one that is part of a cell is written ""'
            )
        else:
            why = f"{name}: line {lines.numbers[begun]}: {error}"
        raise SegmentError(why) from None
    return _Rows(np.array(starts), np.array(widths))


def _width(rows: _Rows, name: str) -> tuple[int, bool]:
    """The number of columns, and whether the header is one cell short of all other rows.

    It is the most frequent width where rows are wider than the first, or that of the first.
    SegmentError for a row that is too long.
    """
    widths, first = rows.widths, int(rows.widths[0])
    filled = widths[widths > 0]
    usual = int(np.bincount(filled).argmax())
    others = filled[1:]
    if len(others) >= 3 and (others == first + 1).all() and first >= 2:
        return first + 1, True
    titled = usual > first and (filled == usual).mean() >= 0.5 and len(filled) > 3
    width = usual if titled else first
    too_long = np.flatnonzero(widths > width)
    if too_long.size:
        i = int(too_long[0])
        raise SegmentError(
            f"{name}: line {rows.lines[i]} has {widths[i]} cells where the header has {width}"
        )
    return width, False


def _read_cells(lines: list[str], delimiter: str, width: int) -> pd.DataFrame:
    """All cells as categories of their texts; ``""`` where a row ends early or a cell is empty."""
    if not delimiter.isascii():
        lines, delimiter = [line.replace(delimiter, "\x1f") for line in lines], "\x1f"
    return pd.read_csv(
        io.StringIO("".join(lines)),
        sep=delimiter,
        header=None,
        names=range(width),
        index_col=False,
        dtype="category",
        na_filter=False,
        skip_blank_lines=False,
        engine="c",
        low_memory=False,
    )


def _is_blank(column: pd.Series) -> bool:
    return bool((column.astype(str).str.strip() == "").all())


def _short_rows(rows: _Rows, width: int, start: int, stop: int) -> list[str]:
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
