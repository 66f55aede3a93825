"""linkage(): check the input, choose the algorithm, return the tree in SciPy's format."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kmeans_core.hierarchy.distances.precomputed import check_condensed, condensed_of_pairs
from kmeans_core.hierarchy.distances.source import (
    METRICS,
    Source,
    source_of_condensed,
    source_of_vectors,
)
from kmeans_core.hierarchy.linkages.algorithms import (
    GIVEN,
    SQUARE_METRICS,
    candidates,
    choose,
    names_for,
)
from kmeans_core.hierarchy.linkages.update_rules import EUCLIDEAN_METHODS, METHODS
from kmeans_core.hierarchy.tree.leaf_order import optimal_leaf_ordering
from kmeans_core.validation import check_choice, check_matrix


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
        The distance of two clusters: of their closest rows; of their farthest rows; the mean over
        all pairs; the mean of the two parts' distances; ``sqrt(2 * growth)`` of the sum of
        squares within clusters; of their means; of their midpoints. Ward, centroid and median are
        right only for Euclidean distances, which a condensed `y` is then taken to hold.
    metric : {'euclidean', 'sqeuclidean', 'cityblock', 'chebyshev', 'cosine', 'correlation', \
'hamming'} or callable
        Distance between vectors, with SciPy's meanings; a callable takes two rows and returns a
        number. Not used for a condensed `y`.
    optimal_ordering : bool
        Turn branches so that neighbouring leaves are as near as they can be;
        `optimal_leaf_ordering` has the cost.
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
        `y` may be a square matrix of distances; it is taken for vectors.

    Notes
    -----
    Single, ward, centroid and median of Euclidean vectors take O(n d) memory. Complete, average and
    weighted keep the distances of merged clusters, at most 3.4 n^2 bytes; so does ward of
    given distances, and centroid and median of given distances take 8 n^2. Time is O(n^2 d), and
    for 'boruvka' about O(n log n) for a few features.

    Where distances tie, several trees are right, and each algorithm chooses among them by a rule of
    its own, given in its file in `hierarchy/linkages`. Each merge joins a closest pair, and the
    heights of single do not depend on the choice.

    An inversion (centroid, median) is kept where it happens. No squared height can be negative: a
    merge takes the smallest distance d of all, so the rule's d_x^2 and d_y^2 are at least d^2 each
    and it subtracts no more than d^2 / 4.

    References
    ----------
    Müllner 2011, "Modern hierarchical, agglomerative clustering algorithms", arXiv:1109.2378, for
    the definitions; Lance and Williams 1967, doi 10.1093/comjnl/9.4.373. The files of the fast
    algorithms name their sources.
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
    _check_names(method, metric, algorithm, is_condensed=np.ndim(y) == 1)
    if np.ndim(y) == 1:
        return _tree_of_condensed(check_condensed(y), method, algorithm, weight)
    X = check_matrix(y, "y", dtype=np.float64, min_rows=2)
    _warn_of_square_distances(X)
    if callable(metric):
        return _tree_of_condensed(condensed_of_pairs(metric, X), method, algorithm, weight)
    chosen = choose(method, metric, algorithm, X.shape)
    source = source_of_vectors(X, metric, chosen.n_columns(len(X)))
    return _in_units(source, chosen.run(source, method, weight))


def _tree_of_condensed(
    condensed: np.ndarray, method: str, algorithm: str, weight: np.ndarray | None
) -> np.ndarray:
    source = source_of_condensed(condensed)
    chosen = choose(method, GIVEN, algorithm, (source.n_samples, 0))
    return _in_units(source, chosen.run(source, method, weight))


def _in_units(source: Source, Z: np.ndarray) -> np.ndarray:
    """Z with its heights in the caller's units."""
    Z[:, 2] *= source.unit
    return Z


def _check_names(method: str, metric: Any, algorithm: Any, *, is_condensed: bool) -> None:
    if not callable(metric):
        check_choice(metric, "metric", METRICS)
    check_choice(algorithm, "algorithm", ("auto", *names_for(method)))
    if not is_condensed and method in EUCLIDEAN_METHODS and metric != "euclidean":
        raise ValueError(
            f"method={method!r} needs metric='euclidean', got {metric!r}: 'average' takes any."
        )
    read_as = GIVEN if is_condensed or callable(metric) else metric
    if not candidates(method, read_as, algorithm):
        names = ", ".join(repr(name) for name in SQUARE_METRICS[:-1])
        raise ValueError(
            f"algorithm={algorithm!r} needs vectors and metric {names} or {SQUARE_METRICS[-1]!r}: "
            "use 'prim'."
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
