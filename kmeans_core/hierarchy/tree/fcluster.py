"""Flat clusters from a tree by a criterion, and the statistics that criteria use.

The names, meanings and numbering are SciPy's. A *monocrit* is a number for every merge; a cluster
is cut out where its number is at most the threshold and no cluster above it is.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.hierarchy.tree.linkage_matrix import check_tree, children_of
from kmeans_core.validation import check_choice, check_integer, check_matrix

_CRITERIA = ("inconsistent", "distance", "maxclust", "monocrit", "maxclust_monocrit")


def fcluster(
    Z: Any,
    t: float,
    criterion: str = "inconsistent",
    depth: int = 2,
    R: Any = None,
    monocrit: Any = None,
) -> np.ndarray:
    """Flat clusters from a tree.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    t : float
        The threshold, or for 'maxclust' and 'maxclust_monocrit' the largest number of clusters.
    criterion : {'inconsistent', 'distance', 'maxclust', 'monocrit', 'maxclust_monocrit'}
        A cluster is one in which no merge is more inconsistent than `t`; higher than `t`; the
        lowest height that leaves at most `t` clusters; one whose `monocrit` is at most `t`; the
        lowest `monocrit` that leaves at most `t` clusters.
    depth : int
        How many levels down 'inconsistent' goes.
    R : array-like of shape (n_samples - 1, 4), optional
        What `inconsistent` returned; otherwise it is computed.
    monocrit : array-like of shape (n_samples - 1,), optional
        A number for each merge.

    Returns
    -------
    ndarray of int32, shape (n_samples,)
        Labels from 1, in SciPy's order: a walk from the root, left branch first, numbers a cluster
        where it meets it, and a row that is alone when it leaves the merge above it.

    Raises
    ------
    ValueError, TypeError
        A bad `Z` or `R`, an unknown criterion, a NaN threshold, a `monocrit` that is missing or of
        the wrong length, less than one cluster.

    Notes
    -----
    O(n) time and memory, O(n log n) for the two with a number of clusters, O(2^depth n) for
    'inconsistent'. `cut_tree` always returns the requested number of clusters; 'maxclust' returns
    fewer where it would have to separate merges at the same height.
    """
    Z = check_tree(Z)
    check_choice(criterion, "criterion", _CRITERIA)
    if isinstance(t, str | bytes) or np.ndim(t) != 0 or np.isnan(t):
        raise ValueError(f"t must be a number, got {t!r}.")
    values = _criterion_values(Z, criterion, depth, R, monocrit)
    if criterion.startswith("maxclust"):
        if t < 1:
            raise ValueError(f"t must be at least 1 cluster for {criterion!r}, got {t}.")
        threshold = _lowest_threshold(Z, values, t)
    else:
        threshold = float(t)
    return _labels(Z, values <= threshold)


def _criterion_values(
    Z: np.ndarray, criterion: str, depth: Any, R: Any, monocrit: Any
) -> np.ndarray:
    if criterion in ("distance", "maxclust"):
        return maxdists(Z)
    if criterion == "inconsistent":
        check_integer(depth, "depth", low=0)
        return maxRstat(Z, inconsistent(Z, depth) if R is None else R, 3)
    if monocrit is None:
        raise ValueError(f"criterion={criterion!r} needs monocrit: a number for each merge.")
    values = check_matrix(np.reshape(monocrit, (1, -1)), "monocrit", dtype=np.float64)[0]
    if len(values) != len(Z):
        raise ValueError(f"monocrit must have {len(Z)} values, one per merge, got {len(values)}.")
    return values


def _lowest_threshold(Z: np.ndarray, values: np.ndarray, most: float) -> float:
    """The lowest value (or -inf) that leaves at most `most` clusters."""
    n_samples = len(Z) + 1
    if n_samples <= most:
        return -np.inf
    candidates = np.unique(values)
    low, high = 0, len(candidates) - 1  # the highest leaves one cluster
    while low < high:
        middle = (low + high) // 2
        inside = _inside(Z, values <= candidates[middle])
        if n_samples - np.count_nonzero(inside[n_samples:]) <= most:
            high = middle
        else:
            low = middle + 1
    return float(candidates[low])


def _inside(Z: np.ndarray, kept: np.ndarray) -> np.ndarray:
    """Of each cluster, whether it or one above it is kept whole."""
    inside = np.concatenate([np.zeros(len(Z) + 1, dtype=bool), kept])
    _hand_down(children_of(Z), inside, np.arange(len(inside)))
    return inside


def _labels(Z: np.ndarray, kept: np.ndarray) -> np.ndarray:
    inside = np.concatenate([np.zeros(len(Z) + 1, dtype=bool), kept])
    owners = np.arange(len(inside))
    _hand_down(children_of(Z), inside, owners)
    numbers = np.zeros(len(inside), dtype=np.int32)
    stack = np.empty((len(inside), 2), dtype=np.int64)
    _number_clusters(children_of(Z), kept, stack, numbers)
    return numbers[owners[: len(Z) + 1]]


def maxdists(Z: Any) -> np.ndarray:
    """The largest height in each merge's subtree, shape (n_samples - 1,)."""
    Z = check_tree(Z)
    return _largest_below(Z, Z[:, 2])


def maxinconsts(Z: Any, R: Any) -> np.ndarray:
    """The largest inconsistency in each merge's subtree; `R` is what `inconsistent` returned."""
    return maxRstat(Z, R, 3)


