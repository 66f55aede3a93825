"""Within-cluster sum of squares, and the cluster means that other metrics start from."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.metrics.labels import check_labels
from kmeans_core.validation import check_matrix, check_sample_weight


def inertia(X: Any, labels: Any, centers: Any = None, *, sample_weight: Any = None) -> float:
    """Sum of squared distances from each row to the center of its cluster (WCSS).

    ``sum_i w_i ||x_i - c_{labels[i]}||^2``, the quantity that k-means makes small (Lloyd 1982,
    doi 10.1109/TIT.1982.1056489) and Ward's linkage adds to as little as it can.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
        Any labels; with `centers`, whole numbers that are rows of `centers`.
    centers : array-like of shape (n_clusters, n_features), optional
        The default is the (weighted) mean of each cluster.
    sample_weight : array-like of shape (n_samples,), optional
        What each row counts; the default is 1.

    Returns
    -------
    float
        At least 0, in squared units of `X`; for float32 data too it is summed in float64.

    Raises
    ------
    ValueError
        Labels of another length or outside ``0..n_clusters-1``, centers with another number of
        features, a NaN anywhere, bad weights.

    Notes
    -----
    O(n d) time, O(n + k d) memory. It never rises with the number of clusters when each
    clustering is the best one, so it cannot choose that number alone: look for its knee.
    """
    X = check_matrix(X)
    weight = _weights(sample_weight, len(X))
    if centers is None:
        codes, n_labels = check_labels(labels, len(X))
        means = cluster_means(X, codes, n_labels, weight)
    else:
        means = check_matrix(centers, "centers", dtype=np.float64)
        _check_same_features(means, X)
        codes = _row_numbers(labels, len(X), len(means))
    return float(_weighted_squares(X, codes, means, weight))


def cluster_means(
    X: np.ndarray, codes: np.ndarray, n_labels: int, weight: np.ndarray | None = None
) -> np.ndarray:
    """The (weighted) mean of each cluster, float64, shape (n_labels, n_features).

    A cluster whose weights are all zero has no mean; its row is the origin, and counts nothing.
    """
    means = np.zeros((n_labels, X.shape[1]))
    totals = np.zeros(n_labels)
    _sum_by_label(X, codes, np.ones(len(X)) if weight is None else weight, means, totals)
    return means / np.where(totals > 0, totals, 1.0)[:, None]


def _weights(sample_weight: Any, n_samples: int) -> np.ndarray:
    weight = check_sample_weight(sample_weight, n_samples, np.float64)
    return np.ones(n_samples) if weight is None else weight


def _check_same_features(centers: np.ndarray, X: np.ndarray) -> None:
    if centers.shape[1] != X.shape[1]:
        raise ValueError(
            f"centers has {centers.shape[1]} features, but X has {X.shape[1]}: they must agree."
        )


def _row_numbers(labels: Any, n_samples: int, n_clusters: int) -> np.ndarray:
    """Labels that are rows of `centers`, as int64."""
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


@kernel
def _sum_by_label(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,)
    sums,  # INOUT (n_labels, n_features), zeros on entry
    totals,  # INOUT (n_labels,), zeros on entry
):
    """Add each row, times its weight, to the sum of its cluster, in row order."""
    for i in range(X.shape[0]):
        c = codes[i]
        totals[c] += weight[i]
        for f in range(X.shape[1]):
            sums[c, f] += weight[i] * np.float64(X[i, f])


@kernel
def _weighted_squares(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    centers,  # IN  (n_clusters, n_features)
    weight,  # IN  (n_samples,)
):
    """Return the sum over rows of weight times squared distance to the row's center."""
    total = 0.0
    for i in range(X.shape[0]):
        c = codes[i]
        square = 0.0
        for f in range(X.shape[1]):
            difference = np.float64(X[i, f]) - centers[c, f]
            square += difference * difference
        total += weight[i] * square
    return total
