"""Text files: the delimiter, comments and the shape of the table, guessed from the content.

Lines are checked one by one, without being taken apart; the cells are then read by pandas, column
by column, each distinct text once.
"""

from __future__ import annotations

import csv
import functools
import io
import itertools
import re
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.tables.around.named import TextOptions, name_columns
from segment.tables.encoding import to_utf8
from segment.wording import listed, plural, quote

DELIMITERS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    r"\s+": "runs of spaces",
}
SAMPLE_LINES = 200
MANY_ROWS = 20_000
TYPE_LINES = 1000  # that show which columns have few texts
FEW_TEXTS = 0.98  # of these cells are different where a column has some 25,000 texts
TYPED = {r"\t": "\t", r"\s+": r"\s+"}  # as typed in a shell


class _Lines(NamedTuple):
    """The lines of a file, in UTF-8, from its first that is not blank.

    Line i is ``data[starts[i] : starts[i + 1]]`` with its end, and has the number ``numbers[i]``
    in the file.
    """

    data: bytes
    starts: np.ndarray  # (n_lines + 1,)
    numbers: np.ndarray  # (n_lines,)

    def texts(self, start: int, stop: int) -> list[str]:
        """Some lines as texts."""
        ends = self.starts[start : stop + 1].tolist()
        return [self.data[a:b].decode(errors="replace") for a, b in itertools.pairwise(ends)]


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
    data, decisions = to_utf8(content, name, options.encoding)
    lines = _without_comments(_lines(data), options, decisions)
    if not len(lines.numbers):
        raise SegmentError(f"{name} is empty")
    sample = lines.texts(0, min(SAMPLE_LINES, len(lines.numbers)))
    delimiter = given or _sniff_delimiter(sample)
    words = DELIMITERS.get(delimiter, quote(delimiter))
    ends = " and lines as ended by CRLF" if sample[0].endswith("\r\n") else ""
    decisions.append(
        f"Read cells as separated by {words}{', as requested' if given else ''}{ends}."
    )
    lines, delimiter = _with_plain_delimiter(lines, delimiter)
    rows = _shape(lines, delimiter, name)
    width, is_short_header = _width(rows, name)
    cells = _read_cells(lines, delimiter, width)
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


def _lines(data: bytes) -> _Lines:
    """The lines of a file; they end with LF, CRLF or CR."""
    if data.count(b"\r") != data.count(b"\r\n"):
        data = re.sub(rb"\r(?!\n)", b"\n", data)
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10) + 1
    starts = np.concatenate([[0], ends, [len(data)] * bool(len(data) and data[-1] != 10)])
    return _Lines(data, starts.astype(np.int64), np.arange(1, len(starts)))


def _is_blank_line(lines: _Lines, i: int) -> bool:
    return not lines.data[lines.starts[i] : lines.starts[i + 1]].strip()


def _without_comments(lines: _Lines, options: TextOptions, decisions: list[str]) -> _Lines:
    """The lines from the first that is not blank, and below those that the user skips.

    Lines that begin with `#` are comments where the first line is one.
    """
    skipped, n_lines = options.skip_rows or 0, len(lines.numbers)
    if skipped:
        decisions.append(f"Skipped the first {plural(skipped, 'line')}, as requested.")
    lines = _from_first(lines, min(skipped, n_lines))
    first = lines.texts(0, 1)[0] if len(lines.numbers) else ""
    is_comment = first.startswith("#") and not _is_header(lines.texts(0, 2))
    mark = options.comment or ("#" if is_comment else None)
    if mark is None or not first:
        return lines
    texts = lines.texts(0, len(lines.numbers))
    kept = [i for i, text in enumerate(texts) if not text.startswith(mark)]
    if len(kept) == len(texts):
        return lines
    n_comments = plural(len(texts) - len(kept), "comment line")
    decisions.append(f"Left out {n_comments}, beginning with {mark}.")
    rest = _lines("".join(texts[i] for i in kept).encode())
    return _from_first(rest._replace(numbers=lines.numbers[kept]), 0)


