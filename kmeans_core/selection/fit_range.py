"""k-means for several numbers of clusters, from rows that are packed once.

All of `selection` clusters with it. For the same k and seed a fit has the bits of
`KMeans(k, n_init=n_init, random_state=seed).fit(X)`, whatever else is fitted beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.dataset import Dataset, open_dataset
from kmeans_core.kmeans.fit.restarts import fit_all
from kmeans_core.kmeans.fit.starts import Settings, draw_starts
from kmeans_core.kmeans.iteration.result import Limits, Result
from kmeans_core.metrics.labelled import threads
from kmeans_core.validation import (
    check_integer,
    check_matrix,
    check_n_clusters,
    check_random_state,
    check_sample_weight,
)

MAX_RESTARTS = 1_000  # of one fit; more do not change the choice
MAX_REPEATS = 10_000  # of resamples, references or splits


def fit_range(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    n_init: int | str = 10,
    random_state: Any = None,
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> list[Result]:
    """Fit k-means for each number of clusters, without metrics: the curve of an elbow plot.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters, each in 1..n_samples.
    n_init : int or 'auto'
        Restarts per fit, at most 1,000; 'auto' is 1, as in `KMeans`.
    random_state : int, RandomState, Generator or None
        An int seeds each fit anew, so each is the fit of `KMeans` with this seed. The fits draw
        from one generator in the order of `n_clusters_range`.
    sample_weight : array-like of shape (n_samples,), optional
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    list of Result
        One per number of clusters, in order: ``labels, centers, inertia, n_iter, n_distances``.

    Raises
    ------
    ValueError, TypeError
        No number of clusters, one outside 1..n_samples, another bad parameter, a NaN.

    Notes
    -----
    O(n d sum(k)) time per iteration and restart. A small table gives each thread whole runs, one
    per k and restart. A large table runs one start at a time, on all threads.
    """
    X = check_matrix(X)
    ks = check_range(n_clusters_range, len(X))
    n_init = check_n_init(n_init)
    weight = check_sample_weight(sample_weight, len(X), X.dtype)
    with threads(n_threads) as workers:
        return fit_packed(open_dataset(X, weight, workers), ks, n_init, random_state, workers)


def fit_packed(
    dataset: Dataset, ks: Sequence[int], n_init: int, random_state: Any, workers: Workers
) -> list[Result]:
    """`fit_range` on rows that are packed already."""
    fits = []
    for k in ks:
        settings = Settings(k, "k-means++", n_init, "auto", Limits(max_iter=300, tol=1e-4))
        fits.append((settings, draw_starts(dataset, settings, check_random_state(random_state))))
    return [best for best, _ in fit_all(dataset, fits, workers)]


def check_range(
    n_clusters_range: Iterable[int], n_samples: int, *, may_be_empty: bool = False
) -> list[int]:
    """Numbers of clusters, each in 1..n_samples."""
    try:
        given = iter(n_clusters_range)
    except TypeError:
        raise TypeError(
            f"n_clusters_range must be numbers of clusters, as in [2, 3], got {n_clusters_range!r}."
        ) from None
    # One by one: a range without end stops at the first number that is too large.
    ks = [check_n_clusters(k, n_samples, "n_clusters_range") for k in given]
    if not (ks or may_be_empty):
        raise ValueError("n_clusters_range is empty: give at least one number of clusters.")
    return ks


def check_n_init(n_init: int | str) -> int:
    """Restarts from k-means++ seeds as a number."""
    if isinstance(n_init, str) and n_init == "auto":
        return 1
    return check_integer(n_init, "n_init", low=1, high=MAX_RESTARTS)


def check_repeats(value: int, name: str, *, low: int = 1) -> int:
    """Number of resamples, references or splits."""
    return check_integer(value, name, low=low, high=MAX_REPEATS)


def child_seeds(random_state: Any, count: int) -> list[int]:
    """Seeds of independent streams, drawn from one random state: one per task."""
    rng = check_random_state(random_state)
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return [int(value * 2**32) for value in np.atleast_1d(draw(count))]
