"""Lloyd's algorithm: assign every row to its nearest center, move every center to its mean, repeat.

S. P. Lloyd (1982), "Least squares quantization in PCM", doi 10.1109/TIT.1982.1056489.

This is the first file to read. `iterate` is the algorithm from top to bottom, as it runs on one
thread; `iteration.py` runs the same steps on several. Every other algorithm of this folder finds
the labels of `assign_panels` with fewer distances, and shares all the rest.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel, long_kernel
from kmeans_core.engine.simd import (
    fma,
    lane_bits,
    lane_count,
    load,
    load_like,
    load_wide,
    lowest_bit,
    splat,
    store,
)
from kmeans_core.kmeans.nearest import (
    nearest_exactly,
    nearest_two,
    pack_centers,
    uncertain,
)
from kmeans_core.kmeans.panels import prefetch_row

PANELS_A_ROUND = 16  # searched before the rows that change are moved

RUNNING, CONVERGED, WITHIN_TOLERANCE, STOPPED, EMPTY = range(5)
N_ITER, SETTLING, N_DISTANCES, LABELLED, N_MOVED = range(5)  # places in Run.progress


class Run(NamedTuple):
    """One run from one start: what the iterations read and write.

    Everything is in units of the scaled rows. `sums` are padded to whole registers. `mass` holds
    the weight of a cluster's rows, then how many of them have a positive weight.
    """

    centers: np.ndarray  # (n_clusters, n_features), dtype of X
    packed_centers: np.ndarray  # the same in blocks, for the kernels
    shifts: np.ndarray  # (n_clusters,) float64: how far the last update moved each center
    labels: np.ndarray  # (n_panels * lanes,) int32; -1 before the first assignment
    sums: np.ndarray  # (n_blocks, n_clusters, padded_features) float64: of a block of rows
    mass: np.ndarray  # (n_blocks, n_clusters, 2) float64: of a block of rows
    touched: np.ndarray  # (n_blocks, n_clusters) bool: sum changed since `totals` was made
    totals: np.ndarray  # (n_clusters, n_features) float64: sums over all blocks
    total_mass: np.ndarray  # (n_clusters, 2) float64
    moving: np.ndarray  # (n_blocks, 2, PANELS_A_ROUND * lanes) int32: rows that move, and where to
    n_changed: np.ndarray  # (n_blocks,) int64: labels changed by the last assignment
    n_distances: np.ndarray  # (n_blocks,) int64: distances evaluated by it; none where it is spared
    progress: np.ndarray  # (5,) int64: N_ITER, SETTLING, N_DISTANCES, LABELLED, N_MOVED


@kernel
def begin(rows, run, labelled):
    """Make ready for a run from `run.centers`, whose labels `run.labels` holds if `labelled`.

    So it is after k-means++, which knows the nearest seed of every row: one assignment less.
    """
    n_samples = rows.X.shape[0]
    for i in range(0 if labelled else n_samples):
        run.labels[i] = -1
    for i in range(n_samples, run.labels.shape[0]):
        run.labels[i] = 0  # lanes that are no rows look one up too
    for block in range(rows.n_blocks):
        empty_block(run, block)
    for place in range(run.progress.shape[0]):
        run.progress[place] = 0
    run.progress[LABELLED] = labelled
    pack_centers(run.centers, rows, run.packed_centers)


@device
def empty_block(run, block):
    """Take all rows out of the sums of a block."""
    for j in range(run.sums.shape[1]):
        run.touched[block, j] = True
        run.mass[block, j, 0] = run.mass[block, j, 1] = 0.0
        for f in range(run.sums.shape[2]):
            run.sums[block, j, f] = 0.0


@long_kernel
def assign_panels(
    rows,  # IN  Rows
    run,  # INOUT Run: labels, sums, touched, n_changed, n_distances
    first,  # IN  first panel; all of a call lie in whole blocks, or in one
    last,  # IN  panel after the last
):
    """Label the rows of these panels and move those whose label changed between the sums.

    After the first iterations few do; adding every row again cost 2-7 ms an iteration more (1e6 x
    4, k=8). Rows are moved some panels after their search, when they have been fetched: only
    panels had been read, and waiting for each row took 0.1 us.
    """
    lanes, n_samples, panel = lane_count(rows.packed), rows.X.shape[0], first
    while panel < last:
        block = panel // rows.block_panels
        stop = min(panel + PANELS_A_ROUND, last, (block + 1) * rows.block_panels)
        fresh = run.labels[panel * lanes] < 0  # no row has a label yet
        n_changed = search_panels(rows, run, panel, stop, block, fresh)
        if fresh:
            end = min(stop * lanes, n_samples)
            add_rows(rows, run, block, panel * lanes, end)
            n_changed = end - panel * lanes
        else:
            for place in range(n_changed):
                i, label = run.moving[block, 0, place], run.moving[block, 1, place]
                weight = float(rows.weight[i * rows.weight_step])
                move_row(rows.X, i, weight, rows, run, run.labels[i], label, block)
                run.labels[i] = label
        run.n_changed[block] += n_changed
        panel = stop


@device
def search_panels(rows, run, first, last, block, fresh):
    """Find the rows of these panels whose label changes; returns how many. Writes `moving`.

    Where no row has a label yet, writes `labels` instead and returns 0.
    """
    X, packed, labels, moving = rows.X, rows.packed, run.labels, run.moving
    lanes, n_samples, n_moving = lane_count(packed), X.shape[0], 0
    for panel in range(first, last):
        best, second, index = nearest_two(packed, panel, run.packed_centers)
        tied = uncertain(best, second, rows.tie, rows.blur[panel], run.packed_centers)
        if fresh:
            store(labels, panel * lanes, index)
        bits = lane_bits((index != load_like(labels, panel * lanes, best)) | tied)
        while bits != 0:
            lane = lowest_bit(bits)
            i, bits = panel * lanes + lane, bits & (bits - 1)
            if i >= n_samples:
                break
            label = index[lane]
            if tied[lane]:
                label = np.int32(nearest_exactly(X, i, rows.scale, run.centers))
            if fresh:
                labels[i] = label
            elif label != labels[i]:
                prefetch_row(X, i)
                moving[block, 0, n_moving], moving[block, 1, n_moving] = i, label
                n_moving += 1
    return n_moving


@device
def move_row(X, i, weight, rows, run, old, new, block):
    """Take row i out of one sum of its block and add it to another; `old` is below 0 at first.

    All row-wise algorithms move the same rows in the same order, by this or `add_rows`, so their
    sums agree bit for bit.
    """
    if weight > 0.0:
        if old >= 0:
            add_row(X, i, -weight, -1.0, rows, run, block, old)
            run.touched[block, old] = True
        add_row(X, i, weight, 1.0, rows, run, block, new)
        run.touched[block, new] = True


@device
def add_row(X, i, weight, one, rows, run, block, j):
    """Add `weight` times row i to cluster j's sum in this block, and `one` to its rows.

    A register at a time, the last one multiplied by 1 and 0: 26 ns a row as a plain loop for d=4,
    now 6. What lies behind the row, the next one, is read too; the table's last rows are copied.
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
    run.mass[block, j, 0] += weight
    run.mass[block, j, 1] += one


