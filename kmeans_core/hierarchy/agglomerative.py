"""AgglomerativeClustering: the tree, cut where the caller wants it, as an estimator."""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.estimator import Estimator, feature_names
from kmeans_core.hierarchy.dendrogram import children_of, cut_tree
from kmeans_core.hierarchy.linkage import linkage as linkage_tree
from kmeans_core.hierarchy.update_rules import EUCLIDEAN_METHODS, METHODS
from kmeans_core.validation import check_choice, check_matrix, check_n_clusters, check_real


class AgglomerativeClustering(Estimator):
    """Hierarchical clustering from the rows up, with scikit-learn's parameters.

    Parameters
    ----------
    n_clusters : int or None
        How many clusters; None with `distance_threshold`.
    metric : {'euclidean', 'precomputed'}
        With 'precomputed', `fit` takes a symmetric matrix of distances.
    memory, compute_full_tree, compute_distances
        Accepted for scikit-learn's sake: the whole tree and its distances are always computed,
        and nothing is kept on disk, so `memory` must be None.
    connectivity : None
        Constraints on what may be merged are not offered.
    linkage : {'ward', 'complete', 'average', 'single', 'weighted', 'centroid', 'median'}
        See `kmeans_core.linkage`.
    distance_threshold : float or None
        Merge only below this height, and find the number of clusters so.

    Attributes
    ----------
    labels_ : ndarray of int64, shape (n_samples,)
        Clusters are numbered by size, largest first; of equal sizes, the one that holds the
        smallest row comes first (rows compared feature by feature), so numbers do not depend on
        the order of the rows. With 'precomputed', the one with the earliest row comes first.
    n_clusters_, n_leaves_, n_connected_components_, n_features_in_ : int
        Clusters found, rows, always 1, and features.
    children_ : ndarray of int64, shape (n_samples - 1, 2)
        What each merge joins: below n_samples a row, else the result of an earlier merge.
    distances_ : ndarray of float64, shape (n_samples - 1,)
        The height of each merge.
    linkage_matrix_ : ndarray of float64, shape (n_samples - 1, 4)
        The tree in SciPy's format, for `dendrogram` and `cut_tree`.

    Notes
    -----
    Time and memory are those of `kmeans_core.linkage`.

    References
    ----------
    Ward 1963, doi 10.1080/01621459.1963.10500845; Lance and Williams 1967,
    doi 10.1093/comjnl/9.4.373.
    """

    def __init__(
        self,
        n_clusters: int | None = 2,
        *,
        metric: str = "euclidean",
        memory: Any = None,
        connectivity: Any = None,
        compute_full_tree: Any = "auto",
        linkage: str = "ward",
        distance_threshold: float | None = None,
        compute_distances: bool = False,
    ) -> None:
        self.n_clusters = n_clusters
        self.metric = metric
        self.memory = memory
        self.connectivity = connectivity
        self.compute_full_tree = compute_full_tree
        self.linkage = linkage
        self.distance_threshold = distance_threshold
        self.compute_distances = compute_distances

    def fit(self, X: Any, y: Any = None) -> AgglomerativeClustering:
        """Build the tree over the rows of `X` and cut it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or distances (n_samples, n_samples)
        y : ignored

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A bad parameter, one row, a NaN, more clusters than rows, distances that are not
            symmetric with a zero diagonal.
        MemoryError
            The distances do not fit in memory.
        """
        self._check_parameters()
        names = feature_names(X)
        X = check_matrix(X, min_rows=2)
        if self.distance_threshold is None:
            check_n_clusters(self.n_clusters, len(X))
        precomputed = self.metric == "precomputed"
        Z = linkage_tree(_condensed(X) if precomputed else X, self.linkage)
        cut = cut_tree(Z, self.n_clusters, self.distance_threshold)[:, 0]

        self.labels_ = _number_by_size(cut, None if precomputed else X)
        self.n_clusters_ = int(cut.max()) + 1
        self.linkage_matrix_ = Z
        self.children_ = children_of(Z)
        self.distances_ = Z[:, 2].copy()
        self.n_leaves_ = len(X)
        self.n_connected_components_ = 1
        self._remember_features(names, X.shape[1])
        return self

    def fit_predict(self, X: Any, y: Any = None) -> np.ndarray:
        """`fit`, then `labels_`."""
        return self.fit(X).labels_

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.pairwise = self.metric == "precomputed"
        return tags

    def _check_parameters(self) -> None:
        if (self.n_clusters is None) == (self.distance_threshold is None):
            raise ValueError(
                "Exactly one of n_clusters and distance_threshold has to be set, and the other "
                f"needs to be None; got n_clusters={self.n_clusters!r}, "
                f"distance_threshold={self.distance_threshold!r}."
            )
        if self.distance_threshold is not None:
            check_real(self.distance_threshold, "distance_threshold", low=0.0)
            if self.compute_full_tree is False:
                raise ValueError("compute_full_tree must be True if distance_threshold is set.")
        check_choice(self.linkage, "linkage", METHODS)
        check_choice(self.metric, "metric", ("euclidean", "precomputed"))
        if self.metric == "precomputed" and self.linkage in EUCLIDEAN_METHODS:
            raise ValueError(
                f"linkage={self.linkage!r} needs metric='euclidean', got 'precomputed'."
            )
        if self.connectivity is not None:
            raise ValueError("connectivity must be None: merging cannot be constrained.")
        if self.memory is not None:
            raise ValueError("memory must be None: the tree is not kept on disk.")


def _condensed(distances: np.ndarray) -> np.ndarray:
    """The upper half of a square distance matrix, row by row."""
    if distances.shape[0] != distances.shape[1]:
        raise ValueError(
            f"With metric='precomputed', X must be a square matrix of distances, "
            f"got shape {distances.shape}."
        )
    if (distances != distances.T).any() or distances.diagonal().any():
        raise ValueError(
            "With metric='precomputed', X must be symmetric, with zeros on its diagonal."
        )
    return distances[np.triu_indices(len(distances), k=1)]


def _number_by_size(labels: np.ndarray, X: np.ndarray | None) -> np.ndarray:
    """Labels renumbered: largest cluster first, then the one that holds the smallest row."""
    sizes = np.bincount(labels)
    order = np.arange(len(labels)) if X is None else np.lexsort(X.T[::-1])
    first = np.full(len(sizes), len(labels))
    np.minimum.at(first, labels[order], np.arange(len(labels)))
    rank = np.empty(len(sizes), dtype=np.int64)
    rank[np.lexsort((first, -sizes))] = np.arange(len(sizes))
    return rank[labels]
