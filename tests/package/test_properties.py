"""What holds for every table, looked for by hypothesis."""

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from kmeans_core import KMeans
from kmeans_core.kmeans import naive

# Compiling takes seconds the first time. The same examples in every run: a failure is no chance.
settings.register_profile(
    "kmeans", deadline=None, derandomize=True, max_examples=80,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)  # fmt: skip
settings.load_profile("kmeans")
pytestmark = pytest.mark.filterwarnings("ignore:Number of distinct clusters")

DTYPES = st.sampled_from([np.float32, np.float64])


@st.composite
def tables(draw, dtype=None, largest=1e6, most_rows=60):
    """A table and a number of clusters: few values, so that ties and equal rows occur, or any."""
    dtype = draw(DTYPES) if dtype is None else dtype
    n, d = draw(st.integers(1, most_rows)), draw(st.integers(1, 5))
    width = 32 if dtype == np.float32 else 64
    bound = float(np.float32(largest))
    any_value = st.floats(-bound, bound, width=width, allow_subnormal=False)
    values = draw(st.sampled_from([st.integers(-3, 3).map(float), any_value]))
    X = draw(hnp.arrays(dtype, (n, d), elements=values))
    return X, draw(st.integers(1, min(n, 8)))


@st.composite
def grouped(draw):
    """Rows around well separated centers, and a start with one row of each group."""
    k, d = draw(st.integers(2, 6)), draw(st.integers(1, 4))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = draw(st.lists(st.integers(1, 12), min_size=k, max_size=k))
    label = np.repeat(np.arange(k), sizes)
    X = rng.normal(size=(len(label), d)) * draw(st.sampled_from([0.1, 1.0, 3.0]))
    X[:, 0] += 5.0 * label
    return X, X[np.cumsum(sizes) - 1], rng


def has_margin(X, start, margin=1e-6):
    """No near-tie at any iteration of the naive page, and no cluster that runs empty."""
    centers = np.array(start)
    while True:
        distances = np.sqrt(((X[:, None] - centers) ** 2).sum(axis=2))
        two = np.partition(distances, 1, axis=1)
        labels = distances.argmin(axis=1)
        if (two[:, 1] - two[:, 0]).min() < margin or len(set(labels)) < len(start):
            return False
        new = np.array([X[labels == j].mean(axis=0) for j in range(len(start))])
        if np.abs(new - centers).max() < 1e-12:
            return True
        centers = new


def same_partition(one, other):
    return len(set(zip(one.tolist(), other.tolist(), strict=True))) == len(set(one.tolist()))


@given(tables(), st.integers(0, 2**32 - 1), st.sampled_from(["k-means++", "random"]))
def test_labels_inertia_and_centers(table, seed, init):
    X, k = table
    ours = KMeans(k, init=init, n_init=1, random_state=seed).fit(X)
    assert ours.labels_.shape == (len(X),)
    assert ours.labels_.min() >= 0
    assert ours.labels_.max() < k
    assert ours.cluster_centers_.shape == (k, X.shape[1])
    assert 1 <= ours.n_iter_ <= 300
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    # The label is the nearest center, the lowest of equals, in exact enough arithmetic.
    wide, centers = X.astype(np.longdouble), ours.cluster_centers_.astype(np.longdouble)
    squared = ((wide[:, None] - centers) ** 2).sum(axis=2)
    own = squared[np.arange(len(X)), ours.labels_]
    lost = 1e-300 * float(np.abs(wide).max()) ** 2  # squares that vanish beside the largest number
    assert (own <= squared.min(axis=1) * (1 + 1e-14) + lost).all()
    direct = float(own.sum())
    assert ours.inertia_ == pytest.approx(direct, rel=1e-12, abs=max(lost, 1e-300))


@given(tables(dtype=np.float64), st.integers(0, 2**32 - 1))
def test_inertia_never_rises_but_for_a_relocation(table, seed):
    X, k = table
    seen = []
    ours = KMeans(k, n_init=1, tol=0, random_state=seed)
    ours.set_params(callback=lambda n_iter, inertia, shift: seen.append(inertia)).fit(X)
    start = ours.set_params(max_iter=1, callback=None)  # the same seeds
    rounding = 1e-28 * (X**2).sum()  # the mean of equal rows may be off by a last digit
    for before, after, n_iter in zip(seen, seen[1:], range(1, len(seen)), strict=False):
        if after > before * (1 + 1e-12) + rounding:
            labels = start.set_params(max_iter=max(1, n_iter - 1)).fit(X).labels_
            assert len(set(labels.tolist())) < k, (n_iter, before, after)


