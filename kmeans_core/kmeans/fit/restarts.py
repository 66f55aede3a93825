"""All runs of a fit, on small and on large tables, and the best of them.

`KMeans.fit` and the sweeps of `kmeans_core.selection` both come through here, so for the same k and
seed they give the same bits.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import load_algorithm
from kmeans_core.kmeans.data.dataset import Dataset
from kmeans_core.kmeans.fit.compiled_runs import run_compiled
from kmeans_core.kmeans.fit.naive_run import run_naive
from kmeans_core.kmeans.fit.starts import Settings, Start
from kmeans_core.kmeans.fit.threaded_run import run_threaded
from kmeans_core.kmeans.fit.workspace import Workspace, absolute_tol, scalable_seeds
from kmeans_core.kmeans.iteration.result import Result, unscaled
from kmeans_core.kmeans.strategy import Strategy

FIRST_ROWS = 4096  # in most tables every cluster has a row among them


def run_starts(
    dataset: Dataset, settings: Settings, starts: list[Start], workers: Workers
) -> tuple[list[Result], Strategy]:
    """One run from each start, and what was chosen for them.

    The first runs only, where the time is over; at least one. The inertia is in units of the scaled
    rows, and the labels are those of the rows that were iterated on: see `best_of`.
    """
    chosen = choose_strategy(dataset, settings, starts[0], workers.n_threads)
    monitor = settings.limits.monitor
    if monitor.prints_strategy:
        print(chosen)
    if chosen.algorithm == "naive":
        return _run_all_naive(dataset, settings, starts, workers), chosen
    if _is_short(dataset, settings):
        return run_side_by_side(dataset, [(settings, starts)], workers)[0], chosen
    starts = _with_scalable_seeds(dataset, settings.n_clusters, starts, workers)
    workspace = Workspace(dataset, settings, chosen, workers)
    results = _run_in(workspace, starts)
    return results, workspace.strategy


def fit_many(
    dataset: Dataset, fits: list[tuple[Settings, list[Start]]], workers: Workers
) -> list[Result]:
    """The best run of each of some fits, for example of a sweep over the number of clusters.

    On a small table all runs of all fits are shared between threads. On a large one all threads
    work on one run after the other.
    """
    if all(_is_short(dataset, settings) for settings, _ in fits):
        results = run_side_by_side(dataset, fits, workers)
    else:
        results = [run_starts(dataset, *fit, workers)[0] for fit in fits]
    return [
        best_of(dataset, settings, runs) for (settings, _), runs in zip(fits, results, strict=True)
    ]


def _is_short(dataset: Dataset, settings: Settings) -> bool:
    sees_iterations = settings.limits.monitor.sees_iterations
    return strategy.is_short(dataset.X.size, settings.n_clusters, sees_iterations)


def run_side_by_side(
    dataset: Dataset, fits: list[tuple[Settings, list[Start]]], workers: Workers
) -> list[list[Result]]:
    """The runs of some fits of a small table, each run on one thread; the results of each fit."""
    one = Workers(1)
    chosen = [choose_strategy(dataset, settings, starts[0], 1) for settings, starts in fits]
    for (settings, starts), how in zip(fits, chosen, strict=True):
        _share_data(dataset, settings, starts[0], how, workers)
    n_threads = strategy.threads_for_short_runs(_flops(dataset, fits), workers.n_threads)
    batches = _batches([len(starts) for _, starts in fits], n_threads)
    ended: dict[tuple[int, int], Result] = {}

    def run_batches(start: int, stop: int) -> None:
        for number, first, last in batches[start:stop]:
            settings, starts = fits[number]
            if first and settings.limits.monitor.is_over():
                continue
            workspace = Workspace(dataset, settings, chosen[number], one)
            for place, result in enumerate(_run_in(workspace, starts[first:last])):
                ended[number, first + place] = result

    if n_threads == 1:
        run_batches(0, len(batches))
    else:
        workers.run(run_batches, len(batches))
    return [
        [ended[number, place] for place in range(len(starts)) if (number, place) in ended]
        for number, (_, starts) in enumerate(fits)
    ]


def choose_strategy(dataset: Dataset, settings: Settings, start: Start, n_threads: int) -> Strategy:
    """Ask every question about this fit once; `distance_form` is known when a run begins."""
    name, k, join_equal = settings.algorithm, settings.n_clusters, settings.algorithm == "auto"
    n_rows, n_features = dataset.iterated(join_equal).X.shape
    sees_iterations = settings.limits.monitor.sees_iterations
    compiled = strategy.is_compiled_whole(n_rows * n_features, k, name, sees_iterations)
    if name == "auto":
        name = "lloyd" if compiled else strategy.best_algorithm(k, n_features)
    seeding = settings.init if isinstance(settings.init, str) else "given"
    if start.draws is not None:
        prunes = strategy.must_prune_seeding(*dataset.X.shape, start.draws.shape[1])
        seeding = "greedy_pruned" if prunes else "greedy"
    return Strategy(
        algorithm=name,
        seeding="scalable" if seeding == "k-means||" else seeding,
        runs="compiled" if compiled else "threaded",
        distance_form="direct",
        n_rows=n_rows,
        n_threads=1 if _is_short(dataset, settings) else n_threads,
    )


def best_of(dataset: Dataset, settings: Settings, results: list[Result]) -> Result:
    """The run of lowest inertia, the first of equals, in the caller's units and for all its rows.

    As in scikit-learn, a later run does not win with the same partition by its last digits.
    """
    best, *others = results
    for result in others:
        if result.inertia < best.inertia:
            partner = np.full(settings.n_clusters, -1, dtype=np.int32)
            if not same_partition(result.labels, best.labels, partner):
                best = result
    distinct = dataset.distinct() if settings.algorithm == "auto" else None
    labels = best.labels
    if distinct is not None:
        labels = labels[distinct[1]]
    elif len(results) > 1:
        labels = labels.copy()  # a view would keep the labels of all runs alive
    return best._replace(
        labels=labels,
        centers=dataset.with_constants(best.centers),
        inertia=unscaled(best.inertia, dataset.scale),
    )


def count_used(labels: np.ndarray, n_clusters: int) -> int:
    """The number of labels that occur; the first rows suffice where all occur among them."""
    used = 0
    for stop in (FIRST_ROWS, labels.shape[0]):
        if used < n_clusters:
            used = int(np.count_nonzero(np.bincount(labels[:stop], minlength=n_clusters)))
    return used


def _run_in(workspace: Workspace, starts: list[Start]) -> list[Result]:
    """Runs in one workspace, one after another; none begins when the time is over."""
    if workspace.strategy.runs == "compiled":
        return run_compiled(workspace, starts)
    results: list[Result] = []
    for start in starts:
        if not (results and workspace.limits.monitor.is_over()):
            result = run_threaded(workspace, start)
            if len(starts) > 1:  # the next run overwrites its labels
                result = result._replace(labels=result.labels.copy())
            results.append(result)
    return results


def _run_all_naive(
    dataset: Dataset, settings: Settings, starts: list[Start], workers: Workers
) -> list[Result]:
    results: list[Result] = []
    for start in starts:
        if not (results and settings.limits.monitor.is_over()):
            results.append(run_naive(dataset, settings, start, workers))
    return results


def _with_scalable_seeds(
    dataset: Dataset, n_clusters: int, starts: list[Start], workers: Workers
) -> list[Start]:
    """Starts with the centers of k-means|| in place of its seed; its panels are freed after."""
    if starts[0].seed is None:
        return starts
    found = [
        Start(scalable_seeds(dataset, n_clusters, start.seed, workers))
        for start in starts
        if start.seed is not None
    ]
    dataset.drop_exact()
    return found


def _share_data(
    dataset: Dataset, settings: Settings, start: Start, chosen: Strategy, workers: Workers
) -> None:
    """Make what the runs of a fit read before they run side by side."""
    join_equal = settings.algorithm == "auto"
    load_algorithm(chosen.algorithm).open(dataset, settings.n_clusters, join_equal, workers)
    dataset.screen(workers)
    absolute_tol(dataset, settings, workers)
    if start.seed is not None:
        dataset.exact(workers)
    if chosen.seeding == "greedy":
        dataset.float64(workers)


def _flops(dataset: Dataset, fits: list[tuple[Settings, list[Start]]]) -> float:
    """Floating-point operations of one iteration of all runs together."""
    n_values = dataset.X.size
    return sum(
        strategy.flops_per_iteration(n_values, settings.n_clusters) * len(starts)
        for settings, starts in fits
    )


def _batches(sizes: list[int], n_threads: int) -> list[tuple[int, int, int]]:
    """Runs that one thread makes in one go, as (fit, first run, end): of one fit, last fit first.

    In a sweep the last fit has most clusters, and threads should end with the short ones.
    """
    n_parts = -(-n_threads // len(sizes))
    batches = []
    for number in reversed(range(len(sizes))):
        size = -(-sizes[number] // n_parts)
        for first in range(0, sizes[number], size):
            batches.append((number, first, min(first + size, sizes[number])))
    return batches


@kernel
def same_partition(
    labels,  # IN  (n_samples,) int32
    others,  # IN  (n_samples,) int32
    partner,  # WORK (n_clusters,) int32, all -1
):
    """Whether the two labellings differ at most in the numbers of the clusters."""
    for i in range(labels.shape[0]):
        if partner[labels[i]] == -1:
            partner[labels[i]] = others[i]
        elif partner[labels[i]] != others[i]:
            return False
    return True
