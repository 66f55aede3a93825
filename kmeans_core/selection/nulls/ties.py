"""Ties: values that many rows share are spread over the gap that their scale leaves."""

from __future__ import annotations

import numpy as np

FEW = 0.25  # of the rows: a column with at most this share of different values has ties


def without_ties(X: np.ndarray, rng: np.random.RandomState) -> np.ndarray:
    """The table with each coarse value spread evenly over half a step to either side.

    A step is the median one between neighbouring values of a column. Counts, answers on a scale and
    0/1 columns have gaps between their values that are no gaps between customers.
    """
    spread = np.array(X, dtype=np.float64, order="C")
    for column in range(X.shape[1]):
        values = np.unique(X[:, column])
        if 1 < len(values) <= max(2.0, FEW * len(X)):
            step = float(np.median(np.diff(values)))
            spread[:, column] += step * (rng.random_sample(len(X)) - 0.5)
    return spread
