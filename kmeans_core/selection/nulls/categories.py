"""Which columns are the 0/1 columns of one category."""

from __future__ import annotations

import numpy as np


def whole_categories(X: np.ndarray) -> list[list[int]]:
    """Neighbouring columns of two values each, of which exactly one is the larger in each row.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)

    Returns
    -------
    list of list of int
        The columns of each category, at least two.
    """
    low, high = X.min(axis=0), X.max(axis=0)
    is_binary = (low < high) & ((low == X) | (high == X)).all(axis=0)
    found, start = [], 0
    while start < X.shape[1]:
        stop = _end_of_category(low < X, is_binary, start)
        if stop > start + 1:
            found.append(list(range(start, stop)))
        start = max(stop, start + 1)
    return found


def _end_of_category(is_high: np.ndarray, is_binary: np.ndarray, start: int) -> int:
    """The end of the category that begins at column `start`; `start` if none does."""
    n_high = np.zeros(len(is_high), dtype=np.int64)
    for column in range(start, is_high.shape[1]):
        if not is_binary[column]:
            break
        n_high += is_high[:, column]
        if n_high.max() > 1:
            break
        if n_high.min() == 1:
            return column + 1
    return start
