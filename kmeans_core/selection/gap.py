"""The gap statistic: is the spread within clusters smaller than in tables without groups?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics.labelled import threads
from kmeans_core.selection.clusterers import METHODS, clusterings, most_rows
from kmeans_core.selection.fit_range import check_n_init, check_range, check_repeats, child_seeds
from kmeans_core.selection.nulls.box import some_rows, tightest_box, uniform_rows
from kmeans_core.validation import check_choice, check_matrix

NEAR_BEST = 2.0  # standard errors below the largest gap


class Gap(NamedTuple):
    """The gap statistic for each number of clusters, 1 included."""

    n_clusters: np.ndarray  # (n_ks,)
    gap: np.ndarray  # (n_ks,) mean of log(reference WCSS), minus log(WCSS)
    standard_error: np.ndarray  # (n_ks,) of the simulation: sd * sqrt(1 + 1 / n_references)
    choice: int  # the smallest k with gap(k) >= gap(next k) - standard_error(next k)
    n_rows: int  # rows used
    sampled: bool  # whether these are fewer than all
    n_references: int
    gains: np.ndarray  # (n_references,) largest gap(k) - gap(1) of each reference, compared with
    # the other references: what a table without groups gains by the choice among many k

    def at(self, n_clusters: int) -> tuple[float, float]:
        """The gap at `n_clusters` and its standard error; ValueError if it was not computed."""
        found = np.flatnonzero(self.n_clusters == n_clusters)
        if not len(found):
            raise ValueError(
                f"n_clusters must be one of {self.n_clusters.tolist()}, got {n_clusters!r}."
            )
        return float(self.gap[found[0]]), float(self.standard_error[found[0]])

    def smallest_near_best(self, n_clusters_range: Iterable[int]) -> int | None:
        """The smallest number whose gap is within two standard errors of the largest one.

        Of the numbers in `n_clusters_range` above 1 that were computed; None if there is none.
        Where groups shade into each other the largest gap alone takes ever more clusters.
        """
        wanted = np.isin(self.n_clusters, [k for k in n_clusters_range if k > 1])
        if not wanted.any():
            return None
        gap = np.where(wanted, self.gap, -np.inf)
        best = int(np.argmax(gap))
        return int(self.n_clusters[gap >= gap[best] - NEAR_BEST * self.standard_error[best]][0])


def gap_statistic(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    method: str = "kmeans",
    n_references: int = 20,
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
) -> Gap:
    """Compare log(WCSS) with that of uniform tables in the same box.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters; 1 is always added.
    method : {'kmeans', 'single', 'complete', 'average', ...}
        As in `sweep`.
    n_references : int
        Uniform tables, 2 to 10,000.
    n_init : int or 'auto'
        Restarts per fit, the same for the table and the references: with fewer for the references
        their WCSS, and so every gap, would be larger.
    random_state, n_threads
        As in `sweep`.

    Returns
    -------
    Gap

    Raises
    ------
    ValueError, TypeError
        As `sweep`.

    Notes
    -----
    The time of 1 + n_references fits per k, of at most 2,000 rows (500 for a linkage); larger
    tables are thinned at random. The box is the smaller one of the two that the paper proposes, see
    `kmeans_core.selection.nulls.box.tightest_box`. If no k satisfies the rule, the last k is the
    choice. The rule takes the first k that is good enough, so the choice is often 1 where clusters
    form groups of clusters. One Gaussian cloud has a gap too, largest at k=1.

    References
    ----------
    Tibshirani, Walther, Hastie 2001, "Estimating the number of clusters in a data set via the gap
    statistic", sections 3 and 4, doi 10.1111/1467-9868.00293.
    """
    X = check_matrix(X)
    check_choice(method, "method", METHODS)
    check_repeats(n_references, "n_references", low=2)
    n_init = check_n_init(n_init)
    ks = sorted({1, *check_range(n_clusters_range, len(X))})
    seeds = child_seeds(random_state, n_references + 1)
    thinned = some_rows(X, most_rows(method), np.random.RandomState(seeds[0]))
    ks = [k for k in ks if k <= len(thinned)]
    box = tightest_box(thinned)
    curves = np.empty((n_references + 1, len(ks)))

    def task(start: int, stop: int) -> None:
        for number in range(start, stop):
            rng = np.random.RandomState(seeds[number])
            table = thinned if number == 0 else uniform_rows(box, len(thinned), rng)
            curves[number] = clusterings(table, ks, method, n_init, seeds[number])[1]

    with threads(n_threads) as workers:
        workers.run(task, n_references + 1)
    return gap_of_curves(np.array(ks), curves, len(thinned), len(thinned) < len(X))


def gap_of_curves(ks: np.ndarray, curves: np.ndarray, n_rows: int, sampled: bool) -> Gap:
    """The statistic from WCSS curves (n_references + 1, n_ks), that of the table first."""
    # The WCSS is 0 where every distinct row is a cluster; its logarithm must stay finite.
    info = np.finfo(np.float64)
    floor = max(info.eps**2 * float(curves.max()), info.tiny)
    logs = np.log(np.maximum(curves, floor))
    gap = logs[1:].mean(axis=0) - logs[0]
    n_references = len(curves) - 1
    error = logs[1:].std(axis=0) * np.sqrt(1.0 + 1.0 / n_references)
    good = np.flatnonzero(gap[:-1] >= gap[1:] - error[1:])
    choice = int(ks[good[0]] if len(good) else ks[-1])
    return Gap(ks, gap, error, choice, n_rows, sampled, n_references, _gains(logs[1:]))


def _gains(logs: np.ndarray) -> np.ndarray:
    """For each reference, the largest gap(k) - gap(1), with the others as its references."""
    others = (logs.sum(axis=0) - logs) / (len(logs) - 1)
    gaps = others - logs
    return (gaps - gaps[:, :1])[:, 1:].max(axis=1, initial=0.0)
