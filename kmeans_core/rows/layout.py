"""How rows lie in memory, and in which portions they are read.

A search reads rows in *panels*: as many rows as a register has lanes, feature by feature, lane =
row. One load then brings the same feature of all rows of a panel. A panel of d features holds
d * lanes numbers, panels follow each other, and the last one is filled up.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import lanes_of, prefetch

LANES = lanes_of(FLOAT32)  # rows of a panel of float32
ROWS_PER_PART = 1 << 14  # of a pass over all rows: the unit that threads share and sums are made by
MAX_PARTIAL_SUMS = 64 << 20  # bytes of the sums of all blocks together
_LINE = 64  # bytes that are fetched together


@device
def panel_position(panel, f, n_features, lanes):
    """Flat position of feature f of a panel's first row; the other rows follow lane by lane."""
    return (panel * n_features + f) * lanes


@device
def panel_slot(row, f, n_features, lanes):
    """Flat position of feature f of a row."""
    return panel_position(row // lanes, f, n_features, lanes) + row % lanes


@device
def prefetch_row(array, i):
    """Fetch the cache lines of row i of a matrix; nothing is read.

    numpy's memory begins anywhere in a line, so a row that is no longer than a line may lie in two:
    the line of the last number is fetched by itself.

    Measured (1e6 x 8): a row that moves took 55 to 95 ns without that last fetch, 40 with it.
    """
    step = _LINE // array.itemsize
    for position in range(i * array.shape[1], (i + 1) * array.shape[1], step):
        prefetch(array, position)
    prefetch(array, (i + 1) * array.shape[1] - 1)


def padded_features(n_features: int) -> int:
    """`n_features` rounded up to whole registers of float64: the length of a row of sums."""
    lanes = lanes_of(np.float64)
    return -(-n_features // lanes) * lanes


def last_register(n_features: int) -> np.ndarray:
    """1 for the features in the last register of a padded row, 0 for the padding behind them.

    An array of shape (lanes of float64,): numbers read past the end of a row count nothing when
    they are multiplied by it.
    """
    tail = np.zeros(lanes_of(np.float64))
    tail[: n_features - padded_features(n_features) + tail.shape[0]] = 1.0
    return tail
