"""Ward linkage of vectors: a nearest-neighbour chain over centroids, in O(n d) memory.

Two clusters of a and b rows at centroids p and q are ``sqrt(2 a b / (a + b)) |p - q|`` apart, so
centroids and sizes are all that has to be kept. Inside, a *cost* is half the square of that: by how
much the sum of squares within clusters grows.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.engine.simd import any_lane, fma, lane_bits, lane_count, load, splat
from kmeans_core.hierarchy.distances.panels import (
    GROUP,
    NS_PER_VALUE,
    four_squares,
    packed_points,
    padded,
    panel_slot,
    squared_distance,
)
from kmeans_core.hierarchy.distances.screen import FLOAT32, Screen, screen_for
from kmeans_core.hierarchy.distances.source import Source
from kmeans_core.hierarchy.linkages.chain import (
    LENGTH,
    N_MERGED,
    SEARCH_AGAIN,
    begin_search,
    new_chain,
    push,
    recall,
    remember,
)
from kmeans_core.hierarchy.linkages.merges import number_merges, sort_merges


class Clusters(NamedTuple):
    """The clusters that exist, without gaps: slots 0..n_clusters-1."""

    centroids: np.ndarray  # (n_samples, n_features)
    packed: np.ndarray  # the same in panels of float32; inf past the last slot
    query: np.ndarray  # WORK (n_features,) float32
    sizes: np.ndarray  # (n_samples,), sums of weights
    screen_sizes: np.ndarray  # (columns,) the same as float32; 1 past the last slot
    ids: np.ndarray  # (n_samples,): a row, or n_samples + t for the result of merge t
    slots: np.ndarray  # (2 n_samples - 1,): where a cluster stands; -1 once it was merged
    costs: np.ndarray  # (2 n_samples - 1,): of the merge that made it
    screen: Screen


class Search(NamedTuple):
    """A search for the clusters nearest to the last member of the chain."""

    n_clusters: int
    slot: int  # of the last member
    below: int  # slot of the member below it, or -1; it is not searched for
    level: int  # of the last member


def ward_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of Ward linkage of Euclidean vectors.

    Parameters
    ----------
    source : Source
        Of kind EUCLIDEAN; its panels are not used.
    method
        Not used: the linkage is 'ward'.
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for, at most 1e30 times as many as another one.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        Heights are ``sqrt(2 * growth)`` of the sum of squares within clusters.

    Notes
    -----
    O(n^2 d) time, about 2.1 searches per row; memory: 12 n d + 150 n bytes.

    References
    ----------
    Ward 1963, doi 10.1080/01621459.1963.10500845; Murtagh and Legendre 2014,
    doi 10.1007/s00357-014-9161-z, for what is squared and when.
    """
    X, n_samples = source.X, source.n_samples
    clusters, chain = _new_clusters(X, weight), new_chain(n_samples)
    merges, costs = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    most_steps = items_per_call(NS_PER_VALUE * X.size)
    while chain.progress[N_MERGED] < n_samples - 1:
        _merge_along_chain(clusters, chain, most_steps, merges, costs)
    costs = costs if weight is None else costs * weight.max()
    merges, costs = sort_merges(merges, costs)
    return number_merges(merges, np.sqrt(2 * costs))


def _new_clusters(X: np.ndarray, weight: np.ndarray | None) -> Clusters:
    """Every row a cluster. Sizes are relative to the largest one: they are kept as float32 too."""
    n_samples, n_features = X.shape
    sizes = np.ones(n_samples) if weight is None else weight / weight.max()
    screen_sizes = aligned_empty(padded(n_samples, FLOAT32), FLOAT32)
    screen_sizes[:] = 1.0
    screen_sizes[:n_samples] = sizes
    slots = np.full(2 * n_samples - 1, -1)
    slots[:n_samples] = np.arange(n_samples)
    return Clusters(
        centroids=X.copy(),
        packed=packed_points(X, n_samples, FLOAT32),
        query=np.empty(n_features, dtype=np.float32),
        sizes=sizes,
        screen_sizes=screen_sizes,
        ids=np.arange(n_samples),
        slots=slots,
        costs=np.zeros(2 * n_samples - 1),
        screen=screen_for(n_features),
    )


@kernel
def _merge_along_chain(
    clusters,  # INOUT Clusters
    chain,  # INOUT Chain
    most_steps,  # IN  searches and merges after which it returns; call until all are merged
    merges,  # OUT (n_samples - 1, 2)
    costs,  # OUT (n_samples - 1,)
):
    """Writes the merges and their costs."""
    n_samples, n_steps = clusters.ids.shape[0], 0
    n_merged, length = chain.progress[N_MERGED], chain.progress[LENGTH]
    while n_merged < n_samples - 1 and n_steps < most_steps:
        n_steps += 1
        if length == 0:
            push(chain, 0, clusters.ids[0], np.inf)
            length = 1
        nearest, cost = _nearest(clusters, chain, length - 1, n_merged)
        if nearest >= 0:
            push(chain, length, nearest, cost)
            length += 1
        else:  # the member below is nearest, and this one is its nearest
            length -= 2
            a, b = chain.ids[length], chain.ids[length + 1]
            cost = max(cost, clusters.costs[a], clusters.costs[b])  # equal but for rounding
            merges[n_merged, 0], merges[n_merged, 1], costs[n_merged] = a, b, cost
            _merge(clusters, a, b, n_merged)
            clusters.costs[n_samples + n_merged] = cost
            n_merged += 1
    chain.progress[N_MERGED], chain.progress[LENGTH] = n_merged, length


