"""Inertia, the within-cluster sum of squares: the objective of k-means and Ward's linkage."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.metrics.labelled import check_finite_matrix, threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.metrics.moments import cluster_moments, squares_around
from kmeans_core.validation import check_matrix, check_sample_weight


def inertia(
    X: Any,
    labels: Any,
    centers: Any = None,
    *,
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> float:
    """Sum of squared distances from each row to the center of its cluster (WCSS).

    ``sum_i w_i ||x_i - c_{labels[i]}||^2``, the quantity that k-means minimises (Lloyd 1982,
    doi 10.1109/TIT.1982.1056489) and that each merge of Ward's linkage increases as little as
    possible.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
        Any labels; with `centers`, integers 0..n_clusters-1, the rows of `centers`.
    centers : array-like of shape (n_clusters, n_features), optional
        The default is the (weighted) mean of each cluster.
    sample_weight : array-like of shape (n_samples,), optional
        The weight of each row; the default is 1.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    float
        At least 0, in squared units of `X`; for float32 data too it is summed in float64.

    Raises
    ------
    ValueError
        Labels of another length or outside 0..n_clusters-1, centers with another number of
        features, a NaN in `X`, `labels` or `centers`, bad weights.

    Notes
    -----
    O(n d) time, O(n + k d) memory. The smallest inertia never rises with the number of clusters,
    so inertia alone cannot choose that number: see `kmeans_core.selection.knee`.
    """
    with threads(n_threads) as workers:
        X, _ = check_finite_matrix(X, workers)
        weight = check_sample_weight(sample_weight, len(X), np.float64)
        if centers is None:
            codes, n_labels = check_labels(labels, len(X))
            squares = cluster_moments(X, codes, n_labels, weight, workers).squares
        else:
            centers = check_matrix(centers, "centers", dtype=np.float64)
            _check_same_features(centers, X)
            codes = _center_indices(labels, len(X), len(centers))
            _, _, squares = squares_around(X, codes, centers, weight, workers)
        return float(squares.sum())


def _check_same_features(centers: np.ndarray, X: np.ndarray) -> None:
    if centers.shape[1] != X.shape[1]:
        raise ValueError(
            f"centers has {centers.shape[1]} features, but X has {X.shape[1]}: they must agree."
        )


def _center_indices(labels: Any, n_samples: int, n_clusters: int) -> np.ndarray:
    """Labels that index `centers`, as int64."""
    check_labels(labels, n_samples)
    array = np.asarray(labels)
    if array.dtype.kind not in "iub":
        raise ValueError(
            f"labels must be whole numbers when centers are given, their dtype is {array.dtype}."
        )
    if n_samples and (array.min() < 0 or array.max() >= n_clusters):
        raise ValueError(
            f"labels must lie between 0 and {n_clusters - 1}, the rows of centers; "
            f"they run from {array.min()} to {array.max()}."
        )
    return np.ascontiguousarray(array, dtype=np.int64)
