"""The knee of a curve: where more clusters no longer lower the WCSS much."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np

from kmeans_core.validation import check_matrix, check_real


def knee(n_clusters: Any, wcss: Any, *, sensitivity: float = 1.0) -> int | None:
    """The number of clusters at the knee of the WCSS curve, or None without a clear knee.

    Kneedle: both axes are scaled to 0..1 and the curve is flipped so that it rises and flattens.
    A knee is a local maximum of its height above the diagonal after which the height falls by more
    than `sensitivity` times the mean step in k, before the next local maximum.

    Parameters
    ----------
    n_clusters : array-like of shape (n_points,)
        Rising.
    wcss : array-like of shape (n_points,)
        The within-cluster sum of squares at each, in squared units of the table.
    sensitivity : float
        The paper's S: with 0 every bend is a knee, larger values need a sharper one.

    Returns
    -------
    int or None
        None also for fewer than three points and for a curve that does not fall from its first
        point to its last.

    Raises
    ------
    ValueError
        Different lengths, a NaN, numbers of clusters that do not rise, a negative sensitivity.

    Notes
    -----
    O(n_points) time. We differ from the paper twice: nothing is smoothed, since a sweep has few
    points and little noise; of several knees the one farthest above the diagonal is returned
    (ties: the smaller k). A smooth curve such as 1/k has a knee too, so a knee proves no structure.

    References
    ----------
    Satopaa, Albrecht, Irwin, Raghavan 2011, "Finding a 'kneedle' in a haystack", section 3,
    doi 10.1109/ICDCSW.2011.20.
    """
    ks, spread = _checked(n_clusters, wcss)
    sensitivity = check_real(sensitivity, "sensitivity", low=0.0)
    if len(ks) < 3 or spread[-1] >= spread[0]:
        return None
    x = (ks - ks[0]) / (ks[-1] - ks[0])
    y = (spread[0] - spread) / (spread[0] - spread[-1])
    above = y - x  # the paper's difference curve
    maxima = [i for i in range(1, len(ks) - 1) if above[i - 1] < above[i] >= above[i + 1]]
    fall = sensitivity * np.diff(x).mean()
    bounds = [*maxima, len(ks)]
    found = [
        i
        for i, stop in itertools.pairwise(bounds)
        if above[i + 1 : stop].min(initial=np.inf) < above[i] - fall
    ]
    return int(ks[max(found, key=lambda i: above[i])]) if found else None


def _checked(n_clusters: Any, wcss: Any) -> tuple[np.ndarray, np.ndarray]:
    if np.ndim(n_clusters) != 1 or np.ndim(wcss) != 1 or len(n_clusters) != len(wcss):
        raise ValueError(
            "n_clusters and wcss must be one-dimensional and of the same length, got shapes "
            f"{np.shape(n_clusters)} and {np.shape(wcss)}."
        )
    if len(wcss) == 0:
        return np.empty(0), np.empty(0)
    ks = check_matrix([n_clusters], "n_clusters", dtype=np.float64)[0]
    spread = check_matrix([wcss], "wcss", dtype=np.float64)[0]
    if (np.diff(ks) <= 0).any():
        raise ValueError(f"n_clusters must rise from point to point, got {list(n_clusters)}.")
    return ks, spread
