"""Distances that the caller has worked out: a square matrix, or a function that makes one."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from kmeans_core.validation import check_matrix


def measures_all_rows(metric: Any) -> bool:
    """True for scikit-learn's kind of callable, ``metric(X)``; SciPy's takes two rows."""
    if not callable(metric):
        return False
    try:
        parameters = inspect.signature(metric).parameters.values()
    except (TypeError, ValueError):  # compiled, and does not say
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return False
    return sum(p.kind in positional and p.default is p.empty for p in parameters) == 1


def condensed_by(metric: Any, X: np.ndarray) -> np.ndarray:
    """The upper half of ``metric(X)``, row by row; as in scikit-learn, nobody reads the rest."""
    distances = check_matrix(metric(X), "metric(X)", dtype=np.float64)
    if distances.shape != (len(X), len(X)):
        raise ValueError(
            f"metric(X) must return the distances of {len(X)} rows, shape {(len(X), len(X))}, "
            f"got shape {distances.shape}."
        )
    return distances[np.triu_indices(len(distances), k=1)]


def condensed_of(distances: np.ndarray) -> np.ndarray:
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