def maxRstat(Z: Any, R: Any, i: int) -> np.ndarray:
    """The largest value of column `i` of `R` in each merge's subtree, shape (n_samples - 1,)."""
    Z, column = check_tree(Z), check_integer(i, "i", low=0, high=3)
    R = check_matrix(R, "R", dtype=np.float64)
    if R.shape != (len(Z), 4):
        raise ValueError(f"R must have shape ({len(Z)}, 4), as inconsistent() returns it.")
    return _largest_below(Z, R[:, column])


def _largest_below(Z: np.ndarray, values: np.ndarray) -> np.ndarray:
    largest = values.copy()
    _raise_to_children(children_of(Z), largest)
    return largest


def inconsistent(Z: Any, d: int = 2) -> np.ndarray:
    """How far each merge's height stands out from those just below it.

    Parameters
    ----------
    Z : array-like of shape (n_samples - 1, 4)
    d : int
        Levels that enter, the merge's own included; at least 1 (0 counts as 1).

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        Mean height, standard deviation (of a sample), number of merges, and
        ``(height - mean) / deviation``, 0 where the deviation is 0.

    Raises
    ------
    ValueError, TypeError
        A bad `Z`; `d` negative or not whole.

    Notes
    -----
    O(n min(n, 2^d)) time, O(n) memory, without recursion. Jain and Dubes 1988, "Algorithms for
    Clustering Data". The deviation is taken around the mean; SciPy's difference of sums loses
    digits where heights are nearly equal.
    """
    Z = check_tree(Z)
    depth = min(check_integer(d, "d", low=0), len(Z))  # no tree is deeper
    R = np.zeros((len(Z), 4))
    stack = np.empty((2 * len(Z) + 2, 2), dtype=np.int64)
    _describe_heights(children_of(Z), Z[:, 2].copy(), max(depth, 1), stack, R)
    return R


@kernel
def _hand_down(
    children,  # IN  (n_samples - 1, 2)
    inside,  # INOUT (2 * n_samples - 1,): kept whole, on entry each for itself
    owners,  # INOUT (2 * n_samples - 1,): each its own on entry
):
    """From the root down, a cluster inside another one gets that one's owner."""
    n_samples = children.shape[0] + 1
    for t in range(n_samples - 2, -1, -1):
        if inside[n_samples + t]:
            for side in range(2):
                child = children[t, side]
                owners[child] = owners[n_samples + t]
                if child >= n_samples:
                    inside[child] = True


@kernel
def _number_clusters(
    children,  # IN  (n_samples - 1, 2)
    kept,  # IN  (n_samples - 1,): merges that are kept whole
    stack,  # WORK (2 * n_samples - 1, 2): merges, and whether they are left
    numbers,  # OUT (2 * n_samples - 1,): of each cluster that is cut out
):
    """Writes numbers from 1."""
    n_samples, count, n_waiting = children.shape[0] + 1, 0, 1
    stack[0, 0], stack[0, 1] = n_samples - 2, 0
    while n_waiting > 0:
        n_waiting -= 1
        merge, left = stack[n_waiting, 0], stack[n_waiting, 1]
        if left == 1:
            for side in range(2):
                if children[merge, side] < n_samples:
                    count += 1
                    numbers[children[merge, side]] = count
        elif kept[merge]:
            count += 1
            numbers[n_samples + merge] = count
        else:
            stack[n_waiting, 1] = 1
            n_waiting += 1
            for side in range(1, -1, -1):
                if children[merge, side] >= n_samples:
                    stack[n_waiting, 0] = children[merge, side] - n_samples
                    stack[n_waiting, 1] = 0
                    n_waiting += 1


@kernel
def _raise_to_children(
    children,  # IN  (n_samples - 1, 2)
    largest,  # INOUT (n_samples - 1,)
):
    """Raise each value to those of its children, from the leaves up."""
    n_samples = children.shape[0] + 1
    for t in range(n_samples - 1):
        for side in range(2):
            child = children[t, side] - n_samples
            if child >= 0:
                largest[t] = max(largest[t], largest[child])


@kernel
def _describe_heights(
    children,  # IN  (n_samples - 1, 2)
    heights,  # IN  (n_samples - 1,)
    depth,  # IN  at least 1
    stack,  # WORK (2 * n_samples, 2): merges and the levels left below them
    R,  # OUT (n_samples - 1, 4)
):
    """Writes mean, deviation, count and inconsistency."""
    n_samples = children.shape[0] + 1
    for t in range(n_samples - 1):
        mean, squares, count = 0.0, 0.0, 0
        stack[0, 0], stack[0, 1] = t, depth
        n_waiting = 1
        while n_waiting > 0:
            n_waiting -= 1
            merge, levels = stack[n_waiting, 0], stack[n_waiting, 1]
            # Welford 1962, doi 10.1080/00401706.1962.10490022
            count += 1
            change = heights[merge] - mean
            mean += change / count
            squares += change * (heights[merge] - mean)
            for side in range(2):
                child = children[merge, side] - n_samples
                if child >= 0 and levels > 1:
                    stack[n_waiting, 0], stack[n_waiting, 1] = child, levels - 1
                    n_waiting += 1
        deviation = np.sqrt(squares / (count - 1)) if count > 1 else 0.0
        R[t, 0], R[t, 1], R[t, 2] = mean, deviation, count
        if deviation > 0.0:
            R[t, 3] = (heights[t] - mean) / deviation