def _is_header(lines: list[str]) -> bool:
    """Whether a first line with # names columns: # is a name, or the line is as wide as a row."""
    first, *rest = lines
    plain = [sign for sign in DELIMITERS if sign != r"\s+"]
    if any(first[1:].startswith(sign) for sign in plain):
        return True
    if not rest or rest[0].startswith("#"):
        return False
    return any(first.count(sign) == rest[0].count(sign) > 1 for sign in plain)


def _from_first(lines: _Lines, start: int) -> _Lines:
    """The lines from `start` on, without blank ones at the beginning."""
    n_lines = len(lines.numbers)
    first = next((i for i in range(start, n_lines) if not _is_blank_line(lines, i)), n_lines)
    return lines._replace(starts=lines.starts[first:], numbers=lines.numbers[first:])


def _with_plain_delimiter(lines: _Lines, delimiter: str) -> tuple[_Lines, str]:
    """The lines with a delimiter of one byte, which pandas reads fast."""
    if delimiter != r"\s+" and delimiter.isascii():
        return lines, delimiter
    texts = lines.texts(0, len(lines.numbers))
    if delimiter == r"\s+":
        texts = ["\x1f".join(text.split()) + "\n" for text in texts]
    else:
        texts = [text.replace(delimiter, "\x1f") for text in texts]
    return _lines("".join(texts).encode())._replace(numbers=lines.numbers), "\x1f"


def _sniff_delimiter(lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of cells, more than one.

    A delimiter that is in the first line wins over others; spaces are the last resort.
    """

    @functools.cache
    def score(delimiter: str) -> tuple[bool, float, bool, int]:
        widths = _widths(lines, delimiter)
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


def _widths(lines: list[str], delimiter: str) -> list[int]:
    """The number of cells of each line that is not blank."""
    if delimiter == r"\s+":
        return [len(cells) for line in lines if (cells := line.split())]
    if any('"' in line for line in lines):
        return [len(row) for row in csv.reader(lines, delimiter=delimiter) if row]
    return [line.count(delimiter) + 1 for line in lines if line.strip("\r\n")]


def _shape(lines: _Lines, delimiter: str, name: str) -> _Rows:
    """The rows of the lines and their widths; SegmentError for open quotes.

    A line without quotes has a cell more than delimiters; the others go through `csv`.
    """
    widths = _counts(lines, delimiter) + 1
    lengths = np.diff(lines.starts)
    for i in np.flatnonzero(lengths <= 2).tolist():
        widths[i] *= not _is_blank_line(lines, i)
    if b'"' not in lines.data:
        return _Rows(lines.numbers, widths)
    n_quotes = _counts(lines, '"')
    quoted = np.flatnonzero(n_quotes)
    if not (n_quotes % 2).any():
        texts = [lines.texts(i, i + 1)[0] for i in quoted.tolist()]
        found = _shape_of_all(texts, lines.numbers[quoted], delimiter, name)
        if len(found.widths) == len(quoted):
            widths[quoted] = found.widths
            return _Rows(lines.numbers, widths)
    # A cell goes on in the next line.
    return _shape_of_all(lines.texts(0, len(widths)), lines.numbers, delimiter, name)


def _counts(lines: _Lines, sign: str) -> np.ndarray:
    """How often a sign of one byte is in each line."""
    found = np.flatnonzero(np.frombuffer(lines.data, dtype=np.uint8) == ord(sign))
    return np.diff(np.searchsorted(found, lines.starts))


def _shape_of_all(lines: list[str], numbers: np.ndarray, delimiter: str, name: str) -> _Rows:
    reader, begun = csv.reader(lines, delimiter=delimiter, strict=True), 0
    starts, widths = [], []
    try:
        for row in reader:
            widths.append(len(row))
            starts.append(numbers[begun])
            begun = reader.line_num
    except csv.Error as error:
        why = f'{name}: a quote (") is opened in line {numbers[begun]}'
        if "unexpected end" in str(error):
            why += " and never closed"
        elif "expected after" in str(error):
            why += (
                f", and one in line {numbers[reader.line_num - 1]} stands inside a cell; "
                'one that is part of a cell is written ""'
            )
        else:
            why = f"{name}: line {numbers[begun]}: {error}"
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


def _read_cells(lines: _Lines, delimiter: str, width: int) -> pd.DataFrame:
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


def _types(lines: _Lines, delimiter: str, width: int) -> dict[int, Any]:
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
