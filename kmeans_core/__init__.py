"""Exact k-means and hierarchical clustering, compiled, on numpy and numba only."""

from __future__ import annotations

import importlib
from typing import Any

__version__ = "0.1.0"

# Public names and where they live. They are imported on first use, so that `KMeans` does not
# load the hierarchy and the other way round.
_HOMES = {
    "KMeans": "kmeans_core.kmeans",
    "kmeans_plusplus": "kmeans_core.kmeans",
    "AgglomerativeClustering": "kmeans_core.hierarchy",
    "WardOfCenters": "kmeans_core.hierarchy",
    "linkage": "kmeans_core.hierarchy",
    "cophenet": "kmeans_core.hierarchy",
    "cut_tree": "kmeans_core.hierarchy",
    "dendrogram": "kmeans_core.hierarchy",
    "fcluster": "kmeans_core.hierarchy",
    "inconsistent": "kmeans_core.hierarchy",
    "leaves_list": "kmeans_core.hierarchy",
    "optimal_leaf_ordering": "kmeans_core.hierarchy",
    "to_tree": "kmeans_core.hierarchy",
    "warmup": "kmeans_core.warmup",
}
_MODULES = ("metrics", "selection")

__all__ = [*_HOMES, *_MODULES]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        # Kept, also because importing a module of the same name has just put that here.
        globals()[name] = getattr(importlib.import_module(_HOMES[name]), name)
        return globals()[name]
    if name in _MODULES:
        return importlib.import_module(f"kmeans_core.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
