"""Wording: names, counts and numbers as they appear in sentences, tables and errors."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Sequence


def quote(name: object) -> str:
    """A column name or a cell as it appears in a sentence: quoted, and always on one line."""
    return repr(str(name))


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``'; did you mean ...?'`` with the nearest known name, else the names there are."""
    known = list(known)
    lowered = {k.lower(): k for k in known}
    near = difflib.get_close_matches(name.lower(), lowered, n=1, cutoff=0.6)
    if near:
        return f"; did you mean {quote(lowered[near[0]])}?"
    shown = ", ".join(quote(k) for k in known[:8])
    return f"; there are {shown}{' ...' if len(known) > 8 else ''}"


def plural(count: int, noun: str, plural_noun: str | None = None) -> str:
    """``1 row``, ``2,000 rows``."""
    return f"{count:,} {noun if count == 1 else plural_noun or noun + 's'}"


def listed(names: Iterable[str], most: int = 20) -> str:
    """``a, b, c``; of many names the first, and how many more."""
    names = list(names)
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def shorten(text: str, width: int) -> str:
    """`text` in one line of at most `width` letters."""
    line = " ".join(text.split())
    return line if len(line) <= width else f"{line[: width - 1]}…"


def lined_up(rows: Sequence[Sequence[str]], justify: Callable = str.ljust) -> list[str]:
    """A table as lines of text, each column as wide as its widest cell."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(map(justify, row, widths)).rstrip() for row in rows]


def amount(value: float) -> str:
    """A number for reading: all digits before the point, and few behind it; 1970 is a year."""
    return f"{value:,.0f}" if 1e4 <= abs(value) < 1e15 else f"{value:.6g}"


def percent(share: float, decimals: int = 0) -> str:
    """A share as a percentage: ``100%`` only where it is all, ``0%`` only where it is nothing."""
    text, unit = f"{share:.{decimals}%}", 10.0 ** -(decimals + 2)
    if share < 1 and text == f"{1:.{decimals}%}":
        return f">{1 - unit:.{decimals}%}"
    if share > 0 and text == f"{0:.{decimals}%}":
        return f"<{unit:.{decimals}%}"
    return text
