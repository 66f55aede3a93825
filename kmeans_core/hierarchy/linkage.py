"""linkage(): check the input, choose the algorithm, return the tree in SciPy's format."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.hierarchy.dendrogram import label_merges
from kmeans_core.hierarchy.distances import (
    check_condensed,
    square_from_condensed,
    square_from_vectors,
)
from kmeans_core.hierarchy.naive import naive_merges
from kmeans_core.hierarchy.update_rules import INVERTING_METHODS, METHODS
from kmeans_core.validation import check_choice, check_matrix

ALGORITHMS = ("auto", "naive")


def linkage(
    y: Any,
    method: str = "single",
    metric: str = "euclidean",
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
    metric : {'euclidean'}
        Distance between vectors; not used for a condensed `y`.
    optimal_ordering : bool
        Only False is offered: the order of the leaves is that of the merges.
    algorithm : {'auto', 'naive'}
        Today both are the naive one: of pairs at the same distance, it merges the one with the
        lowest index, a cluster's index being that of its first row.

    Returns
    -------
    Z : ndarray of float64, shape (n_samples - 1, 4)
        Merge ``t`` joins the clusters ``Z[t, 0] < Z[t, 1]`` at height ``Z[t, 2]``, in the units
        of the distances, into cluster ``n_samples + t`` of ``Z[t, 3]`` rows. Heights never fall,
        but for centroid and median.

    Raises
    ------
    ValueError
        One row, a NaN, an impossible condensed length, a negative distance, an unknown name.
    MemoryError
        The distances do not fit in the memory available now.

    Notes
    -----
    O(n^3 + n^2 d) time, 8 n^2 bytes: 1.9 s for 2,000 rows and 53 s for 5,000, on one core. Where
    distances tie, several trees are right.

    References
    ----------
    Lance and Williams 1967, doi 10.1093/comjnl/9.4.373; Ward 1963,
    doi 10.1080/01621459.1963.10500845, for 'ward'; Müllner 2011, "Modern hierarchical,
    agglomerative clustering algorithms", section 2, arXiv:1109.2378, for the definitions.
    """
    check_choice(method, "method", METHODS)
    check_choice(metric, "metric", ("euclidean",))
    check_choice(algorithm, "algorithm", ALGORITHMS)
    if optimal_ordering:
        raise ValueError("optimal_ordering must be False: the leaves are not reordered.")
    distances, unit = _unit_distances(y)
    merges, heights = naive_merges(distances, method)
    if method not in INVERTING_METHODS:
        # A mean of two distances may round to just below both; a height never falls in truth.
        heights = np.maximum.accumulate(heights)
    return label_merges(merges, heights * unit)


def _unit_distances(y: Any) -> tuple[np.ndarray, float]:
    """Square distances in units of a power of two near the largest value of `y`.

    Squares of such values neither overflow nor vanish, and the scaling changes no digit.
    """
    if np.ndim(y) == 1:
        values = check_condensed(y)
        unit = _power_of_two(values)
        return square_from_condensed(values / unit), unit
    X = check_matrix(y, "y", dtype=np.float64, min_rows=2)
    unit = _power_of_two(X)
    return square_from_vectors(X / unit), unit


def _power_of_two(values: np.ndarray) -> float:
    """The power of two at or below the largest size; 1 if all values are 0."""
    largest = max(float(values.max()), -float(values.min()))
    return float(np.ldexp(1.0, np.frexp(largest)[1] - 1)) if largest > 0.0 else 1.0
