"""The silhouettes of all rows, every pair of rows of different clusters looked at once.

A distance between rows of clusters A and B counts towards B for the one row and towards A for the
other. So the clusters take turns: each one's rows are measured to the rows of their own cluster
and of later ones only. For eight clusters that is 0.56 of all distances; the roots, which take
half of the time, are halved with them.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import fma, lane_count, load, splat, splat_like, sqrt, store, sum_lanes
from kmeans_core.engine.threads import Workers, while_wanted
from kmeans_core.metrics.rows_by_cluster import TARGETS, GroupedRows, start_of, to_four

PARTS = 16  # a cluster's rows are dealt out to so many tasks, each with its own sums
SMALL = 1_000_000  # distances of a cluster's turn, below which one task is enough


def all_silhouettes(rows: GroupedRows, workers: Workers) -> np.ndarray:
    """The silhouette of the row at every place. Memory: up to 18 numbers a row."""
    n_places, n_clusters = len(rows.weight), len(rows.mass)
    inside, nearest = np.zeros(n_places), np.full(n_places, np.inf)
    towards = np.empty((min(PARTS, max(1, n_places**2 // (n_clusters * SMALL))), n_places))
    for cluster in range(n_clusters):

        def task(first: int, last: int, cluster: int = cluster) -> None:
            for part in while_wanted(range(first, last)):
                _take_turn(rows, cluster, part, towards, inside, nearest)

        workers.run(task, len(towards))
        _add_parts(rows, cluster, towards, nearest)
    values = np.empty(n_places)
    _ratios(rows, inside, nearest, values)
    return values


@kernel
def _take_turn(
    rows,  # IN  GroupedRows
    cluster,  # IN  whose turn it is
    part,  # IN  this task: groups part, part + n_parts ... of four places of the cluster
    towards,  # OUT (n_parts, n_places): for places of later clusters, distances to these groups
    inside,  # OUT (n_places,) mean distance to the own cluster, for places of these groups
    nearest,  # INOUT (n_places,) smallest mean distance to another cluster, for the same places
):
    """Measure these groups to their own cluster and to all later ones."""
    packed, weight, starts, mass = rows.packed, rows.weight, rows.starts, rows.mass
    lanes, n_features, n_parts = lane_count(packed), rows.n_features, towards.shape[0]
    for place in range(starts[cluster + 1] * lanes, weight.shape[0]):
        towards[part, place] = 0.0
    first, last = starts[cluster] * lanes // TARGETS, starts[cluster + 1] * lanes // TARGETS
    others = max(mass[cluster] - 1.0, 1e-300)  # the row itself is not one of them
    for group in range(first + part, last, n_parts):
        t = group * TARGETS
        r0 = start_of(t, lanes, n_features)
        r1 = start_of(t + 1, lanes, n_features)
        r2 = start_of(t + 2, lanes, n_features)
        r3 = start_of(t + 3, lanes, n_features)
        for other in range(cluster, mass.shape[0]):
            panels = starts[other], starts[other + 1]
            both = other != cluster
            s0, s1, s2, s3 = _measure(rows, panels, t, r0, r1, r2, r3, both, part, towards)
            if both:
                _keep_smaller(nearest, t, s0 / mass[other])
                _keep_smaller(nearest, t + 1, s1 / mass[other])
                _keep_smaller(nearest, t + 2, s2 / mass[other])
                _keep_smaller(nearest, t + 3, s3 / mass[other])
            else:
                inside[t], inside[t + 1] = s0 / others, s1 / others
                inside[t + 2], inside[t + 3] = s2 / others, s3 / others


@device
def _measure(rows, panels, t, r0, r1, r2, r3, both, part, towards):
    """Weighted sums of the distances from four places to the rows of these panels.

    If they count for both, their sums towards the four are added to `towards`.
    """
    packed, weight, lanes = rows.packed, rows.weight, lane_count(rows.packed)
    s0 = s1 = s2 = s3 = splat(0.0, packed)
    for panel in range(panels[0], panels[1]):
        d0, d1, d2, d3 = to_four(packed, panel, rows.n_features, r0, r1, r2, r3)
        d0, d1, d2, d3 = sqrt(d0), sqrt(d1), sqrt(d2), sqrt(d3)
        w = load(weight, panel * lanes)
        s0, s1, s2, s3 = fma(d0, w, s0), fma(d1, w, s1), fma(d2, w, s2), fma(d3, w, s3)
        if both:
            place = part * weight.shape[0] + panel * lanes
            total = fma(d0, splat_like(weight[t], d0), load(towards, place))
            total = fma(d1, splat_like(weight[t + 1], d0), total)
            total = fma(d2, splat_like(weight[t + 2], d0), total)
            store(towards, place, fma(d3, splat_like(weight[t + 3], d0), total))
    return sum_lanes(s0), sum_lanes(s1), sum_lanes(s2), sum_lanes(s3)


@device
def _keep_smaller(values, place, value):
    values[place] = min(values[place], value)


@kernel
def _add_parts(
    rows,  # IN  GroupedRows
    cluster,  # IN  whose turn it was
    towards,  # IN  (n_parts, n_places)
    nearest,  # INOUT (n_places,)
):
    """Add the tasks' sums in their order and let the cluster take part for later places."""
    first = rows.starts[cluster + 1] * lane_count(rows.packed)
    for place in range(first, towards.shape[1]):
        total = 0.0
        for part in range(towards.shape[0]):
            total += towards[part, place]
        nearest[place] = min(nearest[place], total / rows.mass[cluster])


@kernel
def _ratios(
    rows,  # IN  GroupedRows
    inside,  # IN  (n_places,)
    nearest,  # IN  (n_places,)
    values,  # OUT (n_places,)
):
    """(b - a) / max(a, b); 0 for a row alone in its cluster, and where both are 0."""
    lanes = lane_count(rows.packed)
    for cluster in range(rows.mass.shape[0]):
        for place in range(rows.starts[cluster] * lanes, rows.starts[cluster + 1] * lanes):
            larger = max(inside[place], nearest[place])
            defined = rows.mass[cluster] > 1.0 and larger > 0.0
            values[place] = (nearest[place] - inside[place]) / larger if defined else 0.0
