"""A run of a large table: every iteration on all threads."""

from __future__ import annotations

import numpy as np

from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.fit.starts import Start
from kmeans_core.kmeans.fit.workspace import Workspace
from kmeans_core.kmeans.iteration.lloyd import iterate
from kmeans_core.kmeans.iteration.result import Result
from kmeans_core.kmeans.iteration.run import N_DISTANCES, N_ITER, Run, begin
from kmeans_core.kmeans.iteration.stopping import CONVERGED, CONVERGENCE
from kmeans_core.kmeans.iteration.sums import round_centers
from kmeans_core.kmeans.search.labels import sum_inertia
from kmeans_core.kmeans.search.nearest import product_blocks
from kmeans_core.kmeans.seeding.greedy_pruned import PrunedSeeds


def run_threaded(workspace: Workspace, start: Start) -> Result:
    """Seed, iterate to the end, label. The labels stand in the memory of `workspace.run`."""
    data, limits, workers = workspace.data, workspace.limits, workspace.workers
    centers, labelled = workspace.seed(start), _use_labels_of_seeds(workspace)
    run = set_centers(data.rows, workspace.run, centers, workspace.algorithm.is_row_wise)
    form = "direct" if run.packed_centers.ndim == 3 else "product"
    workspace.strategy = workspace.strategy._replace(distance_form=form)
    begin(data.rows, run, labelled)
    limits.monitor.begin(workspace.strategy)
    algorithm = workspace.algorithm(data, run)
    status = iterate(algorithm, run, data, limits, workers)
    if round_centers(data.rows, run) or status != CONVERGED:
        algorithm.label_again(workers)
    else:
        algorithm.label_rows(workers)
    inertia = sum_inertia(data.rows, run.centers, run.labels, workers)
    n_iter = int(run.progress[N_ITER])
    limits.monitor.end(n_iter, CONVERGENCE.get(status, ""))
    return Result(
        labels=run.labels[: data.rows.X.shape[0]],
        centers=run.centers * data.rows.X.dtype.type(1.0 / data.rows.scale),
        inertia=inertia,
        n_iter=n_iter,
        n_distances=int(run.progress[N_DISTANCES]),
    )


def _use_labels_of_seeds(workspace: Workspace) -> bool:
    """Make the nearest seeds that pruned k-means++ knows the labels of the run, if they serve."""
    seeds = workspace.drop_seeds()
    same_rows = workspace.data.rows.X is workspace.dataset.X
    if not (isinstance(seeds, PrunedSeeds) and same_rows and workspace.algorithm.is_row_wise):
        return False
    workspace.run = workspace.run._replace(labels=seeds.nearest_seed)
    return True


def set_centers(rows: Rows, run: Run, centers: np.ndarray, may_use_products: bool) -> Run:
    """Write the centers, given in the caller's units; returns the run to go on with.

    That is the same memory, but for centers packed for the product form of the distance.
    """
    run.centers[:] = centers * rows.X.dtype.type(rows.scale)
    blocks = product_blocks(rows, run.centers) if may_use_products else None
    return run if blocks is None else run._replace(packed_centers=blocks)
