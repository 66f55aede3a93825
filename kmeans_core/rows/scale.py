"""The power of two by which rows are scaled, so that squares neither over- nor underflow."""

from __future__ import annotations

import math

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import lane_count, load, max_lanes, maximum, splat, sum_lanes
from kmeans_core.engine.threads import Workers

VALUES_PER_PART = 1 << 18  # of a pass over all numbers: about 0.1 ms of work a call


@kernel
def largest_magnitude(
    values,  # IN  (size,) flat, C-ordered
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


def power_of_two_scale(magnitude: float, dtype: np.dtype) -> float:
    """The power of two that brings `magnitude` into [0.5, 1).

    Or as near as `dtype` allows: it must hold the scale and one over it as normal numbers.
    """
    if magnitude == 0.0:
        return 1.0
    limit = int(np.finfo(dtype).maxexp) - 2
    return math.ldexp(1.0, max(-limit, min(limit, -math.frexp(magnitude)[1])))


def magnitude(X: np.ndarray, workers: Workers) -> float:
    """Largest absolute value of `X`, NaN if a value is NaN or infinite. One pass."""
    flat = X.reshape(-1)
    n_parts = max(1, flat.size // VALUES_PER_PART)
    parts = np.empty(n_parts)

    def task(first: int, last: int) -> None:
        for part in range(first, last):
            start, stop = part * flat.size // n_parts, (part + 1) * flat.size // n_parts
            parts[part] = largest_magnitude(flat, start, stop)

    workers.run(task, n_parts)
    return float(parts.max())
