"""When a run stops, and what it ends with."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.kmeans.iteration.monitor import Monitor


class Limits(NamedTuple):
    """When a run stops."""

    max_iter: int
    tol: float  # relative to the mean variance of the features; of a run: absolute, in units of
    # the scaled rows
    monitor: Monitor = Monitor()  # observes nothing


class Result(NamedTuple):
    """What a run ends with; of several runs, each field is an array with one more axis."""

    labels: np.ndarray  # (n_samples,) int32
    centers: np.ndarray  # (n_clusters, n_features), dtype of X
    inertia: float
    n_iter: int
    n_distances: int


def unscaled(inertia: float, scale: float) -> float:
    """An inertia in the caller's units; infinite where float64 cannot hold it."""
    return inertia / scale / scale
