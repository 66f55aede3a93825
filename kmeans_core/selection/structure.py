"""Is there any structure? One verdict, with the evidence for it.

Three tests compare the table with tables without groups in the same box: k-means by the gap
statistic, single linkage by its longest bridge between two groups, and Hopkins' statistic. The
tables are uniform, and for the last two also Gaussian: one Gaussian cloud has no groups.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.metrics import adjusted_rand_score
from kmeans_core.metrics.labelled import threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.selection.clusterers import labels_for
from kmeans_core.selection.density_valley import mean_valley
from kmeans_core.selection.evidence import Significant, Structure, evidence
from kmeans_core.selection.fit_range import check_n_init, child_seeds
from kmeans_core.selection.gap import Gap
from kmeans_core.selection.hopkins import PROBES, hopkins_in
from kmeans_core.selection.null_tables import gaussian_rows, some_rows, tightest_box, uniform_rows
from kmeans_core.selection.spanning_tree import SingleLinkage
from kmeans_core.validation import check_matrix

COMPACT = "compact groups"
NOT_ROUND = "structure, but not round groups"
NONE = "no clear structure"

MAX_ROWS = 1_000  # rows for Hopkins' statistic and single linkage; larger tables are thinned
N_UNIFORM, N_GAUSSIAN = 40, 20  # tables without groups
BRIDGE_FACTOR = 1.2  # a bridge must be this much longer than the longest one in these tables
SAME = 0.7  # adjusted Rand index of two clusterings that are called the same
INSIDE = 0.95  # share of rows, if clusters are called to lie inside groups
VALLEY = 0.55  # rows midway over rows near the centers: below, borders run along valleys


def structure_verdict(
    X: Any,
    labels: Any,
    gap: Gap,
    *,
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
) -> Structure:
    """Whether a table has groups, and whether they are of the kind that k-means finds.

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
        Fewer than three rows, labels of another length, a NaN, a `gap` of another type, a bad
        parameter.

    Notes
    -----
    The gap statistic is significant if the gap at the chosen k is above that at k=1 by more than
    its standard error, and the largest gain over k=1 of all k is above what uniform tables gain by
    their best k: the mean plus three standard deviations. (By the standard error alone, 10 of 20
    uniform tables of 400 rows and 2 features had groups: four quarters of a square, chosen among
    nine k.) Hopkins' statistic must also be above those of 40 uniform tables: where rows are spread
    as evenly as by chance, a gain is attributed to chance.

    Single linkage is significant if the gap between two parts of at least 5% of the rows each is,
    in median steps, longer by a fifth than in any of 40 uniform and 20 Gaussian tables. Hopkins'
    statistic is significant if it is above those of all these tables.

    - "no clear structure": no test is significant.
    - "structure, but not round groups": single linkage is, and k-means does not find its groups;
      or only Hopkins' statistic is, as in tables with skewed columns.
    - "compact groups": otherwise.

    k-means finds the groups of single linkage if with the same number of clusters the two agree
    (adjusted Rand index 0.7), or if the chosen clusters lie inside these groups with valleys
    between them, see `mean_valley`: single linkage joins round groups that touch; the pieces into
    which k-means cuts a long group have no valley between them. The limits (5%, a fifth, 0.7, 0.95,
    0.55) are ours, set on two moons, rings, strips and overlapping Gaussian groups.

    The last two tests take O(m^2 d) time for each of 61 tables of m rows, at most 1,000 drawn at
    random, and O(m) memory.

    References
    ----------
    See `gap_statistic` and `hopkins`. The combination is ours.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=3)
    labels, _ = check_labels(labels, len(X))
    if not isinstance(gap, Gap):
        raise TypeError(f"gap must be what gap_statistic() returns, got {gap!r}.")
    n_init = check_n_init(n_init)
    seeds = child_seeds(random_state, 1 + N_UNIFORM + N_GAUSSIAN)
    n_clusters = len(np.unique(labels))
    kept = some_rows(np.arange(len(X)), MAX_ROWS, np.random.RandomState(seeds[-1]))
    X, labels = X[kept], labels[kept]
    numbers = _hopkins_and_bridge(X, seeds, n_threads)
    group, n_groups = labels, 1
    agreement, how, followed = np.nan, "same", False
    if numbers["bridge"] > numbers["bridge_limit"]:
        group, n_groups = SingleLinkage(X).groups(numbers["bridge_limit"])
    if n_groups > 1:
        agreement, how, followed = _agreement(X, labels, group, n_init, seeds[-1])
    result = Structure(
        verdict="",
        n_clusters=n_clusters,
        **_gap_numbers(gap, n_clusters),
        **numbers,
        n_chains=n_groups,
        agreement=float(agreement),
        followed=bool(followed),
        evidence=[],
        n_rows=len(X),
    )
    significant = _significant(result)
    verdict = _verdict(significant, how != "not")
    return result._replace(verdict=verdict, evidence=evidence(result, significant, how))


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


