"""Centroid and median linkage: the closest pair first, with every cluster's neighbour remembered.

Here a merged cluster can be nearer to a third one than both its parts were, so a chain would go
wrong and the merges have to be found in their order. Every cluster remembers its nearest neighbour
and the distance to it. After a merge the union's distances are worked out once: where one is below
a remembered one it replaces it. A cluster whose neighbour was merged away keeps the old distance
as a lower bound and searches anew only when that bound is the smallest of all.

This is the generic algorithm of Müllner 2011, arXiv:1109.2378, section 3.1, with two changes: a
cluster looks at all others and not only at later ones, and the smallest remembered distance is
found by a pass over them on lanes and not by a heap (of the work, 1 in 2 d).

Ties go to the lowest place in the working order, which merges change.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import short_calls
from kmeans_core.engine.simd import any_lane, lane_bits, lane_count, load, splat
from kmeans_core.hierarchy.distances.argmin import smallest
from kmeans_core.hierarchy.distances.screen import (
    FLOAT32,
    packed_float32,
    screen_columns,
    stretch_and_slack,
)
from kmeans_core.hierarchy.distances.source import FLOAT64, GROUP, four_squares, padded, place
from kmeans_core.hierarchy.linkages.update_rules import METHODS, update

SEARCHES_A_MERGE = 4  # that one has seldom more than


class Centers(NamedTuple):
    """The clusters that exist, without gaps: places 0..n_clusters-1."""

    points: np.ndarray  # (n_samples, n_features): centroids, or midpoints for median
    packed: np.ndarray  # the same in panels of float32; inf past the last place
    sizes: np.ndarray  # (n_samples,), sums of weights
    ids: np.ndarray  # (n_samples,): a row, or n_samples + t for the result of merge t
    places: np.ndarray  # (2 n_samples - 1,): where a cluster stands; -1 once it was merged
    near: np.ndarray  # (columns,): no other cluster is nearer than this square; inf past the last
    bound: np.ndarray  # (columns,) float32: what a screened square must be below to matter
    neighbor: np.ndarray  # (n_samples,): the cluster that was at `near`; it may be gone


def center_merges(
    X: np.ndarray, method: str, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The merges of centroid or median linkage of vectors, in their order.

    Parameters
    ----------
    X : ndarray of float64, shape (n_samples, n_features)
        Values below 2 in size.
    method : {'centroid', 'median'}
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for; makes no difference for 'median'.

    Returns
    -------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        Numbers of the clusters joined, as in `ward_merges`.
    squares : ndarray of float64, shape (n_samples - 1,)
        Squared heights, which may fall.

    Notes
    -----
    O(n^2 d) time for typical data, O(n^3 d) at worst; O(n d) memory.
    """
    n_samples = len(X)
    n_columns = screen_columns(n_samples)
    near, bound = aligned_empty(n_columns, FLOAT64), aligned_empty(n_columns, FLOAT32)
    near[:] = bound[:] = np.inf
    places = np.full(2 * n_samples - 1, -1)
    places[:n_samples] = np.arange(n_samples)
    centers = Centers(
        X.copy(),
        packed_float32(X),
        np.ones(n_samples) if weight is None else weight.copy(),
        np.arange(n_samples),
        places,
        near,
        bound,
        np.full(n_samples, -1),
    )
    merges, squares = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    query = np.empty(X.shape[1], dtype=np.float32)
    stretch, slack = stretch_and_slack(X.shape[1])
    for first, last in short_calls(n_samples, X.size):
        _find_neighbors(centers, query, stretch, slack, first, last)
    halfway = method == "median"
    for first, last in short_calls(n_samples - 1, SEARCHES_A_MERGE * X.size):
        _merge_closest_centers(
            centers, query, halfway, stretch, slack, merges, squares, first, last
        )
    return merges, squares


@kernel
def _find_neighbors(centers, query, stretch, slack, first, last):
    """The nearest cluster of those at these places, before any merge."""
    for p in range(first, last):
        _search(centers, p, centers.ids.shape[0], query, False, stretch, slack)


