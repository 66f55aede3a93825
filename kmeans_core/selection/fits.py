"""k-means for many numbers of clusters, from rows that are packed once.

What every tool of this folder clusters with. For the same k and seed a fit has the bits of
`KMeans(k, n_init=n_init, random_state=seed).fit(X)`, whatever else is fitted beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from kmeans_core.engine.threads import Workers, usable_threads
from kmeans_core.kmeans.data.dataset import Dataset, open_dataset
from kmeans_core.kmeans.fit.restarts import fit_many
from kmeans_core.kmeans.fit.starts import Settings, draw_starts
from kmeans_core.kmeans.iteration.result import Limits, Result
from kmeans_core.validation import (
    check_integer,
    check_matrix,
    check_n_clusters,
    check_random_state,
    check_sample_weight,
)

MOST_RESTARTS = 1_000  # of one fit, which nothing interrupts; more do not change the choice
MOST_REPEATS = 10_000  # resamples, references or splits


def fit_range(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    n_init: int | str = 10,
    random_state: Any = None,
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> list[Result]:
    """Fit k-means for each number of clusters, and only fit: the curve of an elbow plot.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters, each in 1..n_samples.
    n_init : int or 'auto'
        Restarts for each, at most 1,000; 'auto' is 1, as in `KMeans`.
    random_state : int, RandomState, Generator or None
        An int seeds each fit anew, so that it is that of `KMeans` alone. A generator is drawn
        from in turn.
    sample_weight : array-like of shape (n_samples,), optional
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

    Returns
    -------
    list of Result
        ``labels, centers, inertia, n_iter, n_distances`` of each.

    Raises
    ------
    ValueError, TypeError
        No number of clusters, one outside 1..n_samples, a bad parameter, a NaN.

    Notes
    -----
    O(n d sum(k)) time an iteration and restart. On small tables (k, restart) pairs run in
    parallel; on large ones all threads work on one run after the other.
    """
    X = check_matrix(X)
    ks = check_range(n_clusters_range, len(X))
    n_init = check_n_init(n_init)
    weight = check_sample_weight(sample_weight, len(X), X.dtype)
    check_threads(n_threads)
    with Workers(usable_threads(n_threads)) as workers:
        return fit_packed(open_dataset(X, weight, workers), ks, n_init, random_state, workers)


def fit_packed(
    dataset: Dataset, ks: Sequence[int], n_init: int, random_state: Any, workers: Workers
) -> list[Result]:
    """`fit_range` on rows that are packed already."""
    fits = []
    for k in ks:
        settings = Settings(k, "k-means++", n_init, "auto", Limits(max_iter=300, tol=1e-4))
        fits.append((settings, draw_starts(dataset, settings, check_random_state(random_state))))
    return fit_many(dataset, fits, workers)


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
    # One by one: the first that is too large ends a range of any length.
    ks = [check_n_clusters(k, n_samples, "n_clusters_range") for k in given]
    if not (ks or may_be_empty):
        raise ValueError("n_clusters_range is empty: give at least one number of clusters.")
    return ks


def check_n_init(n_init: int | str) -> int:
    """Restarts from k-means++ seeds as a number."""
    if isinstance(n_init, str) and n_init == "auto":
        return 1
    return check_integer(n_init, "n_init", low=1, high=MOST_RESTARTS)


def check_repeats(value: int, name: str, *, low: int = 1) -> int:
    """How often to draw again: a number that ends."""
    return check_integer(value, name, low=low, high=MOST_REPEATS)


def check_threads(n_threads: int | None) -> None:
    """A number of threads, or None."""
    if n_threads is not None:
        check_integer(n_threads, "n_threads", low=1)


def child_seeds(random_state: Any, count: int) -> list[int]:
    """Seeds of independent streams, drawn from one random state: one a task, in whatever order."""
    rng = check_random_state(random_state)
    draw = rng.random_sample if hasattr(rng, "random_sample") else rng.random
    return [int(value * 2**32) for value in np.atleast_1d(draw(count))]
