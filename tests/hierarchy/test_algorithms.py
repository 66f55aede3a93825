"""The fast linkages against the definition, SciPy and fastcluster's answers, and under ties."""

import csv
import warnings

import naive
import numpy as np
import pytest
import scipy.cluster.hierarchy as scipy_hierarchy
from scipy.spatial.distance import pdist, squareform
from trees import METHODS, assert_same_tree, table

from kmeans_core.engine import short_calls
from kmeans_core.hierarchy import linkage
from kmeans_core.hierarchy.distances.screen import screen_for
from kmeans_core.hierarchy.distances.source import METRICS
from kmeans_core.hierarchy.linkages import boruvka, generic, generic_vectors, nn_chain, prim, ward
from kmeans_core.hierarchy.linkages.algorithms import names_for
from kmeans_core.hierarchy.linkages.update_rules import EUCLIDEAN_METHODS

ANY_METRIC_METHODS = [method for method in METHODS if method not in EUCLIDEAN_METHODS]
# Every fast algorithm of every method, by name.
FAST = [(m, name) for m in METHODS for name in names_for(m) if name != "naive"]


# ---- the same merges as the definition -----------------------------------------------------------


# Sizes around the width of a group of panels (8 to 64), and beyond where the chain packs its table.
@pytest.mark.parametrize("n_samples", [2, 3, 7, 8, 9, 31, 33, 63, 65, 129, 400])
@pytest.mark.parametrize("method, algorithm", FAST)
def test_without_ties_every_algorithm_gives_the_naive_tree(method, algorithm, n_samples):
    X = table(n_samples, n_samples, 1 + n_samples % 5)
    expected = linkage(X, method, algorithm="naive")
    assert_same_tree(linkage(X, method, algorithm=algorithm), expected)
    if algorithm != "boruvka":
        assert_same_tree(linkage(pdist(X), method, algorithm=algorithm), expected)


@pytest.mark.parametrize("n_features", [1, 2, 5, 17, 40])
@pytest.mark.parametrize("method, algorithm", FAST)
def test_many_features_and_clustered_rows(method, algorithm, n_features):
    rng = np.random.default_rng(n_features)
    centers = rng.normal(size=(12, n_features)) * 30
    X = centers[rng.integers(0, 12, 300)] + rng.normal(size=(300, n_features))
    expected = scipy_hierarchy.linkage(X, method)
    assert_same_tree(linkage(X, method, algorithm=algorithm), expected)


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("offset, spread", [(1e9, 1.0), (-5e7, 1e-3), (0.0, 1e-200), (0.0, 1e200)])
def test_far_from_the_origin_and_at_any_scale(method, offset, spread):
    X = table(3, 120) * spread + offset
    near = X - X[0]  # exact here: the same rows, moved
    expected = linkage(near, method, algorithm="naive")
    Z = linkage(X, method)
    np.testing.assert_array_equal(Z[:, [0, 1, 3]], expected[:, [0, 1, 3]])
    np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-6)


@pytest.mark.parametrize("method", METHODS)
def test_two_groups_far_apart_keep_their_digits(method):
    X = table(4, 100)
    X[50:] += 1e8
    assert_same_tree(linkage(X, method), linkage(X, method, algorithm="naive"), rtol=1e-7)


@pytest.mark.parametrize("method", METHODS)
def test_the_order_of_rows_changes_no_height(method):
    X = table(5, 200)
    shuffled = np.random.default_rng(0).permutation(200)
    Z, other = linkage(X, method), linkage(X[shuffled], method)
    np.testing.assert_allclose(other[:, 2], Z[:, 2], rtol=1e-9)


def test_the_screen_never_rules_out_what_is_near():
    rng = np.random.default_rng(0)
    for n_features in (1, 3, 50):
        x, y = rng.uniform(-2, 2, size=(2, 2000, n_features))
        y[::2] = x[::2] + rng.normal(size=(1000, n_features)) * 10.0 ** rng.uniform(
            -9, 0, (1000, 1)
        )
        true = ((x - y) ** 2).sum(axis=1)
        low = ((x.astype(np.float32) - y.astype(np.float32)) ** 2).sum(axis=1, dtype=np.float32)
        screen = screen_for(n_features)
        assert (low < np.float32(true * (1 + 1e-7) * screen.stretch + screen.slack)).all()


