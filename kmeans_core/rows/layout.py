"""How rows lie in memory: lanes, cache lines, parts of a pass, rounding of a distance."""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import HAS_FMA, lanes_of, prefetch

ROWS_PER_PART = 1 << 14  # of a pass over all rows

MAX_PARTIAL_SUMS = 64 << 20  # bytes of the sums of all blocks together
LINE = 64  # bytes that are fetched together

LANES = lanes_of(FLOAT32)  # rows of a panel


@device
def prefetch_row(array, i):
    """Have row i of a matrix fetched.

    Its last number by itself: numpy's memory begins anywhere in a line, and so rows of half a line
    lie in two. Without it a row that moves took 55 to 95 ns instead of 40 (1e6 x 8).
    """
    step = LINE // array.itemsize
    for place in range(i * array.shape[1], (i + 1) * array.shape[1], step):
        prefetch(array, place)
    prefetch(array, (i + 1) * array.shape[1] - 1)


@device
def panel_slot(row, f, n_features, lanes):
    """Where feature `f` of a row stands in panels: ``lanes`` rows side by side, by feature."""
    return (row // lanes * n_features + f) * lanes + row % lanes


def padded_features(n_features: int) -> int:
    """`n_features` rounded up to whole registers of float64: the length of a row of sums."""
    lanes = lanes_of(np.float64)
    return -(-n_features // lanes) * lanes


def rounding_error(n_features: int, dtype: np.dtype) -> float:
    """Relative error of a squared distance, at most.

    With fma that is n_features + 2 units of rounding: a difference is rounded once and squared,
    then n_features sums are rounded. Without fma the products are rounded too.
    """
    units = n_features + 2 if HAS_FMA else 2 * n_features + 2
    return 1.01 * units * float(np.finfo(dtype).eps) / 2
