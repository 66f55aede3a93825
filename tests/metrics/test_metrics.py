"""Metrics against their definitions in loops, and against scikit-learn."""

import naive
import numpy as np
import pytest
import sklearn.metrics

from kmeans_core import metrics
from kmeans_core.metrics.labelled import check_labelled, threads
from kmeans_core.metrics.labels import code_labels
from kmeans_core.metrics.rows_by_cluster import group_rows
from kmeans_core.metrics.silhouette import silhouettes_at
from kmeans_core.metrics.silhouette_pairs import all_silhouettes

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


@pytest.mark.parametrize("far", [1e9, 1e30, 1e200])
def test_a_first_row_without_weight_counts_nothing_however_far(far):
    rng = np.random.default_rng(5)
    X, labels, weight = rng.normal(size=(300, 3)), np.arange(300) % 2, np.ones(300)
    expected = metrics.inertia(X[2:], labels[2:])
    X[:2], weight[:2] = far, 0.0
    assert metrics.inertia(X, labels, sample_weight=weight) == pytest.approx(expected, rel=1e-12)


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


SEPARATION = [metrics.inertia, metrics.davies_bouldin_score, metrics.calinski_harabasz_score]
DEFINED = list(
    zip(SEPARATION, [naive.inertia, naive.davies_bouldin, naive.calinski_harabasz], strict=True)
)


@pytest.mark.parametrize("metric", SEPARATION)
@pytest.mark.parametrize("offset", [1e8, 2.0**32])
def test_far_from_the_origin_means_lose_nothing(metric, offset):
    X, labels = table(2)
    X = np.round(X * 2**18) / 2**18  # so that adding the offset loses nothing either
    assert metric(X + offset, labels) == pytest.approx(metric(X, labels), rel=1e-14)


@pytest.mark.parametrize("metric, definition", DEFINED)
def test_means_are_found_from_whatever_row_comes_first(metric, definition):
    X, labels = table(2)
    X[0] += 1e8  # the squares around it are a billion times those around the mean
    apart = X.copy()
    apart[labels == labels[0]] += 1e8
    for rows in (X, apart):
        assert metric(rows, labels) == pytest.approx(definition(rows, labels), rel=1e-12)


@pytest.mark.parametrize("metric, definition", DEFINED)
@pytest.mark.parametrize("n_samples, n_features", [(3, 1), (5, 4), (8, 8), (33_003, 1), (70, 40)])
def test_blocks_and_registers_of_every_length(metric, definition, n_samples, n_features):
    X = np.random.default_rng(n_samples).normal(size=(n_samples, n_features))
    labels = np.arange(n_samples) % 2
    assert metric(X, labels) == pytest.approx(definition(X, labels), rel=1e-12)


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
        (([0, 1, 1],), {"sample_weight": [1, 2]}, "one weight per row"),
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


# ---- weights, threads, estimates -------------------------------------------------------------


@pytest.mark.parametrize(
    "metric",
    [
        metrics.inertia,
        metrics.silhouette_score,
        metrics.davies_bouldin_score,
        metrics.calinski_harabasz_score,
        metrics.simplified_silhouette_score,
    ],
)
def test_weights_count_rows_repeatedly(metric):
    X, labels = table(4)
    weight = np.random.default_rng(4).integers(0, 4, size=len(X))
    repeated = np.repeat(np.arange(len(X)), weight)
    expected = metric(X[repeated], labels[repeated])
    assert metric(X, labels, sample_weight=weight) == pytest.approx(expected, rel=1e-11)


def test_a_row_of_weight_zero_is_not_there():
    X, labels = table(5)
    weight = np.ones(len(X))
    weight[[3, 17]] = 0.0
    for samples in (metrics.silhouette_samples, metrics.simplified_silhouette_samples):
        values = samples(X, labels, sample_weight=weight)
        np.testing.assert_allclose(values[weight > 0], samples(X[weight > 0], labels[weight > 0]))
        assert np.isnan(values[[3, 17]]).all()
    by_cluster = metrics.silhouette_by_cluster(X, labels, sample_weight=weight)
    expected = metrics.silhouette_by_cluster(X[weight > 0], labels[weight > 0])
    np.testing.assert_allclose(by_cluster, expected)
    with pytest.raises(ValueError, match="Valid values are 2 to n_samples - 1"):
        metrics.silhouette_score(X, labels, sample_weight=np.full(len(X), 0.05))


