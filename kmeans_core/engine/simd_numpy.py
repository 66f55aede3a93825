"""The functions of `simd` in numpy: what they mean, and what runs with the JIT switched off.

A lane vector is a short array here, so +, -, *, <, <=, !=, &, | and [i] need no definition. What
each function is for stands at its compiled version in simd.py. `fma` rounds twice here: the last
bit can differ from the compiled one.
"""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = [
    "any_lane",
    "bits_of",
    "broadcast",
    "count_bits",
    "count_lanes",
    "fma",
    "from_bits",
    "gather",
    "keep_order",
    "lane_bits",
    "lane_count",
    "load",
    "load_like",
    "load_wide",
    "lowest_bit",
    "max_lanes",
    "maximum",
    "min_lanes",
    "minimum",
    "prefetch",
    "put",
    "select",
    "splat",
    "splat_like",
    "sqrt",
    "store",
    "sum_lanes",
    "widen",
]

_LANE_BITS: dict[int, int] = {}  # set by `simd`, which knows the CPU


def use_widths(bits: dict[int, int]) -> None:
    """Set the bits of a lane vector, by the bytes of one of its numbers."""
    _LANE_BITS.update(bits)


def lanes_of(dtype: Any) -> int:
    """How many numbers of this dtype a lane vector holds."""
    size = np.dtype(dtype).itemsize
    return _LANE_BITS[size] // 8 // size


def lane_count(array):
    return lanes_of(array.dtype)


def load(array, start):
    return _window(array, start, lanes_of(array.dtype)).copy()


def broadcast(array, position):
    return np.full(lanes_of(array.dtype), _window(array, position, 1)[0])


def load_like(array, start, other):
    return _window(array, start, len(other)).copy()


def load_wide(array, start):
    return _window(array, start, lanes_of(np.float64)).astype(np.float64)


def gather(array, positions):
    return array.reshape(-1)[positions]


def keep_order():
    pass


def prefetch(array, position):
    pass


def widen(a):
    return a.astype(np.float64)


def store(array, start, lanes):
    _window(array, start, len(lanes))[:] = lanes


def splat(scalar, array):
    return np.full(lanes_of(array.dtype), scalar)


def splat_like(scalar, other):
    return np.full(len(other), scalar)


def fma(a, b, c):
    return a * b + c


def sqrt(a):
    return np.sqrt(a)


def bits_of(a):
    return a.view(np.int32)


def from_bits(a):
    return a.view(np.float32)


def select(mask, a, b):
    return np.where(mask, a, b)


def minimum(a, b):
    return np.where(a < b, a, b)


def maximum(a, b):
    return np.where(a > b, a, b)


def put(a, lane, scalar):
    a = a.copy()
    a[lane] = scalar
    return a


def any_lane(mask):
    return bool(mask.any())


def count_lanes(mask):
    return int(mask.sum())


def lane_bits(mask):
    return sum(1 << lane for lane in range(len(mask)) if mask[lane])


def lowest_bit(bits):
    return int(bits & -bits).bit_length() - 1


def count_bits(bits):
    return int(bits).bit_count()


def sum_lanes(a):
    while len(a) > 1:
        half = len(a) // 2
        a = a[:half] + a[half:]
    return a[0]


def min_lanes(a):
    return a.min()


def max_lanes(a):
    return a.max()


def _window(array, start, count):
    """A view of `count` elements from flat position `start`; IndexError outside the array."""
    if start < 0 or start + count > array.size:
        raise IndexError(f"{count} lanes reach outside the array")
    return array.reshape(-1)[start : start + count]
