"""Explore: the columns of a table, their correlations and missing cells, in bounded space."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.features.columns.choose import Columns
from segment.features.columns.reader import Reader
from segment.features.customers.clean import Cleaned
from segment.tables.cells import Column
from segment.wording import amount, lined_up, percent, shorten

BARS = 12  # of a distribution
LEVELS = 6  # of a category that are counted; the rest are one
SHOWN_COLUMNS = 60
SHOWN_PAIRS = 8
SHOWN_NUMBERS = 20  # in the table of correlations
SHOWN_PATTERNS = 5
SAMPLE = 20_000  # rows, for correlations
BLOCKS = "▁▂▃▄▅▆▇█"


class Summary(NamedTuple):
    """One column as it was found."""

    name: str
    role: str
    missing: int
    distinct: int
    values: str  # the range of numbers, else the most frequent values
    bars: list[float]  # the distribution of numbers; the highest bar is 1
    counts: list[tuple[str, int]]  # the most frequent values of a category
    reason: str = ""  # for the role

    @property
    def sketch(self) -> str:
        """The distribution as a line of block characters."""
        return "".join(BLOCKS[round(bar * (len(BLOCKS) - 1))] for bar in self.bars)


class Exploration(NamedTuple):
    """What is in a table; each part has a largest size, which the constants give."""

    columns: list[Summary]
    n_columns: int
    correlations: list[tuple[str, str, float]]  # the strongest, of all pairs of numbers
    table: pd.DataFrame  # the correlations of the numbers in the strongest pairs
    patterns: list[tuple[str, int]]  # which columns are missing together, and in how many rows
    n_complete: int  # rows without a missing cell


def explore(cleaned: Cleaned, columns: Columns) -> Exploration:
    """Distributions, correlations, missing patterns. O(n d), and O(d^2) for at most 60 numbers."""
    readers = {reader.name: reader for reader in columns.readers if reader.item is None}
    found, missing = [], {}
    for name in list(columns.roles)[:SHOWN_COLUMNS]:
        role, column = columns.roles[name], cleaned.columns[name]
        values, summary = _describe(column, role, readers.get(name))
        missing[name] = values.isna().to_numpy()
        found.append(summary._replace(reason=columns.reasons[name]))
    holes = pd.DataFrame(missing)
    table = _correlations(columns)
    pairs = _strongest(table)
    return Exploration(
        found,
        cleaned.frame.shape[1],
        pairs[:SHOWN_PAIRS],
        _of_pairs(table, pairs),
        _patterns(holes),
        int((~holes.any(axis=1)).sum()),
    )


def _describe(cells: Column, role: str, reader: Reader | None) -> tuple[pd.Series, Summary]:
    """The values of a column, and its summary."""
    values = cells.text if reader is None else reader.read(cells)
    levels = _frequent(cells)
    summary, bars, counts = _levels(levels), [], []
    if reader and reader.is_number:
        summary, bars = _range(values), _bars(values)
    if reader and reader.role == "date":
        days = reader.days(cells)
        summary, bars = f"{days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}", _bars(-values)
    if role in ("category", "yes/no"):
        counts = _counts(levels)
    n_missing = int(values.isna().sum())
    n_values = values.nunique() if reader and reader.is_number else len(cells.levels)
    return values, Summary(cells.name, role, n_missing, n_values, summary, bars, counts)


def exploration_lines(found: Exploration) -> list[str]:
    """The exploration as lines of plain text."""
    rows = [
        (
            shorten(c.name, 28),
            c.role,
            f"{c.missing:,}",
            f"{c.distinct:,}",
            c.sketch,
            shorten(c.values, 80),
        )
        for c in found.columns
    ]
    lines = lined_up([("column", "role", "missing", "distinct", "", "values"), *rows])
    if found.n_columns > len(found.columns):
        lines.append(f"... and {found.n_columns - len(found.columns):,} more columns")
    lines += ["", *(f"correlation {r:+.2f}: {a} and {b}" for a, b, r in found.correlations)]
    if found.patterns:
        lines += [
            f"missing in {count:,} rows: {shorten(names, 80)}" for names, count in found.patterns
        ]
        lines.append(f"nothing missing in {found.n_complete:,} rows")
    return lines


def role_lines(found: Exploration) -> list[str]:
    """What each column is, and why, as lines of plain text."""
    rows = [(shorten(c.name, 28), c.role, shorten(c.reason, 110)) for c in found.columns]
    return lined_up(rows)


def _range(values: pd.Series) -> str:
    low, middle, high = map(amount, values.quantile([0, 0.5, 1]))
    return f"{low} to {high}, median {middle}"


def _bars(values: pd.Series) -> list[float]:
    """A histogram from the 1st to the 99th percentile; values outside are in the end bars."""
    present = values.dropna() / (values.abs().max() or 1.0)  # differences near 1e308 overflow
    low, high = present.quantile([0.01, 0.99])
    bins: int | np.ndarray = BARS
    whole = values.dropna()
    if (whole % 1 == 0).all() and whole.abs().max() < 1e9:
        # Each bar spans the same count of whole numbers; else some bars would be empty by rounding.
        present, (low, high) = whole, np.round(whole.quantile([0.01, 0.99]))
        step = np.ceil((high - low + 1) / BARS)
        bins = np.arange(low, high + step + 1, step) - 0.5
    counts, _ = np.histogram(present.clip(low, high), bins=bins)
    return [float(bar) for bar in counts / counts.max()]


def _frequent(cells: Column) -> pd.Series:
    """The number of cells with each text, the most frequent first."""
    first = np.zeros(len(cells.levels), dtype=np.int64)
    rows = np.arange(len(cells.codes))[::-1]
    present = cells.codes[rows] >= 0
    first[cells.codes[rows][present]] = rows[present]  # of equally frequent ones the earliest
    order = np.lexsort((first, -cells.counts))
    return pd.Series(cells.counts[order], index=cells.levels[order])


def _counts(counts: pd.Series) -> list[tuple[str, int]]:
    rest = [(f"{len(counts) - LEVELS:,} more", int(counts[LEVELS:].sum()))]
    return [*counts[:LEVELS].items(), *rest * (len(counts) > LEVELS)]


def _levels(counts: pd.Series) -> str:
    if len(counts) and counts.iloc[0] == 1:
        return f"{counts.index[0]} ..." if len(counts) > 1 else str(counts.index[0])
    first = [f"{v}: {n:,} ({percent(n / counts.sum())})" for v, n in counts[:LEVELS].items()]
    return ", ".join([*first, *(["..."] if len(counts) > LEVELS else [])])


def _correlations(columns: Columns) -> pd.DataFrame:
    numbers = columns.frame[columns.numbers[:SHOWN_COLUMNS]]
    if len(numbers) > SAMPLE:
        numbers = numbers.sample(SAMPLE, random_state=0)
    sizes = numbers.abs().max()
    return (numbers / sizes.where(sizes > 0, 1.0)).corr()


def _strongest(table: pd.DataFrame) -> list[tuple[str, str, float]]:
    """Pairs of numbers, the strongest correlation first."""
    r, names = table.to_numpy(), list(table.columns)
    one, other = np.triu_indices(len(r), k=1)
    order = np.argsort(-np.abs(np.nan_to_num(r[one, other])), kind="stable")
    return [(names[one[i]], names[other[i]], float(r[one[i], other[i]])) for i in order]


def _of_pairs(table: pd.DataFrame, pairs: list[tuple[str, str, float]]) -> pd.DataFrame:
    """The part of `table` whose numbers are in the strongest pairs, in its own order."""
    strong = list(dict.fromkeys(name for pair in pairs for name in pair[:2]))[:SHOWN_NUMBERS]
    names = [name for name in table.columns if name in strong]
    return table.loc[names, names]


def _patterns(holes: pd.DataFrame) -> list[tuple[str, int]]:
    incomplete = holes.loc[holes.any(axis=1), holes.any(axis=0)]
    if incomplete.empty:
        return []
    counts = incomplete.value_counts()[:SHOWN_PATTERNS]
    names = incomplete.columns
    keys = [key if isinstance(key, tuple) else (key,) for key in counts.index]
    return [
        (", ".join(n for n, hole in zip(names, key, strict=True) if hole), int(count))
        for key, count in zip(keys, counts, strict=True)
    ]
