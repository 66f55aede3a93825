"""Columns: each is read or left out with a reason, and every unusual cell is reported."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.clean import Cleaned
from segment.features.roles import OTHER, Choices, Reader, complete, is_birth, last_day, recognise
from segment.tables.cells import PLAIN, Cells, Column
from segment.wording import did_you_mean, listed, plural, quote

MOST_COLUMNS = 200  # that form segments; more, where they are named
ORDER_WORDS = {"dmy": "day first", "mdy": "month first", "ymd": "year first"}


class Columns(NamedTuple):
    """The columns that form segments: float64 numbers, text categories, NaN where missing."""

    frame: pd.DataFrame
    numbers: list[str]
    categories: list[str]
    decisions: list[str]
    readers: list[Reader]
    roles: dict[str, str]  # of every column that was read
    cells: Cells


def check_choices(choices: Choices, frame: pd.DataFrame, id_column: str | None) -> None:
    """SegmentError where a name is not a column, or has two choices that exclude each other."""
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


def choose_columns(
    cleaned: Cleaned, choices: Choices, cells: Cells = PLAIN, always_read: Collection[str] = ()
) -> Columns:
    """Read each column as numbers, dates or categories, or leave it out with the reason.

    Columns in `always_read` and those that `choices` names are read however wide the table is.
    SegmentError where no column is left, or one that `choices` names cannot be used.
    """
    decisions = []
    if cells.decimal == ",":
        decisions.append("Read numbers with a decimal comma (--decimal . reads them otherwise).")
    columns, readers = _recognise_all(cleaned, choices, cells, always_read)
    as_of = last_day(readers.values(), columns, choices.as_of)
    used, sentences = _UsedColumns(choices), list[tuple[str, str]]()
    for name in _candidates(cleaned, choices, readers, decisions):
        reader = complete(readers[name], columns[name], choices, as_of)
        values, found = _read(reader, columns[name], cleaned.rows)
        if used.add(reader, values):
            sentences += [(name, sentence) for sentence in found]
    if not used.values:
        besides = " besides the id" if cleaned.id_column is not None else ""
        reasons = "; ".join(obstacle for _, obstacle in used.obstacles[:3])
        why = f": {reasons}" if reasons else ""
        raise SegmentError(f"the table has no column to form segments from{besides}{why}")
    sentences += [(name, f"Left out: {obstacle}.") for name, obstacle in used.obstacles]
    decisions += _merge_alike(sentences)
    names = [n for n in cleaned.frame.columns if n in readers or n == cleaned.id_column]
    return Columns(
        frame=pd.DataFrame(used.values),
        numbers=[r.label for r in used.readers if r.is_number],
        categories=[r.label for r in used.readers if not r.is_number],
        decisions=decisions,
        readers=used.readers,
        roles={n: readers[n].role if n in readers else "id" for n in names},
        cells=cells,
    )


class _UsedColumns:
    """The columns that form segments so far, and the obstacles of the others."""

    def __init__(self, choices: Choices) -> None:
        self.choices, self.seen = choices, dict[bytes, str]()
        self.named = {*choices.features, *choices.numbers, *choices.categories}
        self.readers: list[Reader] = []
        self.values: dict[str, pd.Series] = {}
        self.obstacles: list[tuple[str, str]] = []

    def add(self, reader: Reader, values: pd.Series) -> bool:
        """Use a column, or note its obstacle; SegmentError if the user named it."""
        named, obstacle = reader.name in self.named, _obstacle(reader, values, self.choices)
        if obstacle and named:
            raise SegmentError(f"column {quote(reader.name)} {obstacle}")
        if not obstacle:
            same = self.seen.setdefault(_fingerprint(values), reader.label)
            if same != reader.label and not named:
                obstacle = f"repeats {quote(same)} for every customer"
            elif not named:
                obstacle = _correlated(reader, values, self.values, self.choices)
        if obstacle:
            self.obstacles.append((reader.name, f"{quote(reader.name)} {obstacle}"))
            return False
        self.readers.append(reader)
        self.values[reader.label] = values
        return True


def _recognise_all(
    cleaned: Cleaned, choices: Choices, cells: Cells, always_read: Collection[str]
) -> tuple[dict[str, Column], dict[str, Reader]]:
    """The columns and their readers; of a wide table only the first columns and those named."""
    columns: dict[str, Column] = {}
    readers: dict[str, Reader] = {}
    n_useful, named = 0, {*choices.named, *always_read}
    for name in cleaned.frame.columns:
        if name != cleaned.id_column and (n_useful < MOST_COLUMNS or name in named):
            columns[name] = cells.column(cleaned.frame[name])
            readers[name] = recognise(columns[name], choices)
            n_useful += readers[name].is_useful and name not in choices.drop
    return columns, readers


def read_columns(readers: Sequence[Reader], frame: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The same columns of other customers; SegmentError if one is missing."""
    for reader in readers:
        if reader.name not in frame.columns:
            hint = did_you_mean(reader.name, frame.columns)
            raise SegmentError(f"no column {quote(reader.name)}{hint}")
    return pd.DataFrame({r.label: r.read(cells.column(frame[r.name])) for r in readers})


