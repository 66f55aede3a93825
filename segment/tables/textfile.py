"""Text files: the encoding, the delimiter, comments and the header, guessed from the content."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

import pandas as pd

from segment.errors import SegmentError
from segment.tables.cells import filled
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
MARKED = ", by its byte-order mark"
NUMBER = re.compile(r"\s*[-+]?[\d.,]*\d[\d.,]*%?\s*")


class TextOptions(NamedTuple):
    """What the user gave about a text file; everything else is guessed."""

    encoding: str | None = None
    delimiter: str | None = None
    comment: str | None = None
    header: bool = True
    columns: Sequence[str] = ()


def read_text_file(
    content: bytes, name: str, options: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    """The cells of a text file as they are written, and what was decided in reading it."""
    csv.field_size_limit(2**31 - 1)  # a cell may hold more than the 131,072 letters of the default
    given = None if options.delimiter is None else _check_delimiter(options.delimiter)
    text, decisions = decode(content, name, options.encoding)
    lines, line_numbers = _without_comments(text, options.comment, decisions)
    if not lines:
        raise SegmentError(f"{name} is empty")
    delimiter = given or _sniff_delimiter(lines[:SAMPLE_LINES])
    words = DELIMITERS.get(delimiter, quote(delimiter))
    ends = " and lines as ended by CRLF" if lines[0].endswith("\r\n") else ""
    decisions.append(
        f"Read cells as separated by {words}{', as requested' if given else ''}{ends}."
    )
    rows, starts = _rows(lines, line_numbers, delimiter, name)
    decisions += _check_widths(rows, starts, name)
    return name_columns(pd.DataFrame(rows, dtype=object), name, options, decisions), decisions


def _check_delimiter(delimiter: str) -> str:
    delimiter = TYPED.get(delimiter, delimiter)
    if delimiter != r"\s+" and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SegmentError(f"--delimiter takes one sign, \\t or \\s+, got {quote(delimiter)}")
    return delimiter


def decode(content: bytes, name: str, encoding: str | None = None) -> tuple[str, list[str]]:
    """The text, by its byte-order mark, else UTF-8, else Windows-1252; or by `encoding`."""
    if encoding is not None:
        return _decode_as(content, name, encoding), [f"Read the file as {encoding}, as requested."]
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(content, name, "utf-16"), [f"Read the file as UTF-16{MARKED}."]
    even, odd = (content[start:2000:2].count(0) for start in (0, 1))
    if max(even, odd) > 0.4 * len(content[:2000]) and not min(even, odd):
        guess = "utf-16-le" if odd else "utf-16-be"
        return _decode_as(content, name, guess), ["Read the file as UTF-16."]
    if re.search(rb"[\x00-\x08\x0e-\x1f]", content):
        raise SegmentError(f"{name} is not a table: it is neither text nor another known format")
    try:
        marked = content.startswith(codecs.BOM_UTF8)
        return content.decode("utf-8-sig"), [f"Read the file as UTF-8{MARKED}."] * marked
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
    why = f"because line {line} is not UTF-8 (--encoding overrides)"
    return _decode_as(content, name, "cp1252"), [f"Read the file as Windows-1252, {why}."]


def _decode_as(content: bytes, name: str, encoding: str) -> str:
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise SegmentError(f"no encoding {quote(encoding)}; try utf-8, utf-16 or cp1252") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SegmentError(
            f"{name} is not text in {encoding} (line {line}, byte {error.start}); name its "
            "encoding with --encoding"
        ) from None


def _without_comments(
    text: str, comment: str | None, decisions: list[str]
) -> tuple[list[str], list[int]]:
    """The lines from the first that is not blank, and their numbers in the file.

    Lines that begin with `#` are comments where the first line is one.
    """
    lines = list(enumerate(io.StringIO(text, newline=""), start=1))
    first = next((i for i, (_, line) in enumerate(lines) if line.strip()), len(lines))
    lines = lines[first:]
    mark = comment or ("#" if lines and lines[0][1].startswith("#") else None)
    kept = [(n, line) for n, line in lines if mark is None or not line.startswith(mark)]
    if len(kept) < len(lines):
        n_comments = plural(len(lines) - len(kept), "comment line")
        decisions.append(f"Left out {n_comments}, beginning with {mark}.")
    while kept and not kept[0][1].strip():
        kept.pop(0)
    return [line for _, line in kept], [n for n, _ in kept]


def _sniff_delimiter(lines: list[str]) -> str:
    """The delimiter by which most lines have the same number of cells, more than one.

    A delimiter that is in the first line wins over others; spaces are the last resort.
    """

    def score(delimiter: str) -> tuple[bool, float, int]:
        widths = [len(row) for row in _split(lines, delimiter) if row]
        usual = max(set(widths), key=widths.count, default=1)
        agreeing = widths.count(usual) / max(1, len(widths))
        return usual > 1 and widths[0] > 1, round(agreeing, 1), usual

    plain = [d for d in DELIMITERS if d != r"\s+"]
    best = max(plain, key=score)
    if score(best)[0]:
        return best
    spaced = score(r"\s+")
    return r"\s+" if spaced[0] and spaced[1] >= 0.9 else ","


def _split(lines: list[str], delimiter: str) -> list[list[str]]:
    if delimiter == r"\s+":
        return [line.split() for line in lines]
    return list(csv.reader(lines, delimiter=delimiter))


def _rows(
    lines: list[str], line_numbers: list[int], delimiter: str, name: str
) -> tuple[list[list[str]], list[int]]:
    """The cells of each row, and the line in which it begins; SegmentError for open quotes."""
    if delimiter == r"\s+":
        return _split(lines, delimiter), line_numbers
    reader, begun = csv.reader(lines, delimiter=delimiter, strict=True), 0
    rows, starts = [], []
    try:
        for row in reader:
            rows.append(row)
            starts.append(line_numbers[begun])
            begun = reader.line_num
    except csv.Error as error:
        why = f'{name}: a quote (") is opened in line {line_numbers[begun]}'
        if "unexpected end" in str(error):
            why += " and never closed"
        elif "expected after" in str(error):
            why += (
                f", and one in line {line_numbers[reader.line_num - 1]} stands inside a cell; "
                'one that is part of a cell is written ""'
            )
        else:
            why = f"{name}: line {line_numbers[begun]}: {error}"
        raise SegmentError(why) from None
    return rows, starts


def _check_widths(rows: list[list[Any]], starts: list[int], name: str) -> list[str]:
    """Fill short rows with missing cells and report them; SegmentError for one that is too long."""
    width, short = len(rows[0]), []
    for row, line in zip(rows, starts, strict=True):
        if len(row) > width:
            raise SegmentError(
                f"{name}: line {line} has {len(row)} cells where the header has {width}"
            )
        if 0 < len(row) < width:
            short.append(str(line))
        row += [None] * (width - len(row))
    if not short:
        return []
    return [
        f"Found {plural(len(short), 'row')} with fewer cells than the first, in line "
        f"{listed(short, 5)}: read their other cells as missing."
    ]


def name_columns(
    cells: pd.DataFrame, name: str, options: TextOptions, decisions: list[str]
) -> pd.DataFrame:
    """The rows below the header, or all rows if there is no header.

    The first row is the header unless it looks like the others: it has a number above numbers, no
    text above numbers, and no number above texts.
    """
    headless = not options.header or (not options.columns and _starts_with_data(cells))
    frame = cells if headless else cells.iloc[1:].reset_index(drop=True)
    names = ["" if pd.isna(c) else str(c).strip() for c in cells.iloc[0]] if len(cells) else []
    names = [n or f"column_{i}" for i, n in enumerate(names, start=1)]
    if headless:
        names = [f"column_{i}" for i in range(1, cells.shape[1] + 1)]
        if options.header:
            decisions.append("Found no header line: columns are named by their position.")
    else:
        decisions.append(
            "Took the first line as the names of columns (--no-header reads it as a row)."
        )
    if options.columns:
        if len(options.columns) != cells.shape[1]:
            raise SegmentError(
                f"--columns names {plural(len(options.columns), 'column')}, but {name} has "
                f"{cells.shape[1]}"
            )
        names = list(options.columns)
    if frame.empty:
        raise SegmentError(f"{name} has a header but no rows below it")
    frame.columns = pd.Index(names)
    return frame


def _starts_with_data(cells: pd.DataFrame) -> bool:
    number_over_number = False
    for column in cells.columns:
        top, *rest = filled(cells[column].head(SAMPLE_LINES))
        below = [cell for cell in rest if cell]
        n_numbers = sum(NUMBER.fullmatch(cell) is not None for cell in below)
        if not top or not below:
            continue
        on_top, mostly_below = NUMBER.fullmatch(top) is not None, n_numbers > 0.9 * len(below)
        if on_top != mostly_below and (mostly_below or not n_numbers):
            return False
        number_over_number |= on_top and mostly_below
    return number_over_number
