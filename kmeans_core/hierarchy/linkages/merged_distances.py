"""The distances of merged clusters, stored as they are made and packed as they go.

What is stored. Distances between rows are never stored: they are computed when they are needed.
A merged cluster gets one row of ``R[row of a cluster, column of any cluster]``, its distances to
every cluster that exists. At most half of these are merged clusters, so R is smaller than half a
matrix (worst case 3.4 n^2 bytes; 0.9 to 2.1 n^2 were seen), and memory is what costs: touching a
new gigabyte took 1 to 2 s, as long as all else.

What costs. A merge writes its row in one sweep, but also one value into every other row, each on a
cache line of its own. So a new cluster's column is appended at the end, and columns are written
eight at a time; until then a row is completed when it is read. When a fourth of the columns belongs
to clusters that do not exist any more, R is packed again, with shorter rows.

Measured (one core, in memory touched before), seconds for 20,000 rows, complete at d=4 / d=16:
columns reused in place and written at once 1.2 / 3.0, appended and written by blocks 1.0 / 2.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device
from kmeans_core.engine.simd import lane_count, load, maximum, store
from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.hierarchy.distances.panels import FLOAT64, GROUP, padded, panel_slot
from kmeans_core.hierarchy.distances.source import write_row
from kmeans_core.hierarchy.linkages.update_rules import METHODS, update

_BLOCK = 8  # columns written at a time; 16 was no faster
_COMPLETE, _AVERAGE, _WEIGHTED = (METHODS.index(m) for m in ("complete", "average", "weighted"))
# What stands in `MergedDistances.state`.
N_COLUMNS = 0  # columns used
N_SINGLE = 1  # columns of single rows; they come first
N_ROWS = 2  # rows of R used
N_FREE = 3  # rows of R that are free again
N_PENDING = 4  # clusters whose columns are not yet in the other rows
STRIDE = 5  # length of a row of R
FULL = 6  # columns at which to pack
HELD = 7  # and 8: the single rows whose distances stand in `lines`, -1 for none


class MergedDistances(NamedTuple):
    """R, and which cluster stands in which row and column."""

    method: int  # number of the rule: its index in METHODS
    R: np.ndarray  # flat: row r begins at r * state[STRIDE]
    state: np.ndarray  # (9,), see above
    ids: np.ndarray  # (columns,): the cluster in each column, -1 if it does not exist any more
    removed: np.ndarray  # (columns,): 0, or inf if it does not exist any more
    column_sizes: np.ndarray  # (columns,): rows in the cluster of this column
    row_ids: np.ndarray  # (n_samples,): the cluster in each row of R, -1 if it is free
    free: np.ndarray  # (n_samples,): a stack of free rows
    pending: np.ndarray  # (_BLOCK,): new clusters whose columns are not yet in the other rows
    lines: np.ndarray  # two rows as long as those of R, for the distances of single rows
    kept_columns: np.ndarray  # WORK (columns,)
    columns: np.ndarray  # (2 n_samples - 1,): of each cluster; -1 before it is made and after
    rows: np.ndarray  # (2 n_samples - 1,): of R, for merged clusters
    sizes: np.ndarray  # (2 n_samples - 1,)


class _DistanceRow(NamedTuple):
    """The distances of one cluster to all columns."""

    values: np.ndarray  # R or `lines`
    start: int  # where in them the row begins


class Merge(NamedTuple):
    """Two clusters and what they become."""

    a: int
    b: int
    new: int  # number of the union
    height: float


def n_columns(n_samples: int) -> int:
    """Columns that there is room for: a fourth more than rows, and a block."""
    return padded(n_samples + n_samples // 4 + _BLOCK + 2)


def new_merged_distances(n_samples: int, method: str, weight: np.ndarray | None) -> MergedDistances:
    """No cluster merged. MemoryError if R in its worst case does not fit.

    R is packed after a fourth of its columns was appended, so with s single rows left it has at
    most (5/4) (n + s) / 2 columns and (5 n - 3 s) / 8 rows: at most (5/12) n^2 values, where
    s = n / 3. The rest is rounding up.
    """
    n_values = 27 * n_samples**2 // 64 + 200 * (n_samples + 1)
    check_fits(8 * n_values, n_samples)
    width, n_clusters = n_columns(n_samples), 2 * n_samples - 1
    exists = np.arange(width) < n_samples
    column_sizes, sizes = np.ones(width), np.ones(n_clusters)
    if weight is not None:
        column_sizes[:n_samples] = sizes[:n_samples] = weight
    columns = np.full(n_clusters, -1)
    columns[:n_samples] = np.arange(n_samples)
    state = np.array([n_samples, n_samples, 0, 0, 0, width, n_samples + n_samples // 4, -1, -1])
    return MergedDistances(
        method=METHODS.index(method),
        R=aligned_empty(n_values, FLOAT64),
        state=state,
        ids=np.where(exists, np.arange(width), -1),
        removed=np.where(exists, 0.0, np.inf),
        column_sizes=column_sizes,
        row_ids=np.full(n_samples, -1),
        free=np.empty(n_samples, dtype=np.int64),
        pending=np.empty(_BLOCK, dtype=np.int64),
        lines=aligned_empty(2 * width, FLOAT64),
        kept_columns=np.empty(width, dtype=np.int64),
        columns=columns,
        rows=np.full(n_clusters, -1),
        sizes=sizes,
    )


# ---- reading ------------------------------------------------------------------------------------


@device
def distance_row(source, merged, c, line):
    """The distances of cluster c. Those of a single row are computed into `lines` number `line`."""
    stride, state, R = merged.state[STRIDE], merged.state, merged.R
    if c >= source.n_samples:
        start = merged.rows[c] * stride
        for k in range(state[N_PENDING]):
            new = merged.pending[k]
            if new > c and merged.columns[new] >= 0:
                R[start + merged.columns[new]] = R[merged.rows[new] * stride + merged.columns[c]]
        return _DistanceRow(R, start)
    start = line * stride
    if state[HELD + line] != c:
        state[HELD + line] = c
        write_row(source, c, merged.ids, state[N_SINGLE], start, merged.lines)
        column = merged.columns[c]
        for r in range(state[N_ROWS]):
            if merged.row_ids[r] >= 0:
                to_row = start + merged.columns[merged.row_ids[r]]
                merged.lines[to_row] = R[r * stride + column]
    return _DistanceRow(merged.lines, start)


@device
def distance_to_new(merged, new, c):
    """The distance of cluster c to one that was merged after c was made."""
    return merged.R[merged.rows[new] * merged.state[STRIDE] + merged.columns[c]]


# ---- merging ------------------------------------------------------------------------------------


@device
def merge_clusters(source, merged, merge, line):
    """Give the union a row and a column; `line` is the number of the line that a may stand in."""
    state, row_ids = merged.state, merged.row_ids
    row_a = distance_row(source, merged, merge.a, line)
    row_b = distance_row(source, merged, merge.b, 1 - line)
    row = _row_for_union(merged, merge.a, merge.b, source.n_samples)
    merged.sizes[merge.new] = merged.sizes[merge.a] + merged.sizes[merge.b]
    _write_distances(merged, merge, row_a, row_b, row * state[STRIDE])
    for part in (merge.a, merge.b):
        merged.ids[merged.columns[part]] = -1
        merged.removed[merged.columns[part]] = np.inf
        merged.columns[part] = -1
    column = state[N_COLUMNS]
    merged.ids[column], merged.removed[column] = merge.new, 0.0
    merged.column_sizes[column] = merged.sizes[merge.new]
    merged.columns[merge.new], merged.rows[merge.new], row_ids[row] = column, row, merge.new
    merged.pending[state[N_PENDING]] = merge.new
    state[N_COLUMNS] += 1
    state[N_PENDING] += 1
    state[HELD], state[HELD + 1] = -1, -1
    is_full = state[N_COLUMNS] >= state[FULL]
    if state[N_PENDING] == _BLOCK or is_full:
        _write_pending(merged)
    if is_full:
        kept = _pack_columns(source, merged)
        _pack_rows(merged, kept)


@device
def _row_for_union(merged, a, b, n_samples):
    """The row of R of one of the parts, else a free one, else a new one."""
    state = merged.state
    if a >= n_samples:
        if b >= n_samples:
            merged.row_ids[merged.rows[b]] = -1
            merged.free[state[N_FREE]] = merged.rows[b]
            state[N_FREE] += 1
        return merged.rows[a]
    if b >= n_samples:
        return merged.rows[b]
    if state[N_FREE] > 0:
        state[N_FREE] -= 1
        return merged.free[state[N_FREE]]
    state[N_ROWS] += 1
    return state[N_ROWS] - 1


@device
def _write_distances(merged, merge, row_a, row_b, start):
    """Write the union's distances: in lanes where the rule is simple, else by update_rules.py."""
    R, method, lanes = merged.R, merged.method, lane_count(merged.R)
    size_a, size_b = merged.sizes[merge.a], merged.sizes[merge.b]
    if method != _COMPLETE and method != _AVERAGE and method != _WEIGHTED:
        for column in range(merged.state[N_COLUMNS]):
            d_a, d_b = row_a.values[row_a.start + column], row_b.values[row_b.start + column]
            size = merged.column_sizes[column]
            R[start + column] = update(method, d_a, d_b, merge.height, size_a, size_b, size)
        return
    share_a, share_b = 0.5, 0.5
    if method == _AVERAGE:
        share_a, share_b = size_a / (size_a + size_b), size_b / (size_a + size_b)
    for o in range(0, merged.state[N_COLUMNS], lanes):
        d_a, d_b = load(row_a.values, row_a.start + o), load(row_b.values, row_b.start + o)
        if method == _COMPLETE:
            store(R, start + o, maximum(d_a, d_b))
        else:
            store(R, start + o, d_a * share_a + d_b * share_b)


