"""Which algorithm runs a linkage: a table, and the contract that its functions fulfil.

A new linkage is a rule and a line in update_rules.py: `nn_chain` or `generic` runs it, and so does
`naive`. A linkage, or a class of inputs, with a faster algorithm of its own is a file in this
folder and a line in ALGORITHMS. Tests run over both tables.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from kmeans_core.hierarchy.distances.source import METRICS, Source
from kmeans_core.hierarchy.linkages.boruvka import boruvka_tree, tree_pays
from kmeans_core.hierarchy.linkages.generic import generic_tree
from kmeans_core.hierarchy.linkages.generic_vectors import center_tree
from kmeans_core.hierarchy.linkages.merged_distances import n_columns
from kmeans_core.hierarchy.linkages.naive import naive_tree
from kmeans_core.hierarchy.linkages.nn_chain import chain_tree
from kmeans_core.hierarchy.linkages.prim import prim_tree, prim_vectors_tree
from kmeans_core.hierarchy.linkages.update_rules import METHODS, RULES
from kmeans_core.hierarchy.linkages.ward import ward_tree

GIVEN = "given"  # in place of a metric: condensed distances
_ANY_METRIC = (*METRICS, GIVEN)
# Metrics that order pairs as squared Euclidean distances of some vectors do.
SQUARE_METRICS = ("euclidean", "sqeuclidean", "cosine", "correlation")
_CHAINED_METHODS = tuple(m for m in METHODS if RULES[m].any_order and m != "single")
_OTHER_METHODS = tuple(m for m in METHODS if not RULES[m].any_order)


def _no_columns(n_samples: int) -> int:
    return 0


def _every_row(n_samples: int) -> int:
    return n_samples


def _always(n_samples: int, n_features: int) -> bool:
    return True


class Algorithm(NamedTuple):
    """One way to find the merges of some linkages from some inputs.

    ``run(source, method, weight)`` returns Z, shape (n_samples - 1, 4), float64, as `linkage` does,
    with heights in the units of the source. `source` is a `Source` whose panels have room for
    ``n_columns(n_samples)`` columns and may be overwritten; its rows may not. `weight`, float64 of
    shape (n_samples,) and positive, says how many rows each row stands for; None means one each.
    The tree is that of `naive_tree` where no distances tie, and with ties each merge joins a
    closest pair.
    """

    name: str  # `linkage(algorithm=name)` asks for it
    methods: tuple[str, ...]
    metrics: tuple[str, ...]  # those of vectors, and GIVEN
    run: Callable[[Source, str, np.ndarray | None], np.ndarray]
    n_columns: Callable[[int], int] = _no_columns
    pays: Callable[[int, int], bool] = _always  # n_samples, n_features: whether 'auto' takes it


# 'auto' takes the first that runs the method, reads the input and pays.
ALGORITHMS = (
    Algorithm("boruvka", ("single",), SQUARE_METRICS, boruvka_tree, pays=tree_pays),
    Algorithm("prim", ("single",), SQUARE_METRICS, prim_vectors_tree),
    Algorithm("prim", ("single",), _ANY_METRIC, prim_tree, n_columns=_every_row),
    Algorithm("nn_chain", ("ward",), ("euclidean",), ward_tree),
    Algorithm("nn_chain", _CHAINED_METHODS, _ANY_METRIC, chain_tree, n_columns=n_columns),
    Algorithm("generic", ("centroid", "median"), ("euclidean",), center_tree),
    Algorithm("generic", _OTHER_METHODS, _ANY_METRIC, generic_tree, n_columns=_every_row),
    Algorithm("naive", METHODS, _ANY_METRIC, naive_tree, n_columns=_every_row),
)


def names_for(method: str) -> tuple[str, ...]:
    """Names of the algorithms that run a linkage, each once."""
    return tuple(dict.fromkeys(a.name for a in ALGORITHMS if method in a.methods))


def candidates(method: str, metric: str, name: str) -> list[Algorithm]:
    """The algorithms of this name ('auto': of any) that run a linkage of such distances."""
    return [
        algorithm
        for algorithm in ALGORITHMS
        if method in algorithm.methods
        and metric in algorithm.metrics
        and name in ("auto", algorithm.name)
    ]


def choose(method: str, metric: str, name: str, shape: tuple[int, int]) -> Algorithm:
    """The first candidate; for 'auto', the first that pays for (n_samples, n_features)."""
    found = candidates(method, metric, name)
    return next(a for a in found if name != "auto" or a.pays(*shape))
