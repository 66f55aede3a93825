"""Bootstrap stability: is a cluster found again when the customers are drawn again?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.metrics.labels import check_labels
from kmeans_core.metrics.table import threads
from kmeans_core.selection.clusterers import METHODS, labels_for
from kmeans_core.selection.fits import check_n_init, check_repeats, child_seeds
from kmeans_core.selection.reference import some_rows, tightest_box, uniform_rows
from kmeans_core.validation import check_choice, check_matrix, check_real

MAX_ROWS = 20_000  # rows of a resample; above, the table is thinned to as many
MAX_ROWS_OF_PER_TREE = 500

# Hennig 2007, section 3.1 and the guidance of his R package fpc, function clusterboot.
WORDS = (
    (0.85, "highly stable"),
    (0.75, "stable"),
    (0.6, "doubtful"),
    (0.0, "dissolved"),
)


class Stability(NamedTuple):
    """How well each cluster is found again."""

    labels: np.ndarray  # (n_clusters,) the names of the clusters, sorted
    jaccard: np.ndarray  # (n_clusters,) mean over resamples of the largest Jaccard index
    words: list[str]  # (n_clusters,) 'dissolved', 'doubtful', 'stable' or 'highly stable'
    uniform: float  # mean over the clusters of a uniform table in the same box, same k
    n_resamples: int
    complete: bool  # False where `max_time` ended it early
    n_rows: int
    sampled: bool  # whether these are fewer than all


def bootstrap_stability(
    X: Any,
    labels: Any,
    *,
    method: str = "kmeans",
    n_resamples: int = 20,
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
    max_time: float | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Stability:
    """Draw the rows again with replacement, cluster again, and look for each cluster.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
        The clustering to examine, made by `method`. As many clusters are made of each resample.
    method : {'kmeans', 'single', 'complete', 'average', ...}
        As in `sweep`.
    n_resamples : int
        Resamples of the table, and as many of a uniform table in its box; at most 10,000.
    n_init
        Restarts for each, as in `fit_range`.
    random_state : int, RandomState, Generator or None
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.
    max_time : float, optional
        Seconds from the call on after which no further resample is begun; at least one is made,
        and as many as there are threads are begun together. The one argument
        that lets the machine's speed into the result: `n_resamples` and `complete` tell.
    progress : callable, optional
        Called as ``progress(done, total)`` in the calling thread.

    Returns
    -------
    Stability

    Raises
    ------
    ValueError, TypeError
        Labels of another length, a NaN, a bad parameter.

    Notes
    -----
    Jaccard index of two sets of rows: common rows over all rows of both. It is taken over the
    distinct rows of the resample; for each original cluster the largest over the new clusters
    counts. Below 0.6 a cluster is called dissolved, to 0.75 doubtful, to 0.85 stable, above highly
    stable. Stable is not real: k-means cuts a uniform square into the same four quarters again and
    again. So read the words beside `uniform`, and beside the verdict of `structure_verdict`.
    2 n_resamples fits of at most 20,000 rows (500 for a linkage); larger tables are thinned.

    References
    ----------
    Hennig 2007, "Cluster-wise assessment of cluster stability", sections 2 and 3,
    doi 10.1016/j.csda.2006.11.025.
    """
    X = check_matrix(X)
    codes, k = check_labels(labels, len(X))
    check_choice(method, "method", METHODS)
    n_resamples = check_repeats(n_resamples, "n_resamples")
    n_init = check_n_init(n_init)
    limit = np.inf if max_time is None else check_real(max_time, "max_time", low=0.0)
    end = time.monotonic() + limit
    seeds = child_seeds(random_state, n_resamples + 1)
    found = np.full((n_resamples, 2, k), np.nan)
    with threads(n_threads) as workers:
        kept, tables = _tables(X, codes, k, method, n_init, seeds[-1])

        def one(number: int) -> None:
            for place, table in enumerate(tables):
                found[number, place] = _found_again(*table, k, method, n_init, seeds[number])

        done = _until(end, one, n_resamples, workers, progress)
    # A resample may hold no row of a small cluster: it says nothing of it.
    jaccard, reference = _mean_of_known(found[:done])
    return Stability(
        labels=np.unique(np.asarray(labels)),
        jaccard=jaccard,
        words=[stability_word(value) for value in jaccard],
        uniform=float(reference.mean()),
        n_resamples=done,
        complete=done == n_resamples,
        n_rows=len(kept),
        sampled=len(kept) < len(X),
    )


def _tables(
    X: np.ndarray, codes: np.ndarray, k: int, method: str, n_init: int, seed: int
) -> tuple[np.ndarray, tuple[tuple[np.ndarray, np.ndarray], ...]]:
    """Which rows are used; these with their clusters, and a uniform table with its own."""
    rng = np.random.RandomState(seed)
    most = MAX_ROWS if method == "kmeans" else MAX_ROWS_OF_PER_TREE
    kept = some_rows(np.arange(len(X)), most, rng)
    rows = X[kept]
    uniform = uniform_rows(tightest_box(rows), len(rows), rng).astype(X.dtype)
    return kept, ((rows, codes[kept]), (uniform, labels_for(uniform, k, method, n_init, seed)))


def stability_word(jaccard: float) -> str:
    """Hennig's word for a mean Jaccard index.

    Parameters
    ----------
    jaccard : float
        0 to 1.

    Returns
    -------
    {'dissolved', 'doubtful', 'stable', 'highly stable'}

    Raises
    ------
    ValueError, TypeError
        Below 0, NaN, no number.
    """
    jaccard = check_real(jaccard, "jaccard", low=0.0)
    return next(word for limit, word in WORDS if jaccard >= limit)


def _until(
    end: float,
    one: Callable[[int], None],
    total: int,
    workers: Workers,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Do tasks 0, 1, 2 ... until all are done or the clock shows `end`; how many were done."""
    done = 0
    # Rounds of as many tasks as threads, where somebody wants to look between them.
    step = total if end == np.inf and progress is None else workers.n_threads
    while done < total and (done == 0 or time.monotonic() < end):
        base, count = done, min(step, total - done)

        def task(first: int, last: int, base: int = base) -> None:
            for number in range(base + first, base + last):
                one(number)

        workers.run(task, count)
        done += count
        if progress is not None:
            progress(done, total)
    return done


def _found_again(
    X: np.ndarray, codes: np.ndarray, k: int, method: str, n_init: int, seed: int
) -> np.ndarray:
    """For each cluster, its largest Jaccard index with a cluster of one resample."""
    rng = np.random.RandomState(seed)
    drawn = np.sort(rng.randint(len(X), size=len(X)))
    labels = labels_for(X[drawn], min(k, len(X)), method, n_init, seed)
    first = np.flatnonzero(np.diff(drawn, prepend=-1))  # each drawn row once
    return _largest_jaccard(codes[drawn[first]], labels[first], k)


def _largest_jaccard(codes: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """By cluster of `codes`; NaN where it has no row."""
    width = int(labels.max()) + 1
    common = np.bincount(codes * width + labels, minlength=k * width).reshape(k, width)
    size, other = common.sum(axis=1), common.sum(axis=0)
    union = size[:, None] + other - common
    return np.where(size > 0, (common / np.maximum(union, 1)).max(axis=1), np.nan)


def _mean_of_known(found: np.ndarray) -> np.ndarray:
    """Mean over the first axis of what is not NaN; 0 where nothing is known."""
    known = ~np.isnan(found)
    return np.where(known, found, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
