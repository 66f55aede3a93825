"""A kd-tree over the rows: built once, walked by every iteration of every run on the table.

J. L. Bentley (1975), "Multidimensional binary search trees used for associative searching",
doi 10.1145/361002.361007. A node knows the box of its rows, their weighted sum and their weight,
which is all that k-means asks of rows that go to one center together (see `filtering.py`).

The rows are first dealt out to subtrees of some 8,000 rows, by the medians of a sample; each
subtree is then split at exact medians, in a core's own cache. Subtrees are grown by several
threads, and are what an iteration hands to them. Nodes lie in flat arrays in the order in which
a walk meets them: the left child follows its parent, the right one follows the left subtree. Leaves
hold LEAF_ROWS rows, whole panels, and the panels lie in the order of the leaves.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import lane_count
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.packed_rows import (
    Rows,
    measure_abs_error,
    middle_of_sample,
    rows_around,
)
from kmeans_core.rows.layout import LANES

LEAF_ROWS = 64  # a multiple of every panel's rows
SUBTREE_ROWS = 8192  # at most, about: their rows, 4 features wide, fit the cache of a core
SAMPLE_OF_SUBTREE = 64  # rows whose medians deal the others out
SPREAD_ROWS = 32  # rows of a node that say which of its features is the widest
ROWS_PER_PART = 1 << 16
KEY_STEPS = 2.0**31 - 1  # values of a feature that a split can tell apart
GROWTH = 1.0 + 2.0**-50  # makes half a box's width an upper bound


class Tree(NamedTuple):
    """Nodes of all subtrees, one subtree after the other. A position is a place in `order`."""

    order: np.ndarray  # (n_panels * lanes,) int32: the row at each position; after a subtree's last
    # row it is repeated to the end of the panel
    first_position: np.ndarray  # (n_subtrees + 1,) int64: at the beginning of a panel
    n_rows: np.ndarray  # (n_subtrees,) int64
    first_node: np.ndarray  # (n_subtrees + 1,) int64
    start: np.ndarray  # (n_nodes,) int32: position of a node's first row
    size: np.ndarray  # (n_nodes,) int32: how many
    box: np.ndarray  # (n_nodes, 2, n_features) float64: middle, and half the width rounded up
    sums: np.ndarray  # (n_nodes, n_features) float64: weighted sum of its rows
    cluster_weight: (
        np.ndarray
    )  # (n_nodes, 2) float64: their weight, and how many have a positive weight
    depth: int  # levels below the root of a subtree, at most


def grow_tree(
    X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers
) -> tuple[Rows, Tree]:
    """Panels in the order of the tree, and the tree.

    `packed` and `abs_error` of the Rows lie by position; `X` and `weight` are the caller's, by row.
    O(n log n) time: 95 ns a row (1e6 x 4, one core). Memory: 4 bytes a number for the panels, and
    4 + 2 (24 d + 24) / LEAF_ROWS a row, that is 8 for 4 features.
    """
    n_samples, n_features = X.shape
    bucket, n_rows = _deal_out(X, scale, workers), np.zeros(_n_subtrees(n_samples), np.int64)
    count_rows(bucket, n_rows)
    tree = _empty_tree(n_rows, n_features)
    deal_rows(bucket, tree.first_position[:-1].copy(), tree.order)
    packed = aligned_empty(tree.order.shape[0] * n_features, FLOAT32)
    rows = rows_around(X, weight, scale, middle_of_sample(X, scale), packed)
    largest = int(n_rows.max())

    def grow(first: int, last: int) -> None:
        keys, stack = np.empty(largest, np.int64), np.empty(tree.depth + 2, np.int64)
        for subtree in range(first, last):
            arrange_rows(rows, tree, subtree, keys, stack)
            first_panel, last_panel = tree.first_position[subtree : subtree + 2] // LANES
            pack_in_order(rows, tree.order, first_panel, last_panel)
            measure_abs_error(rows.packed, n_features, first_panel, last_panel, rows.abs_error)
            measure_nodes(rows, tree, subtree)

    workers.run(grow, n_rows.shape[0])
    return rows, tree


def _n_subtrees(n_samples: int) -> int:
    """A power of two."""
    return 1 << max(0, (n_samples - 1) // SUBTREE_ROWS).bit_length()


def _empty_tree(n_rows: np.ndarray, n_features: int) -> Tree:
    leaves = -(-n_rows // LEAF_ROWS)
    first_position = np.concatenate([[0], np.cumsum(-(-n_rows // LANES) * LANES)])
    first_node = np.concatenate([[0], np.cumsum(np.maximum(2 * leaves - 1, 0))])
    n_nodes = int(first_node[-1])
    return Tree(
        order=np.empty(int(first_position[-1]), dtype=np.int32),
        first_position=first_position,
        n_rows=n_rows,
        first_node=first_node,
        start=np.empty(n_nodes, dtype=np.int32),
        size=np.empty(n_nodes, dtype=np.int32),
        box=np.empty((n_nodes, 2, n_features)),
        sums=np.empty((n_nodes, n_features)),
        cluster_weight=np.empty((n_nodes, 2)),
        depth=int(leaves.max() - 1).bit_length(),
    )


def _deal_out(X: np.ndarray, scale: float, workers: Workers) -> np.ndarray:
    """The subtree of every row."""
    n_samples, bucket = X.shape[0], np.zeros(X.shape[0], dtype=np.int32)
    features, thresholds = _sample_splits(X, scale)

    def task(first: int, last: int) -> None:
        for part in range(first, last):
            stop = min((part + 1) * ROWS_PER_PART, n_samples)
            route_rows(X, scale, features, thresholds, part * ROWS_PER_PART, stop, bucket)

    if features.size:
        workers.run(task, -(-n_samples // ROWS_PER_PART))
    return bucket


def _sample_splits(X: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Feature and threshold of every node above the subtrees; node i has children 2i+1, 2i+2."""
    n_subtrees = _n_subtrees(X.shape[0])
    size = min(X.shape[0], SAMPLE_OF_SUBTREE * n_subtrees)
    sample = X[np.linspace(0, X.shape[0] - 1, size).astype(np.intp)] * scale
    groups = [sample.astype(np.float64)]
    features: list[int] = []
    thresholds: list[float] = []
    while len(features) < n_subtrees - 1:
        group = groups[len(features)]
        feature, threshold = 0, np.inf
        if len(group):
            feature = int(np.argmax(group.max(axis=0) - group.min(axis=0)))
            threshold = np.partition(group[:, feature], len(group) // 2)[len(group) // 2]
        features.append(feature)
        thresholds.append(threshold)
        goes_left = group[:, feature] < threshold
        groups += [group[goes_left], group[~goes_left]]
    return np.array(features, dtype=np.uint32), np.array(thresholds, dtype=np.float64)


@kernel
def route_rows(
    X,  # IN  (n_samples, n_features)
    scale,  # IN
    features,  # IN  (n_subtrees - 1,) uint32
    thresholds,  # IN  (n_subtrees - 1,) scaled
    start,  # IN  first row
    stop,  # IN  row after the last
    bucket,  # OUT (n_samples,) int32
):
    """Writes the subtree of these rows."""
    n_inner = features.shape[0]
    for i in range(start, stop):
        node = np.uint32(0)  # unsigned: no check for negative places
        while node < n_inner:
            goes_left = X[i, features[node]] * scale < thresholds[node]
            node = np.uint32(2 * node + 2 - goes_left)
        bucket[i] = node - n_inner


@kernel
def count_rows(
    bucket,  # IN  (n_samples,)
    n_rows,  # OUT (n_subtrees,), given as zeros
):
    """Writes how many rows each subtree gets. (np.bincount took 11 ms for 1e6 rows, this 1.)"""
    for i in range(bucket.shape[0]):
        n_rows[bucket[i]] += 1


@kernel
def deal_rows(
    bucket,  # IN  (n_samples,)
    place,  # INOUT (n_subtrees,) where the next row of each subtree goes
    order,  # OUT (n_positions,)
):
    """Writes the rows of each subtree, in row order, to its positions."""
    for i in range(bucket.shape[0]):
        order[place[bucket[i]]] = i
        place[bucket[i]] += 1


@device
def left_count(count):
    """Rows of the left child: half the leaves, the odd one included, all of them full."""
    return ((count - 1) // LEAF_ROWS + 2) // 2 * LEAF_ROWS


@device
def right_child(node, count):
    """The left child is the next node; it and all below it are 2 * leaves - 1 nodes."""
    return node + 2 * (left_count(count) // LEAF_ROWS)


@kernel
def arrange_rows(
    rows,  # IN  Rows
    tree,  # INOUT Tree: order, start, size
    subtree,  # IN
    keys,  # scratch (rows of the largest subtree,) int64
    stack,  # scratch (depth + 2,) int64
):
    """Bring the rows of a subtree into the order of its leaves, and say where its nodes lie."""
    order, start, sizes = tree.order, tree.start, tree.size
    position, n_rows = tree.first_position[subtree], tree.n_rows[subtree]
    if n_rows == 0:
        return
    root = tree.first_node[subtree]
    start[root], sizes[root], stack[0], top = position, n_rows, root, 1
    while top > 0:
        top -= 1
        node = stack[top]
        first, size = np.int64(start[node]), np.int64(sizes[node])
        if size > LEAF_ROWS:
            half, right = left_count(size), right_child(node, size)
            split_rows(rows, order, first, size, half, keys)
            start[node + 1], sizes[node + 1] = first, half
            start[right], sizes[right] = first + half, size - half
            stack[top], stack[top + 1] = right, node + 1
            top += 2
    for place in range(position + n_rows, tree.first_position[subtree + 1]):
        order[place] = order[position + n_rows - 1]


@device
def split_rows(rows, order, first, size, half, keys):
    """Put the `half` rows that are lowest in the widest feature before the others.

    A key is the feature's value in steps of the node's width, then the row: all keys differ.
    """
    X, scale = rows.X, rows.scale
    feature, low, width = widest_feature(X, scale, order, first, size)
    steps = KEY_STEPS / width if width > 1e-290 else 0.0
    for place in range(size):
        i = np.uint32(order[first + place])  # no check for negative places
        step = min(max((X[i, feature] * scale - low) * steps, 0.0), KEY_STEPS)
        keys[place] = (np.int64(step) << 32) | np.int64(i)
    select_smallest(keys, size, half)
    for place in range(size):
        order[first + place] = keys[place] & 0x7FFFFFFF


@device
def widest_feature(X, scale, order, first, size):
    """The feature in which some of these rows spread most, its lowest value and its width."""
    widest, lowest, width = 0, 0.0, -1.0
    stride = max(1, size // SPREAD_ROWS)
    for f in range(X.shape[1]):
        low, high = np.inf, -np.inf
        for place in range(first, first + size, stride):
            value = X[order[place], f] * scale
            low, high = min(low, value), max(high, value)
        if high - low > width:
            widest, lowest, width = f, low, high - low
    return widest, lowest, width


@device
def select_smallest(keys, size, target):
    """Bring the `target` smallest of the first `size` keys, all different, to the front.

    C. A. R. Hoare (1961), "Find", doi 10.1145/366622.366647, with a partition without branches.
    """
    low, high = 0, size
    while low < target < high:
        pivot = median(keys[low], keys[low + (high - low) // 2], keys[high - 1])
        if high - low == 2:
            pivot = min(keys[low], keys[low + 1])
        border = low  # keys before it are at most the pivot, keys from it to `place` above
        for place in range(low, high):
            key = keys[place]
            keys[place] = keys[border]
            keys[border] = key
            border += key <= pivot
        if border <= target:
            low = border
        else:
            high = border


@device
def median(a, b, c):
    return max(min(a, b), min(max(a, b), c))


@kernel
def pack_in_order(
    rows,  # INOUT Rows: packed
    order,  # IN  (n_positions,)
    first,  # IN  first panel
    last,  # IN  panel after the last
):
    """Writes these panels, whose rows are those of `order`."""
    X, packed, scale, offset = rows.X, rows.packed, rows.scale, rows.offset
    lanes, n_features = lane_count(packed), X.shape[1]
    for panel in range(first, last):
        for f in range(n_features):
            base, shift = (panel * n_features + f) * lanes, offset[f]
            for lane in range(lanes):
                i = np.uint32(order[panel * lanes + lane])  # no check for negative places
                packed[base + lane] = X[i, f] * scale - shift


@kernel
def measure_nodes(
    rows,  # IN  Rows
    tree,  # INOUT Tree: box, sums, cluster_weight
    subtree,  # IN
):
    """Writes the boxes, sums and masses of a subtree's nodes, from the leaves to the root."""
    box, sums, cluster_weight = tree.box, tree.sums, tree.cluster_weight
    first, last = tree.first_node[subtree], tree.first_node[subtree + 1]
    for node in range(last - 1, first - 1, -1):
        if tree.size[node] <= LEAF_ROWS:
            measure_leaf(rows, tree, node)
        else:
            left, right = node + 1, right_child(node, tree.size[node])
            for f in range(sums.shape[1]):
                box[node, 0, f] = min(box[left, 0, f], box[right, 0, f])
                box[node, 1, f] = max(box[left, 1, f], box[right, 1, f])
                sums[node, f] = sums[left, f] + sums[right, f]
            cluster_weight[node, 0] = cluster_weight[left, 0] + cluster_weight[right, 0]
            cluster_weight[node, 1] = cluster_weight[left, 1] + cluster_weight[right, 1]
    for node in range(first, last):  # from lowest and highest to middle and half the width
        for f in range(sums.shape[1]):
            low, high = box[node, 0, f], box[node, 1, f]
            middle = 0.5 * (low + high)
            box[node, 0, f] = middle
            box[node, 1, f] = max(high - middle, middle - low) * GROWTH


@device
def measure_leaf(rows, tree, leaf):
    """Lowest and highest values, weighted sum and weight of the rows of a leaf."""
    X, scale, box, sums, cluster_weight = (
        rows.X,
        rows.scale,
        tree.box,
        tree.sums,
        tree.cluster_weight,
    )
    for f in range(X.shape[1]):
        box[leaf, 0, f], box[leaf, 1, f], sums[leaf, f] = np.inf, -np.inf, 0.0
    cluster_weight[leaf, 0] = cluster_weight[leaf, 1] = 0.0
    for place in range(tree.start[leaf], tree.start[leaf] + tree.size[leaf]):
        i = np.uint32(tree.order[place])
        w = float(rows.weight[i * rows.weight_step])
        for f in range(X.shape[1]):
            value = X[i, f] * scale
            box[leaf, 0, f] = min(box[leaf, 0, f], value)
            box[leaf, 1, f] = max(box[leaf, 1, f], value)
            sums[leaf, f] += w * value
        cluster_weight[leaf, 0] += w
        cluster_weight[leaf, 1] += w > 0.0
