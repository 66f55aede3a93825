"""Prediction strength: do the clusters of one half of the rows describe the other half?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.iteration.result import Result
from kmeans_core.metrics.labelled import threads
from kmeans_core.selection.fit_range import (
    check_n_init,
    check_range,
    check_repeats,
    child_seeds,
    fit_packed,
)
from kmeans_core.validation import check_matrix, check_real

ENOUGH = 0.8  # the paper: 0.8 to 0.9 for well-separated clusters


class PredictionStrength(NamedTuple):
    """The prediction strength for each number of clusters."""

    n_clusters: np.ndarray  # (n_ks,)
    strength: np.ndarray  # (n_ks,) mean over the splits
    standard_error: np.ndarray  # (n_ks,) of that mean
    choice: int | None  # the largest k with strength + standard_error >= `enough`


def prediction_strength(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    n_splits: int = 10,
    n_init: int | str = 10,
    enough: float = ENOUGH,
    random_state: Any = None,
    n_threads: int | None = None,
) -> PredictionStrength:
    """Prediction strength of k-means for each number of clusters.

    The rows are split in two halves and both are clustered. For each cluster of the test half, the
    share of its pairs of rows that the centers of the other half put in one cluster too is
    computed. The strength is the smallest share of all clusters, averaged over the splits, with
    each half as test half once.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters, each at most half the number of rows.
    n_splits : int
        Random splits, at most 10,000.
    n_init, random_state, n_threads
        As in `fit_range`.
    enough : float
        The strength that `choice` must reach, plus one standard error.

    Returns
    -------
    PredictionStrength
        1 for k=1. `choice` is None where no k reaches `enough`.

    Raises
    ------
    ValueError, TypeError
        As `fit_range`; fewer than two rows.

    Notes
    -----
    The time of 2 n_splits fits of half the rows per k. A cluster with one test row has no pairs and
    is left out. Small clusters make the strength low: for many tables with outliers, only k=1
    reaches `enough`.

    References
    ----------
    Tibshirani and Walther 2005, "Cluster validation by prediction strength", section 2,
    doi 10.1198/106186005X59243.
    """
    X = check_matrix(X, min_rows=2)
    ks = np.array(check_range(n_clusters_range, len(X) // 2))
    check_repeats(n_splits, "n_splits")
    n_init, enough = check_n_init(n_init), check_real(enough, "enough", low=0.0)
    seeds = child_seeds(random_state, n_splits)
    strength = np.empty((n_splits, len(ks)))

    def task(start: int, stop: int) -> None:
        for split in range(start, stop):
            strength[split] = _one_split(X, ks, n_init, seeds[split])

    with threads(n_threads) as workers:
        workers.run(task, n_splits)
    mean = strength.mean(axis=0)
    error = strength.std(axis=0, ddof=1 if n_splits > 1 else 0) / np.sqrt(n_splits)
    reached = ks[mean + error >= enough]
    return PredictionStrength(ks, mean, error, int(reached.max()) if len(reached) else None)


def _one_split(X: np.ndarray, ks: np.ndarray, n_init: int, seed: int) -> np.ndarray:
    """The strength for each k, with each half as test half once."""
    order = np.random.RandomState(seed).permutation(len(X))
    halves = [X[np.sort(part)] for part in (order[: len(X) // 2], order[len(X) // 2 :])]
    workers = Workers(1)
    fits = [
        fit_packed(open_dataset(half, None, workers), ks.tolist(), n_init, seed, workers)
        for half in halves
    ]
    strengths = [
        _strength(halves[1], b.labels, a) + _strength(halves[0], a.labels, b)
        for a, b in zip(*fits, strict=True)
    ]
    return np.array(strengths) / 2.0


def _strength(test: np.ndarray, labels: np.ndarray, train: Result) -> float:
    """The smallest share of pairs that stay together, over the test clusters."""
    predicted = _nearest(test, train.centers)
    k = len(train.centers)
    common = np.bincount(labels * k + predicted, minlength=k * k).reshape(k, k)
    size = common.sum(axis=1)
    pairs = size * (size - 1)
    kept = (common * (common - 1)).sum(axis=1)
    return float((kept[pairs > 0] / pairs[pairs > 0]).min(initial=1.0))


def _nearest(X: np.ndarray, centers: np.ndarray) -> np.ndarray:
    """Label of the nearest center of each row; ties go to the lowest label."""
    best = np.full(len(X), np.inf)
    label = np.zeros(len(X), dtype=np.int64)
    for j, center in enumerate(centers):
        distance = ((X - center) ** 2).sum(axis=1)
        label[distance < best] = j
        best = np.minimum(distance, best)
    return label
