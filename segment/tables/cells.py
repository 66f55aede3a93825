"""Cells: the text, the number or the day that is written in each cell of a column."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from segment.tables.spelled import distinct, is_numeric, stripped
from segment.tables.written.days import LAST, ORDERS, days_of, order_of_days
from segment.tables.written.missing import AMONG_NUMBERS, EVERYWHERE
from segment.tables.written.numbers import Numbers, decimal_votes, read_numbers

__all__ = ["MISSING", "NUMBER_SHARE", "ORDERS", "PLAIN", "Cells", "Column", "order_of_days"]

NUMBER_SHARE = 0.95  # of the non-empty cells; a column with this share of numbers is one of numbers
MISSING = EVERYWHERE


class Cells(NamedTuple):
    """How the cells of a table are read.

    `missing` are the words for missing, in lower case; `decimal` is the decimal sign, `settled`
    where the user named it (else a column may have its own); `recode` holds other texts for some
    texts of a column.
    """

    missing: frozenset[str] = MISSING
    decimal: str = "."
    settled: bool = False
    recode: Mapping[str, Mapping[str, str]] = {}

    def column(self, column: pd.Series, decimal: str | None = None) -> Column:
        """The column, ready to be read as text, numbers or days."""
        return Column(column, self if decimal is None else self.with_decimal(decimal))

    def with_decimal(self, decimal: str) -> Cells:
        """The same with a decimal sign that no column overrides."""
        return self._replace(decimal=decimal, settled=True)

    def columns(self, frame: pd.DataFrame) -> TableColumns:
        """The columns of a table, each made when it is first needed."""
        return TableColumns(frame, self)

    def numbers(self, column: pd.Series) -> pd.Series:
        """Cells as finite float64, everything else as NaN."""
        return Column(column, self).numbers


class TableColumns(Mapping[str, "Column"]):
    """The columns of a table by name, each read once."""

    def __init__(self, frame: pd.DataFrame, cells: Cells) -> None:
        self.frame, self.cells = frame, cells
        self._made: dict[str, Column] = {}

    def __getitem__(self, name: str) -> Column:
        if name not in self._made:
            self._made[name] = self.cells.column(self.frame[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.frame.columns)

    def __len__(self) -> int:
        return self.frame.shape[1]


class Column:
    """A column, read once per distinct text; equal cells get equal values.

    `levels` are the distinct texts, `codes` the index of each cell's text in them (-1: missing),
    `counts` the number of cells with each, and `missing_words` the number with each word for
    missing (``""``: only spaces).
    """

    def __init__(self, column: pd.Series, cells: Cells) -> None:
        self.raw, self.cells, self.name = column, cells, str(column.name)
        self._days: dict[tuple[str, str], np.ndarray] = {}  # of the levels, by how they are written
        codes, different = distinct(column)
        texts = stripped(different)
        other_texts = cells.recode.get(self.name, {})
        if other_texts:
            texts = [other_texts.get(text, text) for text in texts]
        if self._are_plain_numbers:  # no word for missing is a number
            known = np.ones(len(texts), dtype=bool)
        else:
            known = np.array([text.lower() not in cells.missing for text in texts], dtype=bool)
        self.missing_words: dict[str, int] = {}
        if not known.all():
            counts = np.bincount(codes[codes >= 0], minlength=len(texts))
            for i in np.flatnonzero(~known):
                if different[i] != "":
                    word, count = texts[i], int(counts[i])
                    self.missing_words[word] = self.missing_words.get(word, 0) + count
        merged, self.levels = _merged(texts, known)
        is_same = self._are_plain_numbers and len(self.levels) == len(different)
        self._level_values = different if is_same else None
        self.codes = np.append(merged, -1)[codes]
        self.counts = np.bincount(self.codes[self.codes >= 0], minlength=len(self.levels))
        self.n_present = int(self.counts.sum())

    @property
    def _are_plain_numbers(self) -> bool:
        """Whether pandas holds numbers, and the user named no word that may be one of them."""
        return (
            isinstance(self.raw.dtype, np.dtype)
            and self.raw.dtype.kind in "iuf"
            and self.cells.missing is MISSING
            and self.name not in self.cells.recode
        )

    @property
    def is_day(self) -> bool:
        """Whether pandas holds the column as dates."""
        return bool(pd.api.types.is_datetime64_any_dtype(self.raw.dtype))

    @property
    def is_numeric(self) -> bool:
        """Whether pandas holds the column as numbers."""
        return is_numeric(self.raw)

    @functools.cached_property
    def text(self) -> pd.Series:
        """Cells as text without outer spaces, missing ones as None."""
        return self.spread(self.levels, None)

    @functools.cached_property
    def decimal(self) -> str:
        """The decimal sign: the user's, else that of most clear cells, else the table's."""
        if self.cells.settled or self.is_numeric:
            return self.cells.decimal
        comma, point = decimal_votes(self.levels[:1000])
        return self.cells.decimal if comma == point else "," if comma > point else "."

    @functools.cached_property
    def hollow(self) -> np.ndarray:
        """True for each level that means missing in a column of numbers or days: unknown, none."""
        if self.is_numeric or self.is_day:
            return np.zeros(len(self.levels), dtype=bool)
        if "_parsed" not in self.__dict__:  # texts are read as numbers late, and in a date never
            return np.array([text.lower() in AMONG_NUMBERS for text in self.levels], dtype=bool)
        hollow = np.isnan(self.level_numbers)
        for i in np.flatnonzero(hollow).tolist():
            hollow[i] = self.levels[i].lower() in AMONG_NUMBERS
        return hollow

    @property
    def n_solid(self) -> int:
        """The number of cells that would hold a value in a column of numbers or days."""
        return self.n_present - int(self.counts[self.hollow].sum())

    @functools.cached_property
    def level_numbers(self) -> np.ndarray:
        """The number of each level, NaN where it is none."""
        return self._parsed.values

    @functools.cached_property
    def numbers(self) -> pd.Series:
        """Cells as finite float64, everything else as NaN."""
        if self.is_numeric and self.name not in self.cells.recode:
            values = self.raw.astype("float64")
            return values.where(np.isfinite(values) & (self.codes >= 0))
        return self.spread(self.level_numbers, np.nan)

    @property
    def number_share(self) -> float:
        """The share of numbers among the cells that are neither missing nor a word for it."""
        found = ~np.isnan(self.level_numbers) & ~self.hollow
        return float(self.counts[found].sum() / max(1, self.n_solid))

    @property
    def is_of_numbers(self) -> bool:
        """Whether the column is one of numbers, with one unit at most."""
        return self.is_numeric or (
            bool(self.n_solid) and self.number_share >= NUMBER_SHARE and len(self.units) < 2
        )

    @property
    def units(self) -> frozenset[str]:
        """The units that stand behind numbers."""
        return self._parsed.units

    @property
    def formatted_numbers(self) -> list[str]:
        """Texts of numbers with signs or separators, such as ``$1,234.50``."""
        return [] if self.is_numeric else list(self.levels[self._parsed.formatted])

    @functools.cached_property
    def _parsed(self) -> Numbers:
        if self.is_numeric and self.name not in self.cells.recode:
            values = self.levels if self._level_values is None else self._level_values
            values = values.astype("float64")
            nothing = np.zeros(len(values), dtype=bool)
            return Numbers(np.where(np.isfinite(values), values, np.nan), nothing, frozenset())
        return read_numbers(self.levels, self.decimal)

    @functools.cached_property
    def order_of_days(self) -> str | None:
        """How the column writes dates; None where most of its cells are none."""
        return "ymd" if self.is_day else order_of_days(self.levels[~self.hollow])

    def days(self, order: str, latest: str = LAST) -> pd.Series:
        """Cells as dates without the time of day, everything else as NaT.

        No year of two digits is read as a day after `latest`.
        """
        order = "ymd" if self.is_day else order
        if (order, latest) not in self._days:
            self._days[order, latest] = days_of(self.levels, order, latest)
        return self.spread(self._days[order, latest], None)

    def spread(self, of_levels: np.ndarray, nothing: Any) -> pd.Series:
        """Each cell's share of what its level has."""
        if of_levels.dtype.kind == "M":
            nothing = np.array("NaT", dtype=of_levels.dtype)
        spread = np.append(of_levels, nothing)[self.codes]
        # dtype is named: pandas would look at every object for a narrower one.
        return pd.Series(spread, index=self.raw.index, name=self.raw.name, dtype=spread.dtype)


