"""Are the clusters groups? One verdict, with the evidence for it."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.metrics.labelled import threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.selection.clusterers import METHODS, most_rows
from kmeans_core.selection.fit_range import check_n_init, child_seeds
from kmeans_core.selection.gap import Gap
from kmeans_core.selection.nulls.box import some_rows
from kmeans_core.selection.nulls.categories import whole_categories
from kmeans_core.selection.nulls.ties import without_ties
from kmeans_core.selection.structure.evidence import Structure, evidence
from kmeans_core.selection.structure.null_evidence import (
    MAX_TREE_ROWS,
    N_COPULA,
    How,
    Nulls,
    bridge_and_hopkins,
    null_evidence,
)
from kmeans_core.selection.structure.one_column import column_alone
from kmeans_core.selection.structure.parting import Parting, partings
from kmeans_core.selection.structure.shape import BRIDGE_FACTOR, NO_GROUPS, Shape, shape_of
from kmeans_core.validation import check_choice, check_matrix

COMPACT = "compact groups"
NOT_ROUND = "structure, but not round groups"
NONE = "no clear structure"

N_UNIFORM = 20


def structure_verdict(
    X: Any,
    labels: Any,
    gap: Gap,
    *,
    method: str = "kmeans",
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
) -> Structure:
    """Whether these clusters are groups, or pieces of something else.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least two rows.
    labels : array-like of int, shape (n_samples,)
        The clustering to judge.
    gap : Gap
        Of this table, for the number of clusters too. Its figures are given as detail.
    method : {'kmeans', 'single', 'complete', 'average', ...}
        How the clusters were found: tables without groups are clustered alike.
    n_init, random_state, n_threads
        As in `fit_range`.

    Returns
    -------
    Structure

    Raises
    ------
    ValueError, TypeError
        Labels of another length, a NaN, a `gap` of another type, a bad parameter.

    Notes
    -----
    - "structure, but not round groups": where two columns or more vary, single linkage finds
      groups, further apart than in any table without groups, and the clusters cut through them, or
      follow them where k-means does not (see `shape_of`); or one column alone parts the clusters
      (see `column_alone`).
    - "compact groups": otherwise, if every pair of neighbouring clusters is parted. The evidence is
      the least parted pair (see `partings`): it must lie six standard deviations above the mean
      least pair of tables without groups, clustered alike.
    - "no clear structure": otherwise. Single pairs may be parted, see `Structure.partings`.

    The tables without groups are 20 uniform ones and 20 with the skew, the ties and the rank
    correlations of the table (see `copula_of`), of at most 2,000 rows. The limits were set on
    generated tables, and measured on others: see the section "truth" of benchmarks/RESULTS.md.

    The time of 40 fits, and O(m^2 d) for single linkage of 41 tables of m rows, at most 1,000.

    References
    ----------
    The line and the dip: see `partings`. The combination is ours.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=2)
    labels, _ = check_labels(labels, len(X))
    if not isinstance(gap, Gap):
        raise TypeError(f"gap must be what gap_statistic() returns, got {gap!r}.")
    check_choice(method, "method", METHODS)
    n_init = check_n_init(n_init)
    seeds = child_seeds(random_state, 1 + N_UNIFORM + N_COPULA)
    kept = rows_to_judge(X, method, seeds[0])
    how = How([max(1, min(len(np.unique(labels)), len(kept)))], method, n_init)
    with threads(n_threads) as workers:
        nulls = null_evidence(X[kept], how, N_UNIFORM, seeds[1:], workers)
    return judge(X[kept], labels[kept], gap, nulls, (n_init, seeds[0]))


def rows_to_judge(X: np.ndarray, method: str, seed: int) -> np.ndarray:
    """Indices of the rows that are judged: all, or 2,000 (500 for a linkage) drawn at random."""
    return some_rows(np.arange(len(X)), most_rows(method), np.random.RandomState(seed))


def judge(
    X: np.ndarray, labels: np.ndarray, gap: Gap, nulls: Nulls, fit: tuple[int, int]
) -> Structure:
    """The verdict on rows that were thinned; `fit` is (n_init, seed) of fits for comparison."""
    n_init, seed = fit
    rng = np.random.RandomState(seed)
    apart = without_ties(X, rng)
    pairs = partings(apart, labels, whole_categories(X))
    n_clusters = len(np.unique(labels))
    some = some_rows(np.arange(len(X)), MAX_TREE_ROWS, rng)
    bridge, hopkins = bridge_and_hopkins(apart[some], seed)
    bridge_limit = BRIDGE_FACTOR * float(nulls.evidence.bridge.max())
    shape = NO_GROUPS
    if bridge > bridge_limit and _n_varying(X) > 1:  # a group in one column is an interval
        shape = shape_of(apart[some], labels[some], bridge_limit, n_init, seed)
    limit = nulls.limit(n_clusters)
    least = min((pair.dip for pair in pairs), default=0.0)
    alone = column_alone(apart, labels, limit) if least > limit else None
    uniform = nulls.evidence.hopkins[: nulls.n_uniform]
    result = Structure(
        verdict=_verdict(shape, least > limit, alone),
        n_clusters=n_clusters,
        **_gap_numbers(gap, n_clusters),
        hopkins=hopkins,
        hopkins_uniform=float(uniform.max()),
        hopkins_limit=float(nulls.evidence.hopkins.max()),
        bridge=bridge,
        bridge_limit=bridge_limit,
        n_chains=shape.n_groups,
        agreement=shape.agreement,
        followed=shape.followed,
        evidence=[],
        n_rows=len(X),
        partings=tuple(pairs),
        least_parted=least,
        least_limit=limit,
        is_parted=_which_are_parted(pairs, limit, max(limit, nulls.limit_of_one(n_clusters))),
        column_alone=alone,
        are_round=shape.round,
    )
    return result._replace(evidence=evidence(result))


def _n_varying(X: np.ndarray) -> int:
    return int(np.count_nonzero(X.min(axis=0) < X.max(axis=0)))


def _verdict(shape: Shape, all_parted: bool, alone: int | None) -> str:
    if not shape.round or alone is not None:
        return NOT_ROUND
    return COMPACT if all_parted else NONE


def _which_are_parted(pairs: list[Parting], limit: float, limit_of_one: float) -> tuple[bool, ...]:
    """All, if the least parted one is beyond its limit; else those beyond the limit of one.

    That is never below the other limit: the least parted pair is parted only if all are.
    """
    if pairs and min(pair.dip for pair in pairs) > limit:
        return (True,) * len(pairs)
    return tuple(pair.dip > limit_of_one for pair in pairs)


def _gap_numbers(gap: Gap, n_clusters: int) -> dict[str, float]:
    """The gap at this k, or at the largest smaller one: equal rows can leave fewer clusters."""
    at_k, error = gap.at(int(gap.n_clusters[gap.n_clusters <= n_clusters].max()))
    at_one, _ = gap.at(1)
    return {
        "gap": at_k,
        "gap_of_one": at_one,
        "gap_error": error,
        "gap_gain": float((gap.gap[1:] - at_one).max(initial=0.0)),
        "gap_limit": float(gap.gains.mean() + 3.0 * gap.gains.std()),
    }