@kernel
def rebuild_blocks(
    rows,  # IN  Rows
    run,  # INOUT Run: sums, mass, touched
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Make the sums of these blocks anew from the labels."""
    block_rows = rows.block_panels * lane_count(rows.packed)
    for block in range(first, last):
        empty_block(run, block)
        stop = min((block + 1) * block_rows, rows.X.shape[0])
        add_rows(rows, run, block, block * block_rows, stop)


@device
def add_rows(rows, run, block, start, stop):
    """Add rows to the sums of a block that was emptied, in their order."""
    for i in range(start, stop):
        weight = float(rows.weight[i * rows.weight_step])
        if weight > 0.0:
            add_row(rows.X, i, weight, 1.0, rows, run, block, run.labels[i])


@kernel
def sum_blocks(
    run,  # INOUT Run: totals, total_mass, touched
):
    """Add up the blocks' sums in block order; returns how many clusters have no row.

    A cluster that no block touched keeps its total: late in a run most do.
    """
    sums, mass, touched = run.sums, run.mass, run.touched
    totals, total_mass = run.totals, run.total_mass
    n_empty = 0
    for j in range(totals.shape[0]):
        changed = False
        for block in range(sums.shape[0]):
            changed = changed or touched[block, j]
            touched[block, j] = False
        if changed:
            total_mass[j, 0] = total_mass[j, 1] = 0.0
            for f in range(totals.shape[1]):
                totals[j, f] = 0.0
            for block in range(sums.shape[0]):
                total_mass[j, 0] += mass[block, j, 0]
                total_mass[j, 1] += mass[block, j, 1]
                for f in range(totals.shape[1]):
                    totals[j, f] += sums[block, j, f]
        if total_mass[j, 1] == 0.0:
            n_empty += 1
    return n_empty


@kernel
def move_centers(
    rows,  # IN  Rows
    run,  # INOUT Run: centers, packed_centers, shifts
):
    """Move every center to the mean of its rows; returns the summed squared movement.

    The new centers are rounded to the dtype of X: later distances belong to what the user will
    see.
    """
    centers, totals, shifts = run.centers, run.totals, run.shifts
    n_clusters, n_features = centers.shape
    total_shift = 0.0
    for j in range(n_clusters):
        shift, weight = 0.0, run.total_mass[j, 0]
        if weight > 0.0:  # else there was no row to give: the center stays where it is
            for f in range(n_features):
                old = float(centers[j, f])
                centers[j, f] = totals[j, f] / weight
                difference = float(centers[j, f]) - old
                shift += difference * difference
        shifts[j] = np.sqrt(shift)
        total_shift += shift
    pack_centers(centers, rows, run.packed_centers)
    return total_shift


@long_kernel
def iterate(
    rows,  # IN  Rows
    run,  # INOUT Run
    max_iter,  # IN
    tol,  # IN  summed squared movement of the centers that counts as none
    most_steps,  # IN  assignments after which to return RUNNING, so that Ctrl-C is heard
):
    """Lloyd's algorithm on one thread; call again while it returns RUNNING.

    EMPTY: clusters without a row wait to be given one (see relocation.py). The labels belong to
    the centers only when it returns CONVERGED.
    """
    progress, n_panels = run.progress, run.labels.shape[0] // lane_count(rows.packed)
    for _ in range(most_steps):
        n_changed = 0
        for block in range(rows.n_blocks):
            run.n_changed[block] = 0
        if progress[LABELLED]:
            rebuild_blocks(rows, run, 0, rows.n_blocks)
            progress[LABELLED], run.n_changed[0] = 0, rows.X.shape[0]
        else:
            assign_panels(rows, run, 0, n_panels)
            progress[N_DISTANCES] += rows.X.shape[0] * run.centers.shape[0]
        for block in range(rows.n_blocks):
            n_changed += run.n_changed[block]
        if is_settled(progress, n_changed):
            return CONVERGED
        if must_rebuild(progress, n_changed, rows.X.shape[0]):
            rebuild_blocks(rows, run, 0, rows.n_blocks)
        if sum_blocks(run) > 0:
            return EMPTY
        status = verdict(progress, n_changed, move_centers(rows, run), max_iter, tol)
        if status != RUNNING:
            return status
    return RUNNING


@kernel
def is_settled(progress, n_changed):
    """True if centers made from fresh sums have changed no label; else an iteration is counted."""
    if n_changed == 0 and progress[SETTLING] == 1:
        return True
    progress[SETTLING] = 0
    progress[N_ITER] += 1
    return False


@kernel
def must_rebuild(progress, n_changed, n_samples):
    """Sums are made anew when no label changed, before a run is said to have converged.

    And when as many rows were moved since they were made as there are: moving rounds as often then
    as adding all of them did. Writes N_MOVED.
    """
    progress[N_MOVED] = progress[N_MOVED] + n_changed if progress[N_ITER] > 1 else 0
    if n_changed > 0 and progress[N_MOVED] < n_samples:
        return False
    progress[N_MOVED] = 0
    return True


@kernel
def verdict(progress, n_changed, shift, max_iter, tol):
    """What an iteration's end means: RUNNING, CONVERGED, WITHIN_TOLERANCE or STOPPED.

    No label changed: if the means of fresh sums are the centers to the last bit, that is the end.
    If they are not, one more assignment has to show that the labels stay.
    """
    if n_changed == 0:
        if shift == 0.0:
            return CONVERGED
        progress[SETTLING] = 1
    elif shift <= tol:
        return WITHIN_TOLERANCE
    return STOPPED if progress[N_ITER] >= max_iter else RUNNING


@kernel
def must_label(rows, run, status):
    """Whether the labels have to be found anew for the centers as the user will see them.

    Those are back in the caller's units, where denormal numbers lose digits. Writes centers and
    packed_centers.
    """
    centers, dtype, changed = run.centers, rows.X.dtype.type, status != CONVERGED
    scale, unscale = dtype(rows.scale), dtype(1.0 / rows.scale)
    for j in range(centers.shape[0]):
        for f in range(centers.shape[1]):
            seen = centers[j, f] * unscale * scale
            changed = changed or seen != centers[j, f]
            centers[j, f] = seen
    if changed:
        pack_centers(centers, rows, run.packed_centers)
    return changed
