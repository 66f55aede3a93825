"""Do two labellings of the same rows agree? Rand, adjusted Rand and Fowlkes-Mallows index.

All three count pairs of rows, so the names of the clusters do not matter. Pairs are counted in
Python's integers, which do not overflow.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.metrics.contingency import contingency


class Pairs(NamedTuple):
    """Pairs of rows, by which labelling has them in one cluster."""

    both: int
    only_true: int
    only_pred: int
    neither: int


def rand_score(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> float:
    """Rand index: the share of pairs of rows on which two labellings agree.

    They agree on a pair that is in one cluster in both, or in two clusters in both.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Any labels; the order of the two does not matter.
    sample_weight : array-like of whole numbers, shape (n_samples,), optional
        A row of weight 2 counts as the row twice.

    Returns
    -------
    float
        Between 0 and 1; 1 for the same partition.

    Raises
    ------
    ValueError
        Not one-dimensional, of different lengths, with a NaN; weights that are not whole.

    Notes
    -----
    O(n log n) time, O(n) memory. With many clusters most pairs are apart in any two labellings, so
    independent labellings come near 1 too: use `adjusted_rand_score`.

    References
    ----------
    Rand 1971, "Objective criteria for the evaluation of clustering methods", section 2,
    doi 10.1080/01621459.1971.10482356.
    """
    pairs = _count_pairs(labels_true, labels_pred, sample_weight)
    return 1.0 if sum(pairs) == 0 else (pairs.both + pairs.neither) / sum(pairs)


def adjusted_rand_score(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> float:
    """Rand index of two labellings, adjusted for chance.

    1 for the same partition, about 0 for independent labellings, at least -0.5.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `rand_score`.

    Returns
    -------
    float
        Between -0.5 and 1.

    Raises
    ------
    ValueError
        As `rand_score`.

    Notes
    -----
    O(n log n) time, O(n) memory. Many small clusters against few large ones score low even if one
    labelling refines the other.

    References
    ----------
    Hubert and Arabie 1985, "Comparing partitions", equation 5, doi 10.1007/BF01908075.
    """
    both, only_true, only_pred, neither = _count_pairs(labels_true, labels_pred, sample_weight)
    if only_true == 0 and only_pred == 0:
        return 1.0
    agreement = 2 * (both * neither - only_true * only_pred)
    scale = (both + only_true) * (only_true + neither) + (both + only_pred) * (only_pred + neither)
    return agreement / scale


def fowlkes_mallows_score(
    labels_true: Any, labels_pred: Any, *, sample_weight: Any = None
) -> float:
    """Geometric mean of precision and recall over pairs: ``both / sqrt(in_true * in_pred)``.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `rand_score`.

    Returns
    -------
    float
        Between 0 and 1; 1 for the same partition, 0 if no pair is in one cluster in both.

    Raises
    ------
    ValueError
        As `rand_score`.

    Notes
    -----
    O(n log n) time, O(n) memory. Not adjusted for chance: any two labellings with few clusters
    score high.

    References
    ----------
    Fowlkes and Mallows 1983, "A method for comparing two hierarchical clusterings", section 2,
    doi 10.1080/01621459.1983.10478008.
    """
    both, only_true, only_pred, _ = _count_pairs(labels_true, labels_pred, sample_weight)
    if both == 0:
        return 0.0
    return float(np.sqrt(both / (both + only_true)) * np.sqrt(both / (both + only_pred)))


def _count_pairs(labels_true: Any, labels_pred: Any, sample_weight: Any) -> Pairs:
    table = contingency(labels_true, labels_pred, sample_weight)
    both = _pairs(table.counts)
    only_true = _pairs(table.first_sizes) - both
    only_pred = _pairs(table.second_sizes) - both
    total = table.n_samples * (table.n_samples - 1) // 2
    return Pairs(both, only_true, only_pred, total - both - only_true - only_pred)


def _pairs(sizes: np.ndarray) -> int:
    """Pairs of rows within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes.tolist())
