"""AgglomerativeClustering's weights, new rows and metrics."""

import numpy as np
import pytest
import sklearn.cluster
from scipy.spatial.distance import cdist

from kmeans_core import AgglomerativeClustering, WardOfCenters
from kmeans_core.hierarchy import linkage
from kmeans_core.metrics import adjusted_rand_score

METHODS = ["single", "complete", "average", "weighted", "ward", "centroid", "median"]


def table(seed, n_samples=40, n_features=3):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


# ---- weights -------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["average", "ward", "centroid", "median"])
def test_a_weight_of_w_stands_for_w_equal_rows(method):
    X, weight = table(1), np.random.default_rng(0).integers(1, 6, 40)
    weighted = AgglomerativeClustering(6, linkage=method).fit(X, sample_weight=weight)
    repeated = AgglomerativeClustering(6, linkage=method).fit(np.repeat(X, weight, axis=0))
    np.testing.assert_allclose(weighted.distances_, repeated.distances_[-39:], rtol=1e-9)
    first = np.cumsum(weight) - weight
    np.testing.assert_array_equal(weighted.labels_, repeated.labels_[first])
    np.testing.assert_array_equal(weighted.predict(X), repeated.predict(X))


@pytest.mark.parametrize("method", ["average", "ward", "centroid", "median"])
def test_weights_need_not_be_whole_and_their_scale_matters_only_for_ward(method):
    X, weight = table(2), np.random.default_rng(0).uniform(0.1, 3.0, 40)
    model = AgglomerativeClustering(5, linkage=method)
    one, three = model.fit(X, sample_weight=weight).linkage_matrix_, weight * 3
    other = model.fit(X, sample_weight=three).linkage_matrix_
    np.testing.assert_array_equal(other[:, [0, 1, 3]], one[:, [0, 1, 3]])
    scale = np.sqrt(3) if method == "ward" else 1.0
    np.testing.assert_allclose(other[:, 2], one[:, 2] * scale, rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_rows_of_weight_zero_are_left_out_and_labelled_by_predict(method):
    X, weight = table(3), np.ones(40)
    weight[[0, 7, 30]] = 0
    inside = weight > 0
    model = AgglomerativeClustering(4, linkage=method).fit(X, sample_weight=weight)
    alone = AgglomerativeClustering(4, linkage=method).fit(X[inside])
    np.testing.assert_array_equal(model.labels_[inside], alone.labels_)
    np.testing.assert_array_equal(model.labels_[~inside], alone.predict(X[~inside]))
    assert model.n_leaves_ == 37 and len(model.children_) == 36


@pytest.mark.parametrize(
    "options, weight, message",
    [
        ({"linkage": "single"}, [1.0, 2.0, 1.0], "has no effect on linkage='single'"),
        ({"linkage": "complete"}, [1.0, 2.0, 1.0], "has no effect on linkage='complete'"),
        ({"linkage": "weighted"}, [1.0, 2.0, 1.0], "has no effect on linkage='weighted'"),
        ({}, [1.0, 0.0, 0.0], "positive for 1 row"),
        ({}, [1.0, 1e-40, 1.0], r"runs from 1e-40 to 1; limit: 1e\+30 times"),
        ({"n_clusters": 3}, [1.0, 0.0, 1.0], "n_samples=2 should be >= n_clusters=3"),
        ({}, [1.0, 1.0], "expected \\(3,\\)"),
        ({"metric": "precomputed", "linkage": "average"}, [1.0, 0.0, 1.0], "must be positive"),
    ],
)
def test_weights_that_make_no_sense_are_refused(options, weight, message):
    X = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 3.0], [2.0, 3.0, 0.0]])
    with pytest.raises(ValueError, match=message):
        AgglomerativeClustering(**options).fit(X, sample_weight=weight)


@pytest.mark.parametrize("method", ["single", "complete", "weighted"])
def test_equal_weights_are_taken_where_others_are_refused(method):
    X = table(4)
    model = AgglomerativeClustering(4, linkage=method)
    np.testing.assert_array_equal(
        model.fit_predict(X, sample_weight=np.full(40, 2.5)), model.fit_predict(X)
    )


# ---- new rows ------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_predict_finds_the_nearest_centroid_or_member(method):
    X, new = table(5), table(6, 100)
    model = AgglomerativeClustering(5, linkage=method).fit(X)
    if method in ("single", "complete"):
        expected = model.labels_[cdist(new, X).argmin(axis=1)]
        np.testing.assert_array_equal(model.predict(X), model.labels_)
    else:
        means = np.array([X[model.labels_ == k].mean(axis=0) for k in range(5)])
        expected = cdist(new, means).argmin(axis=1)
    np.testing.assert_array_equal(model.predict(new), expected)


