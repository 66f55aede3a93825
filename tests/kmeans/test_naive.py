"""The naive page itself: worked by hand, and against scikit-learn from the same start and draws."""

import numpy as np
import pytest
from sklearn.cluster import KMeans as TheirKMeans
from sklearn.cluster import kmeans_plusplus as their_kmeans_plusplus

from kmeans_core import KMeans
from kmeans_core.kmeans import naive


def groups(n, d, k, seed=0, spread=1.0):
    rng = np.random.default_rng([seed, n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    X = centers[rng.integers(k, size=n)] + spread * rng.normal(size=(n, d))
    return X, X[rng.choice(n, k, replace=False)]


# ---- by hand -----------------------------------------------------------------------------------


def test_two_iterations_by_hand():
    X, weight = np.array([[0.0], [1.0], [4.0], [9.0]]), np.array([1.0, 1.0, 2.0, 1.0])
    seen = []
    labels, centers, inertia, n_iter = naive.lloyd(
        X, np.array([[0.0], [1.0]]), weight, after_iteration=lambda *step: seen.append(step)
    )
    # First: 0 | 1 4 4 9, means 0 and 4.5. Second: 0 1 | 4 4 9, means 1/2 and 17/3. Third: the same.
    assert labels.tolist() == [0, 0, 1, 1]
    np.testing.assert_allclose(centers, [[0.5], [17 / 3]], rtol=1e-15)
    assert inertia == pytest.approx(0.5 + 2 * (5 / 3) ** 2 + (10 / 3) ** 2, rel=1e-15)
    assert n_iter == 3
    iterations, inertias, shifts = zip(*seen, strict=True)
    assert iterations == (1, 2, 3)
    np.testing.assert_allclose(inertias, [82, 1 + 2 * 0.25 + 20.25, inertia], rtol=1e-15)
    np.testing.assert_allclose(shifts, [3.5**2, 0.5**2 + (17 / 3 - 4.5) ** 2, 0.0], rtol=1e-14)


def test_ties_go_to_the_lowest_index():
    labels, squared = naive.nearest_center(
        np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([[2.0], [0.0], [4.0], [2.0]])
    )
    assert labels.tolist() == [1, 0, 0, 0]
    assert squared.tolist() == [0.0, 1.0, 0.0, 1.0]


def test_empty_clusters_take_the_farthest_rows_by_hand():
    X = np.array([[0.0], [1.0], [5.0], [-5.0], [7.0]])
    weight = np.array([1.0, 1.0, 0.5, 3.0, 0.0])  # the farthest row has no weight
    labels, distances = naive.nearest_center(X, centers := np.array([[0.0], [90.0], [95.0]]))
    new = naive.means(X, weight, labels, distances, centers)
    # Of equally far rows the first: row 2 with its whole weight, then one unit of row 3.
    np.testing.assert_array_equal(new, [[(0 + 1 - 2 * 5) / (1 + 1 + 2)], [5.0], [-5.0]])


def test_a_center_with_no_row_to_take_stays():
    X = np.zeros((3, 1))
    labels, centers, inertia, n_iter = naive.lloyd(X, np.array([[0.0], [4.0]]), np.ones(3))
    assert (labels.tolist(), centers.tolist(), inertia, n_iter) == ([0, 0, 0], [[0.0], [4.0]], 0, 1)


def test_greedy_seeds_by_hand():
    X = np.array([[0.0], [1.0], [4.0], [10.0]])
    # From row 0 the shares are 0, 1, 16, 100 of 117. The draws are rows 2 and 3; row 3 leaves
    # 0 + 1 + 16 + 0, row 2 leaves 0 + 1 + 0 + 36: row 3 is chosen. Then 0, 1, 16, 0 of 17: rows 1
    # and 2, which leave 0 + 9 and 1 + 0.
    draws = np.array([[10 / 117, 50 / 117], [0.5 / 17, 2 / 17]])
    assert naive.kmeans_plusplus(X, np.ones(4), 0, draws).tolist() == [0, 3, 2]
    # Row 2 weighs 9: it leaves 1 + 36 and is drawn first; rows 1 and 3 then leave 36 and 1.
    draws = np.array([[10 / 245, 200 / 245], [0.5 / 37, 20 / 37]])
    weight = np.array([1.0, 1.0, 9.0, 1.0])
    assert naive.kmeans_plusplus(X, weight, 0, draws).tolist() == [0, 2, 3]


def test_of_two_candidates_that_leave_the_same_the_first_is_kept():
    X = np.array([[0.0], [-1.0], [1.0]])
    for draws, chosen in (((0.9, 0.1), 2), ((0.1, 0.9), 1)):
        seeds = naive.kmeans_plusplus(X, np.ones(3), 0, np.array([draws]))
        assert seeds.tolist() == [0, chosen]


# ---- against scikit-learn ----------------------------------------------------------------------


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(("n", "d", "k"), [(200, 1, 3), (1000, 2, 5), (3000, 5, 12)])
def test_lloyd_is_scikit_learns(n, d, k, weighted):
    X, start = groups(n, d, k, spread=1.5)
    weight = np.random.default_rng(1).exponential(size=n) if weighted else np.ones(n)
    labels, centers, inertia, n_iter = naive.lloyd(X, start, weight)
    theirs = TheirKMeans(k, init=start, n_init=1, tol=0).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(labels, theirs.labels_)
    np.testing.assert_allclose(centers, theirs.cluster_centers_, rtol=1e-9)
    assert inertia == pytest.approx(theirs.inertia_, rel=1e-9)
    assert n_iter == theirs.n_iter_


def test_tolerance_and_max_iter_are_scikit_learns():
    X, start = groups(2000, 4, 9, spread=2.0)
    for params in ({"tol": 1e-2}, {"tol": 0, "max_iter": 4}):
        theirs = TheirKMeans(9, init=start, n_init=1, **params).fit(X)
        ours = KMeans(9, init=start, n_init=1, algorithm="naive", **params).fit(X)
        assert ours.n_iter_ == theirs.n_iter_ < 20
        np.testing.assert_array_equal(ours.labels_, theirs.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)


@pytest.mark.parametrize("k", [1, 2, 8])
def test_seeds_are_scikit_learns_for_the_same_draws(k):
    X, _ = groups(500, 4, 8)
    trials = 2 + int(np.log(k))
    for seed in range(50):
        draws = np.random.RandomState(seed).random_sample(1 + (k - 1) * trials)
        first = int(np.searchsorted(np.cumsum(np.full(500, 1 / 500)), draws[0], side="right"))
        ours = naive.kmeans_plusplus(X, np.ones(500), first, draws[1:].reshape(k - 1, trials))
        theirs = their_kmeans_plusplus(X, k, random_state=seed, n_local_trials=trials)[1]
        np.testing.assert_array_equal(ours, theirs)
