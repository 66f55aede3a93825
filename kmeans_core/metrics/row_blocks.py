"""A table in blocks of whole registers of rows, and a way to run a kernel over them.

Kernels that read rows in whole registers read past the end of a row. Nothing may be read past the
last row of a table, so the last rows are copied to an array with padding.
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

ONE = np.ones(1)  # the weight of every row of a table without weights


class Block(NamedTuple):
    """A whole number of registers of rows, after which one more register can be read."""

    X: np.ndarray  # at least `lanes` more values follow row stop - 1
    codes: np.ndarray
    weight: np.ndarray  # one per row, or a single one for all
    step: int  # 1, or 0: weight[i * step] is the weight of row i
    start: int
    stop: int


def row_blocks(
    X: np.ndarray, codes: np.ndarray, weight: np.ndarray | None, n_labels: int
) -> list[Block]:
    """The fixed partition, from the shape of the problem alone. The last block is a copy."""
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
    """Rows from `start` on, followed by copies of the last row with weight 0."""
    lanes = lanes_of(np.float64)
    n_rows = len(X) - start
    kept = np.minimum(np.arange(start, start + 3 * lanes), len(X) - 1)
    rows, weights = X[kept], np.zeros(3 * lanes)
    rows.flags.writeable = X.flags.writeable  # one layout, one compiled kernel
    weights[:n_rows] = 1.0 if weight is None else weight[start:]
    return Block(rows, codes[kept], weights, 1, 0, 2 * lanes)


def part_count(blocks: list[Block]) -> int:
    """Number of partial sums: one per block, but the last rows share that of the block before."""
    return max(1, len(blocks) - 1)


def run_blocks(task: Callable[[int, int], None], n_blocks: int, workers: Workers) -> None:
    """Run all blocks; the few last rows come after all others, on the calling thread."""
    workers.run(task, n_blocks - 1)
    task(n_blocks - 1, n_blocks)
