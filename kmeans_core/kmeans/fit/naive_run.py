"""A run of `naive.py` as part of a fit: the same starts, limits and result as every other run."""

from __future__ import annotations

import math

import numpy as np

from kmeans_core.kmeans import naive
from kmeans_core.kmeans.fit.starts import Start
from kmeans_core.kmeans.fit.workspace import Workspace
from kmeans_core.kmeans.iteration.result import Result, unscaled


def run_naive(workspace: Workspace, start: Start) -> Result:
    """Seed and iterate in plain numpy, in units of the scaled rows."""
    dataset, (max_iter, tol, monitor) = workspace.dataset, workspace.limits
    scale, dtype = dataset.scale, dataset.X.dtype.type
    X = dataset.X * dtype(scale)
    weight = np.ones(len(X)) if dataset.weight is None else dataset.weight.astype(np.float64)
    if start.draws is not None:
        centers = X[naive.kmeans_plusplus(X, weight, start.first, start.draws)]
    else:
        centers = workspace.seed(start) * dtype(scale)
    monitor.begin()

    def after_iteration(n_iter: int, inertia: float, shift: float) -> bool:
        if monitor.sees_iterations:
            monitor.after_iteration(n_iter, unscaled(inertia, scale), math.sqrt(shift) / scale)
        return monitor.is_over()

    labels, centers, inertia, n_iter = naive.lloyd(
        X, centers, weight, max_iter, tol, after_iteration
    )
    n_distances = len(X) * workspace.n_clusters * n_iter
    return Result(
        labels.astype(np.int32), centers * dtype(1.0 / scale), inertia, n_iter, n_distances
    )
