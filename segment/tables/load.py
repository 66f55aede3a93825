"""Load: any source in, a table out, cell for cell as it was written.

Ids keep their leading zeros and all their digits; which columns are numbers is decided later,
from the whole column. The kind of a file is decided by its content, never by its name.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from segment.errors import SegmentError
from segment.tables.around.named import TextOptions
from segment.tables.arrow import read_parquet
from segment.tables.compressed import unpack
from segment.tables.database import default_name, read_database
from segment.tables.dataframe import check_names
from segment.tables.json_lines import read_json_lines
from segment.tables.redact import VARIABLE, hide
from segment.tables.text.textfile import read_text_file
from segment.tables.workbook import read_workbook
from segment.wording import quote

OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
DOCUMENTS = {b"<": "a web page or XML", b"%PDF": "a PDF", rb"{\rtf": "a text document"}
SQLITE = b"SQLite format 3\0"


class Table(NamedTuple):
    """A table, what was decided in reading it, and where it came from, without secrets."""

    frame: pd.DataFrame
    sha256: str
    decisions: list[str]
    name: str = "table"


def load_table(
    source: str | Path,
    *,
    sheet: str | None = None,
    table: str | None = None,
    query: str | None = None,
    params: Mapping[str, str] | None = None,
    **text: Any,
) -> Table:
    """Read a file, standard input or a database.

    `source` is a file (delimited text, an Excel or ODS workbook, Parquet, JSON lines or SQLite;
    text may be compressed by gzip, bzip2, xz or zip), ``-`` for standard input, or the URL of a
    database, for which `table`, `query` and `params` are (see `database.read_database`). `sheet` is
    that of a workbook, by default the one with a table; `text` are the fields of `TextOptions`.
    SegmentError where it cannot be read, or holds no table.
    """
    address = str(source)
    options = TextOptions(**text)  # TypeError for an unknown one, before anything is read
    if options.skip_rows is not None and options.skip_rows < 0:
        raise SegmentError(f"--skip-rows takes a number from 0, got {options.skip_rows}")
    if not address.strip():
        raise SegmentError("an empty name; name a table: a file, - or the URL of a database")
    if "://" in address or VARIABLE.match(address):
        return _load_database(address, query, table, params)
    content = sys.stdin.buffer.read() if address == "-" else _read_bytes(Path(source))
    name = "standard input" if address == "-" else quote(source)
    decisions: list[str] = []
    unpacked = unpack(content, name, decisions)
    if unpacked.startswith(SQLITE):
        return _load_database(f"sqlite:///{address}", query, table, params)
    if query is not None or table is not None or params:
        raise SegmentError(f"--query, --table and --param are for databases; {name} is a file")
    frame, more = _read_file(unpacked, name, sheet, options)
    check_names(frame, name)
    title = "stdin" if address == "-" else Path(source).name
    return Table(frame, hashlib.sha256(content).hexdigest(), [*decisions, *more], title)


def _load_database(
    address: str, query: str | None, table: str | None, params: Mapping[str, str] | None
) -> Table:
    frame, decisions = read_database(address, query=query, table=table, params=params)
    shown = hide(address)
    check_names(frame, shown)
    return Table(frame, _hash(frame), decisions, default_name(shown, table))


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SegmentError(f"no such file: {quote(path)}") from None
    except IsADirectoryError:
        raise SegmentError(f"{quote(path)} is a folder; name a file in it") from None
    except OSError as error:
        raise SegmentError(f"cannot read {quote(path)}: {error.strerror}") from None


def _read_file(
    content: bytes, name: str, sheet: str | None, text: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    if not content.strip():
        raise SegmentError(f"{name} is empty")
    if content.startswith((b"PK", OLD_WORKBOOK)):
        return read_workbook(content, name, sheet, text)
    if sheet is not None:
        raise SegmentError(f"--sheet is for workbooks, and {name} is not one")
    for begin, kind in DOCUMENTS.items():
        if content.lstrip().startswith(begin):
            raise SegmentError(f"{name} is {kind}, whatever its name; save it as CSV")
    if content.startswith(b"PAR1"):
        return read_parquet(content, name), []
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return read_json_lines(content, name, text.encoding)
    return read_text_file(content, name, text)


def _hash(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
