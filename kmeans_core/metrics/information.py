"""Do two labellings of the same rows agree? Mutual information and measures derived from it.

Mutual information is what a row's label in one labelling reveals about its label in the other, in
nats: normalised, adjusted for chance, and relative to one of the two (homogeneity, completeness).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.metrics.contingency import Contingency, contingency
from kmeans_core.validation import check_choice, check_real

AVERAGES = ("min", "geometric", "arithmetic", "max")


def mutual_info_score(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> float:
    """Mutual information: ``sum p_ij log(p_ij / (p_i p_j))``, in nats.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Any labels; the order of the two does not matter.
    sample_weight : array-like of whole numbers, shape (n_samples,), optional
        A row of weight 2 counts as the row twice.

    Returns
    -------
    float
        At least 0; at most the smaller entropy of the two.

    Raises
    ------
    ValueError
        Not one-dimensional, of different lengths, with a NaN; weights that are not whole.

    Notes
    -----
    O(n log n) time, O(n) memory. It grows with the number of clusters: compare normalised values.
    Cover and Thomas 2006, "Elements of information theory", section 2.3.
    """
    return _mutual(contingency(labels_true, labels_pred, sample_weight))


def normalized_mutual_info_score(
    labels_true: Any,
    labels_pred: Any,
    *,
    average_method: str = "arithmetic",
    sample_weight: Any = None,
) -> float:
    """Mutual information over a mean of the two entropies.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `mutual_info_score`.
    average_method : {'min', 'geometric', 'arithmetic', 'max'}
        Which mean of the entropies.

    Returns
    -------
    float
        Between 0 and 1; 1 for the same partition.

    Raises
    ------
    ValueError
        As `mutual_info_score`; another mean.

    Notes
    -----
    O(n log n) time, O(n) memory. Not adjusted for chance: independent labellings into many
    clusters score well above 0. Vinh, Epps, Bailey 2010, "Information theoretic measures for
    clusterings comparison", JMLR 11, section 3.
    """
    check_choice(average_method, "average_method", AVERAGES)
    table = contingency(labels_true, labels_pred, sample_weight)
    if max(_n_used(table.first_sizes), _n_used(table.second_sizes)) <= 1:
        return 1.0  # both have one cluster: the same partition
    mutual = _mutual(table)
    if mutual == 0.0:
        return 0.0
    return mutual / _mean(_entropy(table.first_sizes), _entropy(table.second_sizes), average_method)


def adjusted_mutual_info_score(
    labels_true: Any,
    labels_pred: Any,
    *,
    average_method: str = "arithmetic",
    sample_weight: Any = None,
) -> float:
    """Mutual information, adjusted for what labellings with these cluster sizes share by chance.

    ``(MI - E[MI]) / (mean(H_true, H_pred) - E[MI])``, the expectation over random labellings
    with clusters of the same sizes.

    Parameters
    ----------
    labels_true, labels_pred, average_method, sample_weight
        As in `normalized_mutual_info_score`.

    Returns
    -------
    float
        1 for the same partition, about 0 for independent labellings; it can be below 0.

    Raises
    ------
    ValueError
        As `normalized_mutual_info_score`.

    Notes
    -----
    O(n log n) time to count, then the sum of min(a_i, b_j) over all pairs of clusters, at most
    O(n max(k, l)); O(n) memory. Unlike adjusted Rand it favours pure small clusters (Romano et al.
    2016, JMLR 17).

    References
    ----------
    Vinh, Epps, Bailey 2010, JMLR 11, equation 24a and definition of AMI_sum.
    """
    check_choice(average_method, "average_method", AVERAGES)
    table = contingency(labels_true, labels_pred, sample_weight)
    used = (_n_used(table.first_sizes), _n_used(table.second_sizes))
    if max(used) <= 1 or len(table.counts) == max(used) == min(used):
        return 1.0  # the same partition
    expected = expected_mutual_info(table.first_sizes, table.second_sizes, table.n_samples)
    entropies = _entropy(table.first_sizes), _entropy(table.second_sizes)
    largest = _mean(*entropies, average_method) - expected
    # If chance explains everything, the divisor is 0 up to rounding.
    smallest = np.finfo(np.float64).eps
    largest = min(largest, -smallest) if largest < 0 else max(largest, smallest)
    return (_mutual(table) - expected) / largest


def homogeneity_completeness_v_measure(
    labels_true: Any, labels_pred: Any, *, beta: float = 1.0, sample_weight: Any = None
) -> tuple[float, float, float]:
    """Homogeneity, completeness, and their weighted harmonic mean.

    Homogeneity is 1 if every predicted cluster has rows of one true class only; completeness is 1
    if every class lies in one cluster.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `mutual_info_score`; here the order of the two matters.
    beta : float
        Above 1, completeness counts more; below 1, homogeneity.

    Returns
    -------
    homogeneity, completeness, v_measure : float
        Between 0 and 1.

    Raises
    ------
    ValueError
        As `mutual_info_score`; a negative `beta`.

    Notes
    -----
    O(n log n) time, O(n) memory. Not adjusted for chance: with many clusters homogeneity is near 1
    for any labelling.

    References
    ----------
    Rosenberg and Hirschberg 2007, "V-measure: a conditional entropy-based external cluster
    evaluation measure", EMNLP-CoNLL, section 2.
    """
    beta = check_real(beta, "beta", low=0.0)
    table = contingency(labels_true, labels_pred, sample_weight)
    mutual = _mutual(table)
    entropy_true, entropy_pred = _entropy(table.first_sizes), _entropy(table.second_sizes)
    homogeneity = mutual / entropy_true if entropy_true else 1.0
    completeness = mutual / entropy_pred if entropy_pred else 1.0
    if homogeneity + completeness == 0.0:
        return homogeneity, completeness, 0.0
    both = (1.0 + beta) * homogeneity * completeness
    return homogeneity, completeness, both / (beta * homogeneity + completeness)


def homogeneity_score(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> float:
    """How far each predicted cluster has rows of one true class only.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `homogeneity_completeness_v_measure`, which also has cost, source and limits.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        As `homogeneity_completeness_v_measure`.
    """
    return homogeneity_completeness_v_measure(
        labels_true, labels_pred, sample_weight=sample_weight
    )[0]


def completeness_score(labels_true: Any, labels_pred: Any, *, sample_weight: Any = None) -> float:
    """How far each true class lies in one cluster.

    Parameters
    ----------
    labels_true, labels_pred, sample_weight
        As in `homogeneity_completeness_v_measure`, which also has cost, source and limits.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        As `homogeneity_completeness_v_measure`.
    """
    return homogeneity_completeness_v_measure(
        labels_true, labels_pred, sample_weight=sample_weight
    )[1]


def v_measure_score(
    labels_true: Any, labels_pred: Any, *, beta: float = 1.0, sample_weight: Any = None
) -> float:
    """The weighted harmonic mean of homogeneity and completeness.

    Parameters
    ----------
    labels_true, labels_pred, beta, sample_weight
        As in `homogeneity_completeness_v_measure`, which also has cost, source and limits.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    ValueError
        As `homogeneity_completeness_v_measure`.
    """
    return homogeneity_completeness_v_measure(
        labels_true, labels_pred, beta=beta, sample_weight=sample_weight
    )[2]


def _mutual(table: Contingency) -> float:
    """Mutual information of the two labellings; at least 0."""
    n = table.n_samples
    if n == 0:
        return 0.0
    share = table.counts / n
    outer = np.log(table.first_sizes[table.first]) + np.log(table.second_sizes[table.second])
    terms = share * (np.log(table.counts) + math.log(n) - outer)
    if min(_n_used(table.first_sizes), _n_used(table.second_sizes)) <= 1:
        return 0.0  # exactly, whatever the rounding of the sum
    return max(0.0, float(terms.sum()))


def _entropy(sizes: np.ndarray) -> float:
    used = sizes[sizes > 0]
    if len(used) <= 1:
        return 0.0
    share = used / used.sum()
    return float(-(share * np.log(share)).sum())


def _n_used(sizes: np.ndarray) -> int:
    return int(np.count_nonzero(sizes))


def _mean(first: float, second: float, method: str) -> float:
    if method == "arithmetic":
        return (first + second) / 2.0
    if method == "geometric":
        return math.sqrt(first * second)
    return min(first, second) if method == "min" else max(first, second)


def expected_mutual_info(first_sizes: np.ndarray, second_sizes: np.ndarray, n: int) -> float:
    """Expected mutual information of random labellings with clusters of these sizes.

    Vinh, Epps, Bailey 2010, equation 24a: the count of a cell is hypergeometric. The time is the
    sum of min(a, b) over all pairs of clusters.
    """
    total = 0.0
    for size in first_sizes:  # one call per cluster, so that Ctrl-C ends it soon
        total += _expected_of(int(size), second_sizes, n)
    return total


@kernel
def _expected_of(
    a,  # IN  size of a cluster of the first labelling
    sizes,  # IN  (n_second,) sizes of the clusters of the second
    n,  # IN  rows
):
    """Returns the expected information of one cluster's cells."""
    total = 0.0
    for j in range(sizes.shape[0]):
        b = sizes[j]
        # log of a! b! (n-a)! (n-b)! / n!: the factor of the probability without the count
        fixed = math.lgamma(a + 1.0) + math.lgamma(b + 1.0) - math.lgamma(n + 1.0)
        fixed += math.lgamma(n - a + 1.0) + math.lgamma(n - b + 1.0)
        for count in range(max(1, a + b - n), min(a, b) + 1):
            free = math.lgamma(count + 1.0) + math.lgamma(a - count + 1.0)
            free += math.lgamma(b - count + 1.0) + math.lgamma(n - a - b + count + 1.0)
            information = math.log(n) + math.log(count) - math.log(a) - math.log(b)
            total += count / n * information * math.exp(fixed - free)
    return total
