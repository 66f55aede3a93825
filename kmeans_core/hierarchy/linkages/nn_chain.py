"""Complete, average and weighted linkage, and ward of given distances: a chain over stored rows.

What is stored. Distances between rows are never stored: they are computed when they are needed.
A merged cluster gets one row of a table, its distances to everything that exists; the table is
``R[row of a cluster, column of anything]``. At most half of what exists are merged clusters, so
the table is smaller than half a matrix (worst case 3.4 n^2 bytes; 0.9 to 2.1 n^2 were seen), and
memory is what costs: touching a new gigabyte took 1 to 2 s, as long as all else.

What costs. A merge writes its row in one sweep, but also one number into every other row, each on a
cache line of its own. So a new cluster's column is appended at the end, and columns are written
BLOCK at a time; until then whoever reads a row first fills in the few that are missing. When a
fourth of the columns is dead the table is packed again, with shorter rows.

Seconds for 20,000 rows, complete at d=4 / d=16 (one core, in memory touched before): columns
reused in place and written at once 1.2 / 3.0, appended and written by blocks 1.0 / 2.2.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.short_calls import A_DISTANCE, turns_a_call
from kmeans_core.engine.simd import any_lane, lane_count, load, maximum, splat, store
from kmeans_core.hierarchy.distances.check_fits import check_fits
from kmeans_core.hierarchy.distances.source import FLOAT64, GROUP, Source, padded, place, write_row
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
from kmeans_core.hierarchy.linkages.update_rules import METHODS, ward

BLOCK = 8  # columns written at a time; 16 was no faster
COMPLETE, AVERAGE, WARD = (METHODS.index(name) for name in ("complete", "average", "ward"))
# The members of `Table.now`: numbers that change.
COLUMNS, SINGLES, ROWS, FREE, PENDING, STRIDE, FULL, HELD = range(8)


class Table(NamedTuple):
    """The distances of merged clusters, and the columns that they stand in."""

    R: np.ndarray  # flat: row r begins at r * now[STRIDE]
    now: np.ndarray  # columns used; columns of single rows (the first ones); rows used; free rows;
    # pending columns; length of a row of R; columns at which to pack; which rows `lines` holds (2)
    ids: np.ndarray  # (columns,): the cluster in each column, -1 if it is gone
    gone: np.ndarray  # (columns,): 0, or inf if it is gone
    column_sizes: np.ndarray  # (columns,): rows in the cluster of this column
    row_ids: np.ndarray  # (n_samples,): the cluster in each row of R, -1 if it is free
    free: np.ndarray  # (n_samples,): a stack of free rows
    pending: np.ndarray  # (BLOCK,): new clusters whose columns are not yet in the other rows
    lines: np.ndarray  # two rows as long as those of R, for the distances of single rows
    moves: np.ndarray  # WORK (columns,)
    columns: np.ndarray  # (2 n_samples - 1,): where a cluster stands; -1 before and after its life
    rows: np.ndarray  # (2 n_samples - 1,): its row of R, for merged clusters
    sizes: np.ndarray  # (2 n_samples - 1,)
    heights: np.ndarray  # (2 n_samples - 1,): of the merge that made it


def n_columns(n_samples: int) -> int:
    """Columns that a table has room for: a fourth more than rows, and a block."""
    return padded(n_samples + n_samples // 4 + BLOCK + 2)


def table_size(n_samples: int) -> int:
    """Numbers in R. A table is packed after a fourth of its columns was appended, so with s single
    rows left it has at most (5/4) (n + s) / 2 columns and (5 n - 3 s) / 8 rows: at most
    (5/12) n^2 numbers, where s = n / 3. The rest is rounding up.
    """
    return 27 * n_samples**2 // 64 + 200 * (n_samples + 1)


def chain_merges(
    source: Source, method: str, weight: np.ndarray | None
) -> tuple[np.ndarray, np.ndarray]:
    """The merges of a reducible linkage, not in the order of their heights.

    Parameters
    ----------
    source : Source
        With room for `n_columns(n_samples)` columns; its panels are used up.
    method : {'complete', 'average', 'weighted', 'ward'}
    weight : ndarray of float64, shape (n_samples,), optional
        How many rows each row stands for.

    Returns
    -------
    merges : ndarray of int64, shape (n_samples - 1, 2)
        Numbers of the clusters joined, as in `ward_merges`.
    heights : ndarray of float64, shape (n_samples - 1,)
        In units of the source; none is below those of its parts.

    Raises
    ------
    MemoryError
        The table in its worst case does not fit in the memory available now.

    Notes
    -----
    O(n^2) time for typical data, beyond O(n^2 d) for the distances; memory: see above.

    References
    ----------
    Murtagh 1983, doi 10.1093/comjnl/26.4.354; Lance and Williams 1967, doi 10.1093/comjnl/9.4.373.
    """
    n_samples = source.n_samples
    check_fits(8 * table_size(n_samples), n_samples)
    table = _new_table(n_samples, weight)
    merges, heights = np.empty((n_samples - 1, 2), dtype=np.int64), np.empty(n_samples - 1)
    rule, chain, progress = METHODS.index(method), new_chain(n_samples), begin_chain()
    most_turns = turns_a_call(n_samples * (source.X.shape[1] + A_DISTANCE))
    while progress[MERGED] < n_samples - 1:
        _merge_along_chain(source, table, rule, chain, progress, most_turns, merges, heights)
    return merges, heights


def _new_table(n_samples: int, weight: np.ndarray | None) -> Table:
    width, total = n_columns(n_samples), 2 * n_samples - 1
    exists = np.arange(width) < n_samples
    column_sizes, sizes = np.ones(width), np.ones(total)
    if weight is not None:
        column_sizes[:n_samples] = sizes[:n_samples] = weight
    columns = np.full(total, -1)
    columns[:n_samples] = np.arange(n_samples)
    now = np.array([n_samples, n_samples, 0, 0, 0, width, n_samples + n_samples // 4, -1, -1])
    return Table(
        aligned_empty(table_size(n_samples), FLOAT64),
        now,
        np.where(exists, np.arange(width), -1),
        np.where(exists, 0.0, np.inf),
        column_sizes,
        np.full(n_samples, -1),
        np.empty(n_samples, dtype=np.int64),
        np.empty(BLOCK, dtype=np.int64),
        aligned_empty(2 * width, FLOAT64),
        np.empty(width, dtype=np.int64),
        columns,
        np.full(total, -1),
        sizes,
        np.zeros(total),
    )


@kernel
def _merge_along_chain(
    source,  # INOUT Source
    table,  # INOUT Table
    method,  # IN  place of the rule in METHODS
    chain,  # WORK Chain
    progress,  # INOUT see begin_chain
    most_turns,  # IN  searches or merges after which to return; call again until all are merged
    merges,  # OUT (n_samples - 1, 2)
    heights,  # OUT (n_samples - 1,)
):
    """Writes the merges and their heights."""
    n_samples, turn = merges.shape[0] + 1, 0
    step, length = progress[MERGED], progress[LENGTH]
    while step < n_samples - 1 and turn < most_turns:
        turn += 1
        if length == 0:
            # The newest cluster: going on nearby keeps fewer clusters alive at a time than
            # starting at a row (complete, d=4: rows of R at most 0.13 n against 0.22 n).
            push(chain, 0, 0 if step == 0 else n_samples + step - 1, np.inf)
            length = 1
        last = length - 1
        me = chain.ids[last]
        k = recall(chain, last, table.columns, step)
        if k == SEARCH_AGAIN:
            begin_search(chain, last, step)
            _search(source, table, chain, last)
            k = recall(chain, last, table.columns, step)
        nearest, height = -1, chain.below[last]
        if k >= 0 and chain.distances[k] < height:
            nearest, height = chain.known[k], chain.distances[k]
        for new in range(n_samples + chain.step[last], n_samples + step):
            if table.columns[new] >= 0:
                d = table.R[table.rows[new] * table.now[STRIDE] + table.columns[me]]
                if d < height:
                    nearest, height = new, d
        if nearest >= 0:
            push(chain, length, nearest, height)
            length += 1
        else:
            length -= 2
            a, b = chain.ids[length], me
            top = max(height, table.heights[a], table.heights[b])  # equal but for rounding
            merges[step, 0], merges[step, 1], heights[step] = a, b, top
            _merge(source, table, method, a, b, n_samples + step, height, length)
            table.heights[n_samples + step] = top
            step += 1
            full = table.now[COLUMNS] >= table.now[FULL]
            if table.now[PENDING] == BLOCK or full:
                _write_pending(table)
            if full:
                _pack(source, table)
    progress[MERGED], progress[LENGTH] = step, length


# ---- reading a row of distances -----------------------------------------------------------------


@device
def _distances_of(source, table, c, line):
    """Where the distances of cluster c to all columns stand: (in `lines`, first place).

    Those of a single row are computed into `lines` number `line`, unless they are still there.
    """
    stride = table.now[STRIDE]
    if c >= source.n_samples:
        first = table.rows[c] * stride
        for k in range(table.now[PENDING]):
            new = table.pending[k]
            if new > c and table.columns[new] >= 0:
                from_new = table.rows[new] * stride + table.columns[c]
                table.R[first + table.columns[new]] = table.R[from_new]
        return False, first
    first = line * stride
    if table.now[HELD + line] != c:
        table.now[HELD + line] = c
        write_row(source, c, table.ids, table.now[SINGLES], first, table.lines)
        column = table.columns[c]
        for r in range(table.now[ROWS]):
            if table.row_ids[r] >= 0:
                table.lines[first + table.columns[table.row_ids[r]]] = table.R[r * stride + column]
    return True, first


@device
def _search(source, table, chain, last):
    """Remember the clusters nearest to the last member, nearer than the member below it."""
    me = chain.ids[last]
    in_lines, first = _distances_of(source, table, me, last & 1)
    table.gone[table.columns[me]] = np.inf
    if in_lines:
        _search_row(table.lines, first, table, chain, last)
    else:
        _search_row(table.R, first, table, chain, last)
    table.gone[table.columns[me]] = 0.0


@device
def _search_row(row, first, table, chain, last):
    lanes, limit = lane_count(row), chain.below[last]
    below = chain.ids[last - 1] if last > 0 else -1
    bound = splat(limit, row)
    for o in range(0, table.now[COLUMNS], GROUP * lanes):
        # Four comparisons, not one of a minimum: what is gone may be NaN.
        a = load(row, first + o) + load(table.gone, o) < bound
        b = load(row, first + o + lanes) + load(table.gone, o + lanes) < bound
        c = load(row, first + o + 2 * lanes) + load(table.gone, o + 2 * lanes) < bound
        d = load(row, first + o + 3 * lanes) + load(table.gone, o + 3 * lanes) < bound
        if any_lane((a | b) | (c | d)):
            for column in range(o, o + GROUP * lanes):
                value = row[first + column] + table.gone[column]
                if value < limit and table.ids[column] != below:
                    limit = remember(chain, last, table.ids[column], value, limit)
            bound = splat(limit, row)


# ---- merging ------------------------------------------------------------------------------------


@device
def _merge(source, table, method, a, b, new, height, line):
    """Give the union of a and b a row and a column; `line` is the level of a on the chain."""
    n_samples = source.n_samples
    a_in_lines, at_a = _distances_of(source, table, a, line & 1)
    b_in_lines, at_b = _distances_of(source, table, b, (line + 1) & 1)
    row = _row_for_union(table, a, b, n_samples)
    at_new = row * table.now[STRIDE]
    table.sizes[new] = table.sizes[a] + table.sizes[b]
    if a_in_lines and b_in_lines:
        _combine(table.lines, at_a, table.lines, at_b, table, at_new, method, a, b, height)
    elif a_in_lines:
        _combine(table.lines, at_a, table.R, at_b, table, at_new, method, a, b, height)
    elif b_in_lines:
        _combine(table.R, at_a, table.lines, at_b, table, at_new, method, a, b, height)
    else:
        _combine(table.R, at_a, table.R, at_b, table, at_new, method, a, b, height)
    for part in (a, b):
        table.ids[table.columns[part]] = -1
        table.gone[table.columns[part]] = np.inf
        table.columns[part] = -1
    column = table.now[COLUMNS]
    table.ids[column], table.gone[column] = new, 0.0
    table.column_sizes[column] = table.sizes[new]
    table.columns[new], table.rows[new], table.row_ids[row] = column, row, new
    table.pending[table.now[PENDING]] = new
    table.now[COLUMNS] += 1
    table.now[PENDING] += 1
    table.now[HELD], table.now[HELD + 1] = -1, -1


@device
def _row_for_union(table, a, b, n_samples):
    """The row of R of one of the parts, else a free one, else a new one."""
    if a >= n_samples:
        if b >= n_samples:
            table.row_ids[table.rows[b]] = -1
            table.free[table.now[FREE]] = table.rows[b]
            table.now[FREE] += 1
        return table.rows[a]
    if b >= n_samples:
        return table.rows[b]
    if table.now[FREE] > 0:
        table.now[FREE] -= 1
        return table.free[table.now[FREE]]
    table.now[ROWS] += 1
    return table.now[ROWS] - 1


@device
def _combine(from_a, at_a, from_b, at_b, table, at_new, method, a, b, height):
    """Write the union's distances: the rules of update_rules.py, in lanes where they are simple."""
    lanes = lane_count(table.R)
    size_a, size_b = table.sizes[a], table.sizes[b]
    if method == WARD:
        for column in range(table.now[COLUMNS]):
            d_a, d_b = from_a[at_a + column], from_b[at_b + column]
            d = ward(d_a, d_b, height, size_a, size_b, table.column_sizes[column])
            table.R[at_new + column] = d
        return
    share_a, share_b = 0.5, 0.5
    if method == AVERAGE:
        share_a, share_b = size_a / (size_a + size_b), size_b / (size_a + size_b)
    for o in range(0, table.now[COLUMNS], lanes):
        d_a, d_b = load(from_a, at_a + o), load(from_b, at_b + o)
        if method == COMPLETE:
            store(table.R, at_new + o, maximum(d_a, d_b))
        else:
            store(table.R, at_new + o, d_a * share_a + d_b * share_b)


