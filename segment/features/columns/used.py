"""The columns that form segments, and why each of the others forms none."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.features.columns.reader import Reader
from segment.features.columns.roles import Choices
from segment.features.kinds.copies import Copies
from segment.wording import percent, quote

MOST_MISSING = 0.6  # of a column's cells; one with more is left out
LEFT_OUT = ("postal code", "phone", "coordinate", "counter", "code", "time stamp")


class UsedColumns:
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
