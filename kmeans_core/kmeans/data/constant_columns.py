"""Columns that have one value in every row, and a large one beside all other columns.

Such a column decides nothing, but the mean of equal numbers may be off by a last digit. A constant
time in nanoseconds, 1763738000123456789, has digits of 256: two centers that differ in one of them
are farther apart than the groups of the other columns, and in a table of three clear groups one
center took every row. So these columns are 0 while k-means works. The centers get the value back,
exactly.
"""

from __future__ import annotations

import numpy as np

_LARGE = 2.0**30  # times the widest column: below that, the last digits add 1e-14 to a distance


def large_constants(X: np.ndarray) -> np.ndarray | None:
    """The value of each large constant column, 0 for the others; None if there is none.

    O(d) time where no column can be constant, by its first, middle and last value; else one pass.
    """
    first = X[0]
    if not ((first == X[len(X) // 2]) & (first == X[-1]) & (first != 0.0)).any():
        return None
    low, high = X.min(axis=0), X.max(axis=0)
    widest = float((high / 2 - low / 2).max())  # halves: a column may be as wide as its dtype
    large = (low == high) & (np.abs(first) / 2 > _LARGE * widest)
    return np.where(large, first, X.dtype.type(0)) if large.any() else None


def without_constants(X: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """New rows and the centers they are measured to, with 0 in what is constant in both."""
    values = large_constants(centers)
    if values is None:
        return X, centers
    shared = np.array([value != 0.0 and (X[:, j] == value).all() for j, value in enumerate(values)])
    return (zeroed(X, shared), zeroed(centers, shared)) if shared.any() else (X, centers)


def zeroed(X: np.ndarray, columns: np.ndarray, *, in_place: bool = False) -> np.ndarray:
    """`X` with 0 in the columns where `columns` is true; a copy unless `in_place`."""
    result = X if in_place else X.copy()
    result[:, columns] = 0.0
    return result
