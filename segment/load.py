"""Load: any source in, a table out, cell for cell as it was written.

Ids keep their leading zeros and all their digits; which columns are numbers is decided later,
from the whole column. What a file is, is decided by what is in it, never by its name.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import io
import json
import lzma
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from segment.cells import spell
from segment.database import default_name, read_database
from segment.errors import SegmentError, did_you_mean, quote
from segment.redact import VARIABLE, hide
from segment.textfile import TextOptions, decode, name_columns, read_text_file

UNPACKED = {
    b"\x1f\x8b": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\0": ("xz", lzma.decompress),
}
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
    database, for which `table`, `query` and `params` are: see `segment.database.read_database`.
    `sheet` is that of a workbook, by default the first; `text` is what is known of a text file, as
    `segment.textfile.TextOptions` names it.
    SegmentError where it cannot be read, or holds no table.
    """
    address = str(source)
    options = TextOptions(**text)  # TypeError for one that there is not, before anything is read
    if not address.strip():
        raise SegmentError("an empty name; name a table: a file, - or the URL of a database")
    if "://" in address or VARIABLE.match(address):
        frame, decisions = read_database(address, query=query, table=table, params=params)
        check_names(frame, hide(address))
        return Table(frame, _hash(frame), decisions, default_name(hide(address), table))
    content = sys.stdin.buffer.read() if address == "-" else _read_bytes(Path(source))
    name = "standard input" if address == "-" else quote(source)
    decisions = []
    unpacked = _unpack(content, name, decisions)
    if unpacked.startswith(SQLITE):
        return load_table(f"sqlite:///{address}", table=table, query=query, params=params)
    if query is not None or table is not None or params:
        raise SegmentError(f"--query, --table and --param are for databases; {name} is a file")
    frame, more = _read(unpacked, name, sheet, options)
    check_names(frame, name)
    title = "stdin" if address == "-" else Path(source).name
    return Table(frame, hashlib.sha256(content).hexdigest(), [*decisions, *more], title)


def from_arrow(stream: Any) -> pd.DataFrame:
    """A pandas table of anything with the Arrow stream interface; whole numbers stay exact.

    SegmentError where it has no such interface, or pyarrow is missing.
    """
    if not hasattr(stream, "__arrow_c_stream__"):
        raise SegmentError(
            "a table must be a pandas DataFrame or have the Arrow stream interface, got "
            f"{type(stream).__name__}"
        )
    return _from_table(_pyarrow().table(stream))


def check_names(frame: pd.DataFrame, name: str = "the table") -> None:
    """SegmentError if there are no rows, no columns, or two columns of one name."""
    for column in frame.columns[frame.columns.duplicated()]:
        raise SegmentError(f"{name} has two columns named {quote(column)}; rename one")
    if frame.empty:
        raise SegmentError(f"{name} has no {'rows' if frame.shape[1] else 'columns'}")


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SegmentError(f"no such file: {quote(path)}") from None
    except IsADirectoryError:
        raise SegmentError(f"{quote(path)} is a folder; name a file in it") from None
    except OSError as error:
        raise SegmentError(f"cannot read {quote(path)}: {error.strerror}") from None


def _unpack(content: bytes, name: str, decisions: list[str]) -> bytes:
    for magic, (kind, decompress) in UNPACKED.items():
        if content.startswith(magic):
            decisions.append(f"Unpacked the file, compressed by {kind}.")
            try:
                return decompress(content)
            except (OSError, EOFError, zlib.error, lzma.LZMAError):
                raise SegmentError(f"{name} is a damaged or cut-off {kind} file") from None
    if content.startswith(b"PK") and not _is_workbook(content, name):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = [m for m in archive.namelist() if not m.endswith("/")]
            if len(members) != 1:
                raise SegmentError(f"{name} is a zip of {len(members)} files; unpack it first")
            decisions.append(f"Unpacked {quote(members[0])} from the zip file.")
            try:
                return archive.read(members[0])
            except (zipfile.BadZipFile, RuntimeError, zlib.error) as error:
                raise SegmentError(f"{name} cannot be unpacked: {error}") from None
    return content


def _is_workbook(content: bytes, name: str) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return bool({"[Content_Types].xml", "content.xml"} & set(archive.namelist()))
    except zipfile.BadZipFile:
        raise SegmentError(f"{name} is a damaged or cut-off zip file or workbook") from None


