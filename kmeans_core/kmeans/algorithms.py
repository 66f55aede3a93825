"""The algorithms by name, and the contract that each of them fulfils.

All of them run in the loop of `iteration/lloyd.py` and give the labels of Lloyd's algorithm. To add
one, write one file with a class that has the methods of `Algorithm` (from `iteration.lloyd.Lloyd`,
or from `accelerated.bounds.BoundedLloyd` if it begins as Lloyd's and then keeps bounds), and add
one line to `ALGORITHMS`. Tests, benchmarks and `KMeans` run over that table; the docstring of
`KMeans` lists the names.

A class is imported when its name is first used: a fit loads and compiles no kernel that it does not
run. 'auto' and 'naive' are not in the table: 'auto' stands for one of the others
(`strategy.best_algorithm`), 'naive' is the whole of `naive.py`, without the loop.
"""

from __future__ import annotations

import functools
import pkgutil
from typing import Any, Protocol

from kmeans_core.engine.threads import Workers

ALGORITHMS = {
    "lloyd": "kmeans_core.kmeans.iteration.lloyd:Lloyd",
    "hamerly": "kmeans_core.kmeans.accelerated.hamerly:Hamerly",
    "elkan": "kmeans_core.kmeans.accelerated.elkan:Elkan",
    "yinyang": "kmeans_core.kmeans.accelerated.yinyang:Yinyang",
    "kdtree": "kmeans_core.kmeans.accelerated.filtering:Filtering",
}
NAMES = ("auto", "naive", *ALGORITHMS)


class Algorithm(Protocol):
    """What the loop asks of an algorithm. Blocks are those of the fixed partition of the rows."""

    # Whether it labels the rows in their own order and searches `run.packed_centers`: then labels
    # that the seeding knows serve as the first assignment.
    is_row_wise: bool

    def __init__(self, data: Any, run: Any) -> None:
        """Iterate on a `RunData` in the memory of a `Run`, whose centers are set."""

    @classmethod
    def open(cls, dataset: Any, n_clusters: int, join_equal: bool, workers: Workers) -> Any:
        """The rows to iterate on, as a `RunData`; packed once per `Dataset`."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Memory beyond what Lloyd's algorithm takes. A fit of a sparse matrix adds it up first."""

    def assign(self, start: int, stop: int) -> None:
        """Label the rows of the blocks start..stop-1, and move those that changed between the sums.

        Adds to `run.n_changed` and `run.n_distances` of each block. Rows move in row order.
        """

    def rebuild(self, start: int, stop: int) -> None:
        """Make the sums of the blocks start..stop-1 from scratch, from the labels."""

    def centers_moved(self) -> None:
        """Renew what depends on the centers; `run.shifts` says how far each has moved."""

    def label_rows(self, workers: Workers) -> None:
        """Make sure that `run.labels` holds the label of every row, by the last assignment."""

    def label_again(self, workers: Workers) -> None:
        """Label every row anew, for the centers as they are now."""


@functools.cache
def load_algorithm(name: str) -> type[Algorithm]:
    """The class of a name in `ALGORITHMS`."""
    return pkgutil.resolve_name(ALGORITHMS[name])


def bytes_per_row(name: str, n_clusters: int, n_features: int) -> float:
    """`Algorithm.bytes_per_row`, of any name that `KMeans` takes."""
    if name == "auto":
        return 0.0
    if name == "naive":
        # scaled rows, a copy, a difference; the distances, before and after they are stacked
        return 8.0 * (3 * n_features + 2 * n_clusters)
    return load_algorithm(name).bytes_per_row(n_clusters, n_features)
