"""The only place that decides how a kernel is compiled and where the result is kept.

Two decorators: `kernel` for a function that Python calls, `device` for a helper that only
kernels call. Both are plain functions when ``NUMBA_DISABLE_JIT=1`` is set.

Compiled code is kept on disk in a folder named after the *content of this whole package*.
Numba's own cache looks at one file only, so a kernel would go on running an old version of a
helper that was edited in another file. Here any edit makes a new, empty folder. Each
compiled signature is a file of its own, written aside and renamed, so processes that compile
at the same time cannot mix up each other's results. A folder that cannot be written to, or a
file that cannot be read, costs a compilation and nothing else.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import os
import pickle
import shutil
import stat
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core import config
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

CACHE_VARIABLE = "KMEANS_CORE_CACHE_DIR"
KEPT_VERSIONS = 4  # folders of older package contents that may stay beside the current one

# No fastmath: it makes isnan() false, and reassociation would break "same bits everywhere".
# error_model="numpy": a division by zero is inf or nan, not a branch and a raise.
_OPTIONS: dict[str, Any] = {"nogil": True, "error_model": "numpy"}


def kernel(function: Callable) -> Callable:
    """Compile `function` on its first call, release the GIL in it, keep the result on disk."""
    dispatcher = numba.njit(**_OPTIONS)(function)
    if hasattr(dispatcher, "py_func"):  # not so with NUMBA_DISABLE_JIT=1
        dispatcher._cache = PackageCache(function)
    return dispatcher


def device(function: Callable) -> Callable:
    """Compile `function` into the kernels that call it; nothing of its own is kept on disk."""
    return numba.njit(**_OPTIONS)(function)


class PackageCache(_Cache):
    """One file per function and signature, below `cache_folder()`.

    Numba asks it for compiled code before it compiles and hands it the result afterwards.
    """

    def __init__(self, function: Callable) -> None:
        self._function = function

    @property
    def cache_path(self) -> str | None:
        folder = cache_folder()
        return None if folder is None else str(folder)

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        target_context.refresh()
        path = self._file(sig, target_context.codegen())
        if path is None:
            return None
        # A file cut short by a full disk, or written by another numba build, is a miss.
        with contextlib.suppress(Exception):
            payload = pickle.loads(path.read_bytes())
            return CompileResult._rebuild(target_context, *payload)
        return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        path = self._file(sig, data.codegen)
        if path is None:
            return
        aside = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        try:
            aside.write_bytes(dumps(data._reduce()))
            os.replace(aside, path)
        except OSError:  # full or vanished: the code in memory still runs
            with contextlib.suppress(OSError):
                aside.unlink(missing_ok=True)

    def enable(self) -> None:
        pass

    def disable(self) -> None:
        pass

    def flush(self) -> None:
        pass

    def _file(self, sig: Any, codegen: Any) -> Path | None:
        folder = cache_folder()
        if folder is None:
            return None
        name = f"{self._function.__module__}.{self._function.__qualname__}"
        # magic_tuple: target triple, CPU name and CPU features.
        key = repr((name, sig, codegen.magic_tuple(), _compile_settings()))
        digest = hashlib.sha256(key.encode()).hexdigest()[:24]
        return folder / f"{self._function.__name__}-{digest}.bin"


def _compile_settings() -> tuple:
    """What changes the machine code but is not part of a signature."""
    return (config.BOUNDSCHECK, config.OPT, config.DEBUGINFO_DEFAULT, numba.__version__)


def package_fingerprint() -> str:
    """Hash of every source file of the package: the name of its cache folder."""
    return _fingerprint(Path(__file__).resolve().parent.parent)


@functools.cache
def _fingerprint(package: Path) -> str:
    digest = hashlib.sha256(f"{sys.version_info[:3]} {numba.__version__}".encode())
    for path in sorted(package.rglob("*.py")):
        digest.update(str(path.relative_to(package)).encode() + b"\0")
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


@functools.cache
def cache_folder() -> Path | None:
    """The first folder that can be written to, or None: then nothing is kept on disk."""
    try:
        fingerprint = package_fingerprint()
    except OSError:  # the sources cannot be read, as inside a zip file
        return None
    for base in _candidate_bases():
        folder = base / fingerprint
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
        except OSError:
            continue
        if _only_ours(folder):
            _drop_older_versions(base, folder)
            return folder
    return None


def _candidate_bases() -> list[Path]:
    bases = []
    if os.environ.get(CACHE_VARIABLE):
        bases.append(Path(os.environ[CACHE_VARIABLE]))
    with contextlib.suppress(RuntimeError):  # no home folder
        home_cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
        bases.append(Path(home_cache) / "kmeans_core")
    user = os.getuid() if hasattr(os, "getuid") else "user"
    bases.append(Path(tempfile.gettempdir()) / f"kmeans_core-{user}")
    return bases


def _only_ours(folder: Path) -> bool:
    """Cached code is unpickled, so nobody else may be able to write into its folder."""
    if not hasattr(os, "getuid"):
        return True
    info = folder.stat()
    return info.st_uid == os.getuid() and not info.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _drop_older_versions(base: Path, current: Path) -> None:
    """Every edit of the package makes a folder; keep the few that were used last."""
    with contextlib.suppress(OSError):
        others = [p for p in base.iterdir() if p.is_dir() and p != current and len(p.name) == 16]
        others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for folder in others[KEPT_VERSIONS:]:
            shutil.rmtree(folder, ignore_errors=True)
