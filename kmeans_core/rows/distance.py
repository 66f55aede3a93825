"""The squared distance of two rows in the direct form: the sum of (x - c)^2 over the features.

The direct form keeps its digits everywhere: its error is a share of the distance itself. The
expanded form x.x - 2 x.c + c.c loses all digits far from the origin. So wherever float64 has to
decide, in k-means, metrics and selection, it decides by `squared_distance`. The order of its
additions is fixed: the same two rows have the same distance to the last bit in every caller.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import HAS_FMA, fma, lane_count, load_wide, sum_lanes

EIGHT_ZEROS = np.zeros(8)  # of which a register of zeros is loaded: no register has more float64


@device
def add_square(difference, total):
    """``total + difference**2`` in every lane, rounded once where the CPU can."""
    return fma(difference, difference, total)


@device
def squared_distance(X, i, scale, centers, j):
    """Squared distance of row i of `X`, times `scale`, to row j of `centers`, in float64.

    `X`, (n_samples, n_features), and `centers`, (n_clusters, n_features), are C-ordered, float32 or
    float64; `scale` is a power of two. Lane = feature: whole registers of features are added in
    lanes, the lanes are added up, then the features that are left, one by one. O(n_features). It
    may overflow where the scaled values are not near 1 (see scale.py).
    """
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


def rounding_error(n_features: int, dtype: np.dtype) -> float:
    """Largest relative error of a squared distance that is computed in `dtype`.

    With fma that is n_features + 2 units of rounding: a difference is rounded once and squared,
    then n_features sums are rounded. Without fma the products are rounded too.
    """
    units = n_features + 2 if HAS_FMA else 2 * n_features + 2
    return 1.01 * units * float(np.finfo(dtype).eps) / 2
