"""Choosing the number of clusters: the sweep, its best row, and the knee."""

import sys

import naive
import numpy as np
import pytest
from lookalikes import groups

from kmeans_core import metrics
from kmeans_core.hierarchy import cut_tree, linkage
from kmeans_core.kmeans.kmeans import KMeans
from kmeans_core.selection import best_by_silhouette, knee, sweep

METRICS = {
    "wcss": metrics.inertia,
    "silhouette": metrics.silhouette_score,
    "davies_bouldin": metrics.davies_bouldin_score,
    "calinski_harabasz": metrics.calinski_harabasz_score,
    "dunn": metrics.dunn_index,
}


@pytest.mark.parametrize("method", ["kmeans", "single", "complete", "average", "ward"])
def test_every_metric_is_that_of_the_labels(method):
    X, truth = groups()
    result = sweep(X, range(2, 8), method=method, random_state=0)
    assert [row.n_clusters for row in result.rows] == list(range(2, 8))
    for row in result.rows:
        assert len(np.unique(row.labels)) == row.n_clusters
        for name, metric in METRICS.items():
            assert getattr(row, name) == pytest.approx(metric(X, row.labels), rel=1e-9)
        assert row.silhouette_error == 0.0
    assert best_by_silhouette(result) == 4
    assert metrics.adjusted_rand_score(truth, result.rows[2].labels) == 1.0
    assert (result.silhouette_sampled, result.silhouette_rows) == (False, 120)
    assert result.dunn_left_out is None and result.method == method


def test_each_fit_is_that_of_kmeans_alone():
    X, _ = groups(1, spread=2.0)
    result = sweep(X, [5, 3], n_init=4, random_state=7, n_threads=1)
    for k, row, model in zip([5, 3], result.rows, result.models, strict=True):
        alone = KMeans(k, n_init=4, random_state=7).fit(X)
        np.testing.assert_array_equal(row.labels, alone.labels_)
        np.testing.assert_array_equal(model.cluster_centers_, alone.cluster_centers_)
        assert row.wcss == alone.inertia_
    assert result.Z is None


def test_a_tree_is_built_once_and_cut():
    X, _ = groups(2)
    result = sweep(X, [2, 6], method="average")
    np.testing.assert_array_equal(result.Z, linkage(X, "average"))
    np.testing.assert_array_equal(result.rows[1].labels, cut_tree(result.Z, 6)[:, 0])
    assert result.models == (None, None)


def test_a_silhouette_of_a_sample_is_the_estimate_and_says_so():
    X, _ = groups(3)
    result = sweep(X, [3, 4], random_state=5, silhouette_sample=50)
    assert result.silhouette_sampled and 48 <= result.silhouette_rows <= 52
    for row in result.rows:
        exact = metrics.silhouette_score(X, row.labels)
        assert 0.0 < row.silhouette_error < 0.1
        assert abs(row.silhouette - exact) < 4.0 * row.silhouette_error
    again = sweep(X, [3, 4], random_state=5, silhouette_sample=50)
    assert [row[2:] for row in again.rows] == [row[2:] for row in result.rows]


def test_dunn_is_left_out_of_large_tables_with_the_reason(monkeypatch):
    monkeypatch.setattr(sys.modules["kmeans_core.selection.sweep"], "DUNN_LIMIT", 100)
    result = sweep(groups()[0], [2], random_state=0)
    assert np.isnan(result.rows[0].dunn)
    assert "left out above 100 rows, here 120" in result.dunn_left_out


def test_undefined_metrics_are_nan():
    X = np.arange(6.0)[:, None]
    result = sweep(X, [1, 2, 6], random_state=0)
    for row in (result.rows[0], result.rows[2]):
        assert np.isnan(row[3:]).all() and np.isfinite(row.wcss)
    assert best_by_silhouette(result) == 2
    assert best_by_silhouette(sweep(X, [1, 6], random_state=0)) is None