@pytest.mark.parametrize("metric", [*LABEL_METRICS, metrics.inertia, metrics.silhouette_by_cluster])
def test_threads_do_not_change_a_bit(metric):
    linear = metric in SEPARATION
    X, labels = table(6, n_samples=100_003 if linear else 6_000, n_labels=4)
    one = metric(X, labels, n_threads=1)
    np.testing.assert_array_equal(metric(X, labels, n_threads=3), one)
    with pytest.raises(ValueError, match="n_threads must be at least 1"):
        metric(X, labels, n_threads=0)


@pytest.mark.parametrize("weighted", [False, True])
def test_pairs_looked_at_once_give_what_looking_at_all_gives(weighted):
    X, labels = table(13, n_samples=5_000, n_labels=3)
    weight = np.random.default_rng(0).integers(1, 4, len(X)) if weighted else None
    with threads(2) as workers:
        rows = group_rows(check_labelled(X, labels, weight, workers))
        places = np.flatnonzero(rows.weight)
        found = all_silhouettes(rows, workers)[places]
        np.testing.assert_allclose(found, silhouettes_at(rows, places, workers), rtol=1e-12)


def test_labels_of_any_kind_of_number_are_coded_alike():
    X, labels = table(7)
    expected = metrics.davies_bouldin_score(X, labels)
    read_only = labels.copy()
    read_only.flags.writeable = False
    other_kinds = (labels.astype(np.uint64) + np.uint64(2**63 + 5), labels - 7, labels * 10**12)
    for names in (read_only, labels.astype(np.int32), *other_kinds):
        assert metrics.davies_bouldin_score(X, names) == expected
    assert metrics.davies_bouldin_score(X, labels / 3.0) == expected


@pytest.mark.parametrize(
    "labels", [[0, 2, 1, 1], [0, 2], [3, 3], [-1, 0], [True, False], ["b", "a"], [0.5, -1.0], []]
)
def test_labels_are_coded_as_numpy_does(labels):
    names, codes = np.unique(np.array(labels), return_inverse=True)
    values, ours = code_labels(labels, len(labels), "labels")
    assert values.dtype == names.dtype and values.tolist() == names.tolist()
    assert ours.dtype == np.int64 and ours.tolist() == codes.tolist()


def test_silhouette_by_cluster_is_the_mean_of_its_rows():
    X, labels = table(8)
    values = metrics.silhouette_samples(X, labels)
    expected = [values[labels == c].mean() for c in range(4)]
    np.testing.assert_allclose(metrics.silhouette_by_cluster(X, labels), expected, rtol=1e-12)


def test_an_estimate_of_all_rows_is_the_silhouette():
    X, labels = table(9)
    estimate = metrics.silhouette_estimate(X, labels)
    assert estimate.score == metrics.silhouette_score(X, labels)
    assert (estimate.standard_error, estimate.n_rows, estimate.sampled) == (0.0, 60, False)
    np.testing.assert_allclose(estimate.by_cluster, metrics.silhouette_by_cluster(X, labels))
    values = metrics.silhouette_samples(X, labels)
    np.testing.assert_array_equal(estimate.values, values[estimate.rows])
    part = metrics.silhouette_estimate(X, labels, sample_size=20, random_state=0)
    np.testing.assert_allclose(part.values, values[part.rows], rtol=1e-12)
    assert len(set(part.rows.tolist())) == part.n_rows


def test_the_standard_error_of_an_estimate_covers_its_error():
    X, labels = table(10, n_samples=2_000)
    exact = metrics.silhouette_score(X, labels)
    estimates = [
        metrics.silhouette_estimate(X, labels, sample_size=100, random_state=seed)
        for seed in range(60)
    ]
    errors = np.array([(e.score - exact) / e.standard_error for e in estimates])
    assert all(e.sampled and 95 <= e.n_rows <= 105 for e in estimates)
    assert abs(errors.mean()) < 0.5 and 0.7 < errors.std() < 1.4


@pytest.mark.parametrize("n_labels", [2, 4, 30])
def test_simplified_silhouette_equals_its_definition(n_labels):
    X, labels = table(11, n_labels=n_labels)
    np.testing.assert_allclose(
        metrics.simplified_silhouette_samples(X, labels),
        naive.simplified_silhouette(X, labels),
        rtol=1e-12,
        atol=1e-13,
    )


def test_huge_and_tiny_numbers_neither_overflow_nor_vanish():
    X, labels = table(12)
    ratios = (metrics.davies_bouldin_score, metrics.calinski_harabasz_score)
    for metric in (metrics.silhouette_score, metrics.dunn_index, *ratios):
        expected = metric(X, labels)
        assert metric(X * 2.0**600, labels) == expected
        assert metric(X * 2.0**-600, labels) == expected


# ---- agreement -------------------------------------------------------------------------------