@pytest.mark.parametrize("ties", [False, True])
def test_the_number_of_threads_changes_no_bit(monkeypatch, ties):
    X = table(12, 6000, 2)
    X = np.round(X * 8) if ties else X
    trees = []
    for n_threads in (1, 2, 5):
        monkeypatch.setattr(boruvka, "usable_threads", lambda n=n_threads: n)
        trees.append(linkage(X, "single", algorithm="boruvka"))
    np.testing.assert_array_equal(trees[1], trees[0])
    np.testing.assert_array_equal(trees[2], trees[0])
    np.testing.assert_allclose(
        trees[0][:, 2], linkage(X, "single", algorithm="prim")[:, 2], rtol=1e-12
    )


KERNELS = {
    ("single", "vectors"): (prim, "_grow_tree_of_vectors"),
    ("ward", "vectors"): (ward, "_merge_along_chain"),
    ("centroid", "vectors"): (generic_vectors, "_merge_closest"),
    ("median", "vectors"): (generic_vectors, "_merge_closest"),
    ("single", "distances"): (prim, "_grow_tree"),
    ("centroid", "distances"): (generic, "_merge_closest"),
    ("median", "distances"): (generic, "_merge_closest"),
}


@pytest.mark.parametrize("given", ["vectors", "distances"])
@pytest.mark.parametrize("method", METHODS)
def test_the_length_of_calls_changes_no_bit(method, given, monkeypatch):
    """Ctrl-C ends work between calls."""
    X = np.round(table(5, 150) * 4)
    X = X if given == "vectors" else pdist(X)
    whole = linkage(X, method)
    module, name = KERNELS.get((method, given), (nn_chain, "_merge_along_chain"))
    compiled, calls = getattr(module, name), []

    def counted(*args):
        calls.append(name)
        return compiled(*args)

    monkeypatch.setattr(module, name, counted)
    monkeypatch.setattr(short_calls, "LONGEST_CALL", 1)
    np.testing.assert_array_equal(linkage(X, method), whole)
    assert len(calls) >= 149


def test_auto_takes_the_tree_where_it_pays():
    assert boruvka.tree_pays(20_000, 4) and boruvka.tree_pays(1_000_000, 8)
    assert not boruvka.tree_pays(2_000, 4) and not boruvka.tree_pays(1_000_000, 16)
    X = table(13, 6000, 2)
    np.testing.assert_array_equal(linkage(X), linkage(X, algorithm="boruvka"))


# ---- metrics -------------------------------------------------------------------------------------


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("method", ANY_METRIC_METHODS)
def test_metrics_equal_scipy(method, metric):
    X = table(6, 150, 5)
    expected = scipy_hierarchy.linkage(X, method, metric)
    if metric == "hamming":
        X = np.random.default_rng(1).integers(0, 3, size=(40, 60)).astype(float)
        Z = linkage(X, method, metric)
        excess, _ = naive.replay(Z, squareform(pdist(X, metric)), method)
        assert excess.max() <= 1e-9
        return
    assert_same_tree(linkage(X, method, metric), expected)
    assert_same_tree(linkage(X, method, metric, algorithm="naive"), expected)


def test_cosine_keeps_the_digits_of_nearly_parallel_rows():
    X = np.array([[1.0, 0.0], [1.0, 1e-9], [1.0, 3e-9]])
    Z = linkage(X, "single", "cosine")
    np.testing.assert_allclose(Z[:, 2], [0.5e-18, 2e-18], rtol=1e-6)


@pytest.mark.parametrize("method", ANY_METRIC_METHODS)
def test_a_callable_metric_is_called_once_per_pair(method):
    X = table(7, 30)
    calls = []

    def metric(u, v):
        calls.append(1)
        return abs(u - v).sum()

    assert_same_tree(linkage(X, method, metric), linkage(X, method, "cityblock"))
    assert len(calls) == 30 * 29 // 2