def test_a_sample_has_rows_of_every_cluster():
    X = np.append(np.linspace(0, 1, 200), 1e6)[:, None]
    row = sweep(X, [2], random_state=0, silhouette_sample=5).rows[0]
    assert row.silhouette > 0.9 and row.davies_bouldin > 0


def test_of_equal_silhouettes_the_smaller_number_wins():
    row = sweep(groups()[0], [4], random_state=0).rows[0]
    result = sweep(groups()[0], [4], random_state=0)._replace(
        rows=(row._replace(n_clusters=5), row, row._replace(n_clusters=6, silhouette=0.0))
    )
    assert best_by_silhouette(result) == 4


@pytest.mark.parametrize(
    "arguments, options, error, message",
    [
        (([],), {}, ValueError, "n_clusters_range is empty"),
        (([0],), {}, ValueError, "n_clusters_range must be at least 1"),
        (([2, 121],), {}, ValueError, "should be >= n_clusters_range=121"),
        (([2.0],), {}, TypeError, "n_clusters_range must be an integer"),
        (([2],), {"method": "dbscan"}, ValueError, "method must be one of 'kmeans'"),
        (([2],), {"silhouette_sample": 1}, ValueError, "silhouette_sample must be at least 2"),
        (([2],), {"method": "ward", "n_threads": 0}, ValueError, "n_threads must be at least 1"),
        (([2],), {"method": "ward", "random_state": -1}, ValueError, "random_state must be"),
        (([2],), {"n_init": 0}, ValueError, "n_init must be between 1 and 1000"),
    ],
)
def test_bad_input_of_the_sweep_is_refused(arguments, options, error, message):
    with pytest.raises(error, match=message):
        sweep(groups()[0], *arguments, **options)


# ---- the knee --------------------------------------------------------------------------------


def test_the_papers_own_example():
    # Satopaa et al., figure 2: -1 / (x + 0.1) + 5 on ten points of 0..1 has its knee at x = 2/9.
    # Upside down it is a WCSS curve.
    assert knee(range(10), 1 / (np.linspace(0.0, 1.0, 10) + 0.1)) == 2


@pytest.mark.parametrize("seed", range(30))
def test_knee_equals_the_walk_of_the_paper(seed):
    rng = np.random.default_rng(seed)
    ks = list(range(2, 14))
    wcss = np.sort(rng.exponential(size=12) ** 2)[::-1]
    for sensitivity in (0.0, 0.5, 1.0, 3.0):
        expected = naive.knee(ks, wcss.tolist(), sensitivity)
        ours = knee(ks, wcss, sensitivity=sensitivity)
        assert ours == (None if expected is None else ks[expected])


def test_the_knee_of_groups_equally_far_apart_is_their_number():
    rng = np.random.default_rng(0)
    X = np.repeat(np.eye(5) * 10, 20, axis=0) + rng.normal(size=(100, 5))
    result = sweep(X, range(1, 11), random_state=0)
    ks, wcss = zip(*[(row.n_clusters, row.wcss) for row in result.rows], strict=True)
    assert knee(ks, wcss) == 5


def test_no_clear_knee():
    ks = range(2, 11)
    assert knee(ks, np.linspace(9.0, 1.0, 9)) is None
    assert knee(ks, np.linspace(1.0, 9.0, 9)) is None
    assert knee(ks, np.ones(9)) is None
    assert knee(ks, -np.square(np.arange(9.0))) is None
    assert knee([2, 3], [5.0, 1.0]) is None
    assert knee([], []) is None


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (([1, 2], [1.0]), {}, "of the same length"),
        (([1, 3, 2], [3.0, 2.0, 1.0]), {}, "n_clusters must rise"),
        (([1, 2, 3], [3.0, np.nan, 1.0]), {}, "Input wcss contains NaN"),
        (([1, 2, 3], [3.0, 2.0, 1.0]), {"sensitivity": -1}, "sensitivity must be"),
    ],
)
def test_bad_input_of_the_knee_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        knee(*arguments, **options)
