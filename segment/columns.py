"""Columns: what each is, how it is read, which can form no segments, and why."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.cells import (
    MISSING,
    NUMBER_SHARE,
    PLAIN,
    Cells,
    guess_decimal,
    is_numeric,
    order_of_days,
)
from segment.clean import Cleaned, has_fractions, is_id_name, may_be_id_name, name_words
from segment.errors import SegmentError, did_you_mean, listed, plural, quote

FEW_VALUES = 3  # whole numbers with at most so many different values are codes, not amounts
MANY_VALUES = 20  # a category keeps at most so many different values; the rarer ones are grouped
FREE_SHARE = 0.3  # more different values than this among the cells is a name or a remark
OTHER = "(other)"
YES_NO = frozenset({"yes", "no", "y", "n", "true", "false", "t", "f", "0", "1"})
BIRTH = frozenset({"birth", "born", "dob", "yob", "birthday", "birthdate", "birthyear"})
OLDEST = 110  # years


class Choices(NamedTuple):
    """What the user said about columns; everything else is decided from the data."""

    features: Sequence[str] = ()
    drop: Sequence[str] = ()
    numbers: Sequence[str] = ()
    categories: Sequence[str] = ()
    missing: Sequence[str] = ()
    decimal: str | None = None
    day_order: str | None = None
    as_of: str | None = None
    ranges: Mapping[str, tuple[float, float]] = {}
    min_variance: float = 0.0
    max_correlation: float = 1.0

    @property
    def named(self) -> set[str]:
        return {*self.features, *self.drop, *self.numbers, *self.categories, *self.ranges}

    def cells(self, frame: pd.DataFrame) -> Cells:
        """How the cells of `frame` are read."""
        missing = MISSING | {token.strip().lower() for token in self.missing}
        return Cells(missing, self.decimal or guess_decimal(frame))


class Reader(NamedTuple):
    """How one column becomes numbers or categories, the same for every table of customers."""

    name: str
    role: str
    label: str = ""  # what its values are called
    codes: bool = False  # a category of whole numbers: 1.0 and "01" are the same code as 1
    low: float = -np.inf
    high: float = np.inf
    order: str = ""  # of day, month and year in dates
    as_of: pd.Timestamp | None = None
    levels: Collection[str] = ()  # of a grouped category; every other is `OTHER`

    @property
    def is_number(self) -> bool:
        return self.role in ("number", "date")

    def read(self, column: pd.Series, cells: Cells) -> pd.Series:
        """Float64 numbers, or text as objects; NaN or None where nothing is known."""
        if self.role == "date":
            age = (self.as_of - cells.days(column, self.order)).dt.days.astype("float64")
            return age / 365.25 if is_birth(self.name) else age
        if self.role == "number" or self.codes:
            values = cells.numbers(column)
            values = values.where((values >= self.low) & (values <= self.high))
            return _as_codes(values) if self.codes else values
        text = cells.text(column)
        if not self.levels:
            return text
        return text.where(text.isna() | text.isin(list(self.levels)), OTHER)


class Columns(NamedTuple):
    """The columns that form segments: float64 numbers, text categories, NaN where missing."""

    frame: pd.DataFrame
    numbers: list[str]
    categories: list[str]
    decisions: list[str]
    readers: list[Reader]
    roles: dict[str, str]  # of every column of the table
    cells: Cells


def check_choices(choices: Choices, frame: pd.DataFrame, id_column: str | None) -> None:
    """SegmentError where a name is not a column, or is asked for twice in conflicting ways."""
    known = list(frame.columns)
    named = [choices.features, choices.drop, choices.numbers, choices.categories, choices.ranges]
    for name in [name for names in named for name in names]:
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


def choose_columns(cleaned: Cleaned, choices: Choices, cells: Cells = PLAIN) -> Columns:
    """Read each column as numbers, dates or categories, or leave it out with the reason.

    Raises
    ------
    SegmentError
        No column is left, or one that was asked for cannot be used.
    """
    frame, decisions = cleaned.frame, []
    if cells.decimal == ",":
        decisions.append("Read numbers with a decimal comma (--decimal . reads them otherwise).")
    readers = {n: _recognise(frame[n], choices, cells) for n in frame if n != cleaned.id_column}
    as_of = _as_of(readers, frame, choices, cells)
    roles = {n: readers[n].role if n in readers else "id" for n in frame.columns}
    used: list[Reader] = []
    read: dict[str, pd.Series] = {}
    obstacles: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name in _candidates(cleaned, choices, decisions):
        reader = _complete(readers[name], frame[name], choices, cells, as_of)
        column, told = _read(reader, frame[name], cells, cleaned.rows)
        asked = name in {*choices.features, *choices.numbers, *choices.categories}
        obstacle = _obstacle(reader, column, choices)
        if obstacle and asked:
            raise SegmentError(f"column {quote(name)} {obstacle}")
        if not obstacle:
            same = seen.setdefault(_fingerprint(column), reader.label)
            obstacle = "" if asked else _alike(reader, column, read, choices)
            if same != reader.label and not asked:
                obstacle = f"says the same as {quote(same)} for every customer"
        if obstacle:
            obstacles[name] = f"{quote(name)} {obstacle}"
            continue
        used.append(reader)
        read[reader.label] = column
        decisions += told
    if not read:
        besides = " besides the id" if cleaned.id_column is not None else ""
        why = f": {'; '.join([*obstacles.values()][:3])}" if obstacles else ""
        raise SegmentError(f"the table has no column to form segments from{besides}{why}")
    decisions += [f"Left out: {obstacle}." for obstacle in obstacles.values()]
    numbers = [r.label for r in used if r.is_number]
    categories = [r.label for r in used if not r.is_number]
    return Columns(pd.DataFrame(read), numbers, categories, decisions, used, roles, cells)


def read_columns(readers: Sequence[Reader], frame: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The same columns of other customers.

    Raises
    ------
    SegmentError
        One of them is not there.
    """
    for reader in readers:
        if reader.name not in frame.columns:
            hint = did_you_mean(reader.name, frame.columns)
            raise SegmentError(f"no column {quote(reader.name)}{hint}")
    return pd.DataFrame({r.label: r.read(frame[r.name], cells) for r in readers})