PLAIN = Cells()


def _merged(texts: list[str], known: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The level of each distinct value, -1 where it is missing, and the texts of the levels."""
    array = np.empty(len(texts), dtype=object)
    array[:] = texts
    if len(set(texts)) == len(texts):
        return np.where(known, np.cumsum(known) - 1, -1), array[known]
    array[~known] = None
    return pd.factorize(array)


def repeated_rows(frame: pd.DataFrame) -> np.ndarray:
    """True for each row that equals an earlier one; where a first column has no value twice, none
    does."""
    if any(frame.iloc[:, j].is_unique for j in range(min(3, frame.shape[1]))):
        return np.zeros(len(frame), dtype=bool)
    return frame.duplicated().to_numpy()


def blank_rows(frame: pd.DataFrame) -> np.ndarray:
    """True for each row whose cells are all empty or spaces."""
    blank = np.ones(len(frame), dtype=bool)
    for position in range(frame.shape[1]):
        rows = np.flatnonzero(blank)
        if rows.size:  # in most tables no row is left after two columns
            codes, different = distinct(frame.iloc[rows, position])
            empty = [text == "" for text in stripped(different)]
            blank[rows] = np.array([*empty, True], dtype=bool)[codes]
    return blank


def guess_decimal(frame: pd.DataFrame, n_cells: int = 100_000) -> str:
    """The decimal sign that more of the unambiguous cells have; a point if no cell is unambiguous.

    About `n_cells` cells are read, of about 1,000 rows at most.
    """
    n_rows = min(1000, max(20, n_cells // frame.shape[1]))
    sample = frame.iloc[:: max(1, len(frame) // n_rows)]
    text = [n for n in frame if not is_numeric(frame[n]) and frame[n].dtype.kind != "M"]
    seen = {str(cell).strip() for n in text for cell in pd.unique(sample[n].dropna())}
    comma, point = decimal_votes(seen)
    return "," if comma > point else "."
