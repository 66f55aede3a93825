"""A table with labels and weights, checked: the input of every internal metric."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers, usable_threads
from kmeans_core.metrics.labels import check_labels, check_number_of_labels
from kmeans_core.rows.scale import magnitude
from kmeans_core.validation import (
    check_matrix,
    check_n_threads,
    check_sample_weight,
    weight_per_row,
)


class Labelled(NamedTuple):
    """Rows of positive weight, and the cluster of each."""

    X: np.ndarray  # (n_samples, n_features), float32 or float64; without rows of weight 0
    codes: np.ndarray  # (n_samples,) int64, 0..n_labels-1
    n_labels: int
    weight: np.ndarray | None  # (n_samples,) float64, all positive; None: 1
    kept: np.ndarray | None  # which rows of the caller's table these are; None: all
    magnitude: float  # largest absolute value of X; NaN if it was not computed


def threads(n_threads: int | None) -> Workers:
    """`n_threads` threads for one ``with`` block; None: all that this process may use."""
    check_n_threads(n_threads)
    return Workers(usable_threads(n_threads))


def check_labelled(
    X: Any, labels: Any, sample_weight: Any, workers: Workers, *, finite: bool = True
) -> Labelled:
    """Check the input of an internal metric.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), float or None
        Rows of weight 0 are left out.
    workers : Workers
    finite : bool
        False: the caller finds NaN and infinities in a pass of its own.

    Returns
    -------
    Labelled

    Raises
    ------
    TypeError
        `X` is sparse.
    ValueError
        One cluster, as many clusters as rows (with weights: as the total weight), labels of another
        length, a NaN, bad weights.

    Notes
    -----
    O(n d) time; no copy of a C-ordered float `X` without rows of weight 0.
    """
    largest = float("nan")
    if finite or sample_weight is not None:
        X, largest = check_finite_matrix(X, workers)
    else:
        X = check_matrix(X, finite=False)
    codes, n_labels = check_labels(labels, len(X))
    weight, kept = check_sample_weight(sample_weight, len(X), np.float64), None
    if weight is not None and not weight.all():
        kept = np.flatnonzero(weight)
        X, weight = X[kept], weight[kept]
        codes, n_labels = check_labels(codes[kept], len(X))
    check_number_of_labels(n_labels, len(X) if weight is None else float(weight.sum()))
    return Labelled(X, codes, n_labels, weight, kept, largest)


def check_finite_matrix(X: Any, workers: Workers) -> tuple[np.ndarray, float]:
    """`check_matrix`, and the largest absolute value; one pass for both, on all threads."""
    X = check_matrix(X, finite=False)
    largest = magnitude(X, workers)
    if not np.isfinite(largest):
        check_matrix(X)  # raises, and names the row of the NaN or infinity
    return X, largest


def of_all_rows(values: np.ndarray, data: Labelled, n_samples: int) -> np.ndarray:
    """Values of the caller's `n_samples` rows; NaN for rows of weight 0."""
    if data.kept is None:
        return values
    result = np.full(n_samples, np.nan)
    result[data.kept] = values
    return result


def weighted_mean(values: np.ndarray, sample_weight: Any) -> float:
    """Mean of the values of all rows; with weights, of those of positive weight."""
    if sample_weight is None:
        return float(values.mean())
    weight = np.asarray(weight_per_row(sample_weight, len(values)), dtype=np.float64)
    return float(np.average(values[weight > 0], weights=weight[weight > 0]))
