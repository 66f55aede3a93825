"""Sentences on how one column was read: every unusual cell is reported, with its row."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from segment.features.columns.reader import OTHER, Reader
from segment.features.kinds.names import is_birth, is_target, says
from segment.features.kinds.spellings import said as said_spellings
from segment.features.kinds.words import AGES
from segment.tables.cells import Column
from segment.tables.written.days import STYLES
from segment.tables.written.numbers import is_doubtful
from segment.wording import listed, plural, quote

MANY_CODES_SHOWN = 12


def sentences_on(reader: Reader, column: Column, values: pd.Series, rows: np.ndarray) -> list[str]:
    """What a reader of the report must know about the cells that are not read as written."""
    name = quote(reader.name)
    present = np.append(~column.hollow, False)[column.codes]
    found = _missing_words(column, reader)
    if reader.role == "date":
        unit = "years" if is_birth(reader.name) else "days"
        found.append(
            f"Read {name} as dates, {STYLES[reader.order]} (--dates): {unit} before "
            f"{reader.as_of:%Y-%m-%d} (--as-of)."
        )
        found += _unusable("no date", column, present & _missing(values), rows)
    if reader.role == "number" or reader.codes:
        numbers = column.numbers
        found += [*_formatted(column), *_doubtful(column), *_sentinel(reader, column)]
        found += _unusable("no number", column, present & _missing(numbers), rows)
        outside = f"impossible numbers (outside {reader.low:g} to {reader.high:g}; --range)"
        is_value = present & ~_missing(numbers) & (numbers != reader.sentinel).to_numpy()
        found += _unusable(outside, column, is_value & _missing(values), rows)
    if reader.role == "ordered":
        found.append(f"Read {name} as numbers from 1 in this order: {_order(reader, column)}.")
    if reader.role in ("category", "yes/no") and not reader.codes and not reader.tick:
        found += said_spellings(column, reader.spellings)
    if reader.tick:
        mark = quote(column.levels[0])
        found.append(f"Read {name} as yes / no: {mark} is yes, blank is no.")
    if is_target(reader.name):
        found.append(
            f"Used {name} like the others, though it is named like the target of a model "
            f"(--drop {name} leaves it out)."
        )
    return [*found, *_as_category(reader, values, column)]


def _order(reader: Reader, column: Column) -> str:
    from segment.features.kinds.scales import key_of

    texts = [str(text) for text in column.levels if key_of(str(text)) in reader.ranks]
    return listed(sorted(texts, key=lambda text: reader.ranks[key_of(text)]), 8)


def _as_category(reader: Reader, values: pd.Series, column: Column) -> list[str]:
    sentences, name = [], quote(column.name)
    if reader.codes:
        distinct = sorted(values.dropna().unique(), key=lambda t: (len(t), t))
        levels = listed(distinct, MANY_CODES_SHOWN)
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


def merge_alike(sentences: Iterable[tuple[str, str]]) -> list[str]:
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


def _missing_words(column: Column, reader: Reader) -> list[str]:
    """Sentences on the cells that hold a word for missing, or only spaces."""
    name, sentences = quote(column.name), []
    is_number = reader.is_number
    if n_spaces := column.missing_words.get("", 0):
        kind = f": {name} is a column of numbers, not of text" if is_number else ""
        sentences.append(
            f"Read {plural(n_spaces, 'cell')} of {name} with only spaces as missing{kind}."
        )
    words = {word: count for word, count in column.missing_words.items() if word}
    if is_number or reader.codes:
        hollow = np.flatnonzero(column.hollow)
        words |= {str(column.levels[i]): int(column.counts[i]) for i in hollow}
    if words:
        counted = listed(f"{quote(word)} ({count:,})" for word, count in sorted(words.items()))
        sentences.append(f"Read {counted} in {name} as missing.")
    return sentences


def _missing(values: pd.Series) -> np.ndarray:
    return values.isna().to_numpy()


def _unusable(what: str, column: Column, cells: np.ndarray, rows: np.ndarray) -> list[str]:
    """A sentence on the cells, True in `cells`, that hold a text but no value of this column."""
    found = np.flatnonzero(cells)
    if not found.size:
        return []
    where = f"{plural(found.size, 'cell')} of {quote(column.name)}"
    return [f"Found {what} in {where}, read as missing: {cells_at(column.text, found, rows)}."]


def cells_at(text: pd.Series, positions: np.ndarray, rows: np.ndarray) -> str:
    """Cells with their rows; the first few of many."""
    first = [f"{quote(text.iloc[i])} in row {rows[i]}" for i in positions[:3]]
    more = f" and {positions.size - 3:,} more" if positions.size > 3 else ""
    return f"{', '.join(first)}{more}"


def _formatted(column: Column) -> list[str]:
    """A sentence on numbers with signs, separators or units."""
    texts = column.formatted_numbers
    if not texts:
        return []
    chosen = np.isin(column.levels, texts)
    first = int(np.flatnonzero(chosen[column.codes] & (column.codes >= 0))[0])
    unit = f"; their unit is {', '.join(column.units)}" if column.units - {"%", "th"} else ""
    if column.units == {"year"} and says(column.name, AGES):
        unit = ""
    return [
        f"Read {plural(int(column.counts[chosen].sum()), 'cell')} of {quote(column.name)} as "
        f"numbers that are written with signs or separators, such as "
        f"{quote(column.text.iloc[first])} as {column.numbers.iloc[first]:.15g}{unit}."
    ]


def _doubtful(column: Column) -> list[str]:
    """A sentence where every cell may have a decimal sign or a separator of thousands."""
    if column.is_numeric or column.cells.settled:
        return []
    sign, other = column.decimal, "," if column.decimal == "." else "."
    texts = column.levels
    if not (is_doubtful(texts, sign) or (other == "." and is_doubtful(texts, other))):
        return []
    in_cells = sign if is_doubtful(texts, sign) else other
    first = next(i for i, text in enumerate(texts) if in_cells in text)
    return [
        f"Doubtful: every cell of {quote(column.name)}, such as {quote(texts[first])}, has "
        f"{'a point' if in_cells == '.' else 'a comma'} before its last three digits; read it as "
        f"{column.level_numbers[first]:.15g} (if that is wrong: --decimal '{other}')."
    ]


def _sentinel(reader: Reader, column: Column) -> list[str]:
    if reader.sentinel is None:
        return []
    count = int((column.numbers == reader.sentinel).sum())
    name, value = quote(reader.name), f"{reader.sentinel:g}"
    return [
        f"Read {value} in {plural(count, 'cell')} of {name} as missing: it is far from all other "
        f"values and too frequent for one (--number {name} keeps it; --missing {value} reads it so "
        "in every column)."
    ]
