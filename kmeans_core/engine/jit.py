"""The only place that decides how a kernel is compiled and where the result is kept.

There are three decorators: `kernel` for a function that Python calls, `long_kernel` for one that is
not inlined where another kernel calls it, `device` for a helper that only kernels call (inlined.py
says how far those are compiled). With ``NUMBA_DISABLE_JIT=1`` all three return plain functions.

Compiled code is kept on disk in a folder named after the *content of this whole package*. Numba's
own cache depends on one file only: a kernel would go on running an old version of a helper that was
edited in another file. Here any edit makes a new, empty folder. Each compiled signature is a file
of its own, written aside and renamed, so two processes that compile at the same time cannot mix
their results. A folder that cannot be written to, or a file that cannot be read, costs a
compilation and nothing else. Functions defined outside this package are compiled in every process,
because their sources are not part of the folder's name.
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

import llvmlite
import numba
import numpy as np
from numba.core import config
from numba.core.caching import _Cache
from numba.core.compiler import CompileResult
from numba.core.serialize import dumps

from kmeans_core.engine.inlined import InlinedCompiler, once_for_integers

CACHE_VARIABLE = "KMEANS_CORE_CACHE_DIR"
KEPT_VERSIONS = 4  # folders of older package contents that may stay beside the current one
_PACKAGE = __name__.partition(".")[0]

# No fastmath: it makes isnan() false, and reassociation would break "same bits everywhere".
# error_model="numpy": a division by zero is inf or nan, not a branch and a raise.
# _nrt=False: kernels work on arrays that the caller allocated, so they need not count references.
# no_cfunc_wrapper, no_cpython_wrapper: wrappers that are never called need not be compiled.
# Measured: adding a row of 4 features to a sum took 70 ns with references counted, 5 without; the
# wrappers took a tenth of the time of a first fit.
_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "no_cfunc_wrapper": True,
}


_njit: Any = numba.njit  # its type hints know only some of its options


def kernel(function: Callable) -> Callable:
    """Compile `function` on its first call and keep the result on disk; it releases the GIL."""
    return _kernel(function, inline=True)


def long_kernel(function: Callable) -> Callable:
    """A kernel that is not inlined where another kernel calls it: a long one, seldom called.

    Measured: LLVM took twice as long over a whole run of k-means in one piece as over its parts.
    """
    return _kernel(function, inline=False)


def device(function: Callable) -> Callable:
    """Compile `function` into the kernels that call it; no file of its own is kept on disk.

    It is always inlined: a call would pass every array as seven numbers on the stack.
    """
    return _device(function, inline=True)


def _kernel(function: Callable, *, inline: bool) -> Callable:
    dispatcher = _njit(**_OPTIONS)(function)
    compiled = hasattr(dispatcher, "py_func")  # not so with NUMBA_DISABLE_JIT=1
    if compiled:
        within: Any = _device(function, inline=inline)  # there it needs no wrapper and no file
        dispatcher.get_call_template = within.get_call_template
        dispatcher.get_overload = within.get_overload
    if compiled and function.__module__.startswith(_PACKAGE + "."):
        dispatcher._cache = _PackageCache(function)
    return dispatcher


def _device(function: Callable, *, inline: bool) -> Callable:
    options = {**_OPTIONS, "forceinline": inline, "no_cpython_wrapper": True}
    dispatcher = _njit(pipeline_class=InlinedCompiler, **options)(function)
    if hasattr(dispatcher, "py_func"):
        once_for_integers(dispatcher)
    return dispatcher


class _PackageCache(_Cache):
    """One file per function and signature, below `cache_folder()`.

    Numba calls `load_overload` before it compiles and `save_overload` after.
    """

    def __init__(self, function: Callable) -> None:
        self._function = function

    @property
    def cache_path(self) -> str | None:
        folder = cache_folder()
        return None if folder is None else str(folder)

    def load_overload(self, sig: Any, target_context: Any) -> CompileResult | None:
        # Numba's cache refreshes the target context first, which imports all that compiling needs
        # and takes 0.3 s and 45 MB of a fresh process. Compiled code needs none of it.
        path = self._file(sig, target_context.codegen())
        if path is None:
            return None
        # Absent, cut short by a full disk, or written by another numba build: a miss.
        with contextlib.suppress(Exception):
            content = path.read_bytes()
            payload = content[_DIGEST_SIZE:]
            if _digest(payload) == content[:_DIGEST_SIZE]:
                return CompileResult._rebuild(target_context, *pickle.loads(payload))
        return None

    def save_overload(self, sig: Any, data: CompileResult) -> None:
        path = self._file(sig, data.codegen)
        # Dynamic globals are addresses inside this process: not for another one to run.
        if path is None or data.library.has_dynamic_globals:  # type: ignore[attr-defined]
            return
        # The sources were edited under this running process: it holds the older code.
        if _fingerprint_now() != _FINGERPRINT:
            return
        # A full disk or a vanished folder: the code in memory still runs.
        with contextlib.suppress(Exception):
            payload = dumps(data._reduce())
            _write_whole(path, _digest(payload) + payload)

    def enable(self) -> None:
        pass

    def disable(self) -> None:
        pass

    def flush(self) -> None:
        pass

    def _file(self, sig: Any, codegen: Any) -> Path | None:
        folder = cache_folder()
        # magic_tuple: target triple, CPU name and CPU features.
        key = repr((_identity(self._function), sig, codegen.magic_tuple(), _compile_settings()))
        # A function passed in or captured is named by its address, which another process reuses.
        if folder is None or " at 0x" in key:
            return None
        digest = hashlib.sha256(key.encode()).hexdigest()[:24]
        return folder / f"{self._function.__name__}-{digest}.bin"


def _identity(function: Callable) -> tuple:
    """What distinguishes two functions of one package version, also when one factory made both."""
    cells = [cell.cell_contents for cell in function.__closure__ or ()]
    captured = [_identity(c.py_func) if hasattr(c, "py_func") else repr(c) for c in cells]
    return (function.__module__, function.__qualname__, function.__code__.co_code, captured)


def _compile_settings() -> tuple:
    """What changes the machine code but is not part of a signature."""
    names = ("BOUNDSCHECK", "OPT", "DEBUGINFO_DEFAULT")
    ours = tuple(
        os.environ.get(f"KMEANS_CORE_{name}") for name in ("LANE_BITS", "REGISTERS", "CHECK_LANES")
    )
    return (*(str(getattr(config, name)) for name in names), *ours)


_DIGEST_SIZE = hashlib.sha256().digest_size


def _digest(payload: bytes) -> bytes:
    return hashlib.sha256(payload).digest()


def _write_whole(path: Path, content: bytes) -> None:
    """Write under a name of its own, then rename: a reader sees the whole content or no file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".tmp", delete=False) as file:
        aside = Path(file.name)
        try:
            file.write(content)
            file.close()
            aside.replace(path)
        except OSError:
            aside.unlink(missing_ok=True)
            raise


