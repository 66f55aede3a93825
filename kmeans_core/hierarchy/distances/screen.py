"""A float32 screen in front of exact distances: most points are ruled out at half the cost.

A screen is a floating-point filter. Points stand in panels of float32, twice as many in a register
and half the bytes of float64. Where the screen cannot rule a point out, its distance is computed in
float64 from the exact rows, and only that distance is ever compared or kept. So the result is that
of float64 throughout.

The bound. Values are below 2 in size, so rounding a point to float32 moves each feature by at most
2^-24, and two points by c = 2^-23 sqrt(d) at most. With the rounding of differences and of d sums,
a screened square D' of a true square D satisfies

    D' <= (sqrt(D) + c)^2 (1 + (d + 8) 2^-22) <= stretch D + slack

by (a + b)^2 <= (1 + 2^-10) a^2 + (1 + 2^10) b^2. Hence D < limit implies
D' < stretch limit + slack, and a point that fails the second test fails the first.

Measured (Zen 4, AVX-512, one core), 20,000 x 16: single 0.37 s in float64, 0.15 s with the screen;
ward 1.9 s and 0.5 s (0.3 s with the memory of chain.py). Where one value is 1e9 times as large as
the spread of the others, float32 cannot tell those others apart and the screen rules none out: the
result is the same, and ward of 20,000 x 4 takes 2.4 s instead of 0.1 s.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device

FLOAT32 = np.dtype(np.float32)


class Screen(NamedTuple):
    """The two constants of the bound."""

    stretch: float
    slack: float


def screen_for(n_features: int) -> Screen:
    """The bound for points of `n_features` features."""
    rounding = 1 + (n_features + 8) * 2.0**-22
    return Screen(
        stretch=(1 + 2.0**-10) * rounding,
        slack=(1 + 2.0**10) * n_features * 2.0**-46 * rounding,
    )


@device
def screened(screen, square):
    """What a screened square must be below if the true one is below `square`."""
    return square * screen.stretch + screen.slack
