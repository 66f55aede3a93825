"""One clustering per number of clusters, and every metric of each."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np

from kmeans_core.hierarchy.linkage import linkage
from kmeans_core.hierarchy.tree.cut_tree import cut_tree
from kmeans_core.kmeans.iteration.result import Result
from kmeans_core.kmeans.kmeans import KMeans
from kmeans_core.metrics import (
    DUNN_LIMIT,
    calinski_harabasz_score,
    davies_bouldin_score,
    dunn_index,
    inertia,
    silhouette_estimate,
)
from kmeans_core.selection.clusterers import METHODS
from kmeans_core.selection.fit_range import (
    check_n_init,
    check_range,
    child_seeds,
    fit_range,
)
from kmeans_core.validation import (
    check_choice,
    check_integer,
    check_matrix,
    check_n_threads,
    check_random_state,
)


class SweepRow(NamedTuple):
    """One number of clusters. A metric is NaN where it is not defined or was left out.

    `n_clusters` is the number requested; with equal rows k-means can find fewer.
    """

    n_clusters: int
    labels: np.ndarray  # (n_samples,), from 0
    wcss: float
    silhouette: float
    silhouette_error: float  # standard error if computed on a sample, else 0
    davies_bouldin: float
    calinski_harabasz: float
    dunn: float


class Sweep(NamedTuple):
    """A clustering per number of clusters, with its metrics."""

    rows: tuple[SweepRow, ...]  # in the order of `n_clusters_range`
    models: tuple[KMeans | None, ...]  # the fit of each row, None for a hierarchical method
    method: str
    Z: np.ndarray | None  # the tree of a hierarchical method
    silhouette_rows: int  # rows whose silhouette was computed, each against all rows
    silhouette_sampled: bool  # whether these are a random sample
    dunn_left_out: str | None  # why no Dunn index was computed, or None


def sweep(
    X: Any,
    n_clusters_range: Iterable[int],
    *,
    method: str = "kmeans",
    n_init: int | str = 10,
    random_state: Any = None,
    n_threads: int | None = None,
    silhouette_sample: int | None = None,
) -> Sweep:
    """Cluster `X` into each number of clusters and compute every metric.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    n_clusters_range : iterable of int
        Numbers of clusters, each in 1..n_samples.
    method : {'kmeans', 'single', 'complete', 'average', 'weighted', 'ward', 'centroid', 'median'}
        k-means, or the linkage of a tree that is built once and cut for each number.
    n_init, n_threads
        As in `KMeans`; not used by a linkage.
    random_state : int, RandomState, Generator or None
        An int makes each fit that of ``KMeans(k, n_init=n_init, random_state=random_state)``,
        and fixes the sample.
    silhouette_sample : int, optional
        About how many silhouettes are computed, see `silhouette_estimate`; by default those of all
        rows up to 20,000.

    Returns
    -------
    Sweep

    Raises
    ------
    ValueError, TypeError
        No number of clusters, one outside 1..n_samples, another bad parameter, a NaN.
    MemoryError
        The distances of a linkage do not fit in memory.

    Notes
    -----
    Beside the clustering, O(m n d) time per number of clusters for the silhouettes of m rows, and
    O(n^2 d) for the Dunn index, which is left out above `kmeans_core.metrics.DUNN_LIMIT` rows. For
    a linkage, WCSS is the inertia around the cluster means.
    """
    X = check_matrix(X)
    check_choice(method, "method", METHODS)
    if silhouette_sample is not None:
        check_integer(silhouette_sample, "silhouette_sample", low=2)
    ks = check_range(n_clusters_range, len(X))
    check_n_init(n_init)
    check_n_threads(n_threads)
    check_random_state(random_state)
    Z: np.ndarray | None = None
    models: tuple[KMeans | None, ...] = (None,) * len(ks)
    if method == "kmeans":
        fits, models = _fits(X, ks, n_init, random_state, n_threads)
        labellings = [(fit.labels, float(fit.inertia)) for fit in fits]
    else:
        Z = linkage(X, method)
        cuts = np.ascontiguousarray(cut_tree(Z, ks).T)
        labellings = [(labels, inertia(X, labels, n_threads=n_threads)) for labels in cuts]
    sample = _Sample(silhouette_sample, child_seeds(random_state, 1)[0], n_threads)
    dunn_left_out = _why_no_dunn(len(X))
    measured = [
        _measure(X, k, labels, wcss, sample, dunn_left_out is None)
        for k, (labels, wcss) in zip(ks, labellings, strict=True)
    ]
    n_rows = max((n for _, n in measured if n), default=len(X))
    return Sweep(
        rows=tuple(row for row, _ in measured),
        models=models,
        method=method,
        Z=Z,
        silhouette_rows=n_rows,
        silhouette_sampled=n_rows < len(X),
        dunn_left_out=dunn_left_out,
    )


class _Sample(NamedTuple):
    """How silhouettes are computed."""

    size: int | None
    seed: int
    n_threads: int | None


def _fits(
    X: np.ndarray, ks: list[int], n_init: int | str, random_state: Any, n_threads: int | None
) -> tuple[list[Result], tuple[KMeans, ...]]:
    """The fit of each k, as a Result and as an estimator."""
    settings = {"n_init": n_init, "random_state": random_state, "n_threads": n_threads}
    fits = fit_range(X, ks, **settings)  # type: ignore[arg-type]
    return fits, tuple(_model(k, fit, settings) for k, fit in zip(ks, fits, strict=True))


def _model(k: int, fit: Result, settings: dict[str, Any]) -> KMeans:
    """The estimator that `KMeans.fit` would have made."""
    model = KMeans(k, **settings)
    model.cluster_centers_ = fit.centers
    model.labels_ = fit.labels
    model.inertia_ = fit.inertia
    model.n_iter_ = fit.n_iter
    model.n_distances_ = fit.n_distances
    model.n_features_in_ = fit.centers.shape[1]
    return model


def best_by_silhouette(result: Sweep) -> int | None:
    """The number of clusters with the highest mean silhouette; ties go to the smallest.

    Parameters
    ----------
    result : Sweep

    Returns
    -------
    int or None
        None if no silhouette is defined: all clusterings have one cluster, or one per row.

    Raises
    ------
    TypeError
        `result` is not a Sweep.
    """
    if not isinstance(result, Sweep):
        raise TypeError(f"result must be what sweep() returns, got {result!r}.")
    defined = [row for row in result.rows if not np.isnan(row.silhouette)]
    if not defined:
        return None
    return min(defined, key=lambda row: (-row.silhouette, row.n_clusters)).n_clusters


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
    sample: _Sample,
    with_dunn: bool,
) -> tuple[SweepRow, int]:
    """All metrics of one clustering, and the number of silhouettes computed."""
    nan = float("nan")
    if not 2 <= len(np.unique(labels)) < len(labels):
        return SweepRow(k, labels, wcss, nan, nan, nan, nan, nan), 0
    silhouette = silhouette_estimate(
        X, labels, sample_size=sample.size, random_state=sample.seed, n_threads=sample.n_threads
    )
    threads = {"n_threads": sample.n_threads}
    row = SweepRow(
        n_clusters=k,
        labels=labels,
        wcss=wcss,
        silhouette=silhouette.score,
        silhouette_error=silhouette.standard_error,
        davies_bouldin=davies_bouldin_score(X, labels, **threads),
        calinski_harabasz=calinski_harabasz_score(X, labels, **threads),
        dunn=dunn_index(X, labels, **threads) if with_dunn else nan,
    )
    return row, silhouette.n_rows
