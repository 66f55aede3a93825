"""k-means or a linkage behind one interface: what gap, bootstrap and verdict need from a method."""

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
MAX_ROWS = 2_000  # of a table that is clustered as often as its null tables, and of each of these
MAX_ROWS_FOR_LINKAGE = 500


def most_rows(method: str) -> int:
    """Rows of a null table; larger tables are thinned at random."""
    return MAX_ROWS if method == "kmeans" else MAX_ROWS_FOR_LINKAGE


def labels_for(X: np.ndarray, k: int, method: str, n_init: int, seed: int) -> np.ndarray:
    """Labels of k clusters, shape (n_samples,), computed on the calling thread."""
    return clusterings(X, [k], method, n_init, seed)[0][0]


def clusterings(
    X: np.ndarray, ks: Sequence[int], method: str, n_init: int, seed: int
) -> tuple[list[np.ndarray], np.ndarray]:
    """Labels for each k, and the sums of squares within clusters, on the calling thread."""
    if method != "kmeans":
        labellings = list(cut_tree(linkage(X, method), list(ks)).T)
        return labellings, np.array([inertia(X, labels, n_threads=1) for labels in labellings])
    workers = Workers(1)
    results = fit_packed(open_dataset(X, None, workers), ks, n_init, seed, workers)
    return [result.labels for result in results], np.array([r.inertia for r in results])