def _read(
    content: bytes, name: str, sheet: str | None, text: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    if not content.strip():
        raise SegmentError(f"{name} is empty")
    if content.startswith((b"PK", OLD_WORKBOOK)):
        return _read_workbook(content, name, sheet, text)
    if sheet is not None:
        raise SegmentError(f"--sheet is for workbooks, and {name} is none")
    for begin, kind in DOCUMENTS.items():
        if content.lstrip().startswith(begin):
            raise SegmentError(f"{name} is {kind}, whatever its name; save it as CSV")
    if content.startswith(b"PAR1"):
        return _read_parquet(content, name), []
    if content.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"{", b"["):
        return _read_json_lines(content, name, text.encoding)
    return read_text_file(content, name, text)


def _read_workbook(
    content: bytes, name: str, sheet: str | None, text: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    try:
        from python_calamine import CalamineWorkbook
    except ModuleNotFoundError:
        raise _needs("a workbook", "python-calamine") from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception as error:  # each kind of workbook has its own errors, without a common class
        raise SegmentError(f"{name} cannot be read as a workbook: {error}") from None
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise SegmentError(f"no sheet {quote(sheet)} in {name}{did_you_mean(sheet, names)}")
    chosen = sheet or next(iter(names), "")
    rows = book.get_sheet_by_name(chosen).to_python() if names else []
    if not rows:
        raise SegmentError(f"{name} has nothing in sheet {quote(chosen)}; choose one by --sheet")
    which = "" if sheet or len(names) == 1 else f", the first of {len(names)} (--sheet chooses)"
    decisions = [f"Read sheet {quote(chosen)}{which}."]
    cells = pd.DataFrame(rows, dtype=object).replace({"": None})
    cells.iloc[0] = cells.iloc[0].map(spell, na_action="ignore")
    return name_columns(cells, name, text, decisions), decisions


def _read_parquet(content: bytes, name: str) -> pd.DataFrame:
    _pyarrow()
    import pyarrow.parquet

    try:
        table = pyarrow.parquet.read_table(pyarrow.BufferReader(content))
    except pyarrow.ArrowException as error:
        raise SegmentError(f"{name} cannot be read as Parquet: {error}") from None
    return _from_table(table)


def _from_table(table: Any) -> pd.DataFrame:
    frame = table.to_pandas(integer_object_nulls=True)
    return frame.reset_index(drop=frame.index.names == [None])  # a named index is a column


def _read_json_lines(
    content: bytes, name: str, encoding: str | None
) -> tuple[pd.DataFrame, list[str]]:
    """Numbers stay the text that they are in the file: an id of 20 digits is one."""
    text, decisions = decode(content, name, encoding)
    exact: dict[str, Any] = {"parse_int": str, "parse_float": str, "object_pairs_hook": _record}
    records, number = [], 0
    try:
        if text.lstrip().startswith("["):
            records = json.loads(text, **exact)
        else:
            for line in text.splitlines():
                number += 1
                records += [json.loads(line, **exact)] if line.strip() else []
    except SegmentError as error:
        raise SegmentError(f"{name}{f', line {number}' if number else ''}: {error}") from None
    except json.JSONDecodeError as error:
        where = f"line {number or error.lineno}, column {error.colno}"
        raise SegmentError(f"{name} is not JSON ({where}): {error.msg}") from None
    except RecursionError:
        raise SegmentError(f"{name} is JSON of too many levels to be a table") from None
    wrong = next((i for i, r in enumerate(records, 1) if not isinstance(r, dict)), None)
    if wrong is not None or not records:
        raise SegmentError(f"{name}: record {wrong or 1} is no object like {{'id': 1, 'age': 30}}")
    return pd.DataFrame(records, dtype=object), [*decisions, "Read the file as JSON records."]


def _record(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A JSON object; of two values of one name `dict` would lose the first."""
    record = dict(pairs)
    if len(record) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise SegmentError(f"a record has two values of {quote(twice)}")
    return record


def _pyarrow() -> Any:
    try:
        import pyarrow
    except ModuleNotFoundError:
        raise _needs("Parquet or an Arrow stream", "pyarrow") from None
    return pyarrow


def _needs(what: str, package: str) -> SegmentError:
    return SegmentError(f"reading {what} needs {package}: pip install 'kmeans-core[files]'")


def _hash(frame: pd.DataFrame) -> str:
    return hashlib.sha256(frame.to_csv(index=False, lineterminator="\n").encode()).hexdigest()
