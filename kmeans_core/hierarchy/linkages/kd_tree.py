"""A kd-tree with as many children per node as a register has lanes.

Rows are split in half, again and again, at the median of the widest feature, into 2^m leaves of 8
to 16 rows. Most binary levels are then skipped: a node keeps the boxes of its A descendants a few
levels down (A = 8 with AVX-512), feature by feature, lane = child, so the distances of a point to
all of them are one pass of a few instructions.

Levels are numbered from 1, below the root, to the leaves. Node p of a level has the children
p A .. p A + A - 1 in the next one; at the first level there may be fewer than A nodes.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import lane_count, lanes_of
from kmeans_core.engine.threads import Workers
from kmeans_core.hierarchy.distances.panels import FLOAT64, infinite, panel_slot

LEAF_ROWS = 16
_SHARED_LEVELS = 3  # halved before threads take a part each


class KdTree(NamedTuple):
    """Rows in the order of the leaves, and the boxes of all nodes. Read by kernels."""

    rows: np.ndarray  # (n_samples, n_features)
    order: np.ndarray  # (n_samples,): which row of the input stands here
    leaf_of: np.ndarray  # (n_samples,)
    packed: np.ndarray  # the rows in panels, leaf_panels per leaf; inf where a leaf has no more
    leaf_panels: int
    n_leaves: int
    n_levels: int
    level_start: np.ndarray  # (n_levels + 2,): first node of each level, among all nodes
    low: np.ndarray  # boxes, in panels of A children: low[(node // A * d + f) * A + node % A]
    high: np.ndarray


class _Parts(NamedTuple):
    """Parts `start` to `stop` of the rows at a level of the binary tree; level 0 is one part."""

    level: int
    start: int
    stop: int


def build_kd_tree(X: np.ndarray, workers: Workers) -> KdTree:
    """A tree over the rows of a float64 matrix; O(n d log n) time, about 32 n d bytes."""
    n_samples, n_features = X.shape
    lanes = lanes_of(FLOAT64)
    depth = max(0, int(np.ceil(np.log2(n_samples / LEAF_ROWS))))
    rows, order = X.copy(), np.arange(n_samples)
    _split_rows(rows, order, depth, workers)
    n_leaves, level_sizes = 1 << depth, [1 << depth]
    while level_sizes[0] > lanes:
        level_sizes.insert(0, -(-level_sizes[0] // lanes))
    starts = [0]
    for size in level_sizes:  # each level begins on a panel of its own
        starts.append(starts[-1] + -(-size // lanes) * lanes)
    bounds = np.arange(n_leaves + 1) * n_samples >> depth
    leaf_panels = -(-int(np.diff(bounds).max()) // lanes)
    tree = KdTree(
        rows=rows,
        order=order,
        leaf_of=np.repeat(np.arange(n_leaves), np.diff(bounds)),
        packed=infinite(n_leaves * leaf_panels * lanes * n_features),
        leaf_panels=leaf_panels,
        n_leaves=n_leaves,
        n_levels=len(level_sizes),
        level_start=np.array([0, *starts]),
        low=infinite(starts[-1] * n_features),
        high=infinite(starts[-1] * n_features),  # no box: of inf - x and x - inf inf is larger
    )
    _fill(tree)
    return tree


def _split_rows(rows: np.ndarray, order: np.ndarray, depth: int, workers: Workers) -> None:
    """Bring the rows into the order of their leaves, 2^depth of them."""
    top, n_features = min(depth, _SHARED_LEVELS), rows.shape[1]
    _split(rows, order, _Parts(0, 0, 1), top, np.empty((2, n_features)))

    def split(start: int, stop: int) -> None:
        _split(rows, order, _Parts(top, start, stop), depth, np.empty((2, n_features)))

    workers.run(split, 1 << top)


@device
def leaf_start(tree, leaf):
    """First row of a leaf."""
    return leaf * tree.rows.shape[0] // tree.n_leaves


@kernel
def _split(
    rows,  # INOUT (n_samples, n_features), reordered
    order,  # INOUT (n_samples,), reordered with them
    parts,  # IN  _Parts
    depth,  # IN  level to end at
    box,  # WORK (2, n_features)
):
    """Brings the rows of some parts into the order of their parts at level `depth`."""
    n_samples, n_features = rows.shape
    low, high = box[0], box[1]
    for level in range(parts.level, depth):
        below = level - parts.level
        for part in range(parts.start << below, parts.stop << below):
            start, stop = part * n_samples >> level, (part + 1) * n_samples >> level
            for f in range(n_features):
                low[f], high[f] = rows[start, f], rows[start, f]
            for i in range(start + 1, stop):
                for f in range(n_features):
                    low[f], high[f] = min(low[f], rows[i, f]), max(high[f], rows[i, f])
            widest = 0
            for f in range(1, n_features):
                if high[f] - low[f] > high[widest] - low[widest]:
                    widest = f
            _halve(rows, order, widest, start, (2 * part + 1) * n_samples >> level + 1, stop - 1)


@device
def _halve(rows, order, feature, first, middle, last):
    """Hoare's selection 1961, doi 10.1145/366622.366647: no row before `middle` is larger."""
    while first < last:
        pivot = rows[(first + last) // 2, feature]
        i, j = first, last
        while i <= j:
            while rows[i, feature] < pivot:
                i += 1
            while rows[j, feature] > pivot:
                j -= 1
            if i <= j:
                for f in range(rows.shape[1]):
                    rows[i, f], rows[j, f] = rows[j, f], rows[i, f]
                order[i], order[j] = order[j], order[i]
                i += 1
                j -= 1
        if middle <= j:
            last = j
        elif middle >= i:
            first = i
        else:
            return


@kernel
def _fill(
    tree,  # INOUT KdTree: packed, low, high, infinite on entry
):
    """Writes the panels of the leaves and the boxes of all nodes."""
    lanes, n_features = lane_count(tree.packed), tree.rows.shape[1]
    for leaf in range(tree.n_leaves):
        start, stop = leaf_start(tree, leaf), leaf_start(tree, leaf + 1)
        for i in range(start, stop):
            column = leaf * tree.leaf_panels * lanes + i - start
            for f in range(n_features):
                tree.packed[panel_slot(column, f, n_features, lanes)] = tree.rows[i, f]
    for level in range(tree.n_levels, 0, -1):
        width = 1  # leaves of a node of this level
        for _ in range(tree.n_levels - level):
            width *= lanes
        for p in range(-(-tree.n_leaves // width)):
            start = leaf_start(tree, p * width)
            stop = leaf_start(tree, min((p + 1) * width, tree.n_leaves))
            for f in range(n_features):
                slot = panel_slot(tree.level_start[level] + p, f, n_features, lanes)
                tree.low[slot], tree.high[slot] = np.inf, -np.inf
                for i in range(start, stop):
                    tree.low[slot] = min(tree.low[slot], tree.rows[i, f])
                    tree.high[slot] = max(tree.high[slot], tree.rows[i, f])
