"""KMeans against scikit-learn from the same start and seed, and what a result promises."""

import warnings

import numpy as np
import pytest
from sklearn.cluster import KMeans as TheirKMeans
from sklearn.exceptions import ConvergenceWarning

from kmeans_core import KMeans
from kmeans_core.kmeans import naive
from kmeans_core.kmeans.algorithms import NAMES

DTYPES = [np.float32, np.float64]


def groups(n, d, k, dtype=np.float64, seed=0, spread=1.0):
    """Rows around k centers in [-5, 5]^d, and rows to start from."""
    rng = np.random.default_rng([seed, n, d, k])
    centers = rng.uniform(-5, 5, (k, d))
    X = (centers[rng.integers(k, size=n)] + spread * rng.normal(size=(n, d))).astype(dtype)
    return X, X[rng.choice(n, k, replace=False)]


def from_start(start, **params):
    return KMeans(len(start), init=start, n_init=1, **params)


def theirs_from_start(start, **params):
    return TheirKMeans(len(start), init=start, n_init=1, **params)


@pytest.fixture(params=[name for name in NAMES if name != "naive"])
def algorithm(request):
    return request.param


@pytest.mark.parametrize("name", NAMES)
def test_ties_go_to_the_lowest_index(name):
    X = np.array([[0.0], [2.0], [4.0], [6.0], [1.0], [3.0], [5.0]])
    start = np.array([[2.0], [0.0], [6.0], [4.0], [2.0]])
    weight = [1, 1, 1, 1, 0, 0, 0]  # rows half way between two centers move none
    with pytest.warns(UserWarning, match="distinct clusters"):  # two centers are equal
        ours = from_start(start, algorithm=name).fit(X, sample_weight=weight)
    np.testing.assert_array_equal(ours.cluster_centers_, start)
    np.testing.assert_array_equal(ours.labels_, [1, 0, 3, 2, 0, 0, 2])
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


# ---- against scikit-learn ----------------------------------------------------------------------


@pytest.mark.parametrize(("n", "d", "k"), [(1000, 2, 5), (3000, 5, 12), (20_000, 4, 8)])
@pytest.mark.parametrize("tol", [0.0, 1e-4])
def test_equals_scikit_learn_from_the_same_start(n, d, k, tol):
    X, start = groups(n, d, k, spread=1.5)
    ours, theirs = from_start(start, tol=tol).fit(X), theirs_from_start(start, tol=tol).fit(X)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    np.testing.assert_allclose(ours.cluster_centers_, theirs.cluster_centers_, rtol=1e-9)


def test_equals_scikit_learn_with_weights():
    X, start = groups(2000, 4, 9, spread=2.0)
    weight = np.random.default_rng(4).exponential(size=2000)
    ours = from_start(start).fit(X, sample_weight=weight)
    theirs = theirs_from_start(start).fit(X, sample_weight=weight)
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.score(X, sample_weight=weight) == pytest.approx(-ours.inertia_, rel=1e-12)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize("n_init", [1, 4, "auto"])
@pytest.mark.parametrize("seed", [0, 7])
def test_the_same_seed_gives_the_clustering_that_scikit_learn_gives(init, n_init, seed):
    X, _ = groups(800, 3, 6)
    ours = KMeans(6, init=init, n_init=n_init, random_state=seed).fit(X)
    theirs = TheirKMeans(6, init=init, n_init=n_init, random_state=seed).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)


def test_transform_predict_and_score_are_scikit_learns():
    X, start = groups(700, 5, 10)
    new = groups(300, 5, 10, seed=9)[0]
    ours, theirs = from_start(start).fit(X), theirs_from_start(start).fit(X)
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new), rtol=1e-10)
    np.testing.assert_array_equal(ours.predict(new), theirs.predict(new))
    assert ours.score(new) == pytest.approx(theirs.score(new), rel=1e-10)
    np.testing.assert_array_equal(ours.fit_predict(X), ours.labels_)
    np.testing.assert_allclose(ours.fit_transform(X), theirs.transform(X), rtol=1e-10)


# ---- what a result promises --------------------------------------------------------------------


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("max_iter", "tol"), [(1, 0.0), (2, 0.1), (300, 0.0), (300, 1e-4)])
def test_labels_are_those_of_predict_and_inertia_is_the_direct_sum(dtype, max_iter, tol, algorithm):
    X, start = groups(30_000, 3, 10, dtype, spread=3.0)  # large enough for several threads
    ours = from_start(start, max_iter=max_iter, tol=tol, algorithm=algorithm).fit(X)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    own = ours.cluster_centers_.astype(np.float64)[ours.labels_]
    direct = ((X.astype(np.float64) - own) ** 2).sum()
    assert ours.inertia_ == pytest.approx(direct, rel=1e-12 if dtype == np.float64 else 1e-6)
    assert ours.inertia_ == pytest.approx(-ours.score(X), rel=1e-12)


