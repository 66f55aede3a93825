"""Single linkage for few features: Borůvka's algorithm with a kd-tree.

In each round every component of the spanning forest finds the shortest edge that leaves it, and all
these edges are added: at most log2(n) rounds. The rows of a component search for their nearest
row outside it, and three bounds make most of them skip the search or cut it short:

- `near[i]`: no row outside its component is nearer to row i. It stays true when components grow. If
  the row that was found at this distance is still outside, nothing has to be searched.
- `best`: the shortest edge found so far that leaves the component. A search looks no farther, and a
  row whose `near` is not below it does not search.
- a node of the tree whose rows are all of the searcher's component is not entered.

Rows are searched in blocks, in threads. A block keeps the best edges of the components that it has
rows of to itself, so that the result does not depend on which block is done first.

With ties two components may choose edges that close a cycle. All edges of such a cycle are equally
long (each choice is at most the one before it), so the one that closes it is dropped.

References: Borůvka 1926; Bentley and Friedman 1978, doi 10.1109/TC.1978.1675043, for kd-trees;
March, Ram and Gray 2010, doi 10.1145/1835804.1835882, for bounds of this kind.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import broadcast, fma, lane_bits, lane_count, load, maximum, splat
from kmeans_core.engine.threads import Workers, usable_threads, while_wanted
from kmeans_core.hierarchy.linkages.kd_tree import build_tree, leaf_start

MOST_FEATURES = 8
ROWS_OF_A_BLOCK, MOST_BLOCKS = 1000, 64  # a block takes about 0.5 ms in the first round


def tree_pays(n_samples: int, n_features: int) -> bool:
    """Whether this is faster than Prim on lanes, from the shape alone.

    Normal rows, two busy cores, seconds of Prim / Borůvka: 2,000 x 4 0.0014 / 0.0028,
    10,000 x 4 0.028 / 0.023, 20,000 x 2 0.08 / 0.02, x 4 0.07 / 0.04, x 6 0.08 / 0.08,
    x 8 0.09 / 0.17, 100,000 x 4 1.8 / 0.2.
    """
    return n_features <= MOST_FEATURES and n_samples >= 1200 * 1.6**n_features


class Forest(NamedTuple):
    """The components so far, and what is known of the edges that leave them."""

    component: np.ndarray  # (n_samples,): its name is one of its rows
    node_component: np.ndarray  # (nodes,): of all rows below a node, or -1 if they differ
    parent: np.ndarray  # (n_samples,): union-find over rows
    near: np.ndarray  # (n_samples,): no row outside the component is nearer than this square
    neighbor: np.ndarray  # (n_samples,): the row found at that distance, or the row itself
    shortest: np.ndarray  # (n_samples,): of each component, the shortest square that leaves it
    inside: np.ndarray  # (n_samples,): its row inside
    outside: np.ndarray  # (n_samples,): its row outside
    slot: np.ndarray  # (n_samples,): the first row of this row's component in this row's block
    seen: np.ndarray  # WORK (n_samples,): of each component, its slot in the latest block
    best: np.ndarray  # (n_samples,): at slots, the shortest square found by the block
    best_row: np.ndarray  # (n_samples,): at slots, the row of the block that it leaves from, or -1


def boruvka_vectors(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Edges of a minimum spanning tree of Euclidean rows.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        Values below 2 in size.

    Returns
    -------
    edges : ndarray of int64, shape (n_samples - 1, 2)
    squares : ndarray of float64, shape (n_samples - 1,)
        Their squared lengths.

    Notes
    -----
    About O(n log n) time for few features and rows that fill them, up to O(n^2 d log n) where boxes
    rule nothing out; O(n d) memory. Of equal edges the first found in the order of the tree is
    taken; the lengths do not depend on it.
    """
    n_samples = len(X)
    n_blocks = min(MOST_BLOCKS, 1 + n_samples // ROWS_OF_A_BLOCK)
    edges, squares = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    with Workers(min(usable_threads(), n_blocks)) as workers:
        tree = build_tree(X, workers)
        forest = _new_forest(n_samples, int(tree.level_start[-1]))
        stacks = np.empty((n_blocks, 64 * tree.n_levels), dtype=np.int64)
        distances = np.empty(stacks.shape)

        def search(first: int, last: int) -> None:
            for block in while_wanted(range(first, last)):
                rows = block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks
                _search_block(tree, forest, *rows, stacks[block], distances[block])

        n_edges = 0
        while n_edges < n_samples - 1:
            _begin_round(tree, forest, n_blocks)
            workers.run(search, n_blocks)
            n_edges = _add_edges(tree, forest, n_edges, edges, squares)
    return tree.order[edges], squares


def _new_forest(n_samples: int, n_nodes: int) -> Forest:
    """Every row a component."""

    def integers() -> np.ndarray:
        return np.arange(n_samples)

    return Forest(
        component=integers(),
        node_component=np.full(n_nodes, -1),
        parent=integers(),
        near=np.zeros(n_samples),
        neighbor=integers(),
        shortest=np.empty(n_samples),
        inside=integers(),
        outside=integers(),
        slot=integers(),
        seen=integers(),
        best=np.empty(n_samples),
        best_row=integers(),
    )


@kernel
def _begin_round(
    tree,  # IN  KdTree
    forest,  # INOUT Forest: shortest, inside, outside, slot, best
    n_blocks,  # IN
):
    """Writes what is known before any search, and where the blocks keep what they find."""
    n_samples = tree.rows.shape[0]
    for i in range(n_samples):
        forest.shortest[i], forest.seen[i] = np.inf, -1
    for i in range(n_samples):
        if forest.component[forest.neighbor[i]] != forest.component[i]:
            _offer(forest, i, forest.neighbor[i], forest.near[i])
        if i > 0 and forest.component[i] != forest.component[i - 1]:
            # Neighbours in the order of the tree: a first bound for little.
            square = _square(tree.rows, i, i - 1)
            _offer(forest, i, i - 1, square)
            _offer(forest, i - 1, i, square)
    for block in range(n_blocks):
        first, last = block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks
        for i in range(first, last):
            c = forest.component[i]
            if forest.seen[c] < first:
                forest.seen[c] = i
                forest.best[i], forest.best_row[i] = forest.shortest[c], -1
            forest.slot[i] = forest.seen[c]


@device
def _square(rows, i, j):
    square = 0.0
    for f in range(rows.shape[1]):
        difference = rows[i, f] - rows[j, f]
        square += difference * difference
    return square


@device
def _offer(forest, i, j, square):
    own = forest.component[i]
    if square < forest.shortest[own]:
        forest.shortest[own], forest.inside[own], forest.outside[own] = square, i, j


@kernel
def _search_block(
    tree,  # IN  KdTree
    forest,  # INOUT Forest: near, neighbor, best, best_row of these rows
    first,  # IN  first row
    last,  # IN  row after the last
    stack,  # WORK nodes to visit
    distances,  # WORK their squared distances
):
    """Writes what these rows find: of each component, a shorter edge that leaves it."""
    for i in range(first, last):
        slot = forest.slot[i]
        mine = forest.component[forest.neighbor[i]] == forest.component[i]
        if mine and forest.near[i] < forest.best[slot]:
            square, neighbor = _search(tree, forest, i, forest.best[slot], stack, distances)
            forest.near[i] = square
            if neighbor >= 0:
                forest.neighbor[i] = neighbor
                forest.best[slot], forest.best_row[slot] = square, i


@device
def _search(tree, forest, i, bound, stack, distances):
    """The nearest row outside the component of row i: (its square, itself), or (bound, -1)."""
    own, found = forest.component[i], -1
    leaf = tree.leaf_of[i]
    if forest.node_component[tree.level_start[tree.n_levels] + leaf] != own:
        bound, found = _look_in_leaf(tree, forest, i, leaf, bound, found)
    n_waiting = _push_children(tree, forest, i, 1, 0, bound, stack, distances, 0)
    while n_waiting > 0:
        n_waiting -= 1
        if distances[n_waiting] < bound:
            node = stack[n_waiting]
            level = 1
            while node >= tree.level_start[level + 1]:
                level += 1
            p = node - tree.level_start[level]
            if level < tree.n_levels:
                n_waiting = _push_children(
                    tree, forest, i, level + 1, p, bound, stack, distances, n_waiting
                )
            elif p != leaf:
                bound, found = _look_in_leaf(tree, forest, i, p, bound, found)
    return bound, found


@device
def _push_children(tree, forest, i, level, parent, bound, stack, distances, n_waiting):
    """Put the children that may hold a nearer row on the stack, the nearest one on top."""
    lanes, n_features = lane_count(tree.low), tree.rows.shape[1]
    first = tree.level_start[level] + parent * lanes
    place, total = first * n_features, splat(0.0, tree.low)
    zero = total
    for f in range(n_features):
        q = broadcast(tree.rows, i * n_features + f)
        below = load(tree.low, place + f * lanes) - q
        above = q - load(tree.high, place + f * lanes)
        outside = maximum(maximum(below, above), zero)
        total = fma(outside, outside, total)
    bits, lane = lane_bits(total < bound), 0
    top = n_waiting
    while bits != 0:
        if bits & 1 and forest.node_component[first + lane] != forest.component[i]:
            stack[n_waiting], distances[n_waiting] = first + lane, total[lane]
            if distances[n_waiting] < distances[top]:
                top = n_waiting
            n_waiting += 1
        bits >>= 1
        lane += 1
    if top < n_waiting:
        last = n_waiting - 1
        stack[top], stack[last] = stack[last], stack[top]
        distances[top], distances[last] = distances[last], distances[top]
    return n_waiting


@device
def _look_in_leaf(tree, forest, i, leaf, bound, found):
    lanes, n_features = lane_count(tree.packed), tree.rows.shape[1]
    own, first = forest.component[i], leaf_start(tree, leaf)
    for panel in range(tree.leaf_panels):
        place = (leaf * tree.leaf_panels + panel) * n_features * lanes
        total = splat(0.0, tree.packed)
        for f in range(n_features):
            difference = load(tree.packed, place + f * lanes) - broadcast(
                tree.rows, i * n_features + f
            )
            total = fma(difference, difference, total)
        bits, lane = lane_bits(total < bound), 0
        while bits != 0:
            if bits & 1 and total[lane] < bound:
                j = first + panel * lanes + lane
                if forest.component[j] != own:
                    bound, found = total[lane], j
            bits >>= 1
            lane += 1
    return bound, found


@kernel
def _add_edges(
    tree,  # IN  KdTree
    forest,  # INOUT Forest: parent, component, node_component
    n_edges,  # IN  edges so far
    edges,  # OUT (n_samples - 1, 2), in the order of the tree
    squares,  # OUT (n_samples - 1,)
):
    """Appends each component's shortest edge and joins what it connects; returns their number."""
    n_samples = tree.rows.shape[0]
    for i in range(n_samples):
        if forest.slot[i] == i and forest.best_row[i] >= 0:
            row = forest.best_row[i]
            _offer(forest, row, forest.neighbor[row], forest.best[i])
    for c in range(n_samples):
        if forest.component[c] == c:
            a = _root(forest.parent, forest.inside[c])
            b = _root(forest.parent, forest.outside[c])
            if a != b:
                forest.parent[max(a, b)] = min(a, b)
                edges[n_edges, 0], edges[n_edges, 1] = forest.inside[c], forest.outside[c]
                squares[n_edges] = forest.shortest[c]
                n_edges += 1
    for i in range(n_samples):
        forest.component[i] = _root(forest.parent, i)
    _name_nodes(tree, forest)
    return n_edges


@device
def _root(parent, i):
    while parent[i] != i:
        parent[i] = parent[parent[i]]
        i = parent[i]
    return i


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
