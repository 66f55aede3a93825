"""Reader: how one column becomes numbers or categories, in this table and in later ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.features.kinds.names import is_birth
from segment.features.kinds.scales import key_of
from segment.features.kinds.spellings import spelling_key
from segment.features.kinds.ticks import split_cell
from segment.tables.cells import Column

MANY_VALUES = 20  # that a category keeps; rarer ones are grouped
OTHER = "(other)"
NUMBERS = ("number", "date", "ordered")
CATEGORIES = ("category", "yes/no")


class Reader(NamedTuple):
    """What a column is, why, and how its cells are read."""

    name: str
    role: str
    label: str = ""  # the name of its values
    reason: str = ""  # for the role, in a few words
    codes: bool = False  # a category of whole numbers: 1.0 and "01" are the same code as 1
    low: float = -np.inf
    high: float = np.inf
    order: str = ""  # of day, month and year in dates
    as_of: pd.Timestamp | None = None
    levels: Collection[str] = ()  # of a grouped category; every other is `OTHER`
    decimal: str = "."
    sentinel: float | None = None  # the number that stands for missing
    ranks: Mapping[str, float] = {}  # of ordered words, by `scales.key_of`
    spellings: Mapping[str, str] = {}  # the common one, by `spellings.spelling_key`
    tick: bool = False  # a blank is no, everything else is yes
    separator: str = ""  # of the values in the cells of a list
    item: str | None = None  # the one of them that this reader looks for

    @property
    def is_number(self) -> bool:
        """Whether the column is read as numbers."""
        return self.role in NUMBERS

    @property
    def is_useful(self) -> bool:
        """Whether such columns form segments."""
        return self.is_number or self.role in (*CATEGORIES, "list")

    def days(self, column: Column) -> pd.Series:
        """The days of a column of dates; of two centuries none is born after the as-of day."""
        if self.as_of is None or not is_birth(self.name):
            return column.days(self.order)
        return column.days(self.order, f"{self.as_of:%Y-%m-%d}")

    def read(self, column: Column) -> pd.Series:
        """Float64 numbers, or text as objects; NaN or None where a cell is missing."""
        if self.role == "date":
            age = (self.as_of - self.days(column)).dt.days.astype("float64")
            return age / 365.25 if is_birth(self.name) else age
        if self.role == "ordered":
            ranks = [self.ranks.get(key_of(str(t)), np.nan) for t in column.levels]
            return column.spread(np.array(ranks, dtype=np.float64), np.nan)
        if self.role == "number" or self.codes:
            values = column.numbers
            inside = (values >= self.low) & (values <= self.high)
            if self.sentinel is not None:
                inside &= values != self.sentinel
            values = values.where(inside)
            return self._grouped(_as_codes(values)) if self.codes else values
        return self._text(column)

    def _text(self, column: Column) -> pd.Series:
        texts = [str(text) for text in column.levels]
        if self.tick:
            return column.spread(np.array(["yes"] * len(texts), dtype=object), "no")
        if self.item is not None:
            has = [self.item in split_cell(text, self.separator) for text in texts]
            return column.spread(np.array(["yes" if h else "no" for h in has], dtype=object), None)
        if self.spellings:
            texts = [self.spellings.get(spelling_key(text), text) for text in texts]
        if self.levels:
            kept = set(self.levels)
            texts = [text if text in kept else OTHER for text in texts]
        return column.spread(np.array(texts, dtype=object), None)

    def _grouped(self, text: pd.Series) -> pd.Series:
        if not self.levels:
            return text
        return text.where(text.isna() | text.isin(list(self.levels)), OTHER)


def _as_codes(values: pd.Series) -> pd.Series:
    codes, different = pd.factorize(values)
    texts = np.array([*(f"{value:.15g}" for value in different), None], dtype=object)
    return pd.Series(texts[codes], index=values.index, dtype=object, name=values.name)
