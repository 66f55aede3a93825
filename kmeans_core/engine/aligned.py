"""Arrays that begin on a cache line: a register that crosses a line costs two reads.

Large arrays that are streamed lie on small pages. numpy asks for pages of 2 MB. The first touch of
such a page clears all of it, and on a virtual machine whose host has taken the memory back it waits
for the host 512 times.

Measured, pages of 2 MB against 4 KB, time to pack: 250 ms against 82 for 1e6 x 32; 330 against 84
for 6e4 x 784. An iteration took the same time. Below SMALL_PAGES there was no difference.
"""

from __future__ import annotations

import contextlib
import math
import mmap

import numpy as np

FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
SMALL_PAGES = 64 << 20  # bytes: a streamed array of this size or more lies on pages of 4 KB
_ALIGNMENT = 64  # bytes of a cache line


def aligned_empty(size: int, dtype: np.dtype) -> np.ndarray:
    """An uninitialised vector of `size` numbers that begins on a cache line."""
    n_bytes = size * dtype.itemsize
    raw = np.empty(n_bytes + _ALIGNMENT, dtype=np.uint8)
    start = -raw.__array_interface__["data"][0] % _ALIGNMENT
    return raw[start : start + n_bytes].view(dtype)


def aligned_stream(size: int, dtype: np.dtype) -> np.ndarray:
    """As `aligned_empty`, for an array that is written once and then read from end to end.

    With SMALL_PAGES bytes or more it is mapped on pages of 4 KB, which `tracemalloc` does not see.
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
    """Zeros of this shape, C-ordered, that begin on a cache line."""
    zeros = aligned_empty(math.prod(shape), dtype).reshape(shape)
    zeros[:] = 0.0
    return zeros
