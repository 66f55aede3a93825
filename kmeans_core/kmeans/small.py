"""Small tables: a run is one compiled call on one thread, from the seeds to the inertia.

Between compiled calls the interpreter took a quarter of a run of 2,000 x 5, and runs on two threads
waited for each other there. The call ends early where a cluster is empty, and before Ctrl-C would
have to wait.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel, long_kernel
from kmeans_core.kmeans import iteration, lloyd, seeding
from kmeans_core.kmeans.iteration import FLOPS_A_CALL, Limits, Result, Table
from kmeans_core.kmeans.lloyd import EMPTY, RUNNING, STOPPED, Run
from kmeans_core.kmeans.nearest import rows_inertia
from kmeans_core.kmeans.panels import ROWS_A_PART, Rows
from kmeans_core.kmeans.watch import Watch

SMALL_FLOPS = 4e6  # of an iteration: below, handing blocks to threads costs more than it gains


def is_small(n_numbers: int, n_clusters: int, algorithm: str, limits: Limits) -> bool:
    """Whether a run belongs here: few flops an iteration, and nobody who watches them."""
    row_wise = algorithm in ("auto", "lloyd")
    return row_wise and is_short(n_numbers, n_clusters, limits.watch)


def is_short(n_numbers: int, n_clusters: int, watch: Watch) -> bool:
    """Whether an iteration is too short to share between threads, and need not be watched."""
    return flops_of(n_numbers, n_clusters) < SMALL_FLOPS and not watch.sees_iterations


def flops_of(n_numbers: int, n_clusters: int) -> float:
    """Of an iteration of Lloyd's algorithm."""
    return 2.0 * n_numbers * n_clusters


def run_from(table: Table, start: np.ndarray, limits: Limits, run: Run) -> Result:
    """`iteration.run_from`, for a small table."""
    run = iteration.begin_run(table.rows, run, start)
    status = _iterate(table, run, limits)
    return _result(table, run, limits, status)


def run_seeded(
    table: Table, origin: Rows, seeds: seeding.Seeds, first: int, draws: np.ndarray,
    limits: Limits, run: Run,
) -> Result:  # fmt: skip
    """The same, from seeds chosen among the rows of `origin` (see `seeding.greedy_indices`)."""
    rows, most = table.rows, _most_steps(run, table.rows, limits)
    status, inertia = seeded_run(
        origin, seeds, first, draws, rows, run, limits.max_iter, limits.tol, most
    )
    if status in (RUNNING, EMPTY):
        status = _go_on(table, run, limits, status)
        if status == RUNNING:
            status = _iterate(table, run, limits)
        return _result(table, run, limits, status)
    return iteration.result_of(rows, run, inertia, limits, status)


def _iterate(table: Table, run: Run, limits: Limits) -> int:
    """Compiled calls until the run ends; returns how."""
    rows, status = table.rows, RUNNING
    most = _most_steps(run, rows, limits)
    while status == RUNNING:
        status = lloyd.iterate(rows, run, limits.max_iter, limits.tol, most)
        status = _go_on(table, run, limits, status)
    return status


def _result(table: Table, run: Run, limits: Limits, status: int) -> Result:
    inertia = finish(table.rows, run, status)
    return iteration.result_of(table.rows, run, inertia, limits, status)


def _most_steps(run: Run, rows: Rows, limits: Limits) -> int:
    """Iterations of one call."""
    if limits.watch.has_deadline:
        return 1
    return max(1, int(FLOPS_A_CALL / flops_of(rows.X.size, run.centers.shape[0])))


def _go_on(table: Table, run: Run, limits: Limits, status: int) -> int:
    """What a call's end means: empty clusters are given rows, and the clock is looked at."""
    if status == EMPTY:
        iteration.relocate(table, run, Workers(1))
        status = iteration.judge(run, lloyd.move_centers(table.rows, run), limits)
    return STOPPED if status == RUNNING and limits.watch.is_over() else status


@kernel
def seeded_run(
    origin,  # IN  Rows that the seeds are chosen from
    seeds,  # scratch Seeds
    first,  # IN  the first of them
    draws,  # IN  (n_clusters - 1, n_local_trials): see seeding.greedy_indices
    rows,  # IN  Rows to iterate on
    run,  # INOUT Run
    max_iter,  # IN
    tol,  # IN
    most_steps,  # IN  see lloyd.iterate
):
    """A whole run; returns its status and, where it has ended, the inertia."""
    seeding.begin(origin, seeds, first)
    seeding.greedy_steps(origin, seeds, draws)
    scale = origin.X.dtype.type(rows.scale)
    for j in range(run.centers.shape[0]):
        for f in range(run.centers.shape[1]):
            run.centers[j, f] = origin.X[seeds.indices[j], f] * scale
    lloyd.begin(rows, run)
    status = lloyd.iterate(rows, run, max_iter, tol, most_steps)
    ended = status != RUNNING and status != EMPTY
    return status, finish(rows, run, status) if ended else 0.0


@long_kernel
def finish(rows, run, status):
    """Give the labels that belong to the centers, and return the inertia: added up by parts."""
    n_samples, inertia = rows.X.shape[0], 0.0
    if lloyd.must_label(rows, run, status):
        lloyd.assign_panels(rows, run, 0, rows.blur.shape[0])  # the sums have served
    for start in range(0, n_samples, ROWS_A_PART):
        stop = min(start + ROWS_A_PART, n_samples)
        inertia += rows_inertia(rows, run.centers, run.labels, start, stop)
    return inertia
