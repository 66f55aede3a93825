"""Do two labellings of the same rows agree? They may use different names for the clusters."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.metrics.labels import check_labels


def adjusted_rand_score(labels_true: Any, labels_pred: Any) -> float:
    """Rand index of two labellings, adjusted for chance.

    Of all pairs of rows, the Rand index is the share on which the two labellings agree
    (together in both, or apart in both). The adjusted index is 1 for the same partition, about
    0 for independent ones, and can fall to -0.5.

    Parameters
    ----------
    labels_true, labels_pred : array-like of shape (n_samples,)
        Any labels; the order of the two does not matter.

    Returns
    -------
    float

    Raises
    ------
    ValueError
        Not one-dimensional, of different lengths, or with a NaN.

    Notes
    -----
    O(n log n) time, O(n) memory; pairs are counted in whole numbers of any size, so a million
    rows do not overflow. Many small clusters against few large ones score low even when one
    refines the other.

    References
    ----------
    Hubert and Arabie 1985, "Comparing partitions", equation 5, doi 10.1007/BF01908075.
    """
    true = np.asarray(labels_true)
    n_samples = len(true) if true.ndim else 0
    true_codes, n_true = check_labels(true, n_samples, "labels_true")
    codes, n_pred = check_labels(labels_pred, n_samples, "labels_pred")
    _, cells = np.unique(true_codes * n_pred + codes, return_counts=True)
    together_both = _pairs(cells)
    together_true = _pairs(np.bincount(true_codes, minlength=n_true))
    together_pred = _pairs(np.bincount(codes, minlength=n_pred))
    only_true = together_true - together_both
    only_pred = together_pred - together_both
    neither = n_samples * (n_samples - 1) // 2 - together_both - only_true - only_pred
    if only_true == 0 and only_pred == 0:
        return 1.0
    agreement = 2 * (together_both * neither - only_true * only_pred)
    scale = together_true * (only_true + neither) + together_pred * (only_pred + neither)
    return agreement / scale


def _pairs(sizes: np.ndarray) -> int:
    """Pairs of rows within groups of these sizes."""
    return sum(size * (size - 1) // 2 for size in sizes.tolist())
