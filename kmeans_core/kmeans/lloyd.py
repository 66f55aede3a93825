"""Lloyd's algorithm: assign every row to its nearest center, move every center to its mean, repeat.

S. P. Lloyd (1982), "Least squares quantization in PCM", doi 10.1109/TIT.1982.1056489.

This is the first file to read. One pass over a block of rows does both halves of an iteration:
it finds the nearest center of a row and adds the row to that center's sum while it is at hand.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Blocks, for_each_block
from kmeans_core.engine.jit import device, kernel


class Problem(NamedTuple):
    """What stays the same during a fit."""

    X: np.ndarray  # (n_samples, n_features), C-ordered
    weight: np.ndarray  # (n_samples,), dtype of X
    blocks: Blocks
    n_threads: int


class Result(NamedTuple):
    """What a run from one start ends with."""

    labels: np.ndarray  # (n_samples,) int32
    centers: np.ndarray  # (n_clusters, n_features), dtype of X
    inertia: float
    n_iter: int


@device
def squared_distance(X, i, centers, j):
    """Squared Euclidean distance between row i and center j, in the dtype of X.

    The form (x - c)^2 loses nothing far from the origin, where x.x - 2 x.c + c.c loses all digits.
    """
    total = X.dtype.type(0.0)
    for f in range(X.shape[1]):
        difference = X[i, f] - centers[j, f]
        total += difference * difference
    return total


@kernel
def assign_block(
    X,  # IN  (n_samples, n_features)
    weight,  # IN  (n_samples,)
    centers,  # IN  (n_clusters, n_features)
    start,  # IN  first row of the block
    stop,  # IN  row after the last
    labels,  # INOUT (n_samples,): nearest center of each row, the lowest index on ties
    sums,  # OUT (n_clusters, n_features) float64: weighted sum of the block's rows by label
    mass,  # OUT (n_clusters,) float64: their weight
    totals,  # OUT (2,) float64: labels that changed, weighted sum of squared distances
):
    """One block's part of an iteration. Writes labels, sums, mass and totals."""
    totals[0] = totals[1] = 0.0
    for j in range(centers.shape[0]):
        mass[j] = 0.0
        for f in range(X.shape[1]):
            sums[j, f] = 0.0
    for i in range(start, stop):
        best, best_distance = 0, squared_distance(X, i, centers, 0)
        for j in range(1, centers.shape[0]):
            distance = squared_distance(X, i, centers, j)
            if distance < best_distance:  # strictly: the lowest index wins a tie
                best, best_distance = j, distance
        if labels[i] != best:
            labels[i] = best
            totals[0] += 1.0
        totals[1] += float(best_distance) * float(weight[i])
        mass[best] += weight[i]
        for f in range(X.shape[1]):
            sums[best, f] += float(X[i, f]) * float(weight[i])


@kernel
def distances_to_own_center(X, centers, labels, distances):
    """Writes into distances[i] the squared distance of row i to the center that it belongs to."""
    for i in range(X.shape[0]):
        distances[i] = squared_distance(X, i, centers, labels[i])


class Iteration(NamedTuple):
    """What one pass over all rows found."""

    sums: np.ndarray  # (n_clusters, n_features) float64
    mass: np.ndarray  # (n_clusters,) float64
    n_changed: int
    inertia: float


def assign(problem: Problem, centers: np.ndarray, labels: np.ndarray) -> Iteration:
    """Label every row (in `labels`) and sum the rows of each label, block by block."""
    n_blocks = problem.blocks.n_blocks
    sums = np.empty((n_blocks, *centers.shape))
    mass = np.empty((n_blocks, centers.shape[0]))
    totals = np.empty((n_blocks, 2))

    def run(block: int) -> None:
        start, stop = problem.blocks.bounds(block)
        assign_block(
            problem.X, problem.weight, centers, start, stop, labels,
            sums[block], mass[block], totals[block],
        )  # fmt: skip

    for_each_block(run, n_blocks, problem.n_threads)
    for block in range(1, n_blocks):  # in block order, whoever computed them
        sums[0] += sums[block]
        mass[0] += mass[block]
        totals[0] += totals[block]
    return Iteration(sums[0], mass[0], int(totals[0, 0]), float(totals[0, 1]))


def relocate_empty_clusters(
    problem: Problem, centers: np.ndarray, labels: np.ndarray, found: Iteration
) -> None:
    """Give every empty cluster, in ascending order, one of the rows farthest from their centers.

    Farthest first, then lowest row index; only rows of positive weight. One unit, min(1, w), of
    the row moves out of the sum of its old cluster (found.sums and found.mass change in place).
    Where all rows sit on their centers there is nothing to gain and nothing moves.
    """
    empty = np.flatnonzero(found.mass == 0.0)
    if empty.size == 0:
        return
    distances = np.empty(problem.X.shape[0], dtype=problem.X.dtype)
    distances_to_own_center(problem.X, centers, labels, distances)
    distances[problem.weight == 0.0] = -1.0
    farthest = np.argsort(-distances, kind="stable")[: empty.size]
    for cluster, row in zip(empty, farthest, strict=False):
        if distances[row] <= 0.0:
            break
        unit = min(1.0, float(problem.weight[row]))
        moved = problem.X[row].astype(np.float64) * unit
        found.sums[labels[row]] -= moved
        found.mass[labels[row]] -= unit
        found.sums[cluster] = moved
        found.mass[cluster] = unit


def means(found: Iteration, centers: np.ndarray) -> np.ndarray:
    """New centers in the dtype of `centers`; a cluster without weight stays where it was."""
    updated = centers.copy()
    filled = found.mass > 0.0
    updated[filled] = found.sums[filled] / found.mass[filled, np.newaxis]
    return updated


def lloyd(
    problem: Problem, centers: np.ndarray, max_iter: int, tol: float, verbose: bool
) -> Result:
    """Iterate from `centers` until no label changes, the centers move little, or max_iter.

    Parameters
    ----------
    tol : float
        Stop once the summed squared movement of the centers is at most this.

    Notes
    -----
    O(n k d) time an iteration. The labels returned always belong to the centers returned.
    """
    labels = np.full(problem.X.shape[0], -1, dtype=np.int32)
    for iteration in range(1, max_iter + 1):
        found = assign(problem, centers, labels)
        if verbose:
            print(f"Iteration {iteration - 1}, inertia {found.inertia}.")
        if found.n_changed == 0:  # the means of unchanged groups are the centers we have
            return Result(labels, centers, found.inertia, iteration)
        relocate_empty_clusters(problem, centers, labels, found)
        updated = means(found, centers)
        shift = float(((updated.astype(np.float64) - centers) ** 2).sum())
        centers = updated
        if shift <= tol:
            break
    found = assign(problem, centers, labels)
    return Result(labels, centers, found.inertia, iteration)
