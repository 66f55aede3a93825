"""Cluster means and the spread around them, over threads.

What inertia, Davies-Bouldin and Calinski-Harabasz are made of: one pass over the rows for means
and squares, one more for distances. Every block of rows has its own sums, which are added in block
order: the bits do not depend on the number of threads.
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
# 1e6 x 8, one core (AVX2, Zen 3): 6 ms against 8 to 10 for a loop of any length.
ONE_REGISTER, TWO_REGISTERS = (0,), (0, 0)
# A row is asked for so many numbers before its turn: 1e6 x 8, one core: means 5.2 ms without, 4.3
# with, distances 6.3 and 5.7, where reading alone takes 3.4.
AHEAD = 768
# Squares around some row of a cluster are those around its mean and the square of the way there.
# Where they are so many times as large, digits went and the rows are read again.
CANCELLED = 32.0


class Moments(NamedTuple):
    """Mean, mass and squares of each cluster.

    A mean is kept in two parts, a place near it and the way from there: far from the origin too it
    has all digits of the distances to it.
    """

    base: np.ndarray  # (n_labels, n_features) a row of the cluster, or its mean, rounded
    shift: np.ndarray  # (n_labels, n_features) the mean less `base`
    mass: np.ndarray  # (n_labels,) weight of the rows
    squares: np.ndarray  # (n_labels,) weighted sum of squared distances to the mean; their total
    # has all digits, a cluster much tighter than the others may have fewer

    @property
    def means(self) -> np.ndarray:
        """The means themselves, rounded, shape (n_labels, n_features)."""
        return self.base + self.shift


def cluster_moments(
    X: np.ndarray, codes: np.ndarray, n_labels: int, weight: np.ndarray | None, workers: Workers
) -> Moments:
    """The (weighted) moments of each cluster. Each code has a row.

    A cluster whose weights are all zero has no mean; a row of it stands there, and counts nothing.
    One pass over the rows, or two, see `CANCELLED`. A NaN or an infinity among the rows makes one
    of the means so.
    """
    first = np.full(n_labels, -1)
    _first_rows(codes, ONE if weight is None else weight, int(weight is not None), first)
    base = X[first].astype(np.float64)
    shift = np.zeros_like(base)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(2):
            base = base + shift
            mass, sums, around = squares_around(X, codes, base, weight, workers)
            shift = sums / np.where(mass > 0, mass, 1.0)[:, None]
            squares = np.maximum(around - mass * (shift**2).sum(axis=1), 0.0)
            if not around.sum() > CANCELLED * squares.sum():
                break
    return Moments(base, shift, mass, squares)


def squares_around(
    X: np.ndarray,
    codes: np.ndarray,
    centers: np.ndarray,
    weight: np.ndarray | None,
    workers: Workers,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """By cluster: the mass, the sum of (row - center), and that of its squared length."""
    n_labels, n_features = centers.shape
    lanes, n_padded = lanes_of(np.float64), padded_features(n_features)
    blocks = row_blocks(X, codes, weight, n_labels)
    sums = aligned_zeros((part_count(blocks), n_labels, 2 * lanes + n_padded))
    padded, tail = _padded(centers), _tail(n_features)

    def task(first: int, last: int) -> None:
        for number in range(first, last):
            part = min(number, len(sums) - 1)
            _add_rows(blocks[number], padded, tail, part, sums)

    run_blocks(task, len(blocks), workers)
    total = sums.sum(axis=0)
    ends = 2 * lanes + n_features
    return total[:, 0].copy(), total[:, 2 * lanes : ends], total[:, lanes : 2 * lanes].sum(axis=1)


def distances_to_means(
    X: np.ndarray,
    codes: np.ndarray,
    moments: Moments,
    weight: np.ndarray | None,
    workers: Workers,
) -> np.ndarray:
    """By cluster, the weighted sum of the distances of its rows to its mean."""
    n_labels, n_features = moments.base.shape
    blocks = row_blocks(X, codes, weight, n_labels)
    sums = np.zeros((part_count(blocks), n_labels))
    base, shift = _padded(moments.base), _padded(moments.shift)
    tail = _tail(n_features)

    def task(first: int, last: int) -> None:
        for number in range(first, last):
            part = min(number, len(sums) - 1)
            _add_distances(blocks[number], base, shift, tail, part, sums)

    run_blocks(task, len(blocks), workers)
    return sums.sum(axis=0)


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
def _first_rows(
    codes,  # IN  (n_samples,)
    weight,  # IN  (n_samples,), or one element for all rows
    step,  # IN  1, or 0: weight[i * step] is the weight of row i
    first,  # INOUT (n_labels,): -1 on entry
):
    """Write the first row of each cluster that counts, or its last where none does."""
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
    tail,  # IN  (lanes,)
    part,  # IN  which part of `sums`
    sums,  # INOUT (n_parts, n_labels, 2 * lanes + n_padded): zeros on entry
):
    """Add each row to its cluster's sums: mass in every lane, squares by lane, row - center."""
    if centers.shape[1] == lane_count(tail):
        _add_each_row(block, centers, tail, ONE_REGISTER, part, sums)
    else:
        _add_each_row(block, centers, tail, TWO_REGISTERS, part, sums)


