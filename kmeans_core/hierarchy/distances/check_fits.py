"""How much memory there is, so that a matrix that cannot fit is refused before it is begun."""

from __future__ import annotations

import contextlib
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
WITHOUT_A_MATRIX = (
    "use method='single' or 'ward' on vectors, which need no matrix, or WardOfCenters, or a "
    "sample of the rows"
)
ONLY_A_SAMPLE = "it takes every pair of rows, so only a sample of the rows helps"


def check_fits(needed: int, n_samples: int, instead: str = WITHOUT_A_MATRIX) -> None:
    """MemoryError with the figures and a way out if `needed` bytes are more than are available."""
    available = available_memory()
    if available is not None and needed > available:
        raise MemoryError(
            f"The distances between {n_samples} rows need {needed / 1e9:.1f} GB, and "
            f"{available / 1e9:.1f} GB are available: {instead}."
        )


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or None where the system does not say."""
    known = [free for free in (_system_memory(), _cgroup_memory()) if free is not None]
    return min(known, default=None)


def _system_memory() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _cgroup_memory() -> int | None:
    """What the container may still take: the tightest limit from its group up to the root."""
    free = []
    for group in _groups():
        for limit, used in (
            ("memory.max", "memory.current"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes"),
        ):
            with contextlib.suppress(OSError, ValueError):  # absent, or "max"
                allowed = int((group / limit).read_text())
                taken = int((group / used).read_text()) - _reclaimable(group)
                free.append(max(allowed - taken, 0))
    return min(free, default=None)


def _groups() -> list[Path]:
    groups = [CGROUPS, CGROUPS / "memory"]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                root = CGROUPS / controllers
                own = root / path.lstrip("/")
                groups += [g for g in (own, *own.parents) if root in g.parents]
    return groups


def _reclaimable(group: Path) -> int:
    """File pages that the kernel drops when memory is asked for; they count as used."""
    with contextlib.suppress(OSError, ValueError):
        for line in (group / "memory.stat").read_text().splitlines():
            if line.startswith(("inactive_file ", "total_inactive_file ")):
                return int(line.split()[1])
    return 0
