"""What the algorithms that skip distances share.

Rows whose bounds do not settle their label are listed, gathered into panels and go through the
same search as all rows do in Lloyd's algorithm. Labels are proposed first and rows moved
afterwards, in row order: so the sums agree with Lloyd's bit for bit.

Bounds are kept in float32 and rounded outward, so that they stay bounds. Moving every row's
bounds after every update would write all of them. Instead each cluster keeps the sum of its
movements so far, and bounds are stored relative to it: a row that is skipped is only read.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    gather,
    lane_count,
    load,
    load_like,
    maximum,
    splat_like,
)
from kmeans_core.kmeans.iteration.lloyd import Lloyd
from kmeans_core.kmeans.iteration.sums import move_row
from kmeans_core.kmeans.search.nearest import nearest_exactly
from kmeans_core.kmeans.strategy import bounds_begin_share
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import LANES, prefetch_row


@device
def list_others(rows, panel, stays, listed, n_listed):
    """List the rows of a panel that `stays` leaves out; returns how many are listed in all."""
    lanes = lane_count(rows.packed)
    for lane in range(min(lanes, rows.X.shape[0] - panel * lanes)):
        if not stays[lane]:
            listed[n_listed] = panel * lanes + lane
            n_listed += 1
    return n_listed


@device
def bounds_now(run, bounds, panel):
    """The labels of a panel's rows, their upper and their lower bounds."""
    start = panel * lane_count(bounds.upper)
    upper = load(bounds.upper, start)
    label = load_like(run.labels, start, upper)
    upper = upper + gather(bounds.drift, label)
    return label, upper, load(bounds.lower, start) - gather(bounds.other_drift, label)


@device
def keep_label(rows, bounds, label, upper, lower):
    """Mask of a panel's rows that their bounds settle, or half the gap to the nearest center."""
    lower = maximum(lower, gather(bounds.half_separation, label))
    # strictly: a tie is always evaluated
    return upper + upper * splat_like(rel_error_float32(rows), upper) < lower


@device
def rel_error_float32(rows):
    return np.float32(rows.rel_error)


# Rows that survive lie far apart in memory: their lines are asked for so many rows ahead.
AHEAD = 8

ALL_STAY = -1  # proposed to the first row of a panel: nothing else is said of its rows
BYTES_PER_FILL = 1 << 25
ROUNDED_UP = 1.0 + 2.0**-22  # times a sum: more than float32 and the sum's rounding take off


@device
def gather_panel(
    X,  # IN  (n_samples, n_features)
    scale,  # IN
    offset,  # IN
    listed,  # IN  row numbers
    start,  # IN  first of the listed rows
    stop,  # IN  after the last of all
    panel,  # OUT (n_features * lanes,)
):
    """Pack listed rows into a panel of their own; lanes past the last row repeat it."""
    lanes, n_features = lane_count(panel), X.shape[1]
    for lane in range(lanes):
        i = listed[min(start + lane, stop - 1)]
        for f in range(n_features):
            panel[f * lanes + lane] = X[i, f] * scale - offset[f]


