"""How much memory the rows of k-means take: worked out first where a sparse matrix is written out.

There are the rows themselves (8 or 4 bytes a number: sums, near ties and the inertia are taken
from them), the panels of float32 that k-means++ and the search work on (4), for k-means++ in a
small table others of float64 (8), and for k-means|| panels in the dtype of the rows (8 or 4). The
last are given up before the search begins, but a helping thread still holds the last task it did,
and with it the panels, when that happens; so they are counted too.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.kmeans import small_seeding
from kmeans_core.kmeans.collapse import KEPT
from kmeans_core.kmeans.small import SMALL_FLOPS, flops_of

SIEVE = 4  # bytes of a number in the panels of float32
TREE = 1  # byte a number, for the nodes of a kd-tree: a few hundred bytes for 64 rows
SMALL = 1 << 20  # bytes of what does not grow with the rows
BYTES_A_ROW = 32  # labels, seeding's distances and owners, two bounds, lists of rows


def bytes_of_fit(
    shape: tuple[int, int], dtype: np.dtype, n_clusters: int, init: str, algorithm: str
) -> int:
    """Most bytes that the rows of a fit and their packed copies take at a time.

    Parameters
    ----------
    init : str
        'k-means++', 'k-means||' or 'random', which stands for given centers too.
    algorithm : str
        'auto' may collapse equal rows, 'kdtree' packs the rows once more in the order of its tree,
        'elkan' and 'yinyang' keep bounds for every row.
    """
    itemsize = dtype.itemsize
    collapsed = (itemsize + SIEVE) / KEPT if algorithm == "auto" else 0.0
    packed = max(SIEVE, collapsed) if init == "random" else SIEVE + collapsed
    if init == "k-means||":
        packed += itemsize
    if init == "k-means++":
        packed += _bytes_of_small_seeds(shape)
    if algorithm == "kdtree":
        packed += SIEVE + TREE
    bounds = 4 * (n_clusters + 16) if algorithm in ("elkan", "yinyang") else 0
    return _bytes(shape, itemsize + packed, BYTES_A_ROW + bounds)


def bytes_of_restarts(shape: tuple[int, int], n_clusters: int, n_init: int, n_threads: int) -> int:
    """What restarts of a small table take beyond `bytes_of_fit`: each keeps its labels to the end.

    And each thread has labels, distances and owners to work on.
    """
    n_samples, n_features = shape
    if n_init == 1 or flops_of(n_samples * n_features, n_clusters) >= SMALL_FLOPS:
        return 0
    return n_samples * (4 * n_init + 24 * min(n_init, n_threads))


def bytes_of_labels(shape: tuple[int, int], dtype: np.dtype) -> int:
    """Rows and the panels on which `predict` and `score` search."""
    return _bytes(shape, dtype.itemsize + SIEVE)


def bytes_of_seeds(shape: tuple[int, int], dtype: np.dtype) -> int:
    """Rows and the panels on which `kmeans_plusplus` measures."""
    return _bytes(shape, dtype.itemsize + SIEVE + _bytes_of_small_seeds(shape))


def _bytes_of_small_seeds(shape: tuple[int, int]) -> int:
    """Of a number, in the panels of float64 that seeds of a small table are chosen among."""
    return 8 if small_seeding.suits(shape, n_trials=1) else 0


def bytes_of_distances(shape: tuple[int, int], dtype: np.dtype, n_clusters: int) -> int:
    """Rows and the result of `transform`."""
    return shape[0] * (shape[1] + n_clusters) * dtype.itemsize + SMALL


def _bytes(shape: tuple[int, int], bytes_a_number: float, bytes_a_row: int = BYTES_A_ROW) -> int:
    n_samples, n_features = shape
    return int(n_samples * (n_features * bytes_a_number + bytes_a_row)) + SMALL
