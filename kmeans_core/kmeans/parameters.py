"""The parameters of `KMeans`, checked against the data before any work starts."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from kmeans_core.kmeans.algorithms import NAMES
from kmeans_core.kmeans.data.sparse import Csr
from kmeans_core.kmeans.fit.starts import Settings
from kmeans_core.kmeans.iteration.monitor import Monitor
from kmeans_core.kmeans.iteration.result import Limits
from kmeans_core.validation import (
    LARGEST,
    check_choice,
    check_integer,
    check_matrix,
    check_n_clusters,
    check_real,
)

_INITS = ("k-means++", "random", "k-means||")


def check_parameters(model: Any, X: np.ndarray | Csr) -> Settings:
    """Every parameter of `model`, a `KMeans`, checked against the rows `X`.

    Raises
    ------
    ValueError, TypeError
        A parameter is not usable; the message names it, its value and the limit.
    """
    init = model.init
    if isinstance(init, str) or init is None:
        check_choice(init, "init", _INITS)
    elif callable(init):
        init = _checked_callable(init, X)
    else:
        init = _check_centers(init, model.n_clusters, X)
    if model.n_threads is not None:
        check_integer(model.n_threads, "n_threads", low=1)
    if not isinstance(model.copy_x, bool | np.bool_):
        raise TypeError(f"copy_x must be True or False, got {model.copy_x!r}.")
    return Settings(
        n_clusters=check_n_clusters(model.n_clusters, X.shape[0]),
        init=init,
        n_init=_check_n_init(model.n_init, model.init),
        algorithm=check_choice(model.algorithm, "algorithm", NAMES),
        limits=Limits(
            max_iter=check_integer(model.max_iter, "max_iter", low=1, high=LARGEST),
            tol=check_real(model.tol, "tol", low=0.0),
            monitor=_check_monitor(model.callback, model.max_time, model.verbose),
        ),
    )


def _check_monitor(callback: Any, max_time: Any, verbose: Any) -> Monitor:
    if callback is not None and not callable(callback):
        raise TypeError(f"callback must be callable or None, got {callback!r}.")
    if max_time is not None:
        check_real(max_time, "max_time", low=0.0)
    if not isinstance(verbose, bool | np.bool_):  # as in scikit-learn, True is 1
        verbose = check_integer(verbose, "verbose", low=0)
    return Monitor(callback, max_time, int(verbose))


def _check_n_init(n_init: Any, init: Any) -> int:
    given = not isinstance(init, str) and not callable(init)
    if isinstance(n_init, str):
        if n_init != "auto":
            raise ValueError(f"n_init must be 'auto' or an integer, got {n_init!r}.")
        return 10 if callable(init) or (not given and init == "random") else 1
    n_init = check_integer(n_init, "n_init", low=1, high=LARGEST)
    if n_init > 1 and given:
        warnings.warn(
            "Explicit initial center position passed: performing only one init in KMeans "
            f"instead of n_init={n_init}.",
            RuntimeWarning,
            stacklevel=4,
        )
        return 1
    return n_init


def _checked_callable(init: Callable, given: np.ndarray | Csr) -> Callable:
    """The caller's `init`, called with the rows as they were given; its centers are checked."""

    def checked(X: np.ndarray, n_clusters: int, rng: Any) -> np.ndarray:
        if isinstance(given, Csr):
            shown = given.source
        else:
            shown = given.view()
            shown.flags.writeable = False  # the input is never changed
        centers = init(shown, n_clusters, random_state=rng)
        return _check_centers(centers, n_clusters, X, "init(X)")

    return checked


def _check_centers(
    init: Any, n_clusters: int, X: np.ndarray | Csr, name: str = "init"
) -> np.ndarray:
    """Given centers as a checked array of their own, in the dtype of `X`."""
    centers = check_matrix(init, name, dtype=X.dtype, copy=True)
    given = f"The shape of the initial centers {centers.shape} does not match the number of"
    if centers.shape[0] != n_clusters:
        raise ValueError(f"{given} clusters {n_clusters}.")
    if centers.shape[1] != X.shape[1]:
        raise ValueError(f"{given} features of the data {X.shape[1]}.")
    return centers
