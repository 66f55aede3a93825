"""linkage(): check the input, choose the algorithm, return the tree in SciPy's format."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kmeans_core.hierarchy.distances.source import (
    EUCLIDEAN,
    METRICS,
    SQEUCLIDEAN,
    Source,
    check_condensed,
    condensed_of_callable,
    source_of_condensed,
    source_of_vectors,
    square,
)
from kmeans_core.hierarchy.linkages.boruvka import boruvka_vectors, tree_pays
from kmeans_core.hierarchy.linkages.generic import center_merges, matrix_merges
from kmeans_core.hierarchy.linkages.naive import naive_merges
from kmeans_core.hierarchy.linkages.nn_chain import chain_merges, n_columns
from kmeans_core.hierarchy.linkages.prim import prim_rows, prim_vectors
from kmeans_core.hierarchy.linkages.update_rules import (
    EUCLIDEAN_METHODS,
    INVERTING_METHODS,
    METHODS,
)
from kmeans_core.hierarchy.linkages.ward import ward_merges
from kmeans_core.hierarchy.tree.leaf_order import optimal_leaf_ordering
from kmeans_core.hierarchy.tree.linkage_matrix import label_merges, number_merges, sort_merges
from kmeans_core.validation import check_choice, check_matrix

# Metrics that order pairs as squared Euclidean distances of some vectors do.
SQUARE_METRICS = ("euclidean", "sqeuclidean", "cosine", "correlation")
# What 'auto' chooses from, for each method.
ALGORITHMS = {
    "single": ("prim", "boruvka"),
    "complete": ("nn_chain",),
    "average": ("nn_chain",),
    "weighted": ("nn_chain",),
    "ward": ("nn_chain",),
    "centroid": ("generic",),
    "median": ("generic",),
}


def linkage(
    y: Any,
    method: str = "single",
    metric: str | Callable = "euclidean",
    optimal_ordering: bool = False,
    *,
    algorithm: str = "auto",
) -> np.ndarray:
    """Agglomerative clustering: merge the closest two clusters until one is left.

    Parameters
    ----------
    y : array-like
        Rows as vectors, shape (n_samples, n_features), or a condensed distance matrix, shape
        (n_samples * (n_samples - 1) / 2,), as SciPy's `pdist` returns it. Never changed.
    method : {'single', 'complete', 'average', 'weighted', 'ward', 'centroid', 'median'}
        How far two clusters are apart: their closest rows; their farthest rows; the mean over all
        pairs; the mean of the two parts' distances; ``sqrt(2 * growth)`` of the sum of squares
        within clusters; their means; their midpoints. Ward, centroid and median are right only
        for Euclidean distances, which a condensed `y` is then taken to hold.
    metric : {'euclidean', 'sqeuclidean', 'cityblock', 'chebyshev', 'cosine', 'correlation', \
'hamming'} or callable
        Distance between vectors, with SciPy's meanings; a callable takes two rows and returns a
        number. Not used for a condensed `y`.
    optimal_ordering : bool
        Turn branches so that neighbouring leaves are as near as they can be: see
        `optimal_leaf_ordering` for what it costs.
    algorithm : {'auto', 'naive', 'prim', 'boruvka', 'nn_chain', 'generic'}
        'naive' is the definition, O(n^3). The others are for single ('prim'; 'boruvka' for
        Euclidean vectors), for complete, average, weighted and ward ('nn_chain'), for centroid and
        median ('generic'). All give the same tree where no distances tie.

    Returns
    -------
    Z : ndarray of float64, shape (n_samples - 1, 4)
        Merge ``t`` joins the clusters ``Z[t, 0] < Z[t, 1]`` at height ``Z[t, 2]``, in the units
        of the distances, into cluster ``n_samples + t`` of ``Z[t, 3]`` rows. Heights never fall,
        but for centroid and median, where they stand in the order of the merges.

    Raises
    ------
    ValueError
        One row, a NaN, an impossible condensed length, a negative distance, an unknown name; ward,
        centroid or median with another metric than 'euclidean'; a row without a direction for
        'cosine' or 'correlation'; an algorithm that is not one for this method or this input.
    MemoryError
        What has to be stored does not fit in the memory available now (the container's limit
        counts too).

    Warns
    -----
    UserWarning
        `y` looks like a square matrix of distances; it is taken for vectors.

    Notes
    -----
    Single, ward, centroid and median of Euclidean vectors take O(n d) memory. Complete, average and
    weighted keep the distances of merged clusters, at most 3.4 n^2 bytes; so does ward of
    given distances, and centroid and median of given distances take 8 n^2. Time is O(n^2 d), and
    for 'boruvka' about O(n log n) for a few features.

    Where distances tie, several trees are right, and algorithms choose among them by rules of their
    own: see `naive`, `chain`, `prim` and `generic` in this package. Each merge joins a closest
    pair, and single has the same heights whichever it is.

    An inversion (centroid, median) is kept where it happens. No squared height can be negative: a
    merge takes the smallest distance d of all, so the rule's d_x^2 and d_y^2 are at least d^2 each
    and it subtracts no more than d^2 / 4.

    References
    ----------
    Müllner 2011, "Modern hierarchical, agglomerative clustering algorithms", arXiv:1109.2378, for
    the definitions; Lance and Williams 1967, doi 10.1093/comjnl/9.4.373. Sources of the fast
    algorithms stand with them.
    """
    check_choice(method, "method", METHODS)
    Z = build_tree(y, method, metric, algorithm)
    return optimal_leaf_ordering(Z, y, metric) if optimal_ordering else Z


def build_tree(
    y: Any,
    method: str,
    metric: str | Callable = "euclidean",
    algorithm: str = "auto",
    weight: np.ndarray | None = None,
) -> np.ndarray:
    """`linkage`, with positive weights that say how many rows each row stands for."""
    _check_names(method, metric, algorithm, condensed=np.ndim(y) == 1)
    if np.ndim(y) == 1:
        return _tree_of_distances(check_condensed(y), method, algorithm, weight)
    X = check_matrix(y, "y", dtype=np.float64, min_rows=2)
    _warn_of_square_distances(X)
    if callable(metric):
        return _tree_of_distances(condensed_of_callable(X, metric), method, algorithm, weight)
    return _tree_of_vectors(X, method, metric, algorithm, weight)


def _check_names(method: str, metric: Any, algorithm: Any, *, condensed: bool) -> None:
    if not callable(metric):
        check_choice(metric, "metric", METRICS)
    check_choice(algorithm, "algorithm", ("auto", "naive", *ALGORITHMS[method]))
    if not condensed and method in EUCLIDEAN_METHODS and metric != "euclidean":
        raise ValueError(
            f"method={method!r} needs metric='euclidean', got {metric!r}: 'average' takes any."
        )
    if algorithm == "boruvka" and (condensed or metric not in SQUARE_METRICS):
        raise ValueError(
            "algorithm='boruvka' needs vectors and metric 'euclidean', 'sqeuclidean', 'cosine' or "
            "'correlation': use 'prim'."
        )


def _warn_of_square_distances(X: np.ndarray) -> None:
    if X.shape[0] != X.shape[1] or X.diagonal().any() or not X.any() or (X < 0).any():
        return
    if np.allclose(X, X.T):
        warnings.warn(
            "y is square, symmetric and not negative, with zeros on its diagonal: it looks like a "
            "matrix of distances but is taken for vectors. For distances pass "
            "y[np.triu_indices(len(y), 1)].",
            stacklevel=4,
        )


def _tree_of_distances(
    condensed: np.ndarray, method: str, algorithm: str, weight: np.ndarray | None
) -> np.ndarray:
    source = source_of_condensed(condensed)
    if algorithm == "naive":
        return _naive_tree(source, method, weight)
    if method == "single":
        return _tree_of_edges(*prim_rows(source), source.unit)
    if method in INVERTING_METHODS:
        merges, heights = matrix_merges(square(source), method, weight)
        return number_merges(merges, heights * source.unit)
    merges, heights = sort_merges(*chain_merges(source, method, weight))
    return number_merges(merges, heights * source.unit)


def _tree_of_vectors(
    X: np.ndarray, method: str, metric: str, algorithm: str, weight: np.ndarray | None
) -> np.ndarray:
    source = source_of_vectors(X, metric, _columns_needed(len(X), method, metric, algorithm))
    if algorithm == "naive":
        return _naive_tree(source, method, weight)
    if method == "single":
        return _single_tree(source, algorithm)
    if method == "ward":
        merges, costs = sort_merges(*ward_merges(source.X, weight))
        return number_merges(merges, np.sqrt(2 * costs) * source.unit)
    if method in INVERTING_METHODS:
        merges, squares = center_merges(source.X, method, weight)
        return number_merges(merges, np.sqrt(squares) * source.unit)
    merges, heights = sort_merges(*chain_merges(source, method, weight))
    return number_merges(merges, heights * source.unit)


def _columns_needed(n_samples: int, method: str, metric: str, algorithm: str) -> int:
    """How many rows the source packs: none for the algorithms that have panels of their own."""
    if algorithm == "naive":
        return n_samples
    if method == "single":
        return 0 if metric in SQUARE_METRICS else n_samples
    return n_columns(n_samples) if ALGORITHMS[method] == ("nn_chain",) and method != "ward" else 0


def _naive_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    merges, heights = naive_merges(square(source), method, weight)
    if method not in INVERTING_METHODS:
        # A mean of two distances may round to just below both; a height never falls in truth.
        heights = np.maximum.accumulate(heights)
    return label_merges(merges, heights * source.unit)


def _single_tree(source: Source, algorithm: str) -> np.ndarray:
    if source.kind not in (EUCLIDEAN, SQEUCLIDEAN):
        return _tree_of_edges(*prim_rows(source), source.unit)
    if algorithm == "boruvka" or (algorithm == "auto" and tree_pays(*source.X.shape)):
        edges, squares = boruvka_vectors(source.X)
    else:
        edges, squares = prim_vectors(source.X)
    lengths = np.sqrt(squares) if source.kind == EUCLIDEAN else squares
    return _tree_of_edges(edges, lengths, source.unit)


def _tree_of_edges(edges: np.ndarray, lengths: np.ndarray, unit: float) -> np.ndarray:
    """Single linkage's tree: the edges of the spanning tree, shortest first."""
    order = np.argsort(lengths, kind="stable")
    return label_merges(edges[order], lengths[order] * unit)
