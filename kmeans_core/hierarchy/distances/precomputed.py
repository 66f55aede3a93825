"""Distances that the caller has worked out: a square matrix, or a function that makes one."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np

from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.validation import check_matrix

ROUNDING = 1e-7  # of the largest distance: what a given matrix may miss its symmetry by


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
    """The upper half of a square distance matrix, row by row.

    Entries that should be equal, or 0, may differ by rounding: matrix products do that.
    """
    n_samples = len(distances)
    if distances.shape[1] != n_samples:
        raise ValueError(
            f"With metric='precomputed', X must be a square matrix of distances, "
            f"got shape {distances.shape}."
        )
    near = ROUNDING * float(np.abs(distances).max())
    check_fits(4 * n_samples * (n_samples - 1), n_samples)
    condensed, start = np.empty(n_samples * (n_samples - 1) // 2), 0
    for i in range(n_samples):
        row = distances[i, i + 1 :]
        if abs(distances[i, i]) > near or (np.abs(row - distances[i + 1 :, i]) > near).any():
            raise ValueError(
                "With metric='precomputed', X must be symmetric, with zeros on its diagonal; "
                f"row {i} is not."
            )
        condensed[start : start + len(row)] = row
        start += len(row)
    return condensed
