"""Compressed files: the content of a gzip, bzip2, xz or zip file; other files stay as they are."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib

from segment.errors import SegmentError
from segment.wording import quote

DECOMPRESS = {
    b"\x1f\x8b": ("gzip", gzip.decompress),
    b"BZh": ("bzip2", bz2.decompress),
    b"\xfd7zXZ\0": ("xz", lzma.decompress),
}


def unpack(content: bytes, name: str, decisions: list[str]) -> bytes:
    """The content of a compressed file, with a sentence added to `decisions`; a workbook as it is.

    SegmentError where it is damaged, or a zip file of several files.
    """
    for magic, (kind, decompress) in DECOMPRESS.items():
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
