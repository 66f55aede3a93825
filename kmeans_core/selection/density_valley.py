"""Is there a valley between neighbouring clusters, or is the line between them arbitrary?"""

from __future__ import annotations

import numpy as np

WIDTH = 0.15  # of the way between two centers


def mean_valley(X: np.ndarray, labels: np.ndarray, group: np.ndarray) -> float:
    """Rows midway between neighbouring clusters, over rows near their centers; the mean.

    Each cluster is seen with its nearest neighbour in the same group, along the line through both
    centers. About 1: the border cuts through a crowd. Near 0: it runs along a valley. Two equal
    normal groups 3.6 standard deviations apart have 0.4. NaN where no two clusters share a group.

    Parameters
    ----------
    X : ndarray of shape (n_samples, n_features)
    labels : ndarray of int, shape (n_samples,), 0..n_clusters-1, each with a row
    group : ndarray of int, shape (n_samples,), from 0
        Larger groups; a cluster belongs to the one that most of its rows are in.
    """
    k = int(labels.max()) + 1
    centers = np.array([X[labels == c].mean(axis=0) for c in range(k)])
    home = np.array([np.bincount(group[labels == c]).argmax() for c in range(k)])
    valleys = []
    for c in range(k):
        apart = ((centers - centers[c]) ** 2).sum(axis=1)
        apart[(home != home[c]) | (np.arange(k) == c) | (apart == 0.0)] = np.inf
        nearest = int(np.argmin(apart))
        if np.isfinite(apart[nearest]):
            both = X[(labels == c) | (labels == nearest)]
            way = (both - centers[c]) @ (centers[nearest] - centers[c]) / apart[nearest]
            valleys.append(_between(way))
    return float(np.mean(valleys)) if valleys else float("nan")


def _between(way: np.ndarray) -> float:
    """`way` is 0 at one center and 1 at the other."""
    midway = np.count_nonzero(np.abs(way - 0.5) < WIDTH)
    near = np.count_nonzero(np.abs(way) < WIDTH) + np.count_nonzero(np.abs(way - 1.0) < WIDTH)
    return midway / max(near / 2.0, 1.0)
