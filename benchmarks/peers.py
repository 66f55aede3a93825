"""The others, each through its own front door, with the same start and the same stop.

A peer that is not installed is left out, and its column shows a dash.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np


class Found(NamedTuple):
    """What every clusterer returns here."""

    inertia: float
    n_iter: int
    n_distances: int


def contestants(X: np.ndarray, **parameters: Any) -> dict[str, Callable[[], Found]]:
    """Ours first, then every peer that is installed, ready to fit `X` with these parameters."""
    runs: dict[str, Callable[[], Found]] = {}
    for name, maker in (("ours", _ours), ("scikit-learn", _sklearn), ("intelex", _intelex)):
        try:
            runs[name] = _fit(maker(), X, parameters)
        except ImportError:
            continue
    if isinstance(parameters.get("init"), np.ndarray) and parameters.get("tol") == 0:
        try:
            import faiss  # noqa: F401

            runs["faiss"] = lambda: _faiss(X, parameters)
        except ImportError:
            pass
    return runs


def ours(X: np.ndarray, **parameters: Any) -> Callable[[], Found]:
    """Ours alone; no peer is imported."""
    return _fit(_ours(), X, parameters)


def _ours() -> type:
    from kmeans_core import KMeans

    return KMeans


def _sklearn() -> type:
    from sklearn.cluster import KMeans

    return KMeans


def _intelex() -> type:
    from sklearnex.cluster import KMeans

    return KMeans


def _fit(clusterer: type, X: np.ndarray, parameters: dict) -> Callable[[], Found]:
    if clusterer.__module__.startswith("kmeans_core"):
        mine = parameters
    else:  # "auto" is ours; theirs is "lloyd", which is their fastest on these data
        mine = {**parameters, "algorithm": "lloyd"}

    def run() -> Found:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model = clusterer(**mine).fit(X)
        return Found(float(model.inertia_), model.n_iter_, getattr(model, "n_distances_", 0))

    return run


def _faiss(X: np.ndarray, parameters: dict) -> Found:
    """faiss works in float32, on all rows only if told so, and for a number of iterations."""
    import faiss

    k, rows = parameters["n_clusters"], X.astype(np.float32, copy=False)
    index = faiss.Kmeans(
        X.shape[1], k, niter=parameters["max_iter"], max_points_per_centroid=len(X), verbose=False
    )
    index.train(rows, init_centroids=parameters["init"].astype(np.float32))
    distances, _ = index.index.search(rows, 1)
    return Found(float(distances.sum(dtype=np.float64)), parameters["max_iter"], 0)