@given(tables(), st.integers(0, 2**32 - 1), st.integers(-60, 60))
def test_a_power_of_two_changes_no_bit(table, seed, exponent):
    X, k = table
    factor = X.dtype.type(2.0**exponent)
    assume((np.abs(X[X != 0]) > 1e-12).all())  # times 2^-60 a number must not become denormal
    plain = KMeans(k, n_init=1, random_state=seed).fit(X)
    scaled = KMeans(k, n_init=1, random_state=seed).fit(X * factor)
    np.testing.assert_array_equal(plain.labels_, scaled.labels_)
    np.testing.assert_array_equal(plain.cluster_centers_ * factor, scaled.cluster_centers_)
    assert plain.n_iter_ == scaled.n_iter_


@given(grouped(), st.booleans())
def test_the_naive_page_agrees_on_data_with_a_margin(data, weighted):
    X, start, rng = data
    assume(has_margin(X, start))
    weight = rng.integers(1, 4, len(X)).astype(float) if weighted else None
    assume(not weighted or has_margin(np.repeat(X, weight.astype(int), axis=0), start))
    each = np.ones(len(X)) if weight is None else weight
    labels, centers, inertia, n_iter = naive.lloyd(X, start, each)
    ours = KMeans(len(start), init=start, n_init=1, tol=0).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_, labels)
    np.testing.assert_allclose(ours.cluster_centers_, centers, rtol=1e-10, atol=1e-12)
    assert ours.inertia_ == pytest.approx(inertia, rel=1e-9, abs=1e-20)
    assert ours.n_iter_ == n_iter


@given(grouped())
def test_order_of_rows_and_of_centers_and_rotation_change_no_partition(data):
    X, start, rng = data
    assume(has_margin(X, start))
    k, d = start.shape
    plain = KMeans(k, init=start, n_init=1, tol=0).fit(X).labels_

    rows = rng.permutation(len(X))
    by_rows = KMeans(k, init=start, n_init=1, tol=0).fit(X[rows]).labels_
    np.testing.assert_array_equal(by_rows, plain[rows])

    order = rng.permutation(k)
    by_centers = KMeans(k, init=start[order], n_init=1, tol=0).fit(X).labels_
    np.testing.assert_array_equal(order[by_centers], plain)

    rotation = np.linalg.qr(rng.normal(size=(d, d)))[0]
    rotated = KMeans(k, init=start @ rotation, n_init=1, tol=0).fit(X @ rotation).labels_
    np.testing.assert_array_equal(rotated, plain)
    moved = KMeans(k, init=start + 1.0, n_init=1, tol=0).fit(X + 1.0).labels_
    assert same_partition(moved, plain)


@given(tables(), st.integers(0, 2**32 - 1))
def test_the_same_seed_gives_the_same_bits_for_any_layout(table, seed):
    X, k = table
    plain = KMeans(k, n_init=2, random_state=seed, n_threads=1).fit(X)
    again = KMeans(k, n_init=2, random_state=seed, n_threads=3).fit(np.asfortranarray(X))
    np.testing.assert_array_equal(plain.labels_, again.labels_)
    np.testing.assert_array_equal(plain.cluster_centers_, again.cluster_centers_)
    assert plain.inertia_ == again.inertia_


@given(tables(dtype=np.float64), st.integers(0, 2**32 - 1))
def test_a_row_of_weight_zero_changes_nothing(table, seed):
    X, k = table
    rng = np.random.default_rng(seed)
    start = X[rng.choice(len(X), k, replace=False)]
    both = np.vstack([X, 100.0 * rng.normal(size=(3, X.shape[1]))])
    weight = np.r_[np.ones(len(X)), np.zeros(3)]
    plain = KMeans(k, init=start, n_init=1, tol=0).fit(X)
    ours = KMeans(k, init=start, n_init=1, tol=0).fit(both, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_[: len(X)], plain.labels_)
    np.testing.assert_array_equal(ours.predict(both), ours.labels_)
    rounding = 1e-28 * (X**2).sum()  # the mean of equal rows may be off by a last digit
    assert ours.inertia_ == pytest.approx(plain.inertia_, rel=1e-12, abs=max(1e-20, rounding))