def test_weight_two_is_the_row_twice(algorithm):
    X, start = groups(300, 3, 5)
    weight = np.random.default_rng(5).integers(1, 4, 300)
    ours = from_start(start, tol=0, algorithm=algorithm).fit(X, sample_weight=weight)
    repeated = from_start(start, tol=0, algorithm=algorithm).fit(np.repeat(X, weight, axis=0))
    np.testing.assert_allclose(ours.cluster_centers_, repeated.cluster_centers_, rtol=1e-12)
    np.testing.assert_array_equal(np.repeat(ours.labels_, weight), repeated.labels_)
    assert ours.inertia_ == pytest.approx(repeated.inertia_, rel=1e-12)


@pytest.mark.parametrize("init", ["k-means++", "random"])
def test_rows_of_weight_zero_have_no_influence(init):
    X, _ = groups(300, 2, 4)
    far = np.array([[1e6, 1e6], [-1e6, 1e6], [0.0, -1e6]])
    both, weight = np.vstack([X, far]), np.r_[np.ones(300), np.zeros(3)]
    for seed in range(5):
        ours = KMeans(4, init=init, n_init=1, random_state=seed).fit(both, sample_weight=weight)
        assert np.abs(ours.cluster_centers_).max() < 20
        direct = ((both[:, None] - ours.cluster_centers_) ** 2).sum(axis=2)
        np.testing.assert_array_equal(ours.labels_, direct.argmin(axis=1))


def test_rows_of_weight_zero_do_not_fill_empty_clusters(algorithm):
    X, _ = groups(100, 2, 3)
    both, weight = np.vstack([X, [[1e3, 1e3]]]), np.r_[np.ones(100), 0.0]
    start = np.vstack([X[:2], [[-1e4, 0.0]]])
    ours = from_start(start, algorithm=algorithm).fit(both, sample_weight=weight)
    assert np.abs(ours.cluster_centers_).max() < 20
    assert ours.labels_[-1] in range(3)


def test_fewer_distinct_rows_than_clusters_is_one_warning(algorithm):
    X = np.repeat([[0.0, 1.0], [2.0, 3.0], [9.0, 9.0]], [4, 5, 6], axis=0)
    with pytest.warns(ConvergenceWarning, match=r"distinct clusters \(3\) found smaller") as caught:
        ours = KMeans(5, random_state=0, algorithm=algorithm).fit(X)
    assert len(caught) == 1
    assert caught[0].filename == __file__
    assert ours.cluster_centers_.shape == (5, 2)
    assert np.unique(ours.labels_).size == 3
    assert ours.inertia_ == 0.0
    assert np.isfinite(ours.cluster_centers_).all()
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


# ---- numbers that break other forms ------------------------------------------------------------


@pytest.mark.parametrize(("dtype", "offset"), [(np.float64, 1e8), (np.float32, 1e4)])
def test_groups_far_apart_get_the_labels_of_the_direct_form(dtype, offset, algorithm):
    rng = np.random.default_rng(6)
    X = rng.normal(size=(2000, 3))
    X[1000:] += offset
    X = X.astype(dtype)
    start = X[[0, 1, 2, 1000, 1001, 1002]]
    ours = from_start(start, tol=0, max_iter=20, algorithm=algorithm).fit(X)
    wide, centers = X.astype(np.float64), ours.cluster_centers_.astype(np.float64)
    direct = ((wide[:, None] - centers) ** 2).sum(axis=2)
    np.testing.assert_array_equal(ours.labels_, direct.argmin(axis=1))
    labels = naive.lloyd(X, start, np.ones(2000), max_iter=20)[0]
    assert (labels == ours.labels_).mean() > (0.999 if dtype == np.float64 else 0.99)


@pytest.mark.parametrize(
    ("dtype", "factor"),
    [
        (np.float64, 2.0**664),  # 1e200: squares overflow
        (np.float64, 2.0**-1000),
        (np.float32, 2.0**66),  # 1e20
        (np.float32, 2.0**-100),
    ],
)
def test_a_power_of_two_changes_no_bit(dtype, factor, algorithm):
    X, start = groups(500, 3, 6, dtype)
    plain = from_start(start, algorithm=algorithm).fit(X)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="The inertia is larger", category=RuntimeWarning)
        scaled = from_start(start * dtype(factor), algorithm=algorithm).fit(X * dtype(factor))
    np.testing.assert_array_equal(plain.labels_, scaled.labels_)
    np.testing.assert_array_equal(plain.cluster_centers_ * dtype(factor), scaled.cluster_centers_)
    assert plain.n_iter_ == scaled.n_iter_


