"""Hopkins' statistic: do rows lie closer to each other than random places lie to rows?"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.rows.distance import squared_distance
from kmeans_core.selection.fits import child_seeds
from kmeans_core.selection.reference import Box, tightest_box, uniform_rows
from kmeans_core.validation import check_integer, check_matrix

PROBES = 100


def hopkins(X: Any, *, n_probes: int | None = None, random_state: Any = None) -> float:
    """Hopkins' statistic ``sum u^d / (sum u^d + sum w^d)``.

    ``w`` are distances from some rows to their nearest other row, ``u`` distances from as many
    uniform places in the box of the table to the nearest row, d the number of features.

    Parameters
    ----------
    X : array-like of shape (n_samples, n_features)
        At least two rows.
    n_probes : int, optional
        Rows and places, 1..n_samples; default 100, or a tenth of the rows where that is fewer,
        but at least 10 as far as there are rows.
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
    O(m n d) time. It is a test against uniformity, not for clusters: one bell-shaped cloud
    reaches 0.9. With many features the largest distance decides alone.

    References
    ----------
    Hopkins and Skellam 1954, doi 10.1093/oxfordjournals.aob.a083391; the power d as in Cross and
    Jain 1982, "Measurement of clustering tendency", doi 10.1016/S1474-6670(17)63365-2.
    """
    X = check_matrix(X, dtype=np.float64, min_rows=2)
    most = min(len(X), max(10, min(PROBES, len(X) // 10)))
    if n_probes is not None:
        check_integer(n_probes, "n_probes", low=1, high=len(X))
    seed = child_seeds(random_state, 1)[0]
    return hopkins_in(X, tightest_box(X), n_probes or most, seed)


def hopkins_in(X: np.ndarray, box: Box, n_probes: int, seed: int) -> float:
    """Hopkins' statistic with places from the given box."""
    rng = np.random.RandomState(seed)
    rows = np.sort(rng.permutation(len(X))[:n_probes])
    places = uniform_rows(box, n_probes, rng)
    squares = np.empty((2, n_probes))
    _nearest_rows(X, X[rows], rows, squares[0])
    _nearest_rows(X, places, np.full(n_probes, -1), squares[1])
    largest = squares.max()
    if largest == 0.0:
        return 0.5
    among_rows, to_places = ((squares / largest) ** (X.shape[1] / 2.0)).sum(axis=1)
    return float(to_places / (to_places + among_rows))


@kernel
def _nearest_rows(
    X,  # IN  (n_samples, n_features)
    places,  # IN  (n_places, n_features)
    own,  # IN  (n_places,): a row that does not count for this place, or -1
    squares,  # OUT (n_places,)
):
    """Write the squared distance from each place to the nearest row."""
    for p in range(places.shape[0]):
        nearest = np.inf
        for i in range(X.shape[0]):
            if i != own[p]:
                nearest = min(nearest, squared_distance(X, i, 1.0, places, p))
        squares[p] = nearest
