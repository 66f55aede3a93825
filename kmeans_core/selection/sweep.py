"""One clustering for every number of clusters, and how good each of them is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.hierarchy.dendrogram import cut_tree
from kmeans_core.hierarchy.linkage import linkage
from kmeans_core.hierarchy.update_rules import METHODS as LINKAGES
from kmeans_core.kmeans.kmeans import KMeans
from kmeans_core.metrics import (
    DUNN_LIMIT,
    calinski_harabasz_score,
    davies_bouldin_score,
    dunn_index,
    inertia,
    silhouette_score,
)
from kmeans_core.validation import (
    check_choice,
    check_integer,
    check_matrix,
    check_n_clusters,
    check_random_state,
)

METHODS = ("kmeans", *LINKAGES)


class SweepRow(NamedTuple):
    """One number of clusters. A metric is NaN where it is not defined or was left out.

    `n_clusters` is what was asked for; with equal rows k-means can find fewer.
    """

    n_clusters: int
    labels: np.ndarray  # (n_samples,), from 0
    wcss: float
    silhouette: float
    davies_bouldin: float
    calinski_harabasz: float
    dunn: float


class Sweep(NamedTuple):
    """What `sweep` returns."""

    rows: tuple[SweepRow, ...]  # in the order asked for
    models: tuple[KMeans | None, ...]  # the fit of each row, None for a hierarchical method
    method: str
    Z: np.ndarray | None  # the tree of a hierarchical method
    silhouette_rows: int  # how many rows the silhouette was computed on
    silhouette_sampled: bool  # whether these were a random sample
    dunn_left_out: str | None  # why there is no Dunn index, or None


def sweep(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    method: str = "kmeans",
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
    silhouette_sample: int = 10_000,
) -> Sweep:
    """Cluster `X` into each number of clusters and compute every metric.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters, each in 1..n_samples.
    method : {'kmeans', 'single', 'complete', 'average', 'weighted', 'ward', 'centroid', 'median'}
        K-means, or the linkage of a tree that is built once and cut for each number.
    n_init, n_threads
        As in `KMeans`; not used by a linkage.
    random_state : int, RandomState, Generator or None
        An int makes each fit that of ``KMeans(k, n_init=n_init, random_state=random_state)``,
        and fixes the sample.
    silhouette_sample : int
        Above so many rows, the silhouette is computed on so many, drawn at random once: the
        same rows for every number of clusters, so that the values can be compared.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError, TypeError
        No number of clusters, one that is outside 1..n_samples, a bad parameter, a NaN.
    MemoryError
        The distances that a linkage needs do not fit in memory.

    Notes
    -----
    Beside the clustering, O(m^2 d) time a number of clusters for the silhouette of m rows, and
    O(n^2 d) for Dunn, which is left out above `kmeans_core.metrics.DUNN_LIMIT` rows. For a
    linkage, WCSS is the inertia around the cluster means.
    """
    X = check_matrix(X)
    check_choice(method, "method", METHODS)
    check_integer(silhouette_sample, "silhouette_sample", low=2)
    ks = [check_n_clusters(k, len(X), "n_clusters_range") for k in n_clusters_range]
    if not ks:
        raise ValueError("n_clusters_range is empty: give at least one number of clusters.")
    Z: np.ndarray | None = None
    models: tuple[KMeans | None, ...] = (None,) * len(ks)
    if method == "kmeans":
        fits = [
            KMeans(k, n_init=n_init, random_state=random_state, n_threads=n_threads).fit(X)
            for k in ks
        ]
        labellings = [(fit.labels_, fit.inertia_) for fit in fits]
        models = tuple(fits)
    else:
        Z = linkage(X, method)
        labellings = [(labels, inertia(X, labels)) for labels in cut_tree(Z, ks).T]
    sampled = _silhouette_rows(len(X), silhouette_sample, random_state)
    dunn_left_out = _why_no_dunn(len(X))
    rows = [
        _measure(X, k, labels, wcss, sampled, dunn_left_out is None)
        for k, (labels, wcss) in zip(ks, labellings, strict=True)
    ]
    return Sweep(
        rows=tuple(rows),
        models=models,
        method=method,
        Z=Z,
        silhouette_rows=len(X) if sampled is None else len(sampled),
        silhouette_sampled=sampled is not None,
        dunn_left_out=dunn_left_out,
    )


def best_by_silhouette(result: Sweep) -> int | None:
    """The number of clusters with the highest mean silhouette; of equal ones the smallest.

    None where no silhouette is defined: a sweep over one cluster, or as many as rows, only.
    """
    defined = [row for row in result.rows if not np.isnan(row.silhouette)]
    if not defined:
        return None
    return min(defined, key=lambda row: (-row.silhouette, row.n_clusters)).n_clusters


def _silhouette_rows(n_samples: int, most: int, random_state: Any) -> np.ndarray | None:
    """The rows to compute silhouettes on, or None: all."""
    if n_samples <= most:
        return None
    return check_random_state(random_state).permutation(n_samples)[:most]


def _why_no_dunn(n_samples: int) -> str | None:
    if n_samples <= DUNN_LIMIT:
        return None
    return (
        f"The Dunn index compares every pair of rows: it is left out above {DUNN_LIMIT:,} rows, "
        f"here {n_samples:,}."
    )


def _measure(
    X: np.ndarray,
    k: int,
    labels: np.ndarray,
    wcss: float,
    sampled: np.ndarray | None,
    with_dunn: bool,
) -> SweepRow:
    """All metrics of one clustering."""
    nan = float("nan")
    if not _comparable(labels):
        return SweepRow(k, labels, wcss, nan, nan, nan, nan)
    part, part_labels = (X, labels) if sampled is None else (X[sampled], labels[sampled])
    # A sample may miss all clusters but one, and then says nothing.
    silhouette = silhouette_score(part, part_labels) if _comparable(part_labels) else nan
    return SweepRow(
        n_clusters=k,
        labels=labels,
        wcss=wcss,
        silhouette=silhouette,
        davies_bouldin=davies_bouldin_score(X, labels),
        calinski_harabasz=calinski_harabasz_score(X, labels),
        dunn=dunn_index(X, labels) if with_dunn else nan,
    )


def _comparable(labels: np.ndarray) -> bool:
    """Whether there are two clusters or more, and fewer than rows."""
    return 2 <= len(np.unique(labels)) < len(labels)
