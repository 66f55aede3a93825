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
from kmeans_core.engine.short_calls import turns_a_call
from kmeans_core.engine.simd import any_lane, fma, lane_bits, lane_count, load, splat
from kmeans_core.hierarchy.distances.screen import (
    FLOAT32,
    packed_float32,
    screen_columns,
    stretch_and_slack,
)
from kmeans_core.hierarchy.distances.source import GROUP, four_squares, place
from kmeans_core.hierarchy.linkages.chain import (
    LENGTH,
    MERGED,
    SEARCH_AGAIN,
    begin_chain,
    begin_search,
    new_chain,
    push,
    recall,
    remember,
)


class Clusters(NamedTuple):
    """The clusters that exist, without gaps: places 0..n_clusters-1."""

    centroids: np.ndarray  # (n_samples, n_features)
    packed: np.ndarray  # the same in panels of float32; inf past the last place
    sizes: np.ndarray  # (n_samples,), sums of weights
    screen_sizes: np.ndarray  # (columns,) the same as float32; 1 past the last place
    ids: np.ndarray  # (n_samples,): a row, or n_samples + t for the result of merge t
    places: np.ndarray  # (2 n_samples - 1,): where a cluster stands; -1 once it was merged
    costs: np.ndarray  # (2 n_samples - 1,): of the merge that made it


class Scan(NamedTuple):
    """A search: who searches, and whom it does not look for."""

    n_clusters: int
    me: int  # place of the last member of the chain
    below: int  # place of the member below it, or -1
    level: int  # of the last member


def ward_merges(X: np.ndarray, weight: np.ndarray | None) -> tuple[np.ndarray, np.ndarray]:
    """The merges of Ward linkage, not in the order of their heights.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        Values below 2 in size.
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for, at most 1e30 times as many as another one.

    Returns
    -------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        Numbers of the clusters joined: below n_samples a row, else the result of merge
        ``number - n_samples`` of this table.
    costs : ndarray of float64, shape (n_samples - 1,)
        Growth of the sum of squares within clusters; the height is ``sqrt(2 * cost)``. None is
        below those of its parts.

    Notes
    -----
    O(n^2 d) time, about 2.1 searches a row; memory: 12 n d + 150 n bytes.

    References
    ----------
    Ward 1963, doi 10.1080/01621459.1963.10500845; Murtagh and Legendre 2014,
    doi 10.1007/s00357-014-9161-z, for what is squared and when.
    """
    n_samples = len(X)
    sizes = np.ones(n_samples) if weight is None else weight / weight.max()
    screen_sizes = aligned_empty(screen_columns(n_samples), FLOAT32)
    screen_sizes[:] = 1.0
    screen_sizes[:n_samples] = sizes
    places = np.full(2 * n_samples - 1, -1)
    places[:n_samples] = np.arange(n_samples)
    clusters = Clusters(
        X.copy(),
        packed_float32(X),
        sizes.copy(),
        screen_sizes,
        np.arange(n_samples),
        places,
        np.zeros(2 * n_samples - 1),
    )
    merges, costs = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    query = np.empty(X.shape[1], dtype=np.float32)
    stretch, slack = stretch_and_slack(X.shape[1])
    chain, progress, most_turns = new_chain(n_samples), begin_chain(), turns_a_call(X.size)
    while progress[MERGED] < n_samples - 1:
        _merge_along_chain(
            clusters, chain, progress, most_turns, query, stretch, slack, merges, costs
        )
    return merges, costs if weight is None else costs * weight.max()


@kernel
def _merge_along_chain(
    clusters,  # INOUT Clusters
    chain,  # WORK Chain
    progress,  # INOUT see begin_chain
    most_turns,  # IN  searches or merges after which to return; call again until all are merged
    query,  # WORK (n_features,) float32
    stretch,  # IN  see screen.py
    slack,  # IN
    merges,  # OUT (n_samples - 1, 2)
    costs,  # OUT (n_samples - 1,)
):
    """Writes the merges and their costs."""
    n_samples, turn = clusters.ids.shape[0], 0
    step, length = progress[MERGED], progress[LENGTH]
    while step < n_samples - 1 and turn < most_turns:
        turn += 1
        if length == 0:
            push(chain, 0, clusters.ids[0], np.inf)
            length = 1
        last = length - 1
        k = recall(chain, last, clusters.places, step)
        if k == SEARCH_AGAIN:
            begin_search(chain, last, step)
            _search(clusters, n_samples - step, chain, last, query, stretch, slack)
            k = recall(chain, last, clusters.places, step)
        nearest, cost = -1, chain.below[last]
        if k >= 0 and chain.distances[k] < cost:
            nearest, cost = chain.known[k], chain.distances[k]
        for new in range(n_samples + chain.step[last], n_samples + step):
            if clusters.places[new] >= 0:
                new_cost = _cost(clusters, clusters.places[chain.ids[last]], clusters.places[new])
                if new_cost < cost:
                    nearest, cost = new, new_cost
        if nearest >= 0:
            push(chain, length, nearest, cost)
            length += 1
        else:  # the member below is nearest, and this one is its nearest
            length -= 2
            a, b = chain.ids[length], chain.ids[length + 1]
            cost = max(cost, clusters.costs[a], clusters.costs[b])  # equal but for rounding
            merges[step, 0], merges[step, 1], costs[step] = a, b, cost
            _merge(clusters, a, b, n_samples + step, n_samples - step, cost)
            step += 1
    progress[MERGED], progress[LENGTH] = step, length


