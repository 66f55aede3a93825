"""Sums of the rows of each cluster, one per block of rows, and the centers that they give.

Sums are in float64 also for float32 rows. A block is summed in row order and the blocks are added
in block order, so the centers have the same bits for any number of threads.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import fma, lane_count, load, load_wide, splat, store
from kmeans_core.kmeans.iteration.run import empty_block


@device
def move_row(X, i, weight, rows, run, old, new, block):
    """Take row i of `X` out of the sum of cluster `old` and add it to that of `new`, in its block.

    `old` is below 0 where the row had no label yet. All row-wise algorithms move the same rows in
    the same order, by this function or `add_rows`, so their sums agree bit for bit.
    """
    if weight > 0.0:
        if old >= 0:
            _add_row(X, i, -weight, -1.0, rows, run, block, old)
            run.dirty[block, old] = True
        _add_row(X, i, weight, 1.0, rows, run, block, new)
        run.dirty[block, new] = True


@device
def _add_row(X, i, weight, one, rows, run, block, j):
    """Add `weight` times row i to the sum of cluster j in this block, and `one` to its row count.

    Works a register at a time; the last register is multiplied by 1 and 0 (`rows.tail`). So it
    reads up to one register past the row. Near the end of X, where that would leave the array, it
    falls back to a scalar loop.

    Measured (Zen 3, d=4): 6 ns per row, against 26 as a scalar loop.
    """
    sums, tail = run.sums, rows.tail
    lanes, n_features, n_padded = lane_count(tail), X.shape[1], sums.shape[2]
    place = (block * sums.shape[1] + j) * n_padded
    factor = weight * rows.scale
    if i * n_features + n_padded <= X.size:
        factors = splat(factor, tail)
        for f in range(0, n_padded - lanes, lanes):
            x = load_wide(X, i * n_features + f)
            store(sums, place + f, fma(x, factors, load(sums, place + f)))
        f = n_padded - lanes
        x = load_wide(X, i * n_features + f)
        store(sums, place + f, fma(x, factors * load(tail, 0), load(sums, place + f)))
    else:
        for f in range(n_features):
            sums[block, j, f] += factor * X[i, f]
    run.cluster_weight[block, j, 0] += weight
    run.cluster_weight[block, j, 1] += one


@kernel
def rebuild_blocks(
    rows,  # IN  Rows
    run,  # INOUT Run: sums, cluster_weight, dirty
    start,  # IN  first block
    stop,  # IN
):
    """Make the sums of these blocks from scratch, from the labels."""
    block_rows = rows.block_panels * lane_count(rows.packed)
    for block in range(start, stop):
        empty_block(run, block)
        stop_row = min((block + 1) * block_rows, rows.X.shape[0])
        add_rows(rows, run, block, block * block_rows, stop_row)


@device
def add_rows(rows, run, block, start, stop):
    """Add the rows start..stop-1 to the sums of a block, in row order.

    `empty_block` has marked all sums of the block as dirty.
    """
    for i in range(start, stop):
        weight = float(rows.weight[i * rows.weight_step])
        if weight > 0.0:
            _add_row(rows.X, i, weight, 1.0, rows, run, block, run.labels[i])


@kernel
def sum_blocks(
    run,  # INOUT Run: totals, total_weight, dirty
):
    """Add up the sums of the blocks in block order; returns the number of clusters without a row.

    A cluster whose sum is dirty in no block keeps its total: late in a run most do.
    """
    sums, cluster_weight, dirty = run.sums, run.cluster_weight, run.dirty
    totals, total_weight = run.totals, run.total_weight
    n_empty = 0
    for j in range(totals.shape[0]):
        changed = False
        for block in range(sums.shape[0]):
            changed = changed or dirty[block, j]
            dirty[block, j] = False
        if changed:
            total_weight[j, 0] = total_weight[j, 1] = 0.0
            for f in range(totals.shape[1]):
                totals[j, f] = 0.0
            for block in range(sums.shape[0]):
                total_weight[j, 0] += cluster_weight[block, j, 0]
                total_weight[j, 1] += cluster_weight[block, j, 1]
                for f in range(totals.shape[1]):
                    totals[j, f] += sums[block, j, f]
        if total_weight[j, 1] == 0.0:
            n_empty += 1
    return n_empty


@kernel
def move_centers(
    run,  # INOUT Run: centers, shifts
):
    """Move every center to the mean of its rows; returns the summed squared movement.

    The new centers are rounded to the dtype of X, so later distances belong to the centers that the
    user will see.
    """
    centers, totals, shifts = run.centers, run.totals, run.shifts
    n_clusters, n_features = centers.shape
    total_shift = 0.0
    for j in range(n_clusters):
        shift, weight = 0.0, run.total_weight[j, 0]
        if weight > 0.0:  # else there was no row to give: the center stays where it is
            for f in range(n_features):
                old = float(centers[j, f])
                centers[j, f] = totals[j, f] / weight
                difference = float(centers[j, f]) - old
                shift += difference * difference
        shifts[j] = np.sqrt(shift)
        total_shift += shift
    return total_shift


@kernel
def round_centers(
    rows,  # IN  Rows
    run,  # INOUT Run: centers
):
    """Round the centers to what the user will see; returns whether that changed one.

    The user sees them in the caller's units, where denormal numbers lose digits.
    """
    centers, dtype, changed = run.centers, rows.X.dtype.type, False
    scale, unscale = dtype(rows.scale), dtype(1.0 / rows.scale)
    for j in range(centers.shape[0]):
        for f in range(centers.shape[1]):
            seen = centers[j, f] * unscale * scale
            changed = changed or seen != centers[j, f]
            centers[j, f] = seen
    return changed
