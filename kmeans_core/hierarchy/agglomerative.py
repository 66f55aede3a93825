"""AgglomerativeClustering: the tree, cut where the caller wants it, as an estimator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from kmeans_core.estimator import Estimator, feature_names
from kmeans_core.hierarchy.distances.precomputed import (
    condensed_of_matrix_metric,
    condensed_of_square,
    measures_all_rows,
)
from kmeans_core.hierarchy.distances.source import METRICS
from kmeans_core.hierarchy.labelling import (
    LabelledPoints,
    centroids,
    members,
    nearest_labels,
    number_by_size,
)
from kmeans_core.hierarchy.linkage import build_tree
from kmeans_core.hierarchy.linkages.update_rules import EUCLIDEAN_METHODS, METHODS
from kmeans_core.hierarchy.tree.cut_tree import cut_tree
from kmeans_core.hierarchy.tree.linkage_matrix import children_of
from kmeans_core.validation import (
    check_choice,
    check_matrix,
    check_n_clusters,
    check_real,
    check_sample_weight,
)

_ALIASES = {"l2": "euclidean", "l1": "cityblock", "manhattan": "cityblock"}  # scikit-learn's names
_UNWEIGHTED_METHODS = ("single", "complete", "weighted")
_MEMBER_METHODS = ("single", "complete")  # predict goes by the nearest member, not the centroid
_WEIGHT_RANGE = 1e30  # largest over smallest: sizes are float32 in the screen of ward.py


class AgglomerativeClustering(Estimator):
    """Hierarchical clustering from the rows up, with scikit-learn's parameters.

    Parameters
    ----------
    n_clusters : int or None
        Number of clusters; None with `distance_threshold`.
    metric : str or callable
        As in `kmeans_core.linkage`, or 'l1', 'l2', 'manhattan'. With 'precomputed', `fit` takes a
        symmetric matrix of distances. A callable of one argument is called as ``metric(X)`` and
        returns such a matrix, of which the upper half is read, as in scikit-learn; one of two
        takes two rows, as in SciPy.
    memory, compute_full_tree, compute_distances
        Accepted as scikit-learn does, without effect: the whole tree and its distances are always
        computed, and nothing is kept on disk.
    connectivity : None
        Constraints on what may be merged are not offered.
    linkage : {'ward', 'complete', 'average', 'single', 'weighted', 'centroid', 'median'}
        See `kmeans_core.linkage`.
    distance_threshold : float or None
        Merge only below this height, which determines the number of clusters.

    Attributes
    ----------
    labels_ : ndarray of int64, shape (n_samples,)
        Clusters are numbered by size (total weight), largest first; of equal sizes, the one that
        holds the smallest row comes first (rows compared feature by feature), so numbers do not
        depend on the order of the rows. With 'precomputed', the one with the earliest row comes
        first. Rows of weight 0 are labelled as by `predict`.
    n_clusters_, n_leaves_, n_connected_components_, n_features_in_ : int
        Clusters found, rows in the tree (those of positive weight), always 1, and features.
    children_ : ndarray of int64, shape (n_leaves_ - 1, 2)
        The clusters that each merge joins: below n_leaves_ a row (of those in the tree), else the
        result of an earlier merge.
    distances_ : ndarray of float64, shape (n_leaves_ - 1,)
        The height of each merge.
    linkage_matrix_ : ndarray of float64, shape (n_leaves_ - 1, 4)
        The tree in SciPy's format, for `dendrogram` and `cut_tree`; its last column counts rows,
        whatever their weights.

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
        metric: str | Callable = "euclidean",
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

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> AgglomerativeClustering:
        """Build the tree over the rows of `X` and cut it.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features), or distances (n_samples, n_samples)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            A row of weight w stands for w equal rows, merged at height 0; w need not be whole.
            For 'median' that makes no difference. For 'single', 'complete' and 'weighted' it
            makes none either, and weights that differ are refused.

        Returns
        -------
        self

        Raises
        ------
        ValueError
            A bad parameter, less than two rows of positive weight, a NaN, more clusters than rows,
            distances that are not symmetric with a zero diagonal, weights that are refused.
        MemoryError
            The distances do not fit in memory.
        """
        self._check_parameters()
        names = feature_names(X)
        X = check_matrix(X, dtype=np.float64, min_rows=2)
        precomputed = self._metric() == "precomputed"
        condensed = condensed_of_square(X) if precomputed else None
        weight = check_sample_weight(sample_weight, len(X), np.float64)
        inside = np.ones(len(X), dtype=bool) if weight is None else weight > 0
        measured = precomputed or measures_all_rows(self.metric)
        self._check_rows(inside, weight, measured)
        if measured and not precomputed:
            condensed = condensed_of_matrix_metric(self.metric, X)

        rows = X if inside.all() else X[inside]
        used = None if weight is None else weight[inside]
        if condensed is not None:
            Z = build_tree(condensed, self.linkage, weight=used)
        else:
            Z = build_tree(rows, self.linkage, self._metric(), weight=used)
        cut = cut_tree(Z, self.n_clusters, self.distance_threshold)[:, 0]
        labels = number_by_size(cut, None if precomputed else rows, used)
        points = None if measured else self._known_points(rows, labels, used)
        all_labels = self._label_all(X, inside, labels, points)

        self._points, self.labels_ = points, all_labels  # from here on nothing can fail
        self.n_clusters_ = int(cut.max()) + 1
        self._keep_tree(Z)
        self._remember_features(names, X.shape[1])
        return self

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:
        """`fit`, then `labels_`."""
        return self.fit(X, sample_weight=sample_weight).labels_

    def predict(self, X: Any) -> np.ndarray:
        """Labels for new rows: those of the nearest centroid or member.

        For ward, average, weighted, centroid and median that is the cluster with the nearest mean
        (in the `metric`), for single and complete the cluster of the nearest row, the lowest
        number on ties. A tree has no rule for new rows: this is a classifier trained on the
        clusters, and on the rows of `fit` it may differ from `labels_`.

        Parameters
        ----------
        X : array-like of shape (n, n_features)

        Returns
        -------
        ndarray of int64, shape (n,)

        Raises
        ------
        NotFittedError
            Before `fit`.
        ValueError
            A NaN, another number of features, or a fit on precomputed distances, which has no
            points.

        Notes
        -----
        O(n m d) time for m clusters, or m rows of `fit` for single and complete.
        """
        self._check_fitted("labels_")
        if self._points is None:
            raise ValueError(
                "predict needs vectors, but the fit was on precomputed distances "
                f"(metric={self.metric!r})."
            )
        self._check_names(X)
        X = check_matrix(X, dtype=np.float64)
        self._check_n_features(X)
        return nearest_labels(X, self._points, self._metric())

    def _known_points(
        self, rows: np.ndarray, labels: np.ndarray, weight: np.ndarray | None
    ) -> LabelledPoints:
        """What `predict` searches."""
        if self.linkage in _MEMBER_METHODS:
            return members(rows, labels)
        return centroids(rows, labels, weight)

    def _label_all(
        self, X: np.ndarray, inside: np.ndarray, labels: np.ndarray, points: LabelledPoints | None
    ) -> np.ndarray:
        """The labels of the rows in the tree, and of the others by the nearest point."""
        all_labels = np.empty(len(X), dtype=np.int64)
        all_labels[inside] = labels
        if points is not None and not inside.all():
            all_labels[~inside] = nearest_labels(X[~inside], points, self._metric())
        return all_labels

    def _keep_tree(self, Z: np.ndarray) -> None:
        self.linkage_matrix_ = Z
        self.children_ = children_of(Z)
        self.distances_ = Z[:, 2].copy()
        self.n_leaves_ = len(Z) + 1
        self.n_connected_components_ = 1

    def _metric(self) -> Any:
        metric = self.metric
        return _ALIASES.get(metric, metric) if isinstance(metric, str) else metric

    def _check_rows(self, inside: np.ndarray, weight: np.ndarray | None, measured: bool) -> None:
        """ValueError if the rows of positive weight cannot be clustered with these parameters."""
        n_inside = int(inside.sum())
        if n_inside < 2:
            raise ValueError("sample_weight is positive for 1 row: at least 2 are required.")
        if self.distance_threshold is None:
            check_n_clusters(self.n_clusters, n_inside)
        if measured and n_inside < len(inside):
            raise ValueError(
                f"sample_weight must be positive with metric={self.metric!r}: a row outside the "
                "tree is labelled by its distance to centers."
            )
        if weight is None:
            return
        low, high = weight[inside].min(), weight.max()
        if low != high and self.linkage in _UNWEIGHTED_METHODS:
            raise ValueError(
                f"sample_weight has no effect on linkage={self.linkage!r}: equal rows merge at "
                "height 0 and count once. Leave it out, or use 'ward', 'average' or 'centroid'."
            )
        if high > low * _WEIGHT_RANGE:
            raise ValueError(
                f"sample_weight runs from {low:g} to {high:g}; limit: {_WEIGHT_RANGE:g} times."
            )

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
        if not callable(self.metric):
            check_choice(self.metric, "metric", (*METRICS, *_ALIASES, "precomputed"))
        if self._metric() != "euclidean" and self.linkage in EUCLIDEAN_METHODS:
            raise ValueError(
                f"linkage={self.linkage!r} needs metric='euclidean', got {self.metric!r}."
            )
        if self.connectivity is not None:
            raise ValueError("connectivity must be None: merging cannot be constrained.")
        self._check_ignored()

    def _check_ignored(self) -> None:
        """Errors for values that scikit-learn refuses, of parameters without effect here."""
        known = self.memory is None or isinstance(self.memory, str)
        if not known and not hasattr(self.memory, "cache"):
            raise TypeError(f"memory must be None, a str or a joblib.Memory, got {self.memory!r}.")
        if not isinstance(self.compute_distances, bool | np.bool_):
            raise TypeError(
                f"compute_distances must be True or False, got {self.compute_distances!r}."
            )
        full = self.compute_full_tree
        is_auto = isinstance(full, str) and full == "auto"
        if not is_auto and not isinstance(full, bool | np.bool_):
            raise ValueError(f"compute_full_tree must be 'auto', True or False, got {full!r}.")
