"""Pairs of neighbouring clusters: which they are, and how far they are parted."""

import diptest
import naive
import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.selection.nulls.ties import without_ties
from kmeans_core.selection.structure.parting import Parting, by_cluster, neighbours, partings


def dips_of(X, labels, *more):
    return {(pair.first, pair.second): pair.dip for pair in partings(X, labels, *more)}


def two_groups(sizes, apart, n_features=2, seed=0):
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 1], sizes)
    X = rng.normal(size=(len(truth), n_features))
    X[:, 0] += apart * truth
    return X, truth


@pytest.mark.parametrize("seed", range(6))
def test_small_pairs_are_those_of_the_definition(seed):
    rng = np.random.default_rng(seed)
    labels = np.repeat([3, 7, 8], [4, 5, 6])  # at most 12 values on a line
    X = rng.normal(size=(15, 1 + seed % 3)) + rng.uniform(0, 3) * labels[:, None]
    expected = naive.partings(X, labels, naive.dip)
    assert dips_of(X, labels) == pytest.approx(expected, abs=1e-6) and len(expected) >= 2


@pytest.mark.parametrize("n_features", [1, 2, 5])
@pytest.mark.parametrize("n_clusters", [2, 4, 7])
def test_pairs_of_k_means_are_those_of_the_definition(n_clusters, n_features):
    rng = np.random.default_rng(n_clusters)
    X = rng.normal(size=(300, n_features)) @ rng.normal(size=(n_features, n_features))
    labels = KMeans(n_clusters, random_state=0).fit(X).labels_
    expected = naive.partings(X, labels, diptest.dipstat)
    assert dips_of(X, labels) == pytest.approx(expected, rel=1e-6)


def test_neighbours_are_pairs_with_rows_between_them():
    X = np.concatenate([np.linspace(-3, 3, 40) + center for center in (0.0, 10.0, 20.0)])[:, None]
    labels = np.repeat([5, 2, 9], 40)  # along the line: 5, 2, 9
    assert set(dips_of(X, labels)) == {(2, 5), (2, 9)}
    corners = np.array([[0.0, 0.0], [9.0, 0.0], [0.0, 9.0]])[np.repeat([0, 1, 2], 30)]
    X = corners + np.random.default_rng(0).normal(size=(90, 2))
    assert set(dips_of(X, np.repeat([0, 1, 2], 30))) >= {(0, 1), (0, 2)}


def test_a_tenth_of_the_smaller_ones_rows_must_lie_between():
    triangle = np.array([[0.0, 0.0], [10.0, 0.0], [5.0, 3.0]])
    X = triangle[np.repeat([0, 1, 2], 20)]
    labels = np.repeat([0, 1, 2], 20)
    assert neighbours(X, by_cluster(X, labels)) == [(0, 2), (1, 2)]
    X[:1] = [1.0, -20.0]  # one row that is nearest to 0 and then to 1: 1 of 20 is too few
    assert neighbours(X, by_cluster(X, labels)) == [(0, 2), (1, 2)]
    X[:2] = [1.0, -20.0]  # two of 20 are a tenth
    assert neighbours(X, by_cluster(X, labels)) == [(0, 1), (0, 2), (1, 2)]


def test_groups_far_apart_reach_a_quarter_of_the_root_of_their_rows():
    X, truth = two_groups([300, 300], 100.0)
    (pair,) = partings(X, truth)
    assert pair[:2] == (0, 1) and 0.9 * np.sqrt(600) / 4 < pair.dip <= np.sqrt(600) / 4


@pytest.mark.parametrize("seed", range(5))
def test_a_cut_through_one_group_is_no_valley(seed):
    X = np.random.default_rng(seed).normal(size=(600, 3)) * [3.0, 1.0, 1.0]
    for n_clusters in (2, 3, 5):
        labels = KMeans(n_clusters, random_state=0).fit(X).labels_
        # Beside 4.4 for two groups: the cut leaves no gap.
        assert min(pair.dip for pair in partings(X, labels)) < 0.55


