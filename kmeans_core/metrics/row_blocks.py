"""A table in blocks of whole registers of rows, and a way to run a kernel over them.

Kernels that read rows of any length in whole registers read behind a row. Behind the last ones
there is nothing, so these are a copy with room behind it.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.simd import lanes_of
from kmeans_core.engine.threads import Workers
from kmeans_core.rows.layout import MAX_PARTIAL_SUMS

ROWS_PER_BLOCK = 1 << 14

ONE = np.ones(1)  # the weight of every row where none are given


class Block(NamedTuple):
    """Some rows, a whole number of registers of them; behind the last there is room to read."""

    X: np.ndarray  # with `lanes` more numbers behind row stop - 1
    codes: np.ndarray
    weight: np.ndarray  # one a row, or a single one for all
    step: int  # 1, or 0: weight[i * step] is the weight of row i
    start: int
    stop: int


def row_blocks(
    X: np.ndarray, codes: np.ndarray, weight: np.ndarray | None, n_labels: int
) -> list[Block]:
    """The fixed partition: from the shape of the problem alone. The last rows are a copy."""
    lanes = lanes_of(np.float64)
    n_registers = max(0, len(X) - lanes) // lanes
    most = max(1, MAX_PARTIAL_SUMS // (8 * n_labels * (X.shape[1] + 3 * lanes)))
    n_blocks = max(1, min(most, n_registers * lanes // ROWS_PER_BLOCK))
    given, step = (ONE, 0) if weight is None else (weight, 1)
    ends = [b * n_registers // n_blocks * lanes for b in range(n_blocks + 1)]
    inner = [
        Block(X, codes, given, step, start, stop) for start, stop in pairwise(ends) if stop > start
    ]
    return [*inner, _last_rows(X, codes, weight, n_registers * lanes)]


def _last_rows(X: np.ndarray, codes: np.ndarray, weight: np.ndarray | None, start: int) -> Block:
    """Rows from `start` on, followed by repetitions of the last one that weigh nothing."""
    lanes = lanes_of(np.float64)
    n_rows = len(X) - start
    places = np.minimum(np.arange(start, start + 3 * lanes), len(X) - 1)
    rows, weights = X[places], np.zeros(3 * lanes)
    rows.flags.writeable = X.flags.writeable  # one layout, one compiled kernel
    weights[:n_rows] = 1.0 if weight is None else weight[start:]
    return Block(rows, codes[places], weights, 1, 0, 2 * lanes)


def part_count(blocks: list[Block]) -> int:
    """How many sums there are: one a block, but the few last rows are added to the last of them."""
    return max(1, len(blocks) - 1)


def run_blocks(task: Callable[[int, int], None], n_blocks: int, workers: Workers) -> None:
    """All blocks; the few last rows come after the others, and are not worth another thread."""
    workers.run(task, n_blocks - 1)
    task(n_blocks - 1, n_blocks)
