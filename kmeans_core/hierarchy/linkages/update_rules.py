"""The seven linkage rules: how far is the cluster just merged from another one?

Every rule has the same arguments and returns the distance between cluster ``i`` and the union of
clusters ``x`` and ``y``:

    d_xi, d_yi   distance from x to i, from y to i
    d_xy         distance from x to y, the height of the merge
    size_x, size_y, size_i   rows in each cluster

They are the recurrences of Lance and Williams 1967, "A general theory of classificatory sorting
strategies 1", doi 10.1093/comjnl/9.4.373. Ward, centroid and median work on plain distances, as in
SciPy, and are right only if those of the rows are Euclidean. Under centroid and median a union can
be closer to another cluster than either part was, so heights may fall (an inversion).
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device

METHODS = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
EUCLIDEAN_METHODS = ("ward", "centroid", "median")
INVERTING_METHODS = ("centroid", "median")


@device
def single(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return min(d_xi, d_yi)


@device
def complete(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return max(d_xi, d_yi)


@device
def average(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return (size_x * d_xi + size_y * d_yi) / (size_x + size_y)


@device
def weighted(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return 0.5 * (d_xi + d_yi)


@device
def ward(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    total = size_x + size_y + size_i
    grown = (size_i + size_x) * d_xi * d_xi + (size_i + size_y) * d_yi * d_yi
    return np.sqrt(max(grown - size_i * d_xy * d_xy, 0.0) / total)


@device
def centroid(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    share_x, share_y = size_x / (size_x + size_y), size_y / (size_x + size_y)
    mixed = share_x * d_xi * d_xi + share_y * d_yi * d_yi
    return np.sqrt(max(mixed - share_x * share_y * d_xy * d_xy, 0.0))


@device
def median(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return np.sqrt(max(0.5 * (d_xi * d_xi + d_yi * d_yi) - 0.25 * d_xy * d_xy, 0.0))


@device
def update(method, d_xi, d_yi, d_xy, size_x, size_y, size_i):
    """The rule numbered `method`, its place in METHODS.

    A number and not the function: a kernel that takes functions cannot be kept on disk, since
    its signature holds their addresses.
    """
    if method == 0:
        return single(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    if method == 1:
        return complete(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    if method == 2:
        return average(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    if method == 3:
        return weighted(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    if method == 4:
        return ward(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    if method == 5:
        return centroid(d_xi, d_yi, d_xy, size_x, size_y, size_i)
    return median(d_xi, d_yi, d_xy, size_x, size_y, size_i)
