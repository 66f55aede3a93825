"""A customer table in; segments, charts and a report out.

`Segmenter` does it from Python, the console command ``segment`` from a shell. Both need the
``segment`` extra; importing this package alone does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from segment.errors import extra_missing

if TYPE_CHECKING:
    from segment.segmenter import Segmenter

__all__ = ["Segmenter"]


def __getattr__(name: str) -> Any:
    if name == "Segmenter":
        try:
            from segment.segmenter import Segmenter
        except ModuleNotFoundError as error:
            missing = extra_missing(error)
            if missing is None:
                raise
            raise ModuleNotFoundError(missing, name=error.name) from None
        return Segmenter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
