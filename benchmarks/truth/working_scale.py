"""The matrix that `segment` would cluster: logarithms, outliers and categories by its own rules."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd

from benchmarks.truth.tables import Table
from segment.features.columns.choose import Columns
from segment.features.features import Category, make_features
from segment.tables.cells import PLAIN


class Working(NamedTuple):
    """A table on the scale on which it is clustered."""

    X: np.ndarray  # (n_rows, n_columns)
    blocks: tuple[tuple[int, int], ...]  # start, stop of 0/1 columns of one category; also of the
    # column that has 1 for customers who have some, where many amounts are 0


def working_scale(table: Table) -> Working:
    """The table as `segment` prepares it: numbers standardised, after a logarithm where skewed."""
    inside = {c for start, stop in table.categories for c in range(start, stop)}
    numbers = [c for c in range(table.X.shape[1]) if c not in inside]
    frame = pd.DataFrame({f"number {c}": table.X[:, c] for c in numbers})
    n_numbers = frame.shape[1]
    for start, stop in table.categories:
        levels = table.X[:, start:stop].argmax(axis=1)
        frame[f"category {start}"] = pd.Series([f"level {level}" for level in levels], dtype=object)
    names = list(frame.columns)
    found = make_features(
        Columns(
            frame=frame,
            numbers=names[:n_numbers],
            categories=names[n_numbers:],
            decisions=[],
            readers=[],
            roles={},
            reasons={},
            cells=PLAIN,
        )
    )
    blocks, start = [], 0
    for step in found.recipe:
        is_category = isinstance(step, Category)
        if is_category or step.width > 1:
            blocks.append((start, start + (step.width if is_category else 1)))
        start += step.width
    return Working(found.X, tuple(blocks))
