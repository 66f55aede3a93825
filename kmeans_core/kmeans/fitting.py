"""A whole fit on packed rows: starts, restarts, the best of them.

`KMeans.fit` and the sweep over k in `kmeans_core.selection` both come through here, so for the
same k and seed they give the same bits. Everything random is drawn before anything is computed,
in scikit-learn's order.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel
from kmeans_core.kmeans import iteration, seeding, small, small_seeding
from kmeans_core.kmeans.draws import (
    default_local_trials,
    draws_needed,
    first_row,
    random_indices,
    uniform_draws,
)
from kmeans_core.kmeans.iteration import Limits, Result, new_run, unscaled
from kmeans_core.kmeans.panels import Rows, with_blocks
from kmeans_core.kmeans.prepared import Prepared
from kmeans_core.kmeans.seeding import Seeds
from kmeans_core.kmeans.small_seeding import SmallSeeds
from kmeans_core.kmeans.watch import Watch


class Settings(NamedTuple):
    """The parameters of KMeans that a fit needs, checked."""

    n_clusters: int
    init: Any  # 'k-means++', 'k-means||', 'random', an array, a callable that checks its centers
    n_init: int
    max_iter: int
    tol: float
    algorithm: str
    watch: Watch = Watch()  # nobody


# Of an iteration of all runs: below, a second thread takes as long to start as it saves. Ten runs
# of 2,000 x 5, k=7, 9 and 11: 4.2, 5.2 and 5.9 ms on one thread, 4.4, 4.8 and 4.9 on two.
FLOPS_TO_SHARE = 1.5e6
FIRST_ROWS = 4096  # in most tables a row of each cluster is among them


class Start(NamedTuple):
    """Where a run begins: given centers, the draws of greedy k-means++, or k-means||'s seed."""

    centers: np.ndarray | None = None
    first: int = 0
    draws: np.ndarray | None = None
    seed: int | None = None


class Plan(NamedTuple):
    """A fit whose random draws are made: what is left can be done in any order."""

    prepared: Prepared
    settings: Settings
    starts: list[Start]


def plan_fit(prepared: Prepared, settings: Settings, rng: Any) -> Plan:
    """Make every random draw of a fit."""
    if isinstance(settings.init, str) and settings.init == "k-means++":
        return Plan(prepared, settings, draw_seeded(prepared, settings, rng))
    starts = [draw_start(prepared, settings, rng) for _ in range(settings.n_init)]
    return Plan(prepared, settings, starts)


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
        runs = [(plan, Start(_parallel_seeds(plan, start, workers))) for plan, start in runs]
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
    draws = [start.draws for _, start in runs if start.draws is not None]
    if draws and small_seeding.is_small(prepared.X.shape, min(d.shape[1] for d in draws)):
        prepared.wide(workers)
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


