"""A whole fit on packed rows: starts, restarts, the best of them.

`KMeans.fit` and the sweep over k in `kmeans_core.selection` both come through here, so for the
same k and seed they give the same bits. Everything random is drawn before anything is computed,
in scikit-learn's order.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.engine.jit import kernel
from kmeans_core.engine.simd import broadcast, lane_count, load, load_like, store, widen
from kmeans_core.kmeans import seeding
from kmeans_core.kmeans.collapse import collapse_rows, worth_collapsing
from kmeans_core.kmeans.iteration import (
    SMALL_FLOPS,
    Limits,
    Result,
    Table,
    new_run,
    run_from,
    unscaled,
)
from kmeans_core.kmeans.panels import (
    LANES,
    Rows,
    aligned_zeros,
    exact_rows,
    magnitude,
    panel_weight,
    power_of_two_scale,
    sieve_rows,
    weight_of,
    with_blocks,
)
from kmeans_core.kmeans.watch import Watch

if TYPE_CHECKING:
    from kmeans_core.kmeans.rowtree import Tree


class Settings(NamedTuple):
    """The parameters of KMeans that a fit needs, checked."""

    n_clusters: int
    init: Any  # 'k-means++', 'k-means||', 'random', an array, a callable that checks its centers
    n_init: int
    max_iter: int
    tol: float
    algorithm: str
    watch: Watch = Watch()  # nobody


# Of an iteration: below, threads that run side by side wait for the interpreter more than they
# gain. Ten runs of 2,000 x 5, k=11: 6.1 ms on one thread, 7.2 on two; 10,000 x 10, k=8: 18 and 13.
FLOPS_TO_SHARE = 3e5


class Start(NamedTuple):
    """Where a run begins: given centers, the draws of greedy k-means++, or k-means||'s seed."""

    centers: np.ndarray | None = None
    first: int = 0
    draws: np.ndarray | None = None
    seed: int | None = None


class Prepared:
    """A checked matrix with its scale and, once they are asked for, its packed copies.

    `exact` is in the dtype of X, for k-means||; `sieve` in float32, for all else. For float32 data
    they are the same.
    """

    def __init__(self, X: np.ndarray, weight: np.ndarray | None, scale: float) -> None:
        self.X, self.weight, self.scale = X, weight, scale
        self._exact: Rows | None = None
        self._sieve: Rows | None = None
        self._tree: tuple[Rows, Tree] | None = None
        self._collapsed: tuple[Prepared, np.ndarray] | None = None
        self._is_looked_over = False
        self._variance: float | None = None

    def sieve(self, workers: Workers) -> Rows:
        """The panels of float32."""
        if self._sieve is None:
            self._sieve = sieve_rows(self.X, self.weight, self.scale, workers)
        return self._sieve

    def exact(self, workers: Workers) -> Rows:
        """The panels in the dtype of X."""
        if self.X.dtype == np.float32:
            return self.sieve(workers)
        if self._exact is None:
            self._exact = exact_rows(self.X, self.weight, self.scale, workers)
        return self._exact

    def tree(self, workers: Workers) -> tuple[Rows, Tree]:
        """The panels of float32 in the order of a tree, and the tree."""
        if self._tree is None:
            from kmeans_core.kmeans.rowtree import grow_tree

            self._tree = grow_tree(self.X, self.weight, self.scale, workers)
        return self._tree

    def collapsed(self) -> tuple[Prepared, np.ndarray] | None:
        """The different rows, and which of them each row equals; None where it does not pay."""
        if not self._is_looked_over:
            self._is_looked_over = True
            equal = collapse_rows(self.X, self.weight) if worth_collapsing(self.X) else None
            if equal is not None:
                self._collapsed = Prepared(equal.X, equal.weight, self.scale), equal.place
        return self._collapsed

    def iterated(self, algorithm: str) -> Prepared:
        """What a run by this algorithm iterates on."""
        collapsed = self.collapsed() if algorithm == "auto" else None
        return self if collapsed is None else collapsed[0]

    def table(self, algorithm: str, n_clusters: int, workers: Workers) -> Table:
        """The packed rows for a run by this algorithm."""
        if algorithm == "kdtree":
            rows, tree = self.tree(workers)
            return Table(with_blocks(rows, n_clusters), tree)
        collapsed = self.collapsed() if algorithm == "auto" else None
        if collapsed is None:
            return Table(with_blocks(self.sieve(workers), n_clusters))
        different, place = collapsed
        rows = with_blocks(different.sieve(workers), n_clusters)
        weight, step = weight_of(self.X, self.weight)
        whole = rows._replace(X=self.X, weight=weight, weight_step=step)
        return Table(rows, None, whole, place)

    def drop_exact(self) -> None:
        """Give their memory back."""
        self._exact = None

    def variance(self, workers: Workers) -> float:
        """`mean_variance` of the rows."""
        if self._variance is None:
            self._variance = mean_variance(with_blocks(self.sieve(workers), 1), workers)
        return self._variance


