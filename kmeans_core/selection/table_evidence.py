"""What is known of a table before a number of clusters is chosen: the gap, and how far pairs part.

Both rest on the same tables without groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np

from kmeans_core.metrics.labelled import threads
from kmeans_core.selection.clusterers import clusterings
from kmeans_core.selection.fit_range import child_seeds
from kmeans_core.selection.gap import Gap, gap_of_curves
from kmeans_core.selection.nulls.categories import whole_categories
from kmeans_core.selection.nulls.ties import without_ties
from kmeans_core.selection.structure.evidence import Structure
from kmeans_core.selection.structure.null_evidence import (
    N_COPULA,
    How,
    Nulls,
    dip_range,
    null_evidence,
)
from kmeans_core.selection.structure.verdict import judge, rows_to_judge
from kmeans_core.selection.sweep import Sweep


class Parted(NamedTuple):
    """How far the least parted pair of clusters is parted, for each number of clusters."""

    n_clusters: np.ndarray  # (n_ks,)
    least: np.ndarray  # (n_ks,) the smallest dip of a pair of neighbours, times sqrt(n)
    limit: np.ndarray  # (n_ks,) above it, every pair is parted

    def largest(self, n_clusters_range: Iterable[int]) -> int | None:
        """The largest number of the range whose every pair of clusters is parted, or None."""
        wanted = np.isin(self.n_clusters, list(n_clusters_range))
        found = self.n_clusters[wanted & (self.least > self.limit)]
        return int(found.max()) if len(found) else None


class TableEvidence(NamedTuple):
    """The gap, the partings, and the tables without groups that they rest on."""

    X: np.ndarray  # (n_rows, n_features) the rows that are judged
    kept: np.ndarray  # (n_rows,) their indices in the table
    gap: Gap
    nulls: Nulls
    parted: Parted
    fit: tuple[int, int]  # n_init and seed

    def verdict_on(self, labels: np.ndarray) -> Structure:
        """The verdict on a clustering of the whole table."""
        return judge(self.X, labels[self.kept], self.gap, self.nulls, self.fit)


def table_evidence(
    X: np.ndarray,
    found: Sweep,
    n_references: int,
    fit: tuple[int, int],
    n_threads: int | None,
) -> TableEvidence:
    """Gap and partings for every number of clusters in `found`; `fit` is (n_init, seed)."""
    n_init, random_state = fit
    seeds = child_seeds(random_state, 1 + n_references + N_COPULA)
    kept = rows_to_judge(X, found.method, seeds[0])
    X = np.ascontiguousarray(X[kept], dtype=np.float64)
    ks = sorted({1, *(row.n_clusters for row in found.rows if row.n_clusters <= len(X))})
    how = How(ks, found.method, n_init)
    with threads(n_threads) as workers:
        nulls = null_evidence(X, how, n_references, seeds[1:], workers)
    curve = clusterings(X, ks, found.method, n_init, seeds[0])[1]
    curves = np.vstack([curve, nulls.evidence.wcss[:n_references]])
    gap = gap_of_curves(np.array(ks), curves, len(X), len(X) < len(found.rows[0].labels))
    categories = whole_categories(X)
    apart = without_ties(X, np.random.RandomState(seeds[0]))
    parted = Parted(
        n_clusters=np.array([row.n_clusters for row in found.rows]),
        least=np.array([dip_range(apart, row.labels[kept], categories)[0] for row in found.rows]),
        limit=np.array([nulls.limit(row.n_clusters) for row in found.rows]),
    )
    return TableEvidence(X, kept, gap, nulls, parted, (n_init, seeds[0]))
