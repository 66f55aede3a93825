"""Fits, gap, Hopkins, stability and prediction strength against their definitions."""

import itertools
import time

import naive
import numpy as np
import pytest
from lookalikes import groups

from kmeans_core import KMeans, metrics
from kmeans_core.engine.threads import Workers
from kmeans_core.hierarchy import cut_tree, linkage
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.strategy import SMALL_FLOPS
from kmeans_core.selection import (
    bootstrap_stability,
    fit_range,
    gap_statistic,
    hopkins,
    prediction_strength,
    stability_word,
)
from kmeans_core.selection.clusterers import clusterings, labels_for
from kmeans_core.selection.fit_range import child_seeds, fit_packed
from kmeans_core.selection.gap import Gap, gap_of_curves
from kmeans_core.selection.hopkins import hopkins_in
from kmeans_core.selection.nulls.box import tightest_box, uniform_rows
from kmeans_core.selection.prediction import _strength
from kmeans_core.selection.stability import _largest_jaccard

# ---- fits ------------------------------------------------------------------------------------


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_samples", [40, 3_000, 40_000])
def test_each_fit_of_a_range_has_the_bits_of_kmeans_alone(n_samples, dtype):
    rng = np.random.default_rng(n_samples)
    # 27 groups; of 40,000 rows, the fit of 20 clusters is long enough for all threads to share.
    X = (rng.normal(size=(n_samples, 3)) + 8 * rng.integers(0, 3, (n_samples, 3))).astype(dtype)
    assert (2.0 * X.size * 20 > SMALL_FLOPS) == (n_samples == 40_000)
    weight = rng.integers(1, 4, size=n_samples)
    n_init = 4 if n_samples < 10_000 else 1
    for given in (None, weight):
        options = {"n_init": n_init, "random_state": 3}
        found = fit_range(X, [2, 20, 5], sample_weight=given, n_threads=3, **options)
        for k, result in zip([2, 20, 5], found, strict=True):
            alone = KMeans(k, n_threads=1, **options).fit(X, sample_weight=given)
            np.testing.assert_array_equal(result.labels, alone.labels_)
            np.testing.assert_array_equal(result.centers, alone.cluster_centers_)
            assert (result.inertia, result.n_iter) == (alone.inertia_, alone.n_iter_)


@pytest.mark.parametrize("method", ["kmeans", "average", "ward"])
def test_clusterings_are_those_of_the_public_functions(method):
    X, _ = groups(2, spread=2.0)
    labellings, wcss = clusterings(X, [1, 5, 3], method, 4, 7)
    for k, labels, within in zip([1, 5, 3], labellings, wcss, strict=True):
        if method == "kmeans":
            expected = KMeans(k, n_init=4, random_state=7).fit(X).labels_
        else:
            expected = cut_tree(linkage(X, method), k)[:, 0]
        np.testing.assert_array_equal(labels, expected)
        np.testing.assert_array_equal(labels_for(X, k, method, 4, 7), expected)
        assert within == pytest.approx(metrics.inertia(X, expected), rel=1e-12)


def test_auto_is_one_start():
    X, _ = groups(1, spread=3.0)
    auto, one = (fit_range(X, [6], n_init=n, random_state=0)[0] for n in ("auto", 1))
    np.testing.assert_array_equal(auto.labels, one.labels)


def test_child_seeds_come_from_any_kind_of_random_state():
    assert child_seeds(5, 3) == child_seeds(5, 3) == child_seeds(np.random.RandomState(5), 3)
    assert len(set(child_seeds(np.random.default_rng(0), 50))) == 50
    with pytest.raises(ValueError, match="random_state must be"):
        child_seeds("x", 1)


