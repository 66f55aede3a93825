"""Bootstrap stability: is a cluster found again when the rows are drawn again?"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.metrics.labelled import threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.selection.clusterers import METHODS, labels_for
from kmeans_core.selection.fit_range import check_n_init, check_repeats, child_seeds
from kmeans_core.selection.nulls.box import some_rows, tightest_box, uniform_rows
from kmeans_core.validation import check_choice, check_matrix, check_real

MAX_ROWS = 20_000  # of a resample; larger tables are thinned at random
MAX_ROWS_FOR_LINKAGE = 500

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
    complete: bool  # False if `max_time` ended it early
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
    """How well each cluster is found again in resamples of the rows, drawn with replacement.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
        The clustering to examine, made by `method`. Each resample is clustered into as many
        clusters.
    method : {'kmeans', 'single', 'complete', 'average', ...}
        As in `sweep`.
    n_resamples : int
        Resamples of the table, and of a uniform table in its box; at most 10,000.
    n_init : int or 'auto'
        Restarts per fit, as in `fit_range`.
    random_state : int, RandomState, Generator or None
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.
    max_time : float, optional
        Seconds from the call on after which no further resample begins. At least one is made, and
        one per thread begins at a time. With it the result depends on the machine's speed:
        `n_resamples` and `complete` of the result show how.
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
    The Jaccard index of two sets of rows is the number of common rows over that of all rows of
    both. It is computed on the distinct rows of the resample; for each original cluster the largest
    one over the new clusters counts. A cluster is called dissolved below 0.6, doubtful below 0.75,
    stable below 0.85, else highly stable. A stable cluster need not be real: k-means cuts a uniform
    square into the same four quarters again and again. So read the words beside `uniform` and the
    verdict of `structure_verdict`.

    The time of 2 n_resamples fits of at most 20,000 rows (500 for a linkage).

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
    deadline = time.monotonic() + limit
    seeds = child_seeds(random_state, n_resamples + 1)
    found = np.full((n_resamples, 2, k), np.nan)
    with threads(n_threads) as workers:
        kept, tables = _tables(X, codes, k, method, n_init, seeds[-1])

        def one(number: int) -> None:
            for which, table in enumerate(tables):
                found[number, which] = _found_again(*table, k, method, n_init, seeds[number])

        done = _run_until(deadline, one, n_resamples, workers, progress)
    jaccard, reference = _nan_mean(found[:done])
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
    """The rows used; then two tables with their clusters: these rows, and a uniform one."""
    rng = np.random.RandomState(seed)
    most = MAX_ROWS if method == "kmeans" else MAX_ROWS_FOR_LINKAGE
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
        Below 0, NaN, not a number.
    """
    jaccard = check_real(jaccard, "jaccard", low=0.0)
    return next(word for limit, word in WORDS if jaccard >= limit)


def _run_until(
    deadline: float,
    one: Callable[[int], None],
    total: int,
    workers: Workers,
    progress: Callable[[int, int], None] | None,
) -> int:
    """Run tasks 0, 1, 2 ... until all are done or the deadline has passed; how many were done."""
    done = 0
    # With a deadline or progress, one task per thread at a time, to check between them.
    step = total if deadline == np.inf and progress is None else workers.n_threads
    while done < total and (done == 0 or time.monotonic() < deadline):
        base, count = done, min(step, total - done)

        def task(start: int, stop: int, base: int = base) -> None:
            for number in range(base + start, base + stop):
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
    once = np.flatnonzero(np.diff(drawn, prepend=-1))  # each drawn row once
    return _largest_jaccard(codes[drawn[once]], labels[once], k)


def _largest_jaccard(codes: np.ndarray, labels: np.ndarray, k: int) -> np.ndarray:
    """The largest Jaccard index of each cluster of `codes`; NaN if it has no row."""
    width = int(labels.max()) + 1
    common = np.bincount(codes * width + labels, minlength=k * width).reshape(k, width)
    size, other = common.sum(axis=1), common.sum(axis=0)
    union = size[:, None] + other - common
    return np.where(size > 0, (common / np.maximum(union, 1)).max(axis=1), np.nan)


def _nan_mean(found: np.ndarray) -> np.ndarray:
    """Mean over the first axis, NaN left out; 0 if all are NaN."""
    known = ~np.isnan(found)
    return np.where(known, found, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