def _significant(s: Structure) -> Significant:
    gains = s.gap - s.gap_of_one > s.gap_error and s.gap_gain > s.gap_limit
    return Significant(
        gap=gains and s.hopkins > s.hopkins_uniform,
        bridge=s.bridge > s.bridge_limit,
        hopkins=s.hopkins > s.hopkins_limit,
    )


def _verdict(significant: Significant, is_found: bool) -> str:
    """`is_found`: whether k-means finds the groups of single linkage."""
    if not any(significant):
        return NONE
    only_hopkins = not (significant.gap or significant.bridge)
    return NOT_ROUND if only_hopkins or not is_found else COMPACT


def _hopkins_and_bridge(X: np.ndarray, seeds: list[int], n_threads: int | None) -> dict[str, float]:
    """Hopkins' statistic and longest bridge of the table, and their limits."""
    n_tables = 1 + N_UNIFORM + N_GAUSSIAN
    hopkins, bridges = np.empty(n_tables), np.empty(n_tables)
    box = tightest_box(X)

    def task(start: int, stop: int) -> None:
        for number in range(start, stop):
            rng, table, its_box = np.random.RandomState(seeds[number]), X, box
            if number > N_UNIFORM:
                table = gaussian_rows(X, len(X), rng)
                its_box = tightest_box(table)
            elif number > 0:
                table = uniform_rows(box, len(X), rng)
            hopkins[number] = hopkins_in(table, its_box, min(len(X), PROBES), seeds[number])
            bridges[number] = SingleLinkage(table).longest_bridge()

    with threads(n_threads) as workers:
        workers.run(task, n_tables)
    return {
        "hopkins": float(hopkins[0]),
        "hopkins_uniform": float(hopkins[1 : 1 + N_UNIFORM].max()),
        "hopkins_limit": float(hopkins[1:].max()),
        "bridge": float(bridges[0]),
        "bridge_limit": BRIDGE_FACTOR * float(bridges[1:].max()),
    }


def _agreement(
    X: np.ndarray, labels: np.ndarray, group: np.ndarray, n_init: int, seed: int
) -> tuple[float, str, bool]:
    """How k-means and the chosen clusters agree with the groups of single linkage.

    Returns
    -------
    agreement : float
        Adjusted Rand index of the groups and k-means with as many clusters.
    how : {'same', 'inside', 'not'}
    followed : bool
        Whether the chosen clusters are the groups.
    """
    has_group, n_groups = group >= 0, int(group.max()) + 1
    found = labels_for(X, n_groups, "kmeans", n_init, seed)[has_group]
    X, labels, group = X[has_group], labels[has_group], group[has_group]
    agreement = adjusted_rand_score(group, found)
    followed = adjusted_rand_score(group, labels) >= SAME
    _, codes = np.unique(labels, return_inverse=True)
    codes = codes.reshape(-1)
    common = np.zeros((int(codes.max()) + 1, n_groups), dtype=np.int64)
    np.add.at(common, (codes, group), 1)
    inside = common.max(axis=1).sum() / len(group)
    has_valleys = mean_valley(X, codes, group) < VALLEY
    if agreement >= SAME:
        return agreement, "same", followed
    return agreement, "inside" if inside >= INSIDE and has_valleys else "not", followed
