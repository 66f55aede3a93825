"""Trees against their definition in loops, and against SciPy and scikit-learn."""

import naive
import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
import sklearn.cluster
from scipy.spatial.distance import pdist, squareform

from kmeans_core.hierarchy import (
    AgglomerativeClustering,
    cophenet,
    cut_tree,
    dendrogram,
    leaves_list,
    linkage,
    optimal_leaf_ordering,
)
from kmeans_core.hierarchy.distances import check_fits as memory
from kmeans_core.hierarchy.distances import source as distances
from kmeans_core.metrics import adjusted_rand_score

METHODS = ["single", "complete", "average", "weighted", "ward", "centroid", "median"]
MONOTONE = ["single", "complete", "average", "weighted", "ward"]
DEFINED = ["single", "complete", "average", "ward", "centroid"]


def table(seed, n_samples=40, n_features=3):
    return np.random.default_rng(seed).normal(size=(n_samples, n_features))


def chain(n_merges):
    """Row t+1 joins what rows 0..t have become: the deepest tree there is."""
    t = np.arange(n_merges)
    joined = np.where(t == 0, 0, n_merges + t)
    single_row = t + 1
    low, high = np.minimum(joined, single_row), np.maximum(joined, single_row)
    return np.column_stack([low, high, t + 1.0, t + 2.0])


def assert_same_tree(Z, expected, rtol=1e-9):
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=rtol, atol=1e-12)


# ---- linkage ---------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_samples, n_features", [(2, 1), (3, 2), (50, 1), (120, 4)])
def test_linkage_equals_scipy(method, n_samples, n_features):
    X = table(n_samples, n_samples, n_features)
    expected = scipy_hierarchy.linkage(X, method)
    Z = linkage(X, method)
    assert_same_tree(Z, expected)
    assert_same_tree(linkage(pdist(X), method), expected)
    assert scipy_hierarchy.is_valid_linkage(Z)
    if method in MONOTONE:
        assert scipy_hierarchy.is_monotonic(Z)


@pytest.mark.parametrize("method", DEFINED)
@pytest.mark.parametrize("seed", range(3))
def test_linkage_equals_its_definition(method, seed):
    X = table(seed, 25)
    assert_same_tree(linkage(X, method), naive.linkage(naive.euclidean_matrix(X), method))


@pytest.mark.parametrize("method", ["single", "complete", "average", "ward"])
@pytest.mark.parametrize("seed", range(5))
def test_with_ties_every_merge_joins_a_closest_pair(method, seed):
    X = np.random.default_rng(seed).integers(0, 4, size=(30, 2)).astype(float)
    D = naive.euclidean_matrix(X)
    Z = linkage(X, method)
    excess, heights = naive.replay(Z, D, method)
    assert excess.max() <= 1e-9
    np.testing.assert_allclose(Z[:, 2], heights, rtol=1e-9, atol=1e-7)
    assert scipy_hierarchy.is_valid_linkage(Z) and scipy_hierarchy.is_monotonic(Z)
    if method == "single":
        np.testing.assert_allclose(Z[:, 2], naive.linkage(D, method)[:, 2], rtol=1e-9)


def test_ties_go_to_the_lowest_pair():
    square = [[0.0, 0.0], [1.0, 0.0], [0.0, 1.0], [1.0, 1.0]]
    for method in METHODS:
        assert linkage(square, method)[0, :2].tolist() == [0, 1]
    assert linkage(np.ones(6), "average")[:, :2].tolist() == [[0, 1], [2, 4], [3, 5]]


@pytest.mark.parametrize("scale", [2.0**660, 2.0**-660, 2.0**-1])
@pytest.mark.parametrize("method", METHODS)
def test_scaling_by_a_power_of_two_changes_no_bit(method, scale):
    X = table(5)
    expected = linkage(X, method)
    Z = linkage(X * scale, method)
    np.testing.assert_array_equal(Z[:, 2], expected[:, 2] * scale)
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])


def test_input_stays_as_it_was_and_may_be_read_only():
    X = np.asfortranarray(table(1).astype(np.float32))
    condensed = pdist(X)
    X.flags.writeable = condensed.flags.writeable = False
    before = condensed.copy()
    assert_same_tree(linkage(condensed, "ward"), linkage(X, "ward"))
    np.testing.assert_array_equal(condensed, before)
    assert_same_tree(linkage(X.tolist(), "ward"), linkage(X, "ward"))


def test_equal_rows_merge_at_height_zero():
    for method in METHODS:
        Z = linkage(np.ones((5, 2)), method)
        assert (Z[:, 2] == 0).all()
        assert scipy_hierarchy.is_valid_linkage(Z)


