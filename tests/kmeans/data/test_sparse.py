"""Sparse rows: every format and index type, with the bits of the dense fit."""

import subprocess
import sys

import numpy as np
import pytest
import scipy.sparse as sp
from sklearn.cluster import KMeans as TheirKMeans

from kmeans_core import AgglomerativeClustering, KMeans, kmeans_plusplus, linkage
from kmeans_core.kmeans.data import sparse

FORMATS = ["csr", "csc", "coo", "lil", "dok", "bsr", "dia"]


def counts(n=400, d=30, dtype=np.float64):
    rng = np.random.default_rng(0)
    topic = np.repeat(np.arange(4), n // 4)
    rates = 0.1 + 3.0 * (np.arange(d) // (d // 4) == topic[:, None])
    return rng.poisson(rates).astype(dtype)


def shuffled_and_split(dense):
    """CSR with column indices in any order and some numbers stored as two halves."""
    csr = sp.csr_matrix(dense)
    rng = np.random.default_rng(1)
    data, indices, indptr = [], [], [0]
    for i in range(csr.shape[0]):
        row = slice(csr.indptr[i], csr.indptr[i + 1])
        j = np.r_[csr.indices[row], csr.indices[row][:2]]
        x = np.r_[csr.data[row], csr.data[row][:2] / 2]
        x[:2] /= 2
        order = rng.permutation(len(j))
        indices.append(j[order])
        data.append(x[order])
        indptr.append(indptr[-1] + len(j))
    return sp.csr_matrix((np.concatenate(data), np.concatenate(indices), indptr), dense.shape)


def assert_same_fit(X, dense, **params):
    params = {"n_clusters": 4, "random_state": 0} | params
    ours, expected = KMeans(**params).fit(X), KMeans(**params).fit(dense)
    np.testing.assert_array_equal(ours.labels_, expected.labels_)
    np.testing.assert_array_equal(ours.cluster_centers_, expected.cluster_centers_)
    assert (ours.inertia_, ours.n_iter_) == (expected.inertia_, expected.n_iter_)
    assert ours.cluster_centers_.dtype == expected.cluster_centers_.dtype
    np.testing.assert_array_equal(ours.predict(X), expected.labels_)
    np.testing.assert_array_equal(ours.transform(X), expected.transform(dense))
    assert ours.score(X) == expected.score(dense)


@pytest.mark.filterwarnings("ignore::scipy.sparse.SparseEfficiencyWarning")
@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, np.bool_])
@pytest.mark.parametrize("form", FORMATS)
def test_every_format_gives_the_bits_of_the_dense_fit(form, dtype):
    dense = counts(dtype=dtype)
    for kind in (sp.csr_matrix, sp.csr_array):
        assert_same_fit(kind(dense).asformat(form), dense)


def test_the_naive_page_reads_sparse_rows():
    dense = counts()
    assert_same_fit(sp.csr_matrix(dense), dense, algorithm="naive", n_init=2)


def test_duplicates_and_unsorted_indices():
    dense = counts()
    X = shuffled_and_split(dense)
    assert not X.has_canonical_format
    before = X.data.copy(), X.indices.copy(), X.indptr.copy()
    assert_same_fit(X, dense)
    for old, new in zip(before, (X.data, X.indices, X.indptr), strict=True):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize("index", [np.int32, np.int64])
def test_index_types(index):
    dense = counts()
    X = sp.csr_matrix(dense)
    X.indices, X.indptr = X.indices.astype(index), X.indptr.astype(index)
    assert_same_fit(X, dense, init="random", n_init=2)


def test_weights_and_large_tables():
    dense = counts(20_000)
    weight = np.random.default_rng(2).uniform(0, 2, 20_000)
    ours = KMeans(4, random_state=0).fit(sp.csr_matrix(dense), sample_weight=weight)
    expected = KMeans(4, random_state=0).fit(dense, sample_weight=weight)
    np.testing.assert_array_equal(ours.labels_, expected.labels_)
    assert ours.inertia_ == expected.inertia_


def test_anything_with_the_attributes_is_sparse():
    class Compressed:
        def __init__(self, X):
            self.data, self.indices, self.indptr, self.shape = X.data, X.indices, X.indptr, X.shape

    class Convertible:
        def __init__(self, X):
            self.X, self.shape = X, X.shape

        def tocsr(self):
            return Compressed(self.X)

    dense = counts()
    assert_same_fit(Compressed(sp.csr_matrix(dense)), dense)
    assert_same_fit(Convertible(sp.csr_matrix(dense)), dense)


def test_scikit_learn_agrees_and_seeds_are_the_same_rows():
    dense = counts()
    X, start = sp.csr_matrix(dense), dense[[0, 120, 240, 360]]
    ours = KMeans(4, init=start, n_init=1).fit(X)
    theirs = TheirKMeans(4, init=start, n_init=1).fit(X)
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    assert ours.inertia_ == pytest.approx(theirs.inertia_, rel=1e-9)
    centers, indices = kmeans_plusplus(X, 4, random_state=0)
    np.testing.assert_array_equal(indices, kmeans_plusplus(dense, 4, random_state=0)[1])
    np.testing.assert_array_equal(centers, dense[indices])


