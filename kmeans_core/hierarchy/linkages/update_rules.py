"""The seven linkage rules: how far is the cluster just merged from another one?

Every rule has the same arguments and returns the distance between cluster ``i`` and the union of
clusters ``x`` and ``y``:

    d_xi, d_yi   distance from x to i, from y to i
    d_xy         distance from x to y, the height of the merge
    size_x, size_y, size_i   rows in each cluster

They are the recurrences of Lance and Williams 1967, "A general theory of classificatory sorting
strategies 1", doi 10.1093/comjnl/9.4.373. Ward, centroid and median work on plain distances, as in
SciPy, and are right only if those of the rows are Euclidean. Under centroid and median a union can
be closer to another cluster than either part was, so heights may fall (an inversion).

A new linkage is a rule here and a line in RULES. The naive algorithm then runs it, and so does a
fast one for any rule: the chain of nn_chain.py if merges may be made in any order, else generic.py.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device


@device
def single(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return min(d_xi, d_yi)


@device
def complete(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return max(d_xi, d_yi)


@device
def average(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return (size_x * d_xi + size_y * d_yi) / (size_x + size_y)


@device
def weighted(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return 0.5 * (d_xi + d_yi)


@device
def ward(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    total = size_x + size_y + size_i
    grown = (size_i + size_x) * d_xi * d_xi + (size_i + size_y) * d_yi * d_yi
    return np.sqrt(max(grown - size_i * d_xy * d_xy, 0.0) / total)


@device
def centroid(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    share_x, share_y = size_x / (size_x + size_y), size_y / (size_x + size_y)
    mixed = share_x * d_xi * d_xi + share_y * d_yi * d_yi
    return np.sqrt(max(mixed - share_x * share_y * d_xy * d_xy, 0.0))


@device
def median(d_xi, d_yi, d_xy, size_x, size_y, size_i):
    return np.sqrt(max(0.5 * (d_xi * d_xi + d_yi * d_yi) - 0.25 * d_xy * d_xy, 0.0))


class Rule(NamedTuple):
    """A linkage, by its rule."""

    distance: Callable
    euclidean: bool = False  # right for Euclidean distances only
    reducible: bool = True  # a union is never nearer to a third cluster than both its parts were
    any_order: bool = False  # reducible, and the distance of two unions is the same whichever was
    # made first; true of the mean over all pairs, but not of the flexible rule with d_xy in it


RULES = {
    "single": Rule(single, any_order=True),
    "complete": Rule(complete, any_order=True),
    "average": Rule(average, any_order=True),
    "weighted": Rule(weighted, any_order=True),
    "ward": Rule(ward, any_order=True, euclidean=True),
    "centroid": Rule(centroid, euclidean=True, reducible=False),
    "median": Rule(median, euclidean=True, reducible=False),
}
METHODS = tuple(RULES)
EUCLIDEAN_METHODS = tuple(name for name, rule in RULES.items() if rule.euclidean)
INVERTING_METHODS = tuple(name for name, rule in RULES.items() if not rule.reducible)


def _by_number(rules: Sequence[Callable]) -> Callable:
    """One function that takes a rule's number, then the arguments of a rule."""
    rule = rules[0]
    if len(rules) == 1:

        @device
        def last(number, d_xi, d_yi, d_xy, size_x, size_y, size_i):
            return rule(d_xi, d_yi, d_xy, size_x, size_y, size_i)

        return last
    others = _by_number(rules[1:])

    @device
    def chosen(number, d_xi, d_yi, d_xy, size_x, size_y, size_i):
        if number == 0:
            return rule(d_xi, d_yi, d_xy, size_x, size_y, size_i)
        return others(number - 1, d_xi, d_yi, d_xy, size_x, size_y, size_i)

    return chosen


# update(number, d_xi, d_yi, d_xy, size_x, size_y, size_i) is the rule of METHODS[number]. A number
# and not the function: a kernel that takes functions cannot be kept on disk, since its signature
# holds their addresses.
update = _by_number([rule.distance for rule in RULES.values()])