def is_birth(name: str) -> bool:
    """Whether a column is about being born, so that its values tell an age."""
    return not BIRTH.isdisjoint(name_words(name))


def _candidates(cleaned: Cleaned, choices: Choices, decisions: list[str]) -> list[str]:
    names = [n for n in cleaned.frame.columns if n != cleaned.id_column]
    dropped = [n for n in names if n in choices.drop]
    if dropped:
        decisions.append(f"Left out {listed(map(quote, dropped))}, as asked.")
    if not choices.features:
        return [n for n in names if n not in dropped]
    decisions.append(f"Formed segments from {listed(map(quote, choices.features))} only, as asked.")
    return [n for n in names if n in choices.features]


def _recognise(column: pd.Series, choices: Choices, cells: Cells) -> Reader:
    """What the user said a column is, else what most of its cells are."""
    name, text = str(column.name), cells.text(column)
    present = text.dropna()
    n_values = present.nunique()

    def reader(role: str, codes: bool = False, order: str = "") -> Reader:
        return Reader(name, role, name, codes, order=order)

    if name in choices.categories:
        return reader("category")
    if present.empty:
        return reader("empty")
    if name in choices.numbers:
        return reader("number")
    if n_values == 1:
        return reader("constant")
    is_id = is_id_name(name) or (may_be_id_name(name) and n_values == len(present))
    if is_id and not has_fractions(column, cells):
        return reader("id")
    order = choices.day_order or order_of_days(text)
    is_day = pd.api.types.is_datetime64_any_dtype(column.dtype)
    days = is_day or (order is not None and not is_numeric(column))
    if days and cells.days(column, order or "ymd").count() >= NUMBER_SHARE * len(present):
        return reader("date", order=order or "ymd")
    values = cells.numbers(column)
    is_yes_no = n_values == 2 and set(present.str.lower()) <= YES_NO
    if is_numeric(column) or values.count() >= NUMBER_SHARE * len(present):
        codes = values.nunique() <= FEW_VALUES and bool((values.dropna() % 1 == 0).all())
        is_yes_no = codes and set(values.dropna()) == {0.0, 1.0}
        return reader("yes/no" if is_yes_no else "category" if codes else "number", codes)
    different = n_values == len(present) > FEW_VALUES
    if different or (n_values > MANY_VALUES and n_values > FREE_SHARE * len(present)):
        return reader("free text")
    return reader("yes/no" if is_yes_no else "category")


