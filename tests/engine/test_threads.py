"""A fixed partition on a few threads: every block once, errors, Ctrl-C, and where threads run."""

import os
import threading
import time

import numpy as np
import pytest

from kmeans_core.engine.threads import Workers, runs_of, until_cancelled


def test_a_helper_leaves_its_run_when_the_job_is_given_up():
    begun, calls = threading.Event(), []

    def task(first, last):
        if threading.current_thread() is threading.main_thread():
            assert begun.wait(60)
            raise KeyboardInterrupt
        for number in until_cancelled(range(10_000)):
            calls.append(number)
            begun.set()
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt), Workers(2) as workers:
        workers.run(task, 2)
    assert 0 < len(calls) < 10_000
    assert list(until_cancelled(range(3))) == [0, 1, 2]  # where there is no job


@pytest.mark.parametrize("where", ["caller", "helper"])
def test_an_error_in_a_block_is_raised_and_stops_the_others(where):
    caller, done = threading.current_thread(), []

    def task(first, last):
        if (threading.current_thread() is caller) == (where == "caller"):
            raise ArithmeticError(f"block {first}")
        time.sleep(0.01)
        done.append(first)

    before = set(threading.enumerate())
    with pytest.raises(ArithmeticError, match="block"), Workers(3) as workers:
        for _ in range(20):  # the caller may take every block of a job before a helper wakes up
            workers.run(task, 64)
    assert set(threading.enumerate()) <= before


def test_every_block_is_done_once():
    for n_threads in (1, 2, 3, 8):
        for n_blocks in (1, 2, 7, 64):
            count = np.zeros(n_blocks, dtype=int)

            def task(first, last, count=count):
                count[first:last] += 1

            with Workers(n_threads) as workers:
                workers.run(task, n_blocks)
                workers.run(task, n_blocks)
            assert (count == 2).all()


@pytest.mark.parametrize("n_threads", [2, 3, 8])
def test_threads_take_long_runs_of_blocks_first(n_threads):
    for n_blocks in (2, 7, 64, 1000):
        runs = runs_of(n_blocks, n_threads)
        assert [block for run in runs for block in range(*run)] == list(range(n_blocks))
        lengths = [last - first for first, last in runs]
        assert lengths == sorted(lengths, reverse=True)
        assert lengths[0] <= -(-n_blocks // 2 // n_threads)  # half of a thread's share
        assert lengths[-1] == 1


def test_a_few_blocks_are_given_out_one_by_one():
    """They are the restarts of a sweep, those of most clusters first."""
    for n_blocks, n_threads in ((9, 4), (16, 4), (8, 2)):
        assert runs_of(n_blocks, n_threads) == tuple((i, i + 1) for i in range(n_blocks))


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="threads cannot be placed here")
def test_a_helper_is_kept_off_the_cpu_of_the_caller_where_there_is_another():
    usable, caller, seen = os.sched_getaffinity(0), threading.current_thread(), {}

    def task(first, last):
        seen[threading.current_thread()] = os.sched_getaffinity(0)
        time.sleep(0.01)

    with Workers(2) as workers:
        workers.run(task, 64)
    assert os.sched_getaffinity(0) == usable == seen.pop(caller)
    (helper,) = seen.values()
    assert len(usable - helper) == (1 if len(usable) > 1 else 0)

    seen.clear()
    with Workers(len(usable) + 1) as workers:  # more threads than there is room for
        workers.run(task, 64)
    assert all(cpus == usable for cpus in seen.values())
