"""What the clusters of tables without groups show, for each number of clusters.

k-means cuts compact clusters out of any table, and by chance some of them lie apart. How far, is
seen on tables without groups that are clustered alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.selection.clusterers import clusterings
from kmeans_core.selection.hopkins import PROBES, hopkins_in
from kmeans_core.selection.nulls.box import tightest_box, uniform_rows
from kmeans_core.selection.nulls.categories import whole_categories
from kmeans_core.selection.nulls.copula import copula_of, copula_rows
from kmeans_core.selection.nulls.ties import without_ties
from kmeans_core.selection.structure.parting import partings
from kmeans_core.selection.structure.spanning_tree import SingleLinkage

N_COPULA = 20  # tables with the skew, the ties and the correlations of the table
MAX_TREE_ROWS = 1_000  # rows for single linkage and Hopkins' statistic
MARGIN = 6.0  # standard deviations above the mean least pair of tables without groups


class Evidence(NamedTuple):
    """Of one table; of a list of tables with one more dimension in front."""

    wcss: np.ndarray  # (n_ks,)
    least: np.ndarray  # (n_ks,) the least parted pair of neighbouring clusters
    most: np.ndarray  # (n_ks,) the most parted one
    bridge: np.ndarray  # () longest step between two groups of single linkage, over the median
    hopkins: np.ndarray  # ()


class Nulls(NamedTuple):
    """The evidence of tables without groups."""

    n_clusters: np.ndarray  # (n_ks,)
    evidence: Evidence  # of every table, the uniform ones first
    n_uniform: int

    def limit(self, n_clusters: int) -> float:
        """Above it, every pair of neighbouring clusters is parted.

        Six standard deviations above the mean of the least parted pair, in uniform tables or in
        those like the table, whichever is more. 1.4 times the largest value does as well, on
        generated tables and from seed to seed (200 customers, k=3 to 5, 12 seeds: both have a mean
        of 0.51 to 0.66 and a deviation of 0.02 to 0.07).
        """
        least = self.evidence.least[:, self._place(n_clusters)]
        kinds = least[: self.n_uniform], least[self.n_uniform :]
        return max(float(kind.mean() + MARGIN * kind.std()) for kind in kinds)

    def limit_of_one(self, n_clusters: int) -> float:
        """Above it, a pair is parted, though others may not be: no null table has such a pair."""
        return float(self.evidence.most[:, self._place(n_clusters)].max())

    def _place(self, n_clusters: int) -> int:
        """Of this number of clusters, or of the next smaller one that was tried."""
        return max(0, int(np.searchsorted(self.n_clusters, n_clusters, side="right")) - 1)


class How(NamedTuple):
    """How tables are clustered."""

    n_clusters: Sequence[int]
    method: str
    n_init: int


def null_evidence(
    X: np.ndarray, how: How, n_uniform: int, seeds: Sequence[int], workers: Workers
) -> Nulls:
    """The evidence of uniform tables in the box of `X`, and of tables that are like it.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        At most 2,000 rows. More are not needed: of the eight tables of 20,000 rows without groups
        in benchmarks/truth none was taken for groups.
    how : How
    n_uniform : int
        The first tables are those of the gap statistic.
    seeds : sequence of int
        One for each table.
    workers : Workers

    Returns
    -------
    Nulls
    """
    box, copula = tightest_box(X), copula_of(X)
    found: list[Evidence | None] = [None] * len(seeds)

    def task(start: int, stop: int) -> None:
        for number in range(start, stop):
            rng = np.random.RandomState(seeds[number])
            if number < n_uniform:
                table = uniform_rows(box, len(X), rng)
            else:
                table = copula_rows(copula, rng)
            found[number] = _evidence_of(table, how, seeds[number])

    workers.run(task, len(seeds))
    stacked = (np.array(values) for values in zip(*found, strict=True))  # type: ignore[misc]
    return Nulls(np.array(how.n_clusters), Evidence(*stacked), n_uniform)


def _evidence_of(table: np.ndarray, how: How, seed: int) -> Evidence:
    labellings, wcss = clusterings(table, how.n_clusters, how.method, how.n_init, seed)
    apart = without_ties(table, np.random.RandomState(seed))
    categories = whole_categories(table)
    dips = [dip_range(apart, labels, categories) for labels in labellings]
    least, most = (np.array(values) for values in zip(*dips, strict=True))
    return Evidence(wcss, least, most, *(np.array(v) for v in bridge_and_hopkins(apart, seed)))


def dip_range(
    X: np.ndarray, labels: np.ndarray, categories: Sequence[list[int]] = ()
) -> tuple[float, float]:
    """The dips of the least and of the most parted pair; 0 for one cluster."""
    dips = [pair.dip for pair in partings(X, labels, categories)]
    return (min(dips), max(dips)) if dips else (0.0, 0.0)


def bridge_and_hopkins(X: np.ndarray, seed: int) -> tuple[float, float]:
    """Longest bridge and Hopkins' statistic of the first 1,000 rows, in any order."""
    first = X[:MAX_TREE_ROWS]
    n_probes = min(len(first), PROBES)
    return SingleLinkage(first).longest_bridge(), hopkins_in(
        first, tightest_box(first), n_probes, seed
    )