def _as_of(
    readers: Mapping[str, Reader], frame: pd.DataFrame, choices: Choices, cells: Cells
) -> pd.Timestamp | None:
    """The day that ages and recencies are counted to: the user's, else the last one there is."""
    if choices.as_of is not None:
        day = pd.to_datetime(choices.as_of, errors="coerce", format="%Y-%m-%d")
        if pd.isna(day):
            raise SegmentError(f"as-of must be a day like 2014-12-31, got {quote(choices.as_of)}")
        return day
    dates = [r for r in readers.values() if r.role == "date"]
    dates = [r for r in dates if not is_birth(r.name)] or dates
    return max((cells.days(frame[r.name], r.order).max() for r in dates), default=None)


def _complete(
    reader: Reader,
    column: pd.Series,
    choices: Choices,
    cells: Cells,
    as_of: pd.Timestamp | None,
) -> Reader:
    """The reader with what depends on the values: as-of, possible values, frequent levels."""
    name = reader.name
    if reader.role == "date":
        label = f"age by {name}" if is_birth(name) else f"days since {name}"
        return reader._replace(label=label, as_of=as_of)
    if name in choices.ranges:
        low, high = choices.ranges[name]
        return reader._replace(low=low, high=high)
    if reader.role == "number" and "age" in name_words(name):
        return reader._replace(low=0, high=OLDEST)
    if reader.role == "number" and is_birth(name):
        values = cells.numbers(column)
        values = values[values.between(1800, 2100)]
        if len(values) > NUMBER_SHARE * column.notna().sum():
            year = as_of.year if as_of is not None else values.max()
            return reader._replace(low=year - OLDEST, high=year)
    counts = cells.text(column).value_counts()
    if reader.role == "category" and not reader.codes and len(counts) > MANY_VALUES:
        ordered = sorted(counts.index, key=lambda level: (-counts[level], level))
        return reader._replace(levels=tuple(ordered[: MANY_VALUES - 1]))
    return reader


def _read(
    reader: Reader, column: pd.Series, cells: Cells, rows: np.ndarray
) -> tuple[pd.Series, list[str]]:
    """The values, and a sentence on every cell that is not read as it is written."""
    values, name = reader.read(column, cells), quote(reader.name)
    text = cells.text(column)
    told = _tokens(column, cells, reader.is_number)
    if reader.role == "date":
        unit = "years" if is_birth(reader.name) else "days"
        told.append(f"Read {name} as dates: {unit} before {reader.as_of:%Y-%m-%d} (--as-of).")
        told += _odd(text, values, rows, f"of {name} as missing, being no date")
    if reader.role == "number" or reader.codes:
        numbers = cells.numbers(column)
        told += _dressed(text, numbers, name)
        told += _odd(text, numbers, rows, f"of {name} as missing, being no number")
        outside = (
            f"of {name} as missing, being impossible (outside {reader.low:g} to {reader.high:g}"
        )
        told += _odd(text.where(numbers.notna()), values, rows, f"{outside}; --range)")
    if reader.codes:
        levels = ", ".join(sorted(values.dropna().unique()))
        told.append(
            f"Took {name} as a category: its only values are {levels} "
            f"(to count them as amounts: --number {name})."
        )
    if reader.levels:
        told.append(
            f"Grouped the {text.nunique() - len(reader.levels):,} rarest of {text.nunique():,} "
            f"values of {name} as {OTHER}."
        )
    return values, told


