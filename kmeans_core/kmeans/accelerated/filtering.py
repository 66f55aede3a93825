"""The filtering algorithm: whole boxes of rows go to a center at once.

T. Kanungo, D. Mount, N. Netanyahu, C. Piatko, R. Silverman, A. Wu (2002), "An efficient k-means
clustering algorithm: analysis and implementation", doi 10.1109/TPAMI.2002.1017616.

One idea is added to Lloyd's algorithm: walk down a tree over the rows (kd_tree.py) with a shrinking
list of candidate centers. If one candidate is nearer than another to every point of a node's box,
the other is dropped for all rows below. A node with one candidate left gives it all its rows at
once (ownership.py); a leaf with several searches them as Lloyd's algorithm searches all centers.

Rows are summed in another order than in Lloyd's algorithm, so centers agree to rounding only.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_zeros
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
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
from kmeans_core.engine.threads import Workers, until_cancelled
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.accelerated.kd_nodes import LEAF_ROWS, Tree, right_child
from kmeans_core.kmeans.accelerated.kd_tree import grow_tree
from kmeans_core.kmeans.accelerated.ownership import (
    Owned,
    give_node,
    give_row,
    move_waiting,
    none_waiting,
    pass_on,
    rebuild_blocks,
    subtrees_of,
    unowned,
    write_labels,
)
from kmeans_core.kmeans.data.dataset import Dataset, RunData
from kmeans_core.kmeans.data.packed_rows import with_blocks
from kmeans_core.kmeans.iteration.lloyd import Lloyd
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.kmeans.search.direct_form import (
    ambiguous_direct,
    empty_blocks,
    nearest_two_direct,
    pack_blocks,
)
from kmeans_core.kmeans.search.nearest import nearest_exactly
from kmeans_core.rows.distance import add_square, rounding_error
from kmeans_core.rows.layout import LANES

_UNDERFLOW = 1e-300  # more than squares below the smallest number can add up to


class _Walk(NamedTuple):
    """Memory of a walk. Level 0 holds all centers, level l + 1 the candidates left at depth l."""

    candidates: np.ndarray  # (depth + 2, n_clusters) int32, ascending
    n_candidates: np.ndarray  # (depth + 2,) int64
    points: np.ndarray  # (depth + 2, n_features, whole registers) float64: their coordinates
    distances: np.ndarray  # (whole registers,) float64: squared, to the middle of a box
    blocks: np.ndarray  # (n_blocks, n_features, 4) float32: candidates as `pack_blocks` packs them
    stack: np.ndarray  # (depth + 2, 2) int64: node and level
    margin: float  # relative to squared distances: more than rounding can do to a comparison


class Filtering(Lloyd):
    """Lloyd's assignment by a walk down a tree over the rows."""

    is_row_wise = False

    def __init__(self, data: RunData, run: Run) -> None:
        super().__init__(data, run)
        self.tree = data.own
        self.ownership = unowned(self.tree, self.rows.n_blocks)
        flops = strategy.flops_per_iteration(self.rows.X.size, len(run.centers))
        self._ns_per_block = strategy.NS_PER_FLOP * flops / self.rows.n_blocks

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
        owned, walk = self._owned(), _new_walk(self.tree, self.run.centers)
        for first, end in until_cancelled(short_calls(start, stop, self._ns_per_block)):
            _filter_blocks(owned, walk, first, end)

    def rebuild(self, start: int, stop: int) -> None:
        """Make the sums of these blocks from scratch."""
        rebuild_blocks(self._owned(), start, stop)

    def label_rows(self, workers: Workers) -> None:
        """Write the labels that nodes and leaves record to `run.labels`, by row."""

        def task(start: int, stop: int) -> None:
            write_labels(self.tree, self.ownership, start, stop, self.run.labels)

        workers.run(task, self.tree.n_rows.shape[0])

    def label_again(self, workers: Workers) -> None:
        """Walk down once more, for the centers as they are now."""
        workers.run(self.assign, self.rows.n_blocks)
        self.label_rows(workers)

    def _owned(self) -> Owned:
        waiting = none_waiting(self.rows.X)
        return Owned(self.rows, self.run, self.tree, self.ownership, waiting)