@pytest.mark.parametrize("dtype", DTYPES)
def test_denormals_are_numbers_too(dtype):
    tiny = np.finfo(dtype).smallest_subnormal
    X = (np.array([[0], [1], [2], [1000], [1001], [1002]]) * tiny).astype(dtype)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        ours = KMeans(2, n_init=5, random_state=0).fit(X)
    assert len(set(ours.labels_[:3])) == len(set(ours.labels_[3:])) == 1
    assert ours.labels_[0] != ours.labels_[3]
    np.testing.assert_array_equal(np.sort(ours.cluster_centers_.ravel()), X[[1, 4]].ravel())


def test_largest_and_smallest_numbers_together():
    X = np.array([[1e308, 1e-308], [1e308, 2e-308], [-1e308, 1e-308], [-1e308, 0.0]])
    ours = KMeans(2, random_state=0).fit(X)
    assert ours.labels_[0] == ours.labels_[1] != ours.labels_[2] == ours.labels_[3]
    assert np.isfinite(ours.cluster_centers_).all()


@pytest.mark.parametrize("value", [0.0, 3.7, -1e140])
def test_all_rows_equal(value, algorithm):
    X = np.full((50, 3), value)
    ours = KMeans(1, algorithm=algorithm).fit(X)
    np.testing.assert_allclose(ours.cluster_centers_, X[:1], rtol=1e-15)
    assert ours.inertia_ <= 1e-28 * (X**2).sum()
    with pytest.warns(ConvergenceWarning, match="found smaller than n_clusters"):
        ours = KMeans(3, random_state=0, algorithm=algorithm).fit(X)
    assert np.unique(ours.labels_).size < 3
    np.testing.assert_allclose(ours.cluster_centers_, X[:3], rtol=1e-15)


def test_a_constant_column_changes_nothing(algorithm):
    X, start = groups(300, 3, 5)

    def with_constant(A):
        return np.column_stack([A, np.full(len(A), 12345.678)])

    plain = from_start(start, tol=0, algorithm=algorithm).fit(X)
    other = from_start(with_constant(start), tol=0, algorithm=algorithm).fit(with_constant(X))
    np.testing.assert_array_equal(plain.labels_, other.labels_)
    np.testing.assert_allclose(other.cluster_centers_[:, 3], 12345.678, rtol=1e-14)


def test_inertia_that_no_float_can_hold_is_said_not_hidden():
    rng = np.random.default_rng(7)
    X = rng.normal(size=(100, 2)) + np.repeat([[0.0], [50.0]], 50, axis=0)
    small = KMeans(2, init="random", n_init=5, random_state=0).fit(X)
    with pytest.warns(RuntimeWarning, match="larger than float64 can hold"):
        large = KMeans(2, init="random", n_init=5, random_state=0).fit(X * 2.0**664)
    np.testing.assert_array_equal(large.labels_, small.labels_)
    assert large.inertia_ == np.inf


# ---- the same bits -----------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [0, np.random.RandomState, np.random.default_rng])
def test_the_same_seed_gives_the_same_bits(seed):
    X, _ = groups(5000, 4, 10)
    runs = [
        KMeans(10, n_init=2, random_state=seed if seed == 0 else seed(3)).fit(X) for _ in range(2)
    ]
    np.testing.assert_array_equal(runs[0].labels_, runs[1].labels_)
    np.testing.assert_array_equal(runs[0].cluster_centers_, runs[1].cluster_centers_)
    assert runs[0].inertia_ == runs[1].inertia_


def test_any_layout_and_integer_type_gives_the_same_bits():
    X = np.random.default_rng(8).integers(0, 100, (500, 4))
    expected = KMeans(6, random_state=0).fit(X.astype(np.float64))
    read_only = X.astype(np.float64)
    read_only.setflags(write=False)
    strided = np.zeros((1000, 8))
    strided[::2, ::2] = X
    swapped = X.astype(np.float64).astype(">f8")
    inputs = [X.astype(t) for t in (np.int8, np.uint8, np.int16, np.int64, np.uint64)]
    inputs += [np.asfortranarray(read_only), read_only, strided[::2, ::2], swapped, X.tolist()]
    for same in inputs:
        ours = KMeans(6, random_state=0).fit(same)
        np.testing.assert_array_equal(ours.labels_, expected.labels_)
        np.testing.assert_array_equal(ours.cluster_centers_, expected.cluster_centers_)
        np.testing.assert_array_equal(ours.predict(same), expected.labels_)