@device
def _cost(clusters, p, q):
    """Growth of the sum of squares when the clusters at two places are merged."""
    square = 0.0
    for f in range(clusters.centroids.shape[1]):
        difference = clusters.centroids[p, f] - clusters.centroids[q, f]
        square += difference * difference
    a, b = clusters.sizes[p], clusters.sizes[q]
    return square * (a * b) / (a + b)


@device
def _search(clusters, n_clusters, chain, last, query, stretch, slack):
    """Remember the clusters nearest to the last member, nearer than the member below it.

    With sizes a (of the member) and b, a cost below `limit` means
    ``square * b < limit + limit / a * b``: no division for each cluster.
    """
    packed, n_features = clusters.packed, clusters.centroids.shape[1]
    lanes = lane_count(packed)
    me = clusters.places[chain.ids[last]]
    below = clusters.places[chain.ids[last - 1]] if last > 0 else -1
    for f in range(n_features):
        query[f] = clusters.centroids[me, f]
    limit = chain.below[last]
    constant, factor = _limits(limit, clusters.sizes[me], stretch, slack, packed)
    for panel in range(0, -(-n_clusters // (GROUP * lanes)) * GROUP, GROUP):
        o = panel * lanes
        a, b, c, d = four_squares(packed, panel, query, n_features)
        near_a = _may_be_near(a, clusters, o, constant, factor)
        near_b = _may_be_near(b, clusters, o + lanes, constant, factor)
        near_c = _may_be_near(c, clusters, o + 2 * lanes, constant, factor)
        near_d = _may_be_near(d, clusters, o + 3 * lanes, constant, factor)
        if any_lane((near_a | near_b) | (near_c | near_d)):
            # Four calls, not a loop over four masks: that took 1.5 times as long in all.
            scan = Scan(n_clusters, me, below, last)
            limit = _look(near_a, o, clusters, chain, scan, limit)
            limit = _look(near_b, o + lanes, clusters, chain, scan, limit)
            limit = _look(near_c, o + 2 * lanes, clusters, chain, scan, limit)
            limit = _look(near_d, o + 3 * lanes, clusters, chain, scan, limit)
            constant, factor = _limits(limit, clusters.sizes[me], stretch, slack, packed)


@device
def _limits(limit, size, stretch, slack, packed):
    """What screened squares are compared with, in lanes: see `_search` and screen.py."""
    constant = splat(np.float32(limit * stretch), packed)
    return constant, splat(np.float32(limit / size * stretch + slack), packed)


@device
def _may_be_near(squares, clusters, start, constant, factor):
    sizes = load(clusters.screen_sizes, start)
    return squares * sizes < fma(factor, sizes, constant)


@device
def _look(mask, start, clusters, chain, scan, limit):
    """Work out the costs that the screen could not rule out."""
    bits, p = lane_bits(mask), start
    while bits != 0:
        if bits & 1 and p < scan.n_clusters and p != scan.me and p != scan.below:
            cost = _cost(clusters, scan.me, p)
            if cost < limit:
                limit = remember(chain, scan.level, clusters.ids[p], cost, limit)
        bits >>= 1
        p += 1
    return limit


@device
def _merge(clusters, a, b, merged, n_clusters, cost):
    """Put the union of a and b at the lower of their places and close the gap at the other."""
    p = min(clusters.places[a], clusters.places[b])
    q = max(clusters.places[a], clusters.places[b])
    lanes, n_features = lane_count(clusters.packed), clusters.centroids.shape[1]
    share = clusters.sizes[q] / (clusters.sizes[p] + clusters.sizes[q])
    end = n_clusters - 1
    for f in range(n_features):
        # p + (q - p) share and not a mean of both: exact where they are equal.
        move = (clusters.centroids[q, f] - clusters.centroids[p, f]) * share
        clusters.centroids[p, f] += move
        clusters.centroids[q, f] = clusters.centroids[end, f]
        at_p, at_q = place(p, f, n_features, lanes), place(q, f, n_features, lanes)
        at_end = place(end, f, n_features, lanes)
        clusters.packed[at_p] = clusters.centroids[p, f]
        clusters.packed[at_q] = clusters.packed[at_end]
        clusters.packed[at_end] = np.inf
    clusters.sizes[p] += clusters.sizes[q]
    clusters.screen_sizes[p] = clusters.sizes[p]
    clusters.sizes[q] = clusters.sizes[end]
    clusters.screen_sizes[q] = clusters.screen_sizes[end]
    clusters.screen_sizes[end] = 1.0
    clusters.ids[q] = clusters.ids[end]
    clusters.places[clusters.ids[q]] = q  # before the two below: q may be the end
    clusters.ids[p] = merged
    clusters.places[merged] = p
    clusters.places[a], clusters.places[b] = -1, -1
    clusters.costs[merged] = cost
