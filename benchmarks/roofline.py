"""Where the machine ends: arithmetic and memory bandwidth, measured in the same run.

One Lloyd iteration needs 2 n d k flops (a multiplication and an addition for each number and
center, in the counting that is usual for matrix products) and one read of the rows. It cannot be
faster than the longer of the two.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np


class Roofline(NamedTuple):
    """Of all cores together."""

    flops: dict[str, float]  # a second, in a matrix product, by dtype
    bandwidth: float  # bytes a second, read


def measure() -> Roofline:
    """Best of several tries: what the machine can do, not what it usually does."""
    flops = {}
    for dtype in ("float32", "float64"):
        a = np.random.default_rng(0).random((2000, 2000)).astype(dtype)
        flops[dtype] = 2 * 2000.0**3 / _best(lambda a=a: a @ a)
    values = np.ones(1 << 26)
    half = values.size // 2

    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(2) as pool:
        seconds = _best(lambda: list(pool.map(np.max, (values[:half], values[half:]))))
    return Roofline(flops, values.nbytes / seconds)


def lloyd_floor(roofline: Roofline, n: int, d: int, k: int) -> float:
    """Seconds of an iteration: rows are searched in float32 whatever their dtype."""
    return max(2.0 * n * d * k / roofline.flops["float32"], 4.0 * n * d / roofline.bandwidth)


def _best(run, tries: int = 7) -> float:
    seconds = []
    for _ in range(tries):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
