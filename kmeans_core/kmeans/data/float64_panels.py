"""The rows of a small table in panels of float64, for greedy k-means++, which measures them all.

The panels have as many rows as those of float32, so a panel has the same number in both. That is
more than a register of float64 holds: a kernel works on several registers at a time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT64
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.rows.layout import LANES


class Float64Panels(NamedTuple):
    """Values and weights of all rows; lanes past the last row have value 0 and weight 0."""

    values: np.ndarray  # (n_panels, n_features, LANES) the scaled rows, lane = row
    weight: np.ndarray  # (n_panels * LANES,)


def float64_panels(rows: Rows) -> Float64Panels:
    """Pack a table in float64. Memory: 8 bytes per number, and 8 per row."""
    (n_samples, n_features), n_panels = rows.X.shape, rows.abs_error.shape[0]
    n_whole = n_samples // LANES
    values, weight = np.zeros((n_panels, n_features, LANES)), np.zeros(n_panels * LANES)
    by_rows, whole = values.transpose(0, 2, 1), rows.X[: n_whole * LANES]
    np.multiply(
        whole.reshape(n_whole, LANES, n_features), rows.scale, out=by_rows[:n_whole], dtype=FLOAT64
    )
    for i in range(n_whole * LANES, n_samples):
        by_rows[n_whole, i - n_whole * LANES] = rows.X[i].astype(FLOAT64) * rows.scale
    weight[:n_samples] = rows.weight
    return Float64Panels(values, weight)
