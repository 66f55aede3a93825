"""Bad input to every public function and method: one table of arguments, one of bad values.

Every callable is called with good arguments but for one, which takes each of its bad values in
turn. That has to be a ValueError or a TypeError that names the argument, before any work.
"""

import inspect
import re
import sys

import numpy as np
import pytest
import scipy.sparse as sp

import kmeans_core
from kmeans_core import (
    AgglomerativeClustering,
    KMeans,
    WardOfCenters,
    linkage,
    metrics,
    selection,
)

N, D = 12, 3
X = np.random.default_rng(0).normal(size=(N, D)) + np.repeat([[0.0], [9.0], [30.0]], 4, axis=0)
LABELS = np.repeat([0, 1, 2], 4)
PARAMETERS = {"n_clusters": 3, "random_state": 0, "n_init": 1}


# ---- what is called ------------------------------------------------------------------------------


def fit(X, *, sample_weight=None, n_clusters=3, init="random", n_init=1, max_iter=9, tol=0.0,
        verbose=0, random_state=0, algorithm="auto", n_threads=None, callback=None,
        max_time=None):  # fmt: skip
    params = locals()
    del params["X"], params["sample_weight"]
    return KMeans(**params).fit(X, sample_weight=sample_weight)


def fit_predict(X, *, sample_weight=None):
    return KMeans(**PARAMETERS).fit_predict(X, sample_weight=sample_weight)


def fit_transform(X, *, sample_weight=None):
    return KMeans(**PARAMETERS).fit_transform(X, sample_weight=sample_weight)


FITTED = KMeans(**PARAMETERS).fit(X)


def predict(X):
    return FITTED.predict(X)


def transform(X):
    return FITTED.transform(X)


def score(X, *, sample_weight=None):
    return FITTED.score(X, sample_weight=sample_weight)


def agglomerative(X, *, n_clusters=3, metric="euclidean", linkage="ward", distance_threshold=None):
    params = {"n_clusters": n_clusters, "metric": metric, "linkage": linkage}
    if distance_threshold is not None:
        params |= {"n_clusters": None, "distance_threshold": distance_threshold}
    return AgglomerativeClustering(**params).fit(X)


def ward_of_centers(X, *, sample_weight=None, n_clusters=3, n_centers=5, distance_threshold=None,
                    max_iter=3, random_state=0, n_threads=None):  # fmt: skip
    params = locals()
    del params["X"], params["sample_weight"]
    if distance_threshold is not None:
        params["n_clusters"] = None
    return WardOfCenters(**params).fit(X, sample_weight=sample_weight)


FITTED_TREE = AgglomerativeClustering(3).fit(X)


def predict_of_tree(X):
    return FITTED_TREE.predict(X)


def inertia_of_centers(X, labels, centers):
    return metrics.inertia(X, labels, centers)


METHODS = [fit, fit_predict, fit_transform, predict, transform, score]
METHODS += [agglomerative, predict_of_tree, ward_of_centers]
HOMES = (kmeans_core, metrics, selection)
FUNCTIONS = [
    getattr(home, name)
    for home in HOMES
    for name in home.__all__
    if inspect.isfunction(getattr(home, name))
]
CALLABLES = {f.__name__: f for f in [*METHODS, inertia_of_centers, *FUNCTIONS]}

# ---- good arguments, by name ---------------------------------------------------------------------

Z = linkage(X, "ward")
GOOD = {
    "X": X, "y": X, "Z": Z, "labels": LABELS, "labels_true": LABELS, "labels_pred": LABELS,
    "centers": X[::4], "n_clusters": 3, "n_clusters_range": [2, 3, 4],
    "wcss": [9.0, 4.0, 3.0], "mean_jaccard": 0.9, "jaccard": 0.9, "x": X[:, 0],
}  # fmt: skip
GOOD_FOR = {
    "knee": {"n_clusters": [2, 3, 4]},
    "default_range": {"n_samples": N},
    "fcluster": {"t": 1.0},
    "plurality": {"votes": {"silhouette": 3, "gap": 3, "davies_bouldin": 2}},
    "structure_verdict": {"gap": selection.gap_statistic(X, [1, 2, 3], random_state=0)},
    "best_by_silhouette": {"result": selection.sweep(X, [2, 3], random_state=0)},
    "choose_k": {"n_clusters_range": [2, 3, 4], "n_references": 2, "n_resamples": 2},
}

