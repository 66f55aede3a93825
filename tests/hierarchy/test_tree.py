"""What is done with a tree: flat clusters, statistics, leaf order, nodes; against SciPy."""

from itertools import product

import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
from scipy.spatial.distance import pdist, squareform
from trees import METHODS, chain, table

from kmeans_core.hierarchy import (
    cophenet,
    fcluster,
    inconsistent,
    leaves_list,
    linkage,
    maxdists,
    maxinconsts,
    maxRstat,
    optimal_leaf_ordering,
    to_tree,
)

# ---- flat clusters -------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_fcluster_equals_scipy(method):
    Z = linkage(table(1, 80), method)
    heights = np.sort(Z[:, 2])
    for t in (-1.0, 0.0, heights[0], heights[40], heights[40] + 1e-9, heights[-1], 1e9):
        expected = scipy_hierarchy.fcluster(Z, t, "distance")
        np.testing.assert_array_equal(fcluster(Z, t, "distance"), expected)
        same = fcluster(Z, t, "monocrit", monocrit=maxdists(Z))
        np.testing.assert_array_equal(same, expected)
    for t in (0.0, 0.5, 0.8, 1.1, 1.2, 9.0):
        for depth in (1, 2, 3, 5):
            np.testing.assert_array_equal(
                fcluster(Z, t, depth=depth), scipy_hierarchy.fcluster(Z, t, depth=depth)
            )


@pytest.mark.parametrize("method", ["single", "average", "ward"])
def test_maxclust_equals_scipy_and_counts(method):
    Z = linkage(table(2, 60), method)
    for k in range(1, 60):
        labels = fcluster(Z, k, "maxclust")
        assert labels.max() == k
        np.testing.assert_array_equal(labels, scipy_hierarchy.fcluster(Z, k, "maxclust"))
        np.testing.assert_array_equal(
            fcluster(Z, k, "maxclust_monocrit", monocrit=maxdists(Z)), labels
        )
    for k in (60, 61, 1000):
        assert fcluster(Z, k, "maxclust").max() == 60


def test_maxclust_leaves_at_most_so_many_where_heights_tie_or_fall():
    X = np.random.default_rng(0).integers(0, 3, size=(60, 2)).astype(float)
    for method in METHODS:
        Z = linkage(X, method)
        for k in range(1, 61):
            labels = fcluster(Z, k, "maxclust")
            assert sorted(set(labels)) == list(range(1, labels.max() + 1))
            assert labels.max() <= k


def test_a_monocrit_that_does_not_rise_is_cut_from_the_top():
    Z = linkage(table(3, 30), "average")
    values = np.random.default_rng(0).uniform(size=29)
    for t in (0.1, 0.3, 0.6):
        np.testing.assert_array_equal(
            fcluster(Z, t, "monocrit", monocrit=values),
            scipy_hierarchy.fcluster(Z, t, "monocrit", monocrit=values),
        )


@pytest.mark.parametrize("method", METHODS)
def test_statistics_equal_scipy(method):
    Z = linkage(table(4, 70), method)
    np.testing.assert_allclose(maxdists(Z), scipy_hierarchy.maxdists(Z))
    for depth in (0, 1, 2, 3, 6):
        ours, theirs = inconsistent(Z, depth), scipy_hierarchy.inconsistent(Z, max(depth, 1))
        np.testing.assert_allclose(ours, theirs, rtol=1e-7, atol=1e-7)
    R = inconsistent(Z)
    np.testing.assert_allclose(maxinconsts(Z, R), scipy_hierarchy.maxinconsts(Z, R))
    for column in range(4):
        np.testing.assert_allclose(maxRstat(Z, R, column), scipy_hierarchy.maxRstat(Z, R, column))


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        ((1.0, "height"), {}, "criterion must be one of"),
        ((np.nan,), {}, "t must be a number"),
        (("3",), {}, "t must be a number"),
        ((0, "maxclust"), {}, "at least 1 cluster"),
        ((1.0, "monocrit"), {}, "needs monocrit"),
        ((1.0, "monocrit"), {"monocrit": [1.0]}, "monocrit must have 39 values"),
        ((1.0,), {"R": np.zeros((3, 4))}, r"R must have shape \(39, 4\)"),
        ((1.0,), {"depth": -1}, "depth must be at least 0"),
    ],
)
def test_bad_input_of_fcluster_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        fcluster(linkage(table(0)), *arguments, **options)


