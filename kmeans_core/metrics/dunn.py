"""Dunn index: the smallest distance between two clusters over the largest diameter of one."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.engine.simd import lane_count, max_lanes, maximum, min_lanes, minimum, splat
from kmeans_core.engine.threads import Workers, until_cancelled
from kmeans_core.metrics.labelled import check_labelled, threads
from kmeans_core.metrics.rows_by_cluster import (
    TARGETS,
    RowsByCluster,
    four_targets,
    group_rows,
    ns_per_group,
    to_four,
)

DUNN_LIMIT = 20_000  # rows above which a caller that computes many metrics should leave it out


def dunn_index(X: Any, labels: Any, *, n_threads: int | None = None) -> float:
    """Dunn index: smallest distance between clusters over the largest within one; high is good.

    Both distances are between two rows (single-link separation, complete-link diameter).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    n_threads : int, optional
        None: all that this process may use. The bits do not depend on it.

    Returns
    -------
    float
        At least 0, without units. 0 if two clusters have an equal row; otherwise infinite if the
        rows of every cluster are equal.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n^2 d) time, O(n d) memory: no n x n matrix. Exact for any n; `selection` leaves it out above
    `DUNN_LIMIT` rows. It depends on two pairs of rows, so one outlier can change it completely.

    References
    ----------
    Dunn 1974, "Well-separated clusters and optimal fuzzy partitions", section 2,
    doi 10.1080/01969727408546059.
    """
    with threads(n_threads) as workers:
        data = check_labelled(X, labels, None, workers)
        apart, diameter = _extremes(group_rows(data), workers)
    if apart == 0.0:
        return 0.0
    return float(np.sqrt(apart) / np.sqrt(diameter)) if diameter > 0.0 else float("inf")


def _extremes(rows: RowsByCluster, workers: Workers) -> tuple[float, float]:
    """The smallest squared distance between clusters and the largest within one."""
    n_groups = len(rows.weight) // TARGETS
    n_parts = -(-n_groups // items_per_call(ns_per_group(rows)))
    found = np.empty((n_parts, 2))

    def task(start: int, stop: int) -> None:
        for part in until_cancelled(range(start, stop)):
            _extreme_distances(rows, part, found)

    workers.run(task, n_parts)
    return float(found[:, 0].min()), float(found[:, 1].max())


@kernel
def _extreme_distances(
    rows,  # IN  RowsByCluster
    part,  # IN  groups of four slots: part, part + n_parts, part + 2 n_parts ...
    found,  # OUT (n_parts, 2): smallest squared distance between clusters, largest within one
):
    """Writes the extremes of this part. A group is measured to its own panel and later ones only.

    Early groups take longer, so every part has groups from the whole table.
    """
    packed, starts = rows.packed, rows.starts
    lanes, n_labels = lane_count(packed), starts.shape[0] - 1
    apart, diameter = splat(np.inf, packed), splat(0.0, packed)
    n_groups, own = rows.weight.shape[0] // TARGETS, 0
    for group in range(part, n_groups, found.shape[0]):
        t = group * TARGETS
        while starts[own + 1] <= t // lanes:
            own += 1
        targets = four_targets(rows, t, t + 1, t + 2, t + 3)
        for panel in range(t // lanes, starts[own + 1]):
            d0, d1, d2, d3 = to_four(rows, panel, targets)
            diameter = maximum(maximum(maximum(d0, d1), maximum(d2, d3)), diameter)
        for panel in range(starts[own + 1], starts[n_labels]):
            d0, d1, d2, d3 = to_four(rows, panel, targets)
            apart = minimum(minimum(minimum(d0, d1), minimum(d2, d3)), apart)
    found[part, 0] = min_lanes(apart)
    found[part, 1] = max_lanes(diameter)
