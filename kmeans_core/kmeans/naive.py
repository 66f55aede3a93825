"""k-means in plain numpy: the page to read first, and what every other algorithm is tested against.

Lloyd's algorithm: S. P. Lloyd (1982), "Least squares quantization in PCM", doi
10.1109/TIT.1982.1056489. Seeds by greedy k-means++: D. Arthur, S. Vassilvitskii (2007), "k-means++:
the advantages of careful seeding", SODA; its conclusion mentions the greedy variant.
`KMeans(algorithm="naive")` runs this page. Next, read iteration/lloyd.py: the same loop, made fast.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np


def lloyd(
    X: np.ndarray,
    centers: np.ndarray,
    weight: np.ndarray,
    max_iter: int = 300,
    tol: float = 0.0,
    after_iteration: Callable[[int, float, float], object] = lambda *_: None,
) -> tuple[np.ndarray, np.ndarray, float, int]:
    """Labels, centers, inertia and number of iterations from given starting centers.

    Stops when no label changes, when the summed squared movement of the centers is at most `tol`,
    after `max_iter` iterations, or when ``after_iteration(n_iter, inertia, shift)`` is true.
    O(n k d) time per iteration.
    """
    labels = np.full(len(X), -1)
    for n_iter in range(1, max_iter + 1):
        old_labels, (labels, distances) = labels, nearest_center(X, centers)
        inertia = float((weight * distances).sum())
        if (labels == old_labels).all():
            after_iteration(n_iter, inertia, 0.0)
            return labels, centers, inertia, n_iter
        new_centers = means(X, weight, labels, distances, centers)
        shift = float(((new_centers.astype(float) - centers) ** 2).sum())
        centers = new_centers
        is_stopped = after_iteration(n_iter, inertia, shift)
        if shift <= tol or is_stopped:
            break
    labels, distances = nearest_center(X, centers)
    return labels, centers, float((weight * distances).sum()), n_iter


def nearest_center(X: np.ndarray, centers: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each row the nearest center, the lowest index on ties, and the squared distance to it."""
    X, centers = X.astype(np.float64), centers.astype(np.float64)
    squared = np.stack([((X - center) ** 2).sum(axis=1) for center in centers])
    return squared.argmin(axis=0), squared.min(axis=0)


def means(
    X: np.ndarray,
    weight: np.ndarray,
    labels: np.ndarray,
    distances: np.ndarray,
    centers: np.ndarray,
) -> np.ndarray:
    """The weighted mean of each cluster, in the dtype of X; an empty cluster takes a far row.

    `distances` are the squared ones of the rows to their own centers. Empty clusters, in ascending
    order, take the rows farthest from their centers. A center with no row to take stays.
    """
    k = len(centers)
    sums, total = np.zeros(centers.shape), np.zeros(k)
    np.add.at(sums, labels, weight[:, None] * X.astype(np.float64))
    np.add.at(total, labels, weight)
    far = (i for i in np.argsort(-distances, kind="stable") if weight[i] > 0 and distances[i] > 0)
    empty = [j for j in range(k) if not (weight[labels == j] > 0).any()]
    for j, i in zip(empty, far, strict=False):
        moved = min(1.0, weight[i])
        sums[labels[i]] -= moved * X[i].astype(np.float64)
        total[labels[i]] -= moved
        sums[j], total[j] = moved * X[i].astype(np.float64), moved
    new_centers = centers.copy()
    new_centers[total > 0] = sums[total > 0] / total[total > 0, None]
    return new_centers


def kmeans_plusplus(X: np.ndarray, weight: np.ndarray, first: int, draws: np.ndarray) -> np.ndarray:
    """Rows chosen by greedy k-means++: `first`, then one per row of `draws`.

    Each step draws candidates with probability proportional to weight times squared distance to the
    nearest row chosen so far. It keeps the one that leaves the smallest sum of these; the first of
    equals. `draws`: (n_clusters - 1, n_local_trials), in [0, 1). O(n d) time per candidate.
    """
    X, chosen = X.astype(np.float64), [first]
    closest = ((X - X[first]) ** 2).sum(axis=1)
    for step in draws:
        share = closest * weight
        rows = np.searchsorted(np.cumsum(share), step * share.sum()).clip(max=len(X) - 1)
        rows = rows if share.any() else [first]  # every row lies on a chosen one
        left = [np.minimum(closest, ((X - X[row]) ** 2).sum(axis=1)) for row in rows]
        best = int(np.argmin([(distances * weight).sum() for distances in left]))
        chosen.append(int(rows[best]))
        closest = left[best]
    return np.array(chosen)
