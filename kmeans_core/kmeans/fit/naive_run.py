"""A run of `naive.py` as part of a fit: the same starts, limits and result as every other run."""

from __future__ import annotations

import math

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import naive
from kmeans_core.kmeans.data.dataset import Dataset
from kmeans_core.kmeans.fit.starts import Settings, Start
from kmeans_core.kmeans.fit.workspace import absolute_tol, scalable_seeds
from kmeans_core.kmeans.iteration.result import Result, unscaled


def run_naive(dataset: Dataset, settings: Settings, start: Start, workers: Workers) -> Result:
    """Seed and iterate in plain numpy, in units of the scaled rows."""
    scale, (max_iter, _, monitor) = dataset.scale, settings.limits
    X = dataset.X * dataset.X.dtype.type(scale)
    weight = np.ones(len(X)) if dataset.weight is None else dataset.weight.astype(np.float64)
    centers = _seed(dataset, X, weight, settings.n_clusters, start, workers)
    monitor.begin()

    def after_iteration(n_iter: int, inertia: float, shift: float) -> bool:
        if monitor.sees_iterations:
            monitor.after_iteration(n_iter, unscaled(inertia, scale), math.sqrt(shift) / scale)
        return monitor.is_over()

    tol = absolute_tol(dataset, settings, workers)
    labels, centers, inertia, n_iter = naive.lloyd(
        X, centers, weight, max_iter, tol, after_iteration
    )
    n_distances = len(X) * settings.n_clusters * n_iter
    centers = centers * X.dtype.type(1.0 / scale)
    return Result(labels.astype(np.int32), centers, inertia, n_iter, n_distances)


def _seed(
    dataset: Dataset, X: np.ndarray, weight: np.ndarray, n_clusters: int, start: Start,
    workers: Workers,
) -> np.ndarray:  # fmt: skip
    """The centers that the run starts with, in units of the scaled rows `X`."""
    if start.draws is not None:
        return X[naive.kmeans_plusplus(X, weight, start.first, start.draws)]
    centers = start.centers
    if centers is None:
        assert start.seed is not None
        centers = scalable_seeds(dataset, n_clusters, start.seed, workers)
    return centers * X.dtype.type(dataset.scale)
