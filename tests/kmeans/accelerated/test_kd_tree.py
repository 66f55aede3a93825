"""The kd-tree: what its nodes say of their rows, and the clustering that it finds with them."""

import naive
import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.accelerated import filtering
from kmeans_core.kmeans.accelerated.kd_tree import LEAF_ROWS, grow_tree
from kmeans_core.kmeans.data import packed_rows
from kmeans_core.kmeans.naive import nearest_center
from kmeans_core.rows.layout import LANES


def groups(n, d, k, dtype=np.float64, seed=0, spread=1.0):
    rng = np.random.default_rng([seed, n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    X = (centers[rng.integers(k, size=n)] + spread * rng.normal(size=(n, d))).astype(dtype)
    return X, X[rng.choice(n, k, replace=False)]


def fit(X, start, algorithm, weight=None, **params):
    params = {"tol": 0} | params
    model = KMeans(len(start), init=start, n_init=1, algorithm=algorithm, **params)
    return model.fit(X, sample_weight=weight)


def assert_equals_lloyd(X, start, weight=None, rtol=1e-12, **params):
    lloyd = fit(X, start, "lloyd", weight, **params)
    ours = fit(X, start, "kdtree", weight, **params)
    np.testing.assert_array_equal(ours.labels_, lloyd.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, lloyd.cluster_centers_, rtol=rtol, atol=rtol)
    assert ours.n_iter_ == lloyd.n_iter_
    assert ours.inertia_ == pytest.approx(lloyd.inertia_, rel=rtol)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    return ours


# ---- the tree ----------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    ("n", "d"), [(1, 1), (63, 2), (64, 2), (65, 3), (1000, 1), (8193, 6), (40_000, 3)]
)
def test_a_node_is_the_box_the_sum_and_the_weight_of_its_rows(n, d, dtype):
    X = groups(n, d, 1, dtype)[0]
    weight = np.random.default_rng(1).integers(0, 3, n).astype(dtype)
    with Workers(2) as workers:
        rows, tree = grow_tree(X, weight, 0.125, workers)
    starts, ends = tree.first_position[:-1], tree.first_position[:-1] + tree.n_rows
    places = np.concatenate([np.arange(a, b) for a, b in zip(starts, ends, strict=True)])
    np.testing.assert_array_equal(np.sort(tree.order[places]), np.arange(n))
    for node in range(len(tree.start)):
        mine = tree.order[tree.start[node] : tree.start[node] + tree.size[node]]
        wide, w = X[mine].astype(np.float64) * 0.125, weight[mine].astype(np.float64)
        middle, half = tree.box[node]
        assert (middle - half <= wide.min(axis=0)).all()
        assert (middle + half >= wide.max(axis=0)).all()
        np.testing.assert_allclose(2 * half, np.ptp(wide, axis=0), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(tree.sums[node], w @ wide, rtol=1e-12, atol=1e-12)
        assert tree.weight[node].tolist() == [w.sum(), np.count_nonzero(w)]
        if tree.size[node] > LEAF_ROWS:
            left = node + 1
            right = left + 2 * (tree.size[left] // LEAF_ROWS) - 1
            assert tree.size[left] + tree.size[right] == tree.size[node]
            assert tree.size[left] % LEAF_ROWS == 0
            assert tree.start[right] == tree.start[left] + tree.size[left]
    panel = rows.packed.reshape(-1, d, LANES)[0]
    first = X[tree.order[:LANES]].astype(np.float64).T * 0.125 - rows.offset[:, None]
    np.testing.assert_allclose(panel, first, rtol=1e-6, atol=1e-6)


def test_a_split_is_at_the_median_of_the_widest_feature():
    X = np.random.default_rng(2).normal(size=(4 * LEAF_ROWS, 2)) * [1.0, 9.0]
    with Workers(1) as workers:
        tree = grow_tree(X, None, 1.0, workers)[1]
    lower = tree.order[: 2 * LEAF_ROWS]
    np.testing.assert_array_equal(np.sort(lower), np.sort(np.argsort(X[:, 1])[: 2 * LEAF_ROWS]))


# ---- the clustering ----------------------------------------------------------------------------


@pytest.mark.parametrize(("weighted", "dtype"), [(False, np.float64), (True, np.float32)])
@pytest.mark.parametrize(
    ("n", "d", "k"), [(5000, 1, 9), (30_000, 3, 17), (20_000, 7, 40), (9000, 20, 5)]
)
def test_equals_lloyd(n, d, k, weighted, dtype):
    X, start = groups(n, d, k, dtype, spread=2.0)
    weight = np.random.default_rng(3).integers(0, 4, n).astype(dtype) if weighted else None
    assert_equals_lloyd(X, start, weight, 1e-12 if dtype == np.float64 else 1e-6)


@pytest.mark.parametrize("params", [{"max_iter": 3}, {"tol": 1e-2}, {"callback": print}])
def test_equals_lloyd_when_stopped_or_watched(params):
    assert_equals_lloyd(*groups(20_000, 3, 12, spread=2.0), **params)


@pytest.mark.parametrize(("n", "d", "k"), [(65, 1, 4), (3000, 2, 12), (2000, 4, 30)])
def test_labels_are_those_of_the_naive_walk(n, d, k):
    X, start = groups(n, d, k)
    ours = fit(X, start, "kdtree", max_iter=2)
    labels, n_distances = naive.filtered_labels(X, ours.cluster_centers_)
    np.testing.assert_array_equal(ours.labels_, labels)
    np.testing.assert_array_equal(nearest_center(X, ours.cluster_centers_)[0], labels)
    if d < 4:  # boxes of single rows are small enough to be given away
        assert n_distances < n * k


def test_a_tie_goes_to_the_lowest_index_in_every_box():
    steps = np.arange(-20.0, 21.0)
    X = np.repeat(np.stack(np.meshgrid(steps, steps), axis=-1).reshape(-1, 2), 10, axis=0)
    start = np.array([[0.0, 10.0], [0.0, -10.0], [10.0, 0.0], [-10.0, 0.0], [0.0, 10.0]])
    for order in ([0, 1, 2, 3, 4], [3, 2, 1, 0, 4], [2, 4, 0, 3, 1]):
        ours = fit(X, start[order], "kdtree", max_iter=1)
        centers = ours.cluster_centers_
        np.testing.assert_array_equal(ours.labels_, nearest_center(X, centers)[0])
        lloyd = fit(X, start[order], "lloyd", max_iter=1)
        np.testing.assert_allclose(centers, lloyd.cluster_centers_, atol=1e-12)


@pytest.mark.parametrize("weighted", [False, True])
def test_empty_clusters_take_the_farthest_rows(weighted):
    X, _ = groups(20_000, 2, 6)
    start = np.vstack([X[:3], np.full((3, 2), 1e3), X[5:6], np.full((2, 2), -1e3)])
    weight = np.random.default_rng(4).integers(0, 3, 20_000).astype(float) if weighted else None
    ours = assert_equals_lloyd(X, start, weight)
    assert np.unique(ours.labels_).size == 9


def test_all_rows_equal_are_one_deep_subtree():
    X = np.full((30_000, 2), 3.7)
    ours = KMeans(1, algorithm="kdtree").fit(X)
    np.testing.assert_allclose(ours.cluster_centers_, X[:1], rtol=1e-14)
    few = np.repeat([[0.0, 1.0], [2.0, 3.0], [5.0, -1.0]], 9000, axis=0)
    ours = fit(few, few[[0, 9000, 20_000]], "kdtree")
    np.testing.assert_array_equal(ours.labels_, np.repeat([0, 1, 2], 9000))
    assert ours.inertia_ == 0.0


def test_groups_far_apart_are_told_apart():
    X, _ = groups(20_000, 2, 4)
    X[10_000:] += 1e8
    assert_equals_lloyd(X, X[[0, 1, 2, 10_000, 10_001, 10_002]], max_iter=30, rtol=1e-9)


def test_subtrees_share_blocks_where_their_sums_would_be_too_many(monkeypatch):
    X, start = groups(60_000, 3, 10)
    plain = fit(X, start, "kdtree")
    monkeypatch.setattr(packed_rows, "MAX_PARTIAL_SUMS", 3000)
    shared = fit(X, start, "kdtree")
    np.testing.assert_array_equal(shared.labels_, plain.labels_)
    np.testing.assert_allclose(shared.cluster_centers_, plain.cluster_centers_, rtol=1e-12)
    assert shared.n_distances_ == plain.n_distances_


def test_one_tree_serves_all_restarts(monkeypatch):
    grown = []
    monkeypatch.setattr(
        filtering, "grow_tree", lambda *args: grown.append(grow_tree(*args)) or grown[-1]
    )
    X, _ = groups(20_000, 3, 6)
    params = {"n_init": 4, "init": "random", "random_state": 0}
    ours = KMeans(6, algorithm="kdtree", **params).fit(X)
    assert len(grown) == 1
    lloyd = KMeans(6, algorithm="lloyd", **params).fit(X)
    np.testing.assert_array_equal(ours.labels_, lloyd.labels_)


def test_an_iteration_is_sublinear_in_the_rows():
    X, start = groups(200_000, 2, 10)
    few, many = fit(X[:20_000], start, "kdtree", max_iter=5), fit(X, start, "kdtree", max_iter=5)
    assert many.n_distances_ < 6 * few.n_distances_
    assert many.n_distances_ < 0.05 * fit(X, start, "lloyd", max_iter=5).n_distances_
