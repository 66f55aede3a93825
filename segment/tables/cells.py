"""Cells: what is written in a cell, as text, as a number or as a day; one column at a time."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

NUMBER_SHARE = 0.95  # of the cells that hold something, to call a column one of numbers or dates
MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "<na>", "nat", "#n/a", "#div/0!"})
MARKS = r"[$€£¥₹%]|\b(?:usd|eur|gbp|chf|jpy|inr)\b"  # of money and of shares
DRESSED = r"(?:[-+\d.,'’\s()$€£¥₹%]|usd|eur|gbp|chf|jpy|inr)+"  # what may hold a number
SPACED = r"(?<=\d)[\s'’](?=\d{3}(?!\d))"  # 12 345 and 12'345, in any kind of space
DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ]\d.*)?$")
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # where year, month and day stand


class Cells(NamedTuple):
    """How the cells of a table are read: the words for missing, in lower case, and the decimal."""

    missing: frozenset[str] = MISSING
    decimal: str = "."

    def column(self, column: pd.Series) -> Column:
        """The column, to be read as text, numbers or days."""
        return Column(column, self)

    def numbers(self, column: pd.Series) -> pd.Series:
        """Cells as finite float64, everything else as NaN."""
        return Column(column, self).numbers


PLAIN = Cells()


class Column:
    """A column by its different cells: what is read of one is read of all that are equal to it.

    `levels` are the different texts, `codes` say which of them stands in each cell (-1: nothing)
    and `tokens` count the cells that say by a word, or by spaces (``""``), that nothing is known.
    """

    def __init__(self, column: pd.Series, cells: Cells) -> None:
        self.raw, self.cells, self.name = column, cells, str(column.name)
        if column.dtype == object and not only_text(column):  # True and 1 would count as equal
            column = column.map(spell, na_action="ignore")
        codes, different = pd.factorize(column)
        texts = written(pd.Series(different)).astype(object)
        known = np.array([text.lower() not in cells.missing for text in texts], dtype=bool)
        self.tokens: dict[str, int] = {}
        if not known.all():
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            for i in np.flatnonzero(~known):
                if different[i] != "":
                    self.tokens[texts[i]] = self.tokens.get(texts[i], 0) + int(counts[i])
        merged, self.levels = pd.factorize(texts.where(known).to_numpy(dtype=object))
        self.codes = np.append(merged, -1)[codes]
        self.n_present = int((self.codes >= 0).sum())

    @property
    def is_day(self) -> bool:
        """Whether pandas holds the column as dates."""
        return bool(pd.api.types.is_datetime64_any_dtype(self.raw.dtype))

    @functools.cached_property
    def text(self) -> pd.Series:
        """Cells as text without outer spaces, missing ones as None."""
        return self._spread(self.levels, None)

    @functools.cached_property
    def numbers(self) -> pd.Series:
        """Cells as finite float64, everything else as NaN."""
        if is_numeric(self.raw):
            values = self.raw.astype("float64")
            return values.where(np.isfinite(values) & (self.codes >= 0))
        return self._spread(self._parsed[0], np.nan)

    @property
    def dressed(self) -> list[str]:
        """Texts that are numbers with marks or separators, as ``$1,234.50`` is."""
        return [] if is_numeric(self.raw) else list(self.levels[self._parsed[1]])

    @functools.cached_property
    def _parsed(self) -> tuple[np.ndarray, np.ndarray]:
        """The number of each level, and whether it had to be undressed.

        Plain numbers are read as they are; of the others, marks of money and shares, separators
        of thousands and the parentheses of bookkeepers are taken off first.
        """
        text, decimal = pd.Series(self.levels, dtype=object), self.cells.decimal
        values = _floats(text) if decimal == "." else np.full(len(text), np.nan)
        dressed = np.isnan(values)
        rest = text[dressed].astype(str)
        if len(rest):
            bare = _undress(rest, decimal)
            values[dressed] = _floats(bare.where(rest.str.fullmatch(DRESSED, case=False)))
            dressed[dressed] = bare != rest.str.replace(decimal, ".", regex=False)
        return values, dressed & ~np.isnan(values)

    def days(self, order: str) -> pd.Series:
        """Cells as dates without the time of day, everything else as NaT."""
        order = "ymd" if self.is_day else order
        days = pd.to_datetime(
            pd.Series([_iso(text, order) for text in self.levels], dtype=object),
            format="%Y-%m-%d",
            errors="coerce",
        )
        return self._spread(days.to_numpy(), np.datetime64("NaT"))

    def _spread(self, of_levels: np.ndarray, nothing: Any) -> pd.Series:
        spread = np.append(of_levels, nothing)[self.codes]
        return pd.Series(spread, index=self.raw.index, name=self.raw.name)


def _undress(text: pd.Series, decimal: str) -> pd.Series:
    """``€ 1.234,50`` as ``1234.50`` where the decimal is a comma, ``(12)`` as ``-12``."""
    group = "." if decimal == "," else ","
    bare = text.str.replace(MARKS, "", regex=True, case=False).str.strip()
    bare = bare.str.replace(SPACED, "", regex=True)
    bare = bare.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    grouped = rf"[-+]?\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d*)?"
    in_groups = bare.str.fullmatch(grouped).astype(bool)
    bare = bare.mask(in_groups, bare.str.replace(group, "", regex=False))
    return bare.str.replace(decimal, ".", regex=False)


def _floats(text: pd.Series) -> np.ndarray:
    """The nearest float64 of each text, NaN where it is no finite number.

    pandas may miss it by one unit in the last place, but refuses some of what float() takes, such
    as 1_000.
    """
    values = pd.to_numeric(text, errors="coerce").to_numpy(dtype="float64").copy()
    found = ~np.isnan(values)
    values[found] = text[found].astype("float64")
    return np.where(np.isfinite(values), values, np.nan)


def _iso(text: str, order: str) -> str | None:
    """``29.6.14`` as ``2014-06-29``."""
    match = DAY.match(text)
    if match is None:
        return None
    year, month, day = (match[1 + place] for place in ORDERS[order])
    if len(year) == 2:
        year = f"{20 if int(year) < 70 else 19}{year}"
    return f"{year}-{month:0>2}-{day:0>2}"


def spell(value: Any) -> str:
    """A value as one writes it: 3.0 as ``3``, whole numbers with all their digits."""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return f"{number:.0f}" if abs(number) < 1e15 and number % 1 == 0 else str(value)
    return str(value)


def written(column: pd.Series) -> pd.Series:
    """Cells as they are written, without outer spaces; what is missing has no fixed spelling."""
    if column.dtype == object or pd.api.types.is_float_dtype(column.dtype):
        column = column.astype(object).map(spell, na_action="ignore")
    return column.astype(str).str.strip()


def filled(column: pd.Series) -> pd.Series:
    """Cells as they are written, and ``""`` where nothing is."""
    return written(column).mask(column.isna(), "")


def is_numeric(column: pd.Series) -> bool:
    """Whether pandas holds the column as numbers; True and False are words here."""
    dtype = column.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def only_text(column: pd.Series) -> bool:
    """Whether a column holds texts, or nothing, in every cell."""
    return pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")


def blank_rows(frame: pd.DataFrame) -> np.ndarray:
    """True where no cell of a row holds anything but spaces."""
    blank = np.ones(len(frame), dtype=bool)
    for position in range(frame.shape[1]):
        rows = np.flatnonzero(blank)
        if rows.size:  # of most tables none is left after a column or two
            blank[rows] = filled(frame.iloc[rows, position]) == ""
    return blank


def guess_decimal(frame: pd.DataFrame, n_cells: int = 100_000) -> str:
    """The decimal sign that more of the cells can only mean; a point where none tells.

    ``1,234`` may be either; ``12,5`` and ``0,123`` are decimal commas, ``12.5`` and ``1,234.5``
    are decimal points. Asked are about so many cells, of about 1,000 rows at most.
    """
    n_rows = min(1000, max(20, n_cells // frame.shape[1]))
    sample = frame.iloc[:: max(1, len(frame) // n_rows)]
    text = [n for n in frame if not is_numeric(frame[n]) and frame[n].dtype.kind != "M"]
    seen = {cell for n in text for cell in map(str, sample[n].dropna().tolist())}
    cells = pd.Series([c for c in seen if "," in c or "." in c], dtype=object).astype(str)
    cells = cells.str.replace(MARKS + r"|\s", "", regex=True, case=False)

    def count(decimal: str, group: str) -> int:
        fraction = rf"\{decimal}(?:\d{{1,2}}|\d{{4,}})"
        only = rf"[-+]?(?:\d+{fraction}|0\{decimal}\d+|\d{{4,}}\{decimal}\d+|"
        only += rf"\d{{1,3}}(?:\{group}\d{{3}})+\{decimal}\d*)"
        return int(cells.str.fullmatch(only).sum())

    return "," if count(",", ".") > count(".", ",") else "."


def order_of_days(texts: Iterable[str]) -> str | None:
    """The order of day, month and year in which most texts are dates; None if they are none.

    Day first where they do not tell.
    """
    texts = list(texts)

    def dates(some: list[str]) -> list[re.Match[str]]:
        return [match for match in map(DAY.match, some) if match]

    for some in (texts[:100], texts):  # of most columns the first tell that they are none
        found = dates(some)
        if not found or len(found) < len(some) / 2:
            return None
    if sum(len(match[1]) == 4 for match in found) > len(found) / 2:
        return "ymd"
    first, second = (sum(int(match[part]) > 12 for match in found) for part in (1, 2))
    return "mdy" if second > first else "dmy"
