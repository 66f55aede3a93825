"""Our side of the rows of the tables, by name: what `pairs` times in two checkouts.

Data, starts and parameters are those of `kmeans`, `hierarchy` and `metrics` in this folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import NamedTuple

from benchmarks import hierarchy, kmeans, metrics
from benchmarks.kmeans import Case, blobs
from benchmarks.peers import ours


class Row(NamedTuple):
    """A name without blanks, and what makes the data and returns the call that is timed."""

    name: str
    prepare: Callable[[], Callable[[], object]]


def rows_of(part: str) -> Iterator[Row]:
    """The rows of a part; see `PARTS`."""
    for row in PARTS[part]():
        yield row._replace(name=f"{part}/{row.name}")


def _fixed_rows() -> Iterator[Row]:
    """Ten iterations from the same start."""
    for case in kmeans.FIXED:
        for dtype in kmeans.DTYPES:
            for algorithm in ("lloyd", "auto"):
                given = {"max_iter": kmeans.ITERATIONS, "algorithm": algorithm}
                prepare = partial(_from_start, case, dtype, given)
                yield Row(f"{_name(case)}/{dtype}/{algorithm}", prepare)


def _converge_rows() -> Iterator[Row]:
    """To convergence by the default algorithm."""
    for case in kmeans.CONVERGE:
        yield Row(_name(case), partial(_from_start, case, "float64", {"max_iter": 300}))


def _algorithm_rows() -> Iterator[Row]:
    """To convergence by every algorithm that has a name."""
    for case in kmeans.CONVERGE:
        for algorithm in kmeans.named_algorithms(case):
            given = {"max_iter": 300, "algorithm": algorithm}
            yield Row(f"{_name(case)}/{algorithm}", partial(_from_start, case, "float64", given))


def _default_rows() -> Iterator[Row]:
    """Default parameters, seeding included; then the elbow."""
    for case in kmeans.DEFAULTS:
        for dtype in kmeans.DTYPES:
            yield Row(f"{_name(case)}/{dtype}", partial(_by_default, case, dtype))
    yield Row("elbow/fits", _elbow_fits)
    yield Row("elbow/sweep", _elbow_sweep)


def _hierarchy_rows() -> Iterator[Row]:
    """Linkages of vectors."""
    for n, _ in hierarchy.SIZES:
        for d in hierarchy.FEATURES:
            for method in hierarchy.methods():
                yield Row(f"{n}x{d}/{method}", partial(_linkage, n, d, method))


def _metrics_rows() -> Iterator[Row]:
    """Metrics that scikit-learn has too."""
    for name, n, d, _ in metrics.BESIDE:
        yield Row(f"{n}x{d}/{name}", partial(_metric, name, n, d))


PARTS = {
    "kmeans": _fixed_rows,
    "converge": _converge_rows,
    "defaults": _default_rows,
    "algorithms": _algorithm_rows,
    "hierarchy": _hierarchy_rows,
    "metrics": _metrics_rows,
}


def _name(case: Case) -> str:
    return f"{case.n}x{case.d}-k{case.k}"


def _from_start(case: Case, dtype: str, given: dict) -> Callable[[], object]:
    X, start = blobs(case, dtype)
    return ours(X, **kmeans.from_start(case, start), **given)


def _by_default(case: Case, dtype: str) -> Callable[[], object]:
    return ours(blobs(case, dtype)[0], n_clusters=case.k, random_state=kmeans.SEED)


def _elbow_fits() -> Callable[[], object]:
    X, _ = blobs(kmeans.ELBOW, "float64")
    given = {"n_init": 10, "random_state": kmeans.SEED}
    fits = [ours(X, n_clusters=k, **given) for k in kmeans.ELBOW_K]
    return lambda: [fit() for fit in fits]


def _elbow_sweep() -> Callable[[], object]:
    from kmeans_core.selection import fit_range

    X, _ = blobs(kmeans.ELBOW, "float64")
    return partial(fit_range, X, kmeans.ELBOW_K, n_init=10, random_state=kmeans.SEED)


def _linkage(n: int, d: int, method: str) -> Callable[[], object]:
    return partial(hierarchy.linkage, hierarchy.rows_of(n, d), method)


def _metric(name: str, n: int, d: int) -> Callable[[], object]:
    return partial(getattr(metrics.metrics, name), *metrics.arguments_of(name, n, d))
