"""What the families of tables share: the rows that a family draws, and their number."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Rows(NamedTuple):
    """What one family draws with one seed."""

    X: np.ndarray  # (n_rows, n_columns), in the units of a customer table
    labels: np.ndarray | None = None  # (n_rows,), the group from 0, -1 for noise; None: no groups
    categories: tuple[tuple[int, int], ...] = ()  # start, stop of the 0/1 columns of a category


def number_of_rows(rng: np.random.Generator, low: int = 200, high: int = 2_000) -> int:
    """A number of rows; small tables are as frequent as large ones."""
    return int(np.exp(rng.uniform(np.log(low), np.log(high))))


def between(rng: np.random.Generator, low: int, high: int) -> int:
    """An integer from `low` to `high`, both included."""
    return int(rng.integers(low, high + 1))


def correlated(
    rng: np.random.Generator, n_rows: int, n_columns: int, strength: float = 0.7
) -> np.ndarray:
    """Standard normal columns that share one factor, with loadings up to `strength`."""
    loadings = rng.uniform(-strength, strength, n_columns)
    own = rng.normal(size=(n_rows, n_columns)) * np.sqrt(1.0 - loadings**2)
    return rng.normal(size=(n_rows, 1)) * loadings + own


def rotation(rng: np.random.Generator, n_columns: int) -> np.ndarray:
    """A random orthogonal matrix."""
    return np.linalg.qr(rng.normal(size=(n_columns, n_columns)))[0]


def one_hot(codes: np.ndarray, n_levels: int) -> np.ndarray:
    """The 0/1 columns of a category."""
    return (codes[:, np.newaxis] == np.arange(n_levels)).astype(np.float64)


def side_by_side(numbers: np.ndarray, blocks: list[np.ndarray]) -> Rows:
    """Columns of numbers, then the 0/1 columns of each category; without labels."""
    ranges, start = [], numbers.shape[1]
    for block in blocks:
        ranges.append((start, start + block.shape[1]))
        start += block.shape[1]
    return Rows(np.hstack([numbers, *blocks]), categories=tuple(ranges))
