"""Greedy k-means++ against the naive page: by every distance, by bounds, on several threads."""

import numpy as np
import pytest
from sklearn.cluster import kmeans_plusplus as their_kmeans_plusplus

from kmeans_core import kmeans_plusplus
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import naive, strategy
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.data.packed_rows import with_blocks
from kmeans_core.kmeans.seeding import greedy, greedy_pruned, seeds
from kmeans_core.kmeans.seeding.draws import default_local_trials, first_row


def groups(n, d, k, seed=0):
    """Rows around k centers in [-5, 5]^d."""
    rng = np.random.default_rng([seed, n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    return centers[rng.integers(k, size=n)] + rng.normal(size=(n, d))


def naive_seeds(X, n_clusters, seed, weight=None):
    """What the naive page chooses with the draws of a seed."""
    trials = default_local_trials(n_clusters)
    draws = np.random.RandomState(seed).random_sample(1 + (n_clusters - 1) * trials)
    each = np.ones(len(X)) if weight is None else weight
    first, later = first_row(weight, len(X), draws[0]), draws[1:].reshape(n_clusters - 1, trials)
    return naive.kmeans_plusplus(X, each, first, later)


WAYS = {
    "every distance": {},
    "every distance, few steps a call": {(strategy, "NS_PER_SEEDING_FLOP"): 1e4},
    "bounds": {(strategy, "MOST_GREEDY_FEATURES"): 0},
    "bounds, a step a call": {
        (strategy, "MOST_GREEDY_FEATURES"): 0,
        (strategy, "NS_PER_SEEDING_FLOP"): 1e12,
    },
    "bounds and threads": {
        (strategy, "MOST_GREEDY_FEATURES"): 0,
        (strategy, "STEP_FLOPS_TO_SHARE"): 0,
    },
}


@pytest.fixture(params=WAYS)
def seeding_by(request, monkeypatch):
    """Seeds are chosen in each of these ways, whatever the size of the table."""
    for (module, name), value in WAYS[request.param].items():
        monkeypatch.setattr(module, name, value)


@pytest.mark.parametrize("n_clusters", [1, 2, 3, 7, 20])
@pytest.mark.parametrize("weighted", [False, True])
def test_greedy_seeds_equal_the_naive_ones(n_clusters, weighted, seeding_by):
    X = groups(150, 3, 8)
    weight = np.random.default_rng(3).integers(0, 3, 150).astype(float) if weighted else None
    for seed in range(10):
        expected = naive_seeds(X, n_clusters, seed, weight)
        centers, indices = kmeans_plusplus(X, n_clusters, sample_weight=weight, random_state=seed)
        np.testing.assert_array_equal(indices, expected)
        np.testing.assert_array_equal(centers, X[indices])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_seeds_of_a_table_far_away_and_of_tiny_numbers(dtype, seeding_by):
    X = groups(150, 3, 8).astype(dtype)
    shifted = (X + 2**10).astype(dtype)  # what float32 still tells apart
    for table in (shifted, shifted * dtype(2.0**-100), shifted * dtype(2.0**50)):
        for seed in range(5):
            expected = naive_seeds(shifted, 7, seed)
            np.testing.assert_array_equal(kmeans_plusplus(table, 7, random_state=seed)[1], expected)


def test_with_every_row_on_a_chosen_one_it_is_chosen_again(seeding_by):
    X = np.repeat([[1.0, 2.0], [3.0, 5.0]], 20, axis=0)
    indices = kmeans_plusplus(X, 5, random_state=0)[1]
    assert {tuple(X[i]) for i in indices[:2]} == {(1.0, 2.0), (3.0, 5.0)}
    assert set(indices[2:]) == {indices[0]}


@pytest.mark.parametrize(("draws", "chosen"), [((0.9, 0.1), 2), ((0.1, 0.9), 1)])
def test_of_two_candidates_that_gain_the_same_the_first_is_kept(draws, chosen, seeding_by):
    X = np.array([[0.0], [-1.0], [1.0]])
    rows = with_blocks(open_dataset(X, None, Workers(1)).screen(Workers(1)), 2)
    found = seeds.greedy_indices(rows, 0, np.array([draws]), Workers(1))
    assert list(found) == [0, chosen]


@pytest.mark.parametrize("n_features", [5, 9])
def test_calls_that_choose_seeds_are_short(n_features, monkeypatch):
    """Between them Ctrl-C is heard."""
    module, steps = (greedy if n_features == 5 else greedy_pruned), []
    compiled = module.greedy_steps

    def counted(rows, memory, first, draws, start, stop):
        steps.append(stop - start)
        compiled(rows, memory, first, draws, start, stop)

    monkeypatch.setattr(module, "greedy_steps", counted)
    X, k = groups(3000, n_features, 8), 1000
    kmeans_plusplus(X, k, random_state=0)
    assert sum(steps) == k
    assert len(steps) > 1
    assert max(steps) * 2.0 * X.size * (2 + int(np.log(k))) <= 2e8


@pytest.mark.parametrize("k", [2, 5, 8])
@pytest.mark.parametrize("d", [1, 4, 5])
def test_the_same_seed_chooses_the_rows_that_scikit_learn_chooses(k, d, seeding_by):
    X = groups(500, d, 8)
    for seed in range(100):
        ours = kmeans_plusplus(X, k, random_state=seed)[1]
        np.testing.assert_array_equal(ours, their_kmeans_plusplus(X, k, random_state=seed)[1])
