"""Arrays that begin on a cache line."""

from __future__ import annotations

import contextlib
import math
import mmap

import numpy as np

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
ALIGNMENT = 64  # bytes: a register that crosses a cache line costs two reads

# numpy asks for pages of 2 MB. The first touch of one clears it all, and on a virtual machine whose
# host has taken the memory back it waits for the host 512 times. Packing 1e6 x 32 took 250 ms so,
# 82 with pages of 4 KB; 6e4 x 784 330 and 84; an iteration took the same time. Below this size
# there was no difference.
SMALL_PAGES = 64 << 20


def aligned_empty(size: int, dtype: np.dtype) -> np.ndarray:
    """An uninitialised vector that begins on a cache line."""
    n_bytes = size * dtype.itemsize
    raw = np.empty(n_bytes + ALIGNMENT, dtype=np.uint8)
    start = -raw.__array_interface__["data"][0] % ALIGNMENT
    return raw[start : start + n_bytes].view(dtype)


def aligned_stream(size: int, dtype: np.dtype) -> np.ndarray:
    """The same for what is written once and read from begin to end: a large one on small pages.

    Those are not among the memory that `tracemalloc` sees.
    """
    n_bytes = size * dtype.itemsize
    if n_bytes >= SMALL_PAGES and hasattr(mmap, "MAP_ANONYMOUS"):
        with contextlib.suppress(OSError):  # no memory: numpy says so in the usual way
            pages = mmap.mmap(-1, n_bytes, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
            if hasattr(mmap, "MADV_NOHUGEPAGE"):
                pages.madvise(mmap.MADV_NOHUGEPAGE)
            return np.frombuffer(pages, dtype, size)
    return aligned_empty(size, dtype)


def aligned_zeros(shape: tuple[int, ...], dtype: np.dtype = FLOAT64) -> np.ndarray:
    """Zeros that begin on a cache line."""
    zeros = aligned_empty(math.prod(shape), dtype).reshape(shape)
    zeros[:] = 0.0
    return zeros
