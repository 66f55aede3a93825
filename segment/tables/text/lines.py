"""Lines of a text file: where each begins, without comments, and with a delimiter of one byte."""

from __future__ import annotations

import itertools
import re
from typing import NamedTuple

import numpy as np

from segment.tables.around.named import TextOptions
from segment.wording import plural

DELIMITERS = {
    ",": "commas",
    ";": "semicolons",
    "\t": "tabs",
    "|": "vertical bars",
    r"\s+": "runs of spaces",
}


class Lines(NamedTuple):
    """The lines of a file, in UTF-8, from its first that is not blank.

    Line i is ``data[starts[i] : starts[i + 1]]`` with its end, and has the number ``numbers[i]``
    in the file.
    """

    data: bytes
    starts: np.ndarray  # (n_lines + 1,)
    numbers: np.ndarray  # (n_lines,)

    def texts(self, start: int, stop: int) -> list[str]:
        """Some lines as texts."""
        ends = self.starts[start : stop + 1].tolist()
        return [self.data[a:b].decode(errors="replace") for a, b in itertools.pairwise(ends)]


def lines_of(data: bytes) -> Lines:
    """The lines of a file; they end with LF, CRLF or CR."""
    if data.count(b"\r") != data.count(b"\r\n"):
        data = re.sub(rb"\r(?!\n)", b"\n", data)
    ends = np.flatnonzero(np.frombuffer(data, dtype=np.uint8) == 10) + 1
    starts = np.concatenate([[0], ends, [len(data)] * bool(len(data) and data[-1] != 10)])
    return Lines(data, starts.astype(np.int64), np.arange(1, len(starts)))


def is_blank_line(lines: Lines, i: int) -> bool:
    return not lines.data[lines.starts[i] : lines.starts[i + 1]].strip()


def without_comments(lines: Lines, options: TextOptions, decisions: list[str]) -> Lines:
    """The lines from the first that is not blank, and below those that the user skips.

    Lines that begin with `#` are comments where the first line is one.
    """
    skipped, n_lines = options.skip_rows or 0, len(lines.numbers)
    if skipped:
        decisions.append(f"Skipped the first {plural(skipped, 'line')}, as requested.")
    lines = _from_first(lines, min(skipped, n_lines))
    first = lines.texts(0, 1)[0] if len(lines.numbers) else ""
    is_comment = first.startswith("#") and not _is_header(lines.texts(0, 2))
    mark = options.comment or ("#" if is_comment else None)
    if mark is None or not first:
        return lines
    texts = lines.texts(0, len(lines.numbers))
    kept = [i for i, text in enumerate(texts) if not text.startswith(mark)]
    if len(kept) == len(texts):
        return lines
    n_comments = plural(len(texts) - len(kept), "comment line")
    decisions.append(f"Left out {n_comments}, beginning with {mark}.")
    rest = lines_of("".join(texts[i] for i in kept).encode())
    return _from_first(rest._replace(numbers=lines.numbers[kept]), 0)


def _is_header(lines: list[str]) -> bool:
    """Whether a first line with # names columns: # is a name, or the line is as wide as a row."""
    first, *rest = lines
    plain = [sign for sign in DELIMITERS if sign != r"\s+"]
    if any(first[1:].startswith(sign) for sign in plain):
        return True
    if not rest or rest[0].startswith("#"):
        return False
    return any(first.count(sign) == rest[0].count(sign) > 1 for sign in plain)


def _from_first(lines: Lines, start: int) -> Lines:
    """The lines from `start` on, without blank ones at the beginning."""
    n_lines = len(lines.numbers)
    first = next((i for i in range(start, n_lines) if not is_blank_line(lines, i)), n_lines)
    return lines._replace(starts=lines.starts[first:], numbers=lines.numbers[first:])


def with_plain_delimiter(lines: Lines, delimiter: str) -> tuple[Lines, str]:
    """The lines with a delimiter of one byte, which pandas reads fast."""
    if delimiter != r"\s+" and delimiter.isascii():
        return lines, delimiter
    texts = lines.texts(0, len(lines.numbers))
    if delimiter == r"\s+":
        texts = ["\x1f".join(text.split()) + "\n" for text in texts]
    else:
        texts = [text.replace(delimiter, "\x1f") for text in texts]
    return lines_of("".join(texts).encode())._replace(numbers=lines.numbers), "\x1f"
