"""Columns: which are numbers, which are categories, which can form no segments, and why."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.clean import Cleaned, is_numeric
from segment.errors import SegmentError, did_you_mean, plural, quote

MISSING = frozenset({"", "?", "-", "na", "n/a", "nan", "null"})
NUMBER_SHARE = 0.95  # of the cells that hold something, to call a column a number
FEW_VALUES = 3  # whole numbers with at most so many different values are codes, not amounts
MANY_VALUES = 20  # text with more different values than this is a name, a date, a remark
MOST_VALUES = 1000  # each value of a category becomes a column of the matrix


class Choices(NamedTuple):
    """What the user said about columns; everything else is decided from the data."""

    features: Sequence[str] = ()
    drop: Sequence[str] = ()
    numbers: Sequence[str] = ()
    categories: Sequence[str] = ()

    @property
    def named(self) -> set[str]:
        return {*self.features, *self.drop, *self.numbers, *self.categories}


class Columns(NamedTuple):
    """The columns that form segments: float64 numbers, text categories, NaN where missing."""

    frame: pd.DataFrame
    numbers: list[str]
    categories: list[str]
    decisions: list[str]


def check_choices(choices: Choices, frame: pd.DataFrame, id_column: str | None) -> None:
    """SegmentError where a name is not a column, or is asked for twice in conflicting ways."""
    known = list(frame.columns)
    for name in [*choices.features, *choices.drop, *choices.numbers, *choices.categories]:
        if name not in known:
            raise SegmentError(f"no column {quote(name)}{did_you_mean(name, known)}")
    wanted = {*choices.features, *choices.numbers, *choices.categories}
    if id_column is not None and id_column in wanted:
        raise SegmentError(f"{quote(id_column)} is the id and cannot also form segments")
    _refuse_both(choices.drop, wanted, "dropped and used")
    _refuse_both(choices.numbers, choices.categories, "a number and a category")


def _refuse_both(one: Collection[str], other: Collection[str], words: str) -> None:
    for name in one:
        if name in other:
            raise SegmentError(f"{quote(name)} cannot be both {words}")


def choose_columns(cleaned: Cleaned, choices: Choices) -> Columns:
    """Read each column as a number or a category, or leave it out with the reason.

    Raises
    ------
    SegmentError
        No column is left, or one that was asked for cannot be used.
    """
    frame = cleaned.frame
    asked = {*choices.features, *choices.numbers, *choices.categories}
    read: dict[str, pd.Series] = {}
    numbers: list[str] = []
    decisions: list[str] = []
    obstacles: list[str] = []
    for name in _candidates(cleaned, choices, decisions):
        reading = _read(frame[name], choices, cleaned.rows)
        if reading.obstacle and name in asked:
            raise SegmentError(f"column {quote(name)} {reading.obstacle}")
        if reading.obstacle:
            obstacles.append(f"{quote(name)} {reading.obstacle}")
            continue
        read[name] = reading.column
        numbers += [name] if reading.is_number else []
        decisions += reading.decisions
    if not read:
        besides = " besides the id" if cleaned.id_column is not None else ""
        why = f": {'; '.join(obstacles[:3])}" if obstacles else ""
        raise SegmentError(f"the table has no column to form segments from{besides}{why}")
    categories = [name for name in read if name not in numbers]
    decisions += [f"Left out: {obstacle}." for obstacle in obstacles]
    return Columns(pd.DataFrame(read), numbers, categories, decisions)


def _candidates(cleaned: Cleaned, choices: Choices, decisions: list[str]) -> list[str]:
    names = [n for n in cleaned.frame.columns if n != cleaned.id_column]
    dropped = [n for n in names if n in choices.drop]
    if dropped:
        decisions.append(f"Left out {_listed(dropped)}, as asked.")
    if not choices.features:
        return [n for n in names if n not in dropped]
    decisions.append(f"Formed segments from {_listed(choices.features)} only, as asked.")
    return [n for n in names if n in choices.features]


def _listed(names: Sequence[str]) -> str:
    quoted = [quote(n) for n in names]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} and {quoted[-1]}"


class Reading(NamedTuple):
    """One column as it was read; `obstacle` says why it can form no segments."""

    column: pd.Series
    is_number: bool = False
    decisions: Sequence[str] = ()
    obstacle: str = ""


def _read(column: pd.Series, choices: Choices, rows: np.ndarray) -> Reading:
    """The column as numbers, as codes, or as text: what the user said, else what most cells are."""
    name, text, values = str(column.name), read_text(column), read_numbers(column)
    if text.isna().all():
        return Reading(text, obstacle="is empty")
    told = _tokens(column)
    mostly_numbers = is_numeric(column) or values.count() >= NUMBER_SHARE * text.count()
    forced = name in choices.categories
    if name not in choices.numbers and (forced or not mostly_numbers):
        return Reading(text, False, told, _category_obstacle(text, forced))
    if values.isna().all():
        return Reading(values, obstacle="holds no number")
    told += _not_numbers(name, text, values, rows)
    if name not in choices.numbers and _are_codes(values):
        codes = _as_codes(values)
        return Reading(codes, False, [*told, _codes_told(codes)], _category_obstacle(codes, False))
    return Reading(values, True, told, "has one value only" if values.nunique() == 1 else "")


def _codes_told(codes: pd.Series) -> str:
    name, levels = quote(codes.name), ", ".join(sorted(codes.dropna().unique()))
    return (
        f"Took {name} as a category: its only values are {levels} "
        f"(to count them as amounts: --number {name})."
    )


def read_text(column: pd.Series) -> pd.Series:
    """Cells as text without outer spaces, missing ones as None."""
    text = column.astype(str).str.strip()
    return text.mask(column.isna() | text.str.lower().isin(MISSING)).astype(object)


def read_numbers(column: pd.Series) -> pd.Series:
    """Cells as finite float64, everything else as NaN."""
    cells = column
    if not is_numeric(column):
        cells = read_text(column)
    values = pd.to_numeric(cells, errors="coerce").astype("float64")
    return values.where(np.isfinite(values))


def _are_codes(values: pd.Series) -> bool:
    present = values.dropna()
    return present.nunique() <= FEW_VALUES and bool((present == np.floor(present)).all())


def _as_codes(values: pd.Series) -> pd.Series:
    """1.0 and "01" are the same code as 1."""
    codes = pd.Series(np.nan, index=values.index, dtype=object, name=values.name)
    present = values.dropna()
    codes[present.index] = [f"{v:.15g}" for v in present]
    return codes


def _tokens(column: pd.Series) -> list[str]:
    """A sentence on the cells that say in a word that nothing is known."""
    if is_numeric(column):
        return []
    text = column.dropna().astype(str).str.strip()
    counts = text[text.str.lower().isin(MISSING - {""})].value_counts().sort_index()
    if counts.empty:
        return []
    listed = ", ".join(f"{quote(token)} ({count:,})" for token, count in counts.items())
    return [f"Read {listed} in {quote(column.name)} as missing."]


def _not_numbers(name: str, text: pd.Series, values: pd.Series, rows: np.ndarray) -> list[str]:
    """A sentence on the cells that hold something, but no number."""
    odd = np.flatnonzero(text.notna() & values.isna())
    if not odd.size:
        return []
    first = [f"{quote(text.iloc[i])} in row {rows[i]}" for i in odd[:3]]
    more = f" and {odd.size - 3:,} more" if odd.size > 3 else ""
    return [
        f"Read {plural(odd.size, 'cell')} of {quote(name)} as missing, being no "
        f"number{'s' if odd.size > 1 else ''}: {', '.join(first)}{more}."
    ]


def _category_obstacle(text: pd.Series, forced: bool) -> str:
    present = text.dropna()
    n_values = present.nunique()
    if n_values == 1:
        return "has one value only"
    if n_values > MOST_VALUES:
        return f"has {n_values:,} different texts; a category may have {MOST_VALUES:,}"
    if forced:
        return ""
    if n_values > MANY_VALUES:
        return (
            f"has {n_values:,} different texts, too many for a category "
            f"(to use it anyway: --category {quote(text.name)})"
        )
    if n_values == len(present) > FEW_VALUES:
        return "has a different text for every customer"
    return ""
