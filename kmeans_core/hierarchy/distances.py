"""The matrix of distances that a linkage starts from, built only if it fits in memory."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.validation import check_matrix


def n_samples_of_condensed(length: int) -> int:
    """How many rows have `length` pairs; ValueError if no number of rows does."""
    n_samples = (1 + int(np.sqrt(1 + 8 * length))) // 2
    if length < 1 or n_samples * (n_samples - 1) // 2 != length:
        raise ValueError(
            f"Length {length} of condensed distance matrix 'y' must be a binomial coefficient: "
            "n * (n - 1) / 2 for n rows, n at least 2. Pass row vectors as a 2-dimensional array."
        )
    return n_samples


def check_condensed(y: Any) -> np.ndarray:
    """A condensed distance matrix as finite float64 values, none below 0.

    Raises
    ------
    ValueError
        Not numeric, a NaN or an infinity, a negative distance, an impossible length.
    """
    n_samples_of_condensed(len(y))
    condensed = check_matrix(np.reshape(y, (1, -1)), "y", dtype=np.float64)[0]
    if (condensed < 0).any():
        place = int(np.argmax(condensed < 0))
        raise ValueError(f"y must hold distances, none below 0; y[{place}] is {condensed[place]}.")
    return condensed


def square_from_condensed(condensed: np.ndarray) -> np.ndarray:
    """A new symmetric matrix with zeros on the diagonal, shape (n_samples, n_samples)."""
    n_samples = n_samples_of_condensed(len(condensed))
    distances = new_square(n_samples)
    _spread_condensed(condensed, distances)
    return distances


def square_from_vectors(X: np.ndarray) -> np.ndarray:
    """Euclidean distances between all rows, in the direct form, shape (n_samples, n_samples)."""
    distances = new_square(len(X))
    _fill_euclidean(X, distances)
    return distances


def new_square(n_samples: int) -> np.ndarray:
    """An empty float64 matrix; MemoryError with the figure if it cannot fit."""
    needed, available = 8 * n_samples**2, available_memory()
    if available is not None and needed > available:
        raise MemoryError(
            f"The distances between {n_samples} rows need {needed / 1e9:.1f} GB, and "
            f"{available / 1e9:.1f} GB are available: cluster a sample of the rows, or the "
            "centers of a KMeans fit with a few thousand clusters."
        )
    return np.empty((n_samples, n_samples))


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or None where the system does not say."""
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


@kernel
def _spread_condensed(
    condensed,  # IN  (n_samples * (n_samples - 1) / 2,)
    distances,  # OUT (n_samples, n_samples)
):
    """Write both halves of the square matrix and its diagonal."""
    place = 0
    for i in range(distances.shape[0]):
        distances[i, i] = 0.0
        for j in range(i + 1, distances.shape[0]):
            distances[i, j] = condensed[place]
            distances[j, i] = condensed[place]
            place += 1


@kernel
def _fill_euclidean(
    X,  # IN  (n_samples, n_features)
    distances,  # OUT (n_samples, n_samples)
):
    """Write the distance between every two rows of `X`."""
    for i in range(X.shape[0]):
        distances[i, i] = 0.0
        for j in range(i + 1, X.shape[0]):
            square = 0.0
            for f in range(X.shape[1]):
                difference = X[i, f] - X[j, f]
                square += difference * difference
            distances[i, j] = np.sqrt(square)
            distances[j, i] = distances[i, j]