def test_the_larger_cluster_is_thinned_so_that_minorities_are_seen():
    X, truth = two_groups([3_800, 200], 6.0)
    (pair,) = partings(X, truth)
    line = np.sort(X[:, 0])
    assert np.sqrt(len(line)) * diptest.dipstat(line) < 1.0  # all rows hide it
    assert pair.dip > 1.8


def test_no_pair_without_a_second_cluster():
    X, _ = two_groups([20, 20], 3.0)
    assert partings(X, np.zeros(40, dtype=int)) == []
    assert partings(X[:1], np.array([4])) == []


def test_constant_columns_change_nothing():
    X, truth = two_groups([60, 50], 4.0)
    wide = np.column_stack([np.full(110, 3.0), X, np.zeros(110)])
    assert dips_of(wide, truth) == pytest.approx(dips_of(X, truth), rel=1e-4)
    # A column that is constant within both clusters parts them as far as can be.
    apart = np.column_stack([truth.astype(float), X[:, 1]])
    assert dips_of(apart, truth)[0, 1] == pytest.approx(np.sqrt(100) / 4, rel=0.05)


def test_equal_rows_are_not_parted():
    labels = np.arange(10) % 2
    for value in (1.0, 0.1):
        assert partings(np.full((10, 3), value), labels) == [Parting(0, 1, 0.0)]
    two = np.repeat([[0.0, 0.0], [5.0, 5.0]], 10, axis=0)
    ((_, _, dip),) = partings(two, np.repeat([0, 1], 10))
    assert dip == pytest.approx(np.sqrt(20) / 4)


def test_more_columns_than_rows():
    X, truth = two_groups([8, 8], 5.0, n_features=40)
    (pair,) = partings(X, truth)
    assert np.isfinite(pair.dip) and 0.0 < pair.dip <= np.sqrt(16) / 4
    (single,) = partings(X[[0, 8]], truth[[0, 8]])
    assert single.dip == pytest.approx(np.sqrt(2) / 4)


def test_a_category_alone_parts_no_clusters():
    """Clusters of men and women of one group, and of two groups."""
    rng = np.random.default_rng(0)
    group, woman = np.arange(400) // 200, np.arange(400) % 2
    sex = 0.5 * np.column_stack([1 - woman, woman])
    X = np.column_stack([6.0 * group + rng.normal(size=400), rng.normal(size=400), sex])
    X = without_ties(X, np.random.RandomState(0))
    by_both = dips_of(X, 2 * group + woman, [[2, 3]])
    assert max(by_both[0, 1], by_both[2, 3]) < 0.6
    assert dips_of(X, group, [[2, 3]])[0, 1] > 1.5
    assert dips_of(X, 2 * group + woman)[0, 1] > 1.0  # not known to be one category
    assert dips_of(X[:, 2:].copy(), woman, [[0, 1]]) == {(0, 1): 0.0}  # nothing else is left


@pytest.mark.parametrize("n_features", [20, 39, 80])
def test_groups_of_wide_tables_are_parted_and_one_cloud_is_not(n_features):
    """A line fitted to as many covariances as there are rows parts any two clusters."""
    rng = np.random.default_rng(n_features)
    X, half = rng.normal(size=(40, n_features)), np.arange(40) // 20
    groups, cloud = X + 3.0 * half[:, None], X
    apart = partings(groups, half)[0].dip
    cut = partings(cloud, (cloud[:, 0] > np.median(cloud[:, 0])).astype(int))[0].dip
    assert apart > 1.0 and cut < 0.75


def test_scale_origin_and_turning_change_little():
    X, truth = two_groups([80, 60], 3.0, n_features=3)
    dip = dips_of(X, truth)[0, 1]
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(3, 3)))[0]
    for changed in (2.0**40 * X, X + 1e4, X @ turn, X * [1.0, 30.0, 0.1]):
        found = dips_of(np.ascontiguousarray(changed), truth)[0, 1]
        assert found == pytest.approx(dip, rel=0.02)
    assert dips_of(2.0**-40 * X, truth)[0, 1] == dip
