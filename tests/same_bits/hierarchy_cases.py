"""Linkages, what is made of their trees, and the estimators of hierarchical clustering."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from same_bits import tables
from same_bits.digest import Case, Found

METHODS = ("single", "complete", "average", "weighted", "ward", "centroid", "median")
EUCLIDEAN = ("ward", "centroid", "median")
METRICS = ("sqeuclidean", "cityblock", "chebyshev", "cosine", "correlation", "hamming")
# What `algorithm` may be, beside 'auto' and 'naive'.
NAMED = {
    "single": ("prim", "boruvka"),
    "complete": ("nn_chain",),
    "average": ("nn_chain",),
    "weighted": ("nn_chain",),
    "ward": ("nn_chain",),
    "centroid": ("generic",),
    "median": ("generic",),
}


def cases() -> Iterator[Case]:
    """All of them."""
    for family in (_vectors, _ties, _distances, _metrics, _algorithms, _scales, _large):
        for case in family():
            yield case._replace(name=f"linkage/{case.name}")
    for family in (_trees, _estimators):
        yield from family()


def tree(make: Any, method: str, *given: Any, **parameters: Any) -> Found:
    """The linkage of a table that is made when its turn comes."""
    from kmeans_core import linkage

    return Found(linkage(make(), method, *given, **parameters))


def condensed(n: int, d: int) -> np.ndarray:
    """City-block distances, as `linkage` takes them."""
    X = tables.blobs(n, d, 5)
    i, j = np.triu_indices(n, 1)
    return np.abs(X[i] - X[j]).sum(axis=1)


def whole_distances(n: int) -> np.ndarray:
    """Condensed distances that are small whole numbers."""
    X = tables.integer_grid(n, 2, 12)
    i, j = np.triu_indices(n, 1)
    return np.abs(X[i] - X[j]).max(axis=1)


def _vectors() -> Iterator[Case]:
    for n, d in ((2, 1), (3, 2), (60, 3), (900, 4), (700, 40)):
        for method in METHODS:
            yield Case(
                f"vectors/{n}x{d}/{method}", partial(tree, partial(tables.blobs, n, d, 5), method)
            )


def _ties() -> Iterator[Case]:
    for method in METHODS:
        grid = partial(tables.integer_grid, 500, 2, 9)
        yield Case(f"ties/grid/{method}", partial(tree, grid, method))
        equal = partial(tables.equal_rows, 400, 3, 60)
        yield Case(f"ties/equal-rows/{method}", partial(tree, equal, method))


def _distances() -> Iterator[Case]:
    for method in METHODS:
        yield Case(f"condensed/60/{method}", partial(tree, partial(condensed, 60, 3), method))
        yield Case(f"condensed/600/{method}", partial(tree, partial(condensed, 600, 5), method))
        yield Case(f"condensed/ties/{method}", partial(tree, partial(whole_distances, 300), method))
        naive = partial(tree, partial(condensed, 60, 3), method, algorithm="naive")
        yield Case(f"condensed/naive/{method}", naive)
        for scale in (1e200, 1e-200):
            run = partial(tree, partial(_scaled_distances, scale), method)
            yield Case(f"condensed/scale-{scale:g}/{method}", run)
        if method not in EUCLIDEAN:
            run = partial(tree, partial(tables.blobs, 80, 3, 5), method, _furthest)
            yield Case(f"callable/{method}", run)


def _scaled_distances(scale: float) -> np.ndarray:
    return condensed(60, 3) * scale


def _furthest(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max() ** 1.5)


def _metrics() -> Iterator[Case]:
    for metric in METRICS:
        make = partial(tables.integer_grid, 300, 6, 4) if metric == "hamming" else None
        make = make or partial(tables.blobs, 500, 6, 5)
        for method in METHODS:
            if method not in EUCLIDEAN:
                yield Case(f"metrics/{metric}/{method}", partial(tree, make, method, metric))


def _algorithms() -> Iterator[Case]:
    for method in METHODS:
        for algorithm in ("naive", *NAMED[method]):
            for n in (70, 400) if algorithm != "naive" else (70,):
                make = partial(tables.blobs, n, 3, 5)
                run = partial(tree, make, method, algorithm=algorithm)
                yield Case(f"algorithms/{n}x3/{method}/{algorithm}", run)


def _scales() -> Iterator[Case]:
    for name, scale, offset in (("huge", 1e150, 0.0), ("tiny", 1e-150, 0.0), ("far", 1.0, 1e7)):
        for method in METHODS:

            def moved(scale: float = scale, offset: float = offset) -> np.ndarray:
                return tables.blobs(300, 4, 5) * scale + offset

            yield Case(f"scales/{name}/{method}", partial(tree, moved, method))
    for method in METHODS:
        floats = partial(tables.blobs, 300, 4, 5, 1.0, "float32")
        yield Case(f"scales/float32/{method}", partial(tree, floats, method))


def _large() -> Iterator[Case]:
    for n, d, methods in (
        (4_000, 4, METHODS),
        (3_000, 20, ("single", "complete", "average", "ward")),
        (9_000, 2, ("single", "complete", "ward")),
        (60_000, 3, ("single",)),
        (3_071, 2, ("single",)),  # Prim up to here, then a tree
        (3_072, 2, ("single",)),
        (15_000, 8, ("single",)),
    ):
        for method in methods:
            yield Case(
                f"large/{n}x{d}/{method}", partial(tree, partial(tables.blobs, n, d, 9), method)
            )
    grid = partial(tables.integer_grid, 30_000, 3, 40)
    yield Case("large/30000x3/ties/single", partial(tree, grid, "single"))


def _trees() -> Iterator[Case]:
    """What is done with Z: of a plain tree, of one with inversions, of one with ties."""
    for name, make, method in (
        ("average", partial(tables.blobs, 300, 4, 5), "average"),
        ("ward", partial(tables.blobs, 900, 4, 5), "ward"),
        ("median", partial(tables.blobs, 300, 4, 5), "median"),
        ("ties", partial(tables.integer_grid, 300, 2, 9), "complete"),
        ("two-rows", partial(tables.blobs, 2, 1, 1), "single"),
    ):
        yield Case(f"tree/flat/{name}", partial(_flat, make, method))
        yield Case(f"tree/cuts/{name}", partial(_cuts, make, method))
        yield Case(f"tree/cophenet/{name}", partial(_cophenetic, make, method))
        yield Case(f"tree/leaves/{name}", partial(_leaves, make, method))
        yield Case(f"tree/order/{name}", partial(_ordered, make, method))
        yield Case(f"tree/drawing/{name}", partial(_drawn, make, method))


def _flat(make: Any, method: str) -> Found:
    from kmeans_core import fcluster, inconsistent, linkage

    Z = linkage(make(), method)
    middle = float(np.median(Z[:, 2]))
    statistics = inconsistent(Z, 3)
    results = [statistics, inconsistent(Z)]
    for t, criterion in ((1.1, "inconsistent"), (middle, "distance"), (4, "maxclust")):
        results.append(fcluster(Z, t, criterion))
    results.append(fcluster(Z, 1.0, "inconsistent", depth=3, R=statistics))
    results.append(fcluster(Z, middle, "monocrit", monocrit=np.maximum.accumulate(Z[:, 2])))
    results.append(fcluster(Z, 3, "maxclust_monocrit", monocrit=np.maximum.accumulate(Z[:, 2])))
    return Found(results)


def _cuts(make: Any, method: str) -> Found:
    from kmeans_core import cut_tree, linkage

    Z = linkage(make(), method)
    n = len(Z) + 1
    results = [cut_tree(Z), cut_tree(Z, [1, 2, n // 2 + 1, n])]
    if method != "median":  # its heights fall, so that a height is no cut
        results.append(cut_tree(Z, height=[float(np.median(Z[:, 2])), 0.0]))
    return Found(results)


def _cophenetic(make: Any, method: str) -> Found:
    from kmeans_core import cophenet, linkage

    X = make()
    i, j = np.triu_indices(len(X), 1)
    Z = linkage(X, method)
    distances = np.sqrt(((X[i] - X[j]) ** 2).sum(axis=1))
    return Found([cophenet(Z), *(cophenet(Z, distances) if len(X) > 2 else [])])


def _leaves(make: Any, method: str) -> Found:
    from kmeans_core import leaves_list, linkage, to_tree

    Z = linkage(make(), method)
    root, nodes = to_tree(Z, rd=True)
    table = [(node.id, node.dist, node.count) for node in nodes]
    return Found([leaves_list(Z), root.pre_order(), table])


def _ordered(make: Any, method: str) -> Found:
    from kmeans_core import linkage, optimal_leaf_ordering

    X = make()[:250]
    if method == "median":
        return Found(optimal_leaf_ordering(linkage(X, method), X))
    i, j = np.triu_indices(len(X), 1)
    distances = np.abs(X[i] - X[j]).sum(axis=1)
    return Found(
        [
            linkage(X, method, optimal_ordering=True),
            optimal_leaf_ordering(linkage(X, method), X, "cityblock"),
            optimal_leaf_ordering(linkage(distances, "average"), distances),
            optimal_leaf_ordering(linkage(X[:60], method), X[:60], _furthest),
        ]
    )


def _drawn(make: Any, method: str) -> Found:
    from kmeans_core import dendrogram, linkage

    Z = linkage(make(), method)
    return Found(
        [
            dendrogram(Z, no_plot=True),
            dendrogram(Z, p=12, truncate_mode="lastp", no_plot=True, count_sort="descending"),
            dendrogram(Z, p=3, truncate_mode="level", no_plot=True, distance_sort="ascending"),
        ]
    )


def _estimators() -> Iterator[Case]:
    for method in METHODS:
        yield Case(f"agglomerative/{method}", partial(_agglomerative, method))
        if method not in ("single", "complete", "weighted"):  # which refuse weights
            yield Case(f"agglomerative/{method}/weighted", partial(_agglomerative, method, True))
    for metric in ("precomputed", "cityblock", "cosine", _furthest):
        name = metric if isinstance(metric, str) else "callable"
        for method in ("single", "complete", "average"):
            run = partial(_agglomerative_by, metric, method)
            yield Case(f"agglomerative/{method}/{name}", run)
    yield Case("agglomerative/ward/zero-weights", _with_zero_weights)
    for n, k in ((300, 5), (20_000, 8)):
        for weighted in (False, True):
            name = f"ward-of-centers/{n}{'/weighted' if weighted else ''}"
            yield Case(name, partial(_ward_of_centers, n, k, weighted))


def _agglomerative(method: str, weighted: bool = False) -> Found:
    from kmeans_core import AgglomerativeClustering

    X = tables.blobs(400, 4, 5)
    weight = 1.0 + tables.weights(400) if weighted else None
    model = AgglomerativeClustering(4, linkage=method, compute_distances=True)
    model.fit(X, sample_weight=weight)
    others = model.predict(tables.blobs(100, 4, 5, 2.0))
    high = AgglomerativeClustering(None, linkage=method, distance_threshold=2.0)
    high.fit(X, sample_weight=weight)
    return Found([model.labels_, model.children_, model.distances_, others, high.labels_])


def _agglomerative_by(metric: Any, method: str) -> Found:
    """By another metric; with rows that are not those of the fit, where it can be asked."""
    from kmeans_core import AgglomerativeClustering

    X = tables.blobs(200, 4, 5)
    model = AgglomerativeClustering(4, linkage=method, metric=metric, compute_distances=True)
    if metric == "precomputed":
        model.fit(np.abs(X[:, None] - X[None]).sum(axis=2))
        return Found([model.labels_, model.children_, model.distances_])
    labels = model.fit_predict(X)
    others = model.predict(tables.blobs(50, 4, 5, 2.0))
    return Found([labels, model.children_, model.distances_, others])


def _with_zero_weights() -> Found:
    from kmeans_core import AgglomerativeClustering

    model = AgglomerativeClustering(4).fit(tables.blobs(300, 4, 5), None, tables.weights(300))
    return Found([model.labels_, model.children_])


def _ward_of_centers(n: int, k: int, weighted: bool) -> Found:
    from kmeans_core import WardOfCenters

    X = tables.blobs(n, 4, k)
    weight = 1.0 + tables.weights(n) if weighted else None
    model = WardOfCenters(k, n_centers=500, random_state=0).fit(X, sample_weight=weight)
    return Found([model.labels_, model.predict(X[: n // 2])])