def _new_walk(tree: Tree, centers: np.ndarray) -> _Walk:
    """Memory for a walk, with every center a candidate at level 0."""
    (k, d), levels, lanes = centers.shape, tree.depth + 2, lanes_of(np.float64)
    width = -(-k // lanes) * lanes
    walk = _Walk(
        candidates=np.empty((levels, k), dtype=np.int32),
        n_candidates=np.zeros(levels, dtype=np.int64),
        points=aligned_zeros((levels, d, width)),
        distances=aligned_zeros((width,)),
        blocks=empty_blocks(k, d),
        stack=np.empty((levels, 2), dtype=np.int64),
        margin=16.0 * rounding_error(d, np.dtype(np.float64)),
    )
    walk.candidates[0], walk.n_candidates[0] = np.arange(k), k
    walk.points[0, :, :k] = centers.T
    return walk


@kernel
def _filter_blocks(
    owned,  # INOUT Owned; `rows` are packed in the order of the tree
    walk,  # WORK _Walk: level 0 holds all centers
    start,  # IN  first block
    stop,  # IN
):
    """Give every row of these blocks to its nearest center: a walk down from each subtree's root.

    The candidates of a node's parent stay at its level until both children are done.
    """
    tree, stack = owned.tree, walk.stack
    for block in range(start, stop):
        start_subtree, stop_subtree = subtrees_of(tree, owned.ownership, block)
        for subtree in range(start_subtree, stop_subtree):
            if tree.n_rows[subtree] == 0:
                continue
            stack[0, 0], stack[0, 1], top = tree.first_node[subtree], 0, 1
            while top > 0:
                top -= 1
                node, level = stack[top, 0], stack[top, 1]
                if _visit_node(owned, walk, node, level, block):
                    continue
                stack[top, 0] = right_child(node, tree.size[node])
                stack[top + 1, 0] = node + 1
                stack[top, 1] = stack[top + 1, 1] = level + 1
                top += 2
        move_waiting(owned, block)


@device
def _visit_node(owned, walk, node, level, block):
    """Drop candidates of a node; returns whether its rows have labels now, without its children."""
    tree = owned.tree
    owned.run.n_distances[block] += walk.n_candidates[level]
    _drop_candidates(tree.box, node, walk, level)
    if walk.n_candidates[level + 1] == 1:
        give_node(owned, node, walk.candidates[level + 1, 0], block)
        return True
    pass_on(owned, node)
    if tree.size[node] <= LEAF_ROWS:
        _search_leaf(owned, walk, node, level + 1, block)
        return True
    return False


@device
def _drop_candidates(box, node, walk, level):
    """List, one level down, the candidates that may be nearest to some point of a box.

    Let b be the candidate nearest to the middle m of the box, c another one. |x - c|^2 - |x - b|^2
    is linear in x; over the box it is at least |m - c|^2 - |m - b|^2 - 2 sum_f half_f |c_f - b_f|.
    If that is certain to be positive, b is nearer than c to every row. (Kanungo et al., section 2,
    test the corner of the box that lies farthest towards c: the same number.)
    """
    points, n_features, width = walk.points, box.shape[2], walk.points.shape[2]
    lanes, n, kept = lane_count(points), walk.n_candidates[level], 0
    base, half = level * n_features * width, (2 * node + 1) * n_features
    nearest, best, radius = _nearest_to_middle(box, node, walk, level)
    for slot in range(0, n, lanes):
        reach = splat(0.0, points)
        for f in range(n_features):
            x = load(points, base + f * width + slot)
            apart = x - broadcast(points, base + f * width + nearest)
            apart = maximum(apart, splat(0.0, points) - apart)
            reach = fma(apart, broadcast(box, half + f), reach)
        distance = load(walk.distances, slot)
        rounding = (distance + (best + radius)) * walk.margin + _UNDERFLOW
        is_far = reach + reach + rounding < distance - best
        for lane in range(min(lanes, n - slot)):
            if not is_far[lane]:
                walk.candidates[level + 1, kept] = walk.candidates[level, slot + lane]
                for f in range(n_features):
                    points[level + 1, f, kept] = points[level, f, slot + lane]
                kept += 1
    walk.n_candidates[level + 1] = kept


@device
def _nearest_to_middle(box, node, walk, level):
    """The slot of the candidate nearest to the middle of a box, and its squared distance.

    Third, the square of half the diagonal of the box. Writes the distances of all candidates.
    """
    points, n_features, width = walk.points, box.shape[2], walk.points.shape[2]
    best, nearest, radius = np.inf, 0, 0.0
    for f in range(n_features):
        radius += box[node, 1, f] * box[node, 1, f]
    for slot in range(0, walk.n_candidates[level], lane_count(points)):
        total = splat(0.0, points)
        for f in range(n_features):
            x = load(points, (level * n_features + f) * width + slot)
            total = add_square(x - broadcast(box, 2 * node * n_features + f), total)
        store(walk.distances, slot, total)
    for slot in range(walk.n_candidates[level]):
        if walk.distances[slot] < best:
            best, nearest = walk.distances[slot], slot
    return nearest, best, radius


@device
def _search_leaf(owned, walk, leaf, level, block):
    """Label the rows of a leaf with their nearest candidates, and move those that changed."""
    rows, run, tree, labels = owned.rows, owned.run, owned.tree, owned.ownership.labels
    n_candidates = walk.n_candidates[level]
    blocks = walk.blocks[: (n_candidates + 3) // 4]
    pack_blocks(walk.points[level, :, :n_candidates].T, rows.offset, blocks)
    start, stop = np.int64(tree.start[leaf]), np.int64(tree.start[leaf] + tree.size[leaf])
    run.n_distances[block] += (stop - start) * n_candidates
    for position in range(start, stop, LANES):
        panel = position // LANES
        best, second, index = nearest_two_direct(rows.packed, panel, blocks)
        ambiguous = ambiguous_direct(best, second, rows.tie_rtol, rows.abs_error[panel])
        label = gather(walk.candidates, index + np.int32(level * walk.candidates.shape[1]))
        if any_lane((label != load_like(labels, position, best)) | ambiguous):
            for lane in range(min(LANES, stop - position)):
                new = label[lane]
                if ambiguous[lane]:
                    i = tree.order[position + lane]
                    new = np.int32(nearest_exactly(rows.X, i, rows.scale, run.centers))
                give_row(owned, position + lane, new, block)
