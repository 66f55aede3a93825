"""Is there any structure? One verdict, with the evidence for it.

Three witnesses, each compared with tables without groups in the same box: k-means by the gap
statistic, single linkage by its longest bridge between two groups, and Hopkins' statistic. The
tables are uniform, and for the last two also bell-shaped: a single bell is no group of groups.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics import adjusted_rand_score
from kmeans_core.metrics.labels import check_labels
from kmeans_core.metrics.table import threads
from kmeans_core.selection.chains import Chains
from kmeans_core.selection.clusterers import labels_for
from kmeans_core.selection.fits import child_seeds
from kmeans_core.selection.gap import Gap
from kmeans_core.selection.hopkins import PROBES, hopkins_in
from kmeans_core.selection.reference import bell_rows, some_rows, tightest_box, uniform_rows
from kmeans_core.selection.valleys import mean_valley
from kmeans_core.validation import check_integer, check_matrix

COMPACT = "compact groups"
NOT_ROUND = "structure, but not round groups"
NONE = "no clear structure"

MAX_ROWS = 1_000  # rows that Hopkins' statistic and single linkage look at
N_UNIFORM, N_BELLS = 40, 20  # tables without groups
CLEARLY = 1.2  # a bridge must be so much longer than the longest one in these tables
SAME = 0.7  # adjusted Rand from which on two clusterings are said to agree
INSIDE = 0.95  # share of rows from which on clusters are said to lie inside groups
VALLEY = 0.55  # rows midway over rows near the centers: below, borders run along valleys


class Structure(NamedTuple):
    """The verdict, and the numbers that it rests on."""

    verdict: str  # 'compact groups', 'structure, but not round groups' or 'no clear structure'
    n_clusters: int
    gap: float  # at n_clusters
    gap_of_one: float  # at one cluster
    gap_error: float  # standard error of `gap`
    gap_limit: float  # gain over k=1 that tables without groups reach: mean + 3 sd
    hopkins: float
    hopkins_limit: float  # the largest one among tables without groups
    bridge: float  # longest step between two groups of single linkage, over the median step
    bridge_limit: float  # 1.2 times the largest one among tables without groups
    n_chains: int  # groups of single linkage, where steps above the limit are cut
    agreement: float  # adjusted Rand of these with k-means at as many; NaN where there is one
    evidence: list[str]  # one plain sentence a witness
    n_rows: int  # rows used for Hopkins and single linkage


def structure_verdict(
    X: Any,
    labels: Any,
    gap: Gap,
    *,
    n_init: int = 10,
    random_state: Any = None,
    n_threads: int | None = None,
) -> Structure:
    """Say whether a table has groups, and whether they are of the kind that k-means finds.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least three rows.
    labels : array-like of int, shape (n_samples,)
        The chosen clustering.
    gap : Gap
        Of this table, for the chosen number of clusters too.
    n_init, random_state, n_threads
        As in `fit_range`.

    Returns
    -------
    Structure

    Notes
    -----
    k-means sees groups if the gap at the chosen k is above that at k=1 by more than its standard
    error, and by more than uniform tables reach when they may choose their best k: their mean gain
    plus three standard deviations. (By the standard error alone, 10 of 20 uniform tables of 400
    rows and 2 features had groups: four quarters of a square, chosen among nine k.)

    Single linkage sees groups if two parts of 5% of the rows or more each are farther apart, in
    median steps, by a fifth than in any of 40 uniform and 20 bell-shaped tables. Hopkins' statistic
    disagrees with "nothing here" if it is above those of all these tables.

    - "no clear structure": none of the three.
    - "structure, but not round groups": single linkage sees groups that k-means does not find;
      or only Hopkins' statistic speaks: skewed columns do that.
    - "compact groups": otherwise.

    k-means finds the groups of single linkage if for as many clusters the two agree (adjusted Rand
    0.7), or if its chosen clusters lie inside these groups and there are valleys between them, see
    `mean_valley`: round groups that touch are one chain to single linkage; the pieces that k-means
    cuts a long group into have no valley between them. The limits (5%, a fifth, 0.7, 0.95, 0.55)
    are ours, set on two moons, rings, strips and overlapping Gaussian groups. On more than 1,000
    rows the last two witnesses see a random 1,000.

    References
    ----------
    See `gap_statistic` and `hopkins`. The combination is ours.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=3)
    labels, _ = check_labels(labels, len(X))
    check_integer(n_init, "n_init", low=1)
    seeds = child_seeds(random_state, 1 + N_UNIFORM + N_BELLS)
    kept = some_rows(np.arange(len(X)), MAX_ROWS, np.random.RandomState(seeds[-1]))
    X, labels = X[kept], labels[kept]
    hopkins, bridges, chains = _witnesses(X, seeds, n_threads)
    limits = float(hopkins[1:].max()), CLEARLY * float(bridges[1:].max())
    n_clusters = len(np.unique(labels))
    (at_k, error), (at_one, _) = _gap_at(gap, n_clusters), gap.at(1)
    gap_limit = float(gap.gains.mean() + 3.0 * gap.gains.std())
    sees_kmeans = at_k - at_one > max(error, gap_limit)
    sees_single = bool(bridges[0] > limits[1])
    group, n_chains = chains.groups(limits[1]) if sees_single else (np.zeros(len(X), np.int64), 1)
    agreement, found = np.nan, True
    if n_chains > 1:
        agreement, found = _agreement(X, labels, group, n_chains, n_init, seeds[-1])
    speaks = bool(hopkins[0] > limits[0])
    result = Structure(
        verdict=_verdict(sees_kmeans, sees_single, speaks, found),
        n_clusters=n_clusters,
        gap=at_k,
        gap_of_one=at_one,
        gap_error=error,
        gap_limit=gap_limit,
        hopkins=float(hopkins[0]),
        hopkins_limit=limits[0],
        bridge=float(bridges[0]),
        bridge_limit=limits[1],
        n_chains=n_chains,
        agreement=float(agreement),
        evidence=[],
        n_rows=len(X),
    )
    return result._replace(evidence=_evidence(result, sees_kmeans, sees_single, speaks, found))


