"""Between two clusters of one group: a valley, a dense border, or nothing at all?

Single linkage joins round groups that touch, and it follows moons and rings. Both ways a group has
several clusters. Round groups that touch have few rows along their border, but some; the pieces of
a moon have no fewer rows there than elsewhere, or the straight way between them leaves the moon.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

NEAR = 0.15  # a row is near a point if it is within this share of the way between two centers


class Ways(NamedTuple):
    """The straight ways from each cluster to the nearest one of its group."""

    valley: float  # rows midway over rows near the centers, their mean; NaN without a pair
    emptiest: float  # largest distance of a midpoint to the nearest row; 0 without a pair


def ways_between(X: np.ndarray, labels: np.ndarray, group: np.ndarray) -> Ways:
    """What lies midway between neighbouring clusters of one group.

    Each cluster is paired with its nearest neighbour in the same group, and rows of both are
    projected on the line through both centers. A valley of about 1: the border cuts through a dense
    region. Near 0: it runs where few rows are. Two equal Gaussian groups 3.6 standard deviations
    apart have 0.4.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    labels : ndarray of int, shape (n_samples,), 0..n_clusters-1, each with a row
    group : ndarray of int, shape (n_samples,), from 0
        Larger groups; a cluster belongs to the group of most of its rows, of equal counts to the
        first.

    Returns
    -------
    Ways

    Notes
    -----
    O(n k d) time.
    """
    k = int(labels.max()) + 1
    centers = np.array([X[labels == c].mean(axis=0) for c in range(k)])
    main_group = np.array([np.bincount(group[labels == c]).argmax() for c in range(k)])
    valleys, emptiest = [], 0.0
    for c in range(k):
        apart = ((centers - centers[c]) ** 2).sum(axis=1)
        apart[(main_group != main_group[c]) | (np.arange(k) == c) | (apart == 0.0)] = np.inf
        nearest = int(np.argmin(apart))
        if np.isfinite(apart[nearest]):
            both = X[(labels == c) | (labels == nearest)]
            way = (both - centers[c]) @ (centers[nearest] - centers[c]) / apart[nearest]
            valleys.append(_between(way))
            midpoint = (centers[c] + centers[nearest]) / 2.0
            squares = ((X[group == main_group[c]] - midpoint) ** 2).sum(axis=1)
            emptiest = max(emptiest, float(np.sqrt(squares.min())))
    return Ways(float(np.mean(valleys)) if valleys else float("nan"), emptiest)


def _between(way: np.ndarray) -> float:
    """The valley of one pair; `way` is 0 at one center and 1 at the other."""
    midway = np.count_nonzero(np.abs(way - 0.5) < NEAR)
    near = np.count_nonzero(np.abs(way) < NEAR) + np.count_nonzero(np.abs(way - 1.0) < NEAR)
    return midway / max(near / 2.0, 1.0)
