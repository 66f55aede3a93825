"""The KMeans estimator: checks, restarts, the result."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from kmeans_core.engine.blocks import Workers, usable_threads
from kmeans_core.estimator import ConvergenceWarning, Estimator, feature_names, known_as
from kmeans_core.kmeans.constant import without_constants
from kmeans_core.kmeans.fitting import count_used, fit_rows
from kmeans_core.kmeans.footprint import (
    bytes_of_distances,
    bytes_of_fit,
    bytes_of_labels,
    bytes_of_restarts,
)
from kmeans_core.kmeans.iteration import (
    ALGORITHMS,
    Result,
    assign_labels,
    sum_inertia,
    unscaled,
)
from kmeans_core.kmeans.nearest import center_blocks, distances_to_centers
from kmeans_core.kmeans.panels import (
    ROWS_A_PART,
    Rows,
    magnitude,
    power_of_two_scale,
    sieve_rows,
)
from kmeans_core.kmeans.plans import Settings
from kmeans_core.kmeans.prepared import prepare
from kmeans_core.kmeans.sparse import Csr, dense_rows, open_rows
from kmeans_core.kmeans.watch import Watch
from kmeans_core.validation import (
    LARGEST,
    check_choice,
    check_integer,
    check_matrix,
    check_n_clusters,
    check_random_state,
    check_real,
    check_sample_weight,
)

INITS = ("k-means++", "random", "k-means||")


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
        1 prints the inertia of every iteration.
    random_state : None, int, RandomState or Generator
        The same int gives the same result, bit for bit, for any number of threads.
    copy_x : bool, default True
        Accepted for scikit-learn's sake: the input is never changed.
    algorithm : {'auto', 'lloyd', 'hamerly', 'elkan', 'yinyang', 'kdtree'}
        How to compute the result; the result is the same ('kdtree' adds in another order).
    n_threads : int, optional
        None: as many as this process may use.
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
        Distances evaluated in the run that is kept. k-means++ knows the nearest of its centers for
        every row; where that spares the first assignment, it is not counted.
    n_features_in_ : int
    feature_names_in_ : ndarray of str, only after a fit on a data frame with such column names

    Notes
    -----
    O(n k d) time an iteration and O(n) memory beside the input. Ties go to the lowest index. Empty
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
        names = feature_names(X)
        given = open_rows(X)
        settings = self._settings(given)
        weight = check_sample_weight(sample_weight, given.shape[0], given.dtype)
        rng = check_random_state(self.random_state)
        init = self.init if isinstance(self.init, str) else "random"
        needed = bytes_of_fit(
            given.shape, given.dtype, settings.n_clusters, init, settings.algorithm
        )
        needed += bytes_of_restarts(
            given.shape, settings.n_clusters, settings.n_init, self._n_threads()
        )
        X = dense_rows(given, needed)
        with Workers(self._n_threads()) as workers:
            prepared = prepare(X, weight, workers, in_place=isinstance(given, Csr))
            best = fit_rows(prepared, settings, rng, workers)
        self._warn_of(best)
        self.cluster_centers_ = best.centers
        self.labels_ = best.labels
        self.inertia_ = best.inertia
        self.n_iter_ = best.n_iter
        self.n_distances_ = best.n_distances
        self._remember_features(names, X.shape[1])
        return self

    def predict(self, X: Any) -> np.ndarray:
        """Label of the nearest center for each row, int32, the lowest index on ties."""
        given = self._check_new(X)
        X = dense_rows(given, bytes_of_labels(given.shape, given.dtype))
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

            def task(first: int, last: int) -> None:
                start, stop = first * ROWS_A_PART, min(last * ROWS_A_PART, X.shape[0])
                distances_to_centers(X, scale, scaled, start, stop, distances)

            workers.run(task, -(-X.shape[0] // ROWS_A_PART))
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
        X = dense_rows(given, bytes_of_labels(given.shape, given.dtype))
        with Workers(self._n_threads()) as workers:
            rows, centers, labels = self._label(X, weight, workers)
            return -unscaled(sum_inertia(rows, centers, labels, workers), rows.scale)

    def _label(
        self, X: np.ndarray, weight: np.ndarray | None, workers: Workers
    ) -> tuple[Rows, np.ndarray, np.ndarray]:
        """The packed rows of `X`, the centers scaled as they are, the labels of whole panels."""
        X, centers = without_constants(X, self.cluster_centers_)
        scale = _common_scale(X, centers, workers)
        rows = sieve_rows(X, weight, scale, workers)
        scaled = centers * X.dtype.type(scale)
        labels = np.zeros(rows.packed.shape[0] // X.shape[1], dtype=np.int32)
        assign_labels(rows, scaled, center_blocks(rows, scaled), labels, workers)
        return rows, scaled, labels

    def _n_threads(self) -> int:
        if self.n_threads is not None:
            check_integer(self.n_threads, "n_threads", low=1)
        return usable_threads(self.n_threads)

    def _settings(self, X: np.ndarray | Csr) -> Settings:
        """Every parameter, checked against the data."""
        init = self.init
        if isinstance(init, str) or init is None:
            check_choice(init, "init", INITS)
        elif callable(init):
            init = self._checked_callable(init, X)
        else:
            init = self._check_start(init, X)
        self._n_threads()
        if not isinstance(self.copy_x, bool | np.bool_):
            raise TypeError(f"copy_x must be True or False, got {self.copy_x!r}.")
        return Settings(
            n_clusters=check_n_clusters(self.n_clusters, X.shape[0]),
            init=init,
            n_init=self._check_n_init(),
            max_iter=check_integer(self.max_iter, "max_iter", low=1, high=LARGEST),
            tol=check_real(self.tol, "tol", low=0.0),
            algorithm=check_choice(self.algorithm, "algorithm", tuple(ALGORITHMS)),
            watch=self._watch(),
        )

    def _watch(self) -> Watch:
        if self.callback is not None and not callable(self.callback):
            raise TypeError(f"callback must be callable or None, got {self.callback!r}.")
        if self.max_time is not None:
            check_real(self.max_time, "max_time", low=0.0)
        verbose = self.verbose
        if not isinstance(verbose, bool | np.bool_):  # as in scikit-learn, True is 1
            verbose = check_integer(verbose, "verbose", low=0) > 0
        return Watch(self.callback, self.max_time, bool(verbose))

    def _checked_callable(self, init: Any, given: np.ndarray | Csr) -> Any:
        """The caller's `init`, which is shown the rows as they were given, its centers checked."""

        def checked(X: np.ndarray, n_clusters: int, rng: Any) -> np.ndarray:
            if isinstance(given, Csr):
                shown = given.source
            else:
                shown = given.view()
                shown.flags.writeable = False  # the input is never changed
            centers = init(shown, n_clusters, random_state=rng)
            return self._check_start(centers, X, "init(X)")

        return checked

    def _check_n_init(self) -> int:
        given = not isinstance(self.init, str) and not callable(self.init)
        if isinstance(self.n_init, str):
            if self.n_init != "auto":
                raise ValueError(f"n_init must be 'auto' or an integer, got {self.n_init!r}.")
            return 10 if callable(self.init) or (not given and self.init == "random") else 1
        n_init = check_integer(self.n_init, "n_init", low=1, high=LARGEST)
        if n_init > 1 and given:
            warnings.warn(
                "Explicit initial center position passed: performing only one init in KMeans "
                f"instead of n_init={n_init}.",
                RuntimeWarning,
                stacklevel=4,
            )
            return 1
        return n_init

    def _check_start(self, init: Any, X: np.ndarray | Csr, name: str = "init") -> np.ndarray:
        """Given centers as a checked array of their own, in the dtype of `X`."""
        centers = check_matrix(init, name, dtype=X.dtype, copy=True)
        given = f"The shape of the initial centers {centers.shape} does not match the number of"
        if centers.shape[0] != self.n_clusters:
            raise ValueError(f"{given} clusters {self.n_clusters}.")
        if centers.shape[1] != X.shape[1]:
            raise ValueError(f"{given} features of the data {X.shape[1]}.")
        return centers

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


def _common_scale(X: np.ndarray, centers: np.ndarray, workers: Workers) -> float:
    """The power of two by which new rows and the centers are multiplied."""
    return power_of_two_scale(max(magnitude(X, workers), magnitude(centers, workers)), X.dtype)
