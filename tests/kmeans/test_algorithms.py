"""Every algorithm by name against `KMeans(algorithm="naive")`: labels, centers, iterations."""

import functools
from typing import NamedTuple

import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import NAMES

HELD = [name for name in NAMES if name != "naive"]
DTYPES = [np.float32, np.float64]
# n, d, k around the widths of registers (2..16 lanes) and of blocks of centers (4 and 8)
SHAPES = [(1, 1, 1), (5, 1, 2), (16, 2, 3), (33, 3, 4), (100, 8, 5), (257, 9, 8), (300, 17, 13)]
CENTER_RTOL = {np.float32: 4e-7, np.float64: 1e-12}


class Case(NamedTuple):
    """A table without ties, and how it is fitted."""

    X: np.ndarray
    weight: np.ndarray | None
    params: dict


def groups(n, d, k, spread=1.0):
    """Rows around k centers in [-5, 5]^d, and rows to start from."""
    rng = np.random.default_rng([n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    X = centers[rng.integers(k, size=n)] + spread * rng.normal(size=(n, d))
    return X, X[rng.choice(n, k, replace=False)]


def table_of(name):
    """Rows in float64 and the parameters of the fit."""
    if name in map(str, SHAPES):
        (shape,) = [shape for shape in SHAPES if str(shape) == name]
        X, start = groups(*shape)
        return X, {"init": start, "tol": 0}
    if name == "empty clusters":
        X, _ = groups(200, 2, 6)
        far = [np.full((4, 2), 1e3), X[2:3], np.full((1, 2), -1e3)]
        return X, {"init": np.vstack([X[:2], *far]), "tol": 0}
    if name == "equal rows":  # which 'auto' joins
        X, start = groups(500, 3, 6)
        return np.tile(X, (12, 1)), {"init": start, "tol": 0}
    if name == "many rows":  # several blocks
        X, start = groups(20_000, 3, 10, spread=2.0)
        return X, {"init": start, "max_iter": 40}
    X, start = groups(900, 4, 9, spread=2.0)
    return X, {
        "k-means++": {"init": "k-means++", "n_init": 2, "tol": 0},
        "random": {"init": "random", "n_init": 3, "tol": 0},
        "k-means||": {"init": "k-means||", "tol": 0},
        "max_iter 1": {"init": start, "max_iter": 1},
        "max_iter 4": {"init": start, "max_iter": 4, "tol": 0},
        "tol 1e-4": {"init": start},
        "tol 0.03": {"init": start, "tol": 0.03},
    }[name]


TABLES = [
    *map(str, SHAPES), "k-means++", "random", "k-means||", "max_iter 1", "max_iter 4", "tol 1e-4",
    "tol 0.03", "empty clusters", "equal rows", "many rows",
]  # fmt: skip


@functools.cache
def case(name, dtype, weighted):
    X, params = table_of(name)
    if isinstance(params["init"], np.ndarray):
        params |= {"n_clusters": len(params["init"]), "init": params["init"].astype(dtype)}
    weight = np.random.default_rng(1).integers(0, 4, len(X)) + 0.5 if weighted else None
    return Case(X.astype(dtype), weight, {"n_clusters": 9, "n_init": 1, "random_state": 3} | params)


@functools.cache
def naive_fit(name, dtype, weighted):
    X, weight, params = case(name, dtype, weighted)
    return KMeans(algorithm="naive", **params).fit(X, sample_weight=weight)


def ambiguous_rows(X, centers, rtol):
    """Whether the two nearest centers of a row are closer than centers that are `rtol` off show."""
    wide, centers = X.astype(np.float64), centers.astype(np.float64)
    distances = np.sqrt(((wide[:, None] - centers) ** 2).sum(axis=2))
    if len(centers) == 1:
        return np.zeros(len(X), dtype=bool)
    two = np.partition(distances, 1, axis=1)
    return two[:, 1] - two[:, 0] <= 2 * rtol * np.sqrt((centers**2).sum(axis=1).max())


def hold_to_naive(name, dtype, weighted, algorithm):
    X, weight, params = case(name, dtype, weighted)
    expected, rtol = naive_fit(name, dtype, weighted), CENTER_RTOL[dtype]
    ours = KMeans(algorithm=algorithm, **params).fit(X, sample_weight=weight)
    ambiguous = ambiguous_rows(X, expected.cluster_centers_, rtol)
    assert ambiguous.sum() <= (0 if dtype == np.float64 else 1 + len(X) // 1000)
    np.testing.assert_array_equal(ours.labels_[~ambiguous], expected.labels_[~ambiguous])
    largest = np.abs(expected.cluster_centers_).max()
    np.testing.assert_allclose(
        ours.cluster_centers_, expected.cluster_centers_, rtol=rtol, atol=rtol * largest
    )
    assert ours.n_iter_ == expected.n_iter_
    assert ours.inertia_ == pytest.approx(expected.inertia_, rel=10 * rtol, abs=1e-20)
    assert (ours.labels_.dtype, ours.cluster_centers_.dtype) == (np.int32, dtype)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


@pytest.mark.parametrize("algorithm", HELD)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("name", TABLES)
def test_equals_the_naive_page(name, weighted, dtype, algorithm):
    hold_to_naive(name, dtype, weighted, algorithm)


@pytest.mark.parametrize("algorithm", ["auto", "lloyd"])
@pytest.mark.parametrize("name", TABLES)
def test_equals_the_naive_page_iteration_by_iteration(name, algorithm, monkeypatch):
    """As large tables are fitted: no run is one compiled call, seeding prunes, threads share."""
    monkeypatch.setattr(strategy, "SMALL_FLOPS", 0)
    monkeypatch.setattr(strategy, "MOST_GREEDY_FEATURES", 0)
    monkeypatch.setattr(strategy, "STEP_FLOPS_TO_SHARE", 0)
    hold_to_naive(name, np.float64, True, algorithm)


def test_the_tables_are_what_they_are_called():
    assert naive_fit("empty clusters", np.float64, False).n_iter_ > 2
    X, _, params = case("empty clusters", np.float64, False)
    first = KMeans(algorithm="naive", **(params | {"max_iter": 1})).fit(X)
    assert np.unique(first.labels_).size == 8  # of which five began without a row
    X, _, params = case("equal rows", np.float64, False)
    assert KMeans(**params).fit(X).strategy_.n_rows == 500
    assert naive_fit("max_iter 4", np.float64, False).n_iter_ == 4
    for tol in ("tol 1e-4", "tol 0.03"):
        assert (
            naive_fit(tol, np.float64, False).n_iter_
            < naive_fit("tol 0.03", np.float64, False).n_iter_ + 30
        )
