"""What the runs of a fit share on one group of threads: rows, limits, and memory to work in."""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.algorithms import load_algorithm
from kmeans_core.kmeans.data.dataset import Dataset
from kmeans_core.kmeans.data.packed_rows import Rows, with_blocks
from kmeans_core.kmeans.fit.starts import Settings, Start
from kmeans_core.kmeans.iteration.run import new_run
from kmeans_core.kmeans.seeding.seeds import Seeds, greedy_indices, new_seeds
from kmeans_core.kmeans.strategy import Strategy


class Workspace:
    """Memory of runs that follow each other. Made anew it took a third of a run of 2,000 x 5."""

    def __init__(
        self, dataset: Dataset, settings: Settings, chosen: Strategy, workers: Workers
    ) -> None:
        join_equal, limits = settings.algorithm == "auto", settings.limits
        self.dataset, self.settings, self.workers = dataset, settings, workers
        self.n_clusters, self.strategy = settings.n_clusters, chosen
        if limits.tol > 0.0:  # the variance is taken only where it is needed
            tol = limits.tol * dataset.iterated(join_equal).variance(workers)
            limits = limits._replace(tol=tol)
        self.limits = limits  # in units of the scaled rows
        self._seeds: Seeds | None = None
        if chosen.algorithm != "naive":
            self.algorithm = load_algorithm(chosen.algorithm)
            self.data = self.algorithm.open(dataset, self.n_clusters, join_equal, workers)
            self.run = new_run(self.data.rows, self.n_clusters)

    def seed(self, start: Start) -> np.ndarray:
        """The centers that a run starts with, in units of the rows."""
        if start.centers is not None:
            return start.centers
        if start.seed is not None:
            # seldom used: its kernels are loaded only here
            from kmeans_core.kmeans.seeding.scalable import scalable_indices

            rows = with_blocks(self.dataset.exact(self.workers), self.n_clusters)
            indices = scalable_indices(rows, self.n_clusters, start.seed, self.workers)
            return self.dataset.X[indices]
        assert start.draws is not None
        rows, seeds = self.seeding(start.draws)
        indices = greedy_indices(rows, start.first, start.draws, self.workers, seeds)
        return self.dataset.X[indices]

    def seeding(self, draws: np.ndarray) -> tuple[Rows, Seeds]:
        """The rows among which seeds are chosen, and memory for choosing."""
        rows = with_blocks(self.dataset.screen(self.workers), self.n_clusters)
        if self._seeds is None:
            prunes = self.strategy.seeding == "greedy_pruned"
            panels = None if prunes else self.dataset.float64(self.workers)
            self._seeds = new_seeds(rows, self.n_clusters, draws.shape[1], panels)
        return rows, self._seeds

    def drop_seeds(self) -> Seeds | None:
        """Give the memory of the seeding up: 12 bytes per row, beside those of labels."""
        seeds, self._seeds = self._seeds, None
        return seeds
