"""A column of one large number decides nothing, and costs no digits of the others."""

import numpy as np
import pytest
import scipy.sparse as sp

from kmeans_core import KMeans, kmeans_plusplus, selection
from kmeans_core.kmeans.algorithms import ALGORITHMS
from kmeans_core.selection.clusterers import labels_for

SIZES = [51, 67, 83]
TRUTH = np.repeat([0, 1, 2], SIZES)
TIME = 1763738000123456789.0  # nanoseconds: the mean of equal ones may be off by 256


def table(value, dtype=np.float64):
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(len(TRUTH), 2)) + np.array([[0, 0], [9, 0], [0, 9]])[TRUTH]
    return np.column_stack([rows, np.full(len(rows), value)]).astype(dtype)


@pytest.mark.parametrize("algorithm", ["auto", *ALGORITHMS])
@pytest.mark.parametrize("value", [TIME, -1e30, 1e200, 1.7e308])
def test_the_result_is_that_of_the_other_columns(value, algorithm):
    X = table(value)
    params = {"n_clusters": 3, "random_state": 0, "algorithm": algorithm}
    ours, expected = KMeans(**params).fit(X), KMeans(**params).fit(table(0.0))
    np.testing.assert_array_equal(ours.labels_, expected.labels_)
    np.testing.assert_array_equal(ours.cluster_centers_[:, :2], expected.cluster_centers_[:, :2])
    assert (ours.cluster_centers_[:, 2] == value).all()
    assert (ours.inertia_, ours.n_iter_) == (expected.inertia_, expected.n_iter_)
    np.testing.assert_array_equal(ours.predict(X), ours.labels_)
    np.testing.assert_array_equal(ours.transform(X), expected.transform(table(0.0)))
    assert ours.score(X) == expected.score(table(0.0))
    assert (X[:, 2] == value).all()


def test_float32_sparse_and_a_range_of_clusters():
    for X in (table(3e38, np.float32), sp.csr_matrix(table(TIME))):
        np.testing.assert_array_equal(
            KMeans(3, random_state=0).fit(X).labels_,
            KMeans(3, random_state=0).fit(table(0.0, X.dtype)).labels_,
        )
    fit = selection.fit_range(table(TIME), [3], random_state=0)[0]
    ours = KMeans(3, random_state=0).fit(table(TIME))
    np.testing.assert_array_equal(fit.centers, ours.cluster_centers_)
    assert fit.inertia == ours.inertia_


def test_seeds_and_the_fits_of_other_tools():
    same = [kmeans_plusplus(table(value), 3, random_state=2)[1] for value in (TIME, 0.0)]
    np.testing.assert_array_equal(*same)
    same = [labels_for(table(value), 3, "kmeans", 2, 5) for value in (TIME, 0.0)]
    np.testing.assert_array_equal(*same)


def test_given_starts_are_in_the_callers_units():
    X, seen = table(TIME), []

    def init(rows, n_clusters, random_state):
        seen.append(rows[0, 2])
        return rows[[0, 60, 150]]

    expected = KMeans(3, init=table(0.0)[[0, 60, 150]]).fit(table(0.0))
    for start in (init, X[[0, 60, 150]]):
        ours = KMeans(3, init=start, n_init=1).fit(X)
        np.testing.assert_array_equal(ours.labels_, expected.labels_)
        assert ours.n_iter_ == expected.n_iter_
    assert seen == [TIME]


@pytest.mark.filterwarnings("ignore:Number of distinct clusters")
@pytest.mark.parametrize("value", [1e300, -1.7e308, 5e-324, 0.1])
def test_equal_rows_have_no_inertia(value):
    ours = KMeans(2, random_state=0).fit(np.full((21, 3), value))
    assert ours.inertia_ == 0.0
    assert (ours.cluster_centers_ == value).all()
    assert set(ours.labels_) == {0}


def test_new_rows_may_differ_where_fitted_ones_did_not():
    ours = KMeans(3, random_state=0).fit(table(TIME))
    X = table(TIME)
    X[5, 2] += 4096.0
    assert ours.transform(X)[5].min() == pytest.approx(4096.0, rel=0.01)
    np.testing.assert_array_equal(np.delete(ours.predict(X), 5), np.delete(ours.labels_, 5))
