"""How compact are the clusters, and how far apart are their means?

Davies-Bouldin and Calinski-Harabasz: two passes over the rows, whatever their number.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.metrics.spread import cluster_means, cluster_spreads
from kmeans_core.metrics.table import check_labelled, threads
from kmeans_core.validation import check_matrix


def davies_bouldin_score(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> float:
    """Davies-Bouldin index: mean over clusters of the worst ``(s_i + s_j) / d_ij``; low is good.

    ``s_i`` is the mean distance of the rows of cluster i to its mean, ``d_ij`` the distance
    between the means i and j. As in scikit-learn, a pair with the same mean counts 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice, one of weight 0 is not there.
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

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
    O(n d + k^2 d) time, O(n + k d) memory: one pass for the means, one for the spreads. It
    rewards round clusters, and clusters of a single row, whose spread is 0.

    References
    ----------
    Davies and Bouldin 1979, "A cluster separation measure", section 3 with p = 2, q = 1,
    doi 10.1109/TPAMI.1979.4766909.
    """
    means, mass, distances, _ = _summary(X, labels, sample_weight, n_threads)
    spread = distances / mass
    worst = np.zeros(len(means))
    for i in range(len(means)):
        apart = np.sqrt(((means - means[i]) ** 2).sum(axis=1))
        apart[apart == 0.0] = np.inf  # the cluster itself, and any with the same mean
        worst[i] = ((spread + spread[i]) / apart).max()
    return float(worst.mean())


def calinski_harabasz_score(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> float:
    """Calinski-Harabasz index (variance ratio): ``(B / (k - 1)) / (W / (n - k))``; high is good.

    ``W`` is the sum of squares within the clusters, ``B`` that of the cluster means around the
    mean of all rows, each mean counted once a row. Without any spread inside, it is 1, as in
    scikit-learn.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice, one of weight 0 is not there.
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

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
    O(n d) time, O(n + k d) memory. It rewards round clusters of similar spread, and often grows
    with k on heavy-tailed data.

    References
    ----------
    Calinski and Harabasz 1974, "A dendrite method for cluster analysis", section 3,
    doi 10.1080/03610927408827101.
    """
    means, mass, _, squares = _summary(X, labels, sample_weight, n_threads)
    within, total = float(squares.sum()), float(mass.sum())
    center = mass @ means / total
    between = float(mass @ ((means - center) ** 2).sum(axis=1))
    if within == 0.0:
        return 1.0
    return between * (total - len(means)) / (within * (len(means) - 1.0))


def _summary(
    X: Any, labels: Any, sample_weight: Any, n_threads: int | None
) -> tuple[np.ndarray, ...]:
    """By cluster: mean, mass, and the sums of the distances to the mean and of their squares."""
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, sample_weight, workers, finite=False)
        means, mass = cluster_means(data.X, data.codes, data.n_labels, data.weight, workers)
        if not np.isfinite(means).all():
            check_matrix(data.X)  # a NaN or an infinity is in one of the means
        spreads = cluster_spreads(data.X, data.codes, means, data.weight, workers)
    return means, mass, *spreads