def _as_codes(values: pd.Series) -> pd.Series:
    codes = pd.Series(None, index=values.index, dtype=object, name=values.name)
    present = values.dropna()
    codes[present.index] = [f"{v:.15g}" for v in present]
    return codes


def _tokens(column: pd.Series, cells: Cells, is_number: bool) -> list[str]:
    """Sentences on the cells that say by a word, or by spaces, that nothing is known."""
    if is_numeric(column):
        return []
    name, there = quote(column.name), column.dropna().astype(str)
    bare = there.str.strip()
    tokens = there[(bare != "") & bare.str.lower().isin(cells.missing)]
    n_spaces = int(((bare == "") & (there != "")).sum())
    told = []
    if n_spaces:
        kind = f": {name} is a column of numbers, not of text" if is_number else ""
        told.append(f"Read {plural(n_spaces, 'cell')} of {name} with only spaces as missing{kind}.")
    if len(tokens):
        counts = tokens.value_counts().sort_index()
        words = listed(f"{quote(token)} ({count:,})" for token, count in counts.items())
        told.append(f"Read {words} in {name} as missing.")
    return told


def _odd(text: pd.Series, values: pd.Series, rows: np.ndarray, words: str) -> list[str]:
    """A sentence on the cells that hold something, but nothing that can be used."""
    odd = np.flatnonzero(text.notna() & values.isna())
    if not odd.size:
        return []
    return [f"Read {plural(odd.size, 'cell')} {words}: {cells_at(text, odd, rows)}."]


def cells_at(text: pd.Series, positions: np.ndarray, rows: np.ndarray) -> str:
    """Cells with their rows; the first few of many."""
    first = [f"{quote(text.iloc[i])} in row {rows[i]}" for i in positions[:3]]
    more = f" and {positions.size - 3:,} more" if positions.size > 3 else ""
    return f"{', '.join(first)}{more}"


def _dressed(text: pd.Series, values: pd.Series, name: str) -> list[str]:
    dressed = values.notna() & pd.to_numeric(text.str.replace(",", "."), errors="coerce").isna()
    if not dressed.any():
        return []
    first = dressed.idxmax()
    return [
        f"Read {plural(int(dressed.sum()), 'cell')} of {name} as numbers that are written with "
        f"signs or separators, such as {quote(text[first])} as {values[first]:.15g}."
    ]


def _obstacle(reader: Reader, column: pd.Series, choices: Choices) -> str:
    """Why a column can form no segments; nothing if it can."""
    if reader.role == "empty":
        return "is empty"
    if column.notna().sum() == 0:
        return f"holds no {reader.role if reader.is_number else 'value'}"
    if column.nunique() == 1:
        return "has one value only"
    if reader.role == "id":
        name = quote(reader.name)
        return (
            "is an id by its name, so no amount and no category "
            f"(to use it anyway: --number {name} or --category {name})"
        )
    if reader.role == "free text":
        if column.nunique() == column.count():
            return "has a different text for every customer"
        return (
            f"has {column.nunique():,} different texts, too many for a category "
            f"(to use it anyway: --category {quote(reader.name)})"
        )
    if reader.is_number and choices.min_variance > 0:
        spread = (column - column.min()) / (column.max() - column.min())
        if spread.var(ddof=0) < choices.min_variance:
            return f"has a variance of {spread.var(ddof=0):.2g} on a scale from 0 to 1"
    return ""


def _alike(
    reader: Reader, column: pd.Series, read: Mapping[str, pd.Series], choices: Choices
) -> str:
    """Which earlier column of numbers says nearly the same."""
    if reader.is_number and choices.max_correlation < 1:
        for label, other in read.items():
            r = column.corr(other) if other.dtype == np.float64 else 0.0
            if abs(r) > choices.max_correlation:
                return f"has a correlation of {r:.2f} with {quote(label)}"
    return ""


def _fingerprint(column: pd.Series) -> bytes:
    """The same for equal numbers, and for the same groups of customers by whatever names."""
    is_number = column.dtype == np.float64
    values = column.to_numpy() + 0.0 if is_number else pd.factorize(column)[0]
    return hashlib.sha256(values.tobytes() + bytes([is_number])).digest()
