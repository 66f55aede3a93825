"""A whole fit on packed rows: restarts, one by one or side by side, and the best of them.

`KMeans.fit` and the sweep over k in `kmeans_core.selection` both come through here, so for the
same k and seed they give the same bits.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel
from kmeans_core.kmeans import small
from kmeans_core.kmeans.desk import Desk, parallel_seeds
from kmeans_core.kmeans.iteration import Result, unscaled
from kmeans_core.kmeans.plans import Plan, Settings, Start, plan_fit
from kmeans_core.kmeans.prepared import Prepared

# Of an iteration of all runs: below, a second thread takes as long to start as it saves. Ten runs
# of 2,000 x 5, k=7, 9 and 11: 4.2, 5.2 and 5.9 ms on one thread, 4.4, 4.8 and 4.9 on two.
FLOPS_TO_SHARE = 1.5e6
FIRST_ROWS = 4096  # in most tables a row of each cluster is among them


def fit_rows(prepared: Prepared, settings: Settings, rng: Any, workers: Workers) -> Result:
    """The best of `n_init` runs, by inertia; the first of equals."""
    return fit_plans([plan_fit(prepared, settings, rng)], workers)[0]


def fit_plans(plans: list[Plan], workers: Workers) -> list[Result]:
    """Run every start of every plan (all of one table) and keep the best of each plan.

    Small tables: a run a thread, or one thread for all. Large ones: all threads on each run; where
    k-means|| needs panels of float64, all seeds first: these are gone when the search begins.
    """
    runs = [(plan, start) for plan in plans for start in plan.starts]
    if all(
        small.is_short(p.prepared.X.size, p.settings.n_clusters, p.settings.watch) for p in plans
    ):
        results = _run_side_by_side(runs, workers)
    else:
        results = _run_one_by_one(runs, workers)
    best, first = [], 0
    for plan in plans:
        best.append(best_of(plan, results[first : first + len(plan.starts)]))
        first += len(plan.starts)
    return best


def _run_one_by_one(runs: list[tuple[Plan, Start]], workers: Workers) -> list[Result | None]:
    """Runs of a large table, each on all threads; none begins when the time is over."""
    prepared = runs[0][0].prepared
    if any(start.seed is not None for _, start in runs):
        runs = [(plan, Start(parallel_seeds(plan, start, workers))) for plan, start in runs]
        prepared.drop_exact()
    results: list[Result | None] = []
    for plan, start in runs:
        if results and plan.settings.watch.is_over():
            results.append(None)
            continue
        results.append(Desk(plan, workers).run(start))
    return results


def _run_side_by_side(runs: list[tuple[Plan, Start]], workers: Workers) -> list[Result | None]:
    """Runs of a small table, each on one thread."""
    prepared, one = runs[0][0].prepared, Workers(1)
    for algorithm in {plan.settings.algorithm for plan, _ in runs}:
        prepared.table(algorithm, 1, workers)  # what they share is made before they ask for it
        prepared.iterated(algorithm).variance(workers)
    if any(start.seed is not None for _, start in runs):
        prepared.exact(workers)
    prepared.sieve(workers)
    trials = [start.draws.shape[1] for _, start in runs if start.draws is not None]
    if trials:
        prepared.wide(min(trials), workers)
    flops = sum(small.flops_of(prepared.X.size, plan.settings.n_clusters) for plan, _ in runs)
    n_threads = workers.n_threads if flops >= FLOPS_TO_SHARE else 1
    batches = _batches(runs, n_threads)
    results: dict[int, Result] = {}

    def some(first: int, last: int) -> None:
        for numbers in batches[first:last]:
            plan = runs[numbers[0]][0]
            if numbers[0] and plan.settings.watch.is_over():
                continue
            ended = Desk(plan, one).run_all([runs[number][1] for number in numbers])
            results.update(zip(numbers, ended, strict=False))  # fewer when the time is over

    if n_threads == 1:
        some(0, len(batches))
    else:
        workers.run(some, len(batches))
    return [results.get(number) for number in range(len(runs))]


def _batches(runs: list[tuple[Plan, Start]], n_threads: int) -> list[list[int]]:
    """Numbers of runs that one thread makes in a go: of one plan, most clusters first.

    The plans with most clusters stand last, and the short ones are what threads should end with.
    """
    plans: dict[int, list[int]] = {}
    for number, (plan, _) in enumerate(runs):
        plans.setdefault(id(plan), []).append(number)
    n_parts = -(-n_threads // len(plans))
    batches = []
    for numbers in reversed(plans.values()):
        size = -(-len(numbers) // n_parts)
        batches += [numbers[at : at + size] for at in range(0, len(numbers), size)]
    return batches


def best_of(plan: Plan, results: list[Result | None]) -> Result:
    """The run of lowest inertia, the first of equals; as in scikit-learn, not the same partition
    again for the sake of the last digits.
    """
    best, *others = [result for result in results if result is not None]
    for result in others:
        if result.inertia < best.inertia:
            partner = np.full(plan.settings.n_clusters, -1, dtype=np.int32)
            if not same_partition(result.labels, best.labels, partner):
                best = result
    labels, collapsed = best.labels, None
    if plan.settings.algorithm == "auto":
        collapsed = plan.prepared.collapsed()
    if collapsed is not None:
        labels = labels[collapsed[1]]
    elif len(results) > 1:
        labels = labels.copy()  # a view would keep those of all runs alive
    centers = plan.prepared.with_constants(best.centers)
    inertia = unscaled(best.inertia, plan.prepared.scale)
    return best._replace(labels=labels, centers=centers, inertia=inertia)


@kernel
def same_partition(
    labels,  # IN  (n_samples,) int32
    others,  # IN  (n_samples,) int32
    partner,  # scratch (n_clusters,) int32, all -1
):
    """True if the two labellings differ at most in the numbers of the clusters."""
    for i in range(labels.shape[0]):
        if partner[labels[i]] == -1:
            partner[labels[i]] = others[i]
        elif partner[labels[i]] != others[i]:
            return False
    return True


def count_used(labels: np.ndarray, n_clusters: int) -> int:
    """How many labels occur: among the first rows, where that is all of them, else among all."""
    used = 0
    for stop in (FIRST_ROWS, labels.shape[0]):
        if used < n_clusters:
            used = int(np.count_nonzero(np.bincount(labels[:stop], minlength=n_clusters)))
    return used
