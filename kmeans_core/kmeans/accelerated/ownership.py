"""Which cluster owns which nodes of a tree, and the sums of the clusters that follow from it.

D. Pelleg, A. Moore (1999), "Accelerating exact k-means algorithms with geometric reasoning",
doi 10.1145/312129.312248.

A node whose rows all have one label is owned by that cluster, and what its descendants record is
out of date. A node whose rows have several labels is _MIXED; a mixed leaf keeps the label of each
row. Unlike the paper we do not add up all rows in each iteration: a sum moves from one cluster to
another only when an owner or a label changes. So late in a run an iteration touches little but the
borders between clusters, and for few features it is sublinear in n.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import lanes_of
from kmeans_core.kmeans.accelerated.kd_nodes import LEAF_ROWS, Tree, node_count, right_child
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.iteration.run import Run, empty_block
from kmeans_core.kmeans.iteration.sums import move_row

_UNOWNED, _MIXED = (
    -1,
    -2,
)  # owners that are no cluster: before the first walk; rows of several labels
_MOST_WAITING = 512  # rows that move together


class Ownership(NamedTuple):
    """The owners of nodes and rows."""

    owner: np.ndarray  # (n_nodes,) int32: a cluster, _UNOWNED or _MIXED
    labels: np.ndarray  # (n_positions,) int32: of the rows of mixed leaves
    subtrees_per_block: int


class Waiting(NamedTuple):
    """Rows that have to move between sums. One per thread."""

    n_waiting: np.ndarray  # (1,) int64
    moves: np.ndarray  # (_MOST_WAITING, 3) int32: row, old label, new label
    values: np.ndarray  # (more than _MOST_WAITING, n_features), dtype of X: the rows
    weights: np.ndarray  # (_MOST_WAITING,) float64


class Owned(NamedTuple):
    """What the functions of this file work on, of one thread."""

    rows: Rows  # IN
    run: Run  # INOUT sums, cluster_weight, dirty, n_changed
    tree: Tree  # IN
    ownership: Ownership  # INOUT
    waiting: Waiting  # WORK


def unowned(tree: Tree, n_blocks: int) -> Ownership:
    """No node and no row has an owner."""
    return Ownership(
        owner=np.full(tree.start.shape[0], _UNOWNED, dtype=np.int32),
        labels=np.full(tree.order.shape[0], _UNOWNED, dtype=np.int32),
        subtrees_per_block=-(-tree.n_rows.shape[0] // n_blocks),
    )


def none_waiting(X: np.ndarray) -> Waiting:
    """No row waits. Values are read up to one register past the row that moves."""
    n_rows = _MOST_WAITING + lanes_of(np.float64)
    return Waiting(
        n_waiting=np.zeros(1, dtype=np.int64),
        moves=np.empty((_MOST_WAITING, 3), dtype=np.int32),
        values=np.zeros((n_rows, X.shape[1]), dtype=X.dtype),
        weights=np.empty(_MOST_WAITING),
    )


@device
def subtrees_of(tree, ownership, block):
    """The subtrees of a block, as start and stop; the last blocks may have none."""
    n_subtrees, share = tree.n_rows.shape[0], ownership.subtrees_per_block
    return min(block * share, n_subtrees), min((block + 1) * share, n_subtrees)


@device
def _next_node(tree, ownership, node):
    """The next node of a walk over the largest owned nodes and the mixed leaves."""
    return node + (1 if ownership.owner[node] == _MIXED else node_count(tree.size[node]))


@device
def pass_on(owned, node):
    """Give the rows of a node, which may get several labels now, their owner one by one."""
    owner, tree = owned.ownership.owner, owned.tree
    old, start, size = owner[node], tree.start[node], tree.size[node]
    if old != _MIXED:
        owner[node] = _MIXED
        if size > LEAF_ROWS:
            owner[node + 1] = owner[right_child(node, size)] = old
        else:
            for position in range(start, start + size):
                owned.ownership.labels[position] = old


@device
def give_node(owned, node, new, block):
    """Make one cluster the owner of a node: move the sums of all that was not its own."""
    tree, owner = owned.tree, owned.ownership.owner
    if owner[node] == new:
        return
    below, stop = node, node + node_count(tree.size[node])
    while below < stop:
        if owner[below] != _MIXED:
            _move_node(owned, below, owner[below], new, block)
        elif tree.size[below] <= LEAF_ROWS:
            for position in range(tree.start[below], tree.start[below] + tree.size[below]):
                give_row(owned, position, new, block)
        below = _next_node(tree, owned.ownership, below)
    owner[node] = new


@device
def give_row(owned, position, new, block):
    """Label one row of a leaf, and let it wait to be moved if its label changed."""
    old = owned.ownership.labels[position]
    if new != old:
        owned.ownership.labels[position] = new
        owned.run.n_changed[block] += 1
        _let_wait(owned, owned.tree.order[position], old, new, block)


@device
def _let_wait(owned, i, old, new, block):
    """Put a row on the list of those that move."""
    if owned.waiting.n_waiting[0] == _MOST_WAITING:
        move_waiting(owned, block)
    n, moves = owned.waiting.n_waiting[0], owned.waiting.moves
    moves[n, 0], moves[n, 1], moves[n, 2] = i, old, new
    owned.waiting.n_waiting[0] = n + 1


@device
def move_waiting(owned, block):
    """Move the rows that wait between the sums of a block.

    Neighbours in the tree lie far apart in memory. A loop that only copies rows lets the processor
    wait for many of them at the same time.

    Measured: a row moved as soon as its label changed took 100 ns.
    """
    rows, waiting = owned.rows, owned.waiting
    for n in range(waiting.n_waiting[0]):
        i = np.int64(np.uint32(waiting.moves[n, 0]))
        waiting.weights[n] = rows.weight[i * rows.weight_step]
        for f in range(rows.X.shape[1]):
            waiting.values[n, f] = rows.X[i, f]
    for n in range(waiting.n_waiting[0]):
        old, new = waiting.moves[n, 1], waiting.moves[n, 2]
        move_row(waiting.values, n, waiting.weights[n], rows, owned.run, old, new, block)
    waiting.n_waiting[0] = 0


@device
def _move_node(owned, node, old, new, block):
    """Move the sum of a node from one cluster to another; `old` is _UNOWNED at first."""
    run, tree = owned.run, owned.tree
    if new != old:
        run.n_changed[block] += tree.size[node]
        if tree.weight[node, 1] > 0.0:
            if old >= 0:
                _add_node(run, tree, node, -1.0, old, block)
            _add_node(run, tree, node, 1.0, new, block)


@device
def _add_node(run, tree, node, sign, j, block):
    """Add `sign` times the sum of a node to cluster j's in this block."""
    for f in range(tree.sums.shape[1]):
        run.sums[block, j, f] += sign * tree.sums[node, f]
    run.cluster_weight[block, j, 0] += sign * tree.weight[node, 0]
    run.cluster_weight[block, j, 1] += sign * tree.weight[node, 1]
    run.dirty[block, j] = True


