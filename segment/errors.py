"""The one kind of error that a user can cause and mend."""

from __future__ import annotations

EXTRA = ("pandas", "matplotlib", "jinja2", "markupsafe", "typer", "rich")


class SegmentError(ValueError):
    """Bad input or bad usage, said in one line that names what, where and how to mend it."""


def extra_needed(task: str, package: str, extra: str) -> SegmentError:
    """The error for `task` where `package` is missing, which `extra` installs."""
    return SegmentError(f"{task} needs {package}: pip install 'kmeans-core[{extra}]'")


def extra_missing(error: ModuleNotFoundError) -> str | None:
    """What to install where a package of the ``segment`` extra is missing; None for others."""
    package = (error.name or "").split(".")[0]
    return f"{package} is missing: pip install 'kmeans-core[segment]'" if package in EXTRA else None
