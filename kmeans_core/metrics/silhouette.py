"""Silhouette: does a row lie closer to its own cluster than to the next one?"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import fma, lane_count, lanes_of, load, splat, sqrt, sum_lanes
from kmeans_core.engine.threads import Workers, while_wanted
from kmeans_core.metrics.labelled import check_labelled, threads
from kmeans_core.metrics.labels import check_labels
from kmeans_core.metrics.rows_by_cluster import TARGETS, GroupedRows, group_rows, start_of, to_four
from kmeans_core.metrics.silhouette_pairs import all_silhouettes
from kmeans_core.validation import (
    check_choice,
    check_integer,
    check_matrix,
    check_random_state,
    weight_a_row,
)

DISTANCES_PER_CALL = 10_000_000  # of a compiled call: some 20 ms, so that Ctrl-C is heard


def silhouette_samples(
    X: Any,
    labels: Any,
    *,
    metric: str = "euclidean",
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> np.ndarray:
    """The silhouette of every row: ``(b - a) / max(a, b)``.

    ``a`` is the mean distance to the other rows of the own cluster, ``b`` the smallest mean
    distance to the rows of another cluster. A row alone in its cluster gets 0, and so does a row
    for which both are 0.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    metric : {'euclidean'}
        Only Euclidean distances are offered.
    sample_weight : array-like of shape (n_samples,), optional
        A row of weight 2 counts as the row twice: its twin is another row of its cluster.
        Where weights are not whole numbers, a cluster of weight 1 or less has nothing beside
        the row itself, which then gets 0. A row of weight 0 is not there and gets NaN.
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

    Returns
    -------
    ndarray of float64, shape (n_samples,)
        Between -1 (closer to another cluster) and 1 (far from every other cluster).

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN, another metric.

    Notes
    -----
    O(n^2 d) time, O(n d) memory: never an n x n matrix. It favours round clusters of one size:
    long or nested ones score low however well they are found.

    References
    ----------
    Rousseeuw 1987, "Silhouettes: a graphical aid to the interpretation and validation of
    cluster analysis", section 2, doi 10.1016/0377-0427(87)90125-7.
    """
    check_choice(metric, "metric", ("euclidean",))
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, sample_weight, workers)
        rows = group_rows(data)
        places = np.flatnonzero(rows.weight)
        values = np.empty(len(data.X))
        values[rows.row[places]] = all_silhouettes(rows, workers)[places]
    if data.kept is None:
        return values
    everywhere = np.full(len(labels), np.nan)
    everywhere[data.kept] = values
    return everywhere


def silhouette_score(
    X: Any,
    labels: Any,
    *,
    metric: str = "euclidean",
    sample_size: int | None = None,
    random_state: Any = None,
    sample_weight: Any = None,
    n_threads: int | None = None,
) -> float:
    """The mean silhouette of all rows, or of a random sample of them.

    Parameters
    ----------
    X, labels, metric, sample_weight, n_threads
        As in `silhouette_samples`; the mean is weighted.
    sample_size : int, optional
        Keep only so many rows, drawn without replacement, and compute as if there were no
        others. The draw is scikit-learn's: the same seed takes the same rows. Better, for the
        same time: `silhouette_estimate`.
    random_state : int, RandomState, Generator or None
        Where the draw comes from; not used without `sample_size`.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        As `silhouette_samples`, also when the sample happens to hold one cluster only.

    Notes
    -----
    O(m^2 d) time for m rows kept. Rousseeuw 1987, doi 10.1016/0377-0427(87)90125-7.
    """
    weight = sample_weight
    if sample_size is not None:
        X, labels = check_matrix(X), np.asarray(labels)
        check_integer(sample_size, "sample_size", low=1)
        kept = check_random_state(random_state).permutation(len(X))[:sample_size]
        weight = weight_a_row(weight, len(X))
        X, labels = X[kept], labels[kept]
        weight = None if weight is None else np.asarray(weight)[kept]
    values = silhouette_samples(X, labels, metric=metric, sample_weight=weight, n_threads=n_threads)
    if weight is None:
        return float(np.mean(values))
    weight = np.asarray(weight_a_row(weight, len(values)), dtype=np.float64)
    return float(np.average(values[weight > 0], weights=weight[weight > 0]))


def silhouette_by_cluster(
    X: Any, labels: Any, *, sample_weight: Any = None, n_threads: int | None = None
) -> np.ndarray:
    """The (weighted) mean silhouette of each cluster, in the sorted order of the labels.

    Parameters
    ----------
    X, labels, sample_weight, n_threads
        As in `silhouette_samples`.

    Returns
    -------
    ndarray of float64, shape (n_labels,)
        Between -1 and 1; NaN for a cluster without a row of positive weight.

    Raises
    ------
    ValueError
        As `silhouette_samples`.

    Notes
    -----
    Time and memory are those of `silhouette_samples`. A mean near 0 or below, beside others that
    are high, points to a cluster that is a remainder, or to two that are one. Rousseeuw 1987,
    section 3, doi 10.1016/0377-0427(87)90125-7.
    """
    values = silhouette_samples(X, labels, sample_weight=sample_weight, n_threads=n_threads)
    codes, n_labels = check_labels(labels, len(values))
    given = 1.0 if sample_weight is None else sample_weight
    weight = np.asarray(weight_a_row(given, len(values)), dtype=np.float64)
    there = weight > 0
    totals = np.bincount(codes[there], weight[there] * values[there], n_labels)
    mass = np.bincount(codes[there], weight[there], n_labels)
    return np.where(mass > 0, totals / np.where(mass > 0, mass, 1.0), np.nan)


def silhouettes_at(rows: GroupedRows, places: np.ndarray, workers: Workers) -> np.ndarray:
    """The silhouettes of the rows at these places, each against all rows."""
    targets = np.concatenate([places, np.repeat(places[-1:], -len(places) % TARGETS)])
    own = np.searchsorted(rows.starts, targets // lanes_of(np.float64), side="right") - 1
    values = np.empty(len(targets))
    n_groups = len(targets) // TARGETS
    step = max(1, DISTANCES_PER_CALL // (TARGETS * len(rows.weight)))

    def task(first: int, last: int) -> None:
        for part in while_wanted(range(first, last)):
            stop = min((part + 1) * step, n_groups)
            _silhouettes(rows, targets, own, part * step, stop, values)

    workers.run(task, -(-n_groups // step))
    return values[: len(places)]


@kernel
def _silhouettes(
    rows,  # IN  GroupedRows
    targets,  # IN  (n_groups * 4,) places
    own,  # IN  (n_groups * 4,) the cluster of each
    first,  # IN  first group of four
    last,  # IN  group after the last
    values,  # OUT (n_groups * 4,)
):
    """Write the silhouettes of these targets; four share every panel that is loaded.

    The root of a register takes as long as some 8 additions, so the time is that of the roots up
    to d=8 or so.
    """
    packed, starts, mass = rows.packed, rows.starts, rows.mass
    lanes, n_features = lane_count(packed), rows.n_features
    for t in range(first * 4, last * 4, 4):
        r0 = start_of(targets[t], lanes, n_features)
        r1 = start_of(targets[t + 1], lanes, n_features)
        r2 = start_of(targets[t + 2], lanes, n_features)
        r3 = start_of(targets[t + 3], lanes, n_features)
        a0 = a1 = a2 = a3 = 0.0
        b0 = b1 = b2 = b3 = np.inf
        for c in range(mass.shape[0]):
            s0, s1, s2, s3 = distance_sums(rows, starts[c], starts[c + 1], r0, r1, r2, r3)
            a0, b0 = settle(s0, mass[c], c == own[t], a0, b0)
            a1, b1 = settle(s1, mass[c], c == own[t + 1], a1, b1)
            a2, b2 = settle(s2, mass[c], c == own[t + 2], a2, b2)
            a3, b3 = settle(s3, mass[c], c == own[t + 3], a3, b3)
        values[t] = ratio(a0, b0, mass[own[t]])
        values[t + 1] = ratio(a1, b1, mass[own[t + 1]])
        values[t + 2] = ratio(a2, b2, mass[own[t + 2]])
        values[t + 3] = ratio(a3, b3, mass[own[t + 3]])


@device
def distance_sums(rows, first, last, r0, r1, r2, r3):
    """Weighted sums of the distances from four rows to the rows of these panels."""
    packed, weight, n_features = rows.packed, rows.weight, rows.n_features
    lanes = lane_count(packed)
    s0 = s1 = s2 = s3 = splat(0.0, packed)
    for panel in range(first, last):
        d0, d1, d2, d3 = to_four(packed, panel, n_features, r0, r1, r2, r3)
        w = load(weight, panel * lanes)
        s0 = fma(sqrt(d0), w, s0)
        s1 = fma(sqrt(d1), w, s1)
        s2 = fma(sqrt(d2), w, s2)
        s3 = fma(sqrt(d3), w, s3)
    return sum_lanes(s0), sum_lanes(s1), sum_lanes(s2), sum_lanes(s3)


@device
def settle(total, mass, is_own, inside, nearest):
    """Let one cluster's sum of distances take part."""
    if is_own:
        others = mass - 1.0  # the row itself is not one of them
        return total / others if others > 0.0 else 0.0, nearest
    return inside, min(nearest, total / mass)


@device
def ratio(inside, nearest, mass):
    """(b - a) / max(a, b); 0 for a row alone, and where both are 0."""
    larger = max(inside, nearest)
    return (nearest - inside) / larger if mass > 1.0 and larger > 0.0 else 0.0