@kernel
def _merge_closest_centers(
    centers,  # INOUT Centers
    query,  # WORK (n_features,) float32
    halfway,  # IN  a union stands halfway between its parts, whatever their sizes
    stretch,  # IN  see screen.py
    slack,  # IN
    merges,  # OUT (n_samples - 1, 2)
    squares,  # OUT (n_samples - 1,)
    first,  # IN  first merge
    last,  # IN  merge after the last
):
    """Writes these merges and their squared heights."""
    n_samples = centers.ids.shape[0]
    for step in range(first, last):
        n_clusters = n_samples - step
        p = smallest(centers.near, n_clusters)
        while centers.places[centers.neighbor[p]] < 0:  # gone: `near` is only a lower bound
            _search(centers, p, n_clusters, query, False, stretch, slack)
            p = smallest(centers.near, n_clusters)
        q = centers.places[centers.neighbor[p]]
        merges[step, 0], merges[step, 1] = centers.ids[p], centers.ids[q]
        squares[step] = centers.near[p]
        union = _merge(centers, min(p, q), max(p, q), n_samples + step, n_clusters, halfway)
        _search(centers, union, n_clusters - 1, query, True, stretch, slack)


@device
def _search(centers, me, n_clusters, query, tell, stretch, slack):
    """Find the nearest cluster of the one at place `me`; `tell` the others if it is near them."""
    packed, n_features = centers.packed, centers.points.shape[1]
    lanes = lane_count(packed)
    for f in range(n_features):
        query[f] = centers.points[me, f]
    best, neighbor = np.inf, -1
    limit = splat(np.float32(np.inf), packed)
    for panel in range(0, -(-n_clusters // (GROUP * lanes)) * GROUP, GROUP):
        o = panel * lanes
        a, b, c, d = four_squares(packed, panel, query, n_features)
        near_a, near_b = a < limit, b < limit
        near_c, near_d = c < limit, d < limit
        if tell:
            near_a = near_a | (a < load(centers.bound, o))
            near_b = near_b | (b < load(centers.bound, o + lanes))
            near_c = near_c | (c < load(centers.bound, o + 2 * lanes))
            near_d = near_d | (d < load(centers.bound, o + 3 * lanes))
        if any_lane((near_a | near_b) | (near_c | near_d)):
            rest = (tell, stretch, slack)
            best, neighbor = _look(near_a, o, centers, me, n_clusters, best, neighbor, rest)
            o += lanes
            best, neighbor = _look(near_b, o, centers, me, n_clusters, best, neighbor, rest)
            o += lanes
            best, neighbor = _look(near_c, o, centers, me, n_clusters, best, neighbor, rest)
            o += lanes
            best, neighbor = _look(near_d, o, centers, me, n_clusters, best, neighbor, rest)
            limit = splat(np.float32(best * stretch + slack), packed)
    if neighbor >= 0:
        _note(centers, me, best, centers.ids[neighbor], stretch, slack)


@device
def _look(mask, start, centers, me, n_clusters, best, neighbor, rest):
    """Work out the squares that the screen could not rule out; the smallest so far and whose."""
    tell, stretch, slack = rest
    bits, p = lane_bits(mask), start
    while bits != 0:
        if bits & 1 and p != me and p < n_clusters:
            square = _square(centers.points, me, p)
            if square < best:
                best, neighbor = square, p
            if tell and square < centers.near[p]:
                _note(centers, p, square, centers.ids[me], stretch, slack)
        bits >>= 1
        p += 1
    return best, neighbor


@device
def _square(points, p, q):
    square = 0.0
    for f in range(points.shape[1]):
        difference = points[p, f] - points[q, f]
        square += difference * difference
    return square


@device
def _note(centers, p, square, neighbor, stretch, slack):
    centers.near[p] = square
    centers.bound[p] = square * stretch + slack
    centers.neighbor[p] = neighbor


@device
def _merge(centers, p, q, merged, n_clusters, halfway):
    """Put the union at place p and close the gap at place q; returns p."""
    lanes, n_features = lane_count(centers.packed), centers.points.shape[1]
    share = 0.5 if halfway else centers.sizes[q] / (centers.sizes[p] + centers.sizes[q])
    end = n_clusters - 1
    centers.places[centers.ids[p]], centers.places[centers.ids[q]] = -1, -1
    for f in range(n_features):
        centers.points[p, f] += (centers.points[q, f] - centers.points[p, f]) * share
        centers.points[q, f] = centers.points[end, f]
        at_end = place(end, f, n_features, lanes)
        centers.packed[place(p, f, n_features, lanes)] = centers.points[p, f]
        centers.packed[place(q, f, n_features, lanes)] = centers.packed[at_end]
        centers.packed[at_end] = np.inf
    centers.sizes[p] += centers.sizes[q]
    centers.ids[p] = merged
    centers.places[merged] = p
    if q != end:
        centers.sizes[q], centers.ids[q] = centers.sizes[end], centers.ids[end]
        centers.places[centers.ids[q]] = q
        centers.near[q], centers.bound[q] = centers.near[end], centers.bound[end]
        centers.neighbor[q] = centers.neighbor[end]
    centers.near[end], centers.bound[end] = np.inf, np.inf
    return p


# ---- given distances -----------------------------------------------------------------------------


def matrix_merges(
    distances: np.ndarray, method: str, weight: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """The same from a square matrix of distances, by the rules of update_rules.py.

    Parameters
    ----------
    distances : ndarray of float64, shape (n_samples, n_samples)
        Used up as working memory.
    method : str
        One of `METHODS`.
    weight : ndarray of float64, shape (n_samples,), optional

    Returns
    -------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        As in `center_merges`.
    heights : ndarray of float64, shape (n_samples - 1,)

    Notes
    -----
    O(n^2) time for typical data, O(n^3) at worst; O(n) memory beyond `distances`. Of pairs at the
    same distance, one of the cluster whose name (its lowest row) is lowest is merged.
    """
    n_samples = len(distances)
    sizes = np.ones(n_samples) if weight is None else weight.copy()
    near = aligned_empty(padded(n_samples), FLOAT64)
    near[:] = np.inf
    neighbor, ids = np.full(n_samples, -1), np.arange(n_samples)
    merges, heights = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    rule = METHODS.index(method)
    for first, last in short_calls(n_samples, n_samples):
        _find_neighbors_of_rows(distances, ids, near, neighbor, first, last)
    for first, last in short_calls(n_samples - 1, SEARCHES_A_MERGE * n_samples):
        _merge_closest_rows(
            distances, rule, sizes, ids, near, neighbor, merges, heights, first, last
        )
    return merges, heights


@kernel
def _find_neighbors_of_rows(distances, ids, near, neighbor, first, last):
    """The nearest row of each of these, before any merge."""
    for i in range(first, last):
        _search_matrix(distances, ids, i, near, neighbor)


@kernel
def _merge_closest_rows(
    distances,  # INOUT (n_samples, n_samples)
    method,  # IN  place of the rule in METHODS
    sizes,  # INOUT (n_samples,), sums of weights
    ids,  # INOUT (n_samples,): the cluster that stands in this row, -1 if none does
    near,  # INOUT (columns,) inf on entry
    neighbor,  # WORK (n_samples,)
    merges,  # OUT (n_samples - 1, 2)
    heights,  # OUT (n_samples - 1,)
    first,  # IN  first merge
    last,  # IN  merge after the last
):
    """Writes these merges and their heights."""
    n_samples = ids.shape[0]
    for step in range(first, last):
        x = smallest(near, n_samples)
        while ids[neighbor[x]] < 0 or near[x] < distances[x, neighbor[x]]:
            _search_matrix(distances, ids, x, near, neighbor)
            x = smallest(near, n_samples)
        x, y = min(x, neighbor[x]), max(x, neighbor[x])
        height = distances[x, y]
        merges[step, 0], merges[step, 1], heights[step] = ids[x], ids[y], height
        ids[x], ids[y], near[y] = n_samples + step, -1, np.inf
        for i in range(n_samples):
            if ids[i] >= 0 and i != x:
                d = update(
                    method, distances[x, i], distances[y, i], height, sizes[x], sizes[y], sizes[i]
                )
                distances[x, i], distances[i, x] = d, d
                if d < near[i]:
                    near[i], neighbor[i] = d, x
        sizes[x] += sizes[y]
        _search_matrix(distances, ids, x, near, neighbor)


@device
def _search_matrix(distances, ids, me, near, neighbor):
    near[me] = np.inf
    for i in range(ids.shape[0]):
        if ids[i] >= 0 and i != me and distances[me, i] < near[me]:
            near[me], neighbor[me] = distances[me, i], i
