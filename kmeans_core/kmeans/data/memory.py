"""Memory that the rows of k-means take, worked out before a sparse matrix is written out.

- the rows themselves, 8 or 4 bytes per number: sums, ambiguous rows and the inertia read them;
- the panels of float32 that k-means++ and the search work on, 4 bytes per number;
- for k-means++ on a small table, panels of float64, 8 bytes per number;
- for k-means||, panels in the dtype of the rows. They are freed before iterating, but a worker may
  still reference its last task, and with it the panels; so they are counted.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.kmeans.strategy import KEPT_ROWS_PER_DISTINCT, is_short, must_prune_seeding

SCREEN = 4  # bytes per number of the panels of float32
SMALL = 1 << 20  # bytes of what does not grow with the rows
BYTES_PER_ROW = 32  # labels, distances and nearest seeds of the seeding, two bounds, lists


def bytes_of_fit(
    shape: tuple[int, int], dtype: np.dtype, init: str, join_equal: bool, bytes_per_row: float
) -> int:
    """Most bytes that the rows of a fit and their packed copies take at one time.

    Parameters
    ----------
    shape : (n_samples, n_features)
    dtype : of the rows
    init : str
        'k-means++', 'k-means||' or 'random', which stands for given centers too.
    join_equal : bool
        Whether equal rows may be joined: the distinct ones are packed too.
    bytes_per_row : float
        What the algorithm keeps per row (`algorithms.bytes_per_row`).
    """
    itemsize = dtype.itemsize
    distinct = (itemsize + SCREEN) / KEPT_ROWS_PER_DISTINCT if join_equal else 0.0
    packed = max(SCREEN, distinct) if init == "random" else SCREEN + distinct
    if init == "k-means||":
        packed += itemsize
    if init == "k-means++":
        packed += _bytes_of_greedy_seeds(shape)
    return _bytes(shape, itemsize + packed, BYTES_PER_ROW + bytes_per_row)


def bytes_of_restarts(shape: tuple[int, int], n_clusters: int, n_init: int, n_threads: int) -> int:
    """What restarts of a small table take beyond `bytes_of_fit`.

    Each restart keeps its labels to the end. Each thread has labels, distances and nearest seeds.
    """
    n_samples, n_features = shape
    if n_init == 1 or not is_short(n_samples * n_features, n_clusters, False):
        return 0
    return n_samples * (4 * n_init + 24 * min(n_init, n_threads))


def bytes_of_labels(shape: tuple[int, int], dtype: np.dtype) -> int:
    """Rows and the panels on which `predict` and `score` search."""
    return _bytes(shape, dtype.itemsize + SCREEN)


def bytes_of_seeds(shape: tuple[int, int], dtype: np.dtype) -> int:
    """Rows and the panels on which `kmeans_plusplus` measures."""
    return _bytes(shape, dtype.itemsize + SCREEN + _bytes_of_greedy_seeds(shape))


def _bytes_of_greedy_seeds(shape: tuple[int, int]) -> int:
    """Bytes per number of the float64 panels that seeds of a small table are chosen among."""
    return 0 if must_prune_seeding(shape, n_trials=1) else 8


def bytes_of_distances(shape: tuple[int, int], dtype: np.dtype, n_clusters: int) -> int:
    """Rows and the result of `transform`."""
    return shape[0] * (shape[1] + n_clusters) * dtype.itemsize + SMALL


def _bytes(
    shape: tuple[int, int], bytes_per_number: float, bytes_per_row: float = BYTES_PER_ROW
) -> int:
    n_samples, n_features = shape
    return int(n_samples * (n_features * bytes_per_number + bytes_per_row)) + SMALL
