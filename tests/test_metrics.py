"""Metrics against their definitions in loops, and against scikit-learn."""

import naive
import numpy as np
import pytest
import sklearn.metrics

from kmeans_core import metrics

LABEL_METRICS = [
    metrics.silhouette_samples,
    metrics.silhouette_score,
    metrics.davies_bouldin_score,
    metrics.calinski_harabasz_score,
    metrics.dunn_index,
]


def table(seed, n_samples=60, n_features=3, n_labels=4, dtype=np.float64):
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(n_samples) % n_labels)
    X = rng.normal(size=(n_samples, n_features)) + 2.0 * labels[:, None]
    return (X - X.mean(axis=0)).astype(dtype), labels


@pytest.mark.parametrize("n_features", [1, 2, 3, 9])
@pytest.mark.parametrize("n_labels", [2, 4, 30])
@pytest.mark.parametrize(
    "ours, definition",
    [
        (metrics.inertia, naive.inertia),
        (metrics.silhouette_samples, naive.silhouette_samples),
        (metrics.davies_bouldin_score, naive.davies_bouldin),
        (metrics.calinski_harabasz_score, naive.calinski_harabasz),
        (metrics.dunn_index, naive.dunn),
    ],
)
def test_equals_its_definition(ours, definition, n_features, n_labels):
    X, labels = table(n_features + n_labels, n_features=n_features, n_labels=n_labels)
    np.testing.assert_allclose(ours(X, labels), definition(X, labels), rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(
    "name",
    ["silhouette_samples", "silhouette_score", "davies_bouldin_score", "calinski_harabasz_score"],
)
def test_equals_scikit_learn(name, dtype):
    X, labels = table(0, n_samples=500, n_labels=5, dtype=dtype)
    theirs = getattr(sklearn.metrics, name)(X.astype(np.float64), labels)
    np.testing.assert_allclose(getattr(metrics, name)(X, labels), theirs, rtol=1e-10, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_sampled_silhouette_draws_the_rows_that_scikit_learn_draws(seed):
    X, labels = table(seed, n_samples=300)
    ours = metrics.silhouette_score(X, labels, sample_size=100, random_state=seed)
    theirs = sklearn.metrics.silhouette_score(X, labels, sample_size=100, random_state=seed)
    assert ours == pytest.approx(theirs, rel=1e-10)


@pytest.mark.parametrize("metric", LABEL_METRICS)
def test_names_of_clusters_and_layout_of_the_table_do_not_matter(metric):
    X, labels = table(3)
    expected = metric(X, labels)
    names = np.array(["d", "a", "c", "b"])[labels]
    np.testing.assert_allclose(metric(X, names), expected, rtol=1e-12)
    read_only = np.asfortranarray(X)
    read_only.flags.writeable = False
    np.testing.assert_array_equal(metric(read_only, labels.astype(np.int8)), expected)
    np.testing.assert_array_equal(metric(X.tolist(), labels.tolist()), expected)


def test_inertia_takes_weights_and_centers():
    X, labels = table(1)
    weight = np.random.default_rng(1).integers(0, 4, size=len(X))
    repeated = np.repeat(np.arange(len(X)), weight)
    weighted = metrics.inertia(X, labels, sample_weight=weight)
    assert weighted == pytest.approx(naive.inertia(X, labels, weight), rel=1e-12)
    assert weighted == pytest.approx(metrics.inertia(X[repeated], labels[repeated]), rel=1e-12)
    centers = X[:4]
    expected = ((X - centers[labels]) ** 2).sum()
    assert metrics.inertia(X, labels, centers) == pytest.approx(expected, rel=1e-12)


def test_far_from_the_origin_the_metrics_keep_their_digits():
    X, labels = table(2)
    X = np.round(X * 64) / 64
    for metric in [metrics.inertia, *LABEL_METRICS]:
        np.testing.assert_allclose(metric(X + 2.0**27, labels), metric(X, labels), rtol=1e-6)


def test_rows_without_any_distance():
    X = np.array([[0.0], [0.0], [1.0], [1.0], [5.0]])
    labels = [0, 0, 1, 1, 2]
    assert metrics.silhouette_samples(X, labels).tolist() == [1.0, 1.0, 1.0, 1.0, 0.0]
    assert metrics.davies_bouldin_score(X, labels) == 0.0
    assert metrics.calinski_harabasz_score(X, labels) == 1.0
    assert metrics.dunn_index(X, labels) == float("inf")
    same = np.ones((4, 2))
    assert metrics.silhouette_score(same, [0, 0, 1, 1]) == 0.0
    assert metrics.dunn_index(same, [0, 0, 1, 1]) == 0.0
    assert metrics.davies_bouldin_score(same, [0, 0, 1, 1]) == 0.0
    assert metrics.inertia(same, [0, 0, 1, 1]) == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_adjusted_rand_equals_its_definition_and_scikit_learn(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, rng.integers(1, 6), size=(2, 40))
    second[:20] = first[:20]
    ours = metrics.adjusted_rand_score(first, second)
    assert ours == pytest.approx(naive.adjusted_rand(first, second), abs=1e-12)
    assert ours == pytest.approx(sklearn.metrics.adjusted_rand_score(first, second), abs=1e-12)
    assert metrics.adjusted_rand_score(second, first) == ours


def test_adjusted_rand_at_its_ends():
    assert metrics.adjusted_rand_score(["a", "a", "b"], [7, 7, 3]) == 1.0
    assert metrics.adjusted_rand_score([0, 0, 1, 1], [0, 1, 0, 1]) == pytest.approx(-0.5)
    assert metrics.adjusted_rand_score([], []) == 1.0
    assert metrics.adjusted_rand_score([0, 1, 2], [5, 6, 7]) == 1.0
    many = np.arange(1_000_000) % 3
    assert metrics.adjusted_rand_score(many, many + 1) == 1.0
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        metrics.adjusted_rand_score([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="labels_true must be 1D"):
        metrics.adjusted_rand_score([[0, 1]], [0])


@pytest.mark.parametrize("metric", LABEL_METRICS)
@pytest.mark.parametrize(
    "change, message",
    [
        (lambda X, y: (X, np.zeros_like(y)), "Number of labels is 1. Valid values are 2"),
        (lambda X, y: (X, np.arange(len(y))), "Number of labels is 60. Valid values are 2"),
        (lambda X, y: (X, y[1:]), r"inconsistent numbers of samples: \[60, 59\]"),
        (lambda X, y: (X, y[:, None]), "labels must be 1D"),
        (lambda X, y: (X, np.where(y == 0, np.nan, y)), "labels contains NaN"),
        (lambda X, y: (X, [None, *["a"] * 59]), "labels mixes types"),
        (lambda X, y: (np.where(X > 2, np.nan, X), y), "Input X contains NaN"),
        (lambda X, y: (X[:, 0], y), "Reshape your data"),
        (lambda X, y: (X[:0], y[:0]), "Found array with 0 sample"),
    ],
)
def test_bad_input_is_refused(metric, change, message):
    with pytest.raises(ValueError, match=message):
        metric(*change(*table(0)))


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (([0, 1, 2],), {"centers": [[0.0], [1.0]]}, "labels must lie between 0 and 1"),
        (([0, -1, 1],), {"centers": [[0.0], [1.0]]}, "labels must lie between 0 and 1"),
        (([0.0, 1.0, 1.0],), {"centers": [[0.0], [1.0]]}, "whole numbers when centers are given"),
        (([0, 1, 1],), {"centers": [[0.0, 1.0]]}, "centers has 2 features, but X has 1"),
        (([0, 1],), {}, "inconsistent numbers of samples"),
        (([0, 1, 1],), {"sample_weight": [1, 2]}, "one weight a row"),
    ],
)
def test_bad_input_of_inertia_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        metrics.inertia([[0.0], [1.0], [2.0]], *arguments, **options)


def test_bad_options_of_silhouette_are_refused():
    X, labels = table(0)
    with pytest.raises(ValueError, match="metric must be one of 'euclidean', got 'cosine'"):
        metrics.silhouette_score(X, labels, metric="cosine")
    with pytest.raises(ValueError, match="sample_size must be at least 1"):
        metrics.silhouette_score(X, labels, sample_size=0)
    with pytest.raises(TypeError, match="sample_size must be an integer"):
        metrics.silhouette_score(X, labels, sample_size=0.5)