@device
def listed_abs_error(rows, listed, start, stop):
    """The largest blur of the panels that listed rows come from."""
    lanes, abs_error = (
        lane_count(rows.packed),
        rows.abs_error[listed[start] // lane_count(rows.packed)],
    )
    for place in range(start, stop):
        abs_error = max(abs_error, rows.abs_error[listed[place] // lanes])
    return abs_error


@device
def upward(value, rel_error):
    """`value`, increased by more than rounding can have taken off."""
    return value + abs(value) * rel_error


@device
def downward(value, rel_error):
    """`value`, reduced by more than rounding can have added."""
    return value - abs(value) * rel_error


@device
def tighten_listed(rows, run, bounds, listed, n_listed, first, own):
    """Make the upper bounds of listed rows exact, and unlist those that this settles.

    Writes the squared distances to `own`, (rows of these panels,) float64. Returns how many rows
    are left.
    """
    labels, rel_error, n_left = run.labels, rows.rel_error, 0
    for place in range(n_listed):
        prefetch_row(rows.X, listed[min(place + AHEAD, n_listed - 1)])
        i = listed[place]
        label = labels[i]
        squared = squared_distance(rows.X, i, rows.scale, run.centers, label)
        own[i - first * LANES] = squared
        upper = upward(np.sqrt(squared), rel_error)
        bounds.upper[i] = upward(upper - bounds.drift[label], rel_error)
        lower = max(bounds.lower[i] - bounds.other_drift[label], bounds.half_separation[label])
        # strictly: a tie is always evaluated
        if not upward(upper, rel_error) < lower:
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def exact_or_screened(rows, run, i, index, best, second, is_ambiguous):
    """Label of a row, and its squared distances to that center and to the nearest other one.

    Where the sieve is not certain, the label is decided exactly, and no other center is nearer.
    """
    if is_ambiguous:
        label = np.int32(nearest_exactly(rows.X, i, rows.scale, run.centers))
        own = squared_distance(rows.X, i, rows.scale, run.centers, label)
        return label, own, own
    return index, float(best), float(second)


@device
def move_proposed(rows, run, first, last, proposed):
    """Move the rows of these panels whose proposed label is another than theirs, in row order."""
    labels, lanes, n_samples = run.labels, lane_count(rows.packed), rows.X.shape[0]
    like = load(rows.packed, 0)
    for panel in range(first, last):
        if proposed[(panel - first) * lanes] == ALL_STAY:
            continue
        new = load_like(proposed, (panel - first) * lanes, like)
        if any_lane(new != load_like(labels, panel * lanes, like)):
            block = panel // rows.block_panels
            for lane in range(min(lanes, n_samples - panel * lanes)):
                i, label = panel * lanes + lane, new[lane]
                if label != labels[i]:
                    weight = float(rows.weight[i * rows.weight_step])
                    move_row(rows.X, i, weight, rows, run, labels[i], label, block)
                    labels[i] = label
                    run.n_changed[block] += 1


@kernel
def add_drift(
    shifts,  # IN  (n_clusters,) float64: the last update
    drift,  # INOUT (n_clusters,): how far each center has drift in all, rounded up
    other_drift,  # INOUT (n_clusters,): sum of the farthest movement of another center
):
    """Add the last update to both; `other_drift` may be empty."""
    farthest, second, at = 0.0, 0.0, -1
    for j in range(shifts.shape[0]):
        if shifts[j] > farthest:
            farthest, second, at = shifts[j], farthest, j
        elif shifts[j] > second:
            second = shifts[j]
    for j in range(shifts.shape[0]):
        drift[j] = added_upward(drift[j], shifts[j])
        if other_drift.shape[0] > 0:
            other_drift[j] = added_upward(other_drift[j], second if j == at else farthest)


@device
def added_upward(drift, shift):
    """A sum of movements in float32, and one more, rounded up; as it was if that is none.

    Not by `rel_error`: late in a run, that share of all movement so far would be more than the
    movement itself.
    """
    return drift if shift == 0.0 else np.float32((float(drift) + shift) * ROUNDED_UP)


@kernel
def measure_half_separation(
    centers,  # IN  (n_clusters, n_features)
    rel_error,  # IN
    half_separation,  # OUT (n_clusters,): half the distance to the nearest other, rounded down
):
    """A row nearer to its center than this has no nearer one: the triangle inequality."""
    for j in range(half_separation.shape[0]):
        half_separation[j] = np.inf
    for j in range(half_separation.shape[0]):
        for other in range(j):
            half = 0.5 * np.sqrt(squared_distance(centers, j, 1.0, centers, other))
            half = downward(half, rel_error)
            half_separation[j], half_separation[other] = (
                min(half_separation[j], half),
                min(half_separation[other], half),
            )


def filled(shape: tuple[int, int], value: float) -> np.ndarray:
    """`np.full` in float32, part by part: Ctrl-C came 1 to 4 s late in one fill of 1.6 GB."""
    array = np.empty(shape, FLOAT32)
    n_rows = max(1, BYTES_PER_FILL // array.strides[0])
    for start in range(0, shape[0], n_rows):
        array[start : start + n_rows] = value
    return array


class BoundedLloyd(Lloyd):
    """Lloyd's algorithm until few rows change their label, then the same labels with bounds.

    While many rows change, the centers move far and no bound holds: bounds would cost time and
    skip nothing. A subclass provides `make_bounds`, `renew_bounds`, `assign_bounded` and
    `bytes_per_row`.
    """

    has_bounds = False

    def assign_panels(self, start: int, stop: int) -> None:
        """Label the rows of the panels start..stop-1, with bounds once there are any."""
        if self.has_bounds:
            self.assign_bounded(start, stop)
        else:
            super().assign_panels(start, stop)

    def centers_moved(self) -> None:
        """Make bounds when few rows have changed; renew them after every later update."""
        share = bounds_begin_share(*self.run.centers.shape)
        if not self.has_bounds and self.run.n_changed.sum() <= share * self.rows.X.shape[0]:
            self.make_bounds()
            self.has_bounds = True
        if self.has_bounds:
            self.renew_bounds()

    def make_bounds(self) -> None:
        """Allocate bounds that settle no row yet."""
        raise NotImplementedError

    def renew_bounds(self) -> None:
        """Bring what depends on the centers up to date after an update of the centers."""
        raise NotImplementedError

    def assign_bounded(self, start: int, stop: int) -> None:
        """As `assign_panels`, with bounds; every row has a label."""
        raise NotImplementedError
