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

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import any_lane, lane_count, load, load_like
from kmeans_core.kmeans.lloyd import Run, assign_panels, move_row
from kmeans_core.kmeans.nearest import nearest_exactly, squared_distance
from kmeans_core.kmeans.panels import FLOAT32, LANES, Rows, prefetch_row

# Rows that survive lie far apart in memory: their lines are asked for so many rows ahead.
AHEAD = 8
# Bounds are made when an assignment changes the label of no more than this share of the rows; of
# fewer where a search is short: more are unsettled than change, and to list one costs more than to
# search it. 1e6 x 8, k=20, spread 3, in turn: 338 ms to convergence if made at 0.004, 315 to 332 at
# a quarter to twice that, 364 and 416 at 4 and 8 times.
SETTLED_SHARE = 0.1
SHORT_SEARCH = 4_000  # multiplications; for a longer search it is that share
ALL_STAY = -1  # proposed to the first row of a panel: nothing else is said of its rows
BYTES_A_FILL = 1 << 25
ROUNDED_UP = 1.0 + 2.0**-22  # times a sum: more than float32 and the sum's rounding take off


def settled_share(n_clusters: int, n_features: int) -> float:
    """Share of the rows whose label may still change when bounds are made."""
    return SETTLED_SHARE * min(1.0, n_clusters * n_features / SHORT_SEARCH)


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
def listed_blur(rows, listed, start, stop):
    """The largest blur of the panels that listed rows come from."""
    lanes, blur = lane_count(rows.packed), rows.blur[listed[start] // lane_count(rows.packed)]
    for place in range(start, stop):
        blur = max(blur, rows.blur[listed[place] // lanes])
    return blur


@device
def upward(value, slack):
    """`value`, increased by more than rounding can have taken off."""
    return value + abs(value) * slack


@device
def downward(value, slack):
    """`value`, reduced by more than rounding can have added."""
    return value - abs(value) * slack


@device
def tighten_listed(rows, run, bounds, listed, n_listed, first, own):
    """Make the upper bounds of listed rows exact, and unlist those that this settles.

    Writes the squared distances to `own`, (rows of these panels,) float64. Returns how many rows
    are left.
    """
    labels, slack, n_left = run.labels, rows.slack, 0
    for place in range(n_listed):
        prefetch_row(rows.X, listed[min(place + AHEAD, n_listed - 1)])
        i = listed[place]
        label = labels[i]
        squared = squared_distance(rows.X, i, rows.scale, run.centers, label)
        own[i - first * LANES] = squared
        upper = upward(np.sqrt(squared), slack)
        bounds.upper[i] = upward(upper - bounds.moved[label], slack)
        lower = max(bounds.lower[i] - bounds.others_moved[label], bounds.safe[label])
        # strictly: a tie is always evaluated
        if not upward(upper, slack) < lower:
            listed[n_left] = i
            n_left += 1
    return n_left


@device
def settled(rows, run, i, index, best, second, is_tied):
    """Label of a row, and its squared distances to that center and to the nearest other one.

    Where the sieve is not certain, the label is decided exactly, and no other center is nearer.
    """
    if is_tied:
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
def add_movements(
    shifts,  # IN  (n_clusters,) float64: the last update
    moved,  # INOUT (n_clusters,): how far each center has moved in all, rounded up
    others_moved,  # INOUT (n_clusters,): sum of the farthest movement of another center
):
    """Add the last update to both; `others_moved` may be empty."""
    farthest, second, at = 0.0, 0.0, -1
    for j in range(shifts.shape[0]):
        if shifts[j] > farthest:
            farthest, second, at = shifts[j], farthest, j
        elif shifts[j] > second:
            second = shifts[j]
    for j in range(shifts.shape[0]):
        moved[j] = added_upward(moved[j], shifts[j])
        if others_moved.shape[0] > 0:
            others_moved[j] = added_upward(others_moved[j], second if j == at else farthest)


@device
def added_upward(moved, shift):
    """A sum of movements in float32, and one more, rounded up; as it was if that is none.

    Not by `slack`: late in a run, that share of all movement so far would be more than the
    movement itself.
    """
    return moved if shift == 0.0 else np.float32((float(moved) + shift) * ROUNDED_UP)


@kernel
def half_gaps(
    centers,  # IN  (n_clusters, n_features)
    slack,  # IN
    safe,  # OUT (n_clusters,): half the distance to the nearest other center, rounded down
):
    """A row nearer to its center than this has no nearer one: the triangle inequality."""
    for j in range(safe.shape[0]):
        safe[j] = np.inf
    for j in range(safe.shape[0]):
        for other in range(j):
            half = 0.5 * np.sqrt(squared_distance(centers, j, 1.0, centers, other))
            half = downward(half, slack)
            safe[j], safe[other] = min(safe[j], half), min(safe[other], half)


def filled(shape: tuple[int, int], value: float) -> np.ndarray:
    """`np.full` in float32, part by part: Ctrl-C came 1 to 4 s late in one fill of 1.6 GB."""
    array = np.empty(shape, FLOAT32)
    n_rows = max(1, BYTES_A_FILL // array.strides[0])
    for start in range(0, shape[0], n_rows):
        array[start : start + n_rows] = value
    return array


class LloydFirst:
    """Lloyd's algorithm until few rows move, then one with bounds.

    While many rows move, the centers do, and no bound holds: making them costs and saves nothing.
    """

    def __init__(self, rows: Rows, run: Run) -> None:
        self.rows, self.run, self.has_bounds = rows, run, False

    def assign(self, first: int, last: int) -> None:
        if self.has_bounds:
            self.assign_bounded(first, last)
            return
        assign_panels(self.rows, self.run, first, last)
        n_rows = min(last * LANES, self.rows.X.shape[0]) - first * LANES
        self.run.n_distances[first // self.rows.block_panels] += n_rows * len(self.run.centers)

    def centers_moved(self) -> None:
        share = settled_share(*self.run.centers.shape)
        if not self.has_bounds and self.run.n_changed.sum() <= share * self.rows.X.shape[0]:
            self.make_bounds()
            self.has_bounds = True
        if self.has_bounds:
            self.renew_bounds()

    def make_bounds(self) -> None:
        """Allocate bounds that settle nothing yet."""
        raise NotImplementedError

    def renew_bounds(self) -> None:
        """Called after every update of the centers, once there are bounds."""
        raise NotImplementedError

    def assign_bounded(self, first: int, last: int) -> None:
        """As `assign`, with bounds; every row has a label."""
        raise NotImplementedError
