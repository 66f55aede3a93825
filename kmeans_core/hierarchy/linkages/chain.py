"""A nearest-neighbour chain whose members remember the nearest clusters that they met.

The algorithm (Benzécri 1982; Murtagh 1983, doi 10.1093/comjnl/26.4.354). Start with any cluster,
go to its nearest neighbour, from there to that one's nearest, and so on: distances fall, so the
chain ends at two clusters that are each other's nearest. Merge them, and go on with what is left
of the chain. The merges are those of the naive algorithm in another order, and sorted by height
they are its tree, under two conditions: a merged cluster is never nearer to a third one than both
its parts were (reducibility), and the distance of two merged clusters is the same whichever was
merged first. Single, complete, average, weighted and ward fulfil both.

Every cluster joins the chain once, and that takes a search over all others. When two clusters at
the end are merged, the one below them has lost its neighbour and would have to search again: a
third of all searches. Instead each member of the chain remembers the four nearest clusters that
its search met and when that was. Of those, the nearest that still exists is the nearest of all
that existed then, and only the few clusters made since have to be compared with it.

Ties. The cluster below on the chain wins, so that a chain always ends; then the one remembered
first. No order of the rows is preferred as in the naive algorithm, so with ties another tree may
come out; each of its merges still joins a closest pair.

Measured, searches per row: 3.0 without the memory, 2.4 remembering 2 clusters, 2.1 remembering 4.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device

_REMEMBERED = 4
_RECENT = 64  # with more new clusters than this, a search is as fast
SEARCH_AGAIN = -2
N_MERGED, LENGTH = range(2)  # in `Chain.progress`


class Chain(NamedTuple):
    """The members of the chain, from the first to the last, and their memories."""

    ids: np.ndarray  # (n_samples,)
    below: np.ndarray  # (n_samples,) distance to the member before
    searched: np.ndarray  # (n_samples,) number of merges when it searched, -1 before
    known: np.ndarray  # (n_samples * _REMEMBERED,) nearest clusters met, nearest first; -1: none
    distances: np.ndarray  # the same shape
    progress: np.ndarray  # (2,) merges made and members of the chain, between two calls


def new_chain(n_samples: int) -> Chain:
    """A chain without members, before the first merge."""
    n_known = n_samples * _REMEMBERED
    return Chain(
        ids=np.empty(n_samples, dtype=np.int64),
        below=np.empty(n_samples),
        searched=np.empty(n_samples, dtype=np.int64),
        known=np.empty(n_known, dtype=np.int64),
        distances=np.empty(n_known),
        progress=np.zeros(2, dtype=np.int64),
    )


@device
def push(chain, level, cluster, distance):
    """Make `cluster` the member number `level`, at a distance from the member below."""
    chain.ids[level] = cluster
    chain.below[level] = distance
    chain.searched[level] = -1


@device
def begin_search(chain, level, n_merged):
    """Forget what this member remembered."""
    chain.searched[level] = n_merged
    for k in range(level * _REMEMBERED, (level + 1) * _REMEMBERED):
        chain.known[k] = -1
        chain.distances[k] = np.inf


@device
def remember(chain, level, cluster, distance, limit):
    """Remember a cluster nearer than `limit`; returns how near the next one has to be.

    The search starts with the distance to the member below as its limit: that one stays on the
    chain as long as this one does, so no cluster farther away is ever needed.
    """
    first = level * _REMEMBERED
    k = first + _REMEMBERED - 1
    while k > first and chain.distances[k - 1] > distance:
        chain.known[k] = chain.known[k - 1]
        chain.distances[k] = chain.distances[k - 1]
        k -= 1
    chain.known[k] = cluster
    chain.distances[k] = distance
    return min(limit, chain.distances[first + _REMEMBERED - 1])


@device
def recall(chain, level, slots, n_merged):
    """Where in `known` the nearest old cluster stands that still exists.

    -1: none is nearer than the member below. SEARCH_AGAIN: none of those remembered exists, or
    too many were made since. `slots[c]` is below 0 for a cluster that does not exist any more.
    """
    if chain.searched[level] < 0 or n_merged - chain.searched[level] > _RECENT:
        return SEARCH_AGAIN
    for k in range(level * _REMEMBERED, (level + 1) * _REMEMBERED):
        if chain.known[k] < 0:
            return -1
        if slots[chain.known[k]] >= 0:
            return k
    return SEARCH_AGAIN
