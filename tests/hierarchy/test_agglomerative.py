"""AgglomerativeClustering: parameters, labels, weights, new rows and metrics."""

import numpy as np
import pytest
import sklearn.cluster
from scipy.spatial.distance import cdist, pdist, squareform
from trees import METHODS, MONOTONE, assert_same_tree, table

from kmeans_core import AgglomerativeClustering
from kmeans_core.hierarchy import linkage
from kmeans_core.metrics import adjusted_rand_score

# ---- parameters and labels -----------------------------------------------------------------------


@pytest.mark.parametrize("method", ["single", "complete", "average", "ward"])
def test_agglomerative_equals_scikit_learn(method):
    X = table(11, 80)
    ours = AgglomerativeClustering(5, linkage=method).fit(X)
    theirs = sklearn.cluster.AgglomerativeClustering(
        5, linkage=method, compute_distances=True, compute_full_tree=True
    ).fit(X)
    assert adjusted_rand_score(ours.labels_, theirs.labels_) == 1.0
    np.testing.assert_array_equal(ours.children_, np.sort(theirs.children_, axis=1))
    np.testing.assert_allclose(ours.distances_, theirs.distances_, rtol=1e-9)
    for name in ("n_clusters_", "n_leaves_", "n_connected_components_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)


@pytest.mark.parametrize("method", MONOTONE)
def test_a_threshold_finds_the_number_of_clusters(method):
    X = table(12, 60)
    heights = linkage(X, method)[:, 2]
    for threshold in (heights[-3], heights[-3] + 1e-9, 0.0, 1e9):
        model = AgglomerativeClustering(
            None, linkage=method, distance_threshold=threshold, compute_full_tree=True
        ).fit(X)
        assert model.n_clusters_ == (heights >= threshold).sum() + 1
        assert model.labels_.max() == model.n_clusters_ - 1


@pytest.mark.parametrize("method", METHODS)
def test_labels_go_by_size_and_not_by_the_order_of_rows(method):
    X = table(13, 50)
    model = AgglomerativeClustering(12, linkage=method)
    labels = model.fit_predict(X)
    assert (np.diff(np.bincount(labels)) <= 0).all()
    shuffled = np.random.default_rng(0).permutation(50)
    np.testing.assert_array_equal(model.fit_predict(X[shuffled]), labels[shuffled])


def test_precomputed_distances_give_the_same_tree():
    X = table(14)
    from_vectors = AgglomerativeClustering(4, linkage="average").fit(X)
    model = AgglomerativeClustering(4, linkage="average", metric="precomputed")
    model.fit(squareform(pdist(X)))
    assert_same_tree(model.linkage_matrix_, from_vectors.linkage_matrix_)
    assert adjusted_rand_score(model.labels_, from_vectors.labels_) == 1.0
    assert (np.diff(np.bincount(model.labels_)) <= 0).all()


@pytest.mark.parametrize(
    "parameters, X, error, message",
    [
        ({"n_clusters": None}, None, ValueError, "Exactly one of n_clusters"),
        ({"distance_threshold": 1.0}, None, ValueError, "Exactly one of n_clusters"),
        ({"n_clusters": 41}, None, ValueError, "n_samples=40 should be >= n_clusters=41"),
        ({"n_clusters": 0}, None, ValueError, "n_clusters must be at least 1"),
        ({"n_clusters": 2.5}, None, TypeError, "n_clusters must be an integer"),
        ({"linkage": "wards"}, None, ValueError, "linkage must be one of"),
        ({"metric": "cosines"}, None, ValueError, "metric must be one of"),
        ({"metric": "cosine"}, None, ValueError, "needs metric='euclidean'"),
        ({"metric": "precomputed"}, np.zeros((3, 3)), ValueError, "needs metric='euclidean'"),
        ({"connectivity": np.eye(40)}, None, ValueError, "connectivity must be None"),
        ({"memory": 3}, None, TypeError, "memory must be None, a str or a joblib.Memory, got 3"),
        ({"compute_distances": "x"}, None, TypeError, "compute_distances must be .* got 'x'"),
        ({"compute_full_tree": "x"}, None, ValueError, "compute_full_tree must be .* got 'x'"),
        ({}, [[1.0, 2.0]], ValueError, "Found array with 1 sample"),
        ({}, [[1.0], [np.nan]], ValueError, "Input X contains NaN"),
        (
            {"n_clusters": None, "distance_threshold": -1.0},
            None,
            ValueError,
            "distance_threshold must be a finite number",
        ),
        (
            {"metric": "precomputed", "linkage": "single"},
            np.ones((3, 3)),
            ValueError,
            "zeros on its diagonal",
        ),
        (
            {"metric": "precomputed", "linkage": "single"},
            np.ones((3, 2)),
            ValueError,
            "must be a square matrix",
        ),
    ],
)
def test_bad_input_of_the_estimator_is_refused_and_leaves_it_as_it_was(
    parameters, X, error, message
):
    model = AgglomerativeClustering(**parameters)
    before = dict(vars(model))
    with pytest.raises(error, match=message):
        model.fit(table(0) if X is None else X)
    assert vars(model).keys() == before.keys()


def test_parameters_come_back():
    model = AgglomerativeClustering(3, linkage="average")
    assert model.get_params()["linkage"] == "average"
    assert repr(model) == "AgglomerativeClustering(n_clusters=3, linkage='average')"
    assert model.set_params(linkage="single").linkage == "single"


def test_precomputed_distances_may_miss_their_symmetry_by_rounding():
    X = table(15)
    exact, rng = squareform(pdist(X)), np.random.default_rng(0)
    rounded = exact * (1.0 + 1e-15 * rng.normal(size=exact.shape)) + 1e-16
    model = AgglomerativeClustering(4, linkage="average", metric="precomputed")
    np.testing.assert_array_equal(model.fit_predict(rounded), model.fit_predict(exact))
    exact[2, 30] += 1e-3
    with pytest.raises(ValueError, match=r"must be symmetric, .*; row 2 is not"):
        model.fit(exact)


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
