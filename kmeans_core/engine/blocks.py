"""A fixed partition of the rows, a thread pool, an ordered reduction.

The partition depends on the shape of the problem alone, every block writes its own partial sums,
and these are added in block order. So the result has the same bits for any number of threads.
"""

from __future__ import annotations

import functools
import itertools
import os
import threading
from collections.abc import Callable
from pathlib import Path
from queue import SimpleQueue

RUNS_PER_THREAD = 4  # a thread that the machine slows down loses a quarter of its share at most


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


@functools.cache
def _cgroup_quota() -> int:
    """CPUs that the container's quota allows, rounded up; a large number where there is none."""
    unlimited = 1 << 20
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return unlimited if quota == "max" else max(1, -(-int(quota) // int(period)))
    except (OSError, ValueError):
        return unlimited


class Workers:
    """The calling thread and `n_threads` - 1 helpers, for the time of one ``with`` block.

    Helpers start when there is first something to share. Leaving the block, by an error or Ctrl-C
    too, hands out nothing more, waits for the calls under way and leaves no thread behind. Nothing
    is kept between uses, so a fork or several Python threads at once cannot meet a stale pool.
    """

    def __init__(self, n_threads: int) -> None:
        self.n_threads = n_threads
        self._inboxes: list[SimpleQueue] = []
        self._threads: list[threading.Thread] = []
        self._finished: SimpleQueue = SimpleQueue()

    def __enter__(self) -> Workers:
        return self

    def __exit__(self, *exception: object) -> None:
        for inbox in self._inboxes:
            inbox.put(None)
        for thread in self._threads:
            thread.join()
        self._inboxes, self._threads = [], []

    def run(self, task: Callable[[int, int], None], n_blocks: int) -> None:
        """Call ``task(first, last)`` for runs of blocks that cover 0..n_blocks-1, each once.

        A thread that finishes takes the next run, so a slow one takes fewer.
        """
        n_runs = min(n_blocks, RUNS_PER_THREAD * self.n_threads)
        if self.n_threads == 1 or n_runs < 2:
            task(0, n_blocks)
            return
        self._start()
        job = _Job(task, n_blocks, n_runs)
        for inbox in self._inboxes:
            inbox.put(job)
        try:
            job.work()
            for _ in self._threads:
                self._finished.get()
        except BaseException:
            job.stopped = True
            self.__exit__()
            raise
        if job.error is not None:
            raise job.error

    def _start(self) -> None:
        while len(self._threads) < self.n_threads - 1:
            inbox: SimpleQueue = SimpleQueue()
            thread = threading.Thread(target=self._serve, args=(inbox,), daemon=True)
            thread.start()
            self._inboxes.append(inbox)
            self._threads.append(thread)

    def _serve(self, inbox: SimpleQueue) -> None:
        while (job := inbox.get()) is not None:
            try:
                job.work()
            except BaseException as error:
                job.error, job.stopped = error, True
            self._finished.put(None)


class _Job:
    """A task, and how far its blocks have been handed out."""

    def __init__(self, task: Callable[[int, int], None], n_blocks: int, n_runs: int) -> None:
        self.task, self.n_blocks, self.n_runs = task, n_blocks, n_runs
        self.numbers = itertools.count()  # next() is atomic
        self.stopped = False
        self.error: BaseException | None = None

    def work(self) -> None:
        while not self.stopped and (run := next(self.numbers)) < self.n_runs:
            first = run * self.n_blocks // self.n_runs
            last = (run + 1) * self.n_blocks // self.n_runs
            self.task(first, last)
