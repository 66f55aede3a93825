"""The memory that a fit is said to take is what it takes: never less, and not twice as much."""

import tracemalloc

import numpy as np
import pytest
import scipy.sparse as sp

from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.kmeans.algorithms import bytes_per_row
from kmeans_core.kmeans.data import memory


def peak_of(call):
    """Most bytes allocated at a time, compilation excepted."""
    call()
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.fixture
def no_small_tables(monkeypatch):
    """The figure without what only a small table takes, of which it would be the larger part."""
    monkeypatch.setattr(memory, "SMALL", 1 << 20)


@pytest.mark.usefixtures("no_small_tables")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("equal_rows", [False, True])
@pytest.mark.parametrize("init", ["k-means++", "k-means||", "random"])
@pytest.mark.parametrize("algorithm", ["auto", "lloyd", "elkan", "kdtree"])
def test_the_figure_is_what_a_fit_takes(dtype, equal_rows, init, algorithm):
    n, d, k = 20_000, 40, 8
    X = sp.random(n, d, 0.2, format="csr", random_state=0, dtype=dtype)
    X = X[np.arange(n) % 5000] if equal_rows else X
    params = {"init": init, "n_init": 1, "algorithm": algorithm, "max_iter": 3}
    taken = peak_of(lambda: KMeans(k, random_state=0, **params).fit(X))
    own = bytes_per_row(algorithm, k, d)
    figure = memory.bytes_of_fit(X.shape, X.dtype, init, algorithm == "auto", own)
    assert 0.5 * figure < taken <= figure


@pytest.mark.parametrize("n_threads", [1, 4])
def test_what_only_small_tables_take_is_in_the_constant(n_threads):
    X = sp.random(19_000, 50, 0.2, format="csr", random_state=0)
    params = {"n_init": 10, "max_iter": 3, "algorithm": "lloyd", "n_threads": n_threads}
    taken = peak_of(lambda: KMeans(2, random_state=0, **params).fit(X))
    assert taken <= memory.bytes_of_fit(X.shape, X.dtype, "k-means++", False, 0.0)
    X = sp.random(30_000, 8, 0.2, format="csr", random_state=0)  # panels of float64
    taken = peak_of(lambda: kmeans_plusplus(X, 2, random_state=0, n_local_trials=1))
    assert taken <= memory.bytes_of_panels(X.shape, X.dtype)


@pytest.mark.usefixtures("no_small_tables")
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_figure_is_what_new_rows_take(dtype):
    X = sp.random(20_000, 40, 0.2, format="csr", random_state=0, dtype=dtype)
    fitted = KMeans(8, random_state=0, max_iter=2).fit(X)
    panels = memory.bytes_of_panels(X.shape, X.dtype)
    for call, figure in (
        (lambda: fitted.predict(X), panels),
        (lambda: fitted.score(X), panels),
        (lambda: fitted.transform(X), memory.bytes_of_distances(X.shape, X.dtype, 8)),
        (lambda: kmeans_plusplus(X, 8, random_state=0), panels),
    ):
        assert 0.7 * figure < peak_of(call) <= figure
