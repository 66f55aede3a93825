"""Bounds on distances: what the algorithms that skip distances share.

The idea. A row keeps its label if its distance to its own center is certainly smaller than its
distance to every other center. An algorithm here keeps bounds of both, so that it can decide most
rows without computing a distance. When a center moves by s, no distance to it changes by more than
s (the triangle inequality), so bounds stay bounds if they move as far as the centers did.

The contract. For every row i with label j, `CommonBounds` keeps three invariants:

- `upper[i] + drift[j]` is never below the distance of row i to center j;
- `lower[i] - other_drift[j]` is never above the distance of row i to any other center;
- `half_separation[j]` is never above half the distance from center j to any other center. A row
  nearer to center j than this has no nearer center.

Bounds are float32 and rounded outward, so that they stay bounds. Rows are skipped on strict `<`
only, so a tie is always evaluated. A drift is the summed movement of a center over all updates: it
is renewed once per update and center, so that a row which is skipped is read and not written.

A call labels the rows of some panels in three steps. It lists the rows whose bounds do not settle
their label; it searches the listed rows by the score function that Lloyd's algorithm uses, and
proposes a label for each (a panel with many such rows may be searched where it lies, unlisted); it
moves the rows whose label changed, in row order. So labels, sums and centers agree with those of
Lloyd's algorithm bit for bit.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import gather, load, load_like, maximum, splat_like
from kmeans_core.kmeans.accelerated.registers import register_count
from kmeans_core.kmeans.iteration.lloyd import Lloyd
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.kmeans.strategy import bounds_begin_share
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES

ROUNDED_UP = 1.0 + 2.0**-22  # times a sum: more than float32 and the sum's rounding take off


class BoundedLloyd(Lloyd):
    """Lloyd's algorithm until few rows change their label, then the same labels by bounds.

    While many rows change, the centers move far and bounds hold for few rows: they would cost time
    and skip nothing. `strategy.bounds_begin_share` says when they are made.

    A subclass provides four methods: `bytes_per_row` (see `algorithms.Algorithm`) and the three
    below. `bounds` is its own named tuple, built by keyword, with a field `common: CommonBounds`.
    """

    bounds: Any = None  # until they are made

    def assign_panels(self, start: int, stop: int) -> None:
        """Label the rows of the panels start..stop-1, by bounds once these are made."""
        if self.bounds is None:
            super().assign_panels(start, stop)
        else:
            self.assign_bounded(start, stop)

    def centers_moved(self) -> None:
        """Make bounds as soon as few rows have changed; renew them after every update."""
        share = bounds_begin_share(*self.run.centers.shape)
        if self.bounds is None and self.run.n_changed.sum() <= share * self.rows.X.shape[0]:
            self.bounds = self.make_bounds()
        if self.bounds is not None:
            self.renew_bounds()

    def make_bounds(self) -> Any:
        """Bounds that settle no row yet."""
        raise NotImplementedError

    def renew_bounds(self) -> None:
        """Renew what depends on the centers after they moved: `renew_common`, and its own part."""
        raise NotImplementedError

    def assign_bounded(self, start: int, stop: int) -> None:
        """As `assign_panels`, by bounds. Threads call it for different panels at the same time."""
        raise NotImplementedError


class CommonBounds(NamedTuple):
    """The bounds that all algorithms keep, in float32. See the invariants above."""

    upper: np.ndarray  # (n_panels * lanes,): less `drift` of the row's label when it was written
    lower: np.ndarray  # (n_panels * lanes,): plus `other_drift` of its label at that time
    drift: np.ndarray  # (n_clusters in whole registers,): sum of a center's movements, rounded up
    other_drift: np.ndarray  # (n_clusters,): sum of the farthest movement of any other center
    half_separation: np.ndarray  # (n_clusters,): half the distance to the nearest other center


def new_common_bounds(run: Run) -> CommonBounds:
    """Bounds that settle no row. Memory: 8 bytes per row."""
    n_rows, k = run.labels.shape[0], run.centers.shape[0]
    return CommonBounds(
        upper=np.full(n_rows, MOST, FLOAT32),
        lower=np.full(n_rows, -MOST, FLOAT32),
        drift=np.zeros(register_count(k) * LANES, FLOAT32),
        other_drift=np.zeros(k, FLOAT32),
        half_separation=np.zeros(k, FLOAT32),
    )


def renew_common(run: Run, rel_error: float, common: CommonBounds) -> None:
    """Bring `drift`, `other_drift` and `half_separation` up to date. O(k^2 d) time."""
    add_drift(run.shifts, common)
    nearest = np.empty(len(run.centers))
    _measure_half_separation(run.centers, rel_error, nearest, common.half_separation)


@kernel
def add_drift(
    shifts,  # IN  (n_clusters,) float64: how far the last update moved each center
    common,  # INOUT CommonBounds: drift, other_drift
):
    """Add the last update to both drifts."""
    farthest, second, at = 0.0, 0.0, -1
    for j in range(shifts.shape[0]):
        if shifts[j] > farthest:
            farthest, second, at = shifts[j], farthest, j
        elif shifts[j] > second:
            second = shifts[j]
    for j in range(shifts.shape[0]):
        other = second if j == at else farthest
        common.drift[j] = added_upward(common.drift[j], shifts[j])
        common.other_drift[j] = added_upward(common.other_drift[j], other)


@kernel
def _measure_half_separation(
    centers,  # IN  (n_clusters, n_features)
    rel_error,  # IN  of a distance
    nearest,  # WORK (n_clusters,) float64: squared distances
    half_separation,  # OUT (n_clusters,)
):
    """Half the distance from each center to the nearest other one, rounded down.

    Rounding keeps the order of numbers, so the root is taken of the smallest square alone.
    """
    for j in range(nearest.shape[0]):
        nearest[j] = np.inf
        for other in range(j):
            squared = squared_distance(centers, j, 1.0, centers, other)
            nearest[j] = min(nearest[j], squared)
            nearest[other] = min(nearest[other], squared)
    for j in range(nearest.shape[0]):
        half_separation[j] = _half_of(nearest[j], rel_error) if nearest[j] < np.inf else np.inf


@device
def half_distance(centers, j, other, rel_error):
    """Half the distance between two centers, rounded down."""
    return _half_of(squared_distance(centers, j, 1.0, centers, other), rel_error)


@device
def _half_of(squared, rel_error):
    """Half the root of a squared distance, rounded down."""
    return downward(0.5 * np.sqrt(squared), rel_error)


# ---- rounding outward --------------------------------------------------------------------------


@device
def upward(value, rel_error):
    """`value`, increased by more than rounding can have taken off."""
    return value + abs(value) * rel_error


@device
def downward(value, rel_error):
    """`value`, reduced by more than rounding can have added."""
    return value - abs(value) * rel_error


@device
def added_upward(drift, shift):
    """A sum of movements in float32, and one more, rounded up; unchanged by a movement of 0.

    It is not increased by `rel_error`: late in a run, that share of all earlier movements would be
    more than the movement itself.
    """
    return drift if shift == 0.0 else np.float32((float(drift) + shift) * ROUNDED_UP)


# ---- reading and writing the bounds of rows ----------------------------------------------------


@device
def bounds_now(run, common, panel):
    """The labels of the rows of a panel, and their upper and lower bounds as of now."""
    upper = load(common.upper, panel * LANES)
    label = load_like(run.labels, panel * LANES, upper)
    lower = load(common.lower, panel * LANES) - gather(common.other_drift, label)
    return label, upper + gather(common.drift, label), lower


@device
def settled_rows(rows, common, label, upper, lower):
    """Mask of a panel's rows that keep their label, by their bounds or by the half separation."""
    lower = maximum(lower, gather(common.half_separation, label))
    return upper + upper * splat_like(np.float32(rows.rel_error), upper) < lower


@device
def store_upper(rows, common, i, label, upper):
    """Write the upper bound of one row."""
    common.upper[i] = upward(upper - common.drift[label], rows.rel_error)


@device
def store_lower(rows, common, i, label, lower):
    """Write the lower bound of one row."""
    common.lower[i] = downward(lower + common.other_drift[label], rows.rel_error)
