"""Is it one column that parts the clusters, and nothing else?

A column with modes of its own parts any table: half of the customers pay 20 and half of them 80,
and nothing else differs. That is a fact about the column, and no group of customers.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.selection.structure.parting import (
    Clusters,
    by_cluster,
    discriminant,
    neighbours,
    parting_of,
)

ALIKE = 1.0  # standard deviations within: below, two clusters do not differ in the other columns


def column_alone(X: np.ndarray, labels: np.ndarray, limit: float) -> int | None:
    """The column that by itself parts every pair of neighbours, the others being alike.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features), C-contiguous
        Without ties, see `without_ties`.
    labels : ndarray of int, shape (n_samples,)
    limit : float
        Above it a pair is parted.

    Returns
    -------
    int or None
        None for one column, or one cluster.

    Notes
    -----
    The other columns are alike if in them no pair's means are a standard deviation apart, by the
    covariance within both (Mahalanobis 1936). O(n d^2 + k^2 d^3) time.
    """
    n_features = X.shape[1]
    clusters = by_cluster(X, labels)
    pairs = neighbours(X, clusters)
    if n_features < 2 or not pairs:
        return None
    for column in range(n_features):
        others = np.delete(np.arange(n_features), column)
        only = np.array([column])
        if all(_apart(clusters, pair, others) < ALIKE for pair in pairs) and all(
            parting_of(clusters, *pair, only) > limit for pair in pairs
        ):
            return column
    return None


def _apart(clusters: Clusters, pair: tuple[int, int], columns: np.ndarray) -> float:
    """Distance of two means in these columns, in standard deviations within both clusters."""
    a, b = pair
    apart = (clusters.means[a] - clusters.means[b])[columns]
    scatter = (clusters.scatters[a] + clusters.scatters[b])[np.ix_(columns, columns)]
    n_rows = len(clusters.rows[a]) + len(clusters.rows[b])
    mean_variance = float(np.trace(scatter)) / (len(columns) * n_rows)
    if mean_variance <= 0.0:
        return 0.0 if not apart.any() else float("inf")
    line = discriminant(apart, scatter, n_rows)  # times the mean of the diagonal of the scatter
    return float(np.sqrt(max(apart @ line, 0.0) / mean_variance))