# ---- gap -------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_gap_equals_the_papers_steps(seed):
    rng = np.random.default_rng(seed)
    ks = [1, 2, 3, 4, 6]
    curves = np.sort(rng.exponential(size=(6, 5)), axis=1)[:, ::-1]
    tables = list(range(6))
    gaps, errors, choice = naive.gap_curve(
        0, ks, tables[1:], lambda table, k: curves[table, ks.index(k)]
    )
    ours = gap_of_curves(np.array(ks), curves, 10, False)
    np.testing.assert_allclose(ours.gap, gaps, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(ours.standard_error, errors, rtol=1e-12, atol=1e-14)
    assert ours.choice == choice


def test_gap_finds_groups_and_says_one_where_there_are_none():
    X, _ = groups()
    found = gap_statistic(X, range(2, 8), random_state=0)
    assert found.n_clusters.tolist() == [1, 2, 3, 4, 5, 6, 7] and found.gap.argmax() == 3
    assert found.gap[3] >= found.gap[4] - found.standard_error[4]  # the rule holds at 4
    assert found.at(4) == (found.gap[3], found.standard_error[3])
    assert (found.n_rows, found.sampled, found.n_references) == (120, False, 20)
    assert found.gap[3] - found.gap[0] > found.gains.max()
    uniform = [np.random.default_rng(seed).uniform(size=(150, 2)) for seed in range(10)]
    options = {"n_init": 2, "n_references": 10, "random_state": 0}
    choices = [gap_statistic(X, range(2, 6), **options).choice for X in uniform]
    assert choices.count(1) >= 7  # one standard error is no strict test


def test_gap_has_the_same_bits_for_any_number_of_threads():
    X, _ = groups(3)
    one, three = (
        gap_statistic(X, range(2, 6), random_state=1, n_threads=n, n_references=5) for n in (1, 3)
    )
    for a, b in zip(one, three, strict=True):
        np.testing.assert_array_equal(a, b)


def test_gap_of_a_tree_and_of_a_large_table():
    X, _ = groups(4)
    assert gap_statistic(X, range(2, 7), method="average", random_state=0).choice == 4
    large = np.tile(X, (60, 1)) + np.random.default_rng(0).normal(scale=0.1, size=(7_200, 2))
    found = gap_statistic(large, range(3, 7), n_references=2, n_init=2, random_state=0)
    assert (found.sampled, found.n_rows, found.choice) == (True, 2_000, 4)


def gap_with(values, errors, ks=None):
    ks = np.arange(1, 1 + len(values)) if ks is None else np.array(ks)
    return Gap(ks, np.array(values), np.array(errors), 1, 100, False, 20, np.zeros(20))


def test_the_smallest_number_near_the_best_by_hand():
    gap = gap_with([0.9, 0.1, 0.42, 0.45, 0.5, 0.48], [0.1, 0.5, 0.5, 0.5, 0.04, 0.5])
    assert gap.smallest_near_best(range(2, 7)) == 3  # 0.42 = 0.5 - 2 * 0.04; one is not looked at
    assert gap.smallest_near_best([4, 5, 6]) == 4 and gap.smallest_near_best([6]) == 6
    assert gap.smallest_near_best([2, 6]) == 6 - 4  # within two errors of 6: 0.48 - 1.0
    assert gap.smallest_near_best([1]) is None and gap.smallest_near_best([]) is None
    assert gap.smallest_near_best([9, 20]) is None  # not computed
    exact = gap_with([0.0, 0.2, 0.3], [0.0, 0.0, 0.0])
    assert exact.smallest_near_best([2, 3]) == 3
    level = gap_with([0.0, 0.3, 0.3], [0.0, 0.0, 0.0], ks=[1, 4, 8])
    assert level.smallest_near_best(iter([4, 8])) == 4


def test_gap_is_finite_where_nothing_is_left_inside():
    X = np.repeat(np.eye(3), 5, axis=0)
    found = gap_statistic(X, range(1, 4), random_state=0, n_references=3)
    assert np.isfinite(found.gap).all() and found.gap[2] > 10
    same = gap_statistic(np.ones((9, 2)), range(1, 4), random_state=0, n_references=3)
    assert same.choice == 1 and abs(same.gap).max() < 1e-9 and (same.gains == 0).all()


# ---- Hopkins ---------------------------------------------------------------------------------


@pytest.mark.parametrize("n_features", [1, 2, 5, 9])
def test_hopkins_equals_its_definition(n_features):
    X = np.random.default_rng(n_features).normal(size=(60, n_features))
    box = tightest_box(X)
    rng = np.random.RandomState(4)
    rows = np.sort(rng.permutation(60)[:12])
    expected = naive.hopkins(X, rows, uniform_rows(box, 12, rng))
    assert hopkins_in(X, box, 12, 4) == pytest.approx(expected, rel=1e-10)


def test_hopkins_of_uniform_rows_of_groups_and_of_a_grid():
    rng = np.random.default_rng(0)
    uniform = [hopkins(rng.uniform(size=(500, 2)), random_state=seed) for seed in range(20)]
    assert 0.45 < np.mean(uniform) < 0.55
    assert hopkins(groups(0, size=100)[0], random_state=0) > 0.9
    grid = np.stack(np.meshgrid(np.arange(20.0), np.arange(20.0)), axis=-1).reshape(-1, 2)
    assert hopkins(grid, random_state=0) < 0.35
    assert hopkins(np.ones((20, 2)), random_state=0) == 0.5


# ---- stability -------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(10))
def test_jaccard_equals_its_definition(seed):
    rng = np.random.default_rng(seed)
    first, second = rng.integers(0, 4, size=(2, 25))
    first[:4] = range(4)
    expected = naive.largest_jaccard(first, second)
    found = _largest_jaccard(first, second, 4)
    np.testing.assert_allclose(found, [expected[c] for c in range(4)], rtol=1e-12)
    assert np.isnan(_largest_jaccard(first[first != 2], second[first != 2], 4)[2])


@pytest.mark.parametrize("method", ["kmeans", "average"])
def test_real_groups_are_highly_stable_and_one_cut_in_two_is_not(method):
    X, truth = groups()
    found = bootstrap_stability(X, np.array(list("dabc"))[truth], method=method, random_state=0)
    assert found.labels.tolist() == list("abcd")
    assert found.words == ["highly stable"] * 4 and found.jaccard.min() > 0.95
    assert found.uniform < 0.95 and (found.n_resamples, found.complete) == (20, True)
    split = fit_range(X, [5], random_state=0)[0].labels
    assert bootstrap_stability(X, split, random_state=0).jaccard.min() < 0.75


def test_a_uniform_square_is_stable_too():
    X = np.random.default_rng(0).uniform(size=(500, 2))
    labels = fit_range(X, [4], random_state=0)[0].labels
    found = bootstrap_stability(X, labels, random_state=0)
    assert found.jaccard.min() > 0.75 and found.uniform > 0.75


def test_words_at_their_limits():
    limits = [0.0, 0.59, 0.6, 0.74, 0.75, 0.84, 0.85, 1.0]
    words = ["dissolved", "doubtful", "stable", "highly stable"]
    assert [stability_word(v) for v in limits] == [w for w in words for _ in range(2)]


def test_a_time_budget_ends_it_early_and_progress_is_told():
    X, truth = groups()
    seen = []
    found = bootstrap_stability(
        X, truth, random_state=0, max_time=0.0, progress=lambda *p: seen.append(p), n_threads=1
    )
    assert (found.n_resamples, found.complete, seen) == (1, False, [(1, 20)])
    whole = bootstrap_stability(X, truth, random_state=0, progress=lambda *p: seen.append(p))
    assert seen[-1] == (20, 20) and whole.complete
    plain = bootstrap_stability(X, truth, random_state=0, n_threads=1)
    np.testing.assert_array_equal(plain.jaccard, whole.jaccard)
    assert plain.uniform == whole.uniform


def test_a_cluster_of_one_row_may_miss_a_resample():
    X, truth = groups()
    X, truth = np.vstack([X, [[90.0, 90.0]]]), np.append(truth, 4)
    found = bootstrap_stability(X, truth, random_state=0)
    assert np.isfinite(found.jaccard).all() and found.jaccard[4] > 0.9


# ---- prediction strength ---------------------------------------------------------------------


def test_prediction_strength_equals_its_definition():
    X, _ = groups(5, spread=2.5)
    workers = Workers(1)
    half, test = X[::2].copy(), X[1::2].copy()
    train = fit_packed(open_dataset(half, None, workers), [5], 3, 0, workers)[0]
    labels = fit_packed(open_dataset(test, None, workers), [5], 3, 0, workers)[0].labels
    expected = naive.prediction_strength(test, labels, train.centers)
    assert _strength(test, labels, train) == pytest.approx(expected, rel=1e-12)


def test_prediction_strength_finds_groups():
    X, _ = groups(6, size=60)
    found = prediction_strength(X, range(1, 8), random_state=0)
    assert found.choice == 4 and found.strength[0] == 1.0
    assert found.strength[3] > 0.95 and found.strength[5] < 0.8
    uniform = np.random.default_rng(1).normal(size=(300, 2))
    assert prediction_strength(uniform, range(1, 8), random_state=0).choice == 1
    with pytest.raises(ValueError, match="n_clusters_range=200"):
        prediction_strength(X, [200])


# ---- bad input ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda X, y: fit_range(X, []), "n_clusters_range is empty"),
        (lambda X, y: fit_range(X, [2], n_init=0), "n_init must be between 1 and 1000"),
        (
            lambda X, y: gap_statistic(X, [2], n_references=1),
            "n_references must be between 2 and 10000",
        ),
        (lambda X, y: gap_statistic(X, [2], method="x"), "method must be one of"),
        (lambda X, y: gap_statistic(np.where(X > 9, np.nan, X), [2]), "contains NaN"),
        (lambda X, y: hopkins(X[:1]), "a minimum of 2 is required"),
        (lambda X, y: hopkins(X, n_probes=500), "n_probes must be between 1 and 120"),
        (lambda X, y: bootstrap_stability(X, y[1:]), "inconsistent numbers of samples"),
        (lambda X, y: bootstrap_stability(X, y, n_resamples=0), "n_resamples must be between 1"),
        (lambda X, y: bootstrap_stability(X, y, n_resamples=10**12), "n_resamples must be between"),
        (lambda X, y: bootstrap_stability(X, y, n_init=10**9, max_time=0.0), "n_init must be"),
        (lambda X, y: fit_range(X, itertools.count(2)), "should be >= n_clusters_range=121"),
        (
            lambda X, y: gap_statistic(X, [2], n_references=2).at(3),
            r"must be one of \[1, 2\], got 3",
        ),
        (lambda X, y: stability_word(np.nan), "jaccard must be a finite number"),
        (lambda X, y: bootstrap_stability(X, y, max_time=-1), "max_time must be"),
        (lambda X, y: prediction_strength(X, [2], n_splits=0), "n_splits must be between 1 and"),
    ],
)
def test_bad_input_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call(*groups())


def test_the_time_budget_begins_with_the_call(monkeypatch):
    clock = itertools.count()
    monkeypatch.setattr(time, "monotonic", lambda: float(next(clock)))
    found = bootstrap_stability(*groups(), random_state=0, max_time=1.5, n_threads=1)
    assert found.n_resamples == 2