def _verdict(sees_kmeans: bool, sees_single: bool, hopkins_speaks: bool, found: bool) -> str:
    if not (sees_kmeans or sees_single or hopkins_speaks):
        return NONE
    only_hopkins = not (sees_kmeans or sees_single)
    return NOT_ROUND if only_hopkins or not found else COMPACT


def _gap_at(gap: Gap, n_clusters: int) -> tuple[float, float]:
    """The gap at this k, or at the largest smaller one: equal rows can leave fewer clusters."""
    below = gap.n_clusters[gap.n_clusters <= n_clusters]
    return gap.at(int(below.max()))


def _witnesses(
    X: np.ndarray, seeds: list[int], n_threads: int | None
) -> tuple[np.ndarray, np.ndarray, Chains]:
    """Hopkins' statistic and longest bridge of the table, then of the references."""
    n_tables = 1 + N_UNIFORM + N_BELLS
    hopkins, bridges = np.empty(n_tables), np.empty(n_tables)
    chains: list[Chains] = [None] * n_tables  # type: ignore[list-item]
    box = tightest_box(X)

    def task(first: int, last: int) -> None:
        for number in range(first, last):
            rng, table, its_box = np.random.RandomState(seeds[number]), X, box
            if number > N_UNIFORM:
                table = bell_rows(X, len(X), rng)
                its_box = tightest_box(table)
            elif number > 0:
                table = uniform_rows(box, len(X), rng)
            hopkins[number] = hopkins_in(table, its_box, min(len(X), PROBES), seeds[number])
            chains[number] = Chains(table)
            bridges[number] = chains[number].longest_bridge()

    with threads(n_threads) as workers:
        workers.run(task, n_tables)
    return hopkins, bridges, chains[0]


def _agreement(
    X: np.ndarray,
    labels: np.ndarray,
    group: np.ndarray,
    n_chains: int,
    n_init: int,
    seed: int,
) -> tuple[float, bool]:
    """Adjusted Rand at as many clusters, and whether k-means finds the groups."""
    there = group >= 0
    as_many = labels_for(X, n_chains, "kmeans", n_init, seed)
    agreement = adjusted_rand_score(group[there], as_many[there])
    _, codes = np.unique(labels[there], return_inverse=True)
    codes = codes.reshape(-1)
    common = np.zeros((int(codes.max()) + 1, n_chains), dtype=np.int64)
    np.add.at(common, (codes, group[there]), 1)
    inside = common.max(axis=1).sum() / there.sum()
    apart = mean_valley(X[there], codes, group[there]) < VALLEY
    return agreement, agreement >= SAME or bool(inside >= INSIDE and apart)


def _evidence(
    s: Structure, sees_kmeans: bool, sees_single: bool, speaks: bool, found: bool
) -> list[str]:
    """One sentence a witness."""
    sentences = [
        f"The gap statistic at {s.n_clusters} clusters is {s.gap - s.gap_of_one:.3f} above that of "
        f"a single cluster, {'more' if sees_kmeans else 'not more'} than chance can make it: its "
        f"standard error is {s.gap_error:.3f}, and even tables without groups gain up to about "
        f"{s.gap_limit:.3f} by choosing their best number."
    ]
    sentences.append(
        f"Single linkage, which follows chains of near rows, sees {'' if sees_single else 'no '}"
        f"groups apart: its longest step between two groups is {s.bridge:.2f} median steps, and "
        f"above {s.bridge_limit:.2f} chance is ruled out."
    )
    if s.n_chains > 1:
        how = "does not find them"
        if found:
            inside = "has clusters inside them, with valleys between"
            how = "finds them" if s.agreement >= SAME else inside
        sentences.append(
            f"Cut there, it has {s.n_chains} groups, and k-means {how} (adjusted Rand at as many "
            f"clusters: {s.agreement:.2f})."
        )
    sentences.append(
        f"Hopkins' statistic is {s.hopkins:.2f}; tables without groups reach {s.hopkins_limit:.2f}"
        f"{', so rows do lie in clumps' if speaks else ', so it shows no clumps'}."
    )
    return sentences
