"""One row against a register of centers: lane = center.

`nearest_two` computes the distances of a panel of rows to all centers. An algorithm that keeps a
bound for every group of centers needs, for each row, the distances to a few groups, other ones for
the next row. Here a group is as many centers as a register has lanes: one row's number in all
lanes, and one load brings the same feature of 16 centers. A distance costs about 1.3 times that of
`nearest_two`; gathering rows into panels of their own would cost more (see `gather_panel`), and a
panel would compute what any of its rows needs.

Numbers and errors are those of the panels: the same float32, the same `tie` and `blur`.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    broadcast,
    first_lane,
    lane_count,
    load,
    min_lanes,
    minimum,
    put,
    splat,
    splat_like,
)
from kmeans_core.kmeans.nearest import MOST, add_square
from kmeans_core.kmeans.panels import FLOAT32, LANES, aligned_empty


def register_count(n_clusters: int) -> int:
    """Registers that hold one feature of all centers."""
    return -(-n_clusters // LANES)


def empty_registers(n_clusters: int, n_features: int) -> np.ndarray:
    """Room for `pack_registers`."""
    return aligned_empty(register_count(n_clusters) * n_features * LANES, FLOAT32)


@kernel
def pack_registers(
    centers,  # IN  (n_clusters, n_features), scaled
    offset,  # IN  (n_features,), scaled
    registers,  # OUT (n_registers * n_features * lanes,)
):
    """Writes the centers in blocks of a register, feature by feature; past the last is infinity."""
    lanes, n_clusters, n_features = lane_count(registers), centers.shape[0], centers.shape[1]
    for start in range(0, n_clusters, lanes):
        for f in range(n_features):
            base = start * n_features + f * lanes
            for lane in range(lanes):
                j = start + lane
                value = float(centers[j, f]) - offset[f] if j < n_clusters else np.inf
                registers[base + lane] = value


@device
def pack_row(rows, i, row):
    """Write row i as the panels hold it to `row`, (n_features,) float32."""
    X, scale, offset = rows.X, rows.scale, rows.offset
    for f in range(X.shape[1]):
        row[f] = X[i, f] * scale - offset[f]


@device
def register_distances(
    row,  # IN  (n_features,) float32
    registers,  # IN  centers: see pack_registers
    register,  # IN  which one
):
    """Squared distances of the row to a register of centers; MOST past the last center.

    Four sums side by side: an fma waits four cycles for the one before it.
    """
    n_features, lanes = row.shape[0], lane_count(registers)
    zero, c, f = splat(registers.dtype.type(0), registers), register * row.shape[0] * lanes, 0
    t0 = t1 = t2 = t3 = zero
    while f + 4 <= n_features:
        t0 = add_square(load(registers, c) - broadcast(row, f), t0)
        t1 = add_square(load(registers, c + lanes) - broadcast(row, f + 1), t1)
        t2 = add_square(load(registers, c + 2 * lanes) - broadcast(row, f + 2), t2)
        t3 = add_square(load(registers, c + 3 * lanes) - broadcast(row, f + 3), t3)
        f += 4
        c += 4 * lanes
    while f < n_features:
        t0 = add_square(load(registers, c) - broadcast(row, f), t0)
        f += 1
        c += lanes
    return minimum((t0 + t1) + (t2 + t3), zero + MOST)


@device
def smallest_two(best, second, register):
    """From the smallest two of each lane, and the register of the smallest: the two, the center."""
    smallest = min_lanes(best)
    lane = first_lane(best <= splat_like(smallest, best))
    center = np.int32(register[lane] * LANES + lane)
    return smallest, min_lanes(put(best, lane, second[lane])), center


@device
def row_is_uncertain(best, second, tie, blur):
    """`nearest.uncertain` for one row."""
    return second - best <= second * tie + np.sqrt(second) * blur
