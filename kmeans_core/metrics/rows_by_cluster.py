"""Rows sorted by label, in panels: the layout that silhouette and Dunn run on.

All rows of a cluster lie side by side and begin a new panel (as many rows as a register has
lanes, feature by feature, lane = row). So a sum, a minimum or a maximum over a cluster is a loop
over whole panels, and no lane ever holds rows of two clusters. Places past a cluster's last row
repeat its first row with weight 0: for a sum they count nothing, for a minimum or a maximum they
are a row that is there anyway.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import broadcast, lane_count, lanes_of, load, splat
from kmeans_core.metrics.labelled import Labelled
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.scale import power_of_two_scale

TARGETS = 4  # rows whose distances to all others are computed together


class GroupedRows(NamedTuple):
    """The rows of a table in panels, sorted by label. A place is a lane of a panel."""

    packed: np.ndarray  # (n_panels * n_features * lanes,) float64, rows times `scale`
    weight: np.ndarray  # (n_panels * lanes,) float64, 0 in places that repeat a row
    row: np.ndarray  # (n_panels * lanes,) int64: which row of the table is at this place
    starts: np.ndarray  # (n_labels + 1,) int64: cluster c has the panels starts[c]..starts[c+1]-1
    mass: np.ndarray  # (n_labels,) float64: weight of a cluster's rows
    n_features: int
    scale: float  # power of two that brings the largest value near 1


def group_rows(data: Labelled) -> GroupedRows:
    """Sort the rows by label and pack them. Memory: one float64 copy of `X`."""
    X, lanes = data.X, lanes_of(np.float64)
    sizes = np.bincount(data.codes, minlength=data.n_labels)
    starts = np.zeros(data.n_labels + 1, dtype=np.int64)
    unit = max(lanes, TARGETS)  # so that four targets never belong to two clusters
    np.cumsum(-(-sizes // unit) * (unit // lanes), out=starts[1:])
    n_places = int(starts[-1]) * lanes
    weight = np.ones(len(X)) if data.weight is None else data.weight
    rows = GroupedRows(
        packed=aligned_empty(n_places * X.shape[1], np.dtype(np.float64)),
        weight=aligned_empty(n_places, np.dtype(np.float64)),
        row=np.empty(n_places, dtype=np.int64),
        starts=starts,
        mass=np.bincount(data.codes, weight, data.n_labels),
        n_features=X.shape[1],
        scale=power_of_two_scale(data.magnitude, np.dtype(np.float64)),
    )
    _sort_places(data.codes, weight, lanes, starts[:-1] * lanes, rows.row, rows.weight, starts)
    _pack(X, lanes, rows.row, rows.scale, rows.packed)
    return rows


@kernel
def _sort_places(
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,)
    lanes,  # IN
    next_place,  # INOUT (n_labels,): first place of each cluster; past its last row on return
    row,  # OUT (n_places,)
    place_weight,  # OUT (n_places,)
    starts,  # IN  (n_labels + 1,)
):
    """Write the row and the weight of every place; rows of a cluster keep their order."""
    for i in range(codes.shape[0]):
        place = next_place[codes[i]]
        row[place] = i
        place_weight[place] = weight[i]
        next_place[codes[i]] += 1
    for c in range(next_place.shape[0]):
        for place in range(next_place[c], starts[c + 1] * lanes):
            row[place] = row[starts[c] * lanes]
            place_weight[place] = 0.0


@kernel
def _pack(
    X,  # IN  (n_samples, n_features)
    lanes,  # IN
    row,  # IN  (n_places,)
    scale,  # IN  power of two
    packed,  # OUT (n_places * n_features,)
):
    """Write the panels."""
    n_features = X.shape[1]
    for place in range(row.shape[0]):
        base = place // lanes * n_features * lanes + place % lanes
        for f in range(n_features):
            packed[base + f * lanes] = np.float64(X[row[place], f]) * scale


@device
def start_of(place, lanes, n_features):
    """Where the first feature of the row at this place lies."""
    return place // lanes * n_features * lanes + place % lanes


@device
def to_four(packed, panel, n_features, r0, r1, r2, r3):
    """Squared distances of a panel's rows to four rows, given by `start_of`."""
    lanes = lane_count(packed)
    d0 = d1 = d2 = d3 = splat(0.0, packed)
    for f in range(n_features):
        x = load(packed, (panel * n_features + f) * lanes)
        d0 = add_square(x - broadcast(packed, r0 + f * lanes), d0)
        d1 = add_square(x - broadcast(packed, r1 + f * lanes), d1)
        d2 = add_square(x - broadcast(packed, r2 + f * lanes), d2)
        d3 = add_square(x - broadcast(packed, r3 + f * lanes), d3)
    return d0, d1, d2, d3
