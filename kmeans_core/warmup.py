"""Compile everything before the first call, as for a container image, a class or a service."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator

import numpy as np

from kmeans_core.engine.jit import cache_folder

# Shapes that together run all kernels: whole fits in compiled calls; threads and blocks; the
# product form of the distance.
SMALL, LARGE, WIDE = (300, 3), (20_000, 16), (20_000, 32)


def warmup(dtypes: Iterable[str] = ("float64", "float32")) -> Iterator[str]:
    """Run small examples of everything, so that all kernels are compiled and on disk.

    Parameters
    ----------
    dtypes : iterable of str
        dtypes of the tables for k-means; `segment` uses float64 only. Metrics and linkages are
        compiled for float64.

    Yields
    ------
    str
        A sentence after each step; the last one names the folder of the compiled code, or states
        that no folder is writable.

    Notes
    -----
    Nothing runs before the first sentence is requested.
    """
    start = time.perf_counter()
    rng = np.random.default_rng(0)
    for dtype in dtypes:
        small = rng.normal(size=SMALL).astype(dtype)
        large = rng.normal(size=LARGE).astype(dtype)
        _fit(small, large, rng.normal(size=WIDE).astype(dtype))
        yield f"k-means of {dtype}: ready after {time.perf_counter() - start:.1f} s"
    _measure(rng.normal(size=SMALL))
    yield f"metrics and linkages: ready after {time.perf_counter() - start:.1f} s"
    folder = cache_folder()
    yield (
        "Nothing could be kept: no folder is writable. Name one in KMEANS_CORE_CACHE_DIR."
        if folder is None
        else f"Kept in {folder}"
    )


def _fit(small: np.ndarray, large: np.ndarray, wide: np.ndarray) -> None:
    from kmeans_core.kmeans import KMeans

    KMeans(5, random_state=0).fit(small).predict(small)
    KMeans(20, random_state=0, max_iter=3).fit(large).transform(large[:50])
    # Enough iterations for bounds to begin: they do when few rows change their label.
    KMeans(20, init=large[:20], max_iter=60, algorithm="hamerly").fit(large)
    KMeans(100, init=wide[:100], max_iter=60).fit(wide)


def _measure(rows: np.ndarray) -> None:
    from kmeans_core import metrics
    from kmeans_core.hierarchy import linkage

    labels = np.arange(len(rows)) % 3
    metrics.silhouette_score(rows, labels)
    metrics.davies_bouldin_score(rows, labels)
    metrics.calinski_harabasz_score(rows, labels)
    metrics.dunn_index(rows, labels)
    metrics.adjusted_rand_score(labels, labels)
    for method in ("single", "complete", "average", "ward"):
        linkage(rows, method)
