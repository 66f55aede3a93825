"""The nodes of a kd-tree over the rows: how they lie in flat arrays, and what they know.

A node knows the box of its rows, their weighted sum and their weight: all that k-means needs for
rows that go to one center together. A tree consists of subtrees. The nodes of a subtree lie in the
order in which a walk meets them: the left child follows its parent, the right child follows the
left subtree. Leaves hold LEAF_ROWS rows, whole panels; only the last leaf of a subtree may hold
fewer. So the size of a node alone says where its children are and how many nodes lie below it.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.rows.layout import LANES

LEAF_ROWS = 64  # a multiple of the rows of every panel
GROWTH = 1.0 + 2.0**-50  # times half a box's width: more than rounding takes off


class Tree(NamedTuple):
    """Nodes of all subtrees, one subtree after the other. A position is an index into `order`."""

    order: np.ndarray  # (n_panels * lanes,) int32: the row at each position; after a subtree's last
    # row it is repeated to the end of the panel
    first_position: np.ndarray  # (n_subtrees + 1,) int64: where a panel begins
    n_rows: np.ndarray  # (n_subtrees,) int64
    first_node: np.ndarray  # (n_subtrees + 1,) int64
    start: np.ndarray  # (n_nodes,) int32: position of a node's first row
    size: np.ndarray  # (n_nodes,) int32: rows of a node
    box: np.ndarray  # (n_nodes, 2, n_features) float64: middle, and half the width rounded up
    sums: np.ndarray  # (n_nodes, n_features) float64: weighted sum of the rows of a node
    weight: np.ndarray  # (n_nodes, 2) float64: their weight, and how many have a positive weight
    depth: int  # most levels below the root of a subtree


def empty_tree(n_rows: np.ndarray, n_features: int) -> Tree:
    """Memory for a tree whose subtrees have these numbers of rows."""
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
        weight=np.empty((n_nodes, 2)),
        depth=int(leaves.max() - 1).bit_length(),
    )


@device
def left_size(size):
    """Rows of the left child: half of the leaves, the odd one included, all of them full."""
    return ((size - 1) // LEAF_ROWS + 2) // 2 * LEAF_ROWS


@device
def right_child(node, size):
    """The right child of a node; the left one is the next node."""
    return node + 2 * (left_size(size) // LEAF_ROWS)


@device
def node_count(size):
    """A node of `size` rows and all nodes below it: one less than twice its leaves."""
    return 2 * ((size - 1) // LEAF_ROWS) + 1


@kernel
def measure_nodes(
    rows,  # IN  Rows
    tree,  # INOUT Tree: box, sums, weight
    subtree,  # IN
):
    """Write the boxes, sums and weights of a subtree's nodes, from the leaves to the root."""
    box, sums, weight = tree.box, tree.sums, tree.weight
    start, stop = tree.first_node[subtree], tree.first_node[subtree + 1]
    for node in range(stop - 1, start - 1, -1):
        if tree.size[node] <= LEAF_ROWS:
            _measure_leaf(rows, tree, node)
        else:
            left, right = node + 1, right_child(node, tree.size[node])
            for f in range(sums.shape[1]):
                box[node, 0, f] = min(box[left, 0, f], box[right, 0, f])
                box[node, 1, f] = max(box[left, 1, f], box[right, 1, f])
                sums[node, f] = sums[left, f] + sums[right, f]
            weight[node, 0] = weight[left, 0] + weight[right, 0]
            weight[node, 1] = weight[left, 1] + weight[right, 1]
    for node in range(start, stop):  # from lowest and highest to middle and half the width
        for f in range(sums.shape[1]):
            low, high = box[node, 0, f], box[node, 1, f]
            middle = 0.5 * (low + high)
            box[node, 0, f] = middle
            box[node, 1, f] = max(high - middle, middle - low) * GROWTH


@device
def _measure_leaf(rows, tree, leaf):
    """Write the lowest and highest values of the rows of a leaf, their weighted sum and weight."""
    X, box, sums, weight = rows.X, tree.box, tree.sums, tree.weight
    for f in range(X.shape[1]):
        box[leaf, 0, f], box[leaf, 1, f], sums[leaf, f] = np.inf, -np.inf, 0.0
    weight[leaf, 0] = weight[leaf, 1] = 0.0
    for position in range(tree.start[leaf], tree.start[leaf] + tree.size[leaf]):
        i = np.uint32(tree.order[position])
        w = float(rows.weight[i * rows.weight_step])
        for f in range(X.shape[1]):
            value = X[i, f] * rows.scale
            box[leaf, 0, f] = min(box[leaf, 0, f], value)
            box[leaf, 1, f] = max(box[leaf, 1, f], value)
            sums[leaf, f] += w * value
        weight[leaf, 0] += w
        weight[leaf, 1] += w > 0.0
