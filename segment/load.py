"""Load: a file in, a table of text out, cell for cell as it was written.

Every cell stays text, so ids keep their leading zeros and all their digits; which columns are
numbers is decided later, from the whole column. Sources beyond delimited text get a reader of
their own that returns the same `Table`.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from segment.errors import SegmentError, quote

DELIMITERS = {",": "commas", ";": "semicolons", "\t": "tabs"}


class Table(NamedTuple):
    """A table of text, where it came from, and what was decided in reading it."""

    frame: pd.DataFrame
    sha256: str
    decisions: list[str]


def load_table(path: str | Path) -> Table:
    """Read a delimited text file with a header line.

    Parameters
    ----------
    path : str or Path
        UTF-8, with or without a byte-order mark; separated by commas, semicolons or tabs.

    Raises
    ------
    SegmentError
        No such file, a folder, empty, not text, a row of the wrong length, an unclosed quote,
        two columns of one name, or a header only.
    """
    path = Path(path)
    content = _read_bytes(path)
    text = _decode(content, path)
    delimiter = _sniff_delimiter(text)
    frame = _parse(text, delimiter, path)
    decisions = []
    if delimiter != ",":
        decisions.append(f"Read the file as separated by {DELIMITERS[delimiter]}.")
    return Table(frame, hashlib.sha256(content).hexdigest(), decisions)


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SegmentError(f"no such file: {quote(path)}") from None
    except IsADirectoryError:
        raise SegmentError(f"{quote(path)} is a folder; name a file in it") from None
    except OSError as error:
        raise SegmentError(f"cannot read {quote(path)}: {error.strerror}") from None


def _decode(content: bytes, path: Path) -> str:
    if not content.strip():
        raise SegmentError(f"{quote(path)} is empty")
    if b"\0" in content:
        raise SegmentError(f"{quote(path)} is not text in UTF-8; save the table as CSV (UTF-8)")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SegmentError(
            f"{quote(path)} is not text in UTF-8 (line {line}); save the table as CSV (UTF-8)"
        ) from None
    if not text.strip():
        raise SegmentError(f"{quote(path)} is empty")
    return text


def _sniff_delimiter(text: str) -> str:
    """The delimiter that splits the header most often; quoted parts do not count."""
    header = re.sub(r'"[^"]*"', "", text.lstrip("\r\n").split("\n", 1)[0])
    return max(DELIMITERS, key=header.count)


def _parse(text: str, delimiter: str, path: Path) -> pd.DataFrame:
    try:
        # header=None: with a header, pandas takes the first column of over-long rows as an index.
        cells = pd.read_csv(
            io.StringIO(text.lstrip("\r\n")),
            sep=delimiter,
            header=None,
            dtype=str,
            keep_default_na=False,
            skip_blank_lines=False,
            quoting=csv.QUOTE_MINIMAL,
        )
    except pd.errors.ParserError as error:
        raise SegmentError(f"{quote(path)}: {_explain(str(error))}") from None
    names = _column_names(cells.iloc[0], path)
    frame = cells.iloc[1:].reset_index(drop=True)
    frame.columns = pd.Index(names)
    if frame.empty:
        raise SegmentError(f"{quote(path)} has a header but no rows below it")
    return frame


def _explain(message: str) -> str:
    """pandas' parser errors, in the words of somebody who looks at the file."""
    wrong_length = re.search(r"Expected (\d+) fields in line (\d+), saw (\d+)", message)
    if wrong_length:
        expected, line, saw = wrong_length.groups()
        return f"line {line} has {saw} cells where the header has {expected}"
    unclosed = re.search(r"starting at row (\d+)", message)
    if unclosed:
        return f'a quote (") is opened in line {int(unclosed[1]) + 1} and never closed'
    return message.strip().splitlines()[-1]


def _column_names(header: pd.Series, path: Path) -> list[str]:
    written = header.fillna("").str.strip()
    names = [name or f"column_{i}" for i, name in enumerate(written, start=1)]
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise SegmentError(f"{quote(path)} has two columns named {quote(name)}; rename one")
        seen.add(name)
    return names