@pytest.mark.parametrize(
    "y, options, message",
    [
        ([[1.0, 2.0]], {}, "minimum of 2 is required for y"),
        ([[1.0], [np.nan]], {}, "Input y contains NaN"),
        ([1.0, 2.0], {}, r"Length 2 of condensed distance matrix 'y' must be a binomial"),
        ([], {}, "Length 0 of condensed"),
        ([1.0, -2.0, 3.0], {}, r"none below 0; y\[1\] is -2.0"),
        ([1.0, np.inf, 3.0], {}, "Input y contains infinity"),
        (np.zeros((2, 2, 2)), {}, "must have 2 dimensions"),
        ([["a"], ["b"]], {}, "must hold numbers only"),
        ([[1.0], [2.0]], {"method": "wards"}, "method must be one of 'single'.*got 'wards'"),
        ([[1.0], [2.0]], {"metric": "cosines"}, "metric must be one of 'euclidean'.*got 'cosines'"),
        ([[1.0], [2.0]], {"metric": "cityblock", "method": "ward"}, "needs metric='euclidean'"),
        ([[1.0], [2.0]], {"metric": max, "method": "median"}, "needs metric='euclidean'"),
        (
            [[1.0, 2.0], [0.0, 0.0]],
            {"metric": "cosine"},
            "not defined for row 1, which is all zero",
        ),
        ([[1.0, 2.0], [5.0, 5.0]], {"metric": "correlation"}, "row 1, which is constant"),
        ([[1.0], [2.0]], {"metric": lambda u, v: -1.0}, r"none below 0; metric\(u, v\)\[0\]"),
        ([[1.0], [2.0]], {"metric": lambda u, v: np.nan}, r"Input metric\(u, v\) contains NaN"),
        (
            [[1.0], [2.0]],
            {"algorithm": "generic"},
            "algorithm must be one of 'auto', 'naive', 'prim",
        ),
        (np.ones(3), {"algorithm": "boruvka"}, "needs vectors"),
        ([[1.0], [2.0]], {"algorithm": "fast"}, "algorithm must be one of 'auto', 'naive'"),
    ],
)
def test_bad_input_of_linkage_is_refused(y, options, message):
    with pytest.raises(ValueError, match=message):
        linkage(y, **options)


def test_a_matrix_that_cannot_fit_is_refused_with_the_figure(monkeypatch):
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000_000)
    X = np.zeros((1000, 1))
    with pytest.raises(MemoryError, match=r"between 1000 rows need 0\.0 GB"):
        linkage(X, "complete")
    for method in ("single", "ward", "centroid", "median"):
        assert len(linkage(X, method)) == 999
    with pytest.raises(MemoryError, match="WardOfCenters"):
        linkage(X, "ward", algorithm="naive")
    for call in (lambda Z: cophenet(Z), lambda Z: optimal_leaf_ordering(Z, X)):
        with pytest.raises(MemoryError, match="only a sample of the rows helps"):
            call(linkage(X))
    monkeypatch.setattr(memory, "available_memory", lambda: None)
    assert len(linkage(X[:400], "complete")) == 399


def test_available_memory_heeds_the_container(monkeypatch, tmp_path):
    free = memory._system_memory()
    for name, text in (
        ("memory.max", "3000\n"),
        ("memory.current", "2000\n"),
        ("memory.stat", "anon 5\ninactive_file 500\n"),
    ):
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(memory, "CGROUPS", tmp_path)
    assert memory.available_memory() == 1500
    (tmp_path / "memory.max").write_text("max\n")
    available = memory.available_memory()
    assert (available is None) == (free is None)


# ---- the tree --------------------------------------------------------------------------------


@pytest.mark.parametrize("method", MONOTONE)
def test_cut_tree_equals_scipy(method):
    Z = linkage(table(2), method)
    np.testing.assert_array_equal(cut_tree(Z), scipy_hierarchy.cut_tree(Z))
    np.testing.assert_array_equal(
        cut_tree(Z, [5, 2, 40]),
        np.column_stack([scipy_hierarchy.cut_tree(Z, k)[:, 0] for k in (5, 2, 40)]),
    )
    at = Z[[3, 30], 2]
    np.testing.assert_array_equal(cut_tree(Z, height=at), scipy_hierarchy.cut_tree(Z, height=at))
    assert cut_tree(Z, height=-1.0).max() == 39
    assert cut_tree(Z, height=1e9).max() == 0


@pytest.mark.parametrize("method", METHODS)
def test_cut_tree_returns_the_number_asked_for_whatever_the_heights(method):
    X = np.random.default_rng(0).integers(0, 3, size=(60, 2)).astype(float)
    labels = cut_tree(linkage(X, method))
    for column, k in enumerate(range(60, 0, -1)):
        first_rows = np.unique(labels[:, column], return_index=True)
        assert first_rows[0].tolist() == list(range(k))
        assert (np.diff(first_rows[1]) > 0).all()


def test_cut_tree_refuses_what_makes_no_sense():
    Z = linkage(table(0, 5))
    with pytest.raises(ValueError, match="give one"):
        cut_tree(Z, 2, 1.0)
    with pytest.raises(ValueError, match="n_samples=5 should be >= n_clusters=6"):
        cut_tree(Z, 6)
    with pytest.raises(ValueError, match="n_clusters must be at least 1"):
        cut_tree(Z, [2, 0])
    with pytest.raises(TypeError, match="n_clusters must be an integer"):
        cut_tree(Z, 2.0)
    with pytest.raises(ValueError, match="height must be"):
        cut_tree(Z, height=np.nan)


