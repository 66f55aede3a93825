"""Columns: each is read or left out, with the reason."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.clean import Cleaned
from segment.features.kinds.copies import Copies
from segment.features.kinds.families import families
from segment.features.kinds.scales import key_of, ranked, scale_of
from segment.features.kinds.ticks import items_of
from segment.features.reader import MANY_VALUES, Reader
from segment.features.roles import Choices, complete, last_day, recognise
from segment.features.sentences import merge_alike, sentences_on
from segment.tables.cells import PLAIN, Cells, Column
from segment.wording import did_you_mean, listed, percent, plural, quote

MOST_COLUMNS = 200  # that form segments; more, where they are named
MOST_MISSING = 0.6  # of a column's cells; one with more is left out
LEFT_OUT = ("postal code", "phone", "coordinate", "counter", "code", "time stamp")


class Columns(NamedTuple):
    """The columns that form segments: float64 numbers, text categories, NaN where missing."""

    frame: pd.DataFrame
    numbers: list[str]
    categories: list[str]
    decisions: list[str]
    readers: list[Reader]
    roles: dict[str, str]  # of every column that was read
    reasons: dict[str, str]  # for these roles
    cells: Cells


def check_choices(choices: Choices, frame: pd.DataFrame, id_column: str | None) -> None:
    """SegmentError where a name is not a column, or has two choices that exclude each other."""
    known = list(frame.columns)
    named = [choices.features, choices.drop, choices.numbers, choices.categories, choices.ranges]
    for name in [name for names in (*named, choices.split, choices.recode) for name in names]:
        if name not in known:
            raise SegmentError(f"no column {quote(name)}{did_you_mean(name, known)}")
    if id_column is not None and id_column in choices.used:
        raise SegmentError(f"{quote(id_column)} is the id and cannot also form segments")
    _refuse_both(choices.drop, choices.used, "dropped and used")
    _refuse_both(choices.numbers, choices.categories, "a number and a category")
    _refuse_both(choices.split, [*choices.numbers, *choices.categories], "split and read whole")


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
    decisions = _recoded(choices)
    if cells.decimal == ",":
        decisions.append("Read numbers with a decimal comma (--decimal . reads them otherwise).")
    readers = _recognise_all(cleaned, choices, always_read)
    columns = cleaned.columns
    as_of = last_day(readers.values(), columns, choices.as_of)
    used, sentences = _UsedColumns(choices), list[tuple[str, str]]()
    for name in _candidates(cleaned, choices, readers, decisions):
        column = columns[name]
        readers[name] = complete(readers[name], column, choices, as_of)
        parts, found = _parts(readers[name], column, choices)
        for reader in parts:
            values = reader.read(column)
            if used.add(reader, values) and reader.item is None:
                found += sentences_on(reader, column, values, cleaned.rows)
        sentences += [(name, sentence) for sentence in found]
    if not used.values:
        besides = " besides the id" if cleaned.id_column is not None else ""
        reasons = "; ".join(obstacle for _, obstacle in used.obstacles[:3])
        why = f": {reasons}" if reasons else ""
        raise SegmentError(f"the table has no column to form segments from{besides}{why}")
    sentences += [(name, f"Left out: {obstacle}.") for name, obstacle in used.obstacles]
    decisions += merge_alike(sentences)
    names = [n for n in cleaned.frame.columns if n in readers or n == cleaned.id_column]
    return Columns(
        frame=pd.DataFrame(used.values),
        numbers=[r.label for r in used.readers if r.is_number],
        categories=[r.label for r in used.readers if not r.is_number],
        decisions=decisions,
        readers=used.readers,
        roles={n: readers[n].role if n in readers else "id" for n in names},
        reasons={n: readers[n].reason if n in readers else "it names the customer" for n in names},
        cells=cells,
    )


def _recoded(choices: Choices) -> list[str]:
    return [
        f"Read {listed((f'{quote(a)} as {quote(b)}' for a, b in pairs.items()), 4)} in "
        f"{quote(name)}, as requested."
        for name, pairs in choices.recode.items()
    ]


class _UsedColumns:
    """The columns that form segments so far, and the obstacles of the others."""

    def __init__(self, choices: Choices) -> None:
        self.choices, self.seen = choices, dict[bytes, str]()
        self.readers: list[Reader] = []
        self.values: dict[str, pd.Series] = {}
        self.copies = Copies()
        self.obstacles: list[tuple[str, str]] = []

    def add(self, reader: Reader, values: pd.Series) -> bool:
        """Use a column, or note its obstacle; SegmentError if the user named it."""
        named = reader.name in self.choices.used
        codes, distinct = pd.factorize(values)
        n_present = int((codes >= 0).sum())
        obstacle = _obstacle(reader, values, n_present, len(distinct), self.choices)
        if obstacle and named and reader.item is None:
            raise SegmentError(f"column {quote(reader.name)} {obstacle}")
        if not obstacle:
            same = self.seen.setdefault(_fingerprint(values, codes), reader.label)
            if same != reader.label and not named:
                obstacle = f"repeats {quote(same)} for every customer"
            elif not named:
                obstacle = self._copied(reader, values)
        if obstacle:
            name = reader.label if reader.item is not None else reader.name
            self.obstacles.append((reader.name, f"{quote(name)} {obstacle}"))
            return False
        self.readers.append(reader)
        self.values[reader.label] = values
        if reader.is_number:
            self.copies.add(reader.label, values.to_numpy())
        return True

    def _copied(self, reader: Reader, values: pd.Series) -> str:
        """The earlier column that this one repeats on another scale, in words; empty if none."""
        if not reader.is_number:
            return ""
        found = self.copies.find(values.to_numpy())
        if found is not None:
            line = f"{found.a:.4g} + {found.b:.4g} times {quote(found.of)}"
            if found.is_multiple:
                line = f"{found.b:.4g} times {quote(found.of)}"
            return f"is {line}, to the rounding of the file: counted once"
        earlier = {r.label: self.values[r.label] for r in self.readers if r.is_number}
        return _correlated(values, earlier, self.choices)


def _parts(reader: Reader, column: Column, choices: Choices) -> tuple[list[Reader], list[str]]:
    """The reader, or of a list one reader per value in its cells, and a sentence on them."""
    if reader.role != "list":
        return [reader], []
    items = items_of(column, reader.separator)
    kept, name = items[:MANY_VALUES], quote(reader.name)
    more = f" and left out {len(items) - len(kept):,} rarer ones" if len(items) > len(kept) else ""
    sentence = (
        f"Split {name}, whose cells hold several values, into a yes / no column for each of "
        f"{listed(map(quote, kept))}{more} (--category {name} keeps it whole)."
    )
    base = reader._replace(role="yes/no")
    return [base._replace(item=i, label=f"{reader.name}: {i}") for i in kept], [sentence]


def _recognise_all(
    cleaned: Cleaned, choices: Choices, always_read: Collection[str]
) -> dict[str, Reader]:
    """The readers of the columns; of a wide table only of the first columns and those named."""
    readers: dict[str, Reader] = {}
    n_useful, named = 0, {*choices.named, *always_read}
    for name in cleaned.frame.columns:
        if name != cleaned.id_column and (n_useful < MOST_COLUMNS or name in named):
            readers[name] = recognise(cleaned.columns[name], choices)
            n_useful += readers[name].is_useful and name not in choices.drop
    _unite_answers(readers, cleaned.columns, choices)
    _unite_words(readers, cleaned.columns, choices)
    return readers


def _unite_answers(
    readers: dict[str, Reader], columns: Mapping[str, Column], choices: Choices
) -> None:
    """Columns of whole numbers of one questionnaire are all read as numbers."""
    ends: dict[str, tuple[float, float]] = {}
    for name, reader in readers.items():
        if (reader.role == "number" or reader.codes) and name not in choices.named:
            values = columns[name].level_numbers
            values = values[~np.isnan(values)]
            if len(values) and (values % 1 == 0).all():
                ends[name] = float(values.min()), float(values.max())
    for family in families(list(readers), ends):
        if any(readers[name].role == "number" for name in family):
            for name in family:
                reason = (
                    f"an answer from {ends[name][0]:g} to {ends[name][1]:g}, like its neighbours"
                )
                readers[name] = readers[name]._replace(role="number", codes=False, reason=reason)


def _unite_words(
    readers: dict[str, Reader], columns: Mapping[str, Column], choices: Choices
) -> None:
    """Columns with words of one scale get the same ranks, also one that uses two words only."""
    of_words = [n for n, r in readers.items() if r.role in ("ordered", "category") and not r.codes]
    texts = {n: [str(t) for t in columns[n].levels] for n in of_words}
    scales = {n: scale_of(texts[n]) for n, r in readers.items() if r.role == "ordered"}
    known = {scale.words for scale in scales.values() if scale is not None}
    for name, reader in readers.items():
        if known and reader.role == "category" and not reader.codes and name not in choices.named:
            scale = scale_of(texts[name], least=2)
            if scale is not None and scale.words in known:
                scales[name] = scale
    for words in known:
        members = {n: s for n, s in scales.items() if s is not None and s.words == words}
        keys = {key_of(text) for name in members for text in texts[name]}
        for name, scale in members.items():
            ranks = ranked(scale, keys & scale.ranks.keys()).ranks
            reason = f"its values have an order: {words}"
            readers[name] = readers[name]._replace(role="ordered", ranks=ranks, reason=reason)


def read_columns(readers: Sequence[Reader], frame: pd.DataFrame, cells: Cells) -> pd.DataFrame:
    """The same columns of other customers; SegmentError if one is missing."""
    made: dict[str, Column] = {}
    for reader in readers:
        if reader.name not in frame.columns:
            hint = did_you_mean(reader.name, frame.columns)
            raise SegmentError(f"no column {quote(reader.name)}{hint}")
        if reader.name not in made:
            made[reader.name] = cells.column(frame[reader.name], reader.decimal)
    return pd.DataFrame({r.label: r.read(made[r.name]) for r in readers})


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


def _obstacle(
    reader: Reader, column: pd.Series, n_present: int, n_values: int, choices: Choices
) -> str:
    """The reason why a column can form no segments; empty if it can."""
    if reader.role == "empty":
        return "is empty"
    if not n_present:
        return f"holds no {reader.role if reader.is_number else 'value'}"
    name, missing = quote(reader.name), 1 - n_present / len(column)
    if missing > MOST_MISSING and reader.name not in choices.used and reader.is_useful:
        option = f"--{'number' if reader.is_number else 'category'} {name}"
        return f"is missing for {percent(missing)} of the customers ({option} uses it)"
    if n_values == 1:
        return "has one value only"
    if reader.role == "id":
        return (
            "is named like an id, so it is neither an amount nor a category "
            f"(to use it anyway: --number {name} or --category {name})"
        )
    if reader.role in LEFT_OUT:
        return f"forms no segments: {reader.reason} (to use it anyway: --category {name})"
    if reader.role == "free text":
        if n_values == n_present:
            return "has a different text for every customer"
        return (
            f"has {n_values:,} different texts, too many for a category "
            f"(to use it anyway: --category {name})"
        )
    if reader.is_number and choices.min_variance > 0:
        spread = (column - column.min()) / (column.max() - column.min())
        if spread.var(ddof=0) < choices.min_variance:
            return f"has a variance of {spread.var(ddof=0):.2g} on a scale from 0 to 1"
    return ""


def _correlated(column: pd.Series, earlier: Mapping[str, pd.Series], choices: Choices) -> str:
    """The earlier column of numbers with a correlation above the limit, in words; empty if none."""
    if choices.max_correlation < 1:
        for label, values in earlier.items():
            r = column.corr(values)
            if abs(r) > choices.max_correlation:
                return f"has a correlation of {r:.2f} with {quote(label)}"
    return ""


def _fingerprint(column: pd.Series, codes: np.ndarray) -> bytes:
    """The same for equal numbers, and for the same groups of customers by whatever names."""
    is_number = column.dtype == np.float64
    values = column.to_numpy() + 0.0 if is_number else codes
    return hashlib.sha256(values.tobytes() + bytes([is_number])).digest()
