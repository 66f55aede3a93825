"""Columns: each is read or left out, with the reason."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.questionnaires import unite_answers, unite_words
from segment.features.columns.reader import MANY_VALUES, Reader
from segment.features.columns.roles import Choices, complete, last_day, recognise
from segment.features.columns.sentences import merge_alike, sentences_on
from segment.features.columns.used import UsedColumns
from segment.features.customers.clean import Cleaned
from segment.features.kinds.ticks import items_of
from segment.tables.cells import PLAIN, Cells, Column
from segment.tables.spelled import distinct, stripped
from segment.wording import did_you_mean, listed, plural, quote

MOST_COLUMNS = 200  # that form segments; more, where they are named


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
    decisions = _recoded(choices, cleaned.columns)
    if cells.decimal == ",":
        decisions.append("Read numbers with a decimal comma (--decimal . reads them otherwise).")
    readers = _recognise_all(cleaned, choices, always_read)
    columns = cleaned.columns
    as_of = last_day(readers.values(), columns, choices.as_of)
    used, sentences = UsedColumns(choices), list[tuple[str, str]]()
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


def _recoded(choices: Choices, columns: Mapping[str, Column]) -> list[str]:
    """Which texts are read as others, and which of them no cell holds."""
    decisions = []
    for name, pairs in choices.recode.items():
        held = set(stripped(distinct(columns[name].raw)[1]))
        found = [f"{quote(old)} as {quote(new)}" for old, new in pairs.items() if old in held]
        if found:
            decisions.append(f"Read {listed(found, 4)} in {quote(name)}, as requested.")
        if absent := [quote(old) for old in pairs if old not in held]:
            decisions.append(f"No cell of {quote(name)} is {listed(absent, 4)} (--recode).")
    return decisions


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
    unite_answers(readers, cleaned.columns, choices)
    unite_words(readers, cleaned.columns, choices)
    return readers


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
