"""Silhouette: does a row lie closer to its own cluster than to the next one?"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.metrics.grouped import group_rows, squared_distances
from kmeans_core.metrics.labels import check_labels, check_number_of_labels
from kmeans_core.validation import check_choice, check_integer, check_matrix, check_random_state


def silhouette_samples(X: Any, labels: Any, *, metric: str = "euclidean") -> np.ndarray:
    """The silhouette of every row: ``(b - a) / max(a, b)``.

    ``a`` is the mean distance to the other rows of the own cluster, ``b`` the smallest mean
    distance to the rows of another cluster. A row alone in its cluster gets 0, and so does a row
    for which both are 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    metric : {'euclidean'}
        Only Euclidean distances are offered.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Between -1 (closer to another cluster) and 1 (far from every other cluster).

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN, another metric.

    Notes
    -----
    O(n^2 d) time, O(n d) memory: never an n x n matrix. It favours round clusters of one size:
    long or nested ones score low however well they are found.

    References
    ----------
    Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis", section 2, doi 10.1016/0377-0427(87)90125-7.
    """
    check_choice(metric, "metric", ("euclidean",))
    X = check_matrix(X)
    codes, n_labels = check_labels(labels, len(X))
    check_number_of_labels(n_labels, len(X))
    rows = group_rows(X, codes, n_labels)
    sorted_values = np.empty(len(X))
    _silhouettes(rows.columns, rows.starts, np.empty(len(X)), sorted_values)
    values = np.empty(len(X))
    values[rows.order] = sorted_values
    return values


def silhouette_score(
    X: Any,
    labels: Any,
    *,
    metric: str = "euclidean",
    sample_size: int | None = None,
    random_state: Any = None,
) -> float:
    """The mean silhouette of all rows, or of a random sample of them.

    Parameters
    ----------
    X, labels, metric
        As in `silhouette_samples`.
    sample_size : int, optional
        Keep only so many rows, drawn without replacement, and compute as if there were no
        others. The draw is scikit-learn's: the same seed takes the same rows.
    random_state : int, RandomState, Generator or None
        Where the draw comes from; not used without `sample_size`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `silhouette_samples`, also when the sample happens to hold one cluster only.

    Notes
    -----
    O(m^2 d) time for m rows kept.

    References
    ----------
    Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7.
    """
    if sample_size is not None:
        X = check_matrix(X)
        codes, _ = check_labels(labels, len(X))
        check_integer(sample_size, "sample_size", low=1)
        kept = check_random_state(random_state).permutation(len(X))[:sample_size]
        X, labels = X[kept], codes[kept]
    return float(np.mean(silhouette_samples(X, labels, metric=metric)))


@kernel
def _silhouettes(
    columns,  # IN  (n_features, n_samples), rows sorted by label
    starts,  # IN  (n_labels + 1,)
    distances,  # WORK (n_samples,)
    out,  # OUT (n_samples,), in sorted order
):
    """Write the silhouette of each row; tests/naive.py holds the definition in loops."""
    n_labels = starts.shape[0] - 1
    for own in range(n_labels):
        size = starts[own + 1] - starts[own]
        for i in range(starts[own], starts[own + 1]):
            squared_distances(columns, i, 0, distances)
            # A loop of its own: roots come several at a time, the ordered sums below cannot.
            for j in range(distances.shape[0]):
                distances[j] = np.sqrt(distances[j])
            inside = 0.0
            nearest = np.inf
            for c in range(n_labels):
                total = 0.0
                for j in range(starts[c], starts[c + 1]):
                    total += distances[j]
                if c == own:
                    inside = total / max(size - 1, 1)
                else:
                    nearest = min(nearest, total / (starts[c + 1] - starts[c]))
            larger = max(inside, nearest)
            out[i] = (nearest - inside) / larger if size > 1 and larger > 0.0 else 0.0
