"""How a kd-tree over the rows is grown: once per table, for every iteration of every run on it.

J. L. Bentley (1975), "Multidimensional binary search trees used for associative searching",
doi 10.1145/361002.361007.

A node is split at the median of its widest feature. First the rows are distributed over subtrees
of about 8,000 rows, by medians of a sample. Then each subtree is split at exact medians, while its
rows are in the cache of one core. Threads grow different subtrees, and iterate over different
subtrees later. What a node knows and where it lies: kd_nodes.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.accelerated.kd_nodes import (
    LEAF_ROWS,
    Tree,
    empty_tree,
    left_size,
    measure_nodes,
    right_child,
)
from kmeans_core.kmeans.data.packed_rows import (
    Rows,
    measure_abs_error,
    middle_of_sample,
    rows_around,
)
from kmeans_core.rows.layout import LANES

_SUBTREE_ROWS = 8192  # about the most: with 4 features they fit the cache of a core
_SAMPLE_PER_SUBTREE = 64  # rows whose medians distribute the others
_SPREAD_ROWS = 32  # rows of a node from which its widest feature is found
_ROWS_PER_PART = 1 << 16
_KEY_STEPS = 2.0**31 - 1  # values of a feature that a split can distinguish


class _Splits(NamedTuple):
    """The nodes above the subtrees: node i has the children 2i + 1 and 2i + 2."""

    features: np.ndarray  # (n_subtrees - 1,) uint32
    thresholds: np.ndarray  # (n_subtrees - 1,) float64, scaled: smaller values go left


def grow_tree(
    X: np.ndarray, weight: np.ndarray | None, scale: float, workers: Workers
) -> tuple[Rows, Tree]:
    """Panels in the order of the tree, and the tree.

    `packed` and `abs_error` of the Rows are by position; `X` and `weight` are the caller's, by row.
    O(n log n) time. Memory: 4 bytes per number for the panels, and 4 + 2 (24 d + 24) / LEAF_ROWS
    bytes per row, which is 8 for 4 features.

    Measured (one core): 95 ns per row for 1e6 x 4.
    """
    n_samples, n_features = X.shape
    bucket, n_rows = _distribute(X, scale, workers), np.zeros(_n_subtrees(n_samples), np.int64)
    _count_rows(bucket, n_rows)
    tree = empty_tree(n_rows, n_features)
    _order_by_bucket(bucket, tree.first_position[:-1].copy(), tree.order)
    packed = aligned_empty(tree.order.shape[0] * n_features, FLOAT32)
    rows = rows_around(X, weight, scale, middle_of_sample(X, scale), packed)
    largest = int(n_rows.max())

    def grow(start: int, stop: int) -> None:
        keys, stack = np.empty(largest, np.int64), np.empty(tree.depth + 2, np.int64)
        for subtree in range(start, stop):
            _arrange_rows(rows, tree, subtree, keys, stack)
            start_panel, stop_panel = tree.first_position[subtree : subtree + 2] // LANES
            _pack_in_order(rows, tree.order, start_panel, stop_panel)
            measure_abs_error(rows.packed, n_features, start_panel, stop_panel, rows.abs_error)
            measure_nodes(rows, tree, subtree)

    workers.run(grow, n_rows.shape[0])
    return rows, tree


# ---- rows to subtrees --------------------------------------------------------------------------


def _n_subtrees(n_samples: int) -> int:
    """A power of two."""
    return 1 << max(0, (n_samples - 1) // _SUBTREE_ROWS).bit_length()


def _distribute(X: np.ndarray, scale: float, workers: Workers) -> np.ndarray:
    """The subtree of every row."""
    n_samples, bucket = X.shape[0], np.zeros(X.shape[0], dtype=np.int32)
    splits = _sample_splits(X, scale)

    def task(start: int, stop: int) -> None:
        for part in range(start, stop):
            end = min((part + 1) * _ROWS_PER_PART, n_samples)
            _route_rows(X, scale, splits, part * _ROWS_PER_PART, end, bucket)

    if splits.features.size:
        workers.run(task, -(-n_samples // _ROWS_PER_PART))
    return bucket


def _sample_splits(X: np.ndarray, scale: float) -> _Splits:
    """Split a sample of the rows at medians, down to the subtrees."""
    n_subtrees = _n_subtrees(X.shape[0])
    size = min(X.shape[0], _SAMPLE_PER_SUBTREE * n_subtrees)
    sample = X[np.linspace(0, X.shape[0] - 1, size).astype(np.intp)] * scale
    groups = [sample.astype(np.float64)]
    features = np.zeros(n_subtrees - 1, dtype=np.uint32)
    thresholds = np.full(n_subtrees - 1, np.inf)
    for node in range(n_subtrees - 1):
        group = groups[node]
        if len(group):
            features[node] = np.argmax(group.max(axis=0) - group.min(axis=0))
            values = group[:, features[node]]
            thresholds[node] = np.partition(values, len(values) // 2)[len(values) // 2]
        goes_left = group[:, features[node]] < thresholds[node]
        groups += [group[goes_left], group[~goes_left]]
    return _Splits(features=features, thresholds=thresholds)


@kernel
def _route_rows(
    X,  # IN  (n_samples, n_features)
    scale,  # IN
    splits,  # IN  _Splits
    start,  # IN  first row
    stop,  # IN
    bucket,  # OUT (n_samples,) int32
):
    """Write the subtree of each of these rows."""
    n_inner = splits.features.shape[0]
    for i in range(start, stop):
        node = np.uint32(0)  # unsigned: no check for negative indices
        while node < n_inner:
            goes_left = X[i, splits.features[node]] * scale < splits.thresholds[node]
            node = np.uint32(2 * node + 2 - goes_left)
        bucket[i] = node - n_inner


@kernel
def _count_rows(
    bucket,  # IN  (n_samples,)
    n_rows,  # INOUT (n_subtrees,), given as zeros
):
    """Count the rows of each subtree.

    Measured (1e6 rows): 1 ms, against 11 of np.bincount.
    """
    for i in range(bucket.shape[0]):
        n_rows[bucket[i]] += 1


@kernel
def _order_by_bucket(
    bucket,  # IN  (n_samples,)
    next_position,  # INOUT (n_subtrees,) where the next row of each subtree goes
    order,  # OUT (n_positions,)
):
    """Write the rows of each subtree, in row order, to its positions."""
    for i in range(bucket.shape[0]):
        order[next_position[bucket[i]]] = i
        next_position[bucket[i]] += 1


# ---- rows to leaves ----------------------------------------------------------------------------


@kernel
def _arrange_rows(
    rows,  # IN  Rows
    tree,  # INOUT Tree: order, start, size
    subtree,  # IN
    keys,  # WORK (rows of the largest subtree,) int64
    stack,  # WORK (depth + 2,) int64
):
    """Bring the rows of a subtree into the order of its leaves, and write where its nodes begin."""
    order, starts, sizes = tree.order, tree.start, tree.size
    position, n_rows = tree.first_position[subtree], tree.n_rows[subtree]
    if n_rows == 0:
        return
    root = tree.first_node[subtree]
    starts[root], sizes[root], stack[0], top = position, n_rows, root, 1
    while top > 0:
        top -= 1
        node = stack[top]
        start, size = np.int64(starts[node]), np.int64(sizes[node])
        if size > LEAF_ROWS:
            half, right = left_size(size), right_child(node, size)
            _split_rows(rows, order, start, size, half, keys)
            starts[node + 1], sizes[node + 1] = start, half
            starts[right], sizes[right] = start + half, size - half
            stack[top], stack[top + 1] = right, node + 1
            top += 2
    for padding in range(position + n_rows, tree.first_position[subtree + 1]):
        order[padding] = order[position + n_rows - 1]


@device
def _split_rows(rows, order, start, size, half, keys):
    """Put the `half` rows that are lowest in the widest feature before the others.

    A key is the feature's value in steps of the node's width, then the row: all keys differ.
    """
    feature, low, width = _widest_feature(rows, order, start, size)
    steps = _KEY_STEPS / width if width > 1e-290 else 0.0
    for n in range(size):
        i = np.uint32(order[start + n])  # unsigned: no check for negative indices
        step = min(max((rows.X[i, feature] * rows.scale - low) * steps, 0.0), _KEY_STEPS)
        keys[n] = (np.int64(step) << 32) | np.int64(i)
    _select_smallest(keys, size, half)
    for n in range(size):
        order[start + n] = keys[n] & 0x7FFFFFFF


@device
def _widest_feature(rows, order, start, size):
    """The feature in which some of these rows spread most, its lowest value and its width."""
    widest, lowest, width = 0, 0.0, -1.0
    stride = max(1, size // _SPREAD_ROWS)
    for f in range(rows.X.shape[1]):
        low, high = np.inf, -np.inf
        for position in range(start, start + size, stride):
            value = rows.X[order[position], f] * rows.scale
            low, high = min(low, value), max(high, value)
        if high - low > width:
            widest, lowest, width = f, low, high - low
    return widest, lowest, width


@device
def _select_smallest(keys, size, target):
    """Bring the `target` smallest of the first `size` keys, all different, to the front.

    C. A. R. Hoare (1961), "Find", doi 10.1145/366622.366647, with a partition without branches.
    """
    low, high = 0, size
    while low < target < high:
        pivot = _median(keys[low], keys[low + (high - low) // 2], keys[high - 1])
        if high - low == 2:
            pivot = min(keys[low], keys[low + 1])
        border = low  # keys before it are at most the pivot, keys from it to n are above
        for n in range(low, high):
            key = keys[n]
            keys[n] = keys[border]
            keys[border] = key
            border += key <= pivot
        if border <= target:
            low = border
        else:
            high = border


@device
def _median(a, b, c):
    return max(min(a, b), min(max(a, b), c))


@kernel
def _pack_in_order(
    rows,  # INOUT Rows: packed
    order,  # IN  (n_positions,)
    start,  # IN  first panel
    stop,  # IN
):
    """Write these panels, of the rows at their positions in `order`."""
    packed, n_features = rows.packed, rows.X.shape[1]
    for panel in range(start, stop):
        for f in range(n_features):
            base, shift = (panel * n_features + f) * LANES, rows.offset[f]
            for lane in range(LANES):
                i = np.uint32(order[panel * LANES + lane])  # no check for negative indices
                packed[base + lane] = rows.X[i, f] * rows.scale - shift
