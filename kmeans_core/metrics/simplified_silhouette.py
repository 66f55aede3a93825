"""Simplified silhouette: distances to the centers stand for mean distances to the rows."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.metrics.labelled import Labelled, check_labelled, threads
from kmeans_core.metrics.moments import cluster_moments
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import ROWS_PER_PART
from kmeans_core.validation import weight_a_row


def simplified_silhouette_samples(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> np.ndarray:
    """``(b - a) / max(a, b)`` with the distances to cluster means for ``a`` and ``b``.

    ``a`` is the distance of a row to the mean of its cluster, ``b`` that to the nearest other
    mean. Another number than the silhouette, and usually a higher one: compare it only with its
    own kind. A row for which both are 0 gets 0, and so does a row alone in its cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice; a row of weight 0 is not there and gets NaN.
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Between -1 and 1; after k-means not below 0, but for rounding.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n k d) time, O(n + k d) memory, for tables whose n^2 distances take too long. Like the
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
        means, mass = moments.means, moments.mass
        values = np.empty(len(data.X))

        def task(first: int, last: int) -> None:
            start, stop = first * ROWS_PER_PART, min(last * ROWS_PER_PART, len(data.X))
            _simplified(data.X, data.codes, means, mass, start, stop, values)

        workers.run(task, -(-len(data.X) // ROWS_PER_PART))
    return _everywhere(values, data, len(labels))


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
    O(n k d) time, O(n + k d) memory. Usually above `silhouette_score`: compare like with like.
    """
    values = simplified_silhouette_samples(
        X, labels, sample_weight=sample_weight, n_threads=n_threads
    )
    if sample_weight is None:
        return float(values.mean())
    weight = np.asarray(weight_a_row(sample_weight, len(values)), dtype=np.float64)
    return float(np.average(values[weight > 0], weights=weight[weight > 0]))


def _everywhere(values: np.ndarray, data: Labelled, n_samples: int) -> np.ndarray:
    if data.kept is None:
        return values
    result = np.full(n_samples, np.nan)
    result[data.kept] = values
    return result


@kernel
def _simplified(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    means,  # IN  (n_labels, n_features)
    mass,  # IN  (n_labels,)
    start,  # IN  first row
    stop,  # IN  row after the last
    values,  # OUT (n_samples,)
):
    """Write the simplified silhouettes of these rows."""
    for i in range(start, stop):
        own, nearest = 0.0, np.inf
        for c in range(means.shape[0]):
            distance = squared_distance(X, i, 1.0, means, c)
            if c == codes[i]:
                own = np.sqrt(distance)
            else:
                nearest = min(nearest, np.sqrt(distance))
        larger = max(own, nearest)
        alone = mass[codes[i]] <= 1.0
        values[i] = (nearest - own) / larger if larger > 0.0 and not alone else 0.0