@kernel
def rebuild_blocks(
    owned,  # INOUT Owned
    start,  # IN  first block
    stop,  # IN
):
    """Make the sums of these blocks from scratch, from the owners of nodes and rows."""
    run, tree, ownership = owned.run, owned.tree, owned.ownership
    for block in range(start, stop):
        empty_block(run, block)
        start_subtree, stop_subtree = subtrees_of(tree, ownership, block)
        node = tree.first_node[start_subtree]
        while node < tree.first_node[stop_subtree]:
            if ownership.owner[node] != _MIXED:
                _add_node(run, tree, node, 1.0, ownership.owner[node], block)
            elif tree.size[node] <= LEAF_ROWS:
                for position in range(tree.start[node], tree.start[node] + tree.size[node]):
                    label = ownership.labels[position]
                    _let_wait(owned, tree.order[position], _UNOWNED, label, block)
            node = _next_node(tree, ownership, node)
        move_waiting(owned, block)


@kernel
def write_labels(
    tree,  # IN  Tree
    ownership,  # IN  Ownership
    start,  # IN  first subtree
    stop,  # IN
    labels,  # OUT (at least n_samples,) int32, by row
):
    """Write the labels of the rows of these subtrees."""
    node = tree.first_node[start]
    while node < tree.first_node[stop]:
        owner = ownership.owner[node]
        if owner != _MIXED or tree.size[node] <= LEAF_ROWS:
            for position in range(tree.start[node], tree.start[node] + tree.size[node]):
                label = ownership.labels[position] if owner == _MIXED else owner
                labels[tree.order[position]] = label
        node = _next_node(tree, ownership, node)