def prepare(X: np.ndarray, weight: np.ndarray | None, workers: Workers) -> Prepared:
    """Look over a checked matrix; what all restarts and all k of a sweep share."""
    return Prepared(X, weight, power_of_two_scale(magnitude(X, workers), X.dtype))


class Plan(NamedTuple):
    """A fit whose random draws are made: what is left can be done in any order."""

    prepared: Prepared
    settings: Settings
    starts: list[Start]


def plan_fit(prepared: Prepared, settings: Settings, rng: Any) -> Plan:
    """Make every random draw of a fit."""
    starts = [draw_start(prepared, settings, rng) for _ in range(settings.n_init)]
    return Plan(prepared, settings, starts)


def fit_rows(prepared: Prepared, settings: Settings, rng: Any, workers: Workers) -> Result:
    """The best of `n_init` runs, by inertia; the first of equals."""
    return fit_plans([plan_fit(prepared, settings, rng)], workers)[0]


def fit_plans(plans: list[Plan], workers: Workers) -> list[Result]:
    """Run every start of every plan (all of one table) and keep the best of each plan.

    Small tables: a run a thread. Large ones: all threads on each run; where k-means|| needs panels
    of float64, all seeds first, so that these are gone when the search begins.
    """
    runs = [(plan, start) for plan in plans for start in plan.starts]
    if all(_is_short(plan) for plan in plans):
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
        runs = [
            (plan, Start(initial_centers(prepared, start, plan.settings.n_clusters, workers)))
            for plan, start in runs
        ]
        prepared.drop_exact()
    results: list[Result | None] = []
    for plan, start in runs:
        if results and plan.settings.watch.is_over():
            results.append(None)
            continue
        centers = initial_centers(prepared, start, plan.settings.n_clusters, workers)
        results.append(Desk(plan, workers).run(centers))
    return results


def _is_short(plan: Plan) -> bool:
    """Whether a run is too short to share, and need not be watched: then runs go side by side."""
    return flops_of(plan) < SMALL_FLOPS and not plan.settings.watch.sees_iterations


def flops_of(plan: Plan) -> float:
    """Of an iteration of Lloyd's algorithm."""
    return 2.0 * plan.prepared.X.size * plan.settings.n_clusters


def _run_side_by_side(runs: list[tuple[Plan, Start]], workers: Workers) -> list[Result | None]:
    """Runs of a small table, each on one thread."""
    prepared, one = runs[0][0].prepared, Workers(1)
    for algorithm in {plan.settings.algorithm for plan, _ in runs}:
        prepared.table(algorithm, 1, workers)  # what they share is made before they ask for it
        prepared.iterated(algorithm).variance(workers)
    if any(start.seed is not None for _, start in runs):
        prepared.exact(workers)
    prepared.sieve(workers)
    results: dict[int, Result] = {}

    def some(first: int, last: int) -> None:
        desk = None
        for number in range(first, last):
            plan, start = runs[-1 - number]  # most clusters first: the last ones are short
            if number and plan.settings.watch.is_over():
                continue
            if desk is None or desk.plan is not plan:
                desk = Desk(plan, one)
            result = desk.run(desk.seed(start))
            results[len(runs) - 1 - number] = result._replace(labels=result.labels.copy())

    if max(flops_of(plan) for plan, _ in runs) < FLOPS_TO_SHARE:
        some(0, len(runs))
    else:
        workers.run(some, len(runs))
    return [results.get(number) for number in range(len(runs))]


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
        self._seeding: tuple[Rows, seeding.Seeds] | None = None

    def seed(self, start: Start) -> np.ndarray:
        """The centers that a run begins with, in the caller's units."""
        prepared, n_clusters = self.plan.prepared, self.plan.settings.n_clusters
        if start.draws is None:
            return initial_centers(prepared, start, n_clusters, self.workers)
        if self._seeding is None:
            rows = with_blocks(prepared.sieve(self.workers), n_clusters)
            self._seeding = rows, seeding.new_seeds(rows, n_clusters, start.draws.shape[1])
        rows, seeds = self._seeding
        chosen = seeding.greedy_indices(rows, start.first, start.draws, self.workers, seeds)
        return prepared.X[chosen]

    def run(self, centers: np.ndarray) -> Result:
        """Run from these centers; the next run writes over the labels of the result."""
        algorithm = self.plan.settings.algorithm
        return run_from(self._table, centers, self._limits, algorithm, self.workers, self._run)


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
    return best._replace(labels=labels, inertia=unscaled(best.inertia, plan.prepared.scale))


