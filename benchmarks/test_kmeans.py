"""k-means cases for pytest-benchmark: ``pytest benchmarks``, to watch one machine over time.

The comparison with peers is `make bench`; nothing here claims a speed.
"""

from __future__ import annotations

import pytest

pytest.importorskip("pytest_benchmark")

from benchmarks.kmeans import Case, blobs
from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.kmeans.algorithms import ALGORITHMS

CASES = [Case(2_000, 5, 6, 1, 1), Case(200_000, 4, 8, 1, 1), Case(50_000, 32, 100, 1.5, 1)]


@pytest.fixture(params=CASES, ids=lambda case: f"{case.n}x{case.d}-{case.k}")
def case(request):
    return request.param


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_ten_iterations(benchmark, case, dtype, algorithm):
    X, start = blobs(case, dtype)
    model = KMeans(case.k, init=start, n_init=1, max_iter=10, tol=0, algorithm=algorithm)
    assert benchmark(model.fit, X).n_iter_ <= 10


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_seeding(benchmark, case, dtype):
    X, _ = blobs(case, dtype)
    centers, _ = benchmark(kmeans_plusplus, X, case.k, random_state=0)
    assert centers.shape == (case.k, case.d)


def test_predict(benchmark, case):
    X, start = blobs(case, "float64")
    model = KMeans(case.k, init=start, n_init=1, max_iter=2).fit(X)
    assert benchmark(model.predict, X).shape == (case.n,)
