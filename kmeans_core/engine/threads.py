"""Threads that share the blocks of a fixed partition of the rows.

The partition is a function of the shape of the problem alone. Every block writes partial sums of
its own, and the caller adds them in block order. So a result has the same bits for any number of
threads.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import itertools
import os
import threading
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import SimpleQueue
from typing import TypeVar

_FEW_BLOCKS = 4  # per thread


def usable_threads(n_threads: int | None = None) -> int:
    """`n_threads`, or the number of threads that this process may use.

    That is the least of its CPU affinity, its cgroup quota and NUMBA_NUM_THREADS.
    """
    if n_threads is not None:
        return n_threads
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    wanted = os.environ.get("NUMBA_NUM_THREADS", "")
    limits = [usable or 1, _cgroup_quota()]
    if wanted.isdigit() and int(wanted) > 0:
        limits.append(int(wanted))
    return max(1, min(limits))


@functools.cache
def _cgroup_quota() -> int:
    """CPUs that the container's quota allows, rounded up; a large number without a quota."""
    unlimited = 1 << 20
    try:
        quota, period = Path("/sys/fs/cgroup/cpu.max").read_text(encoding="ascii").split()
        return unlimited if quota == "max" else max(1, -(-int(quota) // int(period)))
    except (OSError, ValueError):
        return unlimited


class Workers:
    """The calling thread and `n_threads` - 1 helpers, for the time of one ``with`` block.

    Helpers start with the first task that has blocks to share. When the block is left, also by an
    error or Ctrl-C, no further blocks are given out, calls under way are waited for, and all
    helpers end. No pool outlives its block, so a fork or several Python threads at once cannot meet
    a stale one.
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
        """Call ``task(start, stop)`` for runs of blocks that cover 0..n_blocks-1, each block once.

        A task may run on any thread. Its error is raised here, when the calls under way have ended.
        """
        if self.n_threads == 1 or n_blocks < 2:
            task(0, n_blocks)
            return
        self._start()
        job = _Job(task, runs_of(n_blocks, self.n_threads))
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
            self._keep_off_this_cpu(thread)

    def _keep_off_this_cpu(self, helper: threading.Thread) -> None:
        """Keep a helper off the CPU of the calling thread, if there are CPUs enough.

        Linux may queue a woken thread behind the one that wakes it, although other CPUs idle, and
        leave it there until the next tick, up to 4 ms. That happens on virtual machines that do not
        say which CPUs share a cache.

        Measured (100 small runs of a sweep): 20 ms, against 23 without.
        """
        if not hasattr(os, "sched_setaffinity") or helper.native_id is None:
            return
        with contextlib.suppress(OSError, AttributeError):  # not allowed here: only slower
            others = os.sched_getaffinity(0) - {_c_library().sched_getcpu()}
            if len(others) >= self.n_threads - 1:
                os.sched_setaffinity(helper.native_id, others)

    def _serve(self, inbox: SimpleQueue) -> None:
        while (job := inbox.get()) is not None:
            try:
                job.work()
            except BaseException as error:
                job.error, job.stopped = error, True
            self._finished.put(None)


@functools.cache
def _c_library() -> ctypes.CDLL:
    """The C library, which knows the CPU that a thread runs on; Python does not."""
    return ctypes.CDLL(None)


@functools.lru_cache(256)
def runs_of(n_blocks: int, n_threads: int) -> tuple[tuple[int, int], ...]:
    """The runs of blocks that threads take in turn, as start and stop: long ones, then short ones.

    So threads that began late or were held up take fewer runs, and all end together. C. D.
    Polychronopoulos, D. J. Kuck (1987), "Guided self-scheduling", IEEE Transactions on Computers
    C-36 (12), doi 10.1109/TC.1987.5009495, give a thread its share of the blocks that are left.
    Here it is half of that share, because blocks differ. A few blocks, which may differ much, are
    given out one by one.
    """
    runs: list[tuple[int, int]] = []
    start, few = 0, n_blocks <= _FEW_BLOCKS * n_threads
    while start < n_blocks:
        stop = start + 1 if few else start - (start - n_blocks) // (2 * n_threads)
        runs.append((start, stop))
        start = stop
    return tuple(runs)


class _Job:
    """A task, and how many of its runs of blocks have been given out."""

    def __init__(self, task: Callable[[int, int], None], runs: tuple[tuple[int, int], ...]) -> None:
        self.task, self.runs = task, runs
        self.numbers = itertools.count()  # next() is atomic
        self.stopped = False
        self.error: BaseException | None = None

    def work(self) -> None:
        outer, _at_work.job = getattr(_at_work, "job", None), self
        try:
            while not self.stopped and (number := next(self.numbers)) < len(self.runs):
                self.task(*self.runs[number])
        finally:
            _at_work.job = outer


Item = TypeVar("Item")
_at_work = threading.local()


def until_cancelled(items: Iterable[Item]) -> Iterator[Item]:
    """These items, until the job that this thread works on is given up, by an error or Ctrl-C.

    For a task that makes several compiled calls per run of blocks. Without it a helper would finish
    its run before Ctrl-C ends the fit: 1 s for 2e6 x 16, k=1000.
    """
    job = getattr(_at_work, "job", None)
    for item in items:
        if job is not None and job.stopped:
            return
        yield item
