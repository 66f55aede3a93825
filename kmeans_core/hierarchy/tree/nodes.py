"""The tree as linked nodes, for code that walks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kmeans_core.hierarchy.tree.linkage_matrix import check_tree, children_of


class ClusterNode:
    """A row, or a merge of two nodes, with SciPy's attributes and methods.

    Attributes
    ----------
    id : int
        Below n_samples a row, else ``n_samples + t`` for merge t.
    left, right : ClusterNode or None
    dist : float
        Height of the merge, 0 for a row.
    count : int
        Rows below it.
    """

    def __init__(
        self,
        id: int,
        left: ClusterNode | None = None,
        right: ClusterNode | None = None,
        dist: float = 0.0,
        count: int = 1,
    ) -> None:
        if id < 0 or dist < 0 or (left is None) != (right is None):
            raise ValueError(
                f"A node has an id and a dist of at least 0 and two children or none; got id={id}, "
                f"dist={dist}."
            )
        self.id, self.left, self.right, self.dist = id, left, right, dist
        whole = left is not None and right is not None
        self.count: int = left.count + right.count if whole else count  # type: ignore[union-attr]

    def __repr__(self) -> str:
        return f"ClusterNode(id={self.id}, dist={self.dist:g}, count={self.count})"

    def __lt__(self, other: ClusterNode) -> bool:
        return self.dist < other.dist

    def __gt__(self, other: ClusterNode) -> bool:
        return self.dist > other.dist

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ClusterNode) and self.dist == other.dist

    __hash__ = object.__hash__

    def get_id(self) -> int:
        """`id`."""
        return self.id

    def get_count(self) -> int:
        """`count`."""
        return self.count

    def get_left(self) -> ClusterNode | None:
        """`left`."""
        return self.left

    def get_right(self) -> ClusterNode | None:
        """`right`."""
        return self.right

    def is_leaf(self) -> bool:
        """Whether this is a row."""
        return self.left is None

    def pre_order(self, func: Callable[[ClusterNode], Any] = lambda node: node.id) -> list:
        """``func(node)`` of every row below, from left to right. Trees of any depth."""
        results: list = []
        waiting = [self]
        while waiting:
            node = waiting.pop()
            if node.left is None or node.right is None:
                results.append(func(node))
            else:
                waiting += [node.right, node.left]
        return results


def to_tree(Z: Any, rd: bool = False) -> ClusterNode | tuple[ClusterNode, list[ClusterNode]]:
    """The tree as linked nodes.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    rd : bool
        Return the list of all nodes too.

    Returns
    -------
    root : ClusterNode
    nodes : list of ClusterNode
        Only with `rd`: node number i is cluster i.

    Raises
    ------
    ValueError
        A bad `Z`.

    Notes
    -----
    O(n) time and memory, about 200 bytes per node.
    """
    Z = check_tree(Z)
    nodes = [ClusterNode(i) for i in range(len(Z) + 1)]
    for t, (left, right) in enumerate(children_of(Z).tolist()):
        nodes.append(ClusterNode(len(Z) + 1 + t, nodes[left], nodes[right], float(Z[t, 2])))
    return (nodes[-1], nodes) if rd else nodes[-1]
