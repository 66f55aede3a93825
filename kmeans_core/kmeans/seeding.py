"""Where k-means starts: rows drawn at random, or spread out by greedy k-means++.

D. Arthur, S. Vassilvitskii (2007), "k-means++: the advantages of careful seeding", SODA, and the
greedy variant of its section on experiments: every step draws a few candidates and keeps the best.

The uniform draws are made outside and passed in, so a slow and a fast version see the same ones.
They are made in scikit-learn's order: the same seed chooses the same rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.kmeans.lloyd import squared_distance


def default_local_trials(n_clusters: int) -> int:
    """Candidates a step: 2 + ln(k), the figure that Arthur and Vassilvitskii report."""
    return 2 + int(math.log(n_clusters))


def uniform_draws(rng: Any, size: int) -> np.ndarray:
    """`size` uniform numbers in [0, 1) from a RandomState or a Generator."""
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return draw(size)


def kmeans_plusplus_indices(
    X: np.ndarray, weight: np.ndarray, n_clusters: int, n_local_trials: int, rng: Any
) -> np.ndarray:
    """Rows chosen by greedy k-means++, as indices of shape (n_clusters,)."""
    draws = uniform_draws(rng, 1 + (n_clusters - 1) * n_local_trials)
    share = weight / weight.sum()
    cumulative = np.cumsum(share)
    cumulative /= cumulative[-1]
    first = int(np.searchsorted(cumulative, draws[0], side="right"))
    indices = np.empty(n_clusters, dtype=np.int64)
    indices[0] = first
    candidates = draws[1:].reshape(n_clusters - 1, n_local_trials)
    n_samples = X.shape[0]
    closest, trial, best = (np.empty(n_samples) for _ in range(3))
    greedy_steps(X, weight, candidates, indices, closest, trial, best)
    return indices


@kernel
def greedy_steps(
    X,  # IN  (n_samples, n_features)
    weight,  # IN  (n_samples,)
    draws,  # IN  (n_clusters - 1, n_local_trials), uniform in [0, 1)
    indices,  # INOUT (n_clusters,): indices[0] is given, the others are written
    closest,  # OUT (n_samples,): squared distance of each row to its nearest chosen row
    trial,  # scratch (n_samples,)
    best,  # scratch (n_samples,)
):
    """Choose rows one by one. Writes indices and closest."""
    n_samples = X.shape[0]
    potential = 0.0
    for i in range(n_samples):
        closest[i] = squared_distance(X, i, X, indices[0])
        potential += closest[i] * weight[i]
    for step in range(draws.shape[0]):
        best_potential = np.inf
        for t in range(draws.shape[1]):
            candidate = row_at(draws[step, t] * potential, closest, weight)
            trial_potential = 0.0
            for i in range(n_samples):
                trial[i] = min(closest[i], squared_distance(X, i, X, candidate))
                trial_potential += trial[i] * weight[i]
            if trial_potential < best_potential:  # strictly: the first candidate wins a tie
                best_potential = trial_potential
                indices[step + 1] = candidate
                for i in range(n_samples):
                    best[i] = trial[i]
        for i in range(n_samples):
            closest[i] = best[i]
        potential = best_potential


@kernel
def row_at(target, closest, weight):
    """First row at which the running sum of weight * closest reaches `target`."""
    running = 0.0
    for i in range(closest.shape[0]):
        running += closest[i] * weight[i]
        if running >= target:
            return i
    return closest.shape[0] - 1


def random_indices(weight: np.ndarray, n_clusters: int, rng: Any) -> np.ndarray:
    """Distinct rows, each drawn with probability proportional to its weight."""
    share = weight / weight.sum()
    return rng.choice(weight.shape[0], size=n_clusters, replace=False, p=share)
