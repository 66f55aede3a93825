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
from kmeans_core.kmeans.fit.workspace import Workspace
from kmeans_core.kmeans.iteration.result import Result, unscaled
from kmeans_core.kmeans.strategy import Strategy

Fit = tuple[Settings, list[Start]]  # whose random draws are made
_FIRST_ROWS = 4096  # in most tables every cluster has a row among them


def fit_all(dataset: Dataset, fits: list[Fit], workers: Workers) -> list[tuple[Result, Strategy]]:
    """The best run of each fit, and what was chosen for it; several fits are a sweep over k.

    On a small table every run has one thread, and threads share the runs of all fits. On a large
    one the runs follow each other, each on all threads. A fit keeps the runs made by the time that
    its limits end it, at least one.
    """
    chosen = [_choose_strategy(dataset, *fit, workers.n_threads) for fit in fits]
    if all(_is_short(dataset, settings) for settings, _ in fits):
        runs = _run_side_by_side(dataset, fits, chosen, workers)
    else:
        runs = [
            _run(Workspace(dataset, settings, how, workers), starts)
            for (settings, starts), how in zip(fits, chosen, strict=True)
        ]
    return [
        (_best(dataset, settings, results), how)
        for (settings, _), (results, how) in zip(fits, runs, strict=True)
    ]


def _choose_strategy(
    dataset: Dataset, settings: Settings, starts: list[Start], n_threads: int
) -> Strategy:
    """Ask every question about a fit once; `distance_form` is known when a run begins."""
    name, k = settings.algorithm, settings.n_clusters
    sees_iterations = settings.limits.monitor.sees_iterations
    n_rows, n_features = dataset.iterated(name == "auto").X.shape
    compiled = strategy.is_compiled_whole(n_rows * n_features, k, name, sees_iterations)
    if name == "auto":
        name = "lloyd" if compiled else strategy.best_algorithm(k, n_features)
    seeding = settings.init if isinstance(settings.init, str) else "given"
    if starts[0].draws is not None:
        prunes = strategy.must_prune_seeding(dataset.X.shape, starts[0].draws.shape[1])
        seeding = "greedy_pruned" if prunes else "greedy"
    return Strategy(
        algorithm=name,
        seeding="scalable" if seeding == "k-means||" else seeding,
        runs="numpy" if name == "naive" else "compiled" if compiled else "threaded",
        distance_form="direct",
        n_rows=n_rows,
        n_threads=1 if name == "naive" or _is_short(dataset, settings) else n_threads,
    )


def _best(dataset: Dataset, settings: Settings, results: list[Result]) -> Result:
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
    for stop in (_FIRST_ROWS, labels.shape[0]):
        if used < n_clusters:
            used = int(np.count_nonzero(np.bincount(labels[:stop], minlength=n_clusters)))
    return used


def _is_short(dataset: Dataset, settings: Settings) -> bool:
    sees_iterations = settings.limits.monitor.sees_iterations
    return strategy.is_short(dataset.X.size, settings.n_clusters, sees_iterations)


def _run_side_by_side(
    dataset: Dataset, fits: list[Fit], chosen: list[Strategy], workers: Workers
) -> list[tuple[list[Result], Strategy]]:
    """The runs of each fit, every run on one thread: threads take batches of them."""
    n_threads = strategy.threads_for_short_runs(_flops(dataset, fits), workers.n_threads)
    if n_threads > 1:
        for fit, how in zip(fits, chosen, strict=True):
            _share_data(dataset, fit, how, workers)
    batches = _batches([len(starts) for _, starts in fits], n_threads)
    ended: list[dict[int, Result]] = [{} for _ in fits]
    one = Workers(1)

    def run_batches(start: int, stop: int) -> None:
        for number, first, end in batches[start:stop]:
            settings, starts = fits[number]
            if not (first and settings.limits.monitor.is_over()):
                workspace = Workspace(dataset, settings, chosen[number], one)
                ended[number].update(enumerate(_run(workspace, starts[first:end])[0], first))

    if n_threads == 1:
        run_batches(0, len(batches))
    else:
        workers.run(run_batches, len(batches))
    return [([runs[n] for n in sorted(runs)], how) for runs, how in zip(ended, chosen, strict=True)]


def _run(workspace: Workspace, starts: list[Start]) -> tuple[list[Result], Strategy]:
    """Runs in one workspace, one after the other; none begins when the time is over."""
    if workspace.strategy.runs == "compiled":
        return run_compiled(workspace, starts), workspace.strategy
    run = run_naive if workspace.strategy.algorithm == "naive" else run_threaded
    if starts[0].seed is not None:
        starts = _with_scalable_seeds(workspace, starts)
    results: list[Result] = []
    for start in starts:
        if not (results and workspace.limits.monitor.is_over()):
            result = run(workspace, start)
            # the next run overwrites the labels
            results.append(result._replace(labels=result.labels.copy()) if starts[1:] else result)
    return results, workspace.strategy


def _with_scalable_seeds(workspace: Workspace, starts: list[Start]) -> list[Start]:
    """Starts at the centers of k-means||, whose panels are freed before the first iteration."""
    found = [Start(workspace.seed(start)) for start in starts]
    if not _is_short(workspace.dataset, workspace.settings):  # else other threads may read them
        workspace.dataset.drop_exact()
    return found


def _share_data(dataset: Dataset, fit: Fit, chosen: Strategy, workers: Workers) -> None:
    """Make what the runs of a fit read before they run side by side."""
    join_equal = fit[0].algorithm == "auto"
    if chosen.algorithm != "naive":
        load_algorithm(chosen.algorithm).open(dataset, fit[0].n_clusters, join_equal, workers)
    if fit[0].limits.tol > 0.0:
        dataset.iterated(join_equal).variance(workers)
    dataset.screen(workers)
    if chosen.seeding == "scalable":
        dataset.exact(workers)
    if chosen.seeding == "greedy":
        dataset.float64(workers)


def _flops(dataset: Dataset, fits: list[Fit]) -> float:
    """Floating-point operations of one iteration of all runs together."""
    clusters = sum(settings.n_clusters * len(starts) for settings, starts in fits)
    return strategy.flops_per_iteration(dataset.X.size, clusters)


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
