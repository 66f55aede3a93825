"""Simplified silhouette: distances to cluster means in place of mean distances to rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.threads import until_cancelled
from kmeans_core.metrics.labelled import check_labelled, of_all_rows, threads, weighted_mean
from kmeans_core.metrics.moments import cluster_moments
from kmeans_core.metrics.silhouette_pairs import silhouette_of
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import ROWS_PER_PART


def simplified_silhouette_samples(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> np.ndarray:
    """``(b - a) / max(a, b)`` with the distances to cluster means for ``a`` and ``b``.

    ``a`` is the distance of a row to the mean of its cluster, ``b`` that to the nearest other
    mean. It is usually higher than the silhouette: compare it only with other simplified
    silhouettes. It is 0 for a row for which a and b are 0, and for a row alone in its cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice. A row of weight 0 is left out; its value is NaN.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Between -1 and 1; after k-means at least 0, up to rounding.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n k d) time, O(n + k d) memory: for tables that are too large for n^2 distances. Like the
    silhouette it favours round clusters of one size.

    References
    ----------
    Hruschka, de Castro, Campello 2004, "Evolutionary algorithms for clustering gene-expression
    data", ICDM, section 3, doi 10.1109/ICDM.2004.10073. Vendramin, Campello, Hruschka 2010,
    "Relative clustering validity criteria", section 2.2, doi 10.1002/sam.10080.
    """
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, sample_weight, workers)
        moments = cluster_moments(data.X, data.codes, data.n_labels, data.weight, workers)
        means, is_alone = moments.means, moments.cluster_weight <= 1.0
        values = np.empty(len(data.X))

        def task(start: int, stop: int) -> None:
            for part in until_cancelled(range(start, stop)):
                first = part * ROWS_PER_PART
                rows = values[first : first + ROWS_PER_PART]
                _simplified(data.X, data.codes, means, is_alone, first, rows)

        workers.run(task, -(-len(data.X) // ROWS_PER_PART))
    return of_all_rows(values, data, len(labels))


def simplified_silhouette_score(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> float:
    """The (weighted) mean of `simplified_silhouette_samples`.

    Parameters
    ----------
    X, labels, sample_weight, n_threads
        As in `simplified_silhouette_samples`.

    Returns
    -------
    float
        Between -1 and 1.

    Raises
    ------
    ValueError
        As `simplified_silhouette_samples`.

    Notes
    -----
    O(n k d) time, O(n + k d) memory. It is usually above `silhouette_score`: do not compare the
    two.
    """
    values = simplified_silhouette_samples(
        X, labels, sample_weight=sample_weight, n_threads=n_threads
    )
    return weighted_mean(values, sample_weight)


@kernel
def _simplified(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    means,  # IN  (n_labels, n_features)
    is_alone,  # IN  (n_labels,): whether the cluster's weight is 1 or less
    start,  # IN  first row
    values,  # OUT (n_rows,)
):
    """Writes the simplified silhouettes of row `start` and the following ones."""
    for row in range(values.shape[0]):
        i, own, nearest = start + row, 0.0, np.inf
        for c in range(means.shape[0]):
            distance = np.sqrt(squared_distance(X, i, 1.0, means, c))
            if c == codes[i]:
                own = distance
            else:
                nearest = min(nearest, distance)
        values[row] = silhouette_of(own, nearest, is_alone[codes[i]])
