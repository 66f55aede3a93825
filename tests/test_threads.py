"""The same bits for any number of threads, and no harm where threads, forks or Ctrl-C meet."""

import copy
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from joblib import Parallel, delayed

from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.engine.threads import Workers, runs_of, while_wanted
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import ALGORITHMS


def table(n=40_000, d=5, dtype=np.float64, seed=0):
    rng = np.random.default_rng(seed)
    centers = rng.uniform(-5, 5, (12, d))
    return (centers[rng.integers(12, size=n)] + 1.5 * rng.normal(size=(n, d))).astype(dtype)


def result(X, **params):
    """Everything a fit tells, as one comparable value."""
    params = {"n_clusters": 12, "random_state": 0, "max_iter": 25} | params
    ours = KMeans(**params).fit(X)
    outside = [ours.predict(X), ours.transform(X[:500]), np.array([ours.score(X)])]
    arrays = [ours.cluster_centers_, ours.labels_, *outside]
    return b"".join(a.tobytes() for a in arrays), ours.inertia_, ours.n_iter_, ours.n_distances_


def poisoned(empty):
    """`np.empty` that gives memory full of NaN, and of -1 where it holds integers."""

    def filled(*args, **kwargs):
        array = empty(*args, **kwargs)
        array.reshape(-1).view(np.uint8)[:] = 255
        return array

    return filled


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
@pytest.mark.parametrize("algorithm", ["lloyd", "hamerly", "elkan", "yinyang", "kdtree"])
def test_neither_the_order_of_blocks_matters_nor_what_was_in_memory(
    algorithm, init, weighted, monkeypatch
):
    """As when a helper is ahead of the caller: no block may look at what another one writes."""
    rng = np.random.default_rng(5)
    X = rng.normal(size=(40_000, 10)).astype(np.float32)
    weight = rng.random(40_000) if weighted else None
    monkeypatch.setattr(strategy, "STEP_FLOPS_TO_SHARE", 0)  # nor is a step on one thread
    ours = KMeans(
        12, init=init, algorithm=algorithm, max_iter=25, n_init=1, random_state=0, n_threads=2
    )
    expected = ours.fit(X, sample_weight=weight).labels_, ours.inertia_, ours.cluster_centers_

    def backwards(workers, task, n_blocks):
        for block in reversed(range(n_blocks)):
            task(block, block + 1)

    monkeypatch.setattr(Workers, "run", backwards)
    monkeypatch.setattr(np, "empty", poisoned(np.empty))
    ours.fit(X, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_, expected[0])
    assert ours.inertia_ == expected[1]
    np.testing.assert_array_equal(ours.cluster_centers_, expected[2])


def test_a_helper_leaves_its_run_when_the_job_is_given_up():
    begun, calls = threading.Event(), []

    def task(first, last):
        if threading.current_thread() is threading.main_thread():
            assert begun.wait(60)
            raise KeyboardInterrupt
        for number in while_wanted(range(10_000)):
            calls.append(number)
            begun.set()
            time.sleep(0.001)

    with pytest.raises(KeyboardInterrupt), Workers(2) as workers:
        workers.run(task, 2)
    assert 0 < len(calls) < 10_000
    assert list(while_wanted(range(3))) == [0, 1, 2]  # where there is no job


@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_same_bits_for_any_number_of_threads(dtype, algorithm):
    X = table(dtype=dtype)
    expected = result(X, algorithm=algorithm, n_threads=1)
    for n_threads in (2, 3, 8):
        assert result(X, algorithm=algorithm, n_threads=n_threads) == expected


@pytest.mark.parametrize("n", [1, 17, 500, 9000])
def test_the_same_bits_for_small_tables_and_restarts(n):
    X = table(n)
    params = {"n_clusters": min(6, n), "n_init": 3, "init": "random"}
    expected = result(X, n_threads=1, **params)
    for n_threads in (2, 3, 8):
        assert result(X, n_threads=n_threads, **params) == expected


