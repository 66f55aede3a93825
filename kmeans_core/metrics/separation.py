"""How compact are the clusters, and how far apart are their means?

Calinski-Harabasz needs one pass over the rows, Davies-Bouldin two.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.metrics.labelled import Labelled, check_finite_matrix, check_labelled, threads
from kmeans_core.metrics.moments import Moments, cluster_moments, distances_to_means
from kmeans_core.rows.scale import power_of_two_scale

SMALL, LARGE = 1e-200, 1e200  # sums of squares between these have all digits


def davies_bouldin_score(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> float:
    """Davies-Bouldin index: mean over clusters of the worst ``(s_i + s_j) / d_ij``; low is good.

    ``s_i`` is the mean distance of the rows of cluster i to its mean, ``d_ij`` the distance
    between the means i and j. As in scikit-learn, a pair of equal means counts as 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice. A row of weight 0 is left out.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    float
        At least 0, without units.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n d + k^2 d) time, O(n + k d) memory: one pass for the means (one more if digits were lost),
    one for the distances. It favours round clusters, and clusters of a single row, whose spread is
    0.

    References
    ----------
    Davies and Bouldin 1979, "A cluster separation measure", section 3 with p = 2, q = 1,
    doi 10.1109/TPAMI.1979.4766909.
    """
    with threads(n_threads) as workers:
        data, moments = _summary(X, labels, sample_weight, workers)
        distances = distances_to_means(data.X, data.codes, moments, data.weight, workers)
    spread = distances / moments.cluster_weight
    worst = np.zeros(len(spread))
    for i in range(len(worst)):
        apart = np.sqrt((_from_mean(moments, i) ** 2).sum(axis=1))
        apart[apart == 0.0] = np.inf  # the cluster itself, and any with the same mean
        worst[i] = ((spread + spread[i]) / apart).max()
    return float(worst.mean())


def calinski_harabasz_score(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> float:
    """Calinski-Harabasz index (variance ratio): ``(B / (k - 1)) / (W / (n - k))``; high is good.

    ``W`` is the sum of squares within the clusters, ``B`` that of the cluster means around the
    mean of all rows, each mean counted once per row of its cluster. It is 1 if W is 0, as in
    scikit-learn.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice. A row of weight 0 is left out.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    float
        At least 0, without units.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n d) time, O(n + k d) memory: one pass, and one more if digits were lost. It favours round
    clusters of similar spread, and often grows with k on heavy-tailed data.

    References
    ----------
    Calinski and Harabasz 1974, "A dendrite method for cluster analysis", section 3,
    doi 10.1080/03610927408827101.
    """
    with threads(n_threads) as workers:
        _, moments = _summary(X, labels, sample_weight, workers)
    weights, means = moments.cluster_weight, _from_mean(moments, 0)
    within, total = float(moments.squares.sum()), float(weights.sum())
    center = weights @ means / total
    between = float(weights @ ((means - center) ** 2).sum(axis=1))
    if within == 0.0:
        return 1.0
    return between * (total - len(means)) / (within * (len(means) - 1.0))


def _summary(X: Any, labels: Any, sample_weight: Any, workers: Workers) -> tuple[Labelled, Moments]:
    """The checked rows, and the moments of their clusters.

    Both indices are ratios, so rows whose squares would over- or underflow are scaled by a power of
    two. A NaN or an infinity makes the squares NaN or infinite, so only then is it searched.
    """
    data = check_labelled(X, labels, sample_weight, workers, finite=False)
    moments = cluster_moments(data.X, data.codes, data.n_labels, data.weight, workers)
    with np.errstate(over="ignore", invalid="ignore", under="ignore"):
        size = moments.squares.sum() + (_from_mean(moments, 0) ** 2).sum()
    if not SMALL < size < LARGE:
        _, largest = check_finite_matrix(data.X, workers)
        scaled = data.X.astype(np.float64)
        scaled *= power_of_two_scale(largest, scaled.dtype)
        data = data._replace(X=scaled)
        moments = cluster_moments(scaled, data.codes, data.n_labels, data.weight, workers)
    return data, moments


def _from_mean(moments: Moments, i: int) -> np.ndarray:
    """Each mean minus mean i, with all digits also far from the origin."""
    return (moments.base - moments.base[i]) + (moments.shift - moments.shift[i])