# ---- bad values, by argument ---------------------------------------------------------------------


def with_cell(value, dtype=float):
    bad = X.astype(dtype)
    bad[1, 2] = value
    return bad


MATRICES = {
    "NaN": (with_cell(np.nan), "NaN"),
    "infinity": (with_cell(-np.inf), "infinity"),
    "float32 NaN": (with_cell(np.nan, np.float32), "NaN"),
    "no rows": (np.empty((0, D)), r"0 sample|shape \(0, 3\)|0 rows"),
    "no features": (np.empty((N, 0)), "0 feature"),
    "1-D": (X[:, 0], "2 dim|2-dim|2D|2-D"),
    "0-D": (3.0, "2 dim|2D|2-D|1-D|vector or a matrix"),
    "3-D": (X[None], "2 dim|2D|2-D|1-D|vector or a matrix"),
    "None": (None, "number|2 dim|2D|2-D"),
    "text": (X.astype(str).tolist(), "numbers only"),
    "words": (np.full((N, D), "a"), "numbers only"),
    "objects": (with_cell({}, object), "numbers only"),
    "words among objects": (with_cell("a", object), "numbers only"),
    "complex": (X + 1j, "Complex"),
    "dates": (np.zeros((N, D), "M8[D]"), "numbers only"),
    "ragged": ([[1.0, 2.0], [3.0]] * 6, "rectangular|inhomogeneous"),
    "masked": (np.ma.masked_greater(X, 5), "masked"),
}
SAMPLES = {
    "NaN": ([1.0, np.nan], "NaN"),
    "infinity": ([1.0, -np.inf], "infinity"),
    "no values": ([], "0 sample"),
    "2-D": (X, r"one dimension, got shape \(12, 3\)"),
    "0-D": (3.0, r"one dimension, got shape \(\)"),
    "None": (None, r"one dimension, got shape \(\)"),
    "sparse": (sp.csr_matrix(X), r"one dimension, got shape \(\)"),
    "text": (["1", "a"], "numbers only"),
    "objects": ([1.0, {}], "numbers only"),
    "complex": ([1j, 2.0], "Complex"),
    "dates": (np.zeros(N, "M8[D]"), "numbers only"),
    "ragged": ([[1.0, 2.0], [3.0]], "inhomogeneous"),
    "masked": (np.ma.masked_greater(X[:, 0], X[0, 0]), "masked"),
}
SPARSE = {"sparse": (sp.csr_matrix(X), "[Ss]parse")}
TAKE_SPARSE = {"fit", "fit_predict", "fit_transform", "predict", "transform", "score"}
TAKE_SPARSE |= {"kmeans_plusplus"}
OTHER_FEATURES = {
    "a feature less": (X[:, :2], r"X has 2 features, but \w+ is expecting 3 features as input"),
    "a feature more": (np.c_[X, X[:, 0]], r"X has 4 features, but \w+ is expecting 3 features"),
}

