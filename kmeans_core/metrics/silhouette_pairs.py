"""The silhouettes of all rows, with each pair of rows of different clusters measured once.

A distance between rows of clusters A and B is part of a sum for either row. So the rows of each
cluster are measured only to those of their own and of later clusters. For eight clusters that is
0.56 of all distances, and of the square roots, which take half of the time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import (
    fma,
    lane_count,
    lanes_of,
    load,
    splat,
    splat_like,
    sqrt,
    store,
    sum_lanes,
)
from kmeans_core.engine.threads import Workers, until_cancelled
from kmeans_core.metrics.rows_by_cluster import (
    TARGETS,
    RowsByCluster,
    four_targets,
    ns_per_group,
    to_four,
)

MAX_PARTS = 16  # tasks that share a cluster, each with its own sums
DISTANCES_PER_PART = 1_000_000  # at least


class _Sums(NamedTuple):
    """Distances by slot, while one cluster after the other is measured."""

    inside: np.ndarray  # (n_slots,) mean distance to the own cluster
    nearest: np.ndarray  # (n_slots,) smallest mean distance to another cluster so far
    towards: np.ndarray  # (n_parts, n_slots), for slots of later clusters: weighted sum of the
    # distances to the rows of the present cluster, by part


def all_silhouettes(rows: RowsByCluster, workers: Workers) -> np.ndarray:
    """The silhouette of the row in every slot.

    Parameters
    ----------
    rows : RowsByCluster
    workers : Workers

    Returns
    -------
    ndarray of float64, shape (n_slots,)

    Notes
    -----
    O(n^2 d) time. Memory beyond `rows`: up to 18 float64 per slot.
    """
    n_slots, n_clusters = len(rows.weight), len(rows.cluster_weight)
    n_parts = min(MAX_PARTS, max(1, n_slots**2 // (n_clusters * DISTANCES_PER_PART)))
    sums = _Sums(
        inside=np.zeros(n_slots),
        nearest=np.full(n_slots, np.inf),
        towards=np.empty((n_parts, n_slots)),
    )
    first_slots = rows.starts * lanes_of(np.float64)
    n_groups = np.diff(first_slots) // TARGETS
    for cluster in range(n_clusters):

        def task(start: int, stop: int, cluster: int = cluster) -> None:
            for part in until_cancelled(range(start, stop)):
                n_own = len(range(part, n_groups[cluster], n_parts))
                sums.towards[part] = 0.0
                for call in short_calls(0, n_own, ns_per_group(rows)):
                    _measure_groups(rows, cluster, part, *call, sums)

        workers.run(task, n_parts)
        later = slice(first_slots[cluster + 1], n_slots)
        towards = sums.towards[:, later].sum(axis=0) / rows.cluster_weight[cluster]
        np.minimum(sums.nearest[later], towards, out=sums.nearest[later])
    is_alone = np.repeat(rows.cluster_weight <= 1.0, np.diff(first_slots))
    return silhouettes(sums.inside, sums.nearest, is_alone)


@kernel
def _measure_groups(
    rows,  # IN  RowsByCluster
    cluster,  # IN
    part,  # IN  the cluster's groups part, part + n_parts ... of four slots; of these
    start,  # IN  the first
    stop,  # IN
    sums,  # INOUT _Sums: inside and nearest for slots of these groups, towards[part]
):
    """Measures these groups to their own cluster and to all later ones."""
    starts, cluster_weight, towards = rows.starts, rows.cluster_weight, sums.towards[part]
    lanes, n_parts = lane_count(rows.packed), sums.towards.shape[0]
    first_group = starts[cluster] * lanes // TARGETS + part
    others = max(cluster_weight[cluster] - 1.0, 1e-300)  # the row itself is not one of them
    for number in range(start, stop):
        t = (first_group + number * n_parts) * TARGETS
        targets = four_targets(rows, t, t + 1, t + 2, t + 3)
        s0, s1, s2, s3 = distance_sums(rows, starts[cluster], starts[cluster + 1], targets)
        sums.inside[t], sums.inside[t + 1] = s0 / others, s1 / others
        sums.inside[t + 2], sums.inside[t + 3] = s2 / others, s3 / others
        for other in range(cluster + 1, cluster_weight.shape[0]):
            panels = starts[other], starts[other + 1]
            s0, s1, s2, s3 = _sums_both_ways(rows, panels, t, targets, towards)
            _keep_smaller(sums.nearest, t, s0 / cluster_weight[other])
            _keep_smaller(sums.nearest, t + 1, s1 / cluster_weight[other])
            _keep_smaller(sums.nearest, t + 2, s2 / cluster_weight[other])
            _keep_smaller(sums.nearest, t + 3, s3 / cluster_weight[other])


@device
def distance_sums(rows, start, stop, targets):
    """Weighted sums of the distances from four targets to the rows of these panels."""
    lanes = lane_count(rows.packed)
    s0 = s1 = s2 = s3 = splat(0.0, rows.packed)
    for panel in range(start, stop):
        d0, d1, d2, d3 = to_four(rows, panel, targets)
        w = load(rows.weight, panel * lanes)
        s0, s1 = fma(sqrt(d0), w, s0), fma(sqrt(d1), w, s1)
        s2, s3 = fma(sqrt(d2), w, s2), fma(sqrt(d3), w, s3)
    return sum_lanes(s0), sum_lanes(s1), sum_lanes(s2), sum_lanes(s3)


@device
def _sums_both_ways(rows, panels, t, targets, towards):
    """`distance_sums`; adds the sums towards the four slots from `t` on to `towards` too."""
    weight, lanes = rows.weight, lane_count(rows.packed)
    s0 = s1 = s2 = s3 = splat(0.0, rows.packed)
    for panel in range(panels[0], panels[1]):
        d0, d1, d2, d3 = to_four(rows, panel, targets)
        d0, d1, d2, d3 = sqrt(d0), sqrt(d1), sqrt(d2), sqrt(d3)
        w = load(weight, panel * lanes)
        s0, s1, s2, s3 = fma(d0, w, s0), fma(d1, w, s1), fma(d2, w, s2), fma(d3, w, s3)
        total = fma(d0, splat_like(weight[t], d0), load(towards, panel * lanes))
        total = fma(d1, splat_like(weight[t + 1], d0), total)
        total = fma(d2, splat_like(weight[t + 2], d0), total)
        store(towards, panel * lanes, fma(d3, splat_like(weight[t + 3], d0), total))
    return sum_lanes(s0), sum_lanes(s1), sum_lanes(s2), sum_lanes(s3)


@device
def _keep_smaller(values, slot, value):
    values[slot] = min(values[slot], value)


def silhouettes(inside: np.ndarray, nearest: np.ndarray, is_alone: np.ndarray) -> np.ndarray:
    """`silhouette_of` for rows of float64 and bool, shape (n,) each."""
    values = np.empty(len(inside))
    _write_silhouettes(inside, nearest, is_alone, values)
    return values


@kernel
def _write_silhouettes(
    inside,  # IN  (n,)
    nearest,  # IN  (n,)
    is_alone,  # IN  (n,)
    values,  # OUT (n,)
):
    for i in range(values.shape[0]):
        values[i] = silhouette_of(inside[i], nearest[i], is_alone[i])


@device
def silhouette_of(inside, nearest, is_alone):
    """(b - a) / max(a, b); 0 if the row's cluster has weight 1 or less, and if a and b are 0."""
    larger = max(inside, nearest)
    return (nearest - inside) / larger if larger > 0.0 and not is_alone else 0.0
