"""Ratios of pairs: the median, an interval that holds it in 95 of 100 experiments, a verdict."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from typing import NamedTuple

CONFIDENCE = 0.95
SLOWER = 1.03  # a row fails if even the lower end of its interval is above


class Ratio(NamedTuple):
    """Median of the ratios of pairs, and the interval of the true median."""

    median: float
    low: float
    high: float
    few: bool = False  # too few pairs for such an interval: it is that of all ratios

    def __str__(self) -> str:
        return f"{self.median:.3f} [{self.low:.3f}, {self.high:.3f}]{' few' if self.few else ''}"

    @property
    def is_slower(self) -> bool:
        return self.low > SLOWER and not self.few


def ratio_of_pairs(old: Sequence[float], new: Sequence[float]) -> Ratio:
    """Ratio new / old of times that were taken in pairs, one after the other.

    The interval reaches from the r-th smallest ratio to the r-th largest. It misses the true median
    only if fewer than r of the ratios lie on one side of it, each with probability 1/2: no
    distribution is assumed. r is the largest for which that happens in at most 5 of 100
    experiments. Fewer than six pairs are too few for that; they decide nothing.
    """
    ratios = sorted(after / before for before, after in zip(old, new, strict=True))
    rank = interval_rank(len(ratios))
    r = max(1, rank)
    return Ratio(statistics.median(ratios), ratios[r - 1], ratios[-r], few=rank == 0)


def interval_rank(n: int) -> int:
    """The r of `ratio_of_pairs` for n pairs; 0 if there is none."""
    rank, below = 0, 0.0  # below: probability that fewer than rank + 1 of n lie on one side
    while True:
        below += math.comb(n, rank) / 2**n
        if 2 * below > 1 - CONFIDENCE:
            return rank
        rank += 1
