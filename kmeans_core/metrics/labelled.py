"""A table, its labels and weights: what every internal metric takes in, checked."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers, usable_threads
from kmeans_core.metrics.labels import check_labels, check_number_of_labels
from kmeans_core.rows.scale import magnitude
from kmeans_core.validation import check_matrix, check_n_threads, check_sample_weight


class Labelled(NamedTuple):
    """Rows that count, and the cluster of each."""

    X: np.ndarray  # (n_samples, n_features), float32 or float64, rows of weight 0 left out
    codes: np.ndarray  # (n_samples,) int64, 0..n_labels-1
    n_labels: int
    weight: np.ndarray | None  # (n_samples,) float64, all positive; None: 1
    kept: np.ndarray | None  # which rows of the caller's table these are; None: all
    magnitude: float  # largest absolute value; NaN where the numbers were not looked at


def threads(n_threads: int | None) -> Workers:
    """`n_threads` threads for one ``with`` block; None: all that this process may use."""
    check_n_threads(n_threads)
    return Workers(usable_threads(n_threads))


def check_labelled(
    X: Any, labels: Any, sample_weight: Any, workers: Workers, *, finite: bool = True
) -> Labelled:
    """Check what an internal metric is given.

    A row of weight 0 is as if it were not there. With ``finite=False`` the caller looks for NaN
    and infinities in a pass that it makes anyway.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows (for weights: as the total weight), labels of
        another length, a NaN, bad weights.
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
    """`check_matrix`, and the largest absolute value; one pass over threads for both."""
    X = check_matrix(X, finite=False)
    largest = magnitude(X, workers)
    if not np.isfinite(largest):
        check_matrix(X)  # says where the NaN or the infinity is
    return X, largest
