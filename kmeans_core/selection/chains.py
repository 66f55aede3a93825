"""Groups as single linkage sees them: chains of near rows, of whatever shape.

Single linkage joins two groups at the length of the shortest step between them, so its merges are
the edges of the minimum spanning tree. Outliers merge late and alone; only merges of two groups
of some size say that there are groups.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.rows.distance import squared_distance

SIZABLE = 0.05  # share of the rows that makes a group


def smallest_group(n_samples: int) -> int:
    """Rows that make a group."""
    return max(3, int(np.ceil(SIZABLE * n_samples)))


class Chains:
    """The minimum spanning tree of a table, its edges in rising order.

    O(n^2 d) time, O(n) memory. Prim 1957, doi 10.1002/j.1538-7305.1957.tb01515.x.
    """

    def __init__(self, X: np.ndarray) -> None:
        n_samples = len(X)
        ends = np.zeros((max(n_samples - 1, 0), 2), dtype=np.int64)
        squares = np.zeros(len(ends))
        reach, parent = np.full(n_samples, np.inf), np.full(n_samples, -1, dtype=np.int64)
        X = np.ascontiguousarray(X, dtype=np.float64)
        _spanning_tree(X, reach, parent, ends, squares)
        order = np.argsort(squares, kind="stable")
        self.ends, self.lengths = ends[order], np.sqrt(squares[order])
        self.n_samples = n_samples

    def longest_bridge(self) -> float:
        """The longest step that joins two groups, over the median step; 0 without such a step."""
        joins = np.zeros(len(self.ends), dtype=np.bool_)
        n_edges = len(self.ends)
        self._join(n_edges, joins)
        if not joins.any() or np.median(self.lengths) == 0.0:
            return np.inf if joins.any() and self.lengths[joins][-1] > 0.0 else 0.0
        return float(self.lengths[joins][-1] / np.median(self.lengths))

    def groups(self, longest: float) -> tuple[np.ndarray, int]:
        """Cut every step longer than `longest` median steps.

        Returns the group of each row, -1 for rows of parts too small to be one, and how many
        groups there are.
        """
        limit = longest * float(np.median(self.lengths)) if len(self.lengths) else 0.0
        n_kept = int(np.searchsorted(self.lengths, limit, side="right"))
        roots = self._join(n_kept, np.zeros(len(self.ends), dtype=np.bool_))
        _, codes, sizes = np.unique(roots, return_inverse=True, return_counts=True)
        large = sizes >= smallest_group(self.n_samples)
        number = np.where(large, np.cumsum(large) - 1, -1)
        return number[codes.reshape(-1)], int(large.sum())

    def _join(self, n_edges: int, joins: np.ndarray) -> np.ndarray:
        """Join along the first edges; the root of each row. Marks edges that join two groups."""
        parent = np.arange(self.n_samples)
        size = np.ones(self.n_samples, dtype=np.int64)
        smallest = smallest_group(self.n_samples)
        _join_edges(self.ends, n_edges, smallest, parent, size, joins)
        return parent


@kernel
def _spanning_tree(
    X,  # IN  (n_samples, n_features)
    reach,  # WORK (n_samples,), infinite: squared distance of a row to the tree
    parent,  # WORK (n_samples,): the row of the tree that is nearest
    ends,  # OUT (n_samples - 1, 2)
    squares,  # OUT (n_samples - 1,)
):
    """Prim: from row 0, always the row nearest to the tree next. Writes the edges."""
    row = 0
    for step in range(ends.shape[0]):
        reach[row] = -1.0  # in the tree
        following, nearest = -1, np.inf
        for i in range(X.shape[0]):
            if reach[i] >= 0.0:
                distance = squared_distance(X, i, 1.0, X, row)
                if distance < reach[i]:
                    reach[i], parent[i] = distance, row
                if reach[i] < nearest:
                    following, nearest = i, reach[i]
        ends[step, 0], ends[step, 1], squares[step] = parent[following], following, nearest
        row = following


@kernel
def _join_edges(
    ends,  # IN  (n_samples - 1, 2), shortest edge first
    n_edges,  # IN  how many to use
    smallest,  # IN  rows that make a group
    parent,  # INOUT (n_samples,), each row its own on entry; the root of each row on return
    size,  # INOUT (n_samples,), ones on entry
    joins,  # INOUT (n_samples - 1,), false on entry: edges that join two groups
):
    """Union by size along the edges."""
    for e in range(n_edges):
        a, b = _root(parent, ends[e, 0]), _root(parent, ends[e, 1])
        joins[e] = size[a] >= smallest and size[b] >= smallest
        if size[a] < size[b]:
            a, b = b, a
        parent[b] = a
        size[a] += size[b]
    for i in range(parent.shape[0]):
        parent[i] = _root(parent, i)


@device
def _root(parent, i):
    while parent[i] != i:
        i = parent[i]
    return i
