"""Every public metric, on plain rows, ties, weights and labels of other kinds."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from same_bits import tables
from same_bits.digest import Case, Found

OF_ROWS = (
    "inertia",
    "silhouette_score",
    "silhouette_samples",
    "silhouette_by_cluster",
    "simplified_silhouette_score",
    "simplified_silhouette_samples",
    "davies_bouldin_score",
    "calinski_harabasz_score",
)
OF_LABELS = (
    "rand_score",
    "adjusted_rand_score",
    "fowlkes_mallows_score",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "adjusted_mutual_info_score",
    "homogeneity_score",
    "completeness_score",
    "v_measure_score",
    "homogeneity_completeness_v_measure",
)
AVERAGED = ("normalized_mutual_info_score", "adjusted_mutual_info_score")


def cases() -> Iterator[Case]:
    """All of them."""
    for family in (_of_rows, _scales, _silhouettes, _dunn, _of_labels, _edges):
        for case in family():
            yield case._replace(name=f"metrics/{case.name}")


def call(name: str, *given: Any, **parameters: Any) -> Found:
    """The metric of that name."""
    from kmeans_core import metrics

    return Found(getattr(metrics, name)(*given, **parameters))


def labels_of(n: int, k: int) -> np.ndarray:
    """Labels 0..k-1 that say something of the table: its first column, and chance."""
    rng = np.random.default_rng([tables.SEED, n, k])
    column = tables.blobs(n, 4, 6)[:, 0]
    by_column = np.clip((column + 8) / 16 * k, 0, k - 1).astype(int)
    return np.where(rng.random(n) < 0.8, by_column, rng.integers(0, k, n))


def _of_rows() -> Iterator[Case]:
    for n, d in ((50, 4), (3_000, 4), (100_000, 4)):
        for name in OF_ROWS:
            if n > 10_000 and name.startswith("silhouette"):
                continue  # every pair of rows
            for dtype in ("float32", "float64"):
                run = partial(_one_of_rows, name, n, dtype)
                yield Case(f"{name}/{n}x{d}/{dtype}", run)
            yield Case(f"{name}/{n}x{d}/weighted", partial(_one_of_rows, name, n, "float64", True))
    for n_threads in (1, 3):
        for name in OF_ROWS:
            run = partial(_one_of_rows, name, 3_000, "float64", n_threads=n_threads)
            yield Case(f"{name}/threads-{n_threads}", run)
        grid = tables.integer_grid(600, 3, 5)
        for name in OF_ROWS:
            yield Case(f"{name}/ties/{n_threads}", partial(call, name, grid, labels_of(600, 5)))


def _one_of_rows(
    name: str, n: int, dtype: str, weighted: bool = False, n_threads: int | None = None
) -> Found:
    given = {"sample_weight": tables.weights(n)} if weighted else {}
    X = tables.blobs(n, 4, 6, 1.0, dtype)
    return call(name, X, labels_of(n, 6), n_threads=n_threads, **given)


def _scales() -> Iterator[Case]:
    labels = labels_of(600, 6)
    for scale in (1e160, 1e-160):
        for name in OF_ROWS:
            run = partial(_scaled, name, scale, labels)
            yield Case(f"{name}/scale-{scale:g}", run)


def _scaled(name: str, scale: float, labels: np.ndarray) -> Found:
    return call(name, tables.blobs(600, 4, 6) * scale, labels)


def _silhouettes() -> Iterator[Case]:
    for metric in ("sqeuclidean", "cityblock", "cosine", "precomputed"):
        yield Case(f"silhouette_samples/{metric}", partial(_silhouette_of, metric))
    X, labels = tables.blobs(2_000, 4, 6), labels_of(2_000, 6)
    given = {"sample_size": 500, "random_state": 3}
    yield Case("silhouette_score/sampled", partial(call, "silhouette_score", X, labels, **given))
    yield Case("silhouette_estimate/exact", partial(call, "silhouette_estimate", X, labels))
    yield Case("silhouette_estimate/500", partial(_estimate, 2_000, 500))
    yield Case("silhouette_estimate/large", partial(_estimate, 60_000, None))
    many = np.arange(2_000) % 700
    yield Case("silhouette_score/many-clusters", partial(call, "silhouette_score", X, many))


def _silhouette_of(metric: str) -> Found:
    """The samples; a metric that is not offered is a result too."""
    X, labels = tables.blobs(300, 4, 6), labels_of(300, 6)
    if metric == "precomputed":
        X = np.abs(X[:, None] - X[None]).sum(axis=2)
    try:
        return call("silhouette_samples", X, labels, metric=metric)
    except ValueError:
        return Found("refused")


def _estimate(n: int, size: int | None) -> Found:
    X, labels = tables.blobs(n, 4, 6), labels_of(n, 6)
    return call("silhouette_estimate", X, labels, sample_size=size, random_state=2)


def _dunn() -> Iterator[Case]:
    for n in (50, 3_000):
        X = tables.blobs(n, 4, 6)
        yield Case(f"dunn_index/{n}x4", partial(call, "dunn_index", X, labels_of(n, 6)))
        run = partial(call, "dunn_index", X, labels_of(n, 6), n_threads=3)
        yield Case(f"dunn_index/{n}x4/threads-3", run)
    ties = tables.integer_grid(600, 3, 5)
    yield Case("dunn_index/ties", partial(call, "dunn_index", ties, labels_of(600, 5)))


def _of_labels() -> Iterator[Case]:
    for n, k in ((40, 3), (5_000, 8), (3_000, 900)):
        ours = labels_of(n, k)
        theirs = np.roll(ours, 1) if k < 900 else np.arange(n) % 700
        for name in (*OF_LABELS, "match_labels"):
            yield Case(f"{name}/{n}-{k}", partial(call, name, ours, theirs))
        weight = np.arange(n) % 4
        for name in OF_LABELS:
            run = partial(call, name, ours, theirs, sample_weight=weight)
            yield Case(f"{name}/{n}-{k}/weighted", run)
    ours, theirs = labels_of(500, 5), labels_of(500, 7) % 5
    for name in AVERAGED:
        for average in ("min", "geometric", "max"):
            run = partial(call, name, ours, theirs, average_method=average)
            yield Case(f"{name}/{average}", run)
    words = np.array(["north", "east", "south", "west", "middle"])
    for name in (*OF_LABELS, "match_labels"):
        yield Case(
            f"{name}/words", partial(call, name, words[ours].tolist(), words[theirs].tolist())
        )
        yield Case(f"{name}/floats", partial(call, name, ours * 1.5 - 2.0, theirs * 1e6))


def _edges() -> Iterator[Case]:
    """One cluster, the same partition, one label for each row; given centers."""
    pairs = {
        "same": (labels_of(300, 4), (labels_of(300, 4) + 1) % 4),
        "one": (np.zeros(300, int), np.zeros(300, int)),
        "one-many": (np.zeros(300, int), np.arange(300)),
        "many-one": (np.arange(300), np.zeros(300, int)),
        "independent": (np.arange(300) % 2, np.arange(300) // 150),
    }
    for edge, (ours, theirs) in pairs.items():
        for name in (*OF_LABELS, "match_labels"):
            yield Case(f"{name}/edge-{edge}", partial(call, name, ours, theirs))
    X, labels = tables.blobs(3_000, 4, 6), labels_of(3_000, 6)
    centers = tables.first_rows(X, 6)
    yield Case("inertia/given-centers", partial(call, "inertia", X, labels, centers))
    weight = tables.weights(3_000)
    run = partial(call, "inertia", X, labels, centers, sample_weight=weight)
    yield Case("inertia/given-centers/weighted", run)