AGREEMENT = [
    "rand_score",
    "adjusted_rand_score",
    "fowlkes_mallows_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "adjusted_mutual_info_score",
    "homogeneity_score",
    "completeness_score",
    "v_measure_score",
]


def two_labellings(seed):
    rng = np.random.default_rng(seed)
    n = int(rng.integers(2, 40))
    first, second = rng.integers(0, rng.integers(1, 7), size=(2, n))
    second[: n // 2] = first[: n // 2]
    return first, second


@pytest.mark.parametrize("name", AGREEMENT)
@pytest.mark.parametrize("seed", range(20))
def test_agreement_equals_its_definition_and_scikit_learn(name, seed):
    first, second = two_labellings(seed)
    ours = getattr(metrics, name)(first, second)
    assert ours == pytest.approx(getattr(naive, name)(first, second), abs=1e-12)
    assert ours == pytest.approx(getattr(sklearn.metrics, name)(first, second), abs=1e-10)


@pytest.mark.parametrize("name", ["normalized_mutual_info_score", "adjusted_mutual_info_score"])
@pytest.mark.parametrize("average", ["min", "geometric", "arithmetic", "max"])
def test_every_mean_of_entropies(name, average):
    first, second = two_labellings(3)
    ours = getattr(metrics, name)(first, second, average_method=average)
    theirs = getattr(sklearn.metrics, name)(first, second, average_method=average)
    assert ours == pytest.approx(theirs, abs=1e-10)
    with pytest.raises(ValueError, match="average_method must be one of"):
        getattr(metrics, name)(first, second, average_method="mean")


@pytest.mark.parametrize("name", AGREEMENT)
def test_agreement_with_weights_is_that_of_repeated_rows(name):
    first, second = two_labellings(7)
    weight = np.random.default_rng(7).integers(0, 4, size=len(first))
    expected = getattr(metrics, name)(np.repeat(first, weight), np.repeat(second, weight))
    ours = getattr(metrics, name)(first, second, sample_weight=weight)
    assert ours == pytest.approx(expected, abs=1e-12)
    with pytest.raises(ValueError, match="sample_weight must be whole numbers here"):
        getattr(metrics, name)(first, second, sample_weight=np.full(len(first), 0.5))


@pytest.mark.parametrize("name", AGREEMENT)
def test_bad_labels_are_refused_by_agreement(name):
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        getattr(metrics, name)([0, 1], [0, 1, 1])
    with pytest.raises(ValueError, match="labels_pred contains NaN"):
        getattr(metrics, name)([0.0, 1.0], [0.0, np.nan])


def test_beta_weighs_homogeneity_and_completeness():
    first, second = two_labellings(2)
    for beta in (0.0, 0.3, 2.0):
        ours = metrics.homogeneity_completeness_v_measure(first, second, beta=beta)
        theirs = sklearn.metrics.homogeneity_completeness_v_measure(first, second, beta=beta)
        assert ours == pytest.approx(theirs, abs=1e-10)
    with pytest.raises(ValueError, match="beta must be"):
        metrics.v_measure_score(first, second, beta=-1.0)


@pytest.mark.parametrize("seed", range(30))
def test_matching_is_the_best_of_all_pairings(seed):
    rng = np.random.default_rng(seed)
    first = rng.integers(0, rng.integers(1, 6), size=30)
    second = np.where(rng.random(30) < 0.5, (first + 2) % 5, rng.integers(0, rng.integers(1, 6)))
    found = metrics.match_labels(first, second)
    assert found.n_common == naive.most_in_common(first, second)
    partner = dict(found.pairs)
    assert len(set(partner.values())) == len(partner)
    assert len(partner) == min(len(set(first)), len(set(second)))
    kept = sum(partner.get(a) == b for a, b in zip(first.tolist(), second.tolist(), strict=True))
    assert kept == found.n_common and found.share == kept / 30


def test_matching_names_clusters_by_their_labels():
    found = metrics.match_labels(["x", "x", "y", "y", "y"], [7, 7, 3, 3, 9])
    assert found.pairs == [("x", 7), ("y", 3)] and found.n_common == 4


def test_the_assignment_costs_as_much_as_scipys():
    from scipy.optimize import linear_sum_assignment

    from kmeans_core.metrics.matching import assign

    rng = np.random.default_rng(0)
    for _ in range(50):
        cost = rng.integers(-9, 9, size=rng.integers(1, 12, size=2))
        rows, columns = assign(cost)
        assert cost[rows, columns].sum() == cost[linear_sum_assignment(cost)].sum()
        assert len(rows) == min(cost.shape) and (np.diff(rows) > 0).all()
        assert len(set(columns.tolist())) == len(columns)
