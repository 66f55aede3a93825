"""The power of two by which rows are scaled, so that squares neither overflow nor vanish.

Multiplying by a power of two changes no digit. Rows whose largest value is near 1 have distances
that every dtype can hold: tables of 1e200 or 1e-200 need no code of their own.
"""

from __future__ import annotations

import math

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import lane_count, load, max_lanes, maximum, splat, sum_lanes
from kmeans_core.engine.threads import Workers

VALUES_PER_PART = 1 << 18  # of a pass over all numbers: about 0.1 ms of work per call


def magnitude(X: np.ndarray, workers: Workers) -> float:
    """Largest absolute value of `X`; NaN if a value is NaN or infinite.

    Parameters
    ----------
    X : ndarray of any shape, not empty, C-ordered, float32 or float64
    workers : Workers
        Share the one pass over `X`.
    """
    flat = X.reshape(-1)
    n_parts = max(1, flat.size // VALUES_PER_PART)
    largest = np.empty(n_parts)

    def task(start: int, stop: int) -> None:
        for part in range(start, stop):
            ends = part * flat.size // n_parts, (part + 1) * flat.size // n_parts
            largest[part] = _largest_magnitude(flat, *ends)

    workers.run(task, n_parts)
    return float(largest.max())


def power_of_two_scale(magnitude: float, dtype: np.dtype) -> float:
    """The power of two that brings `magnitude` into [0.5, 1); 1 for a magnitude of 0.

    The scale and its reciprocal have to be normal numbers of `dtype`. At the ends of its range the
    scaled magnitude is therefore up to 4, or for a denormal one less than 0.5.
    """
    if magnitude == 0.0:
        return 1.0
    limit = int(np.finfo(dtype).maxexp) - 2
    return math.ldexp(1.0, max(-limit, min(limit, -math.frexp(magnitude)[1])))


@kernel
def _largest_magnitude(
    values,  # IN  (size,) C-ordered
    start,  # IN
    stop,  # IN
):
    """max |v| over values[start:stop]; NaN if one of them is NaN or infinite."""
    lanes = lane_count(values)
    zero = values.dtype.type(0)
    largest, poison = splat(zero, values), splat(zero, values)
    position = start
    while position + lanes <= stop:
        v = load(values, position)
        largest = maximum(maximum(v, zero - v), largest)
        poison = poison + (v - v)  # inf - inf and NaN - NaN are NaN, all else is 0
        position += lanes
    result, bad = max_lanes(largest), sum_lanes(poison)
    for i in range(position, stop):
        result = max(result, abs(values[i]))
        bad += values[i] - values[i]
    return result + bad
