"""Matrices of distances that cannot fit in memory are refused before any work starts."""

from __future__ import annotations

from kmeans_core.engine.memory import available_memory

_WITHOUT_MATRIX = (
    "use method='single' or 'ward' on vectors, which need no matrix, or WardOfCenters, or a "
    "sample of the rows"
)
ONLY_SAMPLE = "it takes every pair of rows, so only a sample of the rows helps"


def check_fits(needed: int, n_samples: int, instead: str = _WITHOUT_MATRIX) -> None:
    """MemoryError with the figures and a way out if fewer than `needed` bytes are available."""
    available = available_memory()
    if available is not None and needed > available:
        raise MemoryError(
            f"The distances between {n_samples} rows need {needed / 1e9:.1f} GB, and "
            f"{available / 1e9:.1f} GB are available: {instead}."
        )
