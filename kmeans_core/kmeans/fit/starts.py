"""Where the runs of a fit start: every random draw is made here, before anything is computed.

The draws are made in scikit-learn's order, so the same seed chooses the rows that it chooses there.
k-means|| draws depending on what it finds, so for it only a seed is drawn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.kmeans.data.dataset import Dataset
from kmeans_core.kmeans.iteration.result import Limits
from kmeans_core.kmeans.seeding.draws import (
    default_local_trials,
    draws_needed,
    first_row,
    random_indices,
    uniform_draws,
)


class Settings(NamedTuple):
    """The parameters of `KMeans` that a fit needs, checked."""

    n_clusters: int
    init: Any  # 'k-means++', 'k-means||', 'random', an array, a callable that checks its centers
    n_init: int
    algorithm: str  # a name of `algorithms.NAMES`
    limits: Limits


class Start(NamedTuple):
    """Where a run starts: given centers, the draws of greedy k-means++, or k-means||'s seed."""

    centers: np.ndarray | None = None
    first: int = 0
    draws: np.ndarray | None = None  # (n_clusters - 1, n_local_trials)
    seed: int | None = None


def draw_starts(dataset: Dataset, settings: Settings, rng: Any) -> list[Start]:
    """Make every random draw of a fit: the starts of its `n_init` runs."""
    if isinstance(settings.init, str) and settings.init == "k-means++":
        return _draw_greedy(dataset, settings, rng)
    return [_draw_start(dataset, settings, rng) for _ in range(settings.n_init)]


def _draw_start(dataset: Dataset, settings: Settings, rng: Any) -> Start:
    """Make the random draws of one start. An array or a callable draws nothing here."""
    X, weight, k, init = dataset.X, dataset.weight, settings.n_clusters, settings.init
    if isinstance(init, np.ndarray):
        return Start(dataset.without_constants(init))
    if callable(init):
        return Start(dataset.without_constants(init(X, k, rng)))
    if init == "random":
        return Start(X[random_indices(weight, X.shape[0], k, rng)])
    return Start(seed=int(uniform_draws(rng, 1)[0] * 2**32))  # k-means||


def _draw_greedy(dataset: Dataset, settings: Settings, rng: Any) -> list[Start]:
    """Make the random draws of all starts by greedy k-means++, one start after the other."""
    n_samples, k = dataset.X.shape[0], settings.n_clusters
    trials = default_local_trials(k)
    needed = draws_needed(k, trials)
    starts = []
    for draws in uniform_draws(rng, settings.n_init * needed).reshape(settings.n_init, needed):
        first = first_row(dataset.weight, n_samples, draws[0])
        starts.append(Start(None, first, draws[1:].reshape(k - 1, trials)))
    return starts
