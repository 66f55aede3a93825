"""Cluster means and the spread around them: the basis of inertia and two separation indices.

One pass over the rows computes means and squares, one more distances. Each block of rows has its
own sums, which are added in block order, so the bits do not depend on the number of threads.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_zeros
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    fma,
    lane_count,
    lanes_of,
    load,
    load_wide,
    prefetch,
    put,
    select,
    splat,
    sqrt,
    store,
    sum_lanes,
)
from kmeans_core.engine.threads import Workers
from kmeans_core.metrics.row_blocks import ONE, part_count, row_blocks, run_blocks
from kmeans_core.rows.layout import padded_features

# A row's first registers as tuples: the compiler knows their length and unrolls the loop over them.
# Measured (Zen 3, AVX2, one thread), 1e6 x 8: 6 ms, against 8 to 10 with a loop of variable length.
ONE_REGISTER, TWO_REGISTERS = (0,), (0, 0)
# X is prefetched this many values ahead. Measured (Zen 3, AVX2, one thread), 1e6 x 8: means 4.3 ms,
# against 5.2 without; distances 5.7 ms, against 6.3; only reading X takes 3.4 ms.
AHEAD = 768
# The squares around a row of the cluster are the squares around the mean plus those of the distance
# between the two. If they are this many times as large, their difference has lost digits, and a
# second pass is made around the means.
CANCELLED = 32.0


class Moments(NamedTuple):
    """Mean, weight and squares of each cluster.

    A mean is kept in two parts, a point near it and the difference, so that distances to it have
    all their digits far from the origin too.
    """

    base: np.ndarray  # (n_labels, n_features) a row of the cluster, or its mean, rounded
    shift: np.ndarray  # (n_labels, n_features) the mean minus `base`
    cluster_weight: np.ndarray  # (n_labels,) sum of the weights of its rows
    squares: np.ndarray  # (n_labels,) weighted sum of squared distances to the mean; their total
    # has all digits, a cluster much tighter than the others may have fewer

    @property
    def means(self) -> np.ndarray:
        """The means themselves, rounded, shape (n_labels, n_features)."""
        return self.base + self.shift


def cluster_moments(
    X: np.ndarray, codes: np.ndarray, n_labels: int, weight: np.ndarray | None, workers: Workers
) -> Moments:
    """The (weighted) moments of each cluster.

    Parameters
    ----------
    X : ndarray of float32 or float64, shape (n_samples, n_features)
        A NaN or an infinity appears in one of the means too.
    codes : ndarray of int64, shape (n_samples,)
        0..n_labels-1; each occurs.
    n_labels : int
    weight : ndarray of float64, shape (n_samples,), or None
    workers : Workers

    Returns
    -------
    Moments
        A cluster of weight 0 has one of its rows in place of a mean.

    Notes
    -----
    O(n d) time, in one pass or two, see `CANCELLED`. O(k d) memory per block, at most 64 MB.
    """
    first = np.full(n_labels, -1)
    _first_rows(codes, ONE if weight is None else weight, int(weight is not None), first)
    base = X[first].astype(np.float64)
    shift = np.zeros_like(base)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(2):
            base = base + shift
            weights, sums, around = squares_around(X, codes, base, weight, workers)
            shift = sums / np.where(weights > 0, weights, 1.0)[:, None]
            squares = np.maximum(around - weights * (shift**2).sum(axis=1), 0.0)
            if not around.sum() > CANCELLED * squares.sum():
                break
    return Moments(base, shift, weights, squares)


def squares_around(
    X: np.ndarray,
    codes: np.ndarray,
    centers: np.ndarray,
    weight: np.ndarray | None,
    workers: Workers,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Weighted sums around given centers, by cluster.

    Returns
    -------
    weights : ndarray of float64, shape (n_labels,)
    sums : ndarray of float64, shape (n_labels, n_features)
        Of row - center.
    squares : ndarray of float64, shape (n_labels,)
        Of the squared distance from row to center.
    """
    n_labels, n_features = centers.shape
    lanes, n_padded = lanes_of(np.float64), padded_features(n_features)
    blocks = row_blocks(X, codes, weight, n_labels)
    sums = aligned_zeros((part_count(blocks), n_labels, 2 * lanes + n_padded))
    padded, tail = _padded(centers), _tail(n_features)

    def task(start: int, stop: int) -> None:
        for number in range(start, stop):
            _add_rows(blocks[number], padded, tail, min(number, len(sums) - 1), sums)

    run_blocks(task, len(blocks), workers)
    total = sums.sum(axis=0)
    stop = 2 * lanes + n_features
    return total[:, 0].copy(), total[:, 2 * lanes : stop], total[:, lanes : 2 * lanes].sum(axis=1)


class _Centers(NamedTuple):
    """Centers ``base + shift``, rows padded to whole registers."""

    base: np.ndarray  # (n_labels, n_padded)
    shift: np.ndarray  # (n_labels, n_padded)
    tail: np.ndarray  # (lanes,) see `_tail`


def distances_to_means(
    X: np.ndarray,
    codes: np.ndarray,
    moments: Moments,
    weight: np.ndarray | None,
    workers: Workers,
) -> np.ndarray:
    """Weighted sum of the distances of its rows to its mean, by cluster; shape (n_labels,)."""
    n_labels, n_features = moments.base.shape
    blocks = row_blocks(X, codes, weight, n_labels)
    sums = np.zeros((part_count(blocks), n_labels))
    means = _Centers(_padded(moments.base), _padded(moments.shift), _tail(n_features))

    def task(start: int, stop: int) -> None:
        for number in range(start, stop):
            _add_distances(blocks[number], means, min(number, len(sums) - 1), sums)

    run_blocks(task, len(blocks), workers)
    return sums.sum(axis=0)


