"""linkage(): against its definition in loops and against SciPy; bad input; memory."""

import naive
import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
from scipy.spatial.distance import pdist
from trees import METHODS, MONOTONE, assert_same_tree, table

from kmeans_core.hierarchy import cophenet, linkage, optimal_leaf_ordering
from kmeans_core.hierarchy.distances import check_fits, source

DEFINED = ["single", "complete", "average", "ward", "centroid"]


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
            "algorithm must be one of 'auto', 'boruvka', 'prim', 'naive', got 'generic'",
        ),
        (np.ones(3), {"algorithm": "boruvka"}, "needs vectors"),
        (
            [[1.0], [2.0]],
            {"algorithm": "fast"},
            "algorithm must be one of 'auto', .*'naive', got 'fast'",
        ),
    ],
)
def test_bad_input_of_linkage_is_refused(y, options, message):
    with pytest.raises(ValueError, match=message):
        linkage(y, **options)


def test_a_matrix_that_cannot_fit_is_refused_with_the_figure(monkeypatch):
    monkeypatch.setattr(check_fits, "available_memory", lambda: 1_000_000)
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
    monkeypatch.setattr(check_fits, "available_memory", lambda: None)
    assert len(linkage(X[:400], "complete")) == 399


def test_given_distances_are_copied_only_where_they_have_to_be(monkeypatch):
    y = pdist(table(16)) * 8.0
    given = source.source_of_condensed(y)
    assert given.condensed is y and given.unit == 1.0
    monkeypatch.setattr(check_fits, "available_memory", lambda: 1_000)
    with pytest.raises(MemoryError):  # their squares overflow, so a copy is made
        linkage(y * 1e200, "single")
    with pytest.raises(MemoryError):
        linkage(y.astype(np.float32), "single")
