"""The search by products: its labels are the exact ones, its bounds are bounds, and it knows where
it does not suit."""

import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import MANY_REGISTERS, lane_count, store
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import ALGORITHMS, load_algorithm
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.search import nearest, product_form
from kmeans_core.kmeans.search.labels import label_panels
from kmeans_core.rows.layout import LANES

DTYPES = [np.float32, np.float64]
FEATURES = [1, 6, 24, 63, 64, 65, 129, 300]
ROW_WISE = [name for name in ALGORITHMS if load_algorithm(name).is_row_wise]


@kernel
def search(rows, blocks, best, second, index):
    """Scores, squared distances and nearest centers of all panels."""
    lanes = lane_count(rows.packed)
    for panel in range(rows.abs_error.shape[0]):
        near, other, j = nearest.nearest_two(rows.packed, panel, blocks)
        abs_error = rows.abs_error[panel]
        ambiguous = nearest.ambiguous_rows(near, other, rows.tie_rtol, abs_error, blocks)
        near, other = nearest.squared_distances(rows.packed, panel, blocks, near, other, abs_error)
        store(best, panel * lanes, near)
        store(second, panel * lanes, other)
        store(index, panel * lanes, j)
        for lane in range(lanes):
            if ambiguous[lane]:
                index[panel * lanes + lane] = -1


def table(name, d, dtype, k=20, n=700):
    """Rows and centers that are hard in one way."""
    rng = np.random.default_rng([d, len(name)])
    centers = rng.uniform(-5, 5, (k, d))
    X = centers[rng.integers(k, size=n)] + rng.normal(size=(n, d))
    if name == "far from the origin":
        X += 1e6 if dtype == np.float64 else 1e2
    if name == "groups far apart":
        X[::2] += 1e8 if dtype == np.float64 else 1e4
    if name == "a center far away":
        X[:3] *= 1e5
    if name == "tiny":
        X *= 1e-30
    if name == "tiny beside huge":
        X[::2] *= 1e-25
    X = X.astype(dtype)
    chosen = X[np.r_[0, rng.choice(np.arange(3, n), k - 1, replace=False)]]
    if name == "equal centers":
        chosen[7] = chosen[3]
    if name == "all but equal centers":
        chosen[7] = np.nextafter(chosen[3], np.inf, dtype=dtype)
    return X, chosen


TABLES = [
    "plain", "far from the origin", "groups far apart", "a center far away", "tiny",
    "tiny beside huge", "equal centers", "all but equal centers",
]  # fmt: skip


def packed(X, chosen):
    """Rows, centers scaled as they are, and these packed for products."""
    with Workers(1) as workers:
        dataset = open_dataset(X, None, workers)
        rows = dataset.screen(workers)
    centers = dataset.without_constants(chosen) * X.dtype.type(rows.scale)
    blocks = product_form.empty_product_blocks(*centers.shape)
    nearest.pack_centers(centers, rows, blocks)
    return rows, centers, blocks


def exact_squares(rows, centers):
    """(n_samples, n_clusters), in units of the scaled rows."""
    wide = rows.X.astype(np.float64) * rows.scale
    return ((wide[:, None] - centers.astype(np.float64)) ** 2).sum(axis=2)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("d", FEATURES)