def _padded(rows: np.ndarray) -> np.ndarray:
    """Rows in float64, padded with zeros to whole registers."""
    padded = aligned_zeros((len(rows), padded_features(rows.shape[1])))
    padded[:, : rows.shape[1]] = rows
    return padded


def _tail(n_features: int) -> np.ndarray:
    """1 in the lanes of a row's last register that hold a feature, 0 in the others."""
    lanes = lanes_of(np.float64)
    tail = np.zeros(lanes)
    tail[: n_features - (padded_features(n_features) - lanes)] = 1.0
    return tail


@kernel
def _first_rows(
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    first,  # INOUT (n_labels,): -1 on entry
):
    """Writes the first row of positive weight of each cluster; if it has none, its last row."""
    n_found = 0
    for i in range(codes.shape[0]):
        before = first[codes[i]]
        if before < 0 or weight[before * step] <= 0.0:
            first[codes[i]] = i
            n_found += weight[i * step] > 0.0
            if n_found == first.shape[0]:
                break


@kernel
def _add_rows(
    block,  # IN  Block
    centers,  # IN  (n_labels, n_padded)
    tail,  # IN  (lanes,) see `_tail`
    part,  # IN  index of the sums to add to
    sums,  # INOUT (n_parts, n_labels, 2 * lanes + n_padded): zeros on entry
):
    """Adds each row to its cluster's sums: weight in every lane, squares by lane, row - center."""
    if centers.shape[1] == lane_count(tail):
        _add_each_row(block, centers, tail, ONE_REGISTER, part, sums)
    else:
        _add_each_row(block, centers, tail, TWO_REGISTERS, part, sums)


@device
def _add_each_row(block, centers, tail, registers, part, sums):
    """`_add_rows` for rows of at least these registers."""
    X, codes, weight, step = block.X, block.codes, block.weight, block.step
    n_labels, width, lanes = sums.shape[1], sums.shape[2], lane_count(tail)
    for i in range(block.start, block.stop):
        c = codes[i]
        prefetch(X, i * X.shape[1] + AHEAD)
        factor = splat(weight[i * step], tail)
        position = (part * n_labels + c) * width
        store(sums, position, load(sums, position) + factor)
        squares = load(sums, position + lanes)
        for r in range(len(registers)):
            difference = _minus_center(X, i, centers, c, tail, r * lanes)
            at = position + (2 + r) * lanes
            squares = _add_register(difference, factor, sums, at, squares)
        for f in range(len(registers) * lanes, centers.shape[1], lanes):
            difference = _minus_center(X, i, centers, c, tail, f)
            squares = _add_register(difference, factor, sums, position + 2 * lanes + f, squares)
        store(sums, position + lanes, squares)


@device
def _add_register(difference, factor, sums, position, squares):
    """Adds a register of weighted differences to `sums`; returns `squares` plus their squares."""
    weighted = factor * difference
    store(sums, position, load(sums, position) + weighted)
    return fma(weighted, difference, squares)


@kernel
def _add_distances(
    block,  # IN  Block
    centers,  # IN  _Centers
    part,  # IN  index of the sums to add to
    sums,  # INOUT (n_parts, n_labels): zeros on entry
):
    """Adds each row's distance to its center to its cluster's sum."""
    if centers.base.shape[1] == lane_count(centers.tail):
        _add_each_distance(block, centers, ONE_REGISTER, part, sums)
    else:
        _add_each_distance(block, centers, TWO_REGISTERS, part, sums)


@device
def _add_each_distance(block, centers, registers, part, sums):
    """`_add_distances` for rows of at least these registers."""
    X, codes, weight, step = block.X, block.codes, block.weight, block.step
    lanes = lane_count(centers.tail)
    # A register of rows shares one square root. Measured (Zen 3, AVX2, one thread), 1e6 x 8:
    # 6.8 ms, against 7.5 with a root per row.
    for i in range(block.start, block.stop, lanes):
        squares = splat(0.0, centers.tail)
        for lane in range(lanes):
            prefetch(X, (i + lane) * X.shape[1] + AHEAD)
            square = _square(X, i + lane, centers, codes[i + lane], registers)
            squares = put(squares, lane, square)
        distances = sqrt(squares)
        for lane in range(lanes):
            sums[part, codes[i + lane]] += weight[(i + lane) * step] * distances[lane]


@device
def _square(X, i, centers, c, registers):
    """Squared distance of row i to center c."""
    base, shift, tail = centers.base, centers.shift, centers.tail
    lanes, n_padded = lane_count(tail), base.shape[1]
    total = splat(0.0, tail)
    for r in range(len(registers)):
        f = r * lanes
        difference = _minus_center(X, i, base, c, tail, f) - load(shift, c * n_padded + f)
        total = fma(difference, difference, total)
    for f in range(len(registers) * lanes, n_padded, lanes):
        difference = _minus_center(X, i, base, c, tail, f) - load(shift, c * n_padded + f)
        total = fma(difference, difference, total)
    return sum_lanes(total)


@device
def _minus_center(X, i, centers, c, tail, f):
    """A register of row i minus center c, from feature f on; 0 after the last feature.

    Reads up to one register past the row.
    """
    lanes, n_features = lane_count(tail), X.shape[1]
    difference = load_wide(X, i * n_features + f) - load(centers, c * centers.shape[1] + f)
    if f + lanes > n_features:
        return select(load(tail, 0) < 0.5, splat(0.0, tail), difference)
    return difference
