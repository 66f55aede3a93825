"""The shape of a table in a text file: its delimiter, and the cells of each row, counted."""

from __future__ import annotations

import csv
import functools
from typing import NamedTuple

import numpy as np

from segment.errors import SegmentError
from segment.tables.text.lines import DELIMITERS, Lines, is_blank_line
from segment.wording import quote

TYPED = {r"\t": "\t", r"\s+": r"\s+"}  # as typed in a shell


class Rows(NamedTuple):
    """Where each row begins (a line), and how many cells it has."""

    lines: np.ndarray
    widths: np.ndarray


def check_delimiter(delimiter: str) -> str:
    delimiter = TYPED.get(delimiter, delimiter)
    if delimiter != r"\s+" and (len(delimiter) != 1 or delimiter in '"\r\n'):
        raise SegmentError(f"--delimiter takes one sign, \\t or \\s+, got {quote(delimiter)}")
    return delimiter


def sniff_delimiter(lines: list[str]) -> str:
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


def shape_of(lines: Lines, delimiter: str, name: str) -> Rows:
    """The rows of the lines and their widths; SegmentError for open quotes.

    A line without quotes has a cell more than delimiters; the others go through `csv`.
    """
    widths = _counts(lines, delimiter) + 1
    lengths = np.diff(lines.starts)
    for i in np.flatnonzero(lengths <= 2).tolist():
        widths[i] *= not is_blank_line(lines, i)
    if b'"' not in lines.data:
        return Rows(lines.numbers, widths)
    n_quotes = _counts(lines, '"')
    quoted = np.flatnonzero(n_quotes)
    if not (n_quotes % 2).any():
        texts = [lines.texts(i, i + 1)[0] for i in quoted.tolist()]
        found = _shape_of_all(texts, lines.numbers[quoted], delimiter, name)
        if len(found.widths) == len(quoted):
            widths[quoted] = found.widths
            return Rows(lines.numbers, widths)
    # A cell goes on in the next line.
    return _shape_of_all(lines.texts(0, len(widths)), lines.numbers, delimiter, name)


def _counts(lines: Lines, sign: str) -> np.ndarray:
    """How often a sign of one byte is in each line."""
    found = np.flatnonzero(np.frombuffer(lines.data, dtype=np.uint8) == ord(sign))
    return np.diff(np.searchsorted(found, lines.starts))


def _shape_of_all(lines: list[str], numbers: np.ndarray, delimiter: str, name: str) -> Rows:
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
    return Rows(np.array(starts), np.array(widths))


def width_of(rows: Rows, name: str) -> tuple[int, bool]:
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