def test_what_is_certain_is_right_and_distances_are_bounds(name, d, dtype):
    rows, centers, blocks = packed(*table(name, d, dtype))
    n, n_padded = len(rows.X), rows.abs_error.shape[0] * LANES
    best, second = np.empty((2, n_padded), np.float32)
    index = np.empty(n_padded, np.int32)
    search(rows, blocks, best, second, index)
    squares, certain = exact_squares(rows, centers), index[:n] >= 0
    nearest_two = np.sort(squares, axis=1)[:, :2]
    np.testing.assert_array_equal(index[:n][certain], squares.argmin(axis=1)[certain])
    # Both are as exact as `rel_error` and `abs_error` say, see Rows; Hamerly's bounds add these.
    abs_error = 0.5 * np.repeat(rows.abs_error, LANES)[:n]
    upper = np.sqrt(best[:n].astype(float)) * (1 + rows.rel_error) + abs_error
    lower = np.sqrt(second[:n].astype(float)) * (1 - rows.rel_error) - abs_error
    assert (upper[certain] >= np.sqrt(nearest_two[certain, 0])).all()
    assert (lower[certain] <= np.sqrt(nearest_two[certain, 1])).all()
    if name == "plain" and d >= strategy.FEWEST_PRODUCT_FEATURES:
        assert certain.mean() > 0.98


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", TABLES)
def test_labels_are_the_exact_ones(name, dtype):
    rows, centers, blocks = packed(*table(name, 70, dtype))
    labels = np.empty(rows.abs_error.shape[0] * LANES, np.int32)
    label_panels(rows, centers, blocks, 0, rows.abs_error.shape[0], labels)
    squares, labels = exact_squares(rows, centers), labels[: len(rows.X)]
    # numpy adds up in another order: where two centers differ in the last digit, either is right.
    own = squares[np.arange(len(labels)), labels]
    assert (own <= squares.min(axis=1) * (1 + 1e-14)).all()
    if name != "all but equal centers":
        np.testing.assert_array_equal(labels, squares.argmin(axis=1))


def fit_both_ways(monkeypatch, X, start, **params):
    """Labels, centers, inertia, iterations and predictions by products, then by differences."""
    monkeypatch.setattr(nearest, "MANY_REGISTERS", False)
    monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FLOPS", 0)
    found = []
    for fewest in (strategy.FEWEST_PRODUCT_FEATURES, 1 << 30):
        monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FEATURES", fewest)
        rows, centers, _ = packed(X, start)
        assert nearest.pack_for_search(rows, centers).ndim == (3 if found else 2)
        ours = KMeans(len(start), init=start, n_init=1, tol=0, max_iter=30, **params).fit(X)
        new = X[::7] + X.dtype.type(0.25)
        found.append((ours.labels_, ours.cluster_centers_, ours.inertia_, ours.n_iter_,
                      ours.predict(new)))  # fmt: skip
        n_all = len(X) * len(start) * ours.n_iter_
    assert params["algorithm"] == "lloyd" or ours.n_distances_ < n_all  # else no bound was used
    return found


@pytest.mark.parametrize("algorithm", ROW_WISE)
@pytest.mark.parametrize("dtype", DTYPES)
def test_a_fit_has_the_same_bits_either_way(algorithm, dtype, monkeypatch):
    monkeypatch.setattr(strategy, "BOUNDS_BEGIN_SHARE", 1.0)
    monkeypatch.setattr(strategy, "SHORT_SEARCH", 1)
    X, _ = table("plain", 40, dtype, n=40_000)
    by_products, by_differences = fit_both_ways(monkeypatch, X, X[:25], algorithm=algorithm)
    for one, other in zip(by_products, by_differences, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("k", [6, 7, 8, 32, 64, 257, 1000])
def test_any_number_of_centers(k):
    rows, centers, blocks = packed(*table("plain", 14, np.float64, k=k, n=2000))
    labels = np.empty(rows.abs_error.shape[0] * LANES, np.int32)
    label_panels(rows, centers, blocks, 0, rows.abs_error.shape[0], labels)
    squares = exact_squares(rows, centers)
    np.testing.assert_array_equal(labels[: len(rows.X)], squares.argmin(axis=1))


@pytest.mark.skipif(MANY_REGISTERS, reason="with 32 registers products are no faster")
def test_products_are_used_where_they_suit_the_rows(monkeypatch):
    monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FLOPS", 0)
    for name, is_suited in (("plain", True), ("a center far away", True), ("tiny", True),
                            ("groups far apart", False), ("tiny beside huge", False)):  # fmt: skip
        for dtype in DTYPES:
            rows, centers, _ = packed(*table(name, 40, dtype, n=4000))
            blocks = nearest.pack_for_search(rows, centers)
            assert (blocks.ndim == 2) == is_suited, (name, dtype)
    rows, centers, _ = packed(*table("plain", 7, np.float64, n=4000))
    assert nearest.pack_for_search(rows, centers).ndim == 3  # few features
    monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FLOPS", 1e12)
    rows, centers, _ = packed(*table("plain", 40, np.float64, n=4000))
    assert nearest.pack_for_search(rows, centers).ndim == 3  # a small table
