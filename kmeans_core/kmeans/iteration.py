"""A run from one start: memory, threads and calls short enough that Ctrl-C is heard.

The table is cut into blocks of rows, which threads take one after another; between two assignments
the centers are updated by one call. `small.py` runs a small table on one thread: the same functions
see the same blocks in the same order, so the bits agree.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np

from kmeans_core.engine.blocks import Workers, while_wanted
from kmeans_core.kmeans import lloyd
from kmeans_core.kmeans.differences import empty_blocks
from kmeans_core.kmeans.lloyd import Run
from kmeans_core.kmeans.nearest import label_panels, product_blocks, rows_inertia
from kmeans_core.kmeans.panels import (
    LANES,
    ROWS_A_PART,
    Rows,
    aligned_zeros,
    padded_features,
)
from kmeans_core.kmeans.relocation import relocate_empty_clusters
from kmeans_core.kmeans.watch import Watch

if TYPE_CHECKING:
    from kmeans_core.kmeans.rowtree import Tree

CONVERGENCE = {
    lloyd.CONVERGED: "strict convergence",
    lloyd.WITHIN_TOLERANCE: "center shift within tolerance",
}
FLOPS_A_CALL = 1e9  # of a compiled call: some 20 ms


class Limits(NamedTuple):
    """When a run stops."""

    max_iter: int
    tol: float  # of the summed squared movement of the centers, in units of the scaled rows
    watch: Watch


class Result(NamedTuple):
    """What a run from one start ends with."""

    labels: np.ndarray  # (n_samples,) int32
    centers: np.ndarray  # (n_clusters, n_features), dtype of X
    inertia: float  # of `run_from` in units of the scaled rows, of `fit_rows` in the caller's
    n_iter: int
    n_distances: int


class End(NamedTuple):
    """The last state of a run, as its kernels have left it."""

    labels: np.ndarray  # (n_panels * lanes,)
    centers: np.ndarray  # (n_clusters, n_features), scaled as the rows are
    inertia: float  # in units of the scaled rows
    progress: np.ndarray  # see Run


class Table(NamedTuple):
    """What a run works on: packed rows, and what else there is to know where they are not the
    caller's, row by row.
    """

    rows: Rows
    tree: Tree | None = None  # the panels lie in its order
    whole: Rows | None = None  # the caller's rows and weights, where `rows` are the different ones
    place: np.ndarray | None = None  # (n_samples,) which of `rows` each of them is equal to


class Steps(Protocol):
    """The steps of an iteration, as `iterate_threaded` sees them."""

    def assign(self, first: int, last: int) -> None:
        """Label the rows of the blocks first..last-1 and move those that changed."""

    def rebuild(self, first: int, last: int) -> None:
        """Make the sums of these blocks anew."""

    def label_rows(self, workers: Workers) -> None:
        """Make sure that `run.labels` holds the label of every row."""

    def centers_moved(self) -> None:
        """Called after every update of the centers."""


class Variant(Protocol):
    """An algorithm that looks at row after row, as `RowSteps` sees it."""

    def assign(self, first: int, last: int) -> None:
        """Label the panels first..last-1 and move the rows that changed."""

    def centers_moved(self) -> None:
        """Called after every update of the centers."""


class Lloyd:
    """Every distance in every iteration. Memory: nothing beyond the Run."""

    def __init__(self, rows: Rows, run: Run) -> None:
        self.rows, self.run = rows, run

    def assign(self, first: int, last: int) -> None:
        lloyd.assign_panels(self.rows, self.run, first, last)
        n_rows = min(last * LANES, self.rows.X.shape[0]) - first * LANES
        self.run.n_distances[first // self.rows.block_panels] += n_rows * len(self.run.centers)

    def centers_moved(self) -> None:
        pass


class RowSteps:
    """The steps of an algorithm that looks at row after row."""

    def __init__(self, rows: Rows, run: Run, variant: Variant) -> None:
        self.rows, self.run = rows, run
        self.assign = in_short_calls(rows, run.centers.shape[0], variant.assign)
        self.centers_moved = variant.centers_moved

    def rebuild(self, first: int, last: int) -> None:
        lloyd.rebuild_blocks(self.rows, self.run, first, last)

    def label_rows(self, workers: Workers) -> None:
        pass


# The algorithms and where they live. Each is imported when it is first used: a fit compiles and
# loads no kernel that it does not run.
ALGORITHMS = {
    "auto": ("iteration", "Lloyd"),
    "lloyd": ("iteration", "Lloyd"),
    "hamerly": ("hamerly", "Hamerly"),
    "yinyang": ("yinyang", "Yinyang"),
    "elkan": ("elkan", "Elkan"),
    "kdtree": ("kdtree", "FilterSteps"),
}


BOUNDS_PAY = 128  # multiplications that a row costs without bounds


def best_algorithm(n_clusters: int, n_features: int) -> str:
    """What `auto` runs: Hamerly's bounds where a search of a row is long, else Lloyd's algorithm.

    Hamerly's algorithm begins as Lloyd's and makes its bounds when few rows move, see
    `settled_share`. CPU time an iteration, to convergence: 8.6 ms against 69 (1e6 x 32, k=100), 1.5
    against 5.2 (2e5 x 16, k=64), 44 against 74 (1e5 x 128, k=256). Whole fits: 305 ms against 319
    (1e6 x 8, k=20); below, 236 against 253 (1e6 x 5, k=10) is not worth 8 bytes a row and another
    kernel to compile. Yinyang gained at most a twentieth more.

    The kd-tree gains where centers are many and features few, and only there: whole fits took 0.53
    to 0.75 of its time with Lloyd's algorithm for k=5 or 8 and 1 or 2 features, and 1.7 times for
    1e6 x 2, k=50. It needs more memory than `auto` may take: 18 bytes a row for 2 features.
    """
    return "hamerly" if n_clusters * n_features >= BOUNDS_PAY else "lloyd"


def load_steps(table: Table, run: Run, algorithm: str) -> Steps:
    """The steps of the algorithm of this name."""
    if algorithm == "auto":
        algorithm = best_algorithm(*run.centers.shape)
    module, name = ALGORITHMS[algorithm]
    found = getattr(importlib.import_module(f"kmeans_core.kmeans.{module}"), name)
    if table.tree is not None:
        return found(table.rows, run, table.tree)
    return RowSteps(table.rows, run, found(table.rows, run))


def new_run(rows: Rows, n_clusters: int) -> Run:
    """Memory for a run; `lloyd.begin` sets what has to be set."""
    k, b, d = n_clusters, rows.n_blocks, rows.X.shape[1]
    return Run(
        centers=np.empty((k, d), dtype=rows.X.dtype),
        packed_centers=empty_blocks(k, d),
        shifts=np.zeros(k),
        labels=np.empty(rows.blur.shape[0] * LANES, dtype=np.int32),
        sums=aligned_zeros((b, k, padded_features(d))),
        mass=np.empty((b, k, 2)),
        touched=np.empty((b, k), dtype=np.bool_),
        totals=np.zeros((k, d)),
        total_mass=np.zeros((k, 2)),
        moving=np.empty((b, 2, lloyd.PANELS_A_ROUND * LANES), dtype=np.int32),
        n_changed=np.zeros(b, dtype=np.int64),
        n_distances=np.zeros(b, dtype=np.int64),
        progress=np.empty(5, dtype=np.int64),
    )


def begin_run(table: Table, run: Run, start: np.ndarray, *, labelled: bool = False) -> Run:
    """Make ready for a run from these centers, in the caller's units; returns what to go on with.

    That is the same memory, but for centers packed for products, which a tree has no use for.
    `labelled`: the labels of these centers are in `run.labels`.
    """
    rows = table.rows
    run.centers[:] = start * rows.X.dtype.type(rows.scale)
    blocks = product_blocks(rows, run.centers) if table.tree is None else None
    if blocks is not None:
        run = run._replace(packed_centers=blocks)
    lloyd.begin(rows, run, labelled)
    return run


def run_from(
    table: Table, start: np.ndarray, limits: Limits, algorithm: str, workers: Workers, run: Run,
    *, labelled: bool = False,
) -> Result:  # fmt: skip
    """Iterate from the centers `start` (in the caller's units) to the end, in the memory of `run`.

    The labels are those of the rows of the table, of the different ones if these are they; they
    stand in that memory. `labelled`: those of `start` stand there already.
    """
    rows = table.rows
    run = begin_run(table, run, start, labelled=labelled)
    limits.watch.begin()
    steps = load_steps(table, run, algorithm)
    status = iterate_threaded(table, run, limits, steps, workers)
    if lloyd.must_label(rows, run, status):
        if table.tree is None:
            assign_labels(rows, run.centers, run.packed_centers, run.labels, workers)
        else:
            workers.run(steps.assign, rows.n_blocks)
    if table.tree is not None:
        steps.label_rows(workers)
    inertia = sum_inertia(rows, run.centers, run.labels, workers)
    return result_of(rows, End(run.labels, run.centers, inertia, run.progress), limits, status)


def result_of(rows: Rows, end: End, limits: Limits, status: int) -> Result:
    """The result of a run, its centers in the caller's units."""
    n_iter, n_distances = int(end.progress[lloyd.N_ITER]), int(end.progress[lloyd.N_DISTANCES])
    limits.watch.end(n_iter, CONVERGENCE.get(status, ""))
    centers = end.centers * rows.X.dtype.type(1.0 / rows.scale)
    labels = end.labels[: rows.X.shape[0]]
    return Result(labels, centers, float(end.inertia), n_iter, n_distances)


def relocate(table: Table, run: Run, workers: Workers) -> None:
    """Give empty clusters rows of the caller's: of equal rows that were collapsed, one."""
    if table.whole is None:
        relocate_empty_clusters(table.rows, run, workers)
    else:
        whole = run._replace(labels=run.labels[table.place])
        relocate_empty_clusters(table.whole, whole, workers)


def iterate_threaded(table: Table, run: Run, limits: Limits, steps: Steps, workers: Workers) -> int:
    """`lloyd.iterate`, on several threads, for any algorithm, and watched."""
    rows, watch, inertia = table.rows, limits.watch, 0.0
    while True:
        run.n_changed[:] = 0
        run.n_distances[:] = 0
        if run.progress[lloyd.LABELLED]:
            workers.run(steps.rebuild, rows.n_blocks)
            run.progress[lloyd.LABELLED], run.n_changed[0] = 0, rows.X.shape[0]
        else:
            workers.run(steps.assign, rows.n_blocks)
        n_changed = int(run.n_changed.sum())
        run.progress[lloyd.N_DISTANCES] += int(run.n_distances.sum())
        if watch.sees_iterations:
            steps.label_rows(workers)
            inertia = sum_inertia(rows, run.centers, run.labels, workers)
        if lloyd.is_settled(run.progress, n_changed):
            return lloyd.CONVERGED
        if lloyd.must_rebuild(run.progress, n_changed, rows.X.shape[0]):
            workers.run(steps.rebuild, rows.n_blocks)
        if lloyd.sum_blocks(run) > 0:
            steps.label_rows(workers)
            relocate(table, run, workers)
        shift = lloyd.move_centers(rows, run)
        status = judge(run, shift, limits)
        if watch.sees_iterations:
            n_iter, movement = int(run.progress[lloyd.N_ITER]), math.sqrt(shift) / rows.scale
            watch.after_iteration(n_iter, unscaled(inertia, rows.scale), movement)
        if status == lloyd.RUNNING and watch.is_over():
            status = lloyd.STOPPED
        if status != lloyd.RUNNING:
            return status
        steps.centers_moved()


def judge(run: Run, shift: float, limits: Limits) -> int:
    """`lloyd.verdict` on an iteration that moved the centers so far."""
    n_changed = int(run.n_changed.sum())
    return lloyd.verdict(run.progress, n_changed, shift, limits.max_iter, float(limits.tol))


def in_short_calls(rows: Rows, n_points: int, assign: Callable) -> Callable[[int, int], None]:
    """`assign` for runs of blocks, cut into calls of at most FLOPS_A_CALL.

    What it is given are panels; the rows of each meet `n_points` centers or other points.
    """
    n_panels = rows.blur.shape[0]
    panel_flops = 2.0 * LANES * rows.X.shape[1] * n_points
    most = max(1, int(FLOPS_A_CALL / panel_flops))

    def task(first_block: int, last_block: int) -> None:
        stop = min(last_block * rows.block_panels, n_panels)
        for first in while_wanted(range(first_block * rows.block_panels, stop, most)):
            assign(first, min(first + most, stop))

    return task


def assign_labels(
    rows: Rows, centers: np.ndarray, packed_centers: np.ndarray, labels: np.ndarray,
    workers: Workers,
) -> None:  # fmt: skip
    """Label every row; `centers` scaled as the rows are, `labels` padded to whole panels."""
    lanes = LANES
    panel_flops = 2.0 * lanes * centers.size
    most = max(1, min(ROWS_A_PART // lanes, int(FLOPS_A_CALL / panel_flops)))
    n_panels = labels.shape[0] // lanes

    def task(first: int, last: int) -> None:
        for part in while_wanted(range(first, last)):
            stop = min((part + 1) * most, n_panels)
            label_panels(rows, centers, packed_centers, part * most, stop, labels)

    workers.run(task, -(-n_panels // most))


def sum_inertia(rows: Rows, centers: np.ndarray, labels: np.ndarray, workers: Workers) -> float:
    """Weighted sum of squared distances to the labelled centers, in units of the scaled rows."""
    n_samples = rows.X.shape[0]
    parts = np.empty(-(-n_samples // ROWS_A_PART))

    def task(first: int, last: int) -> None:
        for part in range(first, last):
            stop = min((part + 1) * ROWS_A_PART, n_samples)
            parts[part] = rows_inertia(rows, centers, labels, part * ROWS_A_PART, stop)

    workers.run(task, parts.shape[0])
    total = 0.0
    for inertia in parts:  # in the order of the rows
        total += float(inertia)
    return total


def unscaled(inertia: float, scale: float) -> float:
    """An inertia in the caller's units; infinite where float64 cannot hold it."""
    return inertia / scale / scale
