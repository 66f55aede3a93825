"""Is there a valley of low density between two clusters, or is their border arbitrary?"""

from __future__ import annotations

import numpy as np

NEAR = 0.15  # a row is near a point if it is within this share of the way between two centers


def mean_valley(X: np.ndarray, labels: np.ndarray, group: np.ndarray) -> float:
    """Rows midway between neighbouring clusters, over rows near their centers; the mean.

    Each cluster is paired with its nearest neighbour in the same group, and rows are projected on
    the line through both centers. About 1: the border cuts through a dense region. Near 0: it runs
    along a valley. Two equal Gaussian groups 3.6 standard deviations apart have 0.4.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    labels : ndarray of int, shape (n_samples,), 0..n_clusters-1, each with a row
    group : ndarray of int, shape (n_samples,), from 0
        Larger groups; a cluster belongs to the group of most of its rows, of equal counts to the
        first.

    Returns
    -------
    float
        At least 0; NaN where no two clusters share a group.

    Notes
    -----
    O(n k d) time.
    """
    k = int(labels.max()) + 1
    centers = np.array([X[labels == c].mean(axis=0) for c in range(k)])
    main_group = np.array([np.bincount(group[labels == c]).argmax() for c in range(k)])
    valleys = []
    for c in range(k):
        apart = ((centers - centers[c]) ** 2).sum(axis=1)
        apart[(main_group != main_group[c]) | (np.arange(k) == c) | (apart == 0.0)] = np.inf
        nearest = int(np.argmin(apart))
        if np.isfinite(apart[nearest]):
            both = X[(labels == c) | (labels == nearest)]
            way = (both - centers[c]) @ (centers[nearest] - centers[c]) / apart[nearest]
            valleys.append(_between(way))
    return float(np.mean(valleys)) if valleys else float("nan")


def _between(way: np.ndarray) -> float:
    """The valley of one pair; `way` is 0 at one center and 1 at the other."""
    midway = np.count_nonzero(np.abs(way - 0.5) < NEAR)
    near = np.count_nonzero(np.abs(way) < NEAR) + np.count_nonzero(np.abs(way - 1.0) < NEAR)
    return midway / max(near / 2.0, 1.0)
