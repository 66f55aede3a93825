"""Disjoint sets in an array: `parents[i]` is another member of i's set, or i for its root.

How two sets are joined is the caller's choice, ``parents[root_of_one] = root_of_other``, since the
root is what names a set in its result.
"""

from __future__ import annotations

from kmeans_core.engine.jit import device


@device
def root(parents, i):
    """The root of i's set. Halves the path to it, so later searches are short.

    Tarjan and van Leeuwen 1984, doi 10.1145/62.2160: O(log n) per search, amortised.
    """
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i
