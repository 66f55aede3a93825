"""Equal rows collapsed into one: found without error, and nothing shows but the time."""

import naive
import numpy as np
import pytest

from kmeans_core import KMeans
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.data import dataset
from kmeans_core.kmeans.data.distinct_rows import find_distinct_rows, join_equal_rows
from kmeans_core.selection.fit_range import fit_range


def customers(n, dtype=np.float64, seed=0):
    """Age, rating and income band of five kinds of customers."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(0, 5, n)
    age = 5 * rng.normal(np.array([5, 7, 9, 11, 13])[kind], 1).round()
    rating = rng.normal(np.array([8, 3, 6, 2, 9])[kind], 1).round()
    band = rng.normal(np.array([3, 9, 5, 7, 2])[kind], 1.5).round()
    return np.column_stack([age, rating, band]).astype(dtype)


def joined(X, weight=None):
    """The distinct rows, or None where there are too many for joining to pay."""
    return join_equal_rows(X, weight, strategy.most_distinct(len(X)))


def pays(X):
    return find_distinct_rows(X, None) is not None


def pair(X, k, weight=None, **params):
    """The fit that collapses, and the one that does not."""
    fits = [KMeans(k, algorithm=a, **params) for a in ("auto", "lloyd")]
    return [model.fit(X, sample_weight=weight) for model in fits]


def assert_same(X, k, weight=None, rtol=1e-12, **params):
    assert pays(X)
    auto, lloyd = pair(X, k, weight, **params)
    np.testing.assert_array_equal(auto.labels_, lloyd.labels_)
    assert auto.n_iter_ == lloyd.n_iter_
    np.testing.assert_allclose(auto.cluster_centers_, lloyd.cluster_centers_, rtol=rtol, atol=rtol)
    assert auto.inertia_ == pytest.approx(lloyd.inertia_, rel=rtol)
    assert auto.n_distances_ < lloyd.n_distances_ / 2
    np.testing.assert_array_equal(auto.predict(X), auto.labels_)
    return auto


# ---- finding equal rows ------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [1, 100, 30_000])
def test_different_rows_are_those_that_numpy_finds(n, dtype):
    X = customers(n, dtype)[: n // 2 + 1].repeat(3, axis=0)
    X = np.random.default_rng(1).permutation(X)
    weight = np.random.default_rng(2).uniform(0, 2, len(X)).astype(dtype)
    for given in (None, weight):
        equal = joined(X, given)
        _, first, counts = np.unique(X, axis=0, return_index=True, return_counts=True)
        np.testing.assert_array_equal(equal.X, X[np.sort(first)])  # in order of appearance
        np.testing.assert_array_equal(equal.X[equal.inverse], X)
        if given is None:
            np.testing.assert_array_equal(equal.weight, counts[np.argsort(first)])
        else:
            assert equal.weight.sum() == pytest.approx(weight.sum(dtype=np.float64), rel=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("weighted", [False, True])
def test_equal_rows_are_those_of_the_naive_twin(dtype, weighted):
    X = customers(500, dtype)
    X[X == 0.0] = np.where(np.arange((X == 0.0).sum()) % 2, 0.0, -0.0)
    X = np.vstack([X] * 4)
    weight = np.random.default_rng(2).integers(0, 5, len(X)).astype(dtype) if weighted else None
    ours, (rows, weights, place) = joined(X, weight), naive.different_rows(X, weight)
    np.testing.assert_array_equal(ours.X, rows)
    np.testing.assert_array_equal(ours.weight, weights)
    np.testing.assert_array_equal(ours.inverse, place)


def test_the_table_of_rows_grows():
    X = np.random.default_rng(3).normal(size=(20_000, 2)).repeat(4, axis=0)
    equal = joined(X)
    np.testing.assert_array_equal(equal.X, X[::4])
    assert (equal.weight == 4).all()


def test_zero_has_no_sign():
    X = np.array([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0], [-0.0, 1.0]])
    assert len(joined(X).X) == 1


def test_too_many_different_rows_are_given_up():
    X = np.random.default_rng(4).normal(size=(30_000, 2))
    assert joined(X) is None
    assert joined(X.repeat(2, axis=0)) is None


def test_the_sample_says_what_pays():
    rng = np.random.default_rng(5)
    assert pays(customers(100_000))
    assert not pays(customers(1000))  # too few rows to matter
    assert not pays(rng.normal(size=(100_000, 2)))
    assert not pays(rng.integers(0, 1 << 20, (200_000, 1)).astype(float))
    half_equal = rng.normal(size=(100_000, 2))
    half_equal[::2] = 0.0
    half_equal = rng.permutation(half_equal)
    assert not pays(half_equal)


# ---- the same result ---------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n", [5000, 60_000])  # runs side by side, and threads on one run
@pytest.mark.parametrize("params", [{}, {"tol": 0}, {"init": "random", "n_init": 3}])
def test_equals_the_fit_of_all_rows(n, dtype, params):
    X = customers(n, dtype) * dtype(0.37)
    assert_same(X, 7, rtol=1e-12 if dtype == np.float64 else 2e-6, random_state=0, **params)


@pytest.mark.parametrize("params", [{"max_iter": 3}, {"callback": print}])
def test_equals_the_fit_of_all_rows_when_stopped_or_watched(params):
    assert_same(customers(30_000), 6, random_state=1, **params)


def test_weights_add_up():
    X = customers(30_000) * 0.37
    weight = np.random.default_rng(6).uniform(0, 3, len(X)).round(2)
    assert_same(X, 6, weight, random_state=2)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("watched", [False, True])
def test_an_empty_cluster_takes_a_row_not_all_equal_ones(weighted, watched):
    X = customers(20_000) * 0.37
    start = np.vstack([X[:3], np.full((4, 3), 1e3), np.full((2, 3), -1e3)])
    weight = np.random.default_rng(7).integers(0, 3, len(X)) * 0.7 if weighted else None
    params = {"callback": lambda *_: None} if watched else {}
    auto, lloyd = pair(X, 9, weight, init=start, n_init=1, max_iter=2, tol=0, **params)
    np.testing.assert_allclose(auto.cluster_centers_, lloyd.cluster_centers_, rtol=1e-12)
    np.testing.assert_array_equal(auto.labels_, lloyd.labels_)


def test_fewer_different_rows_than_clusters():
    X = np.repeat([[0.0, 1.0], [2.0, 3.0], [9.0, 9.0]], 3000, axis=0)
    with pytest.warns(UserWarning, match=r"distinct clusters \(3\) found smaller"):
        ours = KMeans(5, random_state=0).fit(X)
    assert ours.inertia_ == 0.0
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


def test_a_sweep_collapses_once_and_has_the_bits_of_single_fits(monkeypatch):
    calls = []
    monkeypatch.setattr(
        dataset, "find_distinct_rows", lambda *args: calls.append(1) or find_distinct_rows(*args)
    )
    X = customers(30_000)
    results = fit_range(X, range(2, 7), n_init=2, random_state=0)
    assert len(calls) == 1
    for k, result in zip(range(2, 7), results, strict=True):
        single = KMeans(k, n_init=2, random_state=0).fit(X)
        np.testing.assert_array_equal(result.labels, single.labels_)
        assert result.centers.tobytes() == single.cluster_centers_.tobytes()
        assert result.inertia == single.inertia_


def test_the_same_bits_for_any_number_of_threads():
    X = customers(300_000) * 0.37
    fits = [KMeans(8, random_state=0, n_threads=t).fit(X) for t in (1, 2, 3)]
    for other in fits[1:]:
        assert other.cluster_centers_.tobytes() == fits[0].cluster_centers_.tobytes()
        np.testing.assert_array_equal(other.labels_, fits[0].labels_)
