"""Small tables: restarts are one compiled call on one thread, from the seeds to the inertia.

Between compiled calls the interpreter took half of a run of 2,000 x 5, and runs on two threads
waited for each other there. The call ends early where a cluster is empty, and before Ctrl-C would
have to wait.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import device, kernel, long_kernel
from kmeans_core.kmeans import bounded_seeding, iteration, lloyd, small_seeding
from kmeans_core.kmeans.iteration import FLOPS_A_CALL, Limits, Result, Table
from kmeans_core.kmeans.lloyd import EMPTY, RUNNING, STOPPED, Run
from kmeans_core.kmeans.nearest import rows_inertia
from kmeans_core.kmeans.panels import ROWS_A_PART, Rows
from kmeans_core.kmeans.seeding import Seeds
from kmeans_core.kmeans.watch import Watch

SMALL_FLOPS = 4e6  # of an iteration: below, handing blocks to threads costs more than it gains
SEED_COST = 4  # a distance of the seeds takes as long as so many of an iteration


class Ended(NamedTuple):
    """What several runs have ended with."""

    labels: np.ndarray  # (n_runs, n_panels * lanes) int32
    centers: np.ndarray  # (n_runs, n_clusters, n_features), scaled as the rows are
    inertia: np.ndarray  # (n_runs,), in units of the scaled rows
    progress: np.ndarray  # (n_runs, 5) int64: see Run
    status: np.ndarray  # (n_runs,) int64


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
    run = iteration.begin_run(table, run, start)
    status = _iterate(table, run, limits)
    return _result(table, run, limits, status)


def run_seeded(
    table: Table, origin: Rows, seeds: Seeds, firsts: list[int],
    draws: list[np.ndarray], limits: Limits, run: Run,
) -> list[Result]:  # fmt: skip
    """Runs from seeds chosen among the rows of `origin` (see `seeding.greedy_indices`).

    Fewer than were asked for when the time is over.
    """
    rows, n_runs, done = table.rows, len(firsts), 0
    ended = _room_for(n_runs, run)
    first_rows, all_draws = np.array(firsts), np.stack(draws)
    same_rows = rows.X is origin.X
    most_steps = _most_steps(run, rows, limits)
    seed_steps = SEED_COST * all_draws[0].size / run.centers.shape[0]  # in iterations
    at_a_time = max(1, int(most_steps / (limits.max_iter + seed_steps)))
    while done < n_runs and not (done and limits.watch.is_over()):
        stop = min(done + at_a_time, n_runs)
        done = seeded_runs(
            origin, seeds, first_rows, all_draws, rows, run, same_rows, limits.max_iter, limits.tol,
            most_steps, done, stop, ended,
        )  # fmt: skip
        if done < stop:
            status = _go_on(table, run, limits, int(ended.status[done]))
            if status == RUNNING:
                status = _iterate(table, run, limits)
            keep(run, status, finish(rows, run, status), done, ended)
            done += 1
    return [_ended_result(rows, ended, number, limits) for number in range(done)]


def _room_for(n_runs: int, run: Run) -> Ended:
    return Ended(
        labels=np.empty((n_runs, *run.labels.shape), run.labels.dtype),
        centers=np.empty((n_runs, *run.centers.shape), run.centers.dtype),
        inertia=np.empty(n_runs),
        progress=np.empty((n_runs, *run.progress.shape), run.progress.dtype),
        status=np.empty(n_runs, np.int64),
    )


def _ended_result(rows: Rows, ended: Ended, number: int, limits: Limits) -> Result:
    """What one of several runs has ended with; the labels are a view, which `best_of` copies."""
    end = iteration.End(
        ended.labels[number], ended.centers[number], ended.inertia[number], ended.progress[number]
    )
    return iteration.result_of(rows, end, limits, int(ended.status[number]))


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
    end = iteration.End(run.labels, run.centers, inertia, run.progress)
    return iteration.result_of(table.rows, end, limits, status)


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
def seeded_runs(
    origin,  # IN  Rows that the seeds are chosen from
    seeds,  # scratch BoundedSeeds or SmallSeeds
    firsts,  # IN  (n_runs,) the first of them
    draws,  # IN  (n_runs, n_clusters - 1, n_local_trials): see seeding.greedy_indices
    rows,  # IN  Rows to iterate on
    run,  # INOUT Run
    same_rows,  # IN  whether those are they
    max_iter,  # IN
    tol,  # IN
    most_steps,  # IN  see lloyd.iterate
    begin,  # IN  first run
    stop,  # IN  run after the last
    ended,  # OUT Ended
):
    """Whole runs one after another; returns how many have ended, the next being under way."""
    for number in range(begin, stop):
        labelled = choose_seeds(
            seeds.closest, origin, seeds, firsts[number], draws[number], run, same_rows
        )
        scale = origin.X.dtype.type(rows.scale)
        for j in range(run.centers.shape[0]):
            for f in range(run.centers.shape[1]):
                run.centers[j, f] = origin.X[seeds.indices[j], f] * scale
        lloyd.begin(rows, run, labelled)
        ended.status[number] = status = lloyd.iterate(rows, run, max_iter, tol, most_steps)
        if status in (RUNNING, EMPTY):
            return number
        keep(run, status, finish(rows, run, status), number, ended)
    return stop


@device
def choose_seeds(
    closest,  # IN  of the seeds: its shape says of which kind they are
    origin,  # IN  Rows that the seeds are chosen from
    seeds,  # INOUT BoundedSeeds or SmallSeeds
    first,  # IN  the first of them
    draws,  # IN  (n_clusters - 1, n_local_trials)
    run,  # OUT Run: labels
    same_rows,  # IN  whether it is these rows that are labelled
):
    """Choose the seeds of a run; returns whether the rows have been labelled."""
    if closest.ndim == 2:
        small_seeding.greedy_steps(origin, seeds, first, draws, 0, draws.shape[0] + 1)
        return False
    else:  # noqa: RET505 - Numba leaves the other branch out only if it is one
        bounded_seeding.greedy_steps(origin, seeds, first, draws, 0, draws.shape[0] + 1)
        if same_rows:
            for i in range(run.labels.shape[0]):
                run.labels[i] = seeds.owner[i]
        return same_rows


@kernel
def keep(run, status, inertia, number, ended):
    """Write what a run has ended with to its place."""
    ended.status[number], ended.inertia[number] = status, inertia
    for i in range(run.labels.shape[0]):
        ended.labels[number, i] = run.labels[i]
    for j in range(run.centers.shape[0]):
        for f in range(run.centers.shape[1]):
            ended.centers[number, j, f] = run.centers[j, f]
    for place in range(run.progress.shape[0]):
        ended.progress[number, place] = run.progress[place]


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
