"""The squared distance of two rows in direct form: the sum of (x - c)^2, in float64."""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import fma, lane_count, load_wide, sum_lanes


@device
def add_square(difference, total):
    return fma(difference, difference, total)


EIGHT_ZEROS = np.zeros(8)  # for a register of zeros


@device
def squared_distance(X, i, scale, centers, j):
    """Squared distance of row i to center j in float64, lane = feature."""
    n_features = X.shape[1]
    lanes, f, result = lane_count(EIGHT_ZEROS), 0, 0.0
    if n_features >= lanes:
        total = load_wide(EIGHT_ZEROS, 0)
        while f + lanes <= n_features:
            x, c = load_wide(X, i * n_features + f), load_wide(centers, j * n_features + f)
            total = add_square(x * scale - c, total)
            f += lanes
        result = sum_lanes(total)
    while f < n_features:
        difference = X[i, f] * scale - float(centers[j, f])
        result += difference * difference
        f += 1
    return result
