"""k-means|| against its naive twin, and what its users rely on."""

import naive
import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.data.packed_rows import with_blocks
from kmeans_core.kmeans.seeding.scalable import scalable_indices


def chosen_rows(X, n_clusters, seed, weight=None, n_threads=1):
    with Workers(n_threads) as workers:
        rows = with_blocks(open_dataset(X, weight, workers).exact(workers), n_clusters)
        return scalable_indices(rows, n_clusters, seed, workers)


@pytest.mark.parametrize("seed", range(10))
@pytest.mark.parametrize(("n", "d", "k"), [(97, 3, 4), (300, 2, 11), (1000, 9, 7)])
def test_rows_are_those_of_the_naive_twin(n, d, k, seed):
    X = np.random.default_rng(seed).normal(size=(n, d))
    np.testing.assert_array_equal(chosen_rows(X, k, seed), naive.kmeans_parallel(X, k, seed))


def test_weights_are_those_of_repeated_rows_and_zero_ones_are_never_chosen():
    rng = np.random.default_rng(0)
    X, weight = rng.normal(size=(400, 3)), rng.integers(0, 3, 400).astype(float)
    rows = chosen_rows(X, 6, 3, weight)
    np.testing.assert_array_equal(rows, naive.kmeans_parallel(X, 6, 3, weight))
    assert (weight[rows] > 0).all()


def test_same_rows_for_any_number_of_threads():
    X = np.random.default_rng(1).normal(size=(50_000, 4))
    np.testing.assert_array_equal(chosen_rows(X, 20, 5), chosen_rows(X, 20, 5, n_threads=3))


def test_fewer_distinct_rows_than_clusters_takes_each_of_them():
    X = np.repeat(np.arange(6.0).reshape(3, 2), 20, axis=0)
    rows = chosen_rows(X, 5, 0)
    assert rows.shape == (5,)  # some of them twice, as greedy k-means++ does too
    assert len(np.unique(X[rows], axis=0)) == 3


@pytest.mark.slow
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_fit_from_it_is_as_good_as_from_greedy_seeds(dtype):
    rng = np.random.default_rng(2)
    centers = rng.uniform(-5, 5, (30, 5))
    X = (centers[rng.integers(0, 30, 6000)] + 0.3 * rng.normal(size=(6000, 5))).astype(dtype)
    fits = {
        init: min(KMeans(30, init=init, n_init=1, random_state=s).fit(X).inertia_ for s in range(5))
        for init in ("k-means||", "k-means++", "random")
    }
    assert fits["k-means||"] <= 1.1 * fits["k-means++"]
    assert fits["k-means||"] < fits["random"]
