"""Dunn's index: the smallest gap between two clusters over the widest cluster."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import lane_count, max_lanes, maximum, min_lanes, minimum, splat
from kmeans_core.engine.threads import Workers, while_wanted
from kmeans_core.metrics.labelled import check_labelled, threads
from kmeans_core.metrics.rows_by_cluster import TARGETS, GroupedRows, group_rows, start_of, to_four

# Rows beyond which a caller that computes many metrics should leave Dunn out.
DUNN_LIMIT = 20_000
DISTANCES_PER_CALL = 20_000_000  # of a compiled call: some 20 ms, so that Ctrl-C is heard


def dunn_index(X: Any, labels: Any, *, n_threads: int | None = None) -> float:
    """Dunn index: smallest distance between clusters over the largest within one; high is good.

    Both distances are between two rows (single-link separation, complete-link diameter).

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
    labels : array-like of shape (n_samples,)
    n_threads : int, optional
        None: as many as this process may use. The bits do not depend on it.

    Returns
    -------
    float
        At least 0, without units. 0 when two clusters share a row; otherwise infinite when the
        rows of every cluster are equal.

    Raises
    ------
    ValueError
        One cluster, as many clusters as rows, labels of another length, a NaN.

    Notes
    -----
    O(n^2 d) time, O(n d) memory: never an n x n matrix. Exact for any n; callers that compute
    it beside cheap metrics leave it out above `DUNN_LIMIT` rows. Two rows decide it, so one
    outlier changes it completely.

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


def _extremes(rows: GroupedRows, workers: Workers) -> tuple[float, float]:
    """The smallest squared distance between clusters and the largest within one."""
    n_groups = len(rows.weight) // TARGETS
    n_parts = max(1, min(n_groups, len(rows.weight) ** 2 // DISTANCES_PER_CALL))
    found = np.empty((n_parts, 2))

    def task(first: int, last: int) -> None:
        for part in while_wanted(range(first, last)):
            _extreme_distances(rows, part, found)

    workers.run(task, n_parts)
    return float(found[:, 0].min()), float(found[:, 1].max())


@kernel
def _extreme_distances(
    rows,  # IN  GroupedRows
    part,  # IN  which part: groups part, part + n_parts, part + 2 n_parts ... of four places
    found,  # OUT (n_parts, 2): smallest squared distance between clusters, largest within one
):
    """Write what this part finds. A group looks at its own panels and those behind them only.

    Early groups have more to look at, so every part takes some of all.
    """
    packed, starts = rows.packed, rows.starts
    lanes, n_features, n_labels = lane_count(packed), rows.n_features, starts.shape[0] - 1
    apart, diameter = splat(np.inf, packed), splat(0.0, packed)
    n_groups, own = rows.weight.shape[0] // TARGETS, 0
    for group in range(part, n_groups, found.shape[0]):
        panel = group * TARGETS // lanes
        while starts[own + 1] <= panel:
            own += 1
        r0 = start_of(group * TARGETS, lanes, n_features)
        r1 = start_of(group * TARGETS + 1, lanes, n_features)
        r2 = start_of(group * TARGETS + 2, lanes, n_features)
        r3 = start_of(group * TARGETS + 3, lanes, n_features)
        for other in range(panel, starts[own + 1]):
            d0, d1, d2, d3 = to_four(packed, other, n_features, r0, r1, r2, r3)
            diameter = maximum(maximum(maximum(d0, d1), maximum(d2, d3)), diameter)
        for other in range(starts[own + 1], starts[n_labels]):
            d0, d1, d2, d3 = to_four(packed, other, n_features, r0, r1, r2, r3)
            apart = minimum(minimum(minimum(d0, d1), minimum(d2, d3)), apart)
    found[part, 0] = min_lanes(apart)
    found[part, 1] = max_lanes(diameter)