def test_what_cannot_fit_is_refused_with_the_figure(monkeypatch):
    X = sp.csr_matrix((10_000_000, 1_000_000))
    with pytest.raises(MemoryError, match=r"10000000 x 1000000 float64 .* need 160000\.3 GB"):
        KMeans(2).fit(X)
    monkeypatch.setattr(sparse, "available_memory", lambda: 9_000_000)
    with pytest.raises(MemoryError, match=r"need 9\.4 MB, and 9\.0 MB are available"):
        KMeans(2).fit(sp.csr_matrix((1000, 63)))
    fitted = KMeans(2, random_state=0).fit(sp.csr_matrix(counts(40)))
    large = sp.csr_matrix((10_000, 30))
    for refused in (fitted.predict, fitted.score, fitted.transform):
        with pytest.raises(MemoryError, match="10000 x 30 float64"):
            refused(large)
    with pytest.raises(MemoryError, match="10000 x 30 float64"):
        kmeans_plusplus(large, 2)


def test_every_other_argument_is_looked_at_before_rows_are_written(monkeypatch):
    dense = counts(40)
    X, fitted = sp.csr_matrix(dense), KMeans(4, random_state=0).fit(dense)
    before = dict(vars(fitted))

    def write(*_):
        raise AssertionError("rows are written")

    monkeypatch.setattr(sparse, "write_rows", write)
    narrow = sp.csr_matrix(dense[:, :7])
    for params in (
        {"n_clusters": 41}, {"tol": -1.0}, {"init": dense[:3]}, {"random_state": "x"},
        {"callback": 3}, {"max_time": -1.0}, {"algorithm": "x"}, {"n_threads": 0},
    ):  # fmt: skip
        with pytest.raises((ValueError, TypeError), match=r"\w"):
            KMeans(**({"n_clusters": 4} | params)).fit(X)
    for call in (
        lambda: fitted.fit(X, sample_weight=[1.0]),
        lambda: fitted.score(X, sample_weight=[1.0]),
        lambda: fitted.predict(narrow),
        lambda: fitted.transform(narrow),
        lambda: kmeans_plusplus(X, 4, sample_weight=[1.0]),
        lambda: kmeans_plusplus(X, 4, random_state="x"),
        lambda: kmeans_plusplus(X, 41),
    ):
        with pytest.raises((ValueError, TypeError), match=r"\w"):
            call()
    assert vars(fitted).keys() == before.keys()
    assert all(vars(fitted)[name] is value for name, value in before.items())


@pytest.mark.parametrize("form", ["csr", "csc", "coo"])
def test_a_callable_start_sees_the_sparse_rows_as_in_scikit_learn(form):
    dense = counts()

    def init(X, n_clusters, random_state):
        return X[[0, 120, 240, 360]].toarray()

    ours = KMeans(4, init=init, n_init=1).fit(sp.csr_matrix(dense).asformat(form))
    theirs = TheirKMeans(4, init=init, n_init=1).fit(sp.csr_matrix(dense).asformat(form))
    np.testing.assert_array_equal(ours.labels_, theirs.labels_)
    with pytest.raises(TypeError, match="Sparse input is not supported for init"):
        KMeans(4, init=lambda X, k, random_state: X[:4]).fit(sp.csr_matrix(dense))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"indices": [0, 5, 1]}, r"must lie in 0\.\.2, they run from 0 to 5"),
        ({"indices": [0, -1, 1]}, "they run from -1 to 1"),
        ({"indptr": [0, 2, 1]}, "indptr must rise from 0"),
        ({"indptr": [0, 1, 9]}, "at most the 3 stored numbers"),
        ({"indptr": [0, 1]}, "in 3 steps"),
        ({"indptr": [1, 2, 3]}, "indptr must rise from 0"),
        ({"data": [1.0, np.nan, 1.0]}, r"Input X contains NaN \(first at row 1, column 1\)"),
        ({"data": [1.0, np.inf, 1.0]}, "Input X contains infinity"),
        ({"data": [1.0, 1j, 1.0]}, "Complex data not supported"),
        ({"data": ["a", "b", "c"]}, "must hold numbers only"),
        ({"shape": (0, 3), "indptr": [0]}, r"Found array with 0 sample\(s\)"),
        ({"shape": (2, 0)}, r"Found array with 0 feature\(s\)"),
        ({"shape": (6,)}, "Expected 2D array, got 1D array"),
    ],
)
def test_a_sparse_matrix_that_contradicts_itself(change, message):
    class Csr:
        data, indices, indptr, shape = [1.0, 2.0, 3.0], [0, 1, 2], [0, 1, 3], (2, 3)

    X = Csr()
    for name, value in change.items():
        setattr(X, name, value)
    with pytest.raises(ValueError, match=message):
        KMeans(1).fit(X)


def test_numbers_stored_twice_that_add_up_to_infinity():
    X = sp.csr_matrix(([1e308, 1e308, 1.0], [0, 0, 1], [0, 2, 3]), (2, 2))
    with pytest.raises(ValueError, match="Input X contains infinity"):
        KMeans(1).fit(X)


def test_where_sparse_is_not_supported_it_is_a_type_error():
    X = sp.csr_matrix(counts(40))
    for function in (AgglomerativeClustering().fit, linkage):
        with pytest.raises(TypeError, match="Sparse input is not supported"):
            function(X)
    with pytest.raises(TypeError, match="Sparse input is not supported for init"):
        KMeans(4, init=X[:4]).fit(X)


def test_sparse_without_scipy():
    code = (
        "import sys; sys.modules['sklearn'] = sys.modules['scipy'] = None\n"
        "import numpy as np\n"
        "from kmeans_core import KMeans\n"
        "class Csr:\n"
        "    data, indices, indptr = [5.0, 5.0], [0, 0], [0, 0, 1, 2]\n"
        "    shape, format = (3, 2), 'csr'\n"
        "print(KMeans(2, random_state=0).fit(Csr()).inertia_)\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert float(run.stdout) == 0.0
