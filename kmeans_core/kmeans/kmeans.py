"""The KMeans estimator: checks, restarts, the result."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from kmeans_core.engine.threads import Workers, usable_threads
from kmeans_core.estimator import ConvergenceWarning, Estimator, feature_names, known_as
from kmeans_core.kmeans.algorithms import bytes_per_row
from kmeans_core.kmeans.data.constant_columns import without_constants
from kmeans_core.kmeans.data.dataset import open_dataset
from kmeans_core.kmeans.data.memory import bytes_of_distances, bytes_of_fit, bytes_of_panels
from kmeans_core.kmeans.data.packed_rows import Rows, screen_rows
from kmeans_core.kmeans.data.sparse import Csr, dense_rows, open_rows
from kmeans_core.kmeans.fit.restarts import count_used, fit_all
from kmeans_core.kmeans.fit.starts import Settings, draw_starts
from kmeans_core.kmeans.iteration.result import Result, unscaled
from kmeans_core.kmeans.parameters import check_parameters
from kmeans_core.kmeans.search.labels import assign_labels, distances_to_centers, sum_inertia
from kmeans_core.kmeans.search.nearest import pack_for_search
from kmeans_core.rows.layout import ROWS_PER_PART
from kmeans_core.rows.scale import magnitude, power_of_two_scale
from kmeans_core.validation import check_integer, check_random_state, check_sample_weight


class KMeans(Estimator):
    """k-means clustering by Lloyd's algorithm, from greedy k-means++ seeds.

    Parameters
    ----------
    n_clusters : int, default 8
        Number of clusters, 1..n_samples.
    init : {'k-means++', 'k-means||', 'random'}, array of shape (n_clusters, n_features) or callable
        Where to start. A callable is called as ``init(X, n_clusters, random_state=rng)``; it is
        shown a sparse matrix as CSR and returns an array.
    n_init : 'auto' or int
        Restarts, of which the one with the lowest inertia is kept. 'auto': 10 for 'random' and
        callables, else 1.
    max_iter : int, default 300
        Most iterations of a run.
    tol : float, default 1e-4
        A run stops when the summed squared movement of the centers is at most `tol` times the
        weighted mean variance of the features. 0: stop only when no label changes.
    verbose : int or bool, default 0
        1 prints the inertia of every iteration, 2 prints `strategy_` too.
    random_state : None, int, RandomState or Generator
        The same int gives the same result, bit for bit, for any number of threads.
    copy_x : bool, default True
        Accepted for scikit-learn's sake: the input is never changed.
    algorithm : {'auto', 'naive', 'lloyd', 'hamerly', 'elkan', 'yinyang', 'kdtree'}
        How to compute the result; the result is the same. 'kdtree' adds rows in another order, and
        so does 'auto' where it joins equal rows; 'naive' is the slow page of naive.py in numpy:
        their centers agree with the others' to rounding.
    n_threads : int, optional
        None: all that this process may use.
    callback : callable, optional
        Called after every iteration as ``callback(iteration, inertia, center_shift)``: the number
        of the iteration, from 1 in every restart; the inertia of its assignment; how far the
        centers moved then (root of the summed squares). A true result ends the fit, restarts
        included, and the best of what there is by then is kept.
    max_time : float, optional
        Seconds after which no further iteration or restart begins. At least one iteration is made.
        The one parameter that makes the result depend on the machine.

    Attributes
    ----------
    cluster_centers_ : ndarray of shape (n_clusters, n_features), dtype of X
    labels_ : ndarray of shape (n_samples,), int32; always equal to ``predict(X)``
    inertia_ : float
        Weighted sum of squared distances of the rows to their centers.
    n_iter_ : int
    n_distances_ : int
        Distances evaluated by the iterations of the run that is kept. k-means++ knows the nearest
        of its centers for every row; where that serves as the first assignment, no distance of it
        is counted. Nor are those of the labels of centers that moved after the last assignment.
    strategy_ : Strategy
        What the fit chose by shape and counts: algorithm, seeding, form of the distance, threads.
        A fit of a small table that is observed, by `verbose` or `callback`, runs its iterations one
        by one, so it may choose other than the same fit unobserved. The labels are the same.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, only after a fit on a data frame with such column names

    Notes
    -----
    O(n k d) time per iteration and O(n) memory beside the input. Ties go to the lowest index. Empty
    clusters take the rows farthest from their centers.

    References
    ----------
    S. P. Lloyd (1982), doi 10.1109/TIT.1982.1056489. D. Arthur, S. Vassilvitskii (2007), SODA.

    Examples
    --------
    >>> import numpy as np
    >>> from kmeans_core import KMeans
    >>> X = np.array([[1.0, 2.0], [1.0, 4.0], [10.0, 2.0], [10.0, 4.0]])
    >>> KMeans(n_clusters=2, random_state=0).fit(X).inertia_
    4.0
    """

    def __init__(
        self,
        n_clusters: int = 8,
        *,
        init: Any = "k-means++",
        n_init: Any = "auto",
        max_iter: int = 300,
        tol: float = 1e-4,
        verbose: int = 0,
        random_state: Any = None,
        copy_x: bool = True,
        algorithm: str = "auto",
        n_threads: int | None = None,
        callback: Any = None,
        max_time: float | None = None,
    ) -> None:
        self.n_clusters = n_clusters
        self.init = init
        self.n_init = n_init
        self.max_iter = max_iter
        self.tol = tol
        self.verbose = verbose
        self.random_state = random_state
        self.copy_x = copy_x
        self.algorithm = algorithm
        self.n_threads = n_threads
        self.callback = callback
        self.max_time = max_time

    def fit(self, X: Any, y: Any = None, sample_weight: Any = None) -> KMeans:
        """Find the clusters of `X`.

        Parameters
        ----------
        X : array-like or sparse matrix of shape (n_samples, n_features)
        y : ignored
        sample_weight : array-like of shape (n_samples,), optional
            Not negative, not all zero. A row of weight 2 counts as the row twice.

        Raises
        ------
        ValueError, TypeError
            A parameter, `X` or `sample_weight` is not usable; the estimator is left as it was.
        MemoryError
            `X` is sparse, and written out it cannot fit.
        """
        names, given = feature_names(X), open_rows(X)
        settings = check_parameters(self, given)
        weight = check_sample_weight(sample_weight, given.shape[0], given.dtype)
        rng = check_random_state(self.random_state)
        X = dense_rows(given, _bytes_of_fit(given, settings))
        with Workers(self._n_threads()) as workers:
            dataset = open_dataset(X, weight, workers, in_place=isinstance(given, Csr))
            starts = draw_starts(dataset, settings, rng)
            best, chosen = fit_all(dataset, [(settings, starts)], workers)[0]
        self._warn_of(best)
        self.cluster_centers_, self.labels_, self.inertia_ = best.centers, best.labels, best.inertia
        self.n_iter_, self.n_distances_, self.strategy_ = best.n_iter, best.n_distances, chosen
        self._remember_features(names, X.shape[1])
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Label of the nearest center for each row, int32, the lowest index on ties."""
        given = self._check_new(X)
        X = dense_rows(given, bytes_of_panels(given.shape, given.dtype))
        with Workers(self._n_threads()) as workers:
            return self._label(X, None, workers)[2][: X.shape[0]]

    def transform(self, X: Any) -> np.ndarray:
        """Euclidean distance of each row to each center, shape (n_samples, n_clusters).

        In float32 where `X` and the fitted rows are float32, else in float64.
        """
        new, given = X, self._check_new(X, widen=True)
        centers = self.cluster_centers_.astype(given.dtype, copy=False)
        X = dense_rows(given, bytes_of_distances(given.shape, given.dtype, len(centers)))
        X, centers = without_constants(X, centers)
        distances = np.empty((X.shape[0], centers.shape[0]), dtype=X.dtype)
        with Workers(self._n_threads()) as workers:
            scale = _common_scale(X, centers, workers)
            scaled = centers * X.dtype.type(scale)

            def task(start: int, stop: int) -> None:
                first, end = start * ROWS_PER_PART, min(stop * ROWS_PER_PART, X.shape[0])
                distances_to_centers(X, scale, scaled, first, end, distances)

            workers.run(task, -(-X.shape[0] // ROWS_PER_PART))
        return self._in_container(distances, new)

    def get_feature_names_out(self, input_features: Any = None) -> np.ndarray:
        """Names of the columns of `transform`: kmeans0, kmeans1 ...

        `input_features`, if given, must be the names that `fit` has seen; they change nothing.
        """
        self._check_fitted("cluster_centers_")
        self._check_input_features(input_features)
        prefix = type(self).__name__.lower()
        names = [f"{prefix}{j}" for j in range(len(self.cluster_centers_))]
        return np.array(names, dtype=object)

    def fit_predict(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:
        """``fit(X).labels_``."""
        return self.fit(X, sample_weight=sample_weight).labels_

    def fit_transform(self, X: Any, y: Any = None, sample_weight: Any = None) -> np.ndarray:
        """``fit(X).transform(X)``."""
        return self.fit(X, sample_weight=sample_weight).transform(X)

    def score(self, X: Any, y: Any = None, sample_weight: Any = None) -> float:
        """Minus the inertia of `X`: larger is better."""
        given = self._check_new(X)
        weight = check_sample_weight(sample_weight, given.shape[0], given.dtype)
        X = dense_rows(given, bytes_of_panels(given.shape, given.dtype))
        with Workers(self._n_threads()) as workers:
            rows, centers, labels = self._label(X, weight, workers)
            return -unscaled(sum_inertia(rows, centers, labels, workers), rows.scale)

    def _label(
        self, X: np.ndarray, weight: np.ndarray | None, workers: Workers
    ) -> tuple[Rows, np.ndarray, np.ndarray]:
        """The packed rows of `X`, the centers scaled as they are, the labels of whole panels."""
        X, centers = without_constants(X, self.cluster_centers_)
        scale = _common_scale(X, centers, workers)
        rows = screen_rows(X, weight, scale, workers)
        scaled = centers * X.dtype.type(scale)
        labels = np.zeros(rows.packed.shape[0] // X.shape[1], dtype=np.int32)
        assign_labels(rows, scaled, pack_for_search(rows, scaled), labels, workers)
        return rows, scaled, labels

    def _n_threads(self) -> int:
        if self.n_threads is not None:
            check_integer(self.n_threads, "n_threads", low=1)
        return usable_threads(self.n_threads)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        return tags

    def _check_new(self, X: Any, widen: bool = False) -> np.ndarray | Csr:
        """New rows in the dtype of the centers; with `widen`, in float64 if either is."""
        self._check_fitted("cluster_centers_")
        self._check_names(X)
        dtype = self.cluster_centers_.dtype
        given = open_rows(X, dtype=None if widen and dtype == np.float32 else dtype)
        self._check_n_features(given)
        self._n_threads()
        return given

    def _warn_of(self, best: Result) -> None:
        """Say what a caller could overlook in the result."""
        used = count_used(best.labels, self.n_clusters)
        if used < self.n_clusters:
            warnings.warn(
                f"Number of distinct clusters ({used}) found smaller than n_clusters "
                f"({self.n_clusters}). Possibly due to duplicate points in X.",
                known_as(ConvergenceWarning, "sklearn.exceptions"),
                stacklevel=3,
            )
        if best.inertia == np.inf:
            warnings.warn(
                "The inertia is larger than float64 can hold, so inertia_ is infinite; labels and "
                "centers are not touched by this. Divide X by a power of two to see it.",
                RuntimeWarning,
                stacklevel=3,
            )


def _bytes_of_fit(given: np.ndarray | Csr, settings: Settings) -> int:
    """The memory of a fit; 0 for dense rows, which are in memory already."""
    if not isinstance(given, Csr):
        return 0
    k, name = settings.n_clusters, settings.algorithm
    init = settings.init if isinstance(settings.init, str) else "random"
    own = bytes_per_row(name, k, given.shape[1])
    return bytes_of_fit(given.shape, given.dtype, init, name == "auto", own)


def _common_scale(X: np.ndarray, centers: np.ndarray, workers: Workers) -> float:
    """The power of two by which new rows and the centers are multiplied."""
    return power_of_two_scale(max(magnitude(X, workers), magnitude(centers, workers)), X.dtype)
