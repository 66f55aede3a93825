"""Single linkage for few features: Borůvka's algorithm with a kd-tree.

In each round every component of the spanning forest finds the shortest edge that leaves it, and all
these edges are added: at most log2(n) rounds. The rows of a component search for their nearest
row outside it, and three bounds make most of them skip the search or cut it short:

- `near[i]`: no row outside its component is nearer to row i. It stays true when components grow. If
  the row that was found at this distance is still outside, nothing has to be searched.
- `best`: the shortest edge found so far that leaves the component. A search goes no farther, and a
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

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.threads import Workers, until_cancelled, usable_threads
from kmeans_core.hierarchy.distances.source import EUCLIDEAN, Source
from kmeans_core.hierarchy.linkages.forest import add_edges, begin_round, new_forest
from kmeans_core.hierarchy.linkages.kd_tree import build_kd_tree
from kmeans_core.hierarchy.linkages.merges import label_edges
from kmeans_core.hierarchy.linkages.nearest_outside import (
    STACK_PER_LEVEL,
    TreeSearch,
    nearest_outside,
)

MOST_FEATURES = 8
_ROWS_PER_BLOCK, _MOST_BLOCKS = 1000, 64  # a block takes about 0.5 ms in the first round


def tree_pays(n_samples: int, n_features: int) -> bool:
    """Whether this is faster than Prim on lanes, from the shape alone.

    Measured (two busy cores), normal rows, seconds of Prim / Borůvka: 2,000 x 4 0.0014 / 0.0028,
    10,000 x 4 0.028 / 0.023, 20,000 x 2 0.08 / 0.02, x 4 0.07 / 0.04, x 6 0.08 / 0.08,
    x 8 0.09 / 0.17, 100,000 x 4 1.8 / 0.2.
    """
    return n_features <= MOST_FEATURES and n_samples >= 1200 * 1.6**n_features


def boruvka_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of single linkage, from vectors whose distances are Euclidean or squares of such.

    Parameters
    ----------
    source : Source
        Of kind EUCLIDEAN or SQEUCLIDEAN; its panels are not used.
    method, weight
        Not used: the linkage is 'single', and its heights do not depend on weights.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)

    Notes
    -----
    About O(n log n) time for few features and rows that fill them, up to O(n^2 d log n) where boxes
    rule nothing out; O(n d) memory. Of equal edges the first found in the order of the tree is
    taken; the lengths do not depend on it.
    """
    edges, squares = _spanning_tree(source.X)
    return label_edges(edges, np.sqrt(squares) if source.kind == EUCLIDEAN else squares)


def _spanning_tree(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edges of a minimum spanning tree, (n_samples - 1, 2), and their squared lengths."""
    n_samples = len(X)
    n_blocks = min(_MOST_BLOCKS, 1 + n_samples // _ROWS_PER_BLOCK)
    edges, squares = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    with Workers(min(usable_threads(), n_blocks)) as workers:
        tree = build_kd_tree(X, workers)
        forest = new_forest(n_samples, int(tree.level_start[-1]))
        stacks = np.empty((n_blocks, STACK_PER_LEVEL * tree.n_levels), dtype=np.int64)
        distances = np.empty(stacks.shape)

        def search(first: int, stop: int) -> None:
            for block in until_cancelled(range(first, stop)):
                searched = TreeSearch(tree, forest, stacks[block], distances[block])
                rows = block * n_samples // n_blocks, (block + 1) * n_samples // n_blocks
                _search_rows(searched, *rows)

        n_edges = 0
        while n_edges < n_samples - 1:
            begin_round(tree, forest, n_blocks)
            workers.run(search, n_blocks)
            n_edges = add_edges(tree, forest, n_edges, edges, squares)
    return tree.order[edges], squares


@kernel
def _search_rows(
    search,  # INOUT TreeSearch: near, neighbor, best, best_row of these rows in the forest
    start,  # IN  first row
    stop,  # IN
):
    """Writes what these rows find: of each component, a shorter edge that leaves it."""
    forest = search.forest
    for i in range(start, stop):
        slot = forest.slot[i]
        is_inside = forest.component[forest.neighbor[i]] == forest.component[i]
        if is_inside and forest.near[i] < forest.best[slot]:
            square, neighbor = nearest_outside(search, i, forest.best[slot])
            forest.near[i] = square
            if neighbor >= 0:
                forest.neighbor[i] = neighbor
                forest.best[slot], forest.best_row[slot] = square, i