def test_seeds_are_the_same_for_any_number_of_threads(monkeypatch):
    X = table()
    chosen = []
    for n_threads in ("1", "2", "8"):
        monkeypatch.setenv("NUMBA_NUM_THREADS", n_threads)
        chosen.append(kmeans_plusplus(X, 12, random_state=3)[1])
    np.testing.assert_array_equal(chosen[0], chosen[1])
    np.testing.assert_array_equal(chosen[0], chosen[2])


def test_several_python_threads_fit_at_once():
    X = table(20_000)
    expected = result(X)
    with ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: result(X, n_threads=2), range(8)):
            assert found == expected


def _fit_in_child(X, queue):
    queue.put(result(X, n_threads=2))


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
def test_a_fit_after_a_fork():
    X = table(20_000)
    expected = result(X, n_threads=2)
    context = multiprocessing.get_context("fork")
    queue = context.Queue()
    children = [context.Process(target=_fit_in_child, args=(X, queue)) for _ in range(2)]
    for child in children:
        child.start()
    assert [queue.get(timeout=60) for _ in children] == [expected, expected]
    for child in children:
        child.join(30)
        assert child.exitcode == 0


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_under_joblib(backend):
    X = table(20_000)
    expected = result(X)
    found = Parallel(n_jobs=2, backend=backend)(delayed(result)(X, n_threads=2) for _ in range(3))
    assert found == [expected] * 3


# ---- no thread stays, whatever happens ---------------------------------------------------------


def test_no_thread_is_left_behind():
    before = set(threading.enumerate())
    KMeans(8, n_threads=4, random_state=0).fit(table()).predict(table())
    assert set(threading.enumerate()) <= before  # one of another library may have ended meanwhile


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


INTERRUPTED = """
    import os, pickle, signal, sys, threading, time
    import numpy as np
    from kmeans_core import KMeans

    # A shell's background job ignores it, and so would what is started from there.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    n, d, k, fitted = (int(a) for a in sys.argv[1:])
    X = np.random.default_rng(0).normal(size=(n, d))
    given = {"init": X[:k], "n_init": 1, "n_threads": 3, "algorithm": "lloyd"}
    ours = KMeans(k, tol=0, max_iter=100_000, **given)
    small = X[: 2 * k].copy()
    # Compile before the clock runs, also what makes the sums anew when many rows have moved.
    KMeans(k, tol=0, max_iter=30, **given).fit(X)
    if fitted:
        ours.fit(small)
    before = pickle.dumps(vars(ours))
    threads = threading.active_count()
    sent = []

    def interrupt():
        time.sleep(0.3)
        sent.append(time.perf_counter())
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    try:
        ours.fit(X)
    except KeyboardInterrupt:
        print("late by", time.perf_counter() - sent[0])
        assert pickle.dumps(vars(ours)) == before, "the estimator has changed"
        time.sleep(0.1)
        assert threading.active_count() == threads, threading.enumerate()
        print("interrupted")
    else:
        print("finished", ours.n_iter_)
"""


@pytest.mark.parametrize("fitted", [0, 1])
@pytest.mark.parametrize(("n", "d", "k"), [(1_000_000, 8, 60), (100_000, 32, 300)])
def test_ctrl_c_leaves_the_estimator_as_it_was(n, d, k, fitted):
    command = [sys.executable, "-c", textwrap.dedent(INTERRUPTED)]
    run = subprocess.run(
        [*command, *map(str, (n, d, k, fitted))], capture_output=True, text=True, timeout=120
    )
    assert run.stdout.splitlines()[-1:] == ["interrupted"], run.stdout + run.stderr
    # 0.2 s on a machine with nothing else to do.
    assert float(run.stdout.split()[2]) < 2.0


def test_an_estimator_is_pickled_and_copied_with_its_result():
    X = table(2000)
    ours = KMeans(12, random_state=0).fit(X)
    for twin in (pickle.loads(pickle.dumps(ours)), copy.deepcopy(ours), copy.copy(ours)):
        np.testing.assert_array_equal(twin.predict(X), ours.labels_)
        assert vars(twin).keys() == vars(ours).keys()
