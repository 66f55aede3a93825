"""Runs of a small table: one compiled call on one thread, from the seeds to the inertia.

The kernels are those of iteration/, called in the order of `lloyd.iterate`, so the bits agree. A
call ends early where a cluster is empty, and before Ctrl-C would have to wait.

Measured (2,000 x 5): between separate compiled calls the interpreter took half of a run, and runs
on two threads waited for each other there.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel, long_kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.fit.starts import Start
from kmeans_core.kmeans.fit.workspace import Workspace
from kmeans_core.kmeans.iteration.assign import assign_panels
from kmeans_core.kmeans.iteration.empty_clusters import fill_empty_clusters
from kmeans_core.kmeans.iteration.result import Result
from kmeans_core.kmeans.iteration.run import LABELLED, N_DISTANCES, N_ITER, N_MOVED, begin
from kmeans_core.kmeans.iteration.stopping import (
    CONVERGED,
    EMPTY,
    RUNNING,
    STOPPED,
    count_iteration,
    is_confirmed,
    is_rebuild_due,
    stop_status,
)
from kmeans_core.kmeans.iteration.sums import (
    move_centers,
    rebuild_blocks,
    round_centers,
    sum_blocks,
)
from kmeans_core.kmeans.search.labels import rows_inertia
from kmeans_core.kmeans.search.nearest import pack_centers
from kmeans_core.kmeans.seeding import greedy, greedy_pruned
from kmeans_core.rows.layout import ROWS_PER_PART


class _CallLimits(NamedTuple):
    """When a compiled call stops."""

    max_iter: int
    tol: float  # summed squared movement of the centers that counts as none
    most_steps: int  # assignments after which it returns RUNNING, so that Ctrl-C is heard


class _SeedDraws(NamedTuple):
    """The draws of greedy k-means++ for some runs."""

    firsts: np.ndarray  # (n_runs,) int64: the first row
    draws: np.ndarray  # (n_runs, n_clusters - 1, n_local_trials)


def run_compiled(workspace: Workspace, starts: list[Start]) -> list[Result]:
    """One run from each start, all of one kind; only the first ones when the time is over.

    Seeds by greedy k-means++ are chosen in the same call, unless a step of the seeding is so long
    that threads share it.
    """
    results = _room_for(len(starts), workspace)
    if starts[0].draws is not None and not _must_share(workspace, starts[0].draws):
        n_done = _run_seeded(workspace, starts, results)
    else:
        n_done = _run_each(workspace, starts, results)
    rows = workspace.data.rows
    results.centers[:n_done] *= rows.X.dtype.type(1.0 / rows.scale)
    labels = results.labels[:, : rows.X.shape[0]]  # views
    each = zip(labels, results.centers, *(field.tolist() for field in results[2:]), strict=True)
    return [Result(*fields) for fields in each][:n_done]


def _room_for(n_runs: int, workspace: Workspace) -> Any:
    """A `Result` of arrays, one place per run."""
    run = workspace.run
    fields: dict[str, Any] = {
        "labels": np.empty((n_runs, *run.labels.shape), run.labels.dtype),
        "centers": np.empty((n_runs, *run.centers.shape), run.centers.dtype),
        "inertia": np.empty(n_runs),
        "n_iter": np.empty(n_runs, np.int64),
        "n_distances": np.empty(n_runs, np.int64),
    }
    return Result(**fields)


def _must_share(workspace: Workspace, draws: np.ndarray) -> bool:
    prunes, n_values = workspace.strategy.seeding == "greedy_pruned", workspace.dataset.X.size
    return prunes and strategy.must_share_step(n_values, draws.shape[1])


def _run_each(workspace: Workspace, starts: list[Start], results: Any) -> int:
    """Runs from given centers, one by one; returns how many were made."""
    rows, run, limits = workspace.data.rows, workspace.run, _call_limits(workspace)
    for number, start in enumerate(starts):
        if number and workspace.limits.monitor.is_over():
            return number
        run.centers[:] = workspace.seed(start) * rows.X.dtype.type(rows.scale)
        begin(rows, run, False)
        status = _go_on(workspace, limits, _iterate_compiled(rows, run, limits))
        keep(run, finish(rows, run, status), number, results)
    return len(starts)


def _run_seeded(workspace: Workspace, starts: list[Start], results: Any) -> int:
    """Runs from seeds by greedy k-means++; returns how many were made."""
    rows, run, limits = workspace.data.rows, workspace.run, _call_limits(workspace)
    firsts = np.array([start.first for start in starts])
    draws = _SeedDraws(firsts, np.stack([start.draws for start in starts]))  # type: ignore[misc]
    origin, seeds = workspace.seeding(draws.draws[0])
    seed_steps = strategy.SEED_COST * draws.draws[0].size / run.centers.shape[0]  # in iterations
    at_a_time = max(1, int(limits.most_steps / (limits.max_iter + seed_steps)))
    same_rows, n_done = rows.X is origin.X, 0
    while n_done < len(starts) and not (n_done and workspace.limits.monitor.is_over()):
        stop = min(n_done + at_a_time, len(starts))
        n_done, status = seeded_runs(
            origin, seeds, draws, rows, run, same_rows, limits, n_done, stop, results
        )
        if n_done < stop:
            status = _go_on(workspace, limits, status)
            keep(run, finish(rows, run, status), n_done, results)
            n_done += 1
    return n_done


def _call_limits(workspace: Workspace) -> _CallLimits:
    limits, rows = workspace.limits, workspace.data.rows
    flops = strategy.flops_per_iteration(rows.X.size, workspace.n_clusters)
    most_steps = 1 if limits.monitor.has_deadline else items_per_call(strategy.NS_PER_FLOP * flops)
    return _CallLimits(limits.max_iter, float(limits.tol), most_steps)


def _go_on(workspace: Workspace, limits: _CallLimits, status: int) -> int:
    """Compiled calls until the run ends; between them, empty clusters are filled."""
    data, run, monitor = workspace.data, workspace.run, workspace.limits.monitor
    while True:
        if status == EMPTY:
            fill_empty_clusters(data, run, Workers(1))
            shift, n_changed = move_centers(run), int(run.n_changed.sum())
            status = stop_status(run.progress, n_changed, shift, limits.max_iter, limits.tol)
        if status == RUNNING and monitor.is_over():
            status = STOPPED
        if status != RUNNING:
            return status
        status = _iterate_compiled(data.rows, run, limits)


@long_kernel
def _iterate_compiled(
    rows,  # IN  Rows
    run,  # INOUT Run
    limits,  # IN  _CallLimits
):
    """`iteration.lloyd.iterate` on one thread; to be called again while it returns RUNNING.

    It returns EMPTY where a cluster without a row waits for one. The labels belong to the centers
    only when it returns CONVERGED.
    """
    progress, n_panels = run.progress, rows.abs_error.shape[0]
    for _ in range(limits.most_steps):
        n_changed = 0
        for block in range(rows.n_blocks):
            run.n_changed[block] = 0
        if progress[LABELLED]:
            rebuild_blocks(rows, run, 0, rows.n_blocks)
            progress[LABELLED], run.n_changed[0] = 0, rows.X.shape[0]
        else:
            pack_centers(run.centers, rows, run.packed_centers)
            assign_panels(rows, run, 0, n_panels)
            progress[N_DISTANCES] += rows.X.shape[0] * run.centers.shape[0]
        for block in range(rows.n_blocks):
            n_changed += run.n_changed[block]
        if is_confirmed(progress, n_changed):
            return CONVERGED
        count_iteration(progress, n_changed)
        if is_rebuild_due(progress, n_changed, rows.X.shape[0]):
            rebuild_blocks(rows, run, 0, rows.n_blocks)
            progress[N_MOVED] = 0
        if sum_blocks(run) > 0:
            return EMPTY
        shift = move_centers(run)
        status = stop_status(progress, n_changed, shift, limits.max_iter, limits.tol)
        if status != RUNNING:
            return status
    return RUNNING


@kernel
def seeded_runs(
    origin,  # IN  Rows that the seeds are chosen from
    seeds,  # WORK PrunedSeeds or GreedySeeds
    draws,  # IN  _SeedDraws
    rows,  # IN  Rows to iterate on
    run,  # WORK Run
    same_rows,  # IN  whether the two are the same rows
    limits,  # IN  _CallLimits
    start,  # IN  first run
    stop,  # IN
    results,  # OUT Result of several runs
):
    """Whole runs one after another; returns how many have ended, and the status of the next."""
    for number in range(start, stop):
        labelled = _choose_seeds(
            seeds.points, origin, seeds, draws.firsts[number], draws.draws[number], run, same_rows
        )
        scale = origin.X.dtype.type(rows.scale)
        for j in range(run.centers.shape[0]):
            for f in range(run.centers.shape[1]):
                run.centers[j, f] = origin.X[seeds.indices[j], f] * scale
        begin(rows, run, labelled)
        status = _iterate_compiled(rows, run, limits)
        if status in (RUNNING, EMPTY):
            return number, status
        keep(run, finish(rows, run, status), number, results)
    return stop, CONVERGED


@device
def _choose_seeds(
    points,  # IN  candidates of the seeds: in blocks of four where the triangle inequality prunes
    origin,  # IN  Rows that the seeds are chosen from
    seeds,  # INOUT PrunedSeeds or GreedySeeds
    first,  # IN  the first of them
    draws,  # IN  (n_clusters - 1, n_local_trials)
    run,  # OUT Run: labels
    same_rows,  # IN  whether these rows are labelled too
):
    """Choose the seeds of a run; returns whether the rows have been labelled."""
    if points.ndim == 2:
        greedy.greedy_steps(origin, seeds, first, draws, 0, draws.shape[0] + 1)
        return False
    else:  # noqa: RET505 - Numba leaves the other branch out only if it is one
        greedy_pruned.greedy_steps(origin, seeds, first, draws, 0, draws.shape[0] + 1)
        if same_rows:
            for i in range(run.labels.shape[0]):
                run.labels[i] = seeds.nearest_seed[i]
        return same_rows


@long_kernel
def finish(rows, run, status):
    """Give the rows the labels that belong to the centers; returns the inertia, added by parts."""
    n_samples, inertia = rows.X.shape[0], 0.0
    if round_centers(rows, run) or status != CONVERGED:
        pack_centers(run.centers, rows, run.packed_centers)
        assign_panels(rows, run, 0, rows.abs_error.shape[0])  # the sums are not needed any more
    for start in range(0, n_samples, ROWS_PER_PART):
        stop = min(start + ROWS_PER_PART, n_samples)
        inertia += rows_inertia(rows, run.centers, run.labels, start, stop)
    return inertia


@kernel
def keep(run, inertia, number, results):
    """Write what a run has ended with to its place in `results`."""
    results.inertia[number] = inertia
    results.n_iter[number] = run.progress[N_ITER]
    results.n_distances[number] = run.progress[N_DISTANCES]
    for i in range(run.labels.shape[0]):
        results.labels[number, i] = run.labels[i]
    for j in range(run.centers.shape[0]):
        for f in range(run.centers.shape[1]):
            results.centers[number, j, f] = run.centers[j, f]