@device
def _nearest(clusters, chain, last, n_merged):
    """The cluster nearest to the last member, -1 for the member below it; the cost of that merge.

    It is one of those remembered, else one of those made since the member searched.
    """
    n_samples = clusters.ids.shape[0]
    k = recall(chain, last, clusters.slots, n_merged)
    if k == SEARCH_AGAIN:
        begin_search(chain, last, n_merged)
        _search(clusters, n_samples - n_merged, chain, last)
        k = recall(chain, last, clusters.slots, n_merged)
    nearest, cost = -1, chain.below[last]
    if k >= 0 and chain.distances[k] < cost:
        nearest, cost = chain.known[k], chain.distances[k]
    slot = clusters.slots[chain.ids[last]]
    for new in range(n_samples + chain.searched[last], n_samples + n_merged):
        if clusters.slots[new] >= 0:
            new_cost = _cost(clusters, slot, clusters.slots[new])
            if new_cost < cost:
                nearest, cost = new, new_cost
    return nearest, cost


@device
def _cost(clusters, p, q):
    """Growth of the sum of squares when the clusters in two slots are merged."""
    square = squared_distance(clusters.centroids, p, q)
    a, b = clusters.sizes[p], clusters.sizes[q]
    return square * (a * b) / (a + b)


@device
def _search(clusters, n_clusters, chain, last):
    """Remember the clusters nearest to the last member, nearer than the member below it.

    With sizes a (of the member) and b, a cost below `limit` means
    ``square * b < limit + limit / a * b``: no division per cluster.
    """
    packed, query, n_features = clusters.packed, clusters.query, clusters.centroids.shape[1]
    lanes, slot = lane_count(packed), clusters.slots[chain.ids[last]]
    below = clusters.slots[chain.ids[last - 1]] if last > 0 else -1
    for f in range(n_features):
        query[f] = clusters.centroids[slot, f]
    limit = chain.below[last]
    constant, factor = _limits(clusters, slot, limit)
    for panel in range(0, -(-n_clusters // (GROUP * lanes)) * GROUP, GROUP):
        o = panel * lanes
        a, b, c, d = four_squares(packed, panel, query, n_features)
        near_a = _may_be_near(a, clusters, o, constant, factor)
        near_b = _may_be_near(b, clusters, o + lanes, constant, factor)
        near_c = _may_be_near(c, clusters, o + 2 * lanes, constant, factor)
        near_d = _may_be_near(d, clusters, o + 3 * lanes, constant, factor)
        if any_lane((near_a | near_b) | (near_c | near_d)):
            # Four calls, not a loop over four masks: that took 1.5 times as long in all.
            search = Search(n_clusters, slot, below, last)
            limit = _nearer(near_a, o, clusters, chain, search, limit)
            limit = _nearer(near_b, o + lanes, clusters, chain, search, limit)
            limit = _nearer(near_c, o + 2 * lanes, clusters, chain, search, limit)
            limit = _nearer(near_d, o + 3 * lanes, clusters, chain, search, limit)
            constant, factor = _limits(clusters, slot, limit)


@device
def _limits(clusters, slot, limit):
    """What screened squares are compared with, in lanes: see `_search` and screen.py."""
    packed, stretch, slack = clusters.packed, clusters.screen.stretch, clusters.screen.slack
    constant = splat(np.float32(limit * stretch), packed)
    return constant, splat(np.float32(limit / clusters.sizes[slot] * stretch + slack), packed)


@device
def _may_be_near(squares, clusters, slot, constant, factor):
    sizes = load(clusters.screen_sizes, slot)
    return squares * sizes < fma(factor, sizes, constant)


@device
def _nearer(mask, slot, clusters, chain, search, limit):
    """Remember the clusters that the screen could not rule out and that are really nearer."""
    bits = lane_bits(mask)
    while bits != 0:
        if bits & 1 and slot < search.n_clusters and slot not in (search.slot, search.below):
            cost = _cost(clusters, search.slot, slot)
            if cost < limit:
                limit = remember(chain, search.level, clusters.ids[slot], cost, limit)
        bits >>= 1
        slot += 1
    return limit


@device
def _merge(clusters, a, b, n_merged):
    """Put the union of a and b in the lower of their slots and close the gap in the other."""
    n_samples, merged = clusters.ids.shape[0], clusters.ids.shape[0] + n_merged
    p = min(clusters.slots[a], clusters.slots[b])
    q = max(clusters.slots[a], clusters.slots[b])
    lanes, n_features = lane_count(clusters.packed), clusters.centroids.shape[1]
    share = clusters.sizes[q] / (clusters.sizes[p] + clusters.sizes[q])
    last = n_samples - n_merged - 1
    for f in range(n_features):
        # p + (q - p) share and not a mean of both: exact where they are equal.
        move = (clusters.centroids[q, f] - clusters.centroids[p, f]) * share
        clusters.centroids[p, f] += move
        clusters.centroids[q, f] = clusters.centroids[last, f]
        at_p, at_q = panel_slot(p, f, n_features, lanes), panel_slot(q, f, n_features, lanes)
        at_last = panel_slot(last, f, n_features, lanes)
        clusters.packed[at_p] = clusters.centroids[p, f]
        clusters.packed[at_q] = clusters.packed[at_last]
        clusters.packed[at_last] = np.inf
    clusters.sizes[p] += clusters.sizes[q]
    clusters.screen_sizes[p] = clusters.sizes[p]
    clusters.sizes[q] = clusters.sizes[last]
    clusters.screen_sizes[q] = clusters.screen_sizes[last]
    clusters.screen_sizes[last] = 1.0
    clusters.ids[q] = clusters.ids[last]
    clusters.slots[clusters.ids[q]] = q  # before the two below: q may be the last
    clusters.ids[p] = merged
    clusters.slots[merged] = p
    clusters.slots[a], clusters.slots[b] = -1, -1
