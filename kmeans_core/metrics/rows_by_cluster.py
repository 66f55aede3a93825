"""Rows sorted by label, in panels: the layout of silhouette and Dunn index.

A panel holds as many rows as a register of float64 has lanes, feature by feature, one row per lane.
The rows of a cluster lie side by side and begin a new panel. So a sum, a minimum or a maximum over
a cluster is a loop over whole panels, and no panel holds rows of two clusters. The slots after a
cluster's last row repeat its first row with weight 0: they add nothing to a sum, and change no
minimum or maximum.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import broadcast, lane_count, lanes_of, load, splat
from kmeans_core.metrics.labelled import Labelled
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import panel_slot
from kmeans_core.rows.scale import power_of_two_scale

TARGETS = 4  # rows whose distances to all others are computed together


class RowsByCluster(NamedTuple):
    """The rows of a table in panels, sorted by label. A slot is a lane of a panel."""

    packed: np.ndarray  # (n_slots * n_features,) float64, rows times `scale`
    weight: np.ndarray  # (n_slots,) float64, 0 in slots that repeat a row
    row: np.ndarray  # (n_slots,) int64: the row of the table in this slot
    starts: np.ndarray  # (n_labels + 1,) int64: cluster c has the panels starts[c]..starts[c+1]-1
    cluster_weight: np.ndarray  # (n_labels,) float64: sum of the weights of a cluster's rows
    n_features: int
    scale: float  # power of two that brings the largest value near 1


def group_rows(data: Labelled) -> RowsByCluster:
    """Sort the rows by label and pack them. O(n d) time; memory: one float64 copy of `X`."""
    X, lanes = data.X, lanes_of(np.float64)
    sizes = np.bincount(data.codes, minlength=data.n_labels)
    starts = np.zeros(data.n_labels + 1, dtype=np.int64)
    unit = max(lanes, TARGETS)  # so that four targets never belong to two clusters
    np.cumsum(-(-sizes // unit) * (unit // lanes), out=starts[1:])
    n_slots = int(starts[-1]) * lanes
    weight = np.ones(len(X)) if data.weight is None else data.weight
    rows = RowsByCluster(
        packed=aligned_empty(n_slots * X.shape[1], np.dtype(np.float64)),
        weight=aligned_empty(n_slots, np.dtype(np.float64)),
        row=np.empty(n_slots, dtype=np.int64),
        starts=starts,
        cluster_weight=np.bincount(data.codes, weight, data.n_labels),
        n_features=X.shape[1],
        scale=power_of_two_scale(data.magnitude, np.dtype(np.float64)),
    )
    _fill_slots(data.codes, weight, starts[:-1] * lanes, rows)
    _pack(X, rows)
    return rows


def ns_per_group(rows: RowsByCluster) -> float:
    """Time of the distances of four targets to all rows, with their roots: an upper estimate."""
    return TARGETS * len(rows.weight) * (2.0 + 0.5 * rows.n_features)


@kernel
def _fill_slots(
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,)
    next_slot,  # INOUT (n_labels,): first slot of each cluster; past its last row on return
    rows,  # OUT RowsByCluster: row, weight
):
    """Writes the row and the weight of every slot; rows of a cluster keep their order."""
    lanes, starts = lane_count(rows.packed), rows.starts
    for i in range(codes.shape[0]):
        slot = next_slot[codes[i]]
        rows.row[slot] = i
        rows.weight[slot] = weight[i]
        next_slot[codes[i]] += 1
    for c in range(next_slot.shape[0]):
        for slot in range(next_slot[c], starts[c + 1] * lanes):
            rows.row[slot] = rows.row[starts[c] * lanes]
            rows.weight[slot] = 0.0


@kernel
def _pack(
    X,  # IN  (n_samples, n_features)
    rows,  # OUT RowsByCluster: packed
):
    """Writes the panels."""
    n_features, lanes = X.shape[1], lane_count(rows.packed)
    for slot in range(rows.row.shape[0]):
        for f in range(n_features):
            value = np.float64(X[rows.row[slot], f]) * rows.scale
            rows.packed[panel_slot(slot, f, n_features, lanes)] = value


@device
def four_targets(rows, a, b, c, d):
    """Where the rows in these four slots begin in `packed`."""
    lanes, n_features = lane_count(rows.packed), rows.n_features
    return (
        panel_slot(a, 0, n_features, lanes),
        panel_slot(b, 0, n_features, lanes),
        panel_slot(c, 0, n_features, lanes),
        panel_slot(d, 0, n_features, lanes),
    )


@device
def to_four(rows, panel, targets):
    """Squared distances of a panel's rows to the rows that `four_targets` returned."""
    packed, lanes = rows.packed, lane_count(rows.packed)
    t0, t1, t2, t3 = targets
    d0 = d1 = d2 = d3 = splat(0.0, packed)
    for f in range(rows.n_features):
        x = load(packed, (panel * rows.n_features + f) * lanes)
        d0 = add_square(x - broadcast(packed, t0 + f * lanes), d0)
        d1 = add_square(x - broadcast(packed, t1 + f * lanes), d1)
        d2 = add_square(x - broadcast(packed, t2 + f * lanes), d2)
        d3 = add_square(x - broadcast(packed, t3 + f * lanes), d3)
    return d0, d1, d2, d3