def test_a_square_distance_matrix_is_warned_of():
    D = squareform(pdist(table(8, 10)))
    with pytest.warns(UserWarning, match="looks like a matrix of distances"):
        linkage(D)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        linkage(D + 1e-3)
        linkage(np.zeros((4, 4)))


# ---- ties ----------------------------------------------------------------------------------------


def real_table(path, columns):
    with path.open(newline="", encoding="utf-8-sig") as file:
        return np.array([[float(row[c]) for c in columns] for row in csv.DictReader(file)])


CUSTOMERS = ["Age", "Annual Income (k$)", "Spending Score (1-100)"]
SPENDING = ["Fresh", "Milk", "Grocery", "Frozen", "Detergents_Paper", "Delicassen"]


@pytest.mark.parametrize(
    "name, columns",
    [("mall_customers.csv", CUSTOMERS), ("wholesale_customers.csv", SPENDING)],
)
@pytest.mark.parametrize("method, algorithm", FAST)
def test_on_an_integer_customer_table_every_merge_joins_a_closest_pair(
    method, algorithm, name, columns, shared_data
):
    replay(real_table(shared_data / name, columns), method, algorithm)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("method, algorithm", FAST)
def test_with_many_ties_every_merge_joins_a_closest_pair(method, algorithm, seed):
    X = np.random.default_rng(seed).integers(0, 4, size=(45, 2)).astype(float)
    replay(X, method, algorithm)


def replay(X, method, algorithm):
    D = naive.euclidean_matrix(X)
    for y in (X, pdist(X)):
        if np.ndim(y) == 1 and algorithm == "boruvka":
            continue
        Z = linkage(y, method, algorithm=algorithm)
        excess, heights = naive.replay(Z, D, method)
        assert scipy_hierarchy.is_valid_linkage(Z)
        assert excess.max() <= 1e-6 * D.max()
        np.testing.assert_allclose(Z[:, 2], heights, rtol=1e-9, atol=1e-6 * D.max())
        if method == "single":
            expected = linkage(X, method, algorithm="naive")
            np.testing.assert_allclose(Z[:, 2], expected[:, 2], rtol=1e-9)


@pytest.mark.parametrize("method", METHODS)
def test_a_replay_notices_a_tree_of_another_method(method):
    X = table(14, 40)
    other = METHODS[METHODS.index(method) - 1]
    excess, _ = naive.replay(linkage(X, other), naive.euclidean_matrix(X), method)
    assert excess.max() > 0.01


@pytest.mark.parametrize("method", METHODS)
def test_distances_that_are_not_euclidean_make_no_nan(method):
    for seed in range(20):
        y = np.random.default_rng(seed).uniform(size=190) ** 8
        Z = linkage(y, method)
        assert np.isfinite(Z[:, 2]).all() and (Z[:, 2] >= 0).all()
        assert_same_tree(Z, linkage(y, method, algorithm="naive"))


def test_inversions_are_kept_where_they_happen():
    X = np.array([[0.0, 0.0], [2.0, 0.0], [1.0, 1.75]])
    for method in ("centroid", "median"):
        Z = linkage(X, method)
        np.testing.assert_allclose(Z[:, 2], [2.0, 1.75])
        assert_same_tree(Z, scipy_hierarchy.linkage(X, method))


@pytest.mark.parametrize("method", METHODS)
def test_thousands_of_equal_rows(method):
    X = np.repeat(table(9, 20), 60, axis=0)
    Z = linkage(X, method)
    assert (Z[: 20 * 59, 2] == 0).all()
    np.testing.assert_allclose(
        np.sort(Z[20 * 59 :, 2]),
        np.sort(linkage(X[::60], method)[:, 2]) * (np.sqrt(60) if method == "ward" else 1),
        rtol=1e-9,
    )


def test_a_chain_of_growing_gaps():
    X = np.cumsum(1.01 ** np.arange(3000))[:, None]
    for method in METHODS:
        Z = linkage(X, method)
        assert scipy_hierarchy.is_valid_linkage(Z)
    np.testing.assert_allclose(linkage(X)[:, 2], np.diff(X[:, 0]), rtol=1e-12)
