"""Columns: each is read, or left out with the reason, and every odd cell is told."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.cells import PLAIN, Cells, is_numeric
from segment.clean import Cleaned
from segment.errors import SegmentError, did_you_mean, listed, plural, quote
from segment.roles import OTHER, Choices, Reader, complete, is_birth, last_day, recognise

ORDER_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}


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
    readers = {n: recognise(frame[n], choices, cells) for n in frame if n != cleaned.id_column}
    as_of = last_day(readers, frame, choices, cells)
    roles = {n: readers[n].role if n in readers else "id" for n in frame.columns}
    used: list[Reader] = []
    read: dict[str, pd.Series] = {}
    obstacles: dict[str, str] = {}
    seen: dict[bytes, str] = {}
    for name in _candidates(cleaned, choices, decisions):
        reader = complete(readers[name], frame[name], choices, cells, as_of)
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


def _candidates(cleaned: Cleaned, choices: Choices, decisions: list[str]) -> list[str]:
    names = [n for n in cleaned.frame.columns if n != cleaned.id_column]
    dropped = [n for n in names if n in choices.drop]
    if dropped:
        decisions.append(f"Left out {listed(map(quote, dropped))}, as asked.")
    if not choices.features:
        return [n for n in names if n not in dropped]
    decisions.append(f"Formed segments from {listed(map(quote, choices.features))} only, as asked.")
    return [n for n in names if n in choices.features]


def _read(
    reader: Reader, column: pd.Series, cells: Cells, rows: np.ndarray
) -> tuple[pd.Series, list[str]]:
    """The values, and a sentence on every cell that is not read as it is written."""
    values, name = reader.read(column, cells), quote(reader.name)
    text = cells.text(column)
    told = _tokens(column, cells, reader.is_number)
    if reader.role == "date":
        unit = "years" if is_birth(reader.name) else "days"
        told.append(
            f"Read {name} as dates, {ORDER_WORDS[reader.order]} (--dates): {unit} before "
            f"{reader.as_of:%Y-%m-%d} (--as-of)."
        )
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
