"""Join: more columns for the same customers, from other tables."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from segment.errors import SegmentError
from segment.tables.load import Table
from segment.tables.spelled import filled
from segment.wording import did_you_mean, plural, quote


def join_tables(left: Table, others: Sequence[Table], key: str | None) -> Table:
    """`left` with the columns of `others`, matched by id; every row of `left` stays.

    `key` is the column of ids. SegmentError where it is None, a table lacks it, or a joined table
    has an id twice.
    """
    if key is None:
        raise SegmentError(f"{quote(left.name)} has no id to join by; name the column with --on")
    frame, decisions = left.frame, list(left.decisions)
    for other in others:
        frame, sentences = _join(frame, left.name, other, key)
        decisions += [*other.decisions, *sentences]
    return left._replace(frame=frame, decisions=decisions)


def _join(frame: pd.DataFrame, name: str, other: Table, key: str) -> tuple[pd.DataFrame, list[str]]:
    for columns, table in ((frame.columns, name), (other.frame.columns, other.name)):
        if key not in columns:
            hint = did_you_mean(key, columns)
            raise SegmentError(f"no column {quote(key)} in {quote(table)} to join by{hint}")
    ids, right_ids = (filled(table[key]).astype(object) for table in (frame, other.frame))
    present = right_ids[right_ids != ""]
    _refuse_repeated(present, other.name)
    right = other.frame.loc[present.index].drop(columns=key).set_axis(present)
    taken = {c: f"{c} ({other.name})" for c in right.columns if c in frame.columns}
    right = right.rename(columns=taken).reindex(ids).set_axis(frame.index)
    unmatched, unused = int((~ids.isin(present)).sum()), int((~present.isin(ids)).sum())
    decisions = [
        f"Joined {plural(right.shape[1], 'column')} of {quote(other.name)} by {quote(key)}; "
        f"customers without a row in it: {unmatched:,} of {len(ids):,}; "
        f"rows in it without a customer: {unused:,}."
    ]
    decisions += [
        f"Renamed {quote(a)} of {quote(other.name)} to {quote(b)}." for a, b in taken.items()
    ]
    return pd.concat([frame, right], axis=1), decisions


def _refuse_repeated(ids: pd.Series, name: str) -> None:
    for repeated in ids[ids.duplicated()]:
        rows = ", ".join(str(i + 1) for i in ids.index[ids == repeated][:5])
        raise SegmentError(
            f"{quote(name)} has the id {quote(repeated)} in rows {rows}; a joined table "
            "needs one row per customer (segment rfm makes one of a list of purchases)"
        )