def test_the_input_is_not_changed():
    X, start = groups(300, 3, 4)
    X_before, start_before = X.copy(), start.copy()
    for copy_x in (True, False):
        from_start(start, copy_x=copy_x).fit(X).predict(X)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(start, start_before)


def test_the_algorithms_are_bit_for_bit_those_of_lloyd(algorithm):
    X, start = groups(20_000, 6, 16, spread=2.0)
    lloyd = from_start(start, tol=0, algorithm="lloyd").fit(X)
    other = from_start(start, tol=0, algorithm=algorithm).fit(X)
    np.testing.assert_array_equal(lloyd.labels_, other.labels_)
    assert lloyd.n_iter_ == other.n_iter_
    if algorithm != "kdtree":  # which sums in another order
        np.testing.assert_array_equal(lloyd.cluster_centers_, other.cluster_centers_)
        assert lloyd.inertia_ == other.inertia_


# ---- what scikit-learn's documentation promises ------------------------------------------------


def test_a_callable_start_is_called_once_a_restart():
    X, _ = groups(200, 3, 4)
    calls = []

    def init(rows, n_clusters, random_state):
        calls.append((rows.shape, n_clusters))
        return rows[random_state.permutation(len(rows))[:n_clusters]]

    ours = KMeans(4, init=init, random_state=0).fit(X)
    assert calls == [((200, 3), 4)] * 10  # n_init='auto'
    again = KMeans(4, init=init, n_init=10, random_state=0).fit(X)
    assert ours.inertia_ == again.inertia_


def test_an_array_to_start_from_is_used_once_and_says_so():
    X, start = groups(200, 3, 4)
    with pytest.warns(RuntimeWarning, match="performing only one init in KMeans") as caught:
        several = KMeans(4, init=start, n_init=5).fit(X)
    assert caught[0].filename == __file__
    np.testing.assert_array_equal(several.labels_, from_start(start).fit(X).labels_)
    listed = KMeans(4, init=start.tolist()).fit(X)
    np.testing.assert_array_equal(several.labels_, listed.labels_)


@pytest.mark.parametrize("init", ["k-means++", "random"])
@pytest.mark.parametrize("n_positive", [1, 2, 3])
def test_fewer_rows_of_positive_weight_than_clusters(init, n_positive):
    X, _ = groups(60, 2, 3)
    weight = np.r_[np.zeros(60 - n_positive), np.ones(n_positive)]
    for seed in range(5):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", category=ConvergenceWarning)
            ours = KMeans(4, init=init, n_init=2, random_state=seed).fit(X, sample_weight=weight)
        mine = X[-n_positive:]
        distances = ((ours.cluster_centers_[:, None] - mine) ** 2).sum(axis=2)
        assert (distances.min(axis=1) < 1e-28).all()  # no center on a row without weight
        assert ours.inertia_ < 1e-28


def test_weights_may_be_any_positive_numbers():
    X, start = groups(300, 3, 5)
    plain = from_start(start, tol=0).fit(X)
    for factor in (1e-300, 1e-5, 1e5, 1e300):
        ours = from_start(start, tol=0).fit(X, sample_weight=np.full(300, factor))
        np.testing.assert_array_equal(ours.labels_, plain.labels_)
        np.testing.assert_allclose(ours.cluster_centers_, plain.cluster_centers_, rtol=1e-12)
        assert ours.inertia_ == pytest.approx(plain.inertia_ * factor, rel=1e-12)


def test_float32_stays_float32():
    X, _ = groups(200, 3, 4, np.float32)
    ours = KMeans(4, random_state=0).fit(X, sample_weight=np.ones(200))
    assert ours.cluster_centers_.dtype == ours.transform(X).dtype == np.float32
    assert ours.labels_.dtype == ours.predict(X.astype(np.float64)).dtype == np.int32
    wide = ours.transform(X.astype(np.float64))  # as in scikit-learn
    assert wide.dtype == np.float64
    np.testing.assert_allclose(wide, ours.transform(X), rtol=1e-4)
    assert isinstance(ours.inertia_, float)
    assert isinstance(ours.score(X), float)


def test_max_iter_reached_is_no_warning():
    X, start = groups(500, 3, 8, spread=4.0)
    ours = from_start(start, max_iter=2).fit(X)  # warnings are errors
    assert ours.n_iter_ == 2
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)


def test_one_cluster_and_as_many_clusters_as_rows():
    X, _ = groups(20, 3, 4)
    one = KMeans(1).fit(X)
    np.testing.assert_allclose(one.cluster_centers_[0], X.mean(axis=0), rtol=1e-14)
    all_of_them = KMeans(20, random_state=0).fit(X)
    assert all_of_them.inertia_ == 0.0
    assert np.unique(all_of_them.labels_).size == 20
