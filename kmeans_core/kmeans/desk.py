"""A run from its start to its end: seeds, then iterations."""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.blocks import Workers
from kmeans_core.kmeans import iteration, seeding, small
from kmeans_core.kmeans.bounded_seeding import BoundedSeeds
from kmeans_core.kmeans.iteration import Limits, Result, new_run
from kmeans_core.kmeans.panels import Rows, with_blocks
from kmeans_core.kmeans.plans import Plan, Start
from kmeans_core.kmeans.seeding import Seeds


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
        self._is_small = small.is_small(
            self._table.rows.X.size, settings.n_clusters, settings.algorithm, self._limits
        )
        self._seeds: Seeds | None = None

    def run_all(self, starts: list[Start]) -> list[Result]:
        """Run from each of these starts, of one kind; only the first ones if the time is over."""
        table, limits = self._table, self._limits
        draws = [start.draws for start in starts if start.draws is not None]
        if self._is_small and draws:
            origin, seeds = self._origin(draws[0])
            if seeding.on_one_thread(origin, seeds, draws[0]):
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
        table, limits, labelled = self._table, self._limits, False
        centers = self.seed(start)
        if self._is_small:
            return small.run_from(table, centers, limits, self._run)
        same_rows = table.rows.X is self.plan.prepared.X and table.tree is None
        if same_rows and isinstance(self._seeds, BoundedSeeds):
            self._run, labelled = self._run._replace(labels=self._seeds.owner), True
        self._seeds = None  # 12 bytes a row; 4 are labels now
        return iteration.run_from(
            table, centers, limits, self.plan.settings.algorithm, self.workers, self._run,
            labelled=labelled,
        )  # fmt: skip

    def seed(self, start: Start) -> np.ndarray:
        """The centers that a run begins with, in units of the rows."""
        if start.centers is not None:
            return start.centers
        if start.seed is not None:
            return parallel_seeds(self.plan, start, self.workers)
        assert start.draws is not None
        rows, seeds = self._origin(start.draws)
        found = seeding.greedy_indices(rows, start.first, start.draws, self.workers, seeds)
        return self.plan.prepared.X[found]

    def _origin(self, draws: np.ndarray) -> tuple[Rows, Seeds]:
        """The rows that seeds are chosen from, and memory for that."""
        rows = with_blocks(self.plan.prepared.sieve(self.workers), self.plan.settings.n_clusters)
        if self._seeds is None:
            n_more, n_trials = draws.shape
            wide = self.plan.prepared.wide(n_trials, self.workers)
            self._seeds = seeding.new_seeds(rows, n_more + 1, n_trials, wide)
        return rows, self._seeds


def parallel_seeds(plan: Plan, start: Start, workers: Workers) -> np.ndarray:
    """Centers chosen by k-means||."""
    # seldom: loaded when asked for
    from kmeans_core.kmeans.parallel_seeding import parallel_indices

    assert start.seed is not None
    prepared, n_clusters = plan.prepared, plan.settings.n_clusters
    rows = with_blocks(prepared.exact(workers), n_clusters)
    return prepared.X[parallel_indices(rows, n_clusters, start.seed, workers)]
