"""The random draws that choose starts, and the rows that they choose.

All draws are made before any is used, so a slow and a fast version have the same ones. They are
made in scikit-learn's order: the same seed chooses the same rows.

In k-means++ a draw chooses a row with probability proportional to its share, weight times squared
distance to the nearest row chosen so far. The chosen row is the first one at which the running sum
of the shares reaches the draw times their total. That total, the *potential*, is kept for rounds of
some panels: the search goes over the rounds first (`find_round`), then over the rows of one
(`find_row`).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kmeans_core.engine.jit import device


def default_local_trials(n_clusters: int) -> int:
    """Candidates per step: 2 + ln(k), the figure that Arthur and Vassilvitskii report."""
    return 2 + int(math.log(n_clusters))


def draws_needed(n_clusters: int, n_local_trials: int) -> int:
    """One draw for the first row, `n_local_trials` for each other."""
    return 1 + (n_clusters - 1) * n_local_trials


def uniform_draws(rng: Any, size: int) -> np.ndarray:
    """`size` uniform numbers in [0, 1) from a RandomState or a Generator."""
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return draw(size)


def first_row(weight: np.ndarray | None, n_samples: int, draw: float) -> int:
    """A row drawn with probability proportional to its weight, as RandomState.choice draws it."""
    if weight is None:
        # The running sum of n equal shares is off by less than n^2 rounding units. Where the draw
        # is farther than that from a whole number of shares, it gives the row without the sum,
        # which takes 7 ms for 1e6 rows.
        position, error = draw * n_samples, 1e-6 + 4e-16 * n_samples**2
        if error < position - int(position) < 1.0 - error:
            return int(position)
    cumulative = np.cumsum(_probabilities(weight, n_samples))
    cumulative /= cumulative[-1]
    return int(np.searchsorted(cumulative, draw, side="right"))


def random_indices(weight: np.ndarray | None, n_samples: int, n_clusters: int, rng: Any) -> Any:
    """Distinct rows, each drawn with probability proportional to its weight.

    Where fewer than `n_clusters` rows have a weight, rows may be drawn twice.
    """
    probabilities = _probabilities(weight, n_samples)
    too_few = np.count_nonzero(probabilities) < n_clusters
    return rng.choice(n_samples, size=n_clusters, replace=too_few, p=probabilities)


def _probabilities(weight: np.ndarray | None, n_samples: int) -> np.ndarray:
    share = np.full(n_samples, 1.0) if weight is None else weight.astype(np.float64)
    return share / share.sum()


# ---- which row a draw chooses ------------------------------------------------------------------


@device
def total_of(potential):
    """The sum over all rounds, in their order."""
    total = 0.0
    for round_ in range(potential.shape[0]):
        total += potential[round_]
    return total


@device
def find_round(potential, target):
    """The round in which the running sum of `potential` reaches `target`, and the sum before it."""
    running, round_ = 0.0, 0
    while round_ < potential.shape[0] - 1 and running + potential[round_] < target:
        running += potential[round_]
        round_ += 1
    return round_, running


@device
def find_row(closest, weight, step, start, stop, running, target):
    """First of the rows start..stop-1 at which the running sum of the shares reaches `target`.

    A row's share is ``closest[i] * weight[i * step]``; `running` is the sum before row `start`. If
    rounding keeps the sum below `target`, it is the last row that has a share; 0 where none has.
    """
    last = 0
    for i in range(start, stop):
        share = closest[i] * weight[i * step]
        running += share
        if share > 0.0:
            last = i
            if running >= target:
                break
    return last
