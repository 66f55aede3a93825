"""A fixed partition of the rows, a thread pool, an ordered reduction.

The partition depends on the shape of the problem alone, every block writes its own partial sums,
and these are added in block order. So the result has the same bits for any number of threads.
"""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple


class Blocks(NamedTuple):
    """Rows 0..n_rows-1 cut into `n_blocks` runs of `size` rows (the last one may be shorter)."""

    n_rows: int
    size: int

    @property
    def n_blocks(self) -> int:
        return -(-self.n_rows // self.size)

    def bounds(self, block: int) -> tuple[int, int]:
        """First row of `block` and the row after its last."""
        start = block * self.size
        return start, min(start + self.size, self.n_rows)


def usable_threads(n_threads: int | None = None) -> int:
    """`n_threads`, or as many as this process may use: its CPU affinity and cgroup quota."""
    if n_threads is not None:
        return n_threads
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    asked = os.environ.get("NUMBA_NUM_THREADS")
    limits = [usable or 1, _cgroup_quota()]
    if asked and asked.isdigit() and int(asked) > 0:
        limits.append(int(asked))
    return max(1, min(limits))


def _cgroup_quota() -> int:
    """CPUs that the container's quota allows, rounded up; a large number where there is none."""
    unlimited = 1 << 20
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return unlimited if quota == "max" else max(1, -(-int(quota) // int(period)))
    except (OSError, ValueError):
        return unlimited


def for_each_block(run: Callable[[int], None], n_blocks: int, n_threads: int) -> None:
    """Call `run(block)` for every block; the calling thread works too.

    Blocks are handed out one by one, so a slow thread takes fewer. An error or Ctrl-C stops the
    handing out, waits for the blocks under way, and is raised here; no thread is left behind.
    """
    n_helpers = min(n_threads, n_blocks) - 1
    if n_helpers < 1:
        for block in range(n_blocks):
            run(block)
        return
    numbers = itertools.count()
    errors: list[BaseException] = []

    def work() -> None:
        try:
            while not errors and (block := next(numbers)) < n_blocks:
                run(block)
        except BaseException as error:
            errors.append(error)

    helpers = [threading.Thread(target=work, daemon=True) for _ in range(n_helpers)]
    for helper in helpers:
        helper.start()
    work()
    for helper in helpers:
        helper.join()
    if errors:
        raise errors[0]