LABELLINGS = {
    "too few": (LABELS[:-1], "11"),
    "too many": (np.r_[LABELS, 0], "13"),
    "none": ([], "0"),
    "2-D": (LABELS[:, None], "1|one"),
    "NaN": (np.where(LABELS == 1, np.nan, 1.0), "NaN"),
    "ragged": ([[1], [2, 3]] * 6, "labels"),
}
WEIGHTS = {
    "negative": (np.r_[-1.0, np.ones(N - 1)], r"-1\.0 at row 0; limit 0"),
    "NaN": (np.r_[np.nan, np.ones(N - 1)], "NaN"),
    "infinite": (np.r_[np.inf, np.ones(N - 1)], "infinity"),
    "all zero": (np.zeros(N), "zero for every row"),
    "too few": (np.ones(N - 1), r"\(11,\), expected \(12,\)"),
    "too many": (np.ones(N + 1), r"\(13,\), expected \(12,\)"),
    "2-D": (np.ones((N, 1)), "1D array or scalar, got 2D"),
    "text": (["a"] * N, "numbers only"),
    "complex": (np.ones(N) * 1j, "Complex"),
    "ragged": ([[1.0], [2.0, 3.0]], "rectangular"),
    "masked": (np.ma.masked_array(np.ones(N), LABELS == 1), "masked"),
    "too large together": (np.full(N, 1e308), "more than float64 can hold"),
}
COUNTS = {  # numbers that count something, from 1
    "zero": (0, r"at least \d|between|positive"),
    "negative": (-3, r"at least \d|between|positive"),
    "half": (2.5, "integer"),
    "whole float": (3.0, "integer"),
    "NaN": (np.nan, "integer"),
    "text": ("3", "integer|'auto'"),
    "truth": (True, "integer"),
}
CLUSTERS = COUNTS | {"more than rows": (N + 1, rf"n_samples={N}|{N + 1}")}
AMOUNTS = {
    "negative": (-0.5, "at least 0.0, got -0.5"),
    "NaN": (np.nan, "at least 0.0, got nan"),
    "infinite": (np.inf, "finite number .* got inf"),
    "text": ("small", "must be a number of at least 0.0, got 'small'"),
    "truth": (True, "must be a number"),
}
NAMES = {
    "unknown": ("nearest", "must be one of .*, got 'nearest'"),
    "number": (3, "must be one of .*, got 3"),
    "None": (None, "must be one of .*, got None"),
}
SEEDS = {
    "negative": (-1, "between 0 and .*, got -1"),
    "too large": (2**32, "between 0 and .*, got 4294967296"),
    "half": (0.5, "random_state must be .* 0.5"),
    "text": ("seed", "random_state must be .* 'seed'"),
}
STARTS = {
    "unknown": ("nearest", "init must be one of .*, got 'nearest'"),
    "too few": (X[:2], r"initial centers \(2, 3\) does not match the number of clusters 3"),
    "too narrow": (X[:3, :2], r"initial centers \(3, 2\) does not match the number of features"),
    "too few by callable": (lambda X, k, random_state: X[:2], r"does not match the number of clus"),
    "1-D": (X[0], "init must have 2 dimensions"),
    "NaN": (with_cell(np.nan)[:3], "Input init contains NaN"),
    "None": (None, "init must be one of .*, got None"),
    "nothing by callable": (lambda X, k, random_state: None, r"init\(X\) must have"),
    "number": (3, "init must"),
}
RANGES = {
    "empty": ([], "n_clusters_range is empty"),
    "zero": ([0, 2], "n_clusters_range"),
    "one number": (3, "n_clusters_range must be numbers of clusters"),
    "text among numbers": ([2, "a"], "n_clusters_range must be an integer"),
    "half": ([2.5], "n_clusters_range"),
    "more than rows": ([2, N + 1], "n_clusters_range|n_samples"),
}
TREES = {
    "not a tree": (X, "Z"),
    "1-D": (Z[0], "Z"),
    "empty": (np.empty((0, 4)), "Z"),
    "NaN": (np.where(np.arange(4) == 2, np.nan, Z), "Z"),
    "text": ("tree", "Z"),
    "a cluster used twice": (Z[[0, 0, *range(2, len(Z))]], "Z"),
    "a cluster that is not there yet": (Z[::-1], "Z"),
    "None": (None, "Z"),
}
HEIGHTS = {what: (bad, "height must be a number") for what, bad in
           {"NaN": np.nan, "text": "x", "object": {}, "2-D": [[1.0]]}.items()}  # fmt: skip
NORMS = {what: (bad, "length of x_squared_norms") for what, bad in
         {"none": [], "too few": np.ones(N - 1), "number": 3.0}.items()}  # fmt: skip
RESULTS = {what: (bad, "result must be what sweep") for what, bad in
           {"None": None, "list": []}.items()}  # fmt: skip
