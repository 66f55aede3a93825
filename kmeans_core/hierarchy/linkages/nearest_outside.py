"""The nearest row outside a row's component, by a kd-tree: the search of Borůvka's algorithm."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import broadcast, fma, lane_bits, lane_count, load, maximum, splat
from kmeans_core.hierarchy.distances.panels import panel_slot
from kmeans_core.hierarchy.linkages.forest import Forest
from kmeans_core.hierarchy.linkages.kd_tree import KdTree, leaf_start

STACK_PER_LEVEL = 64  # children that can wait at a level of the tree


class TreeSearch(NamedTuple):
    """What a search reads, and its stack."""

    tree: KdTree
    forest: Forest
    nodes: np.ndarray  # WORK (64 * n_levels,): nodes to visit
    distances: np.ndarray  # WORK the same: their squared distances


@device
def nearest_outside(search, i, bound):
    """The nearest row outside the component of row i: (its square, itself), or (bound, -1)."""
    tree, forest, found = search.tree, search.forest, -1
    leaf, leaves = tree.leaf_of[i], tree.level_start[tree.n_levels]
    if forest.node_component[leaves + leaf] != forest.component[i]:
        bound, found = _search_leaf(search, i, leaf, bound, found)
    n_waiting = _push_children(search, i, tree.level_start[1], bound, 0)
    while n_waiting > 0:
        n_waiting -= 1
        if search.distances[n_waiting] < bound:
            node, level = search.nodes[n_waiting], 1
            while node >= tree.level_start[level + 1]:
                level += 1
            p = node - tree.level_start[level]
            if level < tree.n_levels:
                first = tree.level_start[level + 1] + p * lane_count(tree.low)
                n_waiting = _push_children(search, i, first, bound, n_waiting)
            elif p != leaf:
                bound, found = _search_leaf(search, i, p, bound, found)
    return bound, found


@device
def _push_children(search, i, first, bound, n_waiting):
    """Put the children that may hold a nearer row on the stack, the nearest one on top.

    `first` is the first of the children, which stand in one panel. Returns the stack's height.
    """
    tree, forest, nodes, distances = search.tree, search.forest, search.nodes, search.distances
    lanes, n_features = lane_count(tree.low), tree.rows.shape[1]
    position, total = panel_slot(first, 0, n_features, lanes), splat(0.0, tree.low)
    zero = total
    for f in range(n_features):
        q = broadcast(tree.rows, i * n_features + f)
        below = load(tree.low, position) - q
        above = q - load(tree.high, position)
        outside = maximum(maximum(below, above), zero)
        total = fma(outside, outside, total)
        position += lanes
    bits, lane = lane_bits(total < bound), 0
    top = n_waiting
    while bits != 0:
        if bits & 1 and forest.node_component[first + lane] != forest.component[i]:
            nodes[n_waiting], distances[n_waiting] = first + lane, total[lane]
            if distances[n_waiting] < distances[top]:
                top = n_waiting
            n_waiting += 1
        bits >>= 1
        lane += 1
    if top < n_waiting:
        last = n_waiting - 1
        nodes[top], nodes[last] = nodes[last], nodes[top]
        distances[top], distances[last] = distances[last], distances[top]
    return n_waiting


@device
def _search_leaf(search, i, leaf, bound, found):
    """The nearest row of a leaf outside the component, if it is nearer than `bound`."""
    tree, forest = search.tree, search.forest
    lanes, n_features = lane_count(tree.packed), tree.rows.shape[1]
    own, first = forest.component[i], leaf_start(tree, leaf)
    for panel in range(tree.leaf_panels):
        column = (leaf * tree.leaf_panels + panel) * lanes
        position, total = panel_slot(column, 0, n_features, lanes), splat(0.0, tree.packed)
        for f in range(n_features):
            q = broadcast(tree.rows, i * n_features + f)
            difference = load(tree.packed, position) - q
            total = fma(difference, difference, total)
            position += lanes
        bits, lane = lane_bits(total < bound), 0
        while bits != 0:
            if bits & 1 and total[lane] < bound:
                j = first + panel * lanes + lane
                if forest.component[j] != own:
                    bound, found = total[lane], j
            bits >>= 1
            lane += 1
    return bound, found