@device
def _write_pending(merged):
    """Write the columns of the pending clusters into all rows, one row at a time."""
    stride, state, R = merged.state[STRIDE], merged.state, merged.R
    for r in range(state[N_ROWS]):
        c = merged.row_ids[r]
        if c >= 0:
            for k in range(state[N_PENDING]):
                new = merged.pending[k]
                if new > c and merged.columns[new] >= 0:
                    R[r * stride + merged.columns[new]] = distance_to_new(merged, new, c)
    state[N_PENDING] = 0


@device
def _pack_columns(source, merged):
    """Close the gaps between the columns, also in the source's panels; returns how many are left.

    Afterwards `kept_columns` says where each column stood, and so stands in R until it is packed.
    """
    state, lanes, n_features = merged.state, lane_count(merged.R), source.X.shape[1]
    kept, n_single = 0, 0
    for column in range(state[N_COLUMNS]):
        c = merged.ids[column]
        if c >= 0:
            merged.kept_columns[kept] = column
            merged.ids[kept], merged.columns[c] = c, kept
            merged.column_sizes[kept] = merged.column_sizes[column]
            if c < source.n_samples:
                n_single += 1
                if source.packed.shape[0] > 1:
                    for f in range(n_features):
                        value = source.packed[panel_slot(column, f, n_features, lanes)]
                        source.packed[panel_slot(kept, f, n_features, lanes)] = value
            kept += 1
    for column in range(kept, state[N_COLUMNS]):
        merged.ids[column] = -1
    for column in range(state[N_COLUMNS]):
        merged.removed[column] = 0.0 if column < kept else np.inf
    state[N_COLUMNS], state[N_SINGLE] = kept, n_single
    return kept


@device
def _pack_rows(merged, kept):
    """Close the gaps in R; its rows become as short as they can be."""
    state, R, old = merged.state, merged.R, merged.state[STRIDE]
    full, group = kept + kept // 4, GROUP * lane_count(merged.R)
    stride = min(old, -(-(full + _BLOCK + 2) // group) * group)
    n_rows = 0
    for r in range(state[N_ROWS]):  # in place: a row moves towards the beginning
        c = merged.row_ids[r]
        if c >= 0:
            for column in range(kept):
                R[n_rows * stride + column] = R[r * old + merged.kept_columns[column]]
            merged.row_ids[n_rows], merged.rows[c] = c, n_rows
            n_rows += 1
    state[N_ROWS], state[N_FREE], state[STRIDE], state[FULL] = n_rows, 0, stride, full