@pytest.mark.parametrize(
    "change, message",
    [
        (lambda Z: Z[:, :3], "Z must have 4 columns"),
        (lambda Z: Z[0], "must have 2 dimensions"),
        (lambda Z: np.where(Z[1, 0] == Z, 9.0, Z), r"Z\[1\] joins clusters 9 and"),
        (lambda Z: np.where(Z[0, 2] == Z, np.nan, Z), "Input Z contains NaN"),
        (lambda Z: Z * [1, 1, -1, 1], r"Z\[0, 2\] is -"),
        (lambda Z: Z[[0, 0, 2, 3]], "more than once"),
    ],
)
@pytest.mark.parametrize("function", [cut_tree, leaves_list, dendrogram])
def test_a_table_that_is_no_tree_is_refused(function, change, message):
    with pytest.raises(ValueError, match=message):
        function(change(linkage(table(0, 5))))


@pytest.mark.parametrize("method", METHODS)
def test_leaves_list_equals_scipy(method):
    Z = linkage(table(4), method)
    np.testing.assert_array_equal(leaves_list(Z), scipy_hierarchy.leaves_list(Z))


# ---- drawing ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"truncate_mode": "lastp"},
        {"truncate_mode": "lastp", "p": 7, "show_leaf_counts": False},
        {"truncate_mode": "lastp", "p": 1000},
        {"truncate_mode": "lastp", "p": 0},
        {"truncate_mode": "level", "p": 3},
        {"truncate_mode": "level", "p": 0},
        {"color_threshold": 0},
        {"color_threshold": 0.9},
        {"color_threshold": 1e9},
        {"count_sort": True},
        {"count_sort": "descending"},
        {"distance_sort": "ascending"},
        {"distance_sort": "descending"},
        {"labels": [f"row {i}" for i in range(60)]},
    ],
)
@pytest.mark.parametrize("method", ["single", "average", "ward", "median"])
def test_dendrogram_equals_scipy(method, options):
    Z = linkage(table(7, 60), method)
    ours = dendrogram(Z, **options)
    theirs = scipy_hierarchy.dendrogram(Z, no_plot=True, **options)
    assert sorted(ours) == sorted(theirs)
    np.testing.assert_allclose(ours["icoord"], theirs["icoord"])
    np.testing.assert_allclose(ours["dcoord"], theirs["dcoord"])
    for key in ("ivl", "leaves", "color_list", "leaves_color_list"):
        assert list(ours[key]) == list(theirs[key])


def test_leaves_can_be_left_out():
    assert sorted(dendrogram(linkage(table(0)), get_leaves=False)) == [
        "color_list",
        "dcoord",
        "icoord",
        "ivl",
    ]


def test_a_chain_of_fifty_thousand_merges_is_cut_listed_and_drawn():
    Z = chain(50_000)
    picture = dendrogram(Z)
    assert len(picture["icoord"]) == 50_000 and len(picture["leaves"]) == 50_001
    assert picture["leaves"] == leaves_list(Z).tolist()
    assert len(dendrogram(Z, truncate_mode="lastp")["leaves"]) == 30
    assert np.bincount(cut_tree(Z, 3)[:, 0]).tolist() == [49_999, 1, 1]


@pytest.mark.parametrize(
    "options, error, message",
    [
        ({"truncate_mode": "top"}, ValueError, "truncate_mode must be one of"),
        ({"orientation": "up"}, ValueError, "orientation must be one of"),
        ({"labels": ["a"]}, ValueError, "Dimensions of Z and labels must be consistent"),
        ({"count_sort": "up"}, ValueError, "count_sort must be one of"),
        ({"count_sort": True, "distance_sort": True}, ValueError, "not both"),
        ({"p": -1}, ValueError, "p must be at least 0"),
        ({"p": "3"}, TypeError, "p must be an integer"),
        ({"no_plot": False}, ValueError, "no_plot must be True"),
    ],
)
def test_bad_options_of_dendrogram_are_refused(options, error, message):
    with pytest.raises(error, match=message):
        dendrogram(linkage(table(0)), **options)


# ---- the estimator ---------------------------------------------------------------------------


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


def test_given_distances_are_copied_only_where_they_have_to_be(monkeypatch):
    y = pdist(table(16)) * 8.0
    source = distances.source_of_condensed(y)
    assert source.condensed is y and source.unit == 1.0
    monkeypatch.setattr(memory, "available_memory", lambda: 1_000)
    with pytest.raises(MemoryError):  # their squares overflow, so a copy is made
        linkage(y * 1e200, "single")
    with pytest.raises(MemoryError):
        linkage(y.astype(np.float32), "single")
