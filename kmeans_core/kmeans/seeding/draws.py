"""The random draws that choose starts, made before any is used.

So a slow and a fast version see the same ones. They are made in scikit-learn's order: the same seed
chooses the same rows.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np


def default_local_trials(n_clusters: int) -> int:
    """Candidates a step: 2 + ln(k), the figure that Arthur and Vassilvitskii report."""
    return 2 + int(math.log(n_clusters))


def uniform_draws(rng: Any, size: int) -> np.ndarray:
    """`size` uniform numbers in [0, 1) from a RandomState or a Generator."""
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return draw(size)


def draws_needed(n_clusters: int, n_local_trials: int) -> int:
    """One draw for the first row, `n_local_trials` for each other."""
    return 1 + (n_clusters - 1) * n_local_trials


def first_row(weight: np.ndarray | None, n_samples: int, draw: float) -> int:
    """A row drawn with probability proportional to its weight, as RandomState.choice draws it."""
    if weight is None:
        # Adding up n equal shares is off by less than n^2 rounding units: far from a row's ends
        # the place of the draw is known without doing it, which takes 7 ms for 1e6 rows.
        place, error = draw * n_samples, 1e-6 + 4e-16 * n_samples**2
        if error < place - int(place) < 1.0 - error:
            return int(place)
    share = np.full(n_samples, 1.0) if weight is None else weight.astype(np.float64)
    cumulative = np.cumsum(share / share.sum())
    cumulative /= cumulative[-1]
    return int(np.searchsorted(cumulative, draw, side="right"))


def random_indices(weight: np.ndarray | None, n_samples: int, n_clusters: int, rng: Any) -> Any:
    """Distinct rows, each drawn with probability proportional to its weight.

    Where fewer rows than clusters have a weight, rows are drawn that may be equal.
    """
    share = np.full(n_samples, 1.0) if weight is None else weight.astype(np.float64)
    too_few = np.count_nonzero(share) < n_clusters
    return rng.choice(n_samples, size=n_clusters, replace=too_few, p=share / share.sum())
