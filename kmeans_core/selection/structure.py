"""Is there any structure? One verdict, with the evidence for it.

Three witnesses, each compared with tables without groups in the same box: k-means by the gap
statistic, single linkage by its longest bridge between two groups, and Hopkins' statistic. The
tables are uniform, and for the last two also bell-shaped: a single bell is no group of groups.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics import adjusted_rand_score
from kmeans_core.metrics.labelled import threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.selection.clusterers import labels_for
from kmeans_core.selection.density_valley import mean_valley
from kmeans_core.selection.evidence import evidence
from kmeans_core.selection.fit_range import check_n_init, child_seeds
from kmeans_core.selection.gap import Gap
from kmeans_core.selection.hopkins import PROBES, hopkins_in
from kmeans_core.selection.null_tables import bell_rows, some_rows, tightest_box, uniform_rows
from kmeans_core.selection.spanning_tree import Chains
from kmeans_core.validation import check_matrix

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
    gap_gain: float  # the largest gain over k=1 of all numbers of clusters that `gap` has
    gap_limit: float  # the same for tables without groups: mean + 3 sd
    hopkins: float
    hopkins_uniform: float  # the largest one among uniform tables
    hopkins_limit: float  # the largest one among all tables without groups
    bridge: float  # longest step between two groups of single linkage, over the median step
    bridge_limit: float  # 1.2 times the largest one among tables without groups
    n_chains: int  # groups of single linkage, where steps above the limit are cut
    agreement: float  # adjusted Rand of these with k-means at as many; NaN where there is one
    followed: bool  # whether the chosen clusters are these groups (adjusted Rand 0.7)
    evidence: list[str]  # what speaks for groups, then one plain sentence a witness
    n_rows: int  # rows used for Hopkins and single linkage


def structure_verdict(
    X: Any,
    labels: Any,
    gap: Gap,
    *,
    n_init: int | str = 10,
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

    Raises
    ------
    ValueError, TypeError
        Fewer than three rows, labels of another length, a NaN, a `gap` that is none, a bad
        parameter.

    Notes
    -----
    k-means sees groups if the gap at the chosen k is above that at k=1 by more than its standard
    error, and the largest gain over k=1 of all k is above what uniform tables gain by their best
    k: the mean plus three standard deviations. (By the standard error alone, 10 of 20 uniform
    tables of 400 rows and 2 features had groups: four quarters of a square, chosen among nine k.)
    And Hopkins' statistic must be above those of 40 uniform tables: where rows lie as evenly as
    chance lays them, a gain is taken for chance too.

    Single linkage sees groups if two parts of 5% of the rows or more each are farther apart, in
    median steps, by a fifth than in any of 40 uniform and 20 bell-shaped tables. Hopkins' statistic
    disagrees with "nothing here" by itself if it is above those of all these tables.

    - "no clear structure": none of the three.
    - "structure, but not round groups": single linkage sees groups that k-means does not find;
      or only Hopkins' statistic speaks: skewed columns do that.
    - "compact groups": otherwise.

    k-means finds the groups of single linkage if for as many clusters the two agree (adjusted Rand
    0.7), or if its chosen clusters lie inside these groups and there are valleys between them, see
    `mean_valley`: round groups that touch are one chain to single linkage; the pieces that k-means
    cuts a long group into have no valley between them. The limits (5%, a fifth, 0.7, 0.95, 0.55)
    are ours, set on two moons, rings, strips and overlapping Gaussian groups. On m rows, at most
    1,000 drawn at random, the last two witnesses take O(m^2 d) time for each of 61 tables, and
    O(m) memory.

    References
    ----------
    See `gap_statistic` and `hopkins`. The combination is ours.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=3)
    labels, _ = check_labels(labels, len(X))
    if not isinstance(gap, Gap):
        raise TypeError(f"gap must be what gap_statistic() returns, got {gap!r}.")
    n_init = check_n_init(n_init)
    seeds = child_seeds(random_state, 1 + N_UNIFORM + N_BELLS)
    n_clusters = len(np.unique(labels))
    kept = some_rows(np.arange(len(X)), MAX_ROWS, np.random.RandomState(seeds[-1]))
    X, labels = X[kept], labels[kept]
    numbers, chains = _witnesses(X, seeds, n_threads)
    group, n_chains = labels, 1
    agreement, how, followed = np.nan, "same", False
    if numbers["bridge"] > numbers["bridge_limit"]:
        group, n_chains = chains.groups(numbers["bridge_limit"])
    if n_chains > 1:
        agreement, how, followed = _agreement(X, labels, group, n_chains, n_init, seeds[-1])
    result = Structure(
        verdict="",
        n_clusters=n_clusters,
        **_gap_numbers(gap, n_clusters),
        **numbers,
        n_chains=n_chains,
        agreement=float(agreement),
        followed=bool(followed),
        evidence=[],
        n_rows=len(X),
    )
    speaks = _who_speaks(result)
    verdict = _verdict(*speaks, how != "not")
    return result._replace(verdict=verdict, evidence=evidence(result, speaks, how))


def _gap_numbers(gap: Gap, n_clusters: int) -> dict[str, float]:
    """What the gap says of this k, or of the largest smaller one: equal rows can leave fewer."""
    at_k, error = gap.at(int(gap.n_clusters[gap.n_clusters <= n_clusters].max()))
    at_one, _ = gap.at(1)
    return {
        "gap": at_k,
        "gap_of_one": at_one,
        "gap_error": error,
        "gap_gain": float((gap.gap[1:] - at_one).max(initial=0.0)),
        "gap_limit": float(gap.gains.mean() + 3.0 * gap.gains.std()),
    }


def _who_speaks(s: Structure) -> tuple[bool, bool, bool]:
    """Whether k-means, single linkage and Hopkins' statistic see more than chance shows."""
    gains = s.gap - s.gap_of_one > s.gap_error and s.gap_gain > s.gap_limit
    return (
        gains and s.hopkins > s.hopkins_uniform,
        s.bridge > s.bridge_limit,
        s.hopkins > s.hopkins_limit,
    )


