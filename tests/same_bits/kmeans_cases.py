"""Fits of `KMeans`, and seeds of `kmeans_plusplus`: every algorithm, and every path by shape."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np

from same_bits import tables
from same_bits.digest import Case, Found

try:
    from kmeans_core.kmeans.algorithms import ALGORITHMS as NAMED
except ImportError:  # a commit before 2026-11-28
    NAMED = dict.fromkeys(("lloyd", "hamerly", "elkan", "yinyang", "kdtree"), "")

ALGORITHMS = ("auto", *NAMED)
DTYPES = ("float32", "float64")
# rows, features, clusters, iterations at most: from one compiled call to threads on every step,
# from direct differences to products, from seeds by every distance to bounded ones.
SHAPES = [
    (3, 1, 2, 300),
    (17, 3, 5, 300),
    (200, 2, 5, 300),
    (2_000, 5, 6, 300),
    (2_000, 12, 7, 300),
    (5_000, 3, 40, 300),
    (1_500, 40, 3, 300),
    (100_000, 2, 2, 300),
    (200_000, 2, 8, 60),
    (100_000, 8, 20, 60),
    (60_000, 16, 64, 40),
    (20_000, 64, 100, 40),
    (3_000, 300, 300, 20),
]
# On either side of the limits where another path begins, as they were when this was written. A
# limit that moves on purpose changes counts, or (of seeding) results.
BOUNDARIES = [
    *((10_000, 4, 49), (10_000, 4, 50)),  # one compiled call: 4e6 flops per iteration
    *((24_999, 5, 8), (25_000, 5, 8)),  # seeds by every distance: 1e6 flops per step
    *((20_000, 8, 6), (20_000, 9, 6)),  # and at most 8 features
    *((99_999, 5, 8), (100_000, 5, 8)),  # seeds on several threads: 4e6
    *((62_499, 8, 100), (62_500, 8, 100)),  # products: 1e8 flops per search
    *((80_000, 7, 120), (80_000, 8, 120)),  # and at least 8 features
    *((60_000, 1, 127), (60_000, 1, 128)),  # bounds in auto: k d = 128
    *((50_000, 5, 25), (50_000, 4, 32)),
]
# The same, for the algorithms one by one: long enough that few rows move at the end.
LONG = [(2_000, 4, 12, 2.0), (30_000, 8, 40, 3.0), (30_000, 40, 64, 4.0), (50_000, 2, 30, 2.0)]


def cases() -> Iterator[Case]:
    """All of them."""
    for family in (
        _shapes, _algorithms, _weighted, _ties, _equal_rows, _empty_clusters, _inits, _threads,
        _seeds, _limits, _scales, _sparse, _forms, _watched, _after_fit, _seeding,
    ):  # fmt: skip
        for case in family():
            yield case._replace(name=f"kmeans/{case.name}")


def fitted(model: Any) -> Found:
    """What a fit is remembered by."""
    centers, labels = model.cluster_centers_, model.labels_
    return Found([labels, centers, model.inertia_, model.n_iter_], model.n_distances_)


def fit(X: Any, k: int, weight: Any = None, **parameters: Any) -> Found:
    """Fit and fingerprint; with seed 0 unless another is given."""
    from kmeans_core import KMeans

    model = KMeans(k, **{"random_state": 0, **parameters})
    return fitted(model.fit(X, sample_weight=weight))


def _shapes() -> Iterator[Case]:
    for n, d, k, max_iter in SHAPES:
        for dtype in DTYPES:
            X = partial(tables.blobs, n, d, k, 1.0, dtype)
            run = partial(_fit_made, X, k, max_iter=max_iter)
            yield Case(f"shapes/{n}x{d}-k{k}/{dtype}", run)
    for n, d, k in BOUNDARIES:
        X = partial(tables.blobs, n, d, k)
        yield Case(f"shapes/boundaries/{n}x{d}-k{k}", partial(_fit_made, X, k, max_iter=40))
    for n in (4_095, 4_096):  # equal rows are joined from here on
        X = partial(tables.equal_rows, n, 3, 100)
        yield Case(f"shapes/boundaries/equal-rows-{n}", partial(_fit_made, X, 8))


def _fit_made(
    make: Any, k: int, weighted: bool = False, start: str = "", **parameters: Any
) -> Found:
    """`fit` of a table that is made when its turn comes."""
    X = make()
    if start == "rows":
        parameters["init"] = tables.first_rows(X, k)
    if start == "far":
        parameters["init"] = tables.with_far_centers(X, k, max(1, k // 4))
    return fit(X, k, tables.weights(len(X)) if weighted else None, **parameters)


def _algorithms() -> Iterator[Case]:
    for n, d, k, spread in LONG:
        for dtype in DTYPES:
            X = partial(tables.blobs, n, d, k, spread, dtype)
            for algorithm in ALGORITHMS:
                run = partial(
                    _fit_made, X, k, start="rows", tol=0, max_iter=80, algorithm=algorithm
                )
                yield Case(f"algorithms/{n}x{d}-k{k}/{dtype}/{algorithm}", run)


def _weighted() -> Iterator[Case]:
    for n, d, k, max_iter in ((3_000, 4, 10, 300), (60_000, 8, 20, 30)):
        X = partial(tables.blobs, n, d, k)
        for algorithm in ALGORITHMS:
            run = partial(_fit_made, X, k, weighted=True, max_iter=max_iter, algorithm=algorithm)
            yield Case(f"weighted/{n}x{d}-k{k}/{algorithm}", run)
    X = partial(tables.blobs, 3_000, 4, 10, 1.0, "float32")
    yield Case("weighted/3000x4-k10/float32", partial(_fit_made, X, 10, weighted=True))


def _ties() -> Iterator[Case]:
    for n, d, levels, k in ((400, 2, 5, 7), (20_000, 3, 8, 12), (20_000, 9, 4, 16)):
        X = partial(tables.integer_grid, n, d, levels)
        for algorithm in ALGORITHMS:
            yield Case(
                f"ties/{n}x{d}-k{k}/{algorithm}", partial(_fit_made, X, k, algorithm=algorithm)
            )


def _equal_rows() -> Iterator[Case]:
    rows = partial(tables.equal_rows, 50_000, 3, 900)
    floats = partial(tables.equal_rows, 50_000, 3, 900, "float32")
    parameters: dict[str, dict[str, Any]] = {
        "plain": {},
        "weighted": {"weighted": True},
        "random": {"init": "random", "n_init": 3},
        "parallel-seeds": {"init": "k-means||"},
        "lloyd": {"algorithm": "lloyd"},
        "far-centers": {"start": "far"},
        "far-centers-weighted": {"start": "far", "weighted": True},
    }
    for name, given in parameters.items():
        yield Case(f"equal-rows/{name}", partial(_fit_made, rows, 10, **given))
        yield Case(f"equal-rows/{name}/float32", partial(_fit_made, floats, 10, **given))
    few = partial(tables.equal_rows, 6_000, 2, 50)
    yield Case("equal-rows/more-clusters-than-distinct", partial(_fit_made, few, 60))
    some = partial(tables.equal_rows, 300, 2, 20)
    yield Case("equal-rows/more-clusters-than-distinct/small", partial(_fit_made, some, 30))
    given_up = partial(tables.seemingly_equal_rows, 20_000, 3)
    yield Case("equal-rows/given-up", partial(_fit_made, given_up, 10))


def _empty_clusters() -> Iterator[Case]:
    for n, d, k in ((500, 2, 8), (30_000, 4, 20), (4_000, 30, 24)):
        X = partial(tables.blobs, n, d, k)
        for algorithm in ALGORITHMS:
            run = partial(_fit_made, X, k, start="far", max_iter=40, algorithm=algorithm)
            yield Case(f"empty/{n}x{d}-k{k}/{algorithm}", run)
    X = partial(tables.integer_grid, 400, 2, 5)
    for weighted in (False, True):
        run = partial(_fit_made, X, 9, start="far", weighted=weighted)
        yield Case(f"empty/ties/{'weighted' if weighted else 'plain'}", run)


def _inits() -> Iterator[Case]:
    def middle(X: Any, n_clusters: int, random_state: Any) -> np.ndarray:
        start = random_state.randint(len(X) - n_clusters)
        return X[start : start + n_clusters]

    starts = {"k-means++": "k-means++", "random": "random", "parallel": "k-means||", "call": middle}
    for n, d, k in ((300, 2, 6), (4_000, 7, 9), (40_000, 10, 30)):
        for name, init in starts.items():
            for n_init in (1, 4):
                X = partial(tables.blobs, n, d, k)
                run = partial(_fit_made, X, k, init=init, n_init=n_init, max_iter=50)
                yield Case(f"inits/{n}x{d}-k{k}/{name}/{n_init}", run)
    X = partial(tables.blobs, 3_000, 4, 10)
    yield Case(
        "inits/parallel/weighted", partial(_fit_made, X, 10, weighted=True, init="k-means||")
    )
    yield Case("inits/random/weighted", partial(_fit_made, X, 10, weighted=True, init="random"))


def _threads() -> Iterator[Case]:
    for n_threads in (1, 2, 3, 4):
        for n, d, k, given in (
            (2_000, 5, 9, {"n_init": 7}),
            (100_000, 8, 20, {"max_iter": 30}),
            (40_000, 10, 30, {"init": "k-means||", "max_iter": 30}),
            (50_000, 2, 30, {"algorithm": "kdtree", "max_iter": 30}),
        ):
            X = partial(tables.blobs, n, d, k)
            run = partial(_fit_made, X, k, n_threads=n_threads, **given)
            yield Case(f"threads/{n}x{d}-k{k}/{n_threads}", run)


def _seeds() -> Iterator[Case]:
    for seed in range(5):
        for n, d, k in ((300, 2, 7), (6_000, 8, 15)):
            X = partial(tables.blobs, n, d, k, 2.0)
            yield Case(f"seeds/{n}x{d}-k{k}/{seed}", partial(_fit_made, X, k, random_state=seed))
    X = partial(tables.blobs, 300, 2, 7, 2.0)
    for name, make in (
        ("RandomState", np.random.RandomState),
        ("Generator", np.random.default_rng),
    ):
        yield Case(f"seeds/{name}", lambda make=make: fit(X(), 7, random_state=make(3)))


def _limits() -> Iterator[Case]:
    for n, d, k in ((1_000, 3, 8), (50_000, 6, 25)):
        X = partial(tables.blobs, n, d, k, 3.0)
        for max_iter in (1, 2, 3):
            yield Case(
                f"limits/{n}x{d}/max_iter-{max_iter}", partial(_fit_made, X, k, max_iter=max_iter)
            )
        for tol in (0, 1e-6, 1e-2):
            yield Case(f"limits/{n}x{d}/tol-{tol}", partial(_fit_made, X, k, tol=tol))
    line = partial(tables.blobs, 60_000, 1, 3, 3.0)  # more iterations than one compiled call makes
    yield Case("limits/60000x1/long", partial(_fit_made, line, 30, tol=0, max_iter=600))
    X = partial(tables.blobs, 60, 3, 4)
    for k in (1, 2, 59, 60):
        yield Case(f"limits/60x3/k{k}", partial(_fit_made, X, k))


def _scales() -> Iterator[Case]:
    for n, d, k in ((1_000, 3, 6), (30_000, 16, 120)):
        for name, scale, offset in (
            ("huge", 1e200, 0.0),
            ("tiny", 1e-200, 0.0),
            ("far", 1.0, 1e6),
            ("farther", 1.0, 1e9),
        ):

            def moved(n: int = n, d: int = d, k: int = k, scale: float = scale,
                      offset: float = offset) -> np.ndarray:  # fmt: skip
                return tables.blobs(n, d, k) * scale + offset

            yield Case(f"scales/{n}x{d}/{name}", partial(_fit_made, moved, k, max_iter=60))
        far = partial(_far_floats, n, d, k)
        yield Case(f"scales/{n}x{d}/far/float32", partial(_fit_made, far, k, max_iter=60))
        apart = partial(_two_far_apart, n, d, k)
        yield Case(f"scales/{n}x{d}/apart", partial(_fit_made, apart, k, max_iter=60))
        for dtype in DTYPES:
            X = partial(tables.constant_columns, n, d, dtype)
            yield Case(f"scales/{n}x{d}/constant/{dtype}", partial(_fit_made, X, k, max_iter=60))
    yield Case("scales/all-equal", lambda: fit(np.full((50, 3), 7.25), 4))


def _far_floats(n: int, d: int, k: int) -> np.ndarray:
    return tables.blobs(n, d, k, 1.0, "float32") + np.float32(1000)


def _two_far_apart(n: int, d: int, k: int) -> np.ndarray:
    X = tables.blobs(n, d, k).copy()
    X[::2] += 1e8
    return X


def _sparse() -> Iterator[Case]:
    for n, d, k in ((500, 40, 4), (9_000, 120, 20)):
        for dtype in DTYPES:
            X = partial(tables.sparse_rows, n, d, dtype)
            for init in ("k-means++", "random", "k-means||"):
                run = lambda X=X, k=k, init=init: fit(X(), k, init=init, max_iter=40)  # noqa: E731
                yield Case(f"sparse/{n}x{d}/{dtype}/{init.replace('k-means', 'km')}", run)
        yield Case(f"sparse/{n}x{d}/weighted", partial(_sparse_weighted, n, d, k))
    yield Case("sparse/after-fit", lambda: _used(tables.sparse_rows(500, 40), 4))


def _sparse_weighted(n: int, d: int, k: int) -> Found:
    return fit(tables.sparse_rows(n, d), k, tables.weights(n), max_iter=40)


def _forms() -> Iterator[Case]:
    X = tables.blobs(900, 4, 5)
    forms: dict[str, Any] = {
        "fortran": np.asfortranarray(X),
        "strided": np.repeat(X, 2, axis=1)[:, ::2],
        "reversed": X[::-1],
        "integers": np.round(X * 10).astype(np.int64),
        "float16": X.astype(np.float16),
        "lists": X.tolist(),
    }
    for name, given in forms.items():
        yield Case(f"forms/{name}", partial(fit, given, 5))


def _watched() -> Iterator[Case]:
    for n, d, k in ((800, 3, 6), (40_000, 10, 30)):
        for algorithm in ("auto", "elkan", "kdtree"):
            run = partial(_with_callback, n, d, k, algorithm)
            yield Case(f"watched/{n}x{d}-k{k}/{algorithm}", run)
        yield Case(f"watched/{n}x{d}-k{k}/stopped", partial(_with_callback, n, d, k, "auto", 3))
        yield Case(f"watched/{n}x{d}-k{k}/verbose", partial(_verbose, n, d, k))
        X = partial(tables.blobs, n, d, k, 2.0)
        run = partial(_fit_made, X, k, n_init=2, max_iter=20, max_time=1e6)
        yield Case(f"watched/{n}x{d}-k{k}/deadline", run)


def _with_callback(n: int, d: int, k: int, algorithm: str, stop: int = 10**9) -> Found:
    seen: list[tuple] = []

    def watch(iteration: int, inertia: float, shift: float) -> bool:
        seen.append((iteration, inertia, shift))
        return len(seen) >= stop

    given = {"n_init": 2, "max_iter": 20, "algorithm": algorithm, "callback": watch}
    found = fit(tables.blobs(n, d, k, 2.0), k, **given)
    return Found([found.result, seen], found.n_distances)


def _verbose(n: int, d: int, k: int) -> Found:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        found = fit(tables.blobs(n, d, k, 2.0), k, max_iter=10, verbose=1)
    return Found([found.result, printed.getvalue()], found.n_distances)


def _after_fit() -> Iterator[Case]:
    for n, d, k in ((700, 3, 6), (50_000, 8, 20), (12_000, 80, 70)):
        for dtype in DTYPES:
            X = partial(tables.blobs, n, d, k, 1.5, dtype)
            yield Case(f"after-fit/{n}x{d}-k{k}/{dtype}", lambda X=X, k=k: _used(X(), k))
    yield Case("after-fit/ties", lambda: _used(tables.integer_grid(20_000, 3, 8), 12))
    yield Case("after-fit/constant", lambda: _used(tables.constant_columns(1_000, 3), 6))


def _used(X: Any, k: int) -> Found:
    """Everything that a fitted estimator does with rows, those of the fit and others."""
    from kmeans_core import KMeans

    model = KMeans(k, random_state=1, max_iter=8).fit(X)
    some = X[: X.shape[0] // 3]
    again = KMeans(k, random_state=1, max_iter=8)
    other_dtype = some.astype("float32" if X.dtype == np.float64 else "float64")
    return Found(
        [
            model.predict(X),
            model.predict(some),
            model.predict(other_dtype),
            model.transform(some),
            model.score(X),
            model.score(some, sample_weight=tables.weights(some.shape[0])),
            again.fit_predict(X),
            again.fit_transform(some),
        ],
        again.n_distances_,
    )


def _seeding() -> Iterator[Case]:
    for n, d, k in ((50, 2, 10), (2_000, 5, 8), (2_000, 20, 30), (50_000, 8, 40), (8_000, 60, 90)):
        for dtype in DTYPES:
            X = partial(tables.blobs, n, d, k, 1.0, dtype)
            yield Case(f"seeding/{n}x{d}-k{k}/{dtype}", partial(_seeds_of, X, k))
        X = partial(tables.blobs, n, d, k)
        yield Case(f"seeding/{n}x{d}-k{k}/weighted", partial(_seeds_of, X, k, weighted=True))
        yield Case(f"seeding/{n}x{d}-k{k}/one-trial", partial(_seeds_of, X, k, n_local_trials=1))
    X = partial(tables.integer_grid, 3_000, 3, 4)
    yield Case("seeding/ties", partial(_seeds_of, X, 70))
    yield Case("seeding/sparse", partial(_seeds_of, partial(tables.sparse_rows, 500, 40), 6))


def _seeds_of(make: Any, k: int, weighted: bool = False, **parameters: Any) -> Found:
    from kmeans_core import kmeans_plusplus

    X = make()
    weight = tables.weights(X.shape[0]) if weighted else None
    return Found(kmeans_plusplus(X, k, sample_weight=weight, random_state=5, **parameters))
