"""Cells: the text, the number or the day that is written in each cell of a column."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

NUMBER_SHARE = 0.95  # of the non-empty cells; a column with this share of numbers is one of numbers
MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "<na>", "nat", "#n/a", "#div/0!"})
MARKS = r"[$€£¥₹%]|\b(?:usd|eur|gbp|chf|jpy|inr)\b"  # of money and of shares
FORMATTED = r"(?:[-+\d.,'’\s()$€£¥₹%]|usd|eur|gbp|chf|jpy|inr)+"  # all its signs
SPACED = r"(?<=\d)[\s'’](?=\d{3}(?!\d))"  # 12 345 and 12'345, in any kind of space
DAY = re.compile(r"(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ]\d.*)?$")
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # positions of year, month and day


class Cells(NamedTuple):
    """How the cells of a table are read: the words for missing, in lower case, and the decimal."""

    missing: frozenset[str] = MISSING
    decimal: str = "."

    def column(self, column: pd.Series) -> Column:
        """The column, ready to be read as text, numbers or days."""
        return Column(column, self)

    def numbers(self, column: pd.Series) -> pd.Series:
        """Cells as finite float64, everything else as NaN."""
        return Column(column, self).numbers


PLAIN = Cells()


class Column:
    """A column, read once per distinct text; equal cells get equal values.

    `levels` are the distinct texts, `codes` the index of each cell's text in them (-1: missing),
    and `missing_words` counts the cells with each word for missing (``""``: only spaces).
    """

    def __init__(self, column: pd.Series, cells: Cells) -> None:
        self.raw, self.cells, self.name = column, cells, str(column.name)
        if column.dtype == object and not only_text(column):  # True and 1 would count as equal
            column = column.map(spell, na_action="ignore")
        codes, different = pd.factorize(column)
        texts = written(pd.Series(different)).astype(object)
        known = np.array([text.lower() not in cells.missing for text in texts], dtype=bool)
        self.missing_words: dict[str, int] = {}
        if not known.all():
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            for i in np.flatnonzero(~known):
                if different[i] != "":
                    word, count = texts[i], int(counts[i])
                    self.missing_words[word] = self.missing_words.get(word, 0) + count
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
    def formatted_numbers(self) -> list[str]:
        """Texts of numbers with signs or separators, such as ``$1,234.50``."""
        return [] if is_numeric(self.raw) else list(self.levels[self._parsed[1]])

    @functools.cached_property
    def _parsed(self) -> tuple[np.ndarray, np.ndarray]:
        """The number of each level, and whether it is a formatted one.

        Plain numbers are read as they are. From the others, signs of money and shares, separators
        of thousands and bookkeepers' parentheses are removed first.
        """
        text, decimal = pd.Series(self.levels, dtype=object), self.cells.decimal
        values = _floats(text) if decimal == "." else np.full(len(text), np.nan)
        formatted = np.isnan(values)
        rest = text[formatted].astype(str)
        if len(rest):
            bare = _without_signs(rest, decimal)
            values[formatted] = _floats(bare.where(rest.str.fullmatch(FORMATTED, case=False)))
            formatted[formatted] = bare != rest.str.replace(decimal, ".", regex=False)
        return values, formatted & ~np.isnan(values)

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


def _without_signs(text: pd.Series, decimal: str) -> pd.Series:
    """``€ 1.234,50`` as ``1234.50`` if the decimal sign is a comma, ``(12)`` as ``-12``."""
    group = "." if decimal == "," else ","
    bare = text.str.replace(MARKS, "", regex=True, case=False).str.strip()
    bare = bare.str.replace(SPACED, "", regex=True)
    bare = bare.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
    grouped = rf"[-+]?\d{{1,3}}(?:\{group}\d{{3}})+(?:\{decimal}\d*)?"
    in_groups = bare.str.fullmatch(grouped).astype(bool)
    bare = bare.mask(in_groups, bare.str.replace(group, "", regex=False))
    return bare.str.replace(decimal, ".", regex=False)


def _floats(text: pd.Series) -> np.ndarray:
    """The nearest float64 of each text, NaN where it is not a finite number.

    pandas decides what a number is: float() would accept ``1_000`` too. float() computes the value:
    pandas may err by one unit in the last place.
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
    """A value as people write it: 3.0 as ``3``, whole numbers with all their digits."""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return f"{number:.0f}" if abs(number) < 1e15 and number % 1 == 0 else str(value)
    return str(value)


def written(column: pd.Series) -> pd.Series:
    """Cells as they are written, without outer spaces; missing ones have no fixed spelling."""
    if column.dtype == object or pd.api.types.is_float_dtype(column.dtype):
        column = column.astype(object).map(spell, na_action="ignore")
    return column.astype(str).str.strip()


def filled(column: pd.Series) -> pd.Series:
    """Cells as they are written, ``""`` where a cell is missing."""
    return written(column).mask(column.isna(), "")


def is_numeric(column: pd.Series) -> bool:
    """Whether pandas holds the column as numbers; True and False are texts here."""
    dtype = column.dtype
    return pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_bool_dtype(dtype)


def only_text(column: pd.Series) -> bool:
    """Whether every cell of a column is a text or missing."""
    return pd.api.types.infer_dtype(column, skipna=True) in ("string", "empty")


def blank_rows(frame: pd.DataFrame) -> np.ndarray:
    """True for each row whose cells are all empty or spaces."""
    blank = np.ones(len(frame), dtype=bool)
    for position in range(frame.shape[1]):
        rows = np.flatnonzero(blank)
        if rows.size:  # in most tables no row is left after two columns
            blank[rows] = filled(frame.iloc[rows, position]) == ""
    return blank


def guess_decimal(frame: pd.DataFrame, n_cells: int = 100_000) -> str:
    """The decimal sign that more of the unambiguous cells have; a point if no cell is unambiguous.

    ``1,234`` is ambiguous; ``12,5`` and ``0,123`` have decimal commas, ``12.5`` and ``1,234.5``
    decimal points. About `n_cells` cells are read, of about 1,000 rows at most.
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
    """The order of day, month and year by which most texts are dates; None if most are not dates.

    Day first if no date is unambiguous.
    """
    texts = list(texts)

    def dates(some: list[str]) -> list[re.Match[str]]:
        return [match for match in map(DAY.match, some) if match]

    for some in (texts[:100], texts):  # for most columns the first 100 show that they are not dates
        found = dates(some)
        if not found or len(found) < len(some) / 2:
            return None
    if sum(len(match[1]) == 4 for match in found) > len(found) / 2:
        return "ymd"
    first, second = (sum(int(match[part]) > 12 for match in found) for part in (1, 2))
    return "mdy" if second > first else "dmy"