# ---- cophenetic distances ------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_cophenet_equals_scipy(method):
    X = table(5, 50)
    Z = linkage(X, method)
    correlation, distances = cophenet(Z, pdist(X))
    expected, expected_distances = scipy_hierarchy.cophenet(Z, pdist(X))
    np.testing.assert_allclose(correlation, expected)
    np.testing.assert_array_equal(distances, expected_distances)
    np.testing.assert_array_equal(cophenet(Z), expected_distances)
    with pytest.raises(ValueError, match="Y must have 1225 distances"):
        cophenet(Z, np.ones(3))


def test_cophenetic_distances_of_single_linkage_are_the_least_that_are_ultrametric():
    X = table(6, 25)
    D = squareform(pdist(X))
    for k in range(25):  # the largest step on the best path, by Floyd's algorithm
        D = np.minimum(D, np.maximum(D[:, [k]], D[[k], :]))
    np.testing.assert_allclose(squareform(cophenet(linkage(X))), D)


# ---- leaf order ----------------------------------------------------------------------------------


def length(order, D):
    return D[order[:-1], order[1:]].sum()


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_samples", [2, 3, 8, 65])
def test_optimal_leaf_order_is_no_longer_than_scipys(method, n_samples):
    X = table(n_samples, n_samples)
    Z, D = linkage(X, method), squareform(pdist(X))
    ours = optimal_leaf_ordering(Z, X)
    theirs = scipy_hierarchy.optimal_leaf_ordering(Z, X)
    # Less or equal: SciPy 1.17 finds 12.1 where 11.0 is possible (8 rows, average).
    assert length(leaves_list(ours), D) <= length(leaves_list(theirs), D) * (1 + 1e-12)
    np.testing.assert_array_equal(np.sort(ours[:, :2], axis=1), np.sort(Z[:, :2], axis=1))
    np.testing.assert_array_equal(ours[:, 2:], Z[:, 2:])
    np.testing.assert_array_equal(linkage(X, method, optimal_ordering=True), ours)
    np.testing.assert_array_equal(optimal_leaf_ordering(Z, pdist(X)), ours)


@pytest.mark.parametrize("method", METHODS)
def test_no_way_to_turn_the_branches_is_shorter(method):
    X = table(8, 9)
    Z, D = linkage(X, method), squareform(pdist(X))
    lengths = []
    for turned in product([False, True], repeat=8):
        turned_Z = np.where(np.array(turned)[:, None], Z[:, [1, 0, 2, 3]], Z)
        lengths.append(length(leaves_list(turned_Z), D))
    best = leaves_list(optimal_leaf_ordering(Z, X))
    np.testing.assert_allclose(length(best, D), min(lengths))


def test_leaf_order_needs_the_rows_of_the_tree():
    with pytest.raises(ValueError, match="Z has 40 rows, but y has 3"):
        optimal_leaf_ordering(linkage(table(0)), np.ones((3, 1)))
    with pytest.raises(ValueError, match="metric must be one of"):
        optimal_leaf_ordering(linkage(table(0)), table(0), "cosines")


# ---- nodes ---------------------------------------------------------------------------------------


def test_nodes_equal_scipys():
    Z = linkage(table(9), "average")
    (root, nodes), (their_root, their_nodes) = to_tree(Z, rd=True), scipy_hierarchy.to_tree(Z, True)
    for ours, theirs in zip(nodes, their_nodes, strict=True):
        assert (ours.get_id(), ours.get_count(), ours.dist) == (
            theirs.get_id(),
            theirs.get_count(),
            theirs.dist,
        )
        assert ours.is_leaf() == theirs.is_leaf()
        if not ours.is_leaf():
            assert ours.get_left().id == theirs.get_left().id
            assert ours.get_right().id == theirs.get_right().id
    assert root.pre_order() == their_root.pre_order() == leaves_list(Z).tolist()
    assert root.pre_order(lambda node: node.count) == [1] * 40
    assert to_tree(Z).id == 78
    assert nodes[0] < root and root > nodes[0] and nodes[0] == nodes[1] != root
    assert repr(nodes[3]) == "ClusterNode(id=3, dist=0, count=1)"
    with pytest.raises(ValueError, match="two children or none"):
        type(root)(5, nodes[0])


def test_a_chain_of_fifty_thousand_merges():
    Z = chain(50_000)
    assert to_tree(Z).pre_order()[:2] == [50_000, 49_999]
    assert fcluster(Z, 3, "maxclust").max() == 3
    assert inconsistent(Z, 3).shape == (50_000, 4)
    assert fcluster(Z, 1e5, "distance").max() == 1
