"""Silhouette: is a row closer to its own cluster than to the nearest other one?"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.engine.simd import lanes_of
from kmeans_core.engine.threads import Workers, until_cancelled
from kmeans_core.metrics.labelled import check_labelled, of_all_rows, threads, weighted_mean
from kmeans_core.metrics.labels import check_labels
from kmeans_core.metrics.rows_by_cluster import (
    TARGETS,
    RowsByCluster,
    four_targets,
    group_rows,
    ns_per_group,
)
from kmeans_core.metrics.silhouette_pairs import all_silhouettes, distance_sums, silhouettes
from kmeans_core.validation import (
    check_choice,
    check_integer,
    check_matrix,
    check_random_state,
    weight_per_row,
)


def silhouette_samples(
    X: Any,
    labels: Any,
    *,
    metric: str = "euclidean",
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> np.ndarray:
    """The silhouette of every row: ``(b - a) / max(a, b)``.

    ``a`` is the mean distance to the other rows of the own cluster, ``b`` the smallest mean
    distance to the rows of another cluster. The silhouette of a row alone in its cluster is 0, and
    so is that of a row for which a and b are 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    metric : {'euclidean'}
        Only Euclidean distances are offered.
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice, so its copy is another row of its cluster. With
        fractional weights, silhouettes in a cluster of weight 1 or less are 0. A row of weight 0 is
        left out; its silhouette is NaN.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

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
    O(n^2 d) time, O(n d) memory: no n x n matrix. It favours round clusters of one size: long or
    nested ones score low even if they are found exactly.

    References
    ----------
    Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis", section 2, doi 10.1016/0377-0427(87)90125-7.
    """
    check_choice(metric, "metric", ("euclidean",))
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, sample_weight, workers)
        rows = group_rows(data)
        slots = np.flatnonzero(rows.weight)
        values = np.empty(len(data.X))
        values[rows.row[slots]] = all_silhouettes(rows, workers)[slots]
    return of_all_rows(values, data, len(labels))


def silhouette_score(
    X: Any,
    labels: Any,
    *,
    metric: str = "euclidean",
    sample_size: int | None = None,
    random_state: Any = None,
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> float:
    """The mean silhouette of all rows, or of a random sample of them.

    Parameters
    ----------
    X, labels, metric, sample_weight, n_threads
        As in `silhouette_samples`; the mean is weighted.
    sample_size : int, optional
        Number of rows to draw without replacement; the others are left out. The same seed draws the
        same rows as scikit-learn. `silhouette_estimate` has a smaller error in the same time.
    random_state : int, RandomState, Generator or None
        Source of the draw; not used without `sample_size`.

    Returns
    -------
    float
        Between -1 and 1.

    Raises
    ------
    ValueError
        As `silhouette_samples`, also if the sample has rows of one cluster only.

    Notes
    -----
    O(m^2 d) time, O(m d) memory for m rows. Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7.
    """
    weight = sample_weight
    if sample_size is not None:
        X, labels = check_matrix(X), np.asarray(labels)
        check_integer(sample_size, "sample_size", low=1)
        kept = check_random_state(random_state).permutation(len(X))[:sample_size]
        weight = weight_per_row(weight, len(X))
        X, labels = X[kept], labels[kept]
        weight = None if weight is None else np.asarray(weight)[kept]
    values = silhouette_samples(X, labels, metric=metric, sample_weight=weight, n_threads=n_threads)
    return weighted_mean(values, weight)


def silhouette_by_cluster(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> np.ndarray:
    """The (weighted) mean silhouette of each cluster, in the sorted order of the labels.

    Parameters
    ----------
    X, labels, sample_weight, n_threads
        As in `silhouette_samples`.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        Between -1 and 1; NaN for a cluster without a row of positive weight.

    Raises
    ------
    ValueError
        As `silhouette_samples`.

    Notes
    -----
    Time and memory are those of `silhouette_samples`. If one mean is near 0 or below and the others
    are high, its cluster may be a remainder, or a part of another cluster. Rousseeuw 1987, section
    3, doi 10.1016/0377-0427(87)90125-7.
    """
    values = silhouette_samples(X, labels, sample_weight=sample_weight, n_threads=n_threads)
    codes, n_labels = check_labels(labels, len(values))
    given = 1.0 if sample_weight is None else sample_weight
    weight = np.asarray(weight_per_row(given, len(values)), dtype=np.float64)
    counts = weight > 0
    totals = np.bincount(codes[counts], weight[counts] * values[counts], n_labels)
    weights = np.bincount(codes[counts], weight[counts], n_labels)
    return np.where(weights > 0, totals / np.where(weights > 0, weights, 1.0), np.nan)


def silhouettes_at(rows: RowsByCluster, slots: np.ndarray, workers: Workers) -> np.ndarray:
    """The silhouettes of the rows in these slots, each against all rows; shape (n_slots,)."""
    targets = np.concatenate([slots, np.repeat(slots[-1:], -len(slots) % TARGETS)])
    own = np.searchsorted(rows.starts, targets // lanes_of(np.float64), side="right") - 1
    values = np.empty(len(targets))
    step = TARGETS * items_per_call(ns_per_group(rows))

    def task(start: int, stop: int) -> None:
        for call in until_cancelled(range(start, stop)):
            part = slice(call * step, (call + 1) * step)
            sums = np.empty((len(own[part]), len(rows.cluster_weight)))
            _sum_distances(rows, targets[part], sums)
            values[part] = _silhouettes(sums, own[part], rows.cluster_weight)

    workers.run(task, -(-len(targets) // step))
    return values[: len(slots)]


@kernel
def _sum_distances(
    rows,  # IN  RowsByCluster
    targets,  # IN  (n_targets,) slots, a multiple of four
    sums,  # OUT (n_targets, n_labels)
):
    """Writes the distances of each target to each cluster; four targets share every panel.

    The root of a register takes as long as about 8 additions, so the roots take most of the time up
    to about 8 features.
    """
    starts = rows.starts
    for t in range(0, targets.shape[0], TARGETS):
        four = four_targets(rows, targets[t], targets[t + 1], targets[t + 2], targets[t + 3])
        for c in range(sums.shape[1]):
            s0, s1, s2, s3 = distance_sums(rows, starts[c], starts[c + 1], four)
            sums[t, c], sums[t + 1, c], sums[t + 2, c], sums[t + 3, c] = s0, s1, s2, s3


def _silhouettes(sums: np.ndarray, own: np.ndarray, cluster_weight: np.ndarray) -> np.ndarray:
    """From the sums of distances (n_targets, n_labels) and the own cluster of each target."""
    each, others = np.arange(len(own)), cluster_weight[own] - 1.0  # without the row itself
    inside = np.divide(sums[each, own], others, out=np.zeros(len(own)), where=others > 0.0)
    means = sums / cluster_weight
    means[each, own] = np.inf
    return silhouettes(inside, means.min(axis=1), cluster_weight[own] <= 1.0)
