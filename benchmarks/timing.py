"""How a comparison is timed: in turn, several rounds, medians; and where its table goes.

Machines are noisy and shared. A, B, C, A, B, C ... meets the same noise for all; the ratio is that
of the medians. What differs between machines is the figures, hardly the ratios.
"""

from __future__ import annotations

import os
import platform
import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

# Seconds before each call, so that the threads of the one before are asleep: OpenMP's and BLAS's
# spin on for up to 0.2 s. Right after scikit-learn's, on two cores, our calls took up to twice as
# long; and so may theirs after one another.
REST = 0.25
RESULTS = Path(__file__).parent / "RESULTS.md"
README = Path(__file__).parent.parent / "README.md"


class Timed(NamedTuple):
    """One contestant's result and its seconds, a figure a round."""

    result: Any
    seconds: list[float]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def in_turn(contestants: dict[str, Callable], rounds: int, *, warm_up: bool = True) -> dict:
    """Run every contestant once a round, after one uncounted round; a `Timed` for each.

    There is a rest before each call, see `REST`.
    """
    results: dict[str, Any] = {}
    seconds: dict[str, list[float]] = {name: [] for name in contestants}
    for number in range(-1 if warm_up else 0, rounds):
        for name, run in contestants.items():
            time.sleep(REST)
            start = time.perf_counter()
            results[name] = run()
            if number >= 0:
                seconds[name].append(time.perf_counter() - start)
    return {name: Timed(results[name], seconds[name]) for name in contestants}


def milliseconds(timed: Timed | None) -> str:
    """The median for a table; a dash where the contestant is missing."""
    if timed is None:
        return "-"
    value = timed.median * 1e3
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}" if value >= 1 else f"{value:.2f}"


def ratio(ours: Timed, theirs: Timed | None) -> str:
    """How many times as long they take."""
    return "-" if theirs is None else f"{theirs.median / ours.median:.1f}x"


def table(header: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def write_section(name: str, text: str, path: Path = RESULTS) -> None:
    """Put `text` between the markers ``<!-- name -->`` and ``<!-- /name -->`` of a file."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    old = path.read_text(encoding="utf-8") if path.exists() else "# Results\n"
    section = f"{begin}\n{text.strip()}\n{end}"
    if begin in old and end in old:
        head, rest = old.split(begin, 1)
        new = head + section + rest.split(end, 1)[1]
    else:
        new = old.rstrip() + "\n\n" + section + "\n"
    path.write_text(new, encoding="utf-8")


def machine() -> str:
    """What the figures were measured on, in a line."""
    cpu = platform.processor() or platform.machine()
    try:
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                cpu = line.split(":", 1)[1].strip()
                break
    except OSError:
        pass
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return f"{cores} cores of {cpu}, Python {platform.python_version()}"


def versions(*names: str) -> str:
    """Versions of the packages that are installed, in a line."""
    from importlib.metadata import PackageNotFoundError, version

    found = []
    for name in names:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    return ", ".join(found)
