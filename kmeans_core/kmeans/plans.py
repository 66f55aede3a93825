"""What a fit will do: its parameters and its random draws, made before anything is computed.

In scikit-learn's order: so the same seed chooses the rows that it chooses there. Of k-means||,
whose draws depend on what it has found, the seed is drawn.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.kmeans.draws import (
    default_local_trials,
    draws_needed,
    first_row,
    random_indices,
    uniform_draws,
)
from kmeans_core.kmeans.prepared import Prepared
from kmeans_core.kmeans.watch import Watch


class Settings(NamedTuple):
    """The parameters of KMeans that a fit needs, checked."""

    n_clusters: int
    init: Any  # 'k-means++', 'k-means||', 'random', an array, a callable that checks its centers
    n_init: int
    max_iter: int
    tol: float
    algorithm: str
    watch: Watch = Watch()  # nobody


class Start(NamedTuple):
    """Where a run begins: given centers, the draws of greedy k-means++, or k-means||'s seed."""

    centers: np.ndarray | None = None
    first: int = 0
    draws: np.ndarray | None = None
    seed: int | None = None


class Plan(NamedTuple):
    """A fit whose random draws are made: what is left can be done in any order."""

    prepared: Prepared
    settings: Settings
    starts: list[Start]


def plan_fit(prepared: Prepared, settings: Settings, rng: Any) -> Plan:
    """Make every random draw of a fit."""
    if isinstance(settings.init, str) and settings.init == "k-means++":
        return Plan(prepared, settings, draw_seeded(prepared, settings, rng))
    starts = [draw_start(prepared, settings, rng) for _ in range(settings.n_init)]
    return Plan(prepared, settings, starts)


def draw_start(prepared: Prepared, settings: Settings, rng: Any) -> Start:
    """Make the random draws of one start. An array or a callable draws nothing here."""
    X, weight, k, init = prepared.X, prepared.weight, settings.n_clusters, settings.init
    if isinstance(init, np.ndarray):
        return Start(prepared.without_constants(init))
    if callable(init):
        return Start(prepared.without_constants(init(X, k, rng)))
    if init == "random":
        return Start(X[random_indices(weight, X.shape[0], k, rng)])
    return Start(seed=int(uniform_draws(rng, 1)[0] * 2**32))  # k-means||


def draw_seeded(prepared: Prepared, settings: Settings, rng: Any) -> list[Start]:
    """Make the random draws of all starts by greedy k-means++, one after the other."""
    n_samples, k = prepared.X.shape[0], settings.n_clusters
    trials = default_local_trials(k)
    needed = draws_needed(k, trials)
    starts = []
    for draws in uniform_draws(rng, settings.n_init * needed).reshape(settings.n_init, needed):
        first = first_row(prepared.weight, n_samples, draws[0])
        starts.append(Start(None, first, draws[1:].reshape(k - 1, trials)))
    return starts