BAD = {
    "X": MATRICES, "y": MATRICES, "centers": MATRICES, "Z": TREES,
    "x": SAMPLES,
    "labels": LABELLINGS, "labels_true": LABELLINGS, "labels_pred": LABELLINGS,
    "sample_weight": WEIGHTS, "n_clusters": CLUSTERS, "n_clusters_range": RANGES,
    "init": STARTS, "n_init": COUNTS, "max_iter": COUNTS, "n_threads": COUNTS,
    "n_local_trials": COUNTS, "n_references": COUNTS, "n_resamples": COUNTS, "n_splits": COUNTS,
    "sample_size": COUNTS, "silhouette_sample": COUNTS, "n_probes": COUNTS,
    "tol": AMOUNTS, "max_time": AMOUNTS, "distance_threshold": AMOUNTS, "random_state": SEEDS,
    "algorithm": NAMES, "linkage": NAMES, "metric": NAMES, "method": NAMES,
    "average_method": NAMES, "n_centers": COUNTS, "height": HEIGHTS, "x_squared_norms": NORMS,
    "result": RESULTS, "n_samples": COUNTS,
    "verbose": {"negative": (-1, "verbose must be at least 0"), "text": ("loud", "integer")},
    "callback": {"number": (3, "callback must be callable or None, got 3")},
}  # fmt: skip

# What is no bad value after all, and what another test file looks at.
ALLOWED = {
    ("linkage", "y", "1-D"), ("silhouette_samples", "metric", "number"),
    ("inertia", "centers", "None"), ("inertia_of_centers", "centers", "None"),
}  # fmt: skip
ELSEWHERE = {
    ("knee", "n_clusters"),  # the numbers of clusters of a curve
    ("dendrogram", "labels"),  # the names of leaves
    ("silhouette_score", "random_state"),  # for a sample only
}


def cases():
    """(callable, argument, what is wrong) for all that can be wrong."""
    for name, function in CALLABLES.items():
        for argument in inspect.signature(function).parameters:
            if argument not in BAD or (name, argument) in ELSEWHERE:
                continue
            for what in values_of(name, argument):
                if (name, argument, what) not in ALLOWED:
                    yield pytest.param(name, argument, what, id=f"{name}-{argument}-{what}")


def values_of(name, argument):
    values = BAD[argument]
    if argument == "X" and name not in TAKE_SPARSE:
        values = values | SPARSE
    if argument == "X" and name in ("predict", "transform", "score", "predict_of_tree"):
        values = values | OTHER_FEATURES
    return values


def good_arguments(name, function):
    needed = [
        parameter.name
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is inspect.Parameter.empty
    ]
    good = GOOD | GOOD_FOR.get(name, {})
    return {argument: good[argument] for argument in needed} | GOOD_FOR.get(name, {})


@pytest.mark.parametrize("name", CALLABLES)
def test_the_good_arguments_are_good(name):
    CALLABLES[name](**good_arguments(name, CALLABLES[name]))


@pytest.mark.parametrize(("name", "argument", "what"), list(cases()))
def test_bad_input_is_one_clear_error(name, argument, what):
    function = CALLABLES[name]
    value, message = values_of(name, argument)[what]
    with pytest.raises((ValueError, TypeError)) as caught:
        function(**(good_arguments(name, function) | {argument: value}))
    text = str(caught.value)
    assert_says(text, argument, message)


def test_every_public_name_is_the_same_thing_every_time():
    for home in HOMES:
        for name in home.__all__:
            assert getattr(home, name) is getattr(home, name), name


def assert_says(text, argument, message):
    """The message has the argument's name and what its table asks for."""
    assert re.search(message, text), text
    known_as = {"X": "X|array", "y": "y|X|array|[Dd]istance", "sample_weight": "[Ss]ample.weight"}
    known_as |= dict.fromkeys(["labels_true", "labels_pred"], "labels_(true|pred)")
    assert re.search(known_as.get(argument, argument.rstrip("_")), text), text


@pytest.mark.parametrize("method", ["predict", "transform", "score"])
def test_before_fit(method):
    with pytest.raises(ValueError, match="This KMeans instance is not fitted yet"):
        getattr(KMeans(), method)(X)
    with pytest.raises(AttributeError, match="not fitted yet"):
        getattr(KMeans(), method)(np.full((1, 1), np.nan))


