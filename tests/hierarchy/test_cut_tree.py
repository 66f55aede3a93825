"""Cuts and leaves of a tree, against SciPy; matrices that are no tree."""

import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
from trees import METHODS, MONOTONE, table

from kmeans_core.hierarchy import cut_tree, dendrogram, leaves_list, linkage


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
def test_cut_tree_returns_the_requested_number_whatever_the_heights(method):
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
