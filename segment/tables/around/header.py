"""The header: the notes above it, one or two rows of names, and a row of units below them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from segment.tables.written.missing import AMONG_NUMBERS, EVERYWHERE
from segment.tables.written.numbers import read_numbers
from segment.wording import listed, plural, quote

NUMBER = re.compile(r"\s*[-+]?[\d.,]*\d[\d.,]*%?\s*")
YEAR = re.compile(r"(19|20)\d\d")
HEAD = 40  # rows in which a header is looked for
UNIT_WORDS = re.compile(
    r"\(.*\)|\[.*\]|in .*|per .*|pro .*|par .*|por .*|.*/.*|years?|months?|days?|eur|usd|gbp|inr|"
    r"[€$£¥%#]|number|count|amount|text|string|int|integer|float|date|jahre?|monate?|anzahl|yes/no",
    re.IGNORECASE,
)

Row = Sequence[str]


class Header(NamedTuple):
    """How many rows of notes, names and units stand above the first customer, and the names."""

    n_above: int
    n_names: int  # 0, 1 or 2
    n_units: int
    names: list[str]  # "" where a column has none
    decisions: list[str]

    @property
    def n_rows(self) -> int:
        """The number of rows that are no customers."""
        return self.n_above + self.n_names + self.n_units


def find_header(head: Sequence[Row], body: Sequence[Row], skipped: int | None = None) -> Header:
    """The header of a table from its first rows and some of its later ones.

    `skipped` is the number of rows above the header where the user said it.
    """
    above = count_notes(head, body) if skipped is None else 0
    decisions = _said_notes(head[:above])
    rows = head[above:]
    if len(rows) > 2 and _is_group_row(rows[0], rows[1], [*rows[2:], *body]):
        joined = _joined(rows[0], rows[1])
        decisions.append(
            f"Took two rows as the names of columns: {listed(map(quote, joined), 4)} "
            "(--skip-rows 1 reads the second only)."
        )
        return Header(above, 2, 0, joined, decisions)
    if starts_with_data([rows[0], *(body or rows[1:])]):
        return Header(above, 0, 0, [], decisions)
    units = len(rows) > 3 and _is_units_row(rows[0], rows[1], [*rows[2:], *body])
    if units:
        texts = [quote(cell) for cell in rows[1] if cell]
        decisions.append(
            f"Left out the row under the header: it describes the columns ({listed(texts, 4)})."
        )
    return Header(above, 1, int(units), list(rows[0]), decisions)


def count_notes(head: Sequence[Row], body: Sequence[Row]) -> int:
    """The number of rows above the header: titles, blank rows, and pairs of a word and a value."""
    usual = _usual(body)
    if usual < 2 or len(head[0]) < 2:
        return 0
    for above, row in enumerate(head[:HEAD]):
        if not _is_note(row, usual):
            return above if _n_filled(row) > 1 else 0
    return 0


def _usual(body: Sequence[Row]) -> int:
    counts = sorted(map(_n_filled, body))
    return counts[len(counts) // 2] if counts else 0


def _n_filled(row: Row) -> int:
    return sum(cell != "" for cell in row)


def _is_note(row: Row, usual: int) -> bool:
    n = _n_filled(row)
    if n == 0:
        return True
    if n == 1:
        return len(row) > 2 or row[0] != ""
    return n == 2 and usual > 4 and row[0] != "" and row[1] != "" and usual > 2 * n


def _said_notes(rows: Sequence[Row]) -> list[str]:
    notes = [cell for row in rows for cell in row if cell]
    if not rows:
        return []
    what = f", such as {quote(notes[0][:60])}" if notes else ""
    return [
        f"Left out {plural(len(rows), 'row')} above the header{what} "
        "(--skip-rows says how many otherwise)."
    ]


def _is_number(cell: str) -> bool:
    return NUMBER.fullmatch(cell) is not None


def _number_columns(body: Sequence[Row], width: int) -> list[bool]:
    """Whether most cells of each column are numbers, in any notation."""
    found = []
    for j in range(width):
        cells = [row[j] for row in body if j < len(row) and _says_something(row[j])]
        others = [cell for cell in cells if not _is_number(cell)]
        n_numbers = len(cells) - len(others)
        if any(any(map(str.isdigit, cell)) for cell in others):  # 5 years, $ 12
            values = read_numbers(_array(others), ".").values
            n_numbers += int((values == values).sum())
        found.append(bool(cells) and n_numbers >= 0.9 * len(cells))
    return found


def _array(cells: list[str]) -> np.ndarray:
    array = np.empty(len(cells), dtype=object)
    array[:] = cells
    return array


def _says_something(cell: str) -> bool:
    return cell.lower() not in EVERYWHERE and cell.lower() not in AMONG_NUMBERS


def _is_group_row(first: Row, second: Row, body: Sequence[Row]) -> bool:
    """Whether the first row names groups of the columns that the second row names."""
    named = [cell for cell in first if cell]
    width = len(first)
    if width < 3 or len(named) < 2 or _n_filled(second) < 0.9 * width or len(body) < 2:
        return False
    repeats = len(set(named)) < len(named)
    inner_blanks = any(not cell for cell in first[1:]) and first[1:].count("") > 0
    spread = [i for i, cell in enumerate(first) if cell]
    if not repeats and (not inner_blanks or spread == list(range(len(spread)))):
        return False
    are_years = all(map(YEAR.fullmatch, named)) and len(set(second)) < width
    if any(map(_is_number, named)) and not (repeats or are_years):
        return False
    numbers = _number_columns(body, width)
    pairs = zip(numbers, second, strict=True)
    is_name = [n and not _is_number(c) and _says_something(c) for n, c in pairs]
    return any(is_name) and len(set(_joined(first, second))) == width


def _joined(first: Row, second: Row) -> list[str]:
    """``Orders`` above ``2024`` as ``Orders 2024``; a group goes on to the right."""
    group, names = "", []
    for top, name in zip(first, second, strict=True):
        group = top or group
        names.append(f"{group} {name}".strip() if group != name else name)
    return names


def _is_units_row(names: Row, row: Row, body: Sequence[Row]) -> bool:
    """Whether the row under the header describes the columns instead of being a customer."""
    if any(map(_is_number, row)):
        return False
    numbers = _number_columns(body, len(names))
    above_numbers = [cell for cell, number in zip(row, numbers, strict=True) if number]
    described = [cell for cell in above_numbers if cell]
    if not described or not all(map(_says_something, described)) or any(map(_is_number, described)):
        return False
    if any(
        read_numbers(_array([cell]), ".").values[0] == 0 or cell[0].isdigit() for cell in described
    ):
        return False
    others = [
        (cell, {r[j] for r in body})
        for j, (cell, number) in enumerate(zip(row, numbers, strict=True))
        if not number and cell
    ]
    if any(cell in seen for cell, seen in others):
        return False
    if len(described) >= max(2, 0.5 * len(above_numbers)):
        return True
    return all(UNIT_WORDS.fullmatch(cell) for cell in described) and all(
        UNIT_WORDS.fullmatch(cell) for cell, _ in others
    )


def starts_with_data(rows: Sequence[Row]) -> bool:
    """Whether the first row looks like the others, so that there is no header.

    It does where it has a number above numbers, no text above numbers, and no number above texts.
    """
    number_over_number = False
    for top, *rest in zip(*rows, strict=True):
        below = [cell for cell in rest if cell]
        n_numbers = sum(map(_is_number, below))
        if not top or not below:
            continue
        on_top, mostly_below = _is_number(top), n_numbers > 0.9 * len(below)
        if on_top != mostly_below and (mostly_below or not n_numbers):
            return False
        number_over_number |= on_top and mostly_below
    return number_over_number