@pytest.mark.parametrize("name", ["max_iter", "n_init"])
def test_more_than_a_kernel_counts_to(name):
    with pytest.raises(ValueError, match=f"{name} must be between 1 and 2147483647, got 10{{20}}"):
        KMeans(2, **{name: 10**20}).fit(X)


@pytest.mark.parametrize("no_array", [(row for row in X), {1.0}, {"a": 1.0}, object()])
def test_what_is_no_array_is_called_by_its_kind(no_array):
    kind = type(no_array).__name__
    with pytest.raises(TypeError, match=f"X must be an array of numbers, got a {kind}"):
        KMeans(2).fit(no_array)


def test_what_float32_cannot_hold_is_not_said_to_be_infinite():
    model = KMeans(2, n_init=1, random_state=0).fit(X.astype(np.float32))
    with pytest.raises(ValueError, match=r"Input X contains infinity, or more than float32 holds"):
        model.predict(X * 1e300)
    with pytest.raises(ValueError, match=r"NaN or infinity, or more than float32 holds"):
        model.fit(X.astype(np.float32), sample_weight=np.full(N, 1e39))


def test_a_callable_cannot_change_the_input():
    table = X.copy()
    with pytest.raises(ValueError, match="read-only"):
        KMeans(2, init=lambda X, k, random_state: X.fill(0)).fit(table)
    np.testing.assert_array_equal(table, X)


def test_read_only_arrays_are_read_by_the_same_kernels():
    table, weight = X.copy(), np.arange(1.0, N + 1)
    ours = KMeans(2, n_init=2, random_state=0)
    expected = ours.fit(table, sample_weight=weight).labels_
    linkage(table, "ward")
    known = {id(k): len(k.signatures) for k in compiled_kernels()}
    table.flags.writeable = weight.flags.writeable = False
    before = table.tobytes(), weight.tobytes()
    np.testing.assert_array_equal(ours.fit(table, sample_weight=weight).labels_, expected)
    linkage(table, "ward")
    assert known == {id(k): len(k.signatures) for k in compiled_kernels()}
    assert (table.tobytes(), weight.tobytes()) == before
    assert not table.flags.writeable


def compiled_kernels():
    """Every kernel of the modules that are loaded."""
    modules = [m for name, m in sys.modules.items() if name.startswith("kmeans_core.")]
    values = [value for module in modules for value in vars(module).values()]
    return [value for value in values if hasattr(value, "signatures")]


def test_nothing_is_computed_before_parameters_are_checked(monkeypatch):
    def work(*_):
        raise AssertionError("work has begun")

    monkeypatch.setattr("kmeans_core.kmeans.kmeans.open_dataset", work)
    for bad in ({"tol": -1}, {"n_threads": 0}, {"algorithm": "x"}, {"random_state": -1}):
        with pytest.raises(ValueError, match=next(iter(bad))):
            KMeans(2, **bad).fit(X)
    with pytest.raises(ValueError, match="sample_weight"):
        KMeans(2).fit(X, sample_weight=[1.0])


@pytest.mark.parametrize("labels", [3, "abc"])
def test_labels_of_leaves(labels):
    with pytest.raises((TypeError, ValueError), match=r"labels must be .* 12|12 rows, 3 labels"):
        kmeans_core.dendrogram(Z, labels=labels)


def test_depth_is_called_by_its_name_and_may_be_any_number():
    with pytest.raises(TypeError, match=r"depth must be an integer of at least 0, got 2\.5"):
        kmeans_core.fcluster(Z, 1.0, depth=2.5)
    np.testing.assert_array_equal(
        kmeans_core.fcluster(Z, 1.0, depth=10**30), kmeans_core.fcluster(Z, 1.0, depth=N)
    )


@pytest.mark.parametrize(
    "score",
    ["silhouette_score", "silhouette_samples", "silhouette_by_cluster",
     "simplified_silhouette_score", "davies_bouldin_score", "calinski_harabasz_score", "inertia"],
)  # fmt: skip
def test_one_weight_is_that_of_every_row(score):
    function = getattr(metrics, score)
    each = function(X, LABELS, sample_weight=np.full(N, 2.0))
    np.testing.assert_array_equal(function(X, LABELS, sample_weight=2), each)
