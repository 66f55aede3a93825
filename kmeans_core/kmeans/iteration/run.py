"""The memory of one run from one start, and how it is made ready."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_zeros
from kmeans_core.engine.jit import device, kernel
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.search.direct_form import empty_blocks
from kmeans_core.rows.layout import LANES, padded_features

PANELS_PER_ROUND = 16  # searched before the rows that change are moved

# Places in Run.progress: iterations so far; 1 if the last assignment changed no label; distances
# evaluated so far; 1 if `labels` belong to the first centers; rows moved since the last rebuild.
N_ITER, SETTLING, N_DISTANCES, LABELLED, N_MOVED = range(5)


class Run(NamedTuple):
    """What the iterations of one run read and write.

    Everything is in units of the scaled rows. The last axis of `sums` is padded to whole registers.
    """

    centers: np.ndarray  # (n_clusters, n_features), dtype of X
    packed_centers: np.ndarray  # the same in blocks, for the search
    shifts: np.ndarray  # (n_clusters,) float64: distance that the last update moved each center
    labels: np.ndarray  # (n_panels * lanes,) int32; -1 before the first assignment
    sums: np.ndarray  # (n_blocks, n_clusters, padded_features) float64: one per block of rows
    cluster_weight: np.ndarray  # (n_blocks, n_clusters, 2) float64: the summed weight of the rows
    # of a cluster in a block, and how many of them have a positive weight
    dirty: np.ndarray  # (n_blocks, n_clusters) bool: sum changed since `totals` was made
    totals: np.ndarray  # (n_clusters, n_features) float64: sums over all blocks
    total_weight: np.ndarray  # (n_clusters, 2) float64: cluster_weight over all blocks
    moving: np.ndarray  # (n_blocks, 2, PANELS_PER_ROUND * lanes) int32: a row that changes its
    # label, and the new label
    n_changed: np.ndarray  # (n_blocks,) int64: labels changed by the last assignment
    n_distances: np.ndarray  # (n_blocks,) int64: distances evaluated by the last assignment
    progress: np.ndarray  # (5,) int64: N_ITER, SETTLING, N_DISTANCES, LABELLED, N_MOVED


def new_run(rows: Rows, n_clusters: int) -> Run:
    """Memory for a run; `begin` sets what has to be set."""
    k, b, d = n_clusters, rows.n_blocks, rows.X.shape[1]
    return Run(
        centers=np.empty((k, d), dtype=rows.X.dtype),
        packed_centers=empty_blocks(k, d),
        shifts=np.zeros(k),
        labels=np.empty(rows.abs_error.shape[0] * LANES, dtype=np.int32),
        sums=aligned_zeros((b, k, padded_features(d))),
        cluster_weight=np.empty((b, k, 2)),
        dirty=np.empty((b, k), dtype=np.bool_),
        totals=np.zeros((k, d)),
        total_weight=np.zeros((k, 2)),
        moving=np.empty((b, 2, PANELS_PER_ROUND * LANES), dtype=np.int32),
        n_changed=np.zeros(b, dtype=np.int64),
        n_distances=np.zeros(b, dtype=np.int64),
        progress=np.empty(5, dtype=np.int64),
    )


@kernel
def begin(
    rows,  # IN  Rows
    run,  # INOUT Run: all but the centers and what is packed of them
    labelled,  # IN  whether `labels` already hold the nearest of `centers`
):
    """Make `run` ready to iterate from `run.centers`.

    Pruned k-means++ knows the nearest seed of every row, which saves the first assignment: whole
    fits of 1e6 x 4, k=8 take 5% longer without (see docs/decisions.md).
    """
    n_samples = rows.X.shape[0]
    for i in range(0 if labelled else n_samples):
        run.labels[i] = -1
    for i in range(n_samples, run.labels.shape[0]):
        run.labels[i] = 0  # in lanes past the last row too, a label is an index
    for block in range(rows.n_blocks):
        empty_block(run, block)
    for place in range(run.progress.shape[0]):
        run.progress[place] = 0
    run.progress[LABELLED] = labelled


@device
def empty_block(run, block):
    """Take all rows out of the sums of a block."""
    for j in range(run.sums.shape[1]):
        run.dirty[block, j] = True
        run.cluster_weight[block, j, 0] = run.cluster_weight[block, j, 1] = 0.0
        for f in range(run.sums.shape[2]):
            run.sums[block, j, f] = 0.0
