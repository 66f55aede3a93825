"""Long work in short calls, between which Ctrl-C is heard.

A merge, or a row that joins a tree, is a turn; it looks at all that is left. A linkage of 30,000
rows in one compiled call was heard 27 s late.
"""

from __future__ import annotations

from collections.abc import Iterator

NUMBERS_A_CALL = 5e7  # of a compiled call: up to 0.1 s
A_DISTANCE = 8  # counts as so many numbers of rows: roughly, only a call's length hangs on it


def turns_a_call(numbers_a_turn: int) -> int:
    """How many turns that look at so many numbers each belong in a call."""
    return max(1, int(NUMBERS_A_CALL / numbers_a_turn))


def short_calls(n_turns: int, numbers_a_turn: int) -> Iterator[tuple[int, int]]:
    """First and last of the turns of each call: together 0..n_turns-1."""
    at_a_time = turns_a_call(numbers_a_turn)
    for first in range(0, n_turns, at_a_time):
        yield first, min(first + at_a_time, n_turns)