@device
def _add_each_row(block, centers, tail, registers, part, sums):
    """`_add_rows` for rows that have at least these registers."""
    X, codes, weight, step = block.X, block.codes, block.weight, block.step
    n_labels, width, lanes = sums.shape[1], sums.shape[2], lane_count(tail)
    unrolled = len(registers) * lanes
    for i in range(block.start, block.stop):
        c = codes[i]
        prefetch(X, i * X.shape[1] + AHEAD)
        factor = splat(weight[i * step], tail)
        place = (part * n_labels + c) * width
        store(sums, place, load(sums, place) + factor)
        squares = load(sums, place + lanes)
        for r in range(len(registers)):
            squares = _add_register(X, i, centers, c, tail, r * lanes, factor, sums, place, squares)
        for f in range(unrolled, centers.shape[1], lanes):
            squares = _add_register(X, i, centers, c, tail, f, factor, sums, place, squares)
        store(sums, place + lanes, squares)


@device
def _add_register(X, i, centers, c, tail, f, factor, sums, place, squares):
    """Add features f, f + 1 ... of row i, less its center, to `sums`; return `squares` with it."""
    difference = less(X, i, centers, c, tail, f)
    weighted = factor * difference
    at = place + 2 * lane_count(tail) + f
    store(sums, at, load(sums, at) + weighted)
    return fma(weighted, difference, squares)


@kernel
def _add_distances(
    block,  # IN  Block
    base,  # IN  (n_labels, n_padded)
    shift,  # IN  (n_labels, n_padded): the centers are base + shift
    tail,  # IN  (lanes,)
    part,  # IN  which part of `sums`
    sums,  # INOUT (n_parts, n_labels): zeros on entry
):
    """Add each row's distance to its center to its cluster's sum."""
    if base.shape[1] == lane_count(tail):
        _add_each_distance(block, base, shift, tail, ONE_REGISTER, part, sums)
    else:
        _add_each_distance(block, base, shift, tail, TWO_REGISTERS, part, sums)


@device
def _add_each_distance(block, base, shift, tail, registers, part, sums):
    """`_add_distances` for rows that have at least these registers."""
    X, codes, weight, step = block.X, block.codes, block.weight, block.step
    lanes = lane_count(tail)
    # As many rows as lanes share a square root: 6.8 ms against 7.5 (1e6 x 8, one core, Zen 3).
    for i in range(block.start, block.stop, lanes):
        squares = splat(0.0, tail)
        for lane in range(lanes):
            prefetch(X, (i + lane) * X.shape[1] + AHEAD)
            square = _square(X, i + lane, base, shift, codes[i + lane], tail, registers)
            squares = put(squares, lane, square)
        distances = sqrt(squares)
        for lane in range(lanes):
            sums[part, codes[i + lane]] += weight[(i + lane) * step] * distances[lane]


@device
def _square(X, i, base, shift, c, tail, registers):
    """Squared distance of row i to base[c] + shift[c]."""
    lanes, n_padded = lane_count(tail), base.shape[1]
    total = splat(0.0, tail)
    for r in range(len(registers)):
        f = r * lanes
        difference = less(X, i, base, c, tail, f) - load(shift, c * n_padded + f)
        total = fma(difference, difference, total)
    for f in range(len(registers) * lanes, n_padded, lanes):
        difference = less(X, i, base, c, tail, f) - load(shift, c * n_padded + f)
        total = fma(difference, difference, total)
    return sum_lanes(total)


@device
def less(X, i, centers, c, tail, f):
    """A register of row i less center c, from feature f on; 0 behind the row.

    What lies behind the row, the next one, is read too.
    """
    lanes, n_features = lane_count(tail), X.shape[1]
    difference = load_wide(X, i * n_features + f) - load(centers, c * centers.shape[1] + f)
    if f + lanes > n_features:
        return select(load(tail, 0) < 0.5, splat(0.0, tail), difference)
    return difference
