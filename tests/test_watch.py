"""Callbacks, max_time and verbose: the same bits as an unwatched fit, or a partial result."""

import time
from itertools import pairwise

import numpy as np
import pytest
from sklearn.cluster import KMeans as TheirKMeans

from kmeans_core import KMeans
from kmeans_core.kmeans.algorithms import ALGORITHMS


def table(n, d=4, k=8):
    rng = np.random.default_rng([n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    X = centers[rng.integers(k, size=n)] + 2.0 * rng.normal(size=(n, d))
    return X, X[:k]


def assert_same_bits(one, other):
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert (one.inertia_, one.n_iter_) == (other.inertia_, other.n_iter_)


@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
@pytest.mark.parametrize("n", [300, 40_000])
def test_a_watched_fit_has_the_same_bits(n, algorithm, capsys):
    X, _ = table(n)
    params = {"n_clusters": 8, "n_init": 2, "random_state": 0, "algorithm": algorithm}
    plain = KMeans(**params).fit(X)
    for watch in ({"callback": lambda *_: None}, {"max_time": 1e6}, {"verbose": 1}):
        assert_same_bits(KMeans(**params, **watch).fit(X), plain)


@pytest.mark.parametrize("n", [300, 40_000])
def test_what_the_callback_sees(n):
    X, start = table(n)
    seen = []
    ours = KMeans(8, init=start, n_init=1, tol=0, callback=lambda *step: seen.append(step)).fit(X)
    iterations, inertias, shifts = zip(*seen, strict=True)
    assert iterations == tuple(range(1, ours.n_iter_ + 1))
    assert all(b <= a * (1 + 1e-12) for a, b in pairwise(inertias))
    assert ours.inertia_ <= inertias[-1] * (1 + 1e-12)
    direct = ((X[:, None] - start) ** 2).sum(axis=2).min(axis=1).sum()
    assert inertias[0] == pytest.approx(direct, rel=1e-12)
    once = KMeans(8, init=start, n_init=1, max_iter=1).fit(X).cluster_centers_
    assert shifts[0] == pytest.approx(np.sqrt(((once - start) ** 2).sum()), rel=1e-12)
    assert shifts[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", [300, 40_000])
@pytest.mark.parametrize("last", [1, 3])
def test_a_callback_that_stops_keeps_a_partial_result(n, last):
    X, start = table(n)
    ours = KMeans(8, init=start, n_init=1, tol=0, callback=lambda n_iter, *_: n_iter >= last)
    assert_same_bits(ours.fit(X), KMeans(8, init=start, n_init=1, tol=0, max_iter=last).fit(X))
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


def test_stopping_ends_the_restarts_too():
    X, _ = table(300)
    seen = []

    def stop_in_the_second(iteration, inertia, shift):
        seen.append(iteration)
        return seen.count(1) == 2 and iteration == 2

    ours = KMeans(8, n_init=10, random_state=0, callback=stop_in_the_second).fit(X)
    assert seen.count(1) == 2
    assert ours.inertia_ <= KMeans(8, n_init=1, random_state=0).fit(X).inertia_


def test_an_error_in_the_callback_leaves_the_estimator_as_it_was():
    X, _ = table(300)
    ours = KMeans(8, callback=lambda *_: 1 / 0)
    before = dict(vars(ours))
    with pytest.raises(ZeroDivisionError):
        ours.fit(X)
    assert vars(ours) == before


@pytest.mark.parametrize("n", [300, 40_000])
def test_no_time_is_one_iteration(n):
    X, start = table(n)
    ours = KMeans(8, init=start, n_init=1, tol=0, max_time=0).fit(X)
    assert_same_bits(ours, KMeans(8, init=start, n_init=1, tol=0, max_iter=1).fit(X))
    assert KMeans(8, n_init=10, random_state=0, max_time=0).fit(X).n_iter_ == 1


def test_max_time_ends_a_long_fit():
    X = np.random.default_rng(0).normal(size=(100_000, 8))
    ours = KMeans(100, tol=0, init=X[:100], n_init=1, max_iter=100_000)
    whole = ours.fit(X).n_iter_  # and all is compiled before the clock runs
    started = time.monotonic()
    ours.set_params(max_time=0.3).fit(X)
    assert time.monotonic() - started < 5
    assert ours.n_iter_ < whole
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


@pytest.mark.parametrize("tol", [0, 1e-2])
def test_verbose_has_scikit_learns_words(tol, capsys):
    X, start = table(500)
    said = []
    for kind in (KMeans, TheirKMeans):
        kind(8, init=start, n_init=1, tol=tol, verbose=1).fit(X)
        lines = capsys.readouterr().out.splitlines()
        said.append([line.split(":")[0] for line in lines if "inertia" not in line])
        said.append([float(line.split()[-1].rstrip(".")) for line in lines if "inertia" in line])
    assert said[0] == said[2]
    np.testing.assert_allclose(said[1], said[3], rtol=1e-9)


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"callback": 3}, TypeError, "callback must be callable or None, got 3"),
        ({"max_time": -1}, ValueError, "max_time must be .* at least 0.0, got -1"),
        ({"max_time": "1 s"}, TypeError, "max_time must be a number of at least 0.0, got '1 s'"),
        ({"max_time": float("nan")}, ValueError, "max_time must be .* got nan"),
    ],
)
def test_bad_parameters(params, error, message):
    with pytest.raises(error, match=message):
        KMeans(2, **params).fit([[0.0], [1.0]])


@pytest.mark.parametrize(("verbose", "said"), [(True, True), (np.False_, False), (1, True)])
def test_verbose_may_be_a_truth_value(verbose, said, capsys):
    X, _ = table(50)
    KMeans(2, random_state=0, verbose=verbose).fit(X)
    assert capsys.readouterr().out.startswith("Initialization complete\n") == said