class Desk:
    """Where the runs of a plan are made one after the other, in the same memory.

    Memory made anew took a third of a run of 2,000 x 5.
    """

    def __init__(self, plan: Plan, workers: Workers) -> None:
        prepared, settings = plan.prepared, plan.settings
        self.plan, self.workers = plan, workers
        self._table = prepared.table(settings.algorithm, settings.n_clusters, workers)
        tol = settings.tol
        if tol > 0.0:
            tol *= prepared.iterated(settings.algorithm).variance(workers)
        self._limits = Limits(settings.max_iter, tol, settings.watch)
        self._run = new_run(self._table.rows, settings.n_clusters)
        self._seeds: Seeds | SmallSeeds | None = None

    def run_all(self, starts: list[Start]) -> list[Result]:
        """Run from each of these starts, of one kind; only the first ones if the time is over."""
        table, limits, settings = self._table, self._limits, self.plan.settings
        is_small = small.is_small(
            table.rows.X.size, settings.n_clusters, settings.algorithm, limits
        )
        draws = [start.draws for start in starts if start.draws is not None]
        if is_small and draws:
            origin, seeds = self._origin(draws[0])
            if seeding.is_small(origin, draws[0]):
                firsts = [start.first for start in starts]
                return small.run_seeded(table, origin, seeds, firsts, draws, limits, self._run)
        results: list[Result] = []
        for start in starts:
            if not (results and limits.watch.is_over()):
                result = self.run(start)
                results.append(result._replace(labels=result.labels.copy()))
        return results

    def run(self, start: Start) -> Result:
        """Run from this start; the next run writes over the labels of the result."""
        table, limits, settings = self._table, self._limits, self.plan.settings
        if not small.is_small(table.rows.X.size, settings.n_clusters, settings.algorithm, limits):
            centers = self.seed(start)
            same = table.rows.X is self.plan.prepared.X and table.tree is None
            labelled = False
            if same and isinstance(self._seeds, Seeds):
                self._run, labelled = self._run._replace(labels=self._seeds.owner), True
            self._seeds = None  # 16 bytes a row, 8 of a small table
            return iteration.run_from(
                table, centers, limits, settings.algorithm, self.workers, self._run,
                labelled=labelled,
            )  # fmt: skip
        return small.run_from(table, self.seed(start), limits, self._run)

    def seed(self, start: Start) -> np.ndarray:
        """The centers that a run begins with, in units of the rows."""
        if start.centers is not None:
            return start.centers
        if start.seed is not None:
            return _parallel_seeds(self.plan, start, self.workers)
        assert start.draws is not None
        rows, seeds = self._origin(start.draws)
        found = seeding.greedy_indices(rows, start.first, start.draws, self.workers, seeds)
        return self.plan.prepared.X[found]

    def _origin(self, draws: np.ndarray) -> tuple[Rows, Seeds | SmallSeeds]:
        """The rows that seeds are chosen from, and memory for that."""
        rows = with_blocks(self.plan.prepared.sieve(self.workers), self.plan.settings.n_clusters)
        if self._seeds is None:
            (n_more, n_trials), wide = draws.shape, None
            if small_seeding.is_small(rows.X.shape, n_trials):
                wide = self.plan.prepared.wide(self.workers)
            self._seeds = seeding.new_seeds(rows, n_more + 1, n_trials, wide)
        return rows, self._seeds


def _parallel_seeds(plan: Plan, start: Start, workers: Workers) -> np.ndarray:
    """Centers chosen by k-means||."""
    from kmeans_core.kmeans.parallel_seeding import (
        parallel_indices,  # seldom: loaded when asked for
    )

    assert start.seed is not None
    prepared, n_clusters = plan.prepared, plan.settings.n_clusters
    rows = with_blocks(prepared.exact(workers), n_clusters)
    return prepared.X[parallel_indices(rows, n_clusters, start.seed, workers)]


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


def draw_start(prepared: Prepared, settings: Settings, rng: Any) -> Start:
    """Make the random draws of one start. An array or a callable draws nothing here."""
    X, weight, k, init = prepared.X, prepared.weight, settings.n_clusters, settings.init
    if isinstance(init, np.ndarray):
        return Start(prepared.without_constants(init))
    if callable(init):
        return Start(prepared.without_constants(init(X, k, rng)))
    if init == "random":
        return Start(X[random_indices(weight, X.shape[0], k, rng)])
    return Start(seed=int(uniform_draws(rng, 1)[0] * 2**32))  # k-means||


def draw_seeded(prepared: Prepared, settings: Settings, rng: Any) -> list[Start]:
    """Make the random draws of all starts by greedy k-means++, one after the other."""
    n_samples, k = prepared.X.shape[0], settings.n_clusters
    trials = default_local_trials(k)
    needed = draws_needed(k, trials)
    starts = []
    for draws in uniform_draws(rng, settings.n_init * needed).reshape(settings.n_init, needed):
        first = first_row(prepared.weight, n_samples, draws[0])
        starts.append(Start(None, first, draws[1:].reshape(k - 1, trials)))
    return starts


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
