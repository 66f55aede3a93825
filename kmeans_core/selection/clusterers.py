"""k-means or a linkage behind one interface: what gap and bootstrap need from a method."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.hierarchy.linkage import linkage
from kmeans_core.hierarchy.linkages.update_rules import METHODS as LINKAGES
from kmeans_core.hierarchy.tree.cut_tree import cut_tree
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.metrics import inertia
from kmeans_core.selection.fit_range import fit_packed

METHODS = ("kmeans", *LINKAGES)


def labels_for(X: np.ndarray, k: int, method: str, n_init: int, seed: int) -> np.ndarray:
    """Labels of k clusters, shape (n_samples,), computed on the calling thread."""
    if method != "kmeans":
        return cut_tree(linkage(X, method), k)[:, 0]
    workers = Workers(1)
    return fit_packed(open_dataset(X, None, workers), [k], n_init, seed, workers)[0].labels


def wcss_curve(X: np.ndarray, ks: Sequence[int], method: str, n_init: int, seed: int) -> np.ndarray:
    """The sum of squares within clusters for each k, computed on the calling thread."""
    if method != "kmeans":
        labellings = cut_tree(linkage(X, method), list(ks)).T
        return np.array([inertia(X, labels, n_threads=1) for labels in labellings])
    workers = Workers(1)
    results = fit_packed(open_dataset(X, None, workers), ks, n_init, seed, workers)
    return np.array([result.inertia for result in results])
