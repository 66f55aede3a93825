"""The filtering algorithm: whole boxes of rows go to a center at once.

T. Kanungo, D. Mount, N. Netanyahu, C. Piatko, R. Silverman, A. Wu (2002), "An efficient k-means
clustering algorithm: analysis and implementation", doi 10.1109/TPAMI.2002.1017616; D. Pelleg,
A. Moore (1999), "Accelerating exact k-means algorithms with geometric reasoning",
doi 10.1145/312129.312248.

One idea is added to Lloyd's algorithm: walk down a tree over the rows (`kd_tree.py`) with a
shrinking list of candidate centers. If some candidate is nearer than another to every point of a
node's box, the other is dropped for all rows below. A node with one candidate left gives it all
its rows at once; leaves with several search them as Lloyd's algorithm searches all centers.

Unlike the papers we do not add everything up again in each iteration: a node remembers to which
cluster it went (`owner`), and its sum moves only when that changes. So late in a run an iteration
touches little but the boundaries between clusters: it is sublinear in n, for few features.

Rows are summed in another order than in Lloyd's algorithm, so centers agree to rounding only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_zeros
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import (
    any_lane,
    broadcast,
    fma,
    gather,
    lane_count,
    lanes_of,
    load,
    load_like,
    maximum,
    splat,
    store,
)
from kmeans_core.engine.threads import Workers, while_wanted
from kmeans_core.kmeans.accelerated.kd_tree import LEAF_ROWS, Tree, grow_tree, right_child
from kmeans_core.kmeans.data.dataset import Dataset, RunData
from kmeans_core.kmeans.data.packed_rows import FLOPS_PER_CALL, Rows, with_blocks
from kmeans_core.kmeans.iteration.lloyd import Lloyd
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.kmeans.iteration.sums import move_row
from kmeans_core.kmeans.search.direct_form import ambiguous_direct, empty_blocks, nearest_two_direct
from kmeans_core.kmeans.search.nearest import nearest_exactly
from kmeans_core.rows.distance import add_square, rounding_error

UNOWNED, MIXED = -1, -2  # owners that are no cluster: before the first walk; not all rows the same
MOST_WAITING = 512  # rows that move together
UNDERFLOW = 1e-300  # more than squares below the smallest number can add up to


class Ownership(NamedTuple):
    """Who owns which rows. What lies below an owned node is out of date."""

    owner: np.ndarray  # (n_nodes,) int32: a cluster, UNOWNED or MIXED
    labels: np.ndarray  # (n_positions,) int32: of the rows of leaves that are MIXED
    group: int  # subtrees of a block
    margin: float  # relative to squared distances: more than rounding can do to a comparison


class Scratch(NamedTuple):
    """Of one thread. Level 0 holds all centers, level l + 1 what is left at depth l."""

    candidates: np.ndarray  # (depth + 2, n_clusters) int32, ascending
    n_candidates: np.ndarray  # (depth + 2,) int64
    points: np.ndarray  # (depth + 2, n_features, whole registers) float64: their coordinates
    distances: np.ndarray  # (whole registers,) float64: squared, to the middle of a box
    blocks: np.ndarray  # (n_blocks, n_features, 4) float32: candidates as `pack_blocks` packs them
    stack: np.ndarray  # (depth + 2, 2) int64: node and level
    waiting: np.ndarray  # (MOST_WAITING, 3) int32: rows that have to move, from where, where to
    n_waiting: np.ndarray  # (1,) int64
    values: np.ndarray  # (more than MOST_WAITING, n_features), dtype of X: these rows
    weights: np.ndarray  # (MOST_WAITING,) float64: and their weights


class Filtering(Lloyd):
    """Lloyd's assignment by a walk down a tree over the rows."""

    is_row_wise = False

    def __init__(self, data: RunData, run: Run) -> None:
        super().__init__(data, run)
        self.tree = data.own
        n_subtrees, n_features = self.tree.n_rows.shape[0], self.rows.X.shape[1]
        self.owned = Ownership(
            owner=np.full(self.tree.start.shape[0], UNOWNED, dtype=np.int32),
            labels=np.full(self.tree.order.shape[0], UNOWNED, dtype=np.int32),
            group=-(-n_subtrees // self.rows.n_blocks),
            margin=16.0 * rounding_error(n_features, np.dtype(np.float64)),
        )
        block_flops = 2.0 * self.rows.X.size * len(run.centers) / self.rows.n_blocks
        self.most_blocks = max(1, int(FLOPS_PER_CALL / block_flops))

    @classmethod
    def open(cls, dataset: Dataset, n_clusters: int, join_equal: bool, workers: Workers) -> RunData:
        """Panels in the order of a tree, and the tree: grown once per data set, and kept there."""
        if "kdtree" not in dataset.kept:
            dataset.kept["kdtree"] = grow_tree(dataset.X, dataset.weight, dataset.scale, workers)
        rows, tree = dataset.kept["kdtree"]
        return RunData(with_blocks(rows, n_clusters), own=tree)

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """The panels once more, in the order of the tree, the nodes, and the labels of leaves."""
        return (4.0 + 1.0) * n_features + 8.0

    def assign(self, start: int, stop: int) -> None:
        """Give every row of these blocks to its nearest center."""
        scratch = _new_scratch(self.rows, self.tree, self.run)
        list_all_centers(self.run.centers, scratch)
        for first in while_wanted(range(start, stop, self.most_blocks)):
            end = min(first + self.most_blocks, stop)
            filter_blocks(self.rows, self.run, self.tree, self.owned, scratch, first, end)

    def rebuild(self, start: int, stop: int) -> None:
        """Make the sums of these blocks from scratch."""
        scratch = _new_scratch(self.rows, self.tree, self.run)
        rebuild_blocks(self.rows, self.run, self.tree, self.owned, scratch, start, stop)

    def label_rows(self, workers: Workers) -> None:
        """Write the labels that the nodes own to `run.labels`, by row."""

        def task(start: int, stop: int) -> None:
            write_labels(self.tree, self.owned, start, stop, self.run.labels)

        workers.run(task, self.tree.n_rows.shape[0])

    def label_again(self, workers: Workers) -> None:
        """Walk down once more, for the centers as they are now."""
        workers.run(self.assign, self.rows.n_blocks)
        self.label_rows(workers)


def _new_scratch(rows: Rows, tree: Tree, run: Run) -> Scratch:
    k, d = run.centers.shape
    levels, lanes = tree.depth + 2, lanes_of(np.float64)
    width = -(-k // lanes) * lanes
    return Scratch(
        candidates=np.empty((levels, k), dtype=np.int32),
        n_candidates=np.zeros(levels, dtype=np.int64),
        points=aligned_zeros((levels, d, width)),
        distances=aligned_zeros((width,)),
        blocks=empty_blocks(k, d),
        stack=np.empty((levels, 2), dtype=np.int64),
        waiting=np.empty((MOST_WAITING, 3), dtype=np.int32),
        n_waiting=np.zeros(1, dtype=np.int64),
        values=np.zeros((MOST_WAITING + lanes, d), dtype=rows.X.dtype),
        weights=np.empty(MOST_WAITING),
    )


@kernel
def filter_blocks(
    rows,  # IN  Rows, packed in the order of the tree
    run,  # INOUT Run: sums, cluster_weight, dirty, n_changed, n_distances
    tree,  # IN  Tree
    owned,  # INOUT Ownership
    scratch,  # INOUT Scratch: level 0 holds all centers
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Give every row of these blocks to its nearest center: a walk down from each subtree's root.

    The list of a node's parent is at its level, and stays there until both children are done.
    """
    stack, n_candidates = scratch.stack, scratch.n_candidates
    for block in range(first, last):
        first_subtree, last_subtree = subtrees_of(tree, owned, block)
        for subtree in range(first_subtree, last_subtree):
            if tree.n_rows[subtree] == 0:
                continue
            stack[0, 0], stack[0, 1], top = tree.first_node[subtree], 0, 1
            while top > 0:
                top -= 1
                node, level = stack[top, 0], stack[top, 1]
                run.n_distances[block] += n_candidates[level]
                drop_candidates(tree.box, node, scratch, level, owned.margin)
                if n_candidates[level + 1] == 1:
                    new = scratch.candidates[level + 1, 0]
                    give_node(rows, run, tree, owned, scratch, node, new, block)
                elif tree.size[node] <= LEAF_ROWS:
                    inherit(tree, owned, node)
                    search_leaf(rows, run, tree, owned, scratch, node, level + 1, block)
                else:
                    inherit(tree, owned, node)
                    stack[top, 0] = right_child(node, tree.size[node])
                    stack[top + 1, 0] = node + 1
                    stack[top, 1] = stack[top + 1, 1] = level + 1
                    top += 2
        move_waiting(rows, run, scratch, block)


@device
def subtrees_of(tree, owned, block):
    """The subtrees of a block, from the first to before the last; the last blocks may have none."""
    n_subtrees = tree.n_rows.shape[0]
    return min(block * owned.group, n_subtrees), min((block + 1) * owned.group, n_subtrees)


@kernel
def list_all_centers(
    centers,  # IN  (n_clusters, n_features)
    scratch,  # INOUT Scratch
):
    """Writes level 0: every center is a candidate."""
    scratch.n_candidates[0] = centers.shape[0]
    for j in range(centers.shape[0]):
        scratch.candidates[0, j] = j
        for f in range(centers.shape[1]):
            scratch.points[0, f, j] = centers[j, f]


@device
def drop_candidates(box, node, scratch, level, margin):
    """List, one level down, the candidates that may be nearest to some point of a box.

    Let b be the candidate nearest to the middle m of the box, c another one. |x - c|^2 - |x - b|^2
    is linear in x; over the box it is at least |m - c|^2 - |m - b|^2 - 2 sum_f half_f |c_f - b_f|.
    If that is certain to be positive, b is nearer than c to every row. (Kanungo et al., section 2,
    test the corner of the box that lies farthest towards c: the same number.)
    """
    points, distances, n_features = scratch.points, scratch.distances, box.shape[2]
    lanes, width, n = lane_count(points), points.shape[2], scratch.n_candidates[level]
    zero = splat(0.0, points)
    base, middle, half = level * n_features * width, node * 2 * n_features, n_features
    best, nearest, radius = np.inf, 0, 0.0
    for f in range(n_features):
        radius += box[node, 1, f] * box[node, 1, f]
    for slot in range(0, n, lanes):
        total = zero
        for f in range(n_features):
            x = load(points, base + f * width + slot)
            total = add_square(x - broadcast(box, middle + f), total)
        store(distances, slot, total)
    for slot in range(n):
        if distances[slot] < best:
            best, nearest = distances[slot], slot
    kept = 0
    for slot in range(0, n, lanes):
        reach = zero
        for f in range(n_features):
            x = load(points, base + f * width + slot)
            apart = x - broadcast(points, base + f * width + nearest)
            apart = maximum(apart, zero - apart)
            reach = fma(apart, broadcast(box, middle + half + f), reach)
        distance = load(distances, slot)
        rounding = (distance + (best + radius)) * margin + UNDERFLOW
        is_far = reach + reach + rounding < distance - best
        for lane in range(min(lanes, n - slot)):
            if not is_far[lane]:
                scratch.candidates[level + 1, kept] = scratch.candidates[level, slot + lane]
                for f in range(n_features):
                    points[level + 1, f, kept] = points[level, f, slot + lane]
                kept += 1
    scratch.n_candidates[level + 1] = kept


@device
def search_leaf(rows, run, tree, owned, scratch, leaf, level, block):
    """Label the rows of a leaf with their nearest candidates, and move those that changed."""
    X, packed, labels = rows.X, rows.packed, owned.labels
    lanes, k = lane_count(packed), scratch.candidates.shape[1]
    blocks = scratch.blocks[: (scratch.n_candidates[level] + 3) // 4]
    pack_candidates(rows.offset, scratch, level, blocks)
    start, stop = np.int64(tree.start[leaf]), np.int64(tree.start[leaf] + tree.size[leaf])
    run.n_distances[block] += (stop - start) * scratch.n_candidates[level]
    for first in range(start, stop, lanes):
        panel = first // lanes
        best, second, index = nearest_two_direct(packed, panel, blocks)
        ambiguous = ambiguous_direct(best, second, rows.tie_rtol, rows.abs_error[panel])
        label = gather(scratch.candidates, index + np.int32(level * k))
        if any_lane((label != load_like(labels, first, best)) | ambiguous):
            for lane in range(min(lanes, stop - first)):
                new = label[lane]
                if ambiguous[lane]:
                    i = tree.order[first + lane]
                    new = np.int32(nearest_exactly(X, i, rows.scale, run.centers))
                give_row(rows, run, tree, owned, scratch, first + lane, new, block)


@device
def pack_candidates(offset, scratch, level, blocks):
    """Pack the candidates of a level for the search, as `pack_blocks` does."""
    points, n_candidates = scratch.points, scratch.n_candidates[level]
    for block in range(blocks.shape[0]):
        for f in range(offset.shape[0]):
            for place in range(4):
                slot = block * 4 + place
                value = points[level, f, slot] - offset[f]
                blocks[block, f, place] = value if slot < n_candidates else np.inf


@device
def inherit(tree, owned, node):
    """Pass a node's owner on to what lies below it: its rows may part now."""
    owner, count = owned.owner, tree.size[node]
    old = owner[node]
    if old != MIXED:
        owner[node] = MIXED
        if count > LEAF_ROWS:
            owner[node + 1] = owner[right_child(node, count)] = old
        else:
            for place in range(tree.start[node], tree.start[node] + count):
                owned.labels[place] = old


@device
def give_node(rows, run, tree, owned, scratch, node, new, block):
    """Make one cluster the owner of a node: move the sums of what was not its own."""
    owner = owned.owner
    if owner[node] == new:
        return
    below, end = node, node + 2 * ((tree.size[node] - 1) // LEAF_ROWS) + 1
    while below < end:
        leaves = (tree.size[below] - 1) // LEAF_ROWS + 1
        if owner[below] != MIXED:
            move_node(run, tree, below, owner[below], new, block)
            below += 2 * leaves - 1
        else:
            if leaves == 1:
                for place in range(tree.start[below], tree.start[below] + tree.size[below]):
                    give_row(rows, run, tree, owned, scratch, place, new, block)
            below += 1
    owner[node] = new


@device
def give_row(rows, run, tree, owned, scratch, place, new, block):
    """Label one row of a leaf, and let it wait to be moved if the label changed."""
    old = owned.labels[place]
    if new != old:
        owned.labels[place] = new
        run.n_changed[block] += 1
        let_wait(rows, run, scratch, tree.order[place], old, new, block)


@device
def let_wait(rows, run, scratch, i, old, new, block):
    """Put a row on the list of those that move."""
    if scratch.n_waiting[0] == MOST_WAITING:
        move_waiting(rows, run, scratch, block)
    n = scratch.n_waiting[0]
    scratch.waiting[n, 0], scratch.waiting[n, 1], scratch.waiting[n, 2] = i, old, new
    scratch.n_waiting[0] = n + 1


@kernel
def move_waiting(rows, run, scratch, block):
    """Move the rows that wait between the sums of a block.

    Neighbours in the tree lie far apart in memory: a row moved as soon as its label changed took
    100 ns. A loop that only fetches many of them lets the processor wait for all at once.
    """
    X, weight, step = rows.X, rows.weight, rows.weight_step
    waiting, values, weights = scratch.waiting, scratch.values, scratch.weights
    for n in range(scratch.n_waiting[0]):
        i = np.int64(np.uint32(waiting[n, 0]))
        weights[n] = weight[i * step]
        for f in range(X.shape[1]):
            values[n, f] = X[i, f]
    for n in range(scratch.n_waiting[0]):
        old, new = waiting[n, 1], waiting[n, 2]
        move_row(values, n, weights[n], rows, run, old, new, block)
    scratch.n_waiting[0] = 0


@device
def move_node(run, tree, node, old, new, block):
    """Move the sum of a node from one cluster to another; `old` is NOBODY at first."""
    if new != old:
        run.n_changed[block] += tree.size[node]
        if tree.cluster_weight[node, 1] > 0.0:
            if old >= 0:
                add_node(run, tree, node, -1.0, old, block)
            add_node(run, tree, node, 1.0, new, block)


@device
def add_node(run, tree, node, sign, j, block):
    """Add `sign` times the sum of a node to cluster j's in this block."""
    for f in range(tree.sums.shape[1]):
        run.sums[block, j, f] += sign * tree.sums[node, f]
    run.cluster_weight[block, j, 0] += sign * tree.cluster_weight[node, 0]
    run.cluster_weight[block, j, 1] += sign * tree.cluster_weight[node, 1]
    run.dirty[block, j] = True


@kernel
def rebuild_blocks(
    rows,  # IN  Rows
    run,  # INOUT Run: sums, cluster_weight, dirty
    tree,  # IN  Tree
    owned,  # IN  Ownership
    scratch,  # INOUT Scratch
    first,  # IN  first block
    last,  # IN  block after the last
):
    """Make the sums of these blocks anew from the owners of nodes and rows."""
    for block in range(first, last):
        for j in range(run.sums.shape[1]):
            run.dirty[block, j] = True
            run.cluster_weight[block, j, 0] = run.cluster_weight[block, j, 1] = 0.0
            for f in range(run.sums.shape[2]):
                run.sums[block, j, f] = 0.0
        start, stop = subtrees_of(tree, owned, block)
        node, end = tree.first_node[start], tree.first_node[stop]
        while node < end:
            if owned.owner[node] != MIXED:
                add_node(run, tree, node, 1.0, owned.owner[node], block)
                node += 2 * ((tree.size[node] - 1) // LEAF_ROWS) + 1
            else:
                if tree.size[node] <= LEAF_ROWS:
                    for place in range(tree.start[node], tree.start[node] + tree.size[node]):
                        label = owned.labels[place]
                        let_wait(rows, run, scratch, tree.order[place], UNOWNED, label, block)
                node += 1
        move_waiting(rows, run, scratch, block)


@kernel
def write_labels(
    tree,  # IN  Tree
    owned,  # IN  Ownership
    first,  # IN  first subtree
    last,  # IN  subtree after the last
    labels,  # OUT (at least n_samples,) int32, by row
):
    """Writes the labels of the rows of these subtrees."""
    node, end = tree.first_node[first], tree.first_node[last]
    while node < end:
        owner, is_leaf = owned.owner[node], tree.size[node] <= LEAF_ROWS
        if owner != MIXED or is_leaf:
            for place in range(tree.start[node], tree.start[node] + tree.size[node]):
                labels[tree.order[place]] = owned.labels[place] if owner == MIXED else owner
            node += 2 * ((tree.size[node] - 1) // LEAF_ROWS) + 1
        else:
            node += 1
