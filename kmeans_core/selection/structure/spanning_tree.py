"""Single linkage of a table, and the gaps between its large groups.

Single linkage joins two groups at the length of the shortest step between them, so its merges are
the edges of the minimum spanning tree, shortest first. Outliers merge late and alone. Only a merge
of two large groups is evidence of groups.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.linkages.merges import label_merges
from kmeans_core.hierarchy.tree.cut_tree import cut_tree
from kmeans_core.rows.distance import squared_distance

MIN_SHARE = 0.05  # of all rows: a smaller part is not a group


def smallest_group(n_samples: int) -> int:
    """Rows that make a group."""
    return max(3, int(np.ceil(MIN_SHARE * n_samples)))


class SingleLinkage:
    """The tree of single linkage: `Z`, shape (n_samples - 1, 4), as `linkage` returns it.

    O(n^2 d) time, O(n) memory. Steps are compared by their squares, in the arithmetic of
    `squared_distance`. Heights of ``linkage(X, "single")`` may differ from these in the last bit.
    Prim 1957, doi 10.1002/j.1538-7305.1957.tb01515.x.
    """

    def __init__(self, X: np.ndarray) -> None:
        n_samples = len(X)
        edges = np.zeros((n_samples - 1, 2), dtype=np.int64)
        squares = np.zeros(n_samples - 1)
        near, parent = np.full(n_samples, np.inf), np.full(n_samples, -1, dtype=np.int64)
        X = np.ascontiguousarray(X, dtype=np.float64)
        _spanning_tree(X, near, parent, edges, squares)
        order = np.argsort(squares, kind="stable")
        self.Z = label_merges(edges[order], np.sqrt(squares[order]))

    def longest_bridge(self) -> float:
        """The longest step that joins two groups, over the median step; 0 without such a step."""
        n_samples, heights = len(self.Z) + 1, self.Z[:, 2]
        size = np.concatenate([np.ones(n_samples), self.Z[:, 3]])
        smaller = size[self.Z[:, :2].astype(np.int64)].min(axis=1)
        bridges = heights[smaller >= smallest_group(n_samples)]
        if not len(bridges) or bridges[-1] == 0.0:
            return 0.0
        median = self.median_step()
        return float(bridges[-1] / median) if median > 0.0 else np.inf

    def median_step(self) -> float:
        """The median length of all steps."""
        return float(np.median(self.Z[:, 2]))

    def groups(self, longest: float) -> tuple[np.ndarray, int]:
        """Cut every step longer than `longest` median steps.

        Returns
        -------
        group : ndarray of int64, shape (n_samples,)
            Numbered by first row; -1 for rows of a part that is too small to be a group.
        n_groups : int
        """
        n_samples, heights = len(self.Z) + 1, self.Z[:, 2]
        n_kept = int(np.searchsorted(heights, longest * self.median_step(), side="right"))
        part = cut_tree(self.Z, n_samples - n_kept)[:, 0]
        is_group = np.bincount(part) >= smallest_group(n_samples)
        number = np.where(is_group, np.cumsum(is_group) - 1, -1)
        return number[part], int(is_group.sum())


@kernel
def _spanning_tree(
    X,  # IN  (n_samples, n_features)
    near,  # WORK (n_samples,), infinite on entry: squared distance of a row to the tree
    parent,  # WORK (n_samples,): the row of the tree that is nearest
    edges,  # OUT (n_samples - 1, 2)
    squares,  # OUT (n_samples - 1,)
):
    """Prim, from row 0: the row nearest to the tree joins next. Writes the edges as they come."""
    row = 0
    for step in range(edges.shape[0]):
        near[row] = -1.0  # in the tree
        following, nearest = -1, np.inf
        for i in range(X.shape[0]):
            if near[i] >= 0.0:
                square = squared_distance(X, i, 1.0, X, row)
                if square < near[i]:
                    near[i], parent[i] = square, row
                if near[i] < nearest:
                    following, nearest = i, near[i]
        edges[step, 0], edges[step, 1], squares[step] = parent[following], following, nearest
        row = following
