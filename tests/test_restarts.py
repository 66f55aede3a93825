"""Restarts of small tables in one call, first labels from k-means++, and what they stand on."""

import copy
import pickle

import numpy as np
import pytest

from kmeans_core import KMeans, kmeans_plusplus
from kmeans_core.engine import aligned
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.fit import compiled_runs
from kmeans_core.kmeans.fit.restarts import _batches
from kmeans_core.kmeans.seeding.draws import first_row
from kmeans_core.validation import check_random_state

SHAPES = [(300, 3, 5), (3000, 5, 7), (2000, 14, 6), (70_000, 6, 9)]


def blobs(n, d, k, seed=0):
    rng = np.random.default_rng([n, d, k, seed])
    return rng.uniform(-5, 5, (k, d))[rng.integers(k, size=n)] + 1.5 * rng.normal(size=(n, d))


def assert_same(one, other):
    np.testing.assert_array_equal(one.labels_, other.labels_)
    np.testing.assert_array_equal(one.cluster_centers_, other.cluster_centers_)
    assert one.inertia_ == other.inertia_
    assert one.n_iter_ == other.n_iter_


@pytest.mark.parametrize("algorithm", ["auto", "lloyd", "hamerly", "elkan", "yinyang", "kdtree"])
@pytest.mark.parametrize(("n", "d", "k"), SHAPES)
def test_seeding_within_a_fit_is_seeding_before_it(n, d, k, algorithm):
    X = blobs(n, d, k)
    start, _ = kmeans_plusplus(X, k, random_state=4)
    for max_iter in (1, 300):
        params = {"algorithm": algorithm, "max_iter": max_iter, "n_init": 1}
        within = KMeans(k, random_state=4, **params).fit(X)
        before = KMeans(k, init=start, **params).fit(X)
        assert_same(within, before)
        knows_owners = d > 8 or n > 5000  # see strategy.must_prune_seeding
        spared = n * k if knows_owners and algorithm != "kdtree" else 0
        assert before.n_distances_ - within.n_distances_ == spared


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
    monkeypatch.setattr(compiled_runs, "FLOPS_PER_CALL", 1)  # a call ends after each iteration
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
    assert max(numbers) * flops_of_seeds <= compiled_runs.FLOPS_PER_CALL / 3


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


@pytest.mark.parametrize("seed", [0, 1, 7, 2**32 - 1])
def test_a_seed_gives_the_generator_that_numpy_makes_of_it(seed):
    ours, numpys = check_random_state(seed), np.random.RandomState(seed)
    np.testing.assert_array_equal(ours.get_state()[1], numpys.get_state()[1])
    for twin in (copy.deepcopy(ours), pickle.loads(pickle.dumps(ours))):
        np.testing.assert_array_equal(
            twin.normal(size=5), np.random.RandomState(seed).normal(size=5)
        )


@pytest.mark.parametrize("n", [3, 1000, 1_000_000])
def test_the_first_row_is_the_one_that_choice_draws(n):
    draws = np.r_[np.random.RandomState(0).random_sample(5), 0.0, 1 - 2**-53, 0.5, 1 / 3]
    share = np.full(n, 1.0) / n
    cumulative = np.cumsum(share)
    cumulative /= cumulative[-1]
    for draw in np.r_[draws, np.nextafter(draws, 0), (np.floor(draws * n) + 1e-9) / n]:
        assert first_row(None, n, draw) == np.searchsorted(cumulative, draw, side="right")


def test_large_arrays_on_small_pages_are_as_good_as_others(monkeypatch):
    plain = KMeans(5, random_state=0).fit(blobs(70_000, 6, 5))
    monkeypatch.setattr(aligned, "SMALL_PAGES", 1)
    array = aligned.aligned_stream(1000, np.dtype(np.float32))
    assert array.ctypes.data % 64 == 0
    array[:] = 1.0
    assert array.sum() == 1000
    assert_same(plain, KMeans(5, random_state=0).fit(blobs(70_000, 6, 5)))

    def no_memory(*args, **kwargs):
        raise OSError("cannot allocate memory")

    monkeypatch.setattr(aligned.mmap, "mmap", no_memory)
    assert aligned.aligned_stream(1000, np.dtype(np.float32)).shape == (1000,)


@pytest.mark.parametrize("kind", [np.random.RandomState, np.random.default_rng])
def test_all_starts_take_the_draws_that_they_would_take_one_by_one(kind):
    X = np.random.default_rng(1).normal(size=(300, 3))
    at_once, one_by_one = kind(5), kind(5)
    best = KMeans(4, n_init=3, random_state=at_once).fit(X)
    alone = [KMeans(4, n_init=1, random_state=one_by_one).fit(X) for _ in range(3)]
    assert best.inertia_ == min(fit.inertia_ for fit in alone)
    assert at_once.uniform() == one_by_one.uniform()