@device
def _write_pending(table):
    """Write the columns of the pending clusters into all rows, one row at a time."""
    stride = table.now[STRIDE]
    for r in range(table.now[ROWS]):
        c = table.row_ids[r]
        if c >= 0:
            for k in range(table.now[PENDING]):
                new = table.pending[k]
                if new > c and table.columns[new] >= 0:
                    from_new = table.rows[new] * stride + table.columns[c]
                    table.R[r * stride + table.columns[new]] = table.R[from_new]
    table.now[PENDING] = 0


@device
def _pack(source, table):
    """Close the gaps between the columns and the rows of R; rows become as short as they can be."""
    kept, singles, n_features = 0, 0, source.X.shape[1]
    lanes = lane_count(table.R)
    for column in range(table.now[COLUMNS]):
        c = table.ids[column]
        if c >= 0:
            table.moves[kept] = column
            table.ids[kept], table.columns[c] = c, kept
            table.column_sizes[kept] = table.column_sizes[column]
            if c < source.n_samples:
                singles += 1
                if source.packed.shape[0] > 1:
                    for f in range(n_features):
                        value = source.packed[place(column, f, n_features, lanes)]
                        source.packed[place(kept, f, n_features, lanes)] = value
            kept += 1
    for column in range(kept, table.now[COLUMNS]):
        table.ids[column] = -1
    for column in range(table.now[COLUMNS]):
        table.gone[column] = 0.0 if column < kept else np.inf
    full = kept + kept // 4
    group = GROUP * lanes
    stride = min(table.now[STRIDE], -(-(full + BLOCK + 2) // group) * group)
    n_rows = 0
    for r in range(table.now[ROWS]):  # in place: a row moves towards the beginning
        c = table.row_ids[r]
        if c >= 0:
            start = r * table.now[STRIDE]
            for column in range(kept):
                table.R[n_rows * stride + column] = table.R[start + table.moves[column]]
            table.row_ids[n_rows], table.rows[c] = c, n_rows
            n_rows += 1
    table.now[COLUMNS], table.now[SINGLES], table.now[ROWS], table.now[FREE] = (
        kept,
        singles,
        n_rows,
        0,
    )
    table.now[STRIDE], table.now[FULL] = stride, full
