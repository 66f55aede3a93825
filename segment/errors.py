"""Errors that a user can cause and correct, and those of a missing package."""

from __future__ import annotations

import importlib.util

EXTRA = ("pandas", "matplotlib", "jinja2", "markupsafe", "typer", "rich", "charset_normalizer")


class SegmentError(ValueError):
    """Bad input or bad usage; the message is one line: what is wrong, where, and the remedy."""


def extra_needed(task: str, package: str, extra: str) -> SegmentError:
    """The error for `task` where `package` is missing, which `extra` installs."""
    return SegmentError(f"{task} needs {package}: pip install 'kmeans-core[{extra}]'")


def extra_missing(error: ModuleNotFoundError) -> str | None:
    """What to install where a package of the ``segment`` extra is missing; None for others."""
    package = (error.name or "").split(".")[0]
    return f"{package} is missing: pip install 'kmeans-core[segment]'" if package in EXTRA else None


def check_drawing() -> None:
    """ModuleNotFoundError where a package that draws is missing; none is imported."""
    for name in ("matplotlib", "jinja2"):
        if importlib.util.find_spec(name) is None:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
