"""WardOfCenters: k-means first, then the tree of its centers."""

import numpy as np
import pytest

from kmeans_core import AgglomerativeClustering, WardOfCenters
from kmeans_core.metrics import adjusted_rand_score


def groups(n_samples, seed=0):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 6, n_samples)
    return rng.normal(size=(6, 3))[truth] * 10 + rng.normal(size=(n_samples, 3)), truth


def test_ward_of_centers_finds_the_groups_of_the_full_tree():
    X, _ = groups(4000)
    full = AgglomerativeClustering(6).fit(X).labels_
    model = WardOfCenters(6, n_centers=300, random_state=0).fit(X)
    assert adjusted_rand_score(model.labels_, full) > 0.97
    assert model.n_clusters_ == 6 and (np.diff(np.bincount(model.labels_)) <= 0).all()
    np.testing.assert_array_equal(model.predict(X), model.labels_)
    assert model.weights_.sum() == 4000 and len(model.tree_.linkage_matrix_) == 299
    again = WardOfCenters(6, n_centers=300, random_state=0, n_threads=1).fit_predict(X)
    np.testing.assert_array_equal(again, model.labels_)


def test_with_few_rows_it_is_the_full_tree():
    X, _ = groups(200)
    model = WardOfCenters(5, n_centers=200).fit(X)
    np.testing.assert_array_equal(model.labels_, AgglomerativeClustering(5).fit_predict(X))
    np.testing.assert_array_equal(model.predict(X), model.labels_)


def test_ward_of_centers_takes_weights_and_a_threshold():
    X, truth = groups(3000, seed=1)
    weight = np.random.default_rng(0).integers(0, 4, 3000)
    model = WardOfCenters(6, n_centers=400, random_state=0).fit(X, sample_weight=weight)
    assert adjusted_rand_score(model.labels_, truth) > 0.9
    assert model.weights_.sum() == weight.sum()
    height = model.tree_.distances_[-5]
    by_height = WardOfCenters(None, distance_threshold=height, n_centers=400, random_state=0)
    assert by_height.fit(X, sample_weight=weight).n_clusters_ == 6


def test_ward_of_centers_refuses_what_it_cannot_do():
    X, _ = groups(100)
    with pytest.raises(ValueError, match="n_centers=10 should be >= n_clusters=20"):
        WardOfCenters(20, n_centers=10).fit(X)
    with pytest.raises(ValueError, match="n_samples=100 should be >= n_clusters=200"):
        WardOfCenters(200).fit(X)
    with pytest.raises(ValueError, match="positive for 1 row"):
        WardOfCenters(1).fit(X, sample_weight=np.arange(100) == 5)
    with pytest.raises(ValueError, match="Exactly one of n_clusters and distance_threshold"):
        WardOfCenters(2, distance_threshold=1.0).fit(X)
    with (
        pytest.warns(UserWarning, match="Number of distinct clusters"),
        pytest.raises(ValueError, match=r"X has 3 distinct row\(s\)"),
    ):
        WardOfCenters(4, n_centers=50).fit(np.repeat(X[:3], 20, axis=0))
    with pytest.raises(ValueError, match="n_centers must be at least 2"):
        WardOfCenters(2, n_centers=1).fit(X)
    with pytest.raises(ValueError, match="not fitted"):
        WardOfCenters(2).predict(X)