def _verdict(sees_kmeans: bool, sees_single: bool, hopkins_speaks: bool, found: bool) -> str:
    if not (sees_kmeans or sees_single or hopkins_speaks):
        return NONE
    only_hopkins = not (sees_kmeans or sees_single)
    return NOT_ROUND if only_hopkins or not found else COMPACT


def _witnesses(
    X: np.ndarray, seeds: list[int], n_threads: int | None
) -> tuple[dict[str, float], Chains]:
    """Hopkins' statistic and longest bridge of the table, and their limits."""
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
    numbers = {
        "hopkins": float(hopkins[0]),
        "hopkins_uniform": float(hopkins[1 : 1 + N_UNIFORM].max()),
        "hopkins_limit": float(hopkins[1:].max()),
        "bridge": float(bridges[0]),
        "bridge_limit": CLEARLY * float(bridges[1:].max()),
    }
    return numbers, chains[0]


def _agreement(
    X: np.ndarray,
    labels: np.ndarray,
    group: np.ndarray,
    n_chains: int,
    n_init: int,
    seed: int,
) -> tuple[float, str, bool]:
    """Adjusted Rand of k-means at as many clusters; how it finds the groups; are they followed?"""
    there = group >= 0
    as_many = labels_for(X, n_chains, "kmeans", n_init, seed)
    agreement = adjusted_rand_score(group[there], as_many[there])
    followed = adjusted_rand_score(group[there], labels[there]) >= SAME
    _, codes = np.unique(labels[there], return_inverse=True)
    codes = codes.reshape(-1)
    common = np.zeros((int(codes.max()) + 1, n_chains), dtype=np.int64)
    np.add.at(common, (codes, group[there]), 1)
    inside = common.max(axis=1).sum() / there.sum()
    apart = mean_valley(X[there], codes, group[there]) < VALLEY
    if agreement >= SAME:
        return agreement, "same", followed
    return agreement, "inside" if inside >= INSIDE and apart else "not", followed
