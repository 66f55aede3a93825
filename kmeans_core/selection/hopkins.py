"""Hopkins' statistic: are rows closer to each other than random points are to rows?"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.rows.distance import squared_distance
from kmeans_core.selection.fit_range import child_seeds
from kmeans_core.selection.nulls.box import Box, tightest_box, uniform_rows
from kmeans_core.validation import check_integer, check_matrix

PROBES = 100  # rows, and random points, that are measured


def hopkins(X: Any, *, n_probes: int | None = None, random_state: Any = None) -> float:
    """Hopkins' statistic ``sum u^d / (sum u^d + sum w^d)``.

    ``w`` are distances from m random rows to their nearest other row, ``u`` distances from m
    uniform points in the box of the table to the nearest row, d the number of features.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least two rows.
    n_probes : int, optional
        m, 1..n_samples. Default: a tenth of the rows, but at least 10 and at most 100 (and at most
        n_samples).
    random_state : int, RandomState, Generator or None

    Returns
    -------
    float
        About 0.5 for uniform rows, near 1 for rows in clumps, near 0 for a regular grid.
        0.5 where all distances are 0.

    Raises
    ------
    ValueError, TypeError
        One row, a NaN, a bad parameter.

    Notes
    -----
    O(m n d) time, O(m d) memory. It tests uniformity, not the presence of clusters: one Gaussian
    cloud reaches 0.9. With many features the largest distance dominates both sums.

    References
    ----------
    Hopkins and Skellam 1954, doi 10.1093/oxfordjournals.aob.a083391; the power d as in Cross and
    Jain 1982, "Measurement of clustering tendency", doi 10.1016/S1474-6670(17)63365-2.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=2)
    default = min(len(X), max(10, min(PROBES, len(X) // 10)))
    if n_probes is not None:
        check_integer(n_probes, "n_probes", low=1, high=len(X))
    seed = child_seeds(random_state, 1)[0]
    return hopkins_in(X, tightest_box(X), n_probes or default, seed)


def hopkins_in(X: np.ndarray, box: Box, n_probes: int, seed: int) -> float:
    """Hopkins' statistic with points from the given box."""
    rng = np.random.RandomState(seed)
    rows = np.sort(rng.permutation(len(X))[:n_probes])
    points = uniform_rows(box, n_probes, rng)
    squares = np.empty((2, n_probes))
    _nearest_rows(X, X[rows], rows, squares[0])
    _nearest_rows(X, points, np.full(n_probes, -1), squares[1])
    largest = squares.max()
    if largest == 0.0:
        return 0.5
    rows_sum, points_sum = ((squares / largest) ** (X.shape[1] / 2.0)).sum(axis=1)
    return float(points_sum / (points_sum + rows_sum))


@kernel
def _nearest_rows(
    X,  # IN  (n_samples, n_features)
    points,  # IN  (n_points, n_features)
    own,  # IN  (n_points,): the row that is this point and does not count, or -1
    squares,  # OUT (n_points,)
):
    """Writes the squared distance from each point to the nearest row."""
    for p in range(points.shape[0]):
        nearest = np.inf
        for i in range(X.shape[0]):
            if i != own[p]:
                nearest = min(nearest, squared_distance(X, i, 1.0, points, p))
        squares[p] = nearest
