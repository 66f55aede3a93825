"""The silhouette of a large table: estimated from a stratified sample, with its standard error."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.simd import lanes_of
from kmeans_core.metrics.labelled import check_labelled, threads
from kmeans_core.metrics.rows_by_cluster import RowsByCluster, group_rows
from kmeans_core.metrics.silhouette import silhouettes_at
from kmeans_core.metrics.silhouette_pairs import all_silhouettes
from kmeans_core.validation import check_integer, check_random_state

EXACT_LIMIT = 20_000  # rows above which `silhouette_estimate` takes a sample
SAMPLED_DISTANCES = EXACT_LIMIT**2  # distances that a sample may cost
MIN_SAMPLE = 1_000  # rows


class SilhouetteEstimate(NamedTuple):
    """The mean silhouette of a table, computed on all rows or estimated from some."""

    score: float
    standard_error: float  # of `score`; 0 where all rows were used
    n_rows: int  # rows whose silhouettes were computed, each against all rows of the table
    sampled: bool  # whether these are fewer than all
    by_cluster: np.ndarray  # (n_labels,) mean silhouette of each cluster, in order of the labels
    rows: np.ndarray  # (n_rows,) their indices in the table, cluster by cluster
    values: np.ndarray  # (n_rows,) their silhouettes


def silhouette_estimate(
    X: Any,
    labels: Any,
    *,
    sample_size: int | None = None,
    random_state: Any = None,
    n_threads: int | None = None,
) -> SilhouetteEstimate:
    """The mean silhouette with its standard error, at a bounded cost.

    Up to `EXACT_LIMIT` rows all silhouettes are computed. Above it, those of a stratified sample:
    rows of each cluster in proportion to its size, at least two. Each sampled row is measured to
    all rows of the table, so its silhouette is exact and the mean has no bias.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    sample_size : int, optional
        About how many rows to sample. Default: all of up to 20,000 rows; above, the number that
        costs 400 million distances, but at least 1,000.
    random_state : int, RandomState, Generator or None
        Source of the draw.
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    SilhouetteEstimate

    Raises
    ------
    ValueError
        As `silhouette_samples`.

    Notes
    -----
    O(m n d) time for m sampled rows, O(n d) memory. The standard error is that of a stratified mean
    with the correction for finite strata, ``sum_c (n_c/n)^2 (1 - m_c/n_c) s_c^2 / m_c``: Cochran
    1977, "Sampling Techniques", section 5.3. It estimates how far the sample's score is from that
    of all rows, not how the score would change for another table from the same source.
    """
    if sample_size is not None:
        check_integer(sample_size, "sample_size", low=1)
    rng = check_random_state(random_state)
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, None, workers)
        n_samples = len(data.X)
        if sample_size is None:
            enough = max(MIN_SAMPLE, SAMPLED_DISTANCES // n_samples)
            sample_size = n_samples if n_samples <= EXACT_LIMIT else enough
        rows = group_rows(data)
        strata = _strata(rows, sample_size, n_samples, rng)
        slots = np.concatenate(strata)
        if len(slots) == n_samples:
            values = all_silhouettes(rows, workers)[slots]
        else:
            values = silhouettes_at(rows, slots, workers)
    parts = np.split(values, np.cumsum([len(s) for s in strata])[:-1])
    share = rows.cluster_weight / n_samples
    means = np.array([part.mean() for part in parts])
    n_rows = len(values)
    return SilhouetteEstimate(
        score=float(values.mean() if n_rows == n_samples else share @ means),
        standard_error=_stratified_error(parts, rows.cluster_weight, share),
        n_rows=n_rows,
        sampled=n_rows < n_samples,
        by_cluster=means,
        rows=rows.row[slots],
        values=values,
    )


def _strata(rows: RowsByCluster, sample_size: int, n_samples: int, rng: Any) -> list[np.ndarray]:
    """The sampled slots of each cluster, in rising order."""
    lanes, strata = lanes_of(np.float64), []
    for c, size in enumerate(rows.cluster_weight.astype(np.int64).tolist()):
        slots = rows.starts[c] * lanes + np.arange(size)
        drawn = min(size, max(2, round(sample_size * size / n_samples)))
        if drawn < size:
            slots = np.sort(rng.permutation(slots)[:drawn])
        strata.append(slots)
    return strata


def _stratified_error(parts: list[np.ndarray], size: np.ndarray, share: np.ndarray) -> float:
    variance = 0.0
    for part, n, s in zip(parts, size, share, strict=True):
        if 1 < len(part) < n:
            variance += s * s * (1.0 - len(part) / n) * part.var(ddof=1) / len(part)
    return float(np.sqrt(variance))
