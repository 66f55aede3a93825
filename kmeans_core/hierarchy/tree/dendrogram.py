"""Where the lines of a dendrogram go, as SciPy's dict, without recursion and without a plot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from kmeans_core.hierarchy.tree.linkage_matrix import check_tree, children_of
from kmeans_core.validation import check_choice, check_integer

_COLORS = tuple(f"C{i}" for i in range(1, 10))  # matplotlib's names; C0 is above the threshold
_ABOVE_COLOR = "C0"
_LEAF_WIDTH = 10.0  # leaf number i stands at x = 10 i + 5, as in SciPy


def dendrogram(
    Z: Any,
    p: int = 30,
    truncate_mode: str | None = None,
    color_threshold: float | None = None,
    get_leaves: bool = True,
    orientation: str = "top",
    labels: Sequence[Any] | None = None,
    count_sort: bool | str = False,
    distance_sort: bool | str = False,
    show_leaf_counts: bool = True,
    no_plot: bool = True,
) -> dict[str, list]:
    """The coordinates of a dendrogram; nothing is drawn.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    p : int
        Size of the truncated picture, at least 0; 0 means all of it.
    truncate_mode : {None, 'none', 'lastp', 'level'}
        'lastp' shows `p` leaves, the last ``p - 1`` merges; 'level' shows `p` levels below the
        top. What is folded away becomes one leaf, at height 0.
    color_threshold : float, optional
        Links below it have one colour per subtree, the others 'C0'; the default is 0.7 times
        the largest height.
    get_leaves : bool
        False leaves out 'leaves' and 'leaves_color_list'.
    orientation : {'top', 'bottom', 'left', 'right'}
        Accepted as SciPy does; coordinates do not depend on it.
    labels : sequence of length n_samples, optional
        Names of the rows; the default is their numbers.
    count_sort, distance_sort : {False, True, 'ascending', 'descending'}
        Of two branches put the one with fewer rows, or the lower one, on the left ('descending':
        on the right); at most one of the two. True is 'ascending'.
    show_leaf_counts : bool
        Label a folded leaf with its number of rows in parentheses, else with nothing.
    no_plot : True
        Draw the lines yourself: ``for x, y in zip(d['icoord'], d['dcoord']): ax.plot(x, y)``.

    Returns
    -------
    dict of lists
        'icoord' and 'dcoord': four x and four y values per link, from foot to foot; 'ivl': labels
        of the leaves from left to right; 'leaves': their cluster numbers; 'color_list': a colour
        per link; 'leaves_color_list': that of the link above each leaf.

    Raises
    ------
    ValueError, TypeError
        A bad `Z`, an unknown name, a wrong number of labels, `no_plot=False`.

    Notes
    -----
    O(n) time and memory; a chain of any depth works.
    """
    Z = check_tree(Z)
    p = check_integer(p, "p", low=0)
    _check_options(Z, truncate_mode, orientation, labels, count_sort, distance_sort, no_plot)
    threshold = 0.7 * Z[:, 2].max() if color_threshold is None else color_threshold
    walk = _walk(_ordered_children(Z, count_sort, distance_sort), _folding(Z, p, truncate_mode))
    return _draw(walk, Z, threshold, labels, show_leaf_counts, get_leaves)


def _check_options(
    Z: np.ndarray,
    truncate_mode: Any,
    orientation: Any,
    labels: Any,
    count_sort: Any,
    distance_sort: Any,
    no_plot: Any,
) -> None:
    if truncate_mode is not None:
        check_choice(truncate_mode, "truncate_mode", ("none", "lastp", "level"))
    check_choice(orientation, "orientation", ("top", "bottom", "left", "right"))
    if labels is not None and not hasattr(labels, "__len__"):
        raise TypeError(f"labels must be a sequence of {len(Z) + 1}, got {labels!r}.")
    if labels is not None and len(labels) != len(Z) + 1:
        raise ValueError(
            f"Dimensions of Z and labels must be consistent: {len(Z) + 1} rows, "
            f"{len(labels)} labels."
        )
    for value, name in ((count_sort, "count_sort"), (distance_sort, "distance_sort")):
        if not isinstance(value, bool):
            check_choice(value, name, ("ascending", "descending"))
    if count_sort and distance_sort:
        raise ValueError("Give count_sort or distance_sort, not both.")
    if not no_plot:
        raise ValueError("no_plot must be True: draw 'icoord' against 'dcoord' yourself.")


def _ordered_children(Z: np.ndarray, count_sort: bool | str, distance_sort: bool | str) -> list:
    """The branches of each merge, left one first."""
    children, n_samples = children_of(Z), len(Z) + 1
    if count_sort or distance_sort:
        column, of_row = (3, 1.0) if count_sort else (2, 0.0)
        values = np.concatenate([np.full(n_samples, of_row), Z[:, column]])[children]
        larger_first = values[:, 0] > values[:, 1]
        descending = "descending" in (count_sort, distance_sort)
        swap = ~larger_first if descending else larger_first
        children[swap] = children[swap, ::-1]
    return children.tolist()


def _folding(Z: np.ndarray, p: int, truncate_mode: str | None) -> tuple[int, float]:
    """(first, deepest): clusters below number `first`, or below level `deepest`, are leaves."""
    n_samples = len(Z) + 1
    if truncate_mode == "lastp" and 0 < p <= n_samples:
        return 2 * n_samples - p, np.inf
    if truncate_mode == "level" and p > 0:
        return n_samples, p
    return n_samples, np.inf


def _walk(children: list, folding: tuple[int, float]) -> Iterator[tuple[str, int]]:
    """Visit the tree from left to right with a stack of our own.

    Yields ('leaf', cluster) at each leaf; ('between', cluster) when the left branch of a cluster
    is done; ('link', cluster) when both are.
    """
    n_samples = len(children) + 1
    first, deepest = folding
    stack = [("enter", 2 * n_samples - 2, 0)]
    while stack:
        event, cluster, level = stack.pop()
        # Cluster n_samples is never folded for its level: SciPy's rule, kept for equal pictures.
        if event != "enter":
            yield event, cluster
        elif cluster < first or (cluster > n_samples and level > deepest):
            yield "leaf", cluster
        else:
            left, right = children[cluster - n_samples]
            stack += [
                ("link", cluster, level),
                ("enter", right, level + 1),
                ("between", cluster, level),
                ("enter", left, level + 1),
            ]


def _draw(
    walk: Iterator[tuple[str, int]],
    Z: np.ndarray,
    threshold: float,
    labels: Sequence[Any] | None,
    show_leaf_counts: bool,
    get_leaves: bool,
) -> dict[str, list]:
    """Coordinates, names and colours of everything that the walk visits."""
    heights, counts, n_samples = Z[:, 2].tolist(), Z[:, 3].tolist(), len(Z) + 1
    icoord: list[list[float]] = []
    dcoord: list[list[float]] = []
    ivl: list[Any] = []
    leaves: list[int] = []
    color_list: list[str] = []
    feet: list[tuple[float, float]] = []  # (x, y) of the branches that wait for their link
    colors: list[str] = []  # of the links whose left branch is done
    next_color, below = 0, False
    for event, cluster in walk:
        if event == "leaf":
            feet.append((_LEAF_WIDTH * len(leaves) + _LEAF_WIDTH / 2, 0.0))
            leaves.append(cluster)
            ivl.append(_leaf_label(cluster, n_samples, counts, labels, show_leaf_counts))
        elif event == "between":
            above = heights[cluster - n_samples] >= threshold or threshold <= 0
            if above and below:  # a coloured subtree ends here: the next one gets another colour
                next_color = (next_color + 1) % len(_COLORS)
            below = not above
            colors.append(_ABOVE_COLOR if above else _COLORS[next_color])
        else:
            height = heights[cluster - n_samples]
            (right, right_height), (left, left_height) = feet.pop(), feet.pop()
            icoord.append([left, left, right, right])
            dcoord.append([left_height, height, height, right_height])
            color_list.append(colors.pop())
            feet.append(((left + right) / 2, height))
    picture = {"icoord": icoord, "dcoord": dcoord, "ivl": ivl, "color_list": color_list}
    if get_leaves:
        picture |= {"leaves": leaves, "leaves_color_list": _leaf_colors(picture, len(leaves))}
    return picture


def _leaf_label(
    cluster: int, n_samples: int, counts: list, labels: Sequence[Any] | None, show_counts: bool
) -> Any:
    if cluster >= n_samples:
        return f"({int(counts[cluster - n_samples])})" if show_counts else ""
    return str(cluster) if labels is None else labels[cluster]


def _leaf_colors(picture: dict[str, list], n_leaves: int) -> list:
    """The colour of the link that stands on each leaf."""
    colors: list[str | None] = [None] * n_leaves
    links = zip(picture["icoord"], picture["dcoord"], picture["color_list"], strict=True)
    for x, y, color in links:
        for foot in (0, 3):
            # A link at height 0 may have its middle over a leaf too, but it comes after that
            # leaf's own link: branches come before what joins them.
            over_leaf = y[foot] == 0.0 and x[foot] % _LEAF_WIDTH == _LEAF_WIDTH / 2
            leaf = int(x[foot] // _LEAF_WIDTH)
            if over_leaf and colors[leaf] is None:
                colors[leaf] = color
    return colors
