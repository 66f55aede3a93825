"""Lloyd's algorithm: assign every row to its nearest center, move every center to its mean, repeat.

S. P. Lloyd (1982), "Least squares quantization in PCM", doi 10.1109/TIT.1982.1056489.

`naive.py` is the page to read before this one. `iterate` is the loop that every algorithm of this
package runs in; `Lloyd` is the step that an accelerated algorithm replaces. Four things are new
against the naive page:

- *Blocks and threads.* The rows are cut into a fixed partition of blocks. Threads take one block
  after another, each block has sums of its own, and these are added in block order. So the result
  has the same bits for any number of threads.
- *Rows that move.* A block keeps its sums from one iteration to the next, and only a row whose
  label changed is moved from one sum to another. Moving a row rounds, so now and then the sums are
  rebuilt from the labels, and always before the run is said to have converged.
- *Labels that are there already.* Pruned k-means++ knows the nearest seed of every row. Then the
  first assignment is a rebuild of the sums.
- *The centers the user will see.* They are rounded to the dtype of X in every iteration, and at the
  end to the caller's units. If that changes a center, the rows are labelled once more.
"""

from __future__ import annotations

import math

from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.algorithms import Algorithm
from kmeans_core.kmeans.data.dataset import Dataset, RunData
from kmeans_core.kmeans.data.packed_rows import panel_calls
from kmeans_core.kmeans.iteration.assign import assign_panels
from kmeans_core.kmeans.iteration.empty_clusters import fill_empty_clusters
from kmeans_core.kmeans.iteration.result import Limits, unscaled
from kmeans_core.kmeans.iteration.run import LABELLED, N_DISTANCES, N_ITER, N_MOVED, Run
from kmeans_core.kmeans.iteration.stopping import (
    CONVERGED,
    RUNNING,
    STOPPED,
    count_iteration,
    is_confirmed,
    is_rebuild_due,
    stop_status,
)
from kmeans_core.kmeans.iteration.sums import move_centers, rebuild_blocks, sum_blocks
from kmeans_core.kmeans.search.labels import assign_labels, sum_inertia
from kmeans_core.kmeans.search.nearest import pack_centers
from kmeans_core.rows.layout import LANES


def iterate(algorithm: Algorithm, run: Run, data: RunData, limits: Limits, workers: Workers) -> int:
    """Iterate from `run.centers` until the run ends; returns how: a state of stopping.py.

    The labels belong to the centers only if it returns CONVERGED: every other end has moved the
    centers after the last assignment.
    """
    rows, monitor, inertia = data.rows, limits.monitor, 0.0
    while True:
        run.n_changed[:] = 0
        run.n_distances[:] = 0
        if run.progress[LABELLED]:
            workers.run(algorithm.rebuild, rows.n_blocks)
            run.progress[LABELLED], run.n_changed[0] = 0, rows.X.shape[0]
        else:
            pack_centers(run.centers, rows, run.packed_centers)
            workers.run(algorithm.assign, rows.n_blocks)
        n_changed = int(run.n_changed.sum())
        run.progress[N_DISTANCES] += int(run.n_distances.sum())
        if monitor.sees_iterations:
            algorithm.label_rows(workers)
            inertia = sum_inertia(rows, run.centers, run.labels, workers)
        if is_confirmed(run.progress, n_changed):
            return CONVERGED
        count_iteration(run.progress, n_changed)
        if is_rebuild_due(run.progress, n_changed, rows.X.shape[0]):
            workers.run(algorithm.rebuild, rows.n_blocks)
            run.progress[N_MOVED] = 0
        if sum_blocks(run) > 0:
            algorithm.label_rows(workers)
            fill_empty_clusters(data, run, workers)
        shift = move_centers(run)
        status = stop_status(run.progress, n_changed, shift, limits.max_iter, float(limits.tol))
        if monitor.sees_iterations:
            n_iter, movement = int(run.progress[N_ITER]), math.sqrt(shift) / rows.scale
            monitor.after_iteration(n_iter, unscaled(inertia, rows.scale), movement)
        if status == RUNNING and monitor.is_over():
            status = STOPPED
        if status != RUNNING:
            return status
        algorithm.centers_moved()


class Lloyd:
    """Lloyd's assignment: every distance in every iteration. Memory: nothing beyond the Run."""

    is_row_wise = True

    def __init__(self, data: RunData, run: Run) -> None:
        self.rows, self.run = data.rows, run

    @classmethod
    def open(cls, dataset: Dataset, n_clusters: int, join_equal: bool, workers: Workers) -> RunData:
        """The rows of the data set in panels; with `join_equal`, the distinct ones if these pay."""
        return dataset.run_data(n_clusters, join_equal, workers)

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Nothing beyond the Run."""
        return 0.0

    def assign(self, start: int, stop: int) -> None:
        """Label the rows of the blocks start..stop-1, in calls short enough for Ctrl-C."""
        for first, end in panel_calls(self.rows, len(self.run.centers), start, stop):
            self.assign_panels(first, end)

    def assign_panels(self, start: int, stop: int) -> None:
        """Label the rows of the panels start..stop-1: the step that bounds make shorter."""
        assign_panels(self.rows, self.run, start, stop)
        n_rows = min(stop * LANES, self.rows.X.shape[0]) - start * LANES
        self.run.n_distances[start // self.rows.block_panels] += n_rows * len(self.run.centers)

    def rebuild(self, start: int, stop: int) -> None:
        """Make the sums of the blocks start..stop-1 from scratch."""
        rebuild_blocks(self.rows, self.run, start, stop)

    def centers_moved(self) -> None:
        """Nothing depends on the centers."""

    def label_rows(self, workers: Workers) -> None:
        """The labels stand in `run.labels` already."""

    def label_again(self, workers: Workers) -> None:
        """Label every row for the centers as they are now; the sums stay."""
        pack_centers(self.run.centers, self.rows, self.run.packed_centers)
        assign_labels(
            self.rows, self.run.centers, self.run.packed_centers, self.run.labels, workers
        )
