"""The same bits for any number of threads, and no harm where threads, forks or Ctrl-C meet."""

import multiprocessing
import subprocess
import sys
import textwrap
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from joblib import Parallel, delayed

from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.engine.threads import Workers
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
@pytest.mark.parametrize("algorithm", ALGORITHMS)
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
