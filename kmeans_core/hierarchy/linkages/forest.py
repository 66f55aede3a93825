"""The spanning forest of Borůvka's algorithm: its components and the edges that leave them."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import lane_count
from kmeans_core.hierarchy.distances.panels import squared_distance
from kmeans_core.hierarchy.linkages.kd_tree import leaf_start
from kmeans_core.hierarchy.linkages.union_find import root


class Forest(NamedTuple):
    """The components so far, and what is known of the edges that leave them."""

    component: np.ndarray  # (n_samples,): its name is one of its rows
    node_component: np.ndarray  # (nodes,): of all rows below a node, or -1 if they differ
    parents: np.ndarray  # (n_samples,): union-find over rows
    near: np.ndarray  # (n_samples,): no row outside the component is nearer than this square
    neighbor: np.ndarray  # (n_samples,): the row found at that distance, or the row itself
    shortest: np.ndarray  # (n_samples,): of each component, the shortest square that leaves it
    inside: np.ndarray  # (n_samples,): its row inside
    outside: np.ndarray  # (n_samples,): its row outside
    slot: np.ndarray  # (n_samples,): the first row of this row's component in this row's block
    latest_slot: np.ndarray  # WORK (n_samples,): of each component, its slot in the latest block
    best: np.ndarray  # (n_samples,): at slots, the shortest square found by the block
    best_row: np.ndarray  # (n_samples,): at slots, the row of the block that it leaves from, or -1


def new_forest(n_samples: int, n_nodes: int) -> Forest:
    """Every row a component."""

    def every_row() -> np.ndarray:
        return np.arange(n_samples)

    return Forest(
        component=every_row(),
        node_component=np.full(n_nodes, -1),
        parents=every_row(),
        near=np.zeros(n_samples),
        neighbor=every_row(),
        shortest=np.empty(n_samples),
        inside=every_row(),
        outside=every_row(),
        slot=every_row(),
        latest_slot=every_row(),
        best=np.empty(n_samples),
        best_row=every_row(),
    )


@kernel
def begin_round(
    tree,  # IN  KdTree
    forest,  # INOUT Forest: shortest, inside, outside, slot, best, best_row
    n_blocks,  # IN
):
    """Writes what is known before any search, and where the blocks keep what they find."""
    n_samples = tree.rows.shape[0]
    for i in range(n_samples):
        forest.shortest[i], forest.latest_slot[i] = np.inf, -1
    for i in range(n_samples):
        if forest.component[forest.neighbor[i]] != forest.component[i]:
            _offer(forest, i, forest.neighbor[i], forest.near[i])
        if i > 0 and forest.component[i] != forest.component[i - 1]:
            # Neighbours in the order of the tree: a first bound that costs little.
            square = squared_distance(tree.rows, i, i - 1)
            _offer(forest, i, i - 1, square)
            _offer(forest, i - 1, i, square)
    for block in range(n_blocks):
        start, stop = block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks
        for i in range(start, stop):
            c = forest.component[i]
            if forest.latest_slot[c] < start:
                forest.latest_slot[c] = i
                forest.best[i], forest.best_row[i] = forest.shortest[c], -1
            forest.slot[i] = forest.latest_slot[c]


@device
def _offer(forest, i, j, square):
    """Let the edge from row i to row j be the shortest that leaves i's component, if it is."""
    own = forest.component[i]
    if square < forest.shortest[own]:
        forest.shortest[own], forest.inside[own], forest.outside[own] = square, i, j


@kernel
def add_edges(
    tree,  # IN  KdTree
    forest,  # INOUT Forest: parents, component, node_component
    n_edges,  # IN  edges so far
    edges,  # OUT (n_samples - 1, 2), in the order of the tree
    squares,  # OUT (n_samples - 1,)
):
    """Appends each component's shortest edge and joins what it connects; returns their number."""
    n_samples, parents = tree.rows.shape[0], forest.parents
    for i in range(n_samples):
        if forest.slot[i] == i and forest.best_row[i] >= 0:
            row = forest.best_row[i]
            _offer(forest, row, forest.neighbor[row], forest.best[i])
    for c in range(n_samples):
        if forest.component[c] == c:
            a, b = root(parents, forest.inside[c]), root(parents, forest.outside[c])
            if a != b:
                parents[max(a, b)] = min(a, b)
                edges[n_edges, 0], edges[n_edges, 1] = forest.inside[c], forest.outside[c]
                squares[n_edges] = forest.shortest[c]
                n_edges += 1
    for i in range(n_samples):
        forest.component[i] = root(parents, i)
    _name_nodes(tree, forest)
    return n_edges


@device
def _name_nodes(tree, forest):
    """Write the component of every node, from the leaves up."""
    lanes = lane_count(tree.packed)
    for leaf in range(tree.n_leaves):
        first = leaf_start(tree, leaf)
        name = forest.component[first]
        for i in range(first + 1, leaf_start(tree, leaf + 1)):
            if forest.component[i] != name:
                name = -1
        forest.node_component[tree.level_start[tree.n_levels] + leaf] = name
    size = tree.n_leaves
    for level in range(tree.n_levels - 1, 0, -1):
        below, n_below = tree.level_start[level + 1], size
        size = -(-size // lanes)
        for p in range(size):
            name = forest.node_component[below + p * lanes]
            for child in range(p * lanes + 1, min((p + 1) * lanes, n_below)):
                if forest.node_component[below + child] != name:
                    name = -1
            forest.node_component[tree.level_start[level] + p] = name
