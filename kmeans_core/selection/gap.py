"""The gap statistic: is the spread left inside clusters smaller than in a table without groups?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics.table import threads
from kmeans_core.selection.clusterers import METHODS, wcss_curve
from kmeans_core.selection.fits import check_n_init, check_range, check_repeats, child_seeds
from kmeans_core.selection.reference import some_rows, tightest_box, uniform_rows
from kmeans_core.validation import check_choice, check_matrix

MAX_ROWS = 5_000  # rows of a reference: above, the table itself is thinned to as many
MAX_ROWS_OF_PER_TREE = 500


class Gap(NamedTuple):
    """The gap statistic for each number of clusters, 1 included."""

    n_clusters: np.ndarray  # (n_ks,)
    gap: np.ndarray  # (n_ks,) mean of log(reference WCSS), less log(WCSS)
    standard_error: np.ndarray  # (n_ks,) of the simulation: sd * sqrt(1 + 1 / n_references)
    choice: int  # the smallest k with gap(k) >= gap(next k) - standard_error(next k)
    n_rows: int  # rows used
    sampled: bool  # whether these are fewer than all
    n_references: int
    gains: np.ndarray  # (n_references,) by how much each reference, taken for the table, is best
    # above its own gap at k=1: what a table without groups gains by having many k to choose from

    def at(self, n_clusters: int) -> tuple[float, float]:
        """The gap at this number of clusters, and its standard error; ValueError without one."""
        places = np.flatnonzero(self.n_clusters == n_clusters)
        if not len(places):
            raise ValueError(
                f"n_clusters must be one of {self.n_clusters.tolist()}, got {n_clusters!r}."
            )
        return float(self.gap[places[0]]), float(self.standard_error[places[0]])


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
    n_init
        Restarts, the same for the table and for each reference: fewer for the references would
        make every table look structured.
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
    (1 + n_references) sweeps of at most 5,000 rows (500 for a linkage); larger tables are thinned
    at random. The box is the smaller one of the two that the paper proposes, see
    `kmeans_core.selection.reference.tightest_box`. Where even the last k does not satisfy the
    rule, that last k is the choice. The rule asks for the first k that is good enough, so it often
    says 1 where clusters come in groups of clusters; and one bell-shaped cloud has a gap too,
    largest at k=1.

    References
    ----------
    Tibshirani, Walther, Hastie 2001, "Estimating the number of clusters in a data set via the gap
    statistic", sections 3 and 4, doi 10.1111/1467-9868.00293.
    """
    X = check_matrix(X)
    check_choice(method, "method", METHODS)
    check_repeats(n_references, "n_references", low=2)
    n_init = check_n_init(n_init)
    most = MAX_ROWS if method == "kmeans" else MAX_ROWS_OF_PER_TREE
    ks = sorted({1, *check_range(n_clusters_range, len(X))})
    seeds = child_seeds(random_state, n_references + 1)
    thinned = some_rows(X, most, np.random.RandomState(seeds[0]))
    ks = [k for k in ks if k <= len(thinned)]
    box = tightest_box(thinned)
    curves = np.empty((n_references + 1, len(ks)))

    def task(first: int, last: int) -> None:
        for number in range(first, last):
            rng = np.random.RandomState(seeds[number])
            table = thinned if number == 0 else uniform_rows(box, len(thinned), rng)
            curves[number] = wcss_curve(table, ks, method, n_init, seeds[number])

    with threads(n_threads) as workers:
        workers.run(task, n_references + 1)
    return _gap(np.array(ks), curves, len(thinned), len(thinned) < len(X))


def _gap(ks: np.ndarray, curves: np.ndarray, n_rows: int, sampled: bool) -> Gap:
    """The statistic from the WCSS of the table (first) and of the references."""
    # Nothing is left inside clusters where every distinct row has its own: not minus infinity.
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
    """For each reference, the largest gap(k) - gap(1), the others being its references."""
    others = (logs.sum(axis=0) - logs) / (len(logs) - 1)
    gaps = others - logs
    return (gaps - gaps[:, :1])[:, 1:].max(axis=1, initial=0.0)
