"""Distances that the caller provides: condensed, as a square matrix, or by a function."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.validation import check_matrix

_SYMMETRY_RTOL = 1e-7  # of the largest distance: what a given matrix may miss its symmetry by


# ---- condensed ---------------------------------------------------------------------------------


def n_samples_of_condensed(length: int) -> int:
    """How many rows have `length` pairs; ValueError if no number of rows does."""
    n_samples = (1 + int(np.sqrt(1 + 8 * length))) // 2
    if length < 1 or n_samples * (n_samples - 1) // 2 != length:
        raise ValueError(
            f"Length {length} of condensed distance matrix 'y' must be a binomial coefficient: "
            "n * (n - 1) / 2 for n rows, n at least 2. Pass row vectors as a 2-dimensional array."
        )
    return n_samples


def check_condensed(y: Any, name: str = "y") -> np.ndarray:
    """A condensed distance matrix as finite float64 values, none below 0.

    Raises
    ------
    ValueError
        Not numeric, a NaN or an infinity, a negative distance, an impossible length.
    """
    n_samples = n_samples_of_condensed(len(y))
    if getattr(y, "dtype", None) != np.float64:
        check_fits(8 * len(y), n_samples)
    condensed = check_matrix(np.reshape(y, (1, -1)), name, dtype=np.float64)[0]
    if (condensed < 0).any():
        k = int(np.argmax(condensed < 0))
        raise ValueError(
            f"{name} must hold distances, none below 0; {name}[{k}] is {condensed[k]}."
        )
    return condensed


def condensed_of_pairs(metric: Callable, X: np.ndarray) -> np.ndarray:
    """``metric(X[i], X[j])`` for every i < j: one Python call per pair."""
    n_samples = len(X)
    check_fits(4 * n_samples * (n_samples - 1), n_samples)
    pairs = ((i, j) for i in range(n_samples) for j in range(i + 1, n_samples))
    try:
        values = np.fromiter((metric(X[i], X[j]) for i, j in pairs), dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"metric(u, v) must take two rows and return a number: {error}") from error
    return check_condensed(values, "metric(u, v)")


# ---- square ------------------------------------------------------------------------------------


def measures_all_rows(metric: Any) -> bool:
    """True for scikit-learn's kind of callable, ``metric(X)``; SciPy's takes two rows."""
    if not callable(metric):
        return False
    try:
        parameters = inspect.signature(metric).parameters.values()
    except (TypeError, ValueError):  # compiled, without a signature
        return False
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    if any(p.kind is inspect.Parameter.VAR_POSITIONAL for p in parameters):
        return False
    return sum(p.kind in positional and p.default is p.empty for p in parameters) == 1


def condensed_of_matrix_metric(metric: Any, X: np.ndarray) -> np.ndarray:
    """The upper half of ``metric(X)``, row by row; the lower half is not read (scikit-learn)."""
    distances = check_matrix(metric(X), "metric(X)", dtype=np.float64)
    if distances.shape != (len(X), len(X)):
        raise ValueError(
            f"metric(X) must return the distances of {len(X)} rows, shape {(len(X), len(X))}, "
            f"got shape {distances.shape}."
        )
    return distances[np.triu_indices(len(distances), k=1)]


def condensed_of_square(distances: np.ndarray) -> np.ndarray:
    """The upper half of a square distance matrix, row by row.

    Entries that should be equal, or 0, may differ by rounding: matrix products do that.
    """
    n_samples = len(distances)
    if distances.shape[1] != n_samples:
        raise ValueError(
            f"With metric='precomputed', X must be a square matrix of distances, "
            f"got shape {distances.shape}."
        )
    allowed = _SYMMETRY_RTOL * float(np.abs(distances).max())
    check_fits(4 * n_samples * (n_samples - 1), n_samples)
    condensed, start = np.empty(n_samples * (n_samples - 1) // 2), 0
    for i in range(n_samples):
        row = distances[i, i + 1 :]
        off = np.abs(row - distances[i + 1 :, i]) > allowed
        if abs(distances[i, i]) > allowed or off.any():
            raise ValueError(
                "With metric='precomputed', X must be symmetric, with zeros on its diagonal; "
                f"row {i} is not."
            )
        condensed[start : start + len(row)] = row
        start += len(row)
    return condensed
