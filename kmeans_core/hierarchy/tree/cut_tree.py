"""Cut a tree into clusters: at a number of them, or at a height."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.tree.linkage_matrix import check_tree, children_of
from kmeans_core.validation import check_n_clusters


def cut_tree(Z: Any, n_clusters: Any = None, height: Any = None) -> np.ndarray:
    """Labels of the rows when the tree is cut.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    n_clusters : int or array-like of int, optional
        How many clusters. Exactly this number comes back, also when merges have the same height:
        the last ``n_clusters - 1`` merges of `Z` are undone.
    height : float or array-like of float, optional
        Cut here instead: merges below `height` are kept. Where heights fall (centroid, median),
        the cut comes before the first merge that reaches `height`.

    Returns
    -------
    ndarray of int64, shape (n_samples, n_cuts)
        One column per cut; without `n_clusters` and `height`, all cuts from n_samples clusters to
        one. Labels count from 0 in the order of each cluster's first row.

    Raises
    ------
    ValueError
        Both arguments given, a number of clusters outside 1..n_samples, a NaN height, a bad `Z`.
    TypeError
        A number of clusters that is not whole.

    Notes
    -----
    O(n) time and memory per cut. SciPy's `cut_tree` agrees, but where heights tie or fall it may
    return another number of clusters than requested.
    """
    Z = check_tree(Z)
    n_samples = len(Z) + 1
    counts = _cluster_counts(Z, n_clusters, height)
    labels, children = np.empty((n_samples, len(counts)), dtype=np.int64), children_of(Z)
    for cut, count in enumerate(counts):
        owners, names = np.arange(2 * n_samples - 1), np.full(2 * n_samples - 1, -1)
        column = np.empty(n_samples, dtype=np.int64)
        _label_rows(children, n_samples - count, owners, names, column)
        labels[:, cut] = column
    return labels


def _cluster_counts(Z: np.ndarray, n_clusters: Any, height: Any) -> list[int]:
    n_samples = len(Z) + 1
    if n_clusters is not None and height is not None:
        raise ValueError("At least one of either height or n_clusters must be None: give one.")
    if n_clusters is not None:
        wanted = [n_clusters] if np.ndim(n_clusters) == 0 else list(n_clusters)
        return [check_n_clusters(count, n_samples) for count in wanted]
    if height is None:
        return list(range(n_samples, 0, -1))
    try:
        heights = np.atleast_1d(np.asarray(height, dtype=np.float64))
    except (TypeError, ValueError):
        heights = np.full(1, np.nan)
    if heights.ndim != 1 or np.isnan(heights).any():
        raise ValueError(f"height must be a number or a list of numbers, got {height!r}.")
    reached = np.maximum.accumulate(Z[:, 2])
    return [n_samples - int(kept) for kept in np.searchsorted(reached, heights)]


@kernel
def _label_rows(
    children,  # IN  (n_samples - 1, 2)
    n_merges,  # IN  how many merges are kept
    owners,  # WORK (2 * n_samples - 1,), each its own owner on entry
    names,  # WORK (2 * n_samples - 1,), -1 on entry
    labels,  # OUT (n_samples,)
):
    """Writes the label of each row after the first `n_merges` merges."""
    n_samples = labels.shape[0]
    for t in range(n_merges - 1, -1, -1):
        # A cluster comes before those it was made of, so its owner is already the top one.
        owners[children[t, 0]] = owners[n_samples + t]
        owners[children[t, 1]] = owners[n_samples + t]
    n_labels = 0
    for i in range(n_samples):
        if names[owners[i]] < 0:
            names[owners[i]] = n_labels
            n_labels += 1
        labels[i] = names[owners[i]]
