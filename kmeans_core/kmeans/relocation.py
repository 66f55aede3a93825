"""Empty clusters: each is given one of the rows that are farthest from their centers.

A kernel of its own because most fits never need it, and what is not run is not compiled.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.kmeans.nearest import squared_distance


@kernel
def relocate_empty_clusters(
    rows,  # IN  Rows
    run,  # INOUT Run: totals, total_mass, touched
):
    """Give every empty cluster, in ascending order, the row farthest from its center.

    Farthest first, then lowest row index, only rows of positive weight. One unit, min(1, w), of
    the row moves, in the totals of this iteration only: the next assignment decides its label.
    Where all rows sit on their centers there is nothing to gain and nothing moves. Each empty
    cluster costs one more pass of n d, and no memory: the next row is the first after the last.
    """
    X, weight, totals, touched = rows.X, rows.weight, run.totals, run.touched
    total_mass, n_features = run.total_mass, X.shape[1]
    last_distance, last_row = np.inf, -1
    for j in range(totals.shape[0]):
        if total_mass[j, 1] != 0.0:
            continue
        total_mass[j, 0] = 0.0  # no residue of weights that came and went
        last_distance, last_row = farthest_after(rows, run, last_distance, last_row)
        if last_row < 0:
            break
        old = run.labels[last_row]
        unit = min(1.0, float(weight[last_row * rows.weight_step]))
        for f in range(n_features):
            value = unit * rows.scale * X[last_row, f]
            totals[old, f] -= value
            totals[j, f] = value
        total_mass[old, 0] -= unit
        total_mass[j, 0] = unit
        touched[0, old] = touched[0, j] = True  # these totals no longer fit the blocks


@device
def farthest_after(rows, run, last_distance, last_row):
    """The row that follows (last_distance, last_row) when rows are ordered from far to near."""
    X, weight, step = rows.X, rows.weight, rows.weight_step
    centers, labels = run.centers, run.labels
    distance, row = 0.0, -1
    for i in range(X.shape[0]):
        if weight[i * step] > 0.0:
            d = squared_distance(X, i, rows.scale, centers, labels[i])
            comes_later = d < last_distance or (d == last_distance and i > last_row)
            if comes_later and d > distance:
                distance, row = d, i
    return distance, row
