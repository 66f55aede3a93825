"""No compiled call takes longer than about 0.1 s, so that Ctrl-C ends work at once.

Python reacts to an interrupt between compiled calls only: a linkage of 30,000 rows in one call
ended 27 s after it. So long work is cut into calls. Each caller states what one of its items costs
(a row, a merge, a block): an upper estimate in nanoseconds on one core. It may be rough, since only
the length of a call follows from it, never a result.
"""

from __future__ import annotations

from collections.abc import Iterator

LONGEST_CALL = 1e8  # ns


def items_per_call(ns_per_item: float) -> int:
    """How many items of this cost one compiled call works on, at least 1."""
    return max(1, int(LONGEST_CALL / max(ns_per_item, 1.0)))


def short_calls(start: int, stop: int, ns_per_item: float) -> Iterator[tuple[int, int]]:
    """Start and stop of each call's items; together they cover ``range(start, stop)``."""
    step = items_per_call(ns_per_item)
    for begin in range(start, stop, step):
        yield begin, min(begin + step, stop)
