"""Two fingerprints side by side: what differs, and what was meant to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple


class Difference(NamedTuple):
    """A case that is not the same in both."""

    name: str
    kind: str  # 'differs', 'missing in NEW', 'missing in OLD' or 'failed in both'
    reason: str  # why it may; '' if it may not


def report(old: Path, new: Path, on_purpose: Path) -> int:
    """Print the differences; 1 if any of them has no reason in `on_purpose`, else 0."""
    before, after = read_fingerprint(old), read_fingerprint(new)
    differences = list(compare(before, after, read_reasons(on_purpose)))
    for name, kind, reason in differences:
        print(f"{name}: changed on purpose: {reason}" if reason else f"{name}: {kind}")
    unexplained = sum(not difference.reason for difference in differences)
    n_same = len({*before, *after}) - len(differences)
    print(f"{n_same} the same, {len(differences)} not, {unexplained} of them for no known reason")
    return 1 if unexplained else 0


def compare(
    old: Mapping[str, str], new: Mapping[str, str], reasons: Mapping[str, str]
) -> Iterator[Difference]:
    """The differences, in the order of the names in `old`, then of those that only `new` has."""
    for name in [*old, *(name for name in new if name not in old)]:
        kind = _kind(old.get(name), new.get(name))
        if kind:
            yield Difference(name, kind, _reason_of(name, reasons))


def _kind(old: str | None, new: str | None) -> str:
    """How the two differ; '' if they do not."""
    if new is None or old is None:
        return "missing in NEW" if new is None else "missing in OLD"
    if old == new:
        return "failed in both" if new.startswith("failed:") else ""
    return "differs"


def read_fingerprint(path: Path) -> dict[str, str]:
    """The lines ``name hash`` of a file."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return dict(line.rsplit(" ", 1) for line in lines if line.strip())


def read_reasons(path: Path) -> dict[str, str]:
    """The lines ``prefix -> reason`` of a file; lines that begin with # are comments."""
    reasons = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        prefix, arrow, reason = line.partition("->")
        if line.strip() and not line.startswith("#"):
            if not (arrow and prefix.strip() and reason.strip()):
                raise ValueError(f"{path.name}: a line is 'prefix -> reason', got {line!r}")
            reasons[prefix.strip()] = reason.strip()
    return reasons


def _reason_of(name: str, reasons: Mapping[str, str]) -> str:
    """That of the longest prefix; one that begins with * is the end of the name instead."""
    fitting = [p for p in reasons if name.startswith(p) or (p[0] == "*" and name.endswith(p[1:]))]
    return reasons[max(fitting, key=len)] if fitting else ""
