"""Aligned arrays: on large pages, on small ones, and where no memory can be mapped."""

import numpy as np

from kmeans_core import KMeans
from kmeans_core.engine import aligned


def test_large_arrays_on_small_pages_are_as_good_as_others(monkeypatch):
    X = np.random.default_rng(0).normal(size=(70_000, 6))
    params = {"random_state": 0, "max_iter": 5}
    plain = KMeans(5, **params).fit(X)
    monkeypatch.setattr(aligned, "SMALL_PAGES", 1)
    array = aligned.aligned_stream(1000, np.dtype(np.float32))
    assert array.ctypes.data % 64 == 0
    array[:] = 1.0
    assert array.sum() == 1000
    small = KMeans(5, **params).fit(X)
    np.testing.assert_array_equal(plain.labels_, small.labels_)
    np.testing.assert_array_equal(plain.cluster_centers_, small.cluster_centers_)

    def no_memory(*args, **kwargs):
        raise OSError("cannot allocate memory")

    monkeypatch.setattr(aligned.mmap, "mmap", no_memory)
    assert aligned.aligned_stream(1000, np.dtype(np.float32)).shape == (1000,)