def _candidates(
    cleaned: Cleaned, choices: Choices, readers: Mapping[str, Reader], decisions: list[str]
) -> list[str]:
    names = [n for n in cleaned.frame.columns if n != cleaned.id_column]
    dropped = [n for n in names if n in choices.drop]
    if dropped:
        decisions.append(f"Left out {listed(map(quote, dropped))}, as requested.")
    if choices.features:
        listing = listed(map(quote, choices.features))
        decisions.append(f"Formed segments from {listing} only, as requested.")
        return [n for n in names if n in choices.features]
    unread = [n for n in names if n not in readers]
    if unread:
        decisions.append(
            f"Left out the last {plural(len(unread), 'column')} of {len(names):,}, from "
            f"{quote(unread[0])} on, without reading them: only the first {MOST_COLUMNS} that can "
            "form segments are used (--number and --category add one, --feature names all)."
        )
    return [n for n in names if n in readers and n not in dropped]


def _read(reader: Reader, column: Column, rows: np.ndarray) -> tuple[pd.Series, list[str]]:
    """The values, and sentences on the cells that are not read as they are written."""
    values, name, text = reader.read(column), quote(reader.name), column.text
    sentences = _missing_words(column, reader.is_number)
    if reader.role == "date":
        unit = "years" if is_birth(reader.name) else "days"
        sentences.append(
            f"Read {name} as dates, {ORDER_WORDS[reader.order]} (--dates): {unit} before "
            f"{reader.as_of:%Y-%m-%d} (--as-of)."
        )
        sentences += _unusable("no date", text, values, rows)
    if reader.role == "number" or reader.codes:
        numbers = column.numbers
        sentences += _formatted_numbers(column)
        sentences += _unusable("no number", text, numbers, rows)
        outside = f"impossible numbers (outside {reader.low:g} to {reader.high:g}; --range)"
        sentences += _unusable(outside, text.where(numbers.notna()), values, rows)
    return values, [*sentences, *_as_category(reader, values, column)]


def _as_category(reader: Reader, values: pd.Series, column: Column) -> list[str]:
    sentences, name = [], quote(column.name)
    if reader.codes:
        levels = ", ".join(sorted(values.dropna().unique()))
        sentences.append(
            f"Took {name} as a category: its only values are {levels} "
            f"(to read them as amounts: --number {name})."
        )
    if reader.levels:
        n_levels = len(column.levels)
        sentences.append(
            f"Grouped the {n_levels - len(reader.levels):,} rarest of {n_levels:,} "
            f"values of {name} as {OTHER}."
        )
    return sentences


def _merge_alike(sentences: Iterable[tuple[str, str]]) -> list[str]:
    """The sentences on columns; four or more that differ in the name only become one."""
    alike: dict[str, list[str]] = {}
    for name, sentence in sentences:
        alike.setdefault(sentence.replace(quote(name), "\0"), []).append(quote(name))
    merged = []
    for words, names in alike.items():
        if len(names) <= 3:
            merged += [words.replace("\0", name) for name in names]
        else:
            words = words.replace("\0", f"each of {listed(names, 100)}", 1)
            merged.append(words.replace("\0", "COL"))
    return merged


def _missing_words(column: Column, is_number: bool) -> list[str]:
    """Sentences on the cells that hold a word for missing, or only spaces."""
    name, sentences = quote(column.name), []
    if n_spaces := column.missing_words.get("", 0):
        kind = f": {name} is a column of numbers, not of text" if is_number else ""
        sentences.append(
            f"Read {plural(n_spaces, 'cell')} of {name} with only spaces as missing{kind}."
        )
    counts = sorted((word, count) for word, count in column.missing_words.items() if word)
    if counts:
        words = listed(f"{quote(word)} ({count:,})" for word, count in counts)
        sentences.append(f"Read {words} in {name} as missing.")
    return sentences


def _unusable(what: str, text: pd.Series, values: pd.Series, rows: np.ndarray) -> list[str]:
    """A sentence on the cells that hold a text, but not a value of this column."""
    found = np.flatnonzero(text.notna() & values.isna())
    if not found.size:
        return []
    cells = f"{plural(found.size, 'cell')} of {quote(text.name)}"
    return [f"Found {what} in {cells}, read as missing: {cells_at(text, found, rows)}."]


def cells_at(text: pd.Series, positions: np.ndarray, rows: np.ndarray) -> str:
    """Cells with their rows; the first few of many."""
    first = [f"{quote(text.iloc[i])} in row {rows[i]}" for i in positions[:3]]
    more = f" and {positions.size - 3:,} more" if positions.size > 3 else ""
    return f"{', '.join(first)}{more}"


def _formatted_numbers(column: Column) -> list[str]:
    if not column.formatted_numbers:
        return []
    cells = column.text.isin(column.formatted_numbers)
    first = cells.idxmax()
    return [
        f"Read {plural(int(cells.sum()), 'cell')} of {quote(column.name)} as numbers that are "
        f"written with signs or separators, such as {quote(column.text[first])} as "
        f"{column.numbers[first]:.15g}."
    ]


def _obstacle(reader: Reader, column: pd.Series, choices: Choices) -> str:
    """The reason why a column can form no segments; empty if it can."""
    if reader.role == "empty":
        return "is empty"
    if column.notna().sum() == 0:
        return f"holds no {reader.role if reader.is_number else 'value'}"
    if column.nunique() == 1:
        return "has one value only"
    if reader.role == "id":
        name = quote(reader.name)
        return (
            "is named like an id, so it is neither an amount nor a category "
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


def _correlated(
    reader: Reader, column: pd.Series, read: Mapping[str, pd.Series], choices: Choices
) -> str:
    """The earlier column of numbers with a correlation above the limit, in words; empty if none."""
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
