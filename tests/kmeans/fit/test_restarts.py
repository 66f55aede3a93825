"""Restarts of small tables in one call, first labels from k-means++, and what they stand on."""

import numpy as np
import pytest

from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.engine.short_calls import LONGEST_CALL
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import ALGORITHMS
from kmeans_core.kmeans.fit import compiled_runs
from kmeans_core.kmeans.fit.restarts import _batches

SHAPES = [(300, 3, 5), (3000, 5, 7), (2000, 14, 6), (70_000, 6, 9)]


def blobs(n, d, k, seed=0):
    rng = np.random.default_rng([n, d, k, seed])
    return rng.uniform(-5, 5, (k, d))[rng.integers(k, size=n)] + 1.5 * rng.normal(size=(n, d))


def assert_same(one, other):
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert one.inertia_ == other.inertia_
    assert one.n_iter_ == other.n_iter_


@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
@pytest.mark.parametrize(("n", "d", "k"), SHAPES)
def test_seeding_within_a_fit_is_seeding_before_it(n, d, k, algorithm):
    X = blobs(n, d, k)
    start, _ = kmeans_plusplus(X, k, random_state=4)
    for max_iter in (1, 300):
        params = {"algorithm": algorithm, "max_iter": max_iter, "n_init": 1}
        within = KMeans(k, random_state=4, **params).fit(X)
        before = KMeans(k, init=start, **params).fit(X)
        assert_same(within, before)
        knows_nearest = d > 8 or n > 5000  # see strategy.must_prune_seeding
        skipped = n * k if knows_nearest and algorithm != "kdtree" else 0
        assert before.n_distances_ - within.n_distances_ == skipped


@pytest.mark.parametrize(("n", "d", "k"), SHAPES)
def test_rows_without_weight_have_first_labels_too(n, d, k):
    X = blobs(n, d, k)
    weight = np.random.default_rng(1).integers(0, 2, n).astype(float)
    start, _ = kmeans_plusplus(X, k, sample_weight=weight, random_state=4)
    within = KMeans(k, random_state=4).fit(X, sample_weight=weight)
    assert_same(within, KMeans(k, init=start, n_init=1).fit(X, sample_weight=weight))


@pytest.mark.parametrize("tol", [0.0, 1e-4])
@pytest.mark.parametrize("k", [4, 5, 7])
def test_equal_seeds_end_as_they_do_when_somebody_watches(k, tol):
    X = np.repeat([[0.1], [0.7], [0.3]], 3, axis=0)  # means of these are not exact
    plain = KMeans(k, random_state=0, tol=tol, algorithm="lloyd")
    watched = KMeans(k, random_state=0, tol=tol, algorithm="lloyd", callback=lambda *_: None)
    for model in (plain, watched):
        with pytest.warns(UserWarning, match="distinct"):
            model.fit(X)
    assert_same(plain, watched)


@pytest.mark.parametrize("n_threads", [1, 2, 3, 8])
def test_restarts_are_the_same_however_they_are_cut(n_threads, monkeypatch):
    X = blobs(3000, 5, 7)
    whole = KMeans(7, n_init=10, random_state=2, n_threads=1).fit(X)
    monkeypatch.setattr(strategy, "FLOPS_TO_SHARE", 0)
    assert_same(whole, KMeans(7, n_init=10, random_state=2, n_threads=n_threads).fit(X))
    monkeypatch.setattr(strategy, "NS_PER_FLOP", 1e9)  # a call ends after each iteration
    cut = KMeans(7, n_init=10, random_state=2, n_threads=n_threads).fit(X)
    assert_same(whole, cut)
    assert cut.labels_.base is None  # else it would keep the labels of all ten


@pytest.mark.parametrize("n_features", [2, 9])  # seeded with every distance, and with bounds
def test_calls_that_choose_seeds_and_iterate_are_short(n_features, monkeypatch):
    """Between them Ctrl-C is heard. One iteration is less than seeding: that has to count."""
    n, k, n_init, numbers = 600 // n_features, 60, 3000, []
    compiled = compiled_runs.seeded_runs

    def counted(*args):
        *_, start, _stop, _results = args
        n_done, status = compiled(*args)
        numbers.append(n_done - start)
        return n_done, status

    monkeypatch.setattr(compiled_runs, "seeded_runs", counted)
    X = blobs(n, n_features, k)
    KMeans(k, n_init=n_init, max_iter=1, random_state=0, n_threads=1).fit(X)
    assert sum(numbers) == n_init
    flops_of_seeds = 2.0 * X.size * (k - 1) * (2 + int(np.log(k)))
    # A distance of the seeds takes four times as long: a quarter of the flops, and some room.
    assert max(numbers) * flops_of_seeds <= LONGEST_CALL / strategy.NS_PER_FLOP / 3


def test_restarts_with_empty_clusters_go_on_where_the_call_ended():
    X = np.repeat(blobs(12, 2, 4), 5, axis=0)
    params = {"n_init": 6, "random_state": 1, "algorithm": "lloyd", "tol": 0}
    with pytest.warns(UserWarning, match="distinct"):
        at_once = KMeans(15, **params).fit(X)
    with pytest.warns(UserWarning, match="distinct"):
        watched = KMeans(15, **params, callback=lambda *_: None).fit(X)
    assert_same(at_once, watched)


@pytest.mark.parametrize("n_threads", [1, 2, 5, 40])
def test_batches_hold_every_run_once_and_one_fit(n_threads):
    batches = _batches([7, 7, 7], n_threads)
    runs = [(fit, run) for fit, first, stop in batches for run in range(first, stop)]
    assert sorted(runs) == [(fit, run) for fit in range(3) for run in range(7)]
    assert len(batches) >= min(n_threads, 21)
    assert batches[0][0] == 2  # the fit of most clusters first
