"""Memory that the rows of k-means take, worked out before a sparse matrix is written out.

A sparse matrix of a few MB may be a dense one of 100 GB: its fit is refused, with the figure,
before memory runs out. What counts grows with the table:

- the rows themselves, 8 or 4 bytes per number: sums, ambiguous rows and the inertia read them;
- the panels of float32 that k-means++ and the search work on, 4 bytes per number;
- where equal rows may be joined, the distinct ones, and their panels;
- for k-means||, panels in the dtype of the rows. They are freed before iterating, but a worker may
  still reference its last task, and with it the panels; so they are counted.

What only a small table takes stands in SMALL: panels of float64 for greedy k-means++ (4 MB at
most), and labels and seeds of restarts that are made in one compiled call (4 MB for ten restarts
on four threads of 50 columns or more; narrower tables may take more than the figure).

Measured, highest resident memory of a fit beyond what the process had, over the figure: 0.96 for
2e6 x 20, k=8, Lloyd's algorithm; 0.74 with 'auto', which found no equal rows; 0.72 from k-means||;
0.99 for 1e5 x 1000, k=20, Elkan's; 0.48 for 2e6 x 10, k=20, Elkan's, which ended before it made
bounds; 1.06 for 2e6 x 4, k=8, the kd-tree, whose kernels are in it.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.kmeans.strategy import KEPT_ROWS_PER_DISTINCT

SMALL = 8 << 20  # bytes of what does not grow with the rows, and of what only small tables take
_SCREEN = 4  # bytes per number of the panels of float32
_BYTES_PER_ROW = 32  # labels, distances and nearest seeds of the seeding, two bounds, lists


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
    distinct = (itemsize + _SCREEN) / KEPT_ROWS_PER_DISTINCT if join_equal else 0.0
    packed = max(_SCREEN, distinct) if init == "random" else _SCREEN + distinct
    if init == "k-means||":
        packed += itemsize
    return _bytes(shape, itemsize + packed, _BYTES_PER_ROW + bytes_per_row)


def bytes_of_panels(shape: tuple[int, int], dtype: np.dtype) -> int:
    """Rows and their panels of float32, which `predict`, `score` and `kmeans_plusplus` take."""
    return _bytes(shape, dtype.itemsize + _SCREEN, _BYTES_PER_ROW)


def bytes_of_distances(shape: tuple[int, int], dtype: np.dtype, n_clusters: int) -> int:
    """Rows and the result of `transform`."""
    return _bytes(shape, dtype.itemsize, n_clusters * dtype.itemsize)


def _bytes(shape: tuple[int, int], bytes_per_number: float, bytes_per_row: float) -> int:
    n_samples, n_features = shape
    return int(n_samples * (n_features * bytes_per_number + bytes_per_row)) + SMALL
