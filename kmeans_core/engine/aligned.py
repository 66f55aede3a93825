"""Arrays that begin on a cache line."""

from __future__ import annotations

import numpy as np

ALIGNMENT = 64  # bytes: a register that crosses a cache line costs two reads


def aligned_empty(size: int, dtype: np.dtype) -> np.ndarray:
    """An uninitialised vector that begins on a cache line."""
    raw = np.empty(size * dtype.itemsize + ALIGNMENT, dtype=np.uint8)
    start = -raw.ctypes.data % ALIGNMENT
    return raw[start : start + size * dtype.itemsize].view(dtype)
