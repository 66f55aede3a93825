"""Choosing the number of clusters: sweeps, gap, stability, structure and the choice."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from same_bits import tables
from same_bits.digest import Case, Found

TABLES: dict[str, Any] = {
    "groups": partial(tables.blobs, 400, 3, 4),
    "one-group": partial(tables.blobs, 400, 3, 1),
    "ties": partial(tables.integer_grid, 400, 2, 6),
    "stripes": partial(tables.stripes, 300),
    "tiny": partial(tables.blobs, 12, 2, 3),
}
FEW = {"n_references": 4, "n_resamples": 4, "n_init": 3}


def cases() -> Iterator[Case]:
    """All of them."""
    for family in (_fits, _sweeps, _numbers, _stability, _choices):
        for case in family():
            yield case._replace(name=f"selection/{case.name}")


def _ks(X: np.ndarray) -> range:
    return range(2, min(7, len(X) - 1))


def _fits() -> Iterator[Case]:
    for name, make in TABLES.items():
        for n_threads in (1, 2):
            yield Case(f"fit_range/{name}/{n_threads}", partial(_fit_range, make, n_threads))
    yield Case("fit_range/weighted", partial(_fit_range, TABLES["groups"], None, True))
    large = partial(tables.blobs, 30_000, 6, 5)
    yield Case("fit_range/large", partial(_fit_range, large, None))


def _fit_range(make: Any, n_threads: int | None, weighted: bool = False) -> Found:
    from kmeans_core import selection

    X = make()
    weight = tables.weights(len(X)) if weighted else None
    given = {"n_init": 3, "random_state": 0, "n_threads": n_threads, "sample_weight": weight}
    fits = selection.fit_range(X, _ks(X), **given)
    result = [[fit.labels, fit.centers, fit.inertia, fit.n_iter] for fit in fits]
    return Found(result, [fit.n_distances for fit in fits])


def _sweeps() -> Iterator[Case]:
    for name, make in TABLES.items():
        for method in ("kmeans", "single", "complete", "average", "ward"):
            yield Case(f"sweep/{name}/{method}", partial(_sweep, make, method))
    large = partial(tables.blobs, 25_000, 4, 5)
    yield Case("sweep/large/kmeans", partial(_sweep, large, "kmeans", silhouette_sample=3_000))


def _sweep(make: Any, method: str, **given: Any) -> Found:
    from kmeans_core import selection

    X = make()
    found = selection.sweep(X, _ks(X), method=method, n_init=3, random_state=0, **given)
    models = [model and [model.cluster_centers_, model.inertia_] for model in found.models]
    best = selection.best_by_silhouette(found)
    rest = [found.method, found.Z, found.silhouette_rows, found.dunn_left_out, best]
    knee = selection.knee([row.n_clusters for row in found.rows], [row.wcss for row in found.rows])
    return Found([list(found.rows), models, rest, knee])


def _numbers() -> Iterator[Case]:
    for name, make in TABLES.items():
        yield Case(f"dip/{name}", partial(_dips, make))
        for method in ("kmeans", "average", "ward"):
            yield Case(f"gap/{name}/{method}", partial(_on, "gap_statistic", make, method=method))
        yield Case(f"prediction_strength/{name}", partial(_on, "prediction_strength", make))
        yield Case(f"hopkins/{name}", partial(_hopkins, make, None))
        yield Case(f"hopkins/{name}/8", partial(_hopkins, make, 8))
    large = partial(tables.blobs, 12_000, 3, 4)
    yield Case("gap/large", partial(_on, "gap_statistic", large, n_references=2))
    yield Case("hopkins/large", partial(_hopkins, large, None))
    yield Case("words", _words)


def _on(function: str, make: Any, **given: Any) -> Found:
    from kmeans_core import selection

    X = make()
    few = {"n_splits": 4} if function == "prediction_strength" else {"n_references": 4}
    parameters = {"n_init": 3, "random_state": 0, **few, **given}
    return Found(getattr(selection, function)(X, _ks(X), **parameters))


def _dips(make: Any) -> Found:
    from kmeans_core import selection

    return Found([selection.dip_statistic(column) for column in make().T])


def _hopkins(make: Any, n_probes: int | None) -> Found:
    from kmeans_core import selection

    return Found(selection.hopkins(make(), n_probes=n_probes, random_state=0))


def _words() -> Found:
    from kmeans_core import selection

    curves = ([100, 40, 20, 15, 12, 11], [10, 9, 8, 7, 6, 5], [5, 5, 5, 5, 5, 5])
    knees = [selection.knee(range(1, 7), c, sensitivity=s) for c in curves for s in (0.5, 1.0, 3.0)]
    words = [selection.stability_word(share) for share in np.linspace(0, 1, 21)]
    votes = [{"silhouette": 2, "gap": 3, "b": 3}, {"silhouette": 4}, {"silhouette": 5, "gap": 2}]
    return Found([knees, words, [selection.plurality(vote) for vote in votes]])


def _stability() -> Iterator[Case]:
    for name, make in TABLES.items():
        for method in ("kmeans", "average", "ward"):
            yield Case(f"stability/{name}/{method}", partial(_stable, make, method))
        yield Case(f"structure/{name}", partial(_structure, make))
    yield Case("stability/large", partial(_stable, partial(tables.blobs, 25_000, 3, 4), "kmeans"))
    yield Case("structure/large", partial(_structure, partial(tables.blobs, 6_000, 3, 4)))


def _labels(X: np.ndarray, k: int = 3) -> np.ndarray:
    from kmeans_core import KMeans

    return KMeans(k, random_state=0).fit(X).labels_


def _stable(make: Any, method: str) -> Found:
    from kmeans_core import selection

    X = make()
    given = {"method": method, "n_resamples": 5, "n_init": 3, "random_state": 0}
    return Found(selection.bootstrap_stability(X, _labels(X), **given))


def _structure(make: Any) -> Found:
    from kmeans_core import selection

    X = make()
    gap = selection.gap_statistic(X, range(1, 6), n_references=4, n_init=3, random_state=0)
    found = selection.structure_verdict(X, _labels(X), gap, n_init=3, random_state=0)
    return Found(found._replace(evidence=[]))  # its sentences are `segment`'s to compare


def _choices() -> Iterator[Case]:
    for name, make in TABLES.items():
        for method in ("kmeans", "single", "average", "ward"):
            yield Case(f"choose_k/{name}/{method}", partial(_choice, make, method=method))
    groups = TABLES["groups"]
    yield Case("choose_k/defaults", partial(_choice, groups, n_references=20, n_resamples=20))
    yield Case("choose_k/given", partial(_choice, groups, n_clusters=3))
    for n_threads in (1, 2):
        yield Case(f"choose_k/threads-{n_threads}", partial(_choice, groups, n_threads=n_threads))
    yield Case("choose_k/large", partial(_choice, partial(tables.blobs, 25_000, 4, 5)))


def _choice(make: Any, **given: Any) -> Found:
    from kmeans_core import selection

    X = make()
    found = selection.choose_k(X, _ks(X), **{**FEW, **given})
    return Found(
        [
            found.n_clusters,
            found.votes,
            found.shown,
            found.gap,
            found.stability,
            found.structure._replace(evidence=[]),
            found.row,
            found.parted,
            [found.best, found.rule],
        ]
    )
