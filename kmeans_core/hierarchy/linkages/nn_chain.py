"""Complete, average and weighted linkage, and ward of given distances: a chain over stored rows.

The nearest-neighbour chain of chain.py, on the distances of merged_distances.py: those between rows
are computed when they are needed, and those of merged clusters are stored. Any rule of
update_rules.py runs here whose merges may be made in any order.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import items_per_call
from kmeans_core.engine.simd import any_lane, lane_count, load, splat
from kmeans_core.hierarchy.distances.panels import GROUP
from kmeans_core.hierarchy.distances.source import Source, ns_per_row
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
from kmeans_core.hierarchy.linkages.merged_distances import (
    N_COLUMNS,
    Merge,
    distance_row,
    distance_to_new,
    merge_clusters,
    new_merged_distances,
)
from kmeans_core.hierarchy.linkages.merges import number_merges, sort_merges


def chain_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of a linkage whose merges may be made in any order, from any source.

    Parameters
    ----------
    source : Source
        With room for `n_columns(n_samples)` columns; its panels are overwritten.
    method : str
        One of `METHODS` whose rule has `any_order`.
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)

    Raises
    ------
    MemoryError
        The stored distances in their worst case do not fit in the memory available now.

    Notes
    -----
    O(n^2) time for typical data, beyond O(n^2 d) for the distances; at most 3.4 n^2 bytes.

    References
    ----------
    Murtagh 1983, doi 10.1093/comjnl/26.4.354; Lance and Williams 1967, doi 10.1093/comjnl/9.4.373.
    """
    n_samples, n_features = source.n_samples, source.X.shape[1]
    merged, chain = new_merged_distances(n_samples, method, weight), new_chain(n_samples)
    merges, heights = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    most_steps = items_per_call(ns_per_row(n_samples, n_features))
    while chain.progress[N_MERGED] < n_samples - 1:
        _merge_along_chain(source, merged, chain, most_steps, merges, heights)
    return number_merges(*sort_merges(merges, heights))


@kernel
def _merge_along_chain(
    source,  # INOUT Source
    merged,  # INOUT MergedDistances
    chain,  # INOUT Chain
    most_steps,  # IN  searches and merges after which it returns; call until all are merged
    merges,  # OUT (n_samples - 1, 2)
    heights,  # OUT (n_samples - 1,)
):
    """Writes the merges and their heights."""
    n_samples, n_steps = source.n_samples, 0
    n_merged, length = chain.progress[N_MERGED], chain.progress[LENGTH]
    while n_merged < n_samples - 1 and n_steps < most_steps:
        n_steps += 1
        if length == 0:
            # The newest cluster: going on nearby keeps fewer clusters alive at a time than
            # starting at a row (complete, d=4: rows of R at most 0.13 n against 0.22 n).
            push(chain, 0, 0 if n_merged == 0 else n_samples + n_merged - 1, np.inf)
            length = 1
        nearest, height = _nearest(source, merged, chain, length - 1, n_merged)
        if nearest >= 0:
            push(chain, length, nearest, height)
            length += 1
        else:  # the member below is nearest, and this one is its nearest
            length -= 2
            a, b = chain.ids[length], chain.ids[length + 1]
            merge_clusters(source, merged, Merge(a, b, n_samples + n_merged, height), length & 1)
            for part in (a, b):
                if part >= n_samples:  # a union is not lower than its parts but for rounding
                    height = max(height, heights[part - n_samples])
            merges[n_merged, 0], merges[n_merged, 1], heights[n_merged] = a, b, height
            n_merged += 1
    chain.progress[N_MERGED], chain.progress[LENGTH] = n_merged, length


@device
def _nearest(source, merged, chain, last, n_merged):
    """The cluster nearest to the last member, -1 for the member below it; and its distance.

    It is one of those remembered, else one of those made since the member searched.
    """
    n_samples, c = source.n_samples, chain.ids[last]
    k = recall(chain, last, merged.columns, n_merged)
    if k == SEARCH_AGAIN:
        begin_search(chain, last, n_merged)
        _search(source, merged, chain, last)
        k = recall(chain, last, merged.columns, n_merged)
    nearest, distance = -1, chain.below[last]
    if k >= 0 and chain.distances[k] < distance:
        nearest, distance = chain.known[k], chain.distances[k]
    for new in range(n_samples + chain.searched[last], n_samples + n_merged):
        if merged.columns[new] >= 0:
            d = distance_to_new(merged, new, c)
            if d < distance:
                nearest, distance = new, d
    return nearest, distance


@device
def _search(source, merged, chain, last):
    """Remember the clusters nearest to the last member, nearer than the member below it."""
    c, removed = chain.ids[last], merged.removed
    values, start = distance_row(source, merged, c, last & 1)
    removed[merged.columns[c]] = np.inf  # not its own neighbour
    lanes, limit = lane_count(values), chain.below[last]
    below = chain.ids[last - 1] if last > 0 else -1
    bound = splat(limit, values)
    for o in range(0, merged.state[N_COLUMNS], GROUP * lanes):
        # Four comparisons, not one of a minimum: a distance to a removed cluster may be NaN.
        at_a, at_b, at_c, at_d = o, o + lanes, o + 2 * lanes, o + 3 * lanes
        near_a = load(values, start + at_a) + load(removed, at_a) < bound
        near_b = load(values, start + at_b) + load(removed, at_b) < bound
        near_c = load(values, start + at_c) + load(removed, at_c) < bound
        near_d = load(values, start + at_d) + load(removed, at_d) < bound
        if any_lane((near_a | near_b) | (near_c | near_d)):
            for column in range(o, o + GROUP * lanes):
                value = values[start + column] + removed[column]
                if value < limit and merged.ids[column] != below:
                    limit = remember(chain, last, merged.ids[column], value, limit)
            bound = splat(limit, values)
    removed[merged.columns[c]] = 0.0
