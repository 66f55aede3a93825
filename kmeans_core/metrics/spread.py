"""Cluster means and the spread around them, over threads.

What inertia, Davies-Bouldin and Calinski-Harabasz are made of. Every block of rows has its own
sums, which are added in block order: the bits do not depend on the number of threads.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    fma,
    lane_count,
    lanes_of,
    load,
    load_wide,
    put,
    select,
    splat,
    store,
    sum_lanes,
)
from kmeans_core.kmeans.panels import aligned_zeros, padded_features

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
    n_blocks, n_features = _block_count(X, n_labels), X.shape[1]
    sums = aligned_zeros((n_blocks, n_labels, padded_features(n_features)))
    mass = np.zeros((n_blocks, n_labels))
    pivot, tail = _padded(X[:1]), _tail(n_features)
    given, step = (ONE, 0) if weight is None else (weight, 1)

    def task(first: int, last: int) -> None:
        for block in range(first, last):
            _add_rows(X, codes, given, step, pivot, tail, block, sums, mass)

    workers.run(task, n_blocks)
    total, total_mass = sums.sum(axis=0)[:, :n_features], mass.sum(axis=0)
    means = total / np.where(total_mass > 0, total_mass, 1.0)[:, None]
    return means + pivot[0, :n_features], total_mass


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
    padded, tail = _padded(centers), _tail(X.shape[1])
    given, step = (ONE, 0) if weight is None else (weight, 1)

    def task(first: int, last: int) -> None:
        for block in range(first, last):
            _add_spreads(X, codes, given, step, padded, tail, block, sums)

    workers.run(task, n_blocks)
    distances, squares = sums.sum(axis=0)
    return distances, squares


def _block_count(X: np.ndarray, n_labels: int) -> int:
    """Blocks of the fixed partition: from the shape of the problem alone."""
    n_samples, n_features = X.shape
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_labels * (n_features + 2)))
    return max(1, min(most, n_samples // ROWS_A_BLOCK))


def _padded(rows: np.ndarray) -> np.ndarray:
    """Rows in float64, filled up with zeros to whole registers."""
    padded = aligned_zeros((len(rows), padded_features(rows.shape[1])))
    padded[:, : rows.shape[1]] = rows
    return padded


def _tail(n_features: int) -> np.ndarray:
    """1 for the features in the last register of a row, 0 for what lies behind it."""
    lanes = lanes_of(np.float64)
    tail = np.zeros(lanes)
    tail[: n_features - (padded_features(n_features) - lanes)] = 1.0
    return tail


@kernel
def _add_rows(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    pivot,  # IN  (1, n_padded)
    tail,  # IN  (lanes,)
    block,  # IN  which block
    sums,  # INOUT (n_blocks, n_labels, n_padded): zeros on entry
    mass,  # INOUT (n_blocks, n_labels): zeros on entry
):
    """Add each row of a block, less the pivot and times its weight, to its cluster's sum."""
    n_samples, n_blocks, lanes = X.shape[0], sums.shape[0], lane_count(tail)
    n_labels, n_padded = sums.shape[1], sums.shape[2]
    for i in range(block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks):
        c, w = codes[i], weight[i * step]
        mass[block, c] += w
        factor = splat(w, tail)
        place = (block * n_labels + c) * n_padded
        for f in range(0, n_padded, lanes):
            difference = less(X, i, pivot, 0, tail, f)
            store(sums, place + f, fma(factor, difference, load(sums, place + f)))


@kernel
def _add_spreads(
    X,  # IN  (n_samples, n_features)
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    centers,  # IN  (n_labels, n_padded)
    tail,  # IN  (lanes,)
    block,  # IN  which block
    sums,  # INOUT (n_blocks, 2, n_labels): zeros on entry; distances, then squares
):
    """Add each row's distance to its center, and the square of it, to its cluster's sums."""
    n_samples, n_blocks, lanes = X.shape[0], sums.shape[0], lane_count(tail)
    for i in range(block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks):
        c, w = codes[i], weight[i * step]
        total = splat(0.0, tail)
        for f in range(0, centers.shape[1], lanes):
            difference = less(X, i, centers, c, tail, f)
            total = fma(difference, difference, total)
        square = sum_lanes(total)
        sums[block, 0, c] += w * np.sqrt(square)
        sums[block, 1, c] += w * square


@device
def less(X, i, centers, c, tail, f):
    """A register of row i less center c, from feature f on; 0 behind the row.

    What lies behind the row, the next one, is read too; the table's last rows are read one by one.
    """
    lanes, n_features, n_padded = lane_count(tail), X.shape[1], centers.shape[1]
    start = i * n_features + f
    if start + lanes <= X.size:
        difference = load_wide(X, start) - load(centers, c * n_padded + f)
        if f + lanes > n_features:
            difference = select(load(tail, 0) < 0.5, splat(0.0, tail), difference)
        return difference
    difference = splat(0.0, tail)
    for lane in range(min(lanes, n_features - f)):
        difference = put(difference, lane, np.float64(X[i, f + lane]) - centers[c, f + lane])
    return difference
