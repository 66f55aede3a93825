"""How many clusters: the evidence, one choice, one verdict."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.selection.fit_range import check_n_init, check_range, check_repeats
from kmeans_core.selection.gap import Gap
from kmeans_core.selection.knee import knee
from kmeans_core.selection.stability import Stability, bootstrap_stability
from kmeans_core.selection.structure.evidence import Structure
from kmeans_core.selection.sweep import Sweep, SweepRow, best_by_silhouette, sweep
from kmeans_core.selection.table_evidence import Parted, TableEvidence, table_evidence
from kmeans_core.validation import check_integer, check_matrix, check_n_clusters, check_real

VOTERS = ("silhouette", "davies_bouldin", "calinski_harabasz", "gap")
_MOST_CLUSTERS = 10  # that are tried by default
_FEWEST_ROWS = 5  # per cluster on average, by default


class Choice(NamedTuple):
    """The chosen number of clusters, and all the evidence for and against it."""

    n_clusters: int
    votes: dict[str, int]  # of each of VOTERS, in their order; empty if no silhouette is defined
    shown: dict[str, int | None]  # knee and Dunn; None: no answer
    sweep: Sweep  # every metric for every number of clusters
    gap: Gap
    stability: Stability  # of the chosen clusters
    structure: Structure
    row: SweepRow  # the chosen one of `sweep.rows`
    parted: Parted
    best: int  # what is chosen where `n_clusters` is not given
    rule: str  # by which `best` is chosen: 'parted', 'gap', 'elbow'; 'given' if there is no choice


def choose_k(
    X: Any,
    n_clusters_range: Iterable[int] | None = None,
    *,
    n_clusters: int | None = None,
    method: str = "kmeans",
    n_init: int | str = 10,
    n_references: int = 20,
    n_resamples: int = 20,
    random_state: int = 0,
    n_threads: int | None = None,
    max_time: float | None = None,
    progress: Callable[[str, int, int], None] | None = None,
) -> Choice:
    """Choose the number of clusters, with the evidence for it.

    The largest number for which every pair of neighbouring clusters is parted, further than in
    tables without groups (rule 'parted'). If there is none, the clusters shade into each other, as
    `Choice.structure` says, and the smallest number is taken whose gap statistic is within two
    standard errors of the largest one (rule 'gap'); where that is the last one tried, the gap still
    rises, and the elbow of the WCSS curve is taken if there is one (rule 'elbow'). With an empty
    range there is no choice (rule 'given'). What four common indices would choose is computed too.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least three rows.
    n_clusters_range : iterable of int, optional
        Numbers to choose from, each in 2..n_samples - 1. By default 2 to 10, and on small tables
        no more than a fifth of the rows. May be empty with `n_clusters`.
    n_clusters : int, optional
        Take this number, 1..n_samples, whatever the evidence is. It is added to the range.
    method : {'kmeans', 'single', 'complete', 'average', ...}
        As in `sweep`: k-means, or a linkage whose tree is cut.
    n_init : int or 'auto'
        Restarts per k-means fit, at most 1,000.
    n_references, n_resamples : int
        Uniform tables of the gap statistic, 2 to 10,000; resamples of the chosen clustering, 1 to
        10,000.
    random_state : int
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.
    max_time : float, optional
        Seconds from the call on after which no further resample begins.
    progress : callable, optional
        Called as ``progress(what, done, total)``.

    Returns
    -------
    Choice

    Raises
    ------
    ValueError, TypeError
        As `sweep`; no silhouette is defined for any number of the range.
    MemoryError
        As `sweep`.

    Notes
    -----
    The time of `sweep`, of 41 fits per number of clusters on at most 2,000 rows, and of
    `bootstrap_stability`.

    How far clusters are parted is judged on their least parted pair, see `structure_verdict`. Of
    clusters that divide a group at least one pair is not parted, so too large a number fails; too
    small a number can pass, so the largest is taken. How often it is right, on generated tables
    with and without groups, is in the section "truth" of benchmarks/RESULTS.md.
    """
    X = check_matrix(X, min_rows=3)
    n_init = check_n_init(n_init)
    _check_options(n_references, n_resamples, random_state, progress)
    limit = np.inf if max_time is None else check_real(max_time, "max_time", low=0.0)
    deadline = time.monotonic() + limit
    if n_clusters_range is None:
        n_clusters_range = default_range(len(X))
    ks = set(check_range(n_clusters_range, len(X), may_be_empty=n_clusters is not None))
    requested = set() if n_clusters is None else {check_n_clusters(n_clusters, len(X))}
    shared: dict[str, Any] = {
        "method": method,
        "n_init": n_init,
        "random_state": random_state,
        "n_threads": n_threads,
    }
    report = progress or (lambda what, done, total: None)
    found = sweep(X, sorted(ks | requested), **shared)
    report("clusterings", 1, 1)
    evidence = table_evidence(X, found, n_references, (n_init, random_state), n_threads)
    report("references", 1, 1)
    in_range = found._replace(rows=tuple(row for row in found.rows if row.n_clusters in ks))
    votes = collect_votes(in_range, evidence.gap)
    if not votes and not requested:
        raise ValueError(
            "no silhouette is defined for any number of clusters tried: add distinct rows or set "
            "n_clusters."
        )
    shown = _shown(in_range)
    best, rule = _best_number(evidence, shown["knee"], sorted(ks), min(requested, default=1))
    k = requested.pop() if requested else best
    row = next(row for row in found.rows if row.n_clusters == k)
    stability = bootstrap_stability(
        X,
        row.labels,
        n_resamples=n_resamples,
        max_time=None if max_time is None else max(0.0, deadline - time.monotonic()),
        progress=progress and (lambda done, total: report("resamples", done, total)),
        **shared,
    )
    structure = evidence.verdict_on(row.labels)
    report("structure", 1, 1)
    return Choice(
        n_clusters=k,
        votes=votes,
        shown=shown,
        sweep=found,
        gap=evidence.gap,
        stability=stability,
        structure=structure,
        row=row,
        parted=evidence.parted,
        best=best,
        rule=rule,
    )


def default_range(n_samples: int) -> range:
    """The numbers of clusters that `choose_k` tries by default.

    Parameters
    ----------
    n_samples : int
        Rows, at least 1.

    Returns
    -------
    range
        2 to 10, but no number that leaves fewer than five rows per cluster on average; 2 alone on
        the smallest tables.

    Raises
    ------
    ValueError, TypeError
        `n_samples` is no positive integer.
    """
    check_integer(n_samples, "n_samples", low=1)
    return range(2, 1 + max(2, min(_MOST_CLUSTERS, n_samples // _FEWEST_ROWS)))


def _best_number(
    evidence: TableEvidence, knee_at: int | None, ks: list[int], given: int
) -> tuple[int, str]:
    """The number to choose and the rule that chose it.

    Where no number of the range has a gap (an empty range, or numbers above the rows that are
    judged), the smallest one, or `given`.
    """
    parted = evidence.parted.largest(ks)
    if parted is not None:
        return parted, "parted"
    near = evidence.gap.smallest_near_best(ks)
    if near is None:
        return min(ks, default=given), "given"
    if near == max(ks) and knee_at is not None:
        return knee_at, "elbow"
    return near, "gap"


def _check_options(n_references: int, n_resamples: int, random_state: int, progress: Any) -> None:
    """Refuse before any work what a later step would refuse."""
    check_repeats(n_references, "n_references", low=2)
    check_repeats(n_resamples, "n_resamples")
    check_integer(random_state, "random_state", low=0, high=2**32 - 1)
    if progress is not None and not callable(progress):
        raise TypeError(
            f"progress must be a function of (what, done, total) or None, got {progress!r}."
        )


def collect_votes(found: Sweep, gap: Gap) -> dict[str, int]:
    """The vote of each of VOTERS; ties go to the smaller number. Empty without a silhouette."""
    silhouette = best_by_silhouette(found)
    if silhouette is None:
        return {}
    return {
        "silhouette": silhouette,
        "davies_bouldin": _best(found, "davies_bouldin", -1.0),
        "calinski_harabasz": _best(found, "calinski_harabasz", 1.0),
        "gap": gap.choice,
    }


def plurality(votes: Mapping[str, int]) -> int:
    """The number with more votes than every other one; if there is none, silhouette's.

    Parameters
    ----------
    votes : mapping of str to int
        The vote of each voter, ``"silhouette"`` among them.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        Silhouette has no vote.
    """
    if "silhouette" not in votes:
        raise ValueError(
            f"votes must hold silhouette's vote, which decides ties, got {dict(votes)!r}."
        )
    ranked = Counter(votes.values()).most_common(2)
    tied = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
    return votes["silhouette"] if tied else ranked[0][0]


def _best(found: Sweep, metric: str, sign: float) -> int:
    defined = [row for row in found.rows if not np.isnan(getattr(row, metric))]
    return min(defined, key=lambda row: (-sign * getattr(row, metric), row.n_clusters)).n_clusters


def _shown(found: Sweep) -> dict[str, int | None]:
    """The knee, and the number with the highest Dunn index."""
    if not found.rows:
        return {"knee": None, "dunn": None}
    ks, wcss = zip(*((row.n_clusters, row.wcss) for row in found.rows), strict=True)
    with_dunn = any(not np.isnan(row.dunn) for row in found.rows)
    return {"knee": knee(ks, wcss), "dunn": _best(found, "dunn", 1.0) if with_dunn else None}
