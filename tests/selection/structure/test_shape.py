"""Single linkage, valleys, and clusters that cut through groups of another shape."""

import naive
import numpy as np
import pytest
from lookalikes import groups, rings, two_moons

from kmeans_core import KMeans, metrics
from kmeans_core.selection.structure.shape import NO_GROUPS, _share_left_whole, shape_of
from kmeans_core.selection.structure.spanning_tree import SingleLinkage, smallest_group
from kmeans_core.selection.structure.valley import ways_between

# ---- single linkage ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(4))
def test_the_longest_bridge_equals_the_walk_through_all_pairs(seed):
    X = np.random.default_rng(seed).normal(size=(40, 2))
    X[:15] += 4.0
    expected = naive.longest_bridge(X, smallest_group(40))
    assert SingleLinkage(X).longest_bridge() == pytest.approx(expected, rel=1e-12)


def test_single_linkage_follows_moons_and_leaves_outliers_alone():
    X, truth = two_moons(400, 0.05, 0)
    tree = SingleLinkage(np.vstack([X, [[9.0, 9.0]]]))
    group, n_groups = tree.groups(0.8 * tree.longest_bridge())
    assert n_groups == 2 and group[-1] == -1
    kept = group[:-1] >= 0
    assert metrics.adjusted_rand_score(truth[kept], group[:-1][kept]) == 1.0
    assert SingleLinkage(np.ones((30, 2))).longest_bridge() == 0.0


def test_the_median_step():
    tree = SingleLinkage(np.array([[0.0], [1.0], [3.0], [7.0]]))
    assert tree.median_step() == 2.0 and tree.Z[:, 2].tolist() == [1.0, 2.0, 4.0]


# ---- valleys -------------------------------------------------------------------------------------


def test_a_valley_lies_between_groups_and_not_inside_one():
    X, truth = groups(7, size=300)
    together = np.zeros(1_200, dtype=int)
    assert ways_between(X, truth, together).valley < 0.05
    flat = np.random.default_rng(0).uniform(size=(2_000, 2))
    halves = (flat[:, 0] > 0.5).astype(int)
    inside = ways_between(flat, halves, np.zeros(2_000, dtype=int))
    assert 0.8 < inside.valley < 1.3 and inside.emptiest < 0.05
    apart = ways_between(X, truth, truth)
    assert np.isnan(apart.valley) and apart.emptiest == 0.0


def test_a_valley_and_a_midpoint_by_hand():
    x = np.array([-0.1, 0.0, 0.1, 4.0, 9.9, 10.0, 10.1])[:, None]
    labels = np.array([0, 0, 0, 0, 1, 1, 1])
    # Centers 1 and 10: on the way from one to the other 4.0 is at 1/3, and midway begins at 0.35.
    found = ways_between(x, labels, np.zeros(7, dtype=int))
    assert found.valley == 0.0 and found.emptiest == pytest.approx(1.5)
    # Center 1.3: one row is midway, two are near the left center (-0.1 is at -0.16) and three near
    # the right one.
    x[3] = 5.2
    found = ways_between(x, labels, np.zeros(7, dtype=int))
    assert found.valley == pytest.approx(1 / 2.5) and found.emptiest == pytest.approx(0.45)


def test_the_straight_way_between_halves_of_a_ring_leaves_it():
    angle = np.linspace(0.0, 2 * np.pi, 200, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)])
    halves = (ring[:, 1] > 0.0).astype(int)
    way = ways_between(ring, halves, np.zeros(200, dtype=int))
    assert way.emptiest == pytest.approx(1.0, abs=0.1)


# ---- clusters and groups -------------------------------------------------------------------------


def test_the_share_that_is_left_whole_by_hand():
    def share(clusters, parts):
        return _share_left_whole(np.array(clusters), np.array(parts))

    assert share([0, 0, 1, 1, 2, 2], [0, 0, 0, 0, 1, 1]) == 1.0  # clusters within groups
    assert share([0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, 2]) == 1.0  # groups within clusters
    # Clusters 0 and 1 cut through groups 0 and 1; cluster 2 is group 2.
    assert share([0, 1, 0, 1, 2, 2], [0, 0, 1, 1, 2, 2]) == pytest.approx(2 / 6)


def k_means(X, k):
    return KMeans(k, random_state=0).fit(X).labels_


def shape(X, labels, factor=0.8):
    longest = factor * SingleLinkage(X).longest_bridge()
    return shape_of(X, labels, longest, 10, 0)


def test_clusters_cut_through_moons():
    X, truth = two_moons(400, 0.05, 0)
    found = shape(X, k_means(X, 2))
    assert found.n_groups == 2 and found.agreement < 0.7
    assert not found.round and not found.followed
    followed = shape(X, truth)  # as single linkage does, and k-means does not
    assert followed.followed and not followed.round


@pytest.mark.parametrize("n_clusters", [2, 5, 8])
def test_clusters_cut_through_rings(n_clusters):
    X, _ = rings(500, 0)
    assert not shape(X, k_means(X, n_clusters)).round


def test_round_groups_are_left_whole_and_followed():
    X, truth = groups(size=60)
    found = shape(X, k_means(X, 4))
    assert (found.n_groups, found.followed, found.round) == (4, True, True)
    assert found.agreement > 0.95
    fewer = shape(X, np.minimum(truth, 2))  # two groups in one cluster
    assert fewer.round
    assert not shape(X, np.arange(240) % 2).round  # half of each group in each cluster


def test_of_round_groups_that_touch_each_is_still_whole():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1, 2], 150)
    X = np.array([[0.0, 0.0], [5.5, 0.0], [30.0, 0.0]])[truth] + rng.normal(size=(450, 2))
    found = shape(X, k_means(X, 3), factor=0.5)
    assert found.n_groups == 2 and found.round  # single linkage joins the first two


def test_no_gap_is_no_group():
    X = np.random.default_rng(0).uniform(size=(200, 2))
    assert shape_of(X, k_means(X, 3), np.inf, 10, 0) == NO_GROUPS