def draw_start(prepared: Prepared, settings: Settings, rng: Any) -> Start:
    """Make the random draws of one start. An array or a callable draws nothing here."""
    X, weight, k, init = prepared.X, prepared.weight, settings.n_clusters, settings.init
    if isinstance(init, np.ndarray):
        return Start(init)
    if callable(init):
        return Start(init(X, k, rng))
    if init == "random":
        return Start(X[seeding.random_indices(weight, X.shape[0], k, rng)])
    if init == "k-means||":
        return Start(seed=int(seeding.uniform_draws(rng, 1)[0] * 2**32))
    trials = seeding.default_local_trials(k)
    draws = seeding.uniform_draws(rng, seeding.draws_needed(k, trials))
    first = seeding.first_row(weight, X.shape[0], draws[0])
    return Start(None, first, draws[1:].reshape(k - 1, trials))


def initial_centers(
    prepared: Prepared, start: Start, n_clusters: int, workers: Workers
) -> np.ndarray:
    """The centers that a run begins with, in the caller's units."""
    if start.centers is not None:
        return start.centers
    if start.draws is not None:
        rows = with_blocks(prepared.sieve(workers), n_clusters)
        return prepared.X[seeding.greedy_indices(rows, start.first, start.draws, workers)]
    from kmeans_core.kmeans.parallel_seeding import (
        parallel_indices,  # seldom: loaded when asked for
    )

    assert start.seed is not None
    rows = with_blocks(prepared.exact(workers), n_clusters)
    return prepared.X[parallel_indices(rows, n_clusters, start.seed, workers)]


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


@kernel
def count_used(
    labels,  # IN  (n_samples,) int32
    seen,  # scratch (n_clusters,) bool, all false
):
    """How many labels occur. Ends where all have: after a few rows, where sorting took 14 ms."""
    used, i = 0, 0
    while i < labels.shape[0] and used < seen.shape[0]:
        if not seen[labels[i]]:
            seen[labels[i]] = True
            used += 1
        i += 1
    return used


def mean_variance(rows: Rows, workers: Workers) -> float:
    """Weighted variance of the features, averaged over them, in units of the scaled rows.

    Values are taken relative to the first row: far from the origin, the mean of squares minus the
    square of the mean would lose all digits.
    """
    n_features = rows.X.shape[1]
    moments = aligned_zeros((rows.n_blocks, 2, n_features, LANES))
    mass = np.zeros(rows.n_blocks)
    pivot = rows.packed[: n_features * LANES : LANES].copy()
    workers.run(lambda a, b: add_moments(rows, pivot, a, b, moments, mass), rows.n_blocks)
    total, sums = mass.sum(), moments.sum(axis=(0, 3))
    return float(np.mean(np.maximum(sums[1] / total - (sums[0] / total) ** 2, 0.0)))


@kernel
def add_moments(
    rows,  # IN  Rows
    pivot,  # IN  (n_features,)
    first,  # IN  first block
    last,  # IN  block after the last
    moments,  # INOUT (n_blocks, 2, n_features, lanes) float64: sums of x - pivot and its square
    mass,  # OUT (n_blocks,) float64
):
    """Writes moments and mass of these blocks."""
    packed, weight, step = rows.packed, rows.weight, rows.weight_step
    lanes, n_samples, n_features = lane_count(packed), rows.X.shape[0], rows.X.shape[1]
    n_panels = packed.shape[0] // (lanes * n_features)
    for block in range(first, last):
        base, total = block * 2 * n_features * lanes, 0.0
        for panel in range(
            block * rows.block_panels, min((block + 1) * rows.block_panels, n_panels)
        ):
            like = load(packed, panel * n_features * lanes)
            w = panel_weight(weight, step, panel, lanes, n_samples, like)
            for lane in range(lanes):
                total += w[lane]
            for f in range(n_features):
                x = load(packed, (panel * n_features + f) * lanes)
                shifted = widen(x - broadcast(pivot, f))
                one, two = base + f * lanes, base + (n_features + f) * lanes
                weighted = w * shifted
                store(moments, one, load_like(moments, one, x) + weighted)
                store(moments, two, load_like(moments, two, x) + weighted * shifted)
        mass[block] = total