def test_predict_uses_the_metric():
    X, new = table(7), table(8, 100)
    for metric in ("cityblock", "cosine", "chebyshev", "correlation"):
        model = AgglomerativeClustering(4, linkage="complete", metric=metric).fit(X)
        expected = model.labels_[cdist(new, X, metric).argmin(axis=1)]
        np.testing.assert_array_equal(model.predict(new), expected)
    by_callable = AgglomerativeClustering(
        4, linkage="complete", metric=lambda u, v: abs(u - v).sum()
    )
    by_name = AgglomerativeClustering(4, linkage="complete", metric="manhattan")
    np.testing.assert_array_equal(by_callable.fit(X).predict(new), by_name.fit(X).predict(new))


def test_predict_refuses_what_it_cannot_label():
    D = cdist(table(9), table(9))
    model = AgglomerativeClustering(3, linkage="average")
    with pytest.raises(ValueError, match="not fitted"):
        model.predict(table(9))
    with pytest.raises(ValueError, match="expecting 3 features"):
        model.fit(table(9)).predict(np.ones((2, 4)))
    model.set_params(metric="precomputed").fit((D + D.T) / 2)
    with pytest.raises(ValueError, match="predict needs vectors"):
        model.predict(D)


# ---- metrics -------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", ["l1", "l2", "manhattan", "cosine", "euclidean"])
@pytest.mark.parametrize("method", ["single", "complete", "average"])
def test_metrics_equal_scikit_learn(method, metric):
    X = table(10, 70)
    ours = AgglomerativeClustering(5, linkage=method, metric=metric).fit(X)
    theirs = sklearn.cluster.AgglomerativeClustering(
        5, linkage=method, metric=metric, compute_distances=True
    ).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0
    np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-7, atol=1e-12)


def test_linkage_matrix_is_the_tree():
    X = table(11)
    model = AgglomerativeClustering(3, linkage="average").fit(X)
    np.testing.assert_array_equal(model.linkage_matrix_, linkage(X, "average"))


# ---- a million rows ------------------------------------------------------------------------------


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


def cosine_distances(X, Y=None):
    unit = X / np.linalg.norm(X, axis=1)[:, None]
    return 1.0 - unit @ unit.T  # the diagonal is not 0 to the last bit


def test_a_callable_of_the_whole_table_is_scikit_learns():
    X = np.random.default_rng(3).normal(size=(40, 3))
    ours = AgglomerativeClustering(4, metric=cosine_distances, linkage="average").fit(X)
    theirs = sklearn.cluster.AgglomerativeClustering(
        4, metric=cosine_distances, linkage="average"
    ).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0
    assert ours.n_features_in_ == 3
    with pytest.raises(ValueError, match="predict needs vectors"):
        ours.predict(X)
    with pytest.raises(ValueError, match="sample_weight must be positive"):
        ours.fit(X, sample_weight=np.r_[0.0, np.ones(39)])
    for bad, message in ((lambda X: X, "shape"), (lambda X: X @ X.T * np.nan, "contains NaN")):
        with pytest.raises(ValueError, match=rf"metric\(X\) .*{message}|{message}"):
            ours.set_params(metric=bad).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0


def test_what_has_no_effect_is_taken(tmp_path):
    X = np.random.default_rng(4).normal(size=(20, 2))
    expected = AgglomerativeClustering(3).fit_predict(X)
    for params in (
        {"memory": str(tmp_path)},
        {"compute_full_tree": False},
        {"compute_distances": np.True_},
    ):
        np.testing.assert_array_equal(AgglomerativeClustering(3, **params).fit_predict(X), expected)
    assert not list(tmp_path.iterdir())


def test_a_failed_fit_leaves_the_estimator_as_it_was():
    X = np.random.default_rng(5).normal(size=(12, 2))
    model = AgglomerativeClustering(3, linkage="average").fit(X)
    before = dict(vars(model))

    def fails_on_new_rows(x, y):
        if (x == X[0]).all() or (y == X[0]).all():
            raise OSError("no")
        return abs(x - y).sum()

    model.metric = fails_on_new_rows
    with pytest.raises(OSError, match="no"):
        model.fit(X, sample_weight=np.r_[0.0, np.ones(11)])  # row 0 is labelled by its distances
    model.metric = before["metric"]
    assert vars(model).keys() == before.keys()
    assert all(vars(model)[name] is value for name, value in before.items())
