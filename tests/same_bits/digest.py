"""From a result to one hash: arrays by dtype, shape and bytes, floats by their exact value."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import numpy as np


class Found(NamedTuple):
    """The result of a case; what was merely counted on the way has a line of its own."""

    result: Any
    n_distances: Any = None


class Case(NamedTuple):
    """One thing to run. Its name has no blanks, and slashes between its parts."""

    name: str
    run: Callable[[], Found]


def sha256_of(value: Any) -> str:
    """A hash that differs as soon as one bit, one type or one length of `value` does."""
    digest = hashlib.sha256()
    _add(digest, value)
    return digest.hexdigest()


def _add(digest: Any, value: Any) -> None:
    if isinstance(value, np.ndarray) and value.dtype != object:
        digest.update(f"array {value.dtype.str} {value.shape};".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Mapping):
        _add(digest, list(value.items()))
    elif isinstance(value, (list, tuple, np.ndarray)):
        digest.update(f"list {len(value)};".encode())
        for item in value:
            _add(digest, item)
    else:
        text = _text(value).encode()
        digest.update(f"{len(text)}:".encode() + text)


def _text(value: Any) -> str:
    if isinstance(value, (bool, np.bool_)):
        return f"bool {bool(value)}"
    if isinstance(value, (int, np.integer)):
        return f"int {int(value)}"
    if isinstance(value, (float, np.floating)):
        return f"float {float(value).hex()}"
    if value is None or isinstance(value, str):
        return f"{type(value).__name__} {value}"
    raise TypeError(f"a case returned a {type(value).__name__}, which has no hash")
