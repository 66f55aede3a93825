"""Columns that are the same in every row, and large beside all the others.

A column of one value decides nothing, but the mean of equal numbers may be off by a last digit. A
constant time in nanoseconds, 1763738000123456789, has digits of 256: centers that differ by one
of them are farther apart than the groups of the other columns, which lost every row in a table
of three clear groups. So such columns are set to 0 while k-means works, and centers get the value
back, exactly.
"""

from __future__ import annotations

import numpy as np

LARGE = 2.0**30  # times the widest column: below that, the last digits add 1e-14 to a distance


def large_constants(X: np.ndarray) -> np.ndarray | None:
    """The value of each column to be set to 0, and 0 for the others; None if there is none.

    O(d) where no column looks constant, else a pass.
    """
    first = X[0]
    if not ((first == X[len(X) // 2]) & (first == X[-1]) & (first != 0.0)).any():
        return None
    low, high = X.min(axis=0), X.max(axis=0)
    widest = float((high / 2 - low / 2).max())  # halves: a column may be as wide as its type
    large = (low == high) & (np.abs(first) / 2 > LARGE * widest)
    return np.where(large, first, X.dtype.type(0)) if large.any() else None


def without_constants(X: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """New rows and the centers they are measured to, both without what is constant in both."""
    values = large_constants(centers)
    if values is None:
        return X, centers
    shared = np.array([value != 0.0 and (X[:, j] == value).all() for j, value in enumerate(values)])
    return (zeroed(X, shared), zeroed(centers, shared)) if shared.any() else (X, centers)


def zeroed(X: np.ndarray, columns: np.ndarray, *, in_place: bool = False) -> np.ndarray:
    """`X` with 0 in these columns; a copy unless `in_place`."""
    result = X if in_place else X.copy()
    result[:, columns] = 0.0
    return result
