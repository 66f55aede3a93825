"""Result folder: written in one step, so that it is whole even if the process is killed.

Everything is written to ``DIR.partial-<pid>``; then DIR becomes ``DIR.previous``, the new
folder becomes DIR, and the previous one is deleted. So at every moment DIR or DIR.previous is a
whole result. Only files that a result's own ``run.json`` lists are ever deleted.

It belongs to the answers: a folder is one answer in files, and is replaced with the next run.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from segment.errors import SegmentError
from segment.wording import quote

RUN_FILE = "run.json"


def make_way(
    folder: str | Path,
    note: Callable[[str], None],
    *,
    force: bool = False,
    replace: str | None = None,
) -> None:
    """Repair what a killed run left behind, and report it with `note`.

    SegmentError unless the folder is absent, empty, or an earlier result that may be replaced:
    because of `force`, or because the command `replace` made it.
    """
    folder = _real(folder)
    try:
        _restore(folder, note)
        earlier = _check(folder)
        _delete_partials(folder)
    except OSError as error:
        raise SegmentError(f"cannot use {quote(folder)}: {error.strerror}") from None
    replaceable = force or (replace is not None and (earlier or {}).get("command") == replace)
    if earlier is not None and not replaceable:
        raise SegmentError(f"{quote(folder)} holds an earlier result; --force replaces it")


def write_result(folder: str | Path, files: Mapping[str, str], run: Mapping[str, Any]) -> Path:
    """Write `files` and ``run.json`` to `folder` in one step; call `make_way` first.

    SegmentError if it cannot be written, or was changed meanwhile; nothing half-written is left.
    """
    folder = _real(folder)
    partial = folder.with_name(f"{folder.name}.partial-{os.getpid()}")
    contents = {**files, RUN_FILE: _run_text(files, run)}
    try:
        _check(folder)
        folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.mkdir()
            for name, text in contents.items():
                (partial / name).write_bytes(text.encode("utf-8", "replace"))
            _swap(partial, folder)
        finally:
            _delete(partial, contents)
    except OSError as error:
        raise SegmentError(f"cannot write {quote(folder)}: {error.strerror}") from None
    return folder


def _run_text(files: Mapping[str, str], run: Mapping[str, Any]) -> str:
    listed = {**run, "files": sorted([*files, RUN_FILE])}
    return json.dumps(listed, indent=2, ensure_ascii=False) + "\n"


def _real(folder: str | Path) -> Path:
    """The folder with links resolved, so that a link to it stays a link."""
    real = Path(os.path.realpath(folder))
    if not real.name:
        raise SegmentError(f"{quote(real)} cannot be replaced; name a folder in it with --out")
    return real


def _previous(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.previous")


def _swap(partial: Path, folder: Path) -> None:
    previous = _previous(folder)
    if folder.exists():
        folder.rename(previous)
    try:
        partial.rename(folder)
    except BaseException:
        if previous.exists() and not folder.exists():
            previous.rename(folder)
        raise
    if previous.exists():
        _delete(previous, _listed_files(previous) or {})


def _restore(folder: Path, note: Callable[[str], None]) -> None:
    """Finish a run that was killed between its two renames."""
    previous = _previous(folder)
    if not previous.is_dir():
        return
    files = _listed_files(previous)
    if folder.exists():
        if files is None and any(previous.iterdir()):
            raise SegmentError(f"{quote(previous)} is in the way and is not a result; move it")
        _delete(previous, files or [])
    elif files is not None:
        previous.rename(folder)
        note(f"restored {quote(folder)}: an earlier run was stopped while replacing it")


def _check(folder: Path) -> dict[str, Any] | None:
    """The earlier result's ``run.json``; None where there is nothing; SegmentError otherwise."""
    if not folder.exists():
        return None
    if not folder.is_dir():
        raise SegmentError(f"{quote(folder)} is a file; name a folder with --out")
    if not any(folder.iterdir()):
        return None
    if _listed_files(folder) is None:
        raise SegmentError(
            f"{quote(folder)} holds other things than a result; name another folder with --out"
        )
    return json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))


def _listed_files(folder: Path) -> list[str] | None:
    """The files of a result; None if this is not one, or holds a file that it does not list."""
    try:
        run = json.loads((folder / RUN_FILE).read_text(encoding="utf-8"))
        files = {str(name) for name in run["files"]}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    entries = list(folder.iterdir())
    if not all(entry.name in {*files, RUN_FILE} and entry.is_file() for entry in entries):
        return None
    return [entry.name for entry in entries]


def _delete(folder: Path, files: Any) -> None:
    """These files and then the folder; ``run.json`` last, so a killed deletion can be finished."""
    for name in sorted(files, key=lambda name: name == RUN_FILE):
        with contextlib.suppress(OSError):
            (folder / name).unlink()
    with contextlib.suppress(OSError):
        folder.rmdir()


def _delete_partials(folder: Path) -> None:
    """Delete the partial folders of killed runs, not of a process that still runs."""
    if os.name != "posix" or not folder.parent.is_dir():
        return
    pattern = re.compile(re.escape(folder.name) + r"\.partial-(\d+)")
    for entry in folder.parent.iterdir():
        match = pattern.fullmatch(entry.name)
        if match and not _is_running(int(match[1])):
            _delete(entry, [file.name for file in entry.iterdir()])


def _is_running(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True
