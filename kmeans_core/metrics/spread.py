"""Cluster means and the spread around them, over threads.

What inertia, Davies-Bouldin and Calinski-Harabasz are made of. Every block of rows has its own
sums, which are added in block order: the bits do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel

MAX_PARTIAL_SUMS = 64 << 20  # bytes of the sums of all blocks together
ROWS_A_BLOCK = 1 << 14

ONE = np.ones(1)  # the weight of every row where none are given


def cluster_means(
    X: np.ndarray, codes: np.ndarray, n_labels: int, weight: np.ndarray | None, workers: Workers
) -> tuple[np.ndarray, np.ndarray]:
    """The (weighted) mean and the mass of each cluster, shapes (n_labels, n_features), (n_labels,).

    Values are summed relative to the first row: far from the origin nothing is lost. A cluster
    whose weights are all zero has no mean; its row is that first row, and counts nothing.
    """
    n_blocks = _block_count(X, n_labels)
    sums = np.zeros((n_blocks, n_labels, X.shape[1]))
    mass = np.zeros((n_blocks, n_labels))
    pivot = X[0].astype(np.float64)
    step = 0 if weight is None else 1

    def task(first: int, last: int) -> None:
        for block in range(first, last):
            _add_rows(X, codes, ONE if weight is None else weight, step, pivot, block, sums, mass)

    workers.run(task, n_blocks)
    total, total_mass = sums.sum(axis=0), mass.sum(axis=0)
    return pivot + total / np.where(total_mass > 0, total_mass, 1.0)[:, None], total_mass


def cluster_spreads(
    X: np.ndarray,
    codes: np.ndarray,
    centers: np.ndarray,
    weight: np.ndarray | None,
    workers: Workers,
) -> tuple[np.ndarray, np.ndarray]:
    """By cluster, the weighted sums of the distances to its center and of their squares."""
    n_blocks = _block_count(X, len(centers))
    sums = np.zeros((n_blocks, 2, len(centers)))
    step = 0 if weight is None else 1

    def task(first: int, last: int) -> None:
        for block in range(first, last):
            _add_spreads(X, codes, ONE if weight is None else weight, step, centers, block, sums)

    workers.run(task, n_blocks)
    distances, squares = sums.sum(axis=0)
    return distances, squares


def _block_count(X: np.ndarray, n_labels: int) -> int:
    """Blocks of the fixed partition: from the shape of the problem alone."""
    n_samples, n_features = X.shape
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_labels * (n_features + 2)))
    return max(1, min(most, n_samples // ROWS_A_BLOCK))


@kernel
def _add_rows(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    pivot,  # IN  (n_features,)
    block,  # IN  which block
    sums,  # INOUT (n_blocks, n_labels, n_features): zeros on entry
    mass,  # INOUT (n_blocks, n_labels): zeros on entry
):
    """Add each row of a block, less the pivot and times its weight, to its cluster's sum."""
    n_samples, n_features, n_blocks = X.shape[0], X.shape[1], sums.shape[0]
    for i in range(block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks):
        c, w = codes[i], weight[i * step]
        mass[block, c] += w
        for f in range(n_features):
            sums[block, c, f] += w * (np.float64(X[i, f]) - pivot[f])


@kernel
def _add_spreads(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    centers,  # IN  (n_labels, n_features)
    block,  # IN  which block
    sums,  # INOUT (n_blocks, 2, n_labels): zeros on entry; distances, then squares
):
    """Add each row's distance to its center, and the square of it, to its cluster's sums."""
    n_samples, n_features, n_blocks = X.shape[0], X.shape[1], sums.shape[0]
    for i in range(block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks):
        c, w = codes[i], weight[i * step]
        square = 0.0
        for f in range(n_features):
            difference = np.float64(X[i, f]) - centers[c, f]
            square += difference * difference
        sums[block, 0, c] += w * np.sqrt(square)
        sums[block, 1, c] += w * square
