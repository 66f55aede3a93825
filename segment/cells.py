"""Cells: what is written in a cell, as text, as a number or as a day; one column at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

NUMBER_SHARE = 0.95  # of the cells that hold something, to call a column one of numbers or dates
MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null", "<na>", "nat", "#n/a", "#div/0!"})
MARKS = r"[$€£¥₹%]|\b(?:usd|eur|gbp|chf|jpy|inr)\b"  # of money and of shares
DRESSED = r"(?:[-+\d.,'’\s()$€£¥₹%]|usd|eur|gbp|chf|jpy|inr)+"  # what may hold a number
SPACED = r"(?<=\d)[\s'’](?=\d{3}(?!\d))"  # 12 345 and 12'345, in any kind of space
DAY = r"^(\d{1,4})[-/.](\d{1,2})[-/.](\d{1,4})(?:[T ]\d.*)?$"
ORDERS = {"ymd": (0, 1, 2), "dmy": (2, 1, 0), "mdy": (2, 0, 1)}  # where year, month and day stand


class Cells(NamedTuple):
    """How the cells of a table are read: the words for missing, in lower case, and the decimal."""

    missing: frozenset[str] = MISSING
    decimal: str = "."

    def text(self, column: pd.Series) -> pd.Series:
        """Cells as text without outer spaces, missing ones as None."""
        text = written(column)
        return text.mask(column.isna() | text.str.lower().isin(self.missing)).astype(object)

    def numbers(self, column: pd.Series) -> pd.Series:
        """Cells as finite float64, everything else as NaN.

        Plain numbers are read as they are; of the others, marks of money and shares, separators
        of thousands and the parentheses of bookkeepers are taken off first.
        """
        if is_numeric(column):
            values = column.astype("float64")
            return values.where(np.isfinite(values))
        if self._may_be_plain(column):
            with contextlib.suppress(ValueError):
                return _once_a_value(column, _plain).rename(column.name)
        return _once_a_value(self.text(column), self._parse).rename(column.name)

    def _may_be_plain(self, column: pd.Series) -> bool:
        """Whether a column of text that reads as numbers at once may be taken so, cell for cell."""
        is_text = isinstance(column.dtype, pd.StringDtype)
        return is_text and self.decimal == "." and self.missing == MISSING

    def _parse(self, text: pd.Series) -> pd.Series:
        values = _floats(text if self.decimal == "." else text.mask(text.notna()))
        dressed = values.isna() & text.str.fullmatch(DRESSED, case=False).fillna(False).astype(bool)
        if dressed.any():
            values[dressed] = _floats(self._undress(text[dressed]))
        return values

    def _undress(self, text: pd.Series) -> pd.Series:
        """``€ 1.234,50`` as ``1234.50`` where the decimal is a comma, ``(12)`` as ``-12``."""
        group = "." if self.decimal == "," else ","
        bare = text.str.replace(MARKS, "", regex=True, case=False).str.strip()
        bare = bare.str.replace(SPACED, "", regex=True)
        bare = bare.str.replace(r"^\((.*)\)$", r"-\1", regex=True)
        grouped = rf"[-+]?\d{{1,3}}(?:\{group}\d{{3}})+(?:\{self.decimal}\d*)?"
        in_groups = bare.str.fullmatch(grouped).fillna(False).astype(bool)
        bare = bare.mask(in_groups, bare.str.replace(group, "", regex=False))
        return bare if self.decimal == "." else bare.str.replace(",", ".", regex=False)

    def days(self, column: pd.Series, order: str) -> pd.Series:
        """Cells as dates without the time of day, everything else as NaT."""
        if pd.api.types.is_datetime64_any_dtype(column.dtype):
            return pd.to_datetime(column.dt.strftime("%Y-%m-%d"), format="%Y-%m-%d")
        return _once_a_value(self.text(column), lambda text: _parse_days(text, order))


PLAIN = Cells()


def spell(value: Any) -> str:
    """A value as one writes it: 3.0 as ``3``, whole numbers with all their digits."""
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return f"{number:.0f}" if abs(number) < 1e15 and number % 1 == 0 else str(value)
    return str(value)


def amount(value: float) -> str:
    """A number for reading: all digits before the point, and few behind it; 1970 is a year."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.6g}"


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage: ``100%`` only where it is all, ``0%`` only where it is nothing."""
    text, unit = f"{share:.{decimals}%}", 10.0 ** -(decimals + 2)
    if share < 1 and text == f"{1:.{decimals}%}":
        return f">{1 - unit:.{decimals}%}"
    if share > 0 and text == f"{0:.{decimals}%}":
        return f"<{unit:.{decimals}%}"
    return text


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


def blank_cells(frame: pd.DataFrame) -> pd.DataFrame:
    """True where a cell holds nothing: missing, or only spaces."""
    blank = frame.isna()
    for position, name in enumerate(frame.columns):
        if not is_numeric(frame[name]):
            blank.isetitem(position, blank.iloc[:, position] | (filled(frame[name]) == ""))
    return blank


def guess_decimal(frame: pd.DataFrame, sample: int = 1000) -> str:
    """The decimal sign that more of the cells can only mean; a point where none tells.

    ``1,234`` may be either; ``12,5`` and ``0,123`` are decimal commas, ``12.5`` and ``1,234.5``
    are decimal points.
    """
    text = [written(frame[n].dropna().head(sample)) for n in frame.columns if not _native(frame[n])]
    cells = pd.concat([*text, pd.Series(dtype=str)]).astype(str)
    cells = cells.str.replace(MARKS + r"|\s", "", regex=True, case=False)

    def count(decimal: str, group: str) -> int:
        fraction = rf"\{decimal}(?:\d{{1,2}}|\d{{4,}})"
        only = rf"[-+]?(?:\d+{fraction}|0\{decimal}\d+|\d{{4,}}\{decimal}\d+|"
        only += rf"\d{{1,3}}(?:\{group}\d{{3}})+\{decimal}\d*)"
        return int(cells.str.fullmatch(only).sum())

    return "," if count(",", ".") > count(".", ",") else "."


def order_of_days(text: pd.Series) -> str | None:
    """The order of day, month and year in which most cells are dates; None if they are none.

    Day first where the cells do not tell.
    """
    present = pd.Series(text.dropna().unique()).astype(str)
    if present.empty or present.head(100).str.fullmatch(DAY).mean() < 0.5:
        return None
    parts = present.str.extract(DAY)
    if parts[0].notna().mean() < 0.5:
        return None
    if (parts[0].str.len() == 4).mean() > 0.5:
        return "ymd"
    first, second = pd.to_numeric(parts[0]), pd.to_numeric(parts[1])
    return "mdy" if (second > 12).sum() > (first > 12).sum() else "dmy"


def _native(column: pd.Series) -> bool:
    return is_numeric(column) or pd.api.types.is_datetime64_any_dtype(column.dtype)


def _floats(text: pd.Series) -> pd.Series:
    """The nearest float64 of each cell: pandas may miss it by one unit in the last place."""
    values = pd.to_numeric(text, errors="coerce").astype("float64")
    found = values.notna()
    values[found] = text[found].astype("float64")
    return values.where(np.isfinite(values))


def _plain(text: pd.Series) -> pd.Series:
    """ValueError unless every cell is a number or nothing."""
    pd.to_numeric(text)  # refuses some of what float() takes, such as 1_000
    values = text.astype("float64")
    return values.where(np.isfinite(values))


def _parse_days(text: pd.Series, order: str) -> pd.Series:
    parts = text.astype(str).str.extract(DAY)[list(ORDERS[order])]
    long = parts.iloc[:, 0].str.len().isin([2, 4]) & (parts.iloc[:, 2].str.len() <= 2)
    parts = parts.where(long).apply(pd.to_numeric)
    parts.columns = pd.Index(["year", "month", "day"])
    century = np.where(parts["year"] < 70, 2000, 1900)
    parts["year"] += np.where(parts["year"] < 100, century, 0)
    return pd.to_datetime(parts, errors="coerce")


def _once_a_value(text: pd.Series, read: Callable[[pd.Series], pd.Series]) -> pd.Series:
    """`read`, done once for each different text: cells of a table repeat."""
    codes, values = pd.factorize(text)
    return read(pd.Series(values, dtype=object)).reindex(codes).set_axis(text.index)