def _fingerprint_now() -> str | None:
    """Hash of all source files of the package and of what compiles them; None if unreadable."""
    package = Path(__file__).resolve().parent.parent
    versions = (sys.version_info[:3], numba.__version__, llvmlite.__version__, np.__version__)
    digest = hashlib.sha256(repr(versions).encode())
    try:
        for path in sorted(package.rglob("*.py")):
            digest.update(str(path.relative_to(package)).encode() + b"\0")
            digest.update(path.read_bytes())
    except OSError:
        return None
    # Inside a zip file there is nothing to read, and no edit would be noticed.
    return digest.hexdigest()[:16] if Path(__file__).exists() else None


# Taken before any kernel module is imported, so that it describes the code that this process runs.
_FINGERPRINT = _fingerprint_now()


@functools.cache
def cache_folder() -> Path | None:
    """The first folder that can be written to, or None: then nothing is kept on disk."""
    if _FINGERPRINT is None:
        return None
    for base in _candidate_bases():
        folder = base / _FINGERPRINT
        with contextlib.suppress(OSError):
            base.mkdir(mode=0o700, parents=True, exist_ok=True)
            folder.mkdir(mode=0o700, exist_ok=True)
            with tempfile.TemporaryFile(dir=folder):
                pass
            if _is_safe_base(base) and _is_private(folder):
                os.utime(folder)
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


_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def _is_private(folder: Path) -> bool:
    """Whether only this user can write into the folder: cached code is unpickled."""
    if not hasattr(os, "getuid"):
        return True
    info = folder.lstat()  # a link counts as its owner's, wherever it leads
    return info.st_uid == os.getuid() and not info.st_mode & _OTHERS_WRITE


def _is_safe_base(base: Path) -> bool:
    """Whether no other user can replace the folder; in a sticky one (/tmp) none can."""
    if not hasattr(os, "getuid"):
        return True
    link, info = base.lstat(), base.stat()
    owners = {link.st_uid, info.st_uid}
    shared = info.st_mode & _OTHERS_WRITE and not info.st_mode & stat.S_ISVTX
    return owners <= {0, os.getuid()} and not shared


def _drop_older_versions(base: Path, current: Path) -> None:
    """Remove all but KEPT_VERSIONS folders, the last used: every edit of the package makes one."""
    with contextlib.suppress(OSError):
        others = [p for p in base.iterdir() if p.is_dir() and p != current and len(p.name) == 16]
        others.sort(key=lambda p: p.stat().st_mtime, reverse=True)
        for folder in others[KEPT_VERSIONS:]:
            shutil.rmtree(folder, ignore_errors=True)
