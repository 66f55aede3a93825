"""Centroid and median linkage of vectors: the generic algorithm over points, in O(n d) memory.

The clusters are points, so their distances are computed when they are needed, behind a screen of
float32, and no matrix is kept. What is remembered and when a cluster searches anew is as in
generic.py; finding the smallest remembered distance on lanes takes 1 in 2 d of the work.

Ties go to the lowest slot in the working order, which merges change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import any_lane, lane_bits, lane_count, load, splat
from kmeans_core.hierarchy.distances.argmin import argmin
from kmeans_core.hierarchy.distances.panels import (
    GROUP,
    NS_PER_VALUE,
    four_squares,
    infinite,
    packed_points,
    padded,
    panel_slot,
    squared_distance,
)
from kmeans_core.hierarchy.distances.screen import FLOAT32, Screen, screen_for, screened
from kmeans_core.hierarchy.distances.source import Source
from kmeans_core.hierarchy.linkages.generic import SEARCHES_PER_MERGE
from kmeans_core.hierarchy.linkages.merges import number_merges


class Centers(NamedTuple):
    """The clusters that exist, without gaps: slots 0..n_clusters-1."""

    points: np.ndarray  # (n_samples, n_features): centroids, or midpoints for median
    packed: np.ndarray  # the same in panels of float32; inf past the last slot
    query: np.ndarray  # WORK (n_features,) float32
    sizes: np.ndarray  # (n_samples,), sums of weights
    ids: np.ndarray  # (n_samples,): a row, or n_samples + t for the result of merge t
    slots: np.ndarray  # (2 n_samples - 1,): where a cluster stands; -1 once it was merged
    near: np.ndarray  # (columns,): no other cluster is nearer than this square; inf past the last
    bound: np.ndarray  # (columns,) float32: what a screened square must be below to matter
    neighbor: np.ndarray  # (n_samples,): the cluster that was at `near`; it may not exist any more
    screen: Screen


class Search(NamedTuple):
    """A search for the cluster nearest to one of them."""

    slot: int  # of the cluster that searches
    n_clusters: int
    is_new: bool  # whether others remember it too where it is nearer than their neighbour


def center_tree(source: Source, method: str, weight: np.ndarray | None) -> np.ndarray:
    """Z of centroid or median linkage of Euclidean vectors.

    Parameters
    ----------
    source : Source
        Of kind EUCLIDEAN; its panels are not used.
    method : {'centroid', 'median'}
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for; makes no difference for 'median'.

    Returns
    -------
    ndarray of float64, shape (n_samples - 1, 4)
        Heights may fall.

    Notes
    -----
    O(n^2 d) time for typical data, O(n^3 d) at worst; O(n d) memory.
    """
    X, n_samples = source.X, source.n_samples
    centers = _new_centers(X, weight)
    merges, squares = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    ns_per_search = NS_PER_VALUE * X.size
    for start, stop in short_calls(0, n_samples, ns_per_search):
        _find_neighbors(centers, start, stop)
    for start, stop in short_calls(0, n_samples - 1, SEARCHES_PER_MERGE * ns_per_search):
        _merge_closest(centers, method == "median", start, stop, merges, squares)
    return number_merges(merges, np.sqrt(squares))


def _new_centers(X: np.ndarray, weight: np.ndarray | None) -> Centers:
    n_samples, n_features = X.shape
    n_columns = padded(n_samples, FLOAT32)
    slots = np.full(2 * n_samples - 1, -1)
    slots[:n_samples] = np.arange(n_samples)
    return Centers(
        points=X.copy(),
        packed=packed_points(X, n_samples, FLOAT32),
        query=np.empty(n_features, dtype=np.float32),
        sizes=np.ones(n_samples) if weight is None else weight.copy(),
        ids=np.arange(n_samples),
        slots=slots,
        near=infinite(n_columns),
        bound=infinite(n_columns, FLOAT32),
        neighbor=np.full(n_samples, -1),
        screen=screen_for(n_features),
    )


@kernel
def _find_neighbors(
    centers,  # INOUT Centers: near, bound, neighbor
    start,  # IN  first slot
    stop,  # IN
):
    """Writes the nearest cluster of each of these, before any merge."""
    for slot in range(start, stop):
        _search(centers, Search(slot, centers.ids.shape[0], False))


@kernel
def _merge_closest(
    centers,  # INOUT Centers
    halfway,  # IN  a union stands halfway between its parts, whatever their sizes
    start,  # IN  first merge
    stop,  # IN
    merges,  # OUT (n_samples - 1, 2)
    squares,  # OUT (n_samples - 1,)
):
    """Writes these merges and their squared heights."""
    n_samples = centers.ids.shape[0]
    for step in range(start, stop):
        n_clusters = n_samples - step
        p = argmin(centers.near, n_clusters)
        while centers.slots[centers.neighbor[p]] < 0:  # merged: `near` is only a lower bound
            _search(centers, Search(p, n_clusters, False))
            p = argmin(centers.near, n_clusters)
        q = centers.slots[centers.neighbor[p]]
        merges[step, 0], merges[step, 1] = centers.ids[p], centers.ids[q]
        squares[step] = centers.near[p]
        p, q = min(p, q), max(p, q)
        _merge(centers, p, q, n_samples + step, n_clusters, halfway)
        _search(centers, Search(p, n_clusters - 1, True))


@device
def _search(centers, search):
    """Find the nearest cluster of one; a new one is remembered by those that it is near."""
    packed, query, n_features = centers.packed, centers.query, centers.points.shape[1]
    lanes = lane_count(packed)
    for f in range(n_features):
        query[f] = centers.points[search.slot, f]
    best, neighbor = np.inf, -1
    limit = splat(np.float32(np.inf), packed)
    for panel in range(0, -(-search.n_clusters // (GROUP * lanes)) * GROUP, GROUP):
        o = panel * lanes
        a, b, c, d = four_squares(packed, panel, query, n_features)
        near_a, near_b = a < limit, b < limit
        near_c, near_d = c < limit, d < limit
        if search.is_new:
            near_a = near_a | (a < load(centers.bound, o))
            near_b = near_b | (b < load(centers.bound, o + lanes))
            near_c = near_c | (c < load(centers.bound, o + 2 * lanes))
            near_d = near_d | (d < load(centers.bound, o + 3 * lanes))
        if any_lane((near_a | near_b) | (near_c | near_d)):
            best, neighbor = _nearer(near_a, o, centers, search, best, neighbor)
            o += lanes
            best, neighbor = _nearer(near_b, o, centers, search, best, neighbor)
            o += lanes
            best, neighbor = _nearer(near_c, o, centers, search, best, neighbor)
            o += lanes
            best, neighbor = _nearer(near_d, o, centers, search, best, neighbor)
            limit = splat(np.float32(screened(centers.screen, best)), packed)
    if neighbor >= 0:
        _remember(centers, search.slot, centers.ids[neighbor], best)


@device
def _nearer(mask, slot, centers, search, best, neighbor):
    """Compute the squares that the screen could not rule out; the smallest so far and its slot."""
    bits = lane_bits(mask)
    while bits != 0:
        if bits & 1 and slot != search.slot and slot < search.n_clusters:
            square = squared_distance(centers.points, search.slot, slot)
            if square < best:
                best, neighbor = square, slot
            if search.is_new and square < centers.near[slot]:
                _remember(centers, slot, centers.ids[search.slot], square)
        bits >>= 1
        slot += 1
    return best, neighbor


@device
def _remember(centers, slot, neighbor, square):
    centers.near[slot] = square
    centers.bound[slot] = screened(centers.screen, square)
    centers.neighbor[slot] = neighbor


@device
def _merge(centers, p, q, merged, n_clusters, halfway):
    """Put the union in slot p and close the gap in slot q."""
    lanes, n_features = lane_count(centers.packed), centers.points.shape[1]
    share = 0.5 if halfway else centers.sizes[q] / (centers.sizes[p] + centers.sizes[q])
    last = n_clusters - 1
    centers.slots[centers.ids[p]], centers.slots[centers.ids[q]] = -1, -1
    for f in range(n_features):
        centers.points[p, f] += (centers.points[q, f] - centers.points[p, f]) * share
        centers.points[q, f] = centers.points[last, f]
        at_last = panel_slot(last, f, n_features, lanes)
        centers.packed[panel_slot(p, f, n_features, lanes)] = centers.points[p, f]
        centers.packed[panel_slot(q, f, n_features, lanes)] = centers.packed[at_last]
        centers.packed[at_last] = np.inf
    centers.sizes[p] += centers.sizes[q]
    centers.ids[p] = merged
    centers.slots[merged] = p
    if q != last:
        centers.sizes[q], centers.ids[q] = centers.sizes[last], centers.ids[last]
        centers.slots[centers.ids[q]] = q
        centers.near[q], centers.bound[q] = centers.near[last], centers.bound[last]
        centers.neighbor[q] = centers.neighbor[last]
    centers.near[last], centers.bound[last] = np.inf, np.inf
