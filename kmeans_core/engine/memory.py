"""How much memory can be taken: what the system has left and what the container allows."""

from __future__ import annotations

import contextlib
from pathlib import Path

CGROUPS = Path("/sys/fs/cgroup")
# Files of a group's limit and of what it uses, in versions 2 and 1.
_LIMITS = (
    ("memory.max", "memory.current"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes"),
)


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or None where the system does not say."""
    limits = [_system_memory(), _cgroup_memory()]
    return min((limit for limit in limits if limit is not None), default=None)


def _system_memory() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _cgroup_memory() -> int | None:
    """What the container may still take: the least of all groups from its own up to the root."""
    free = []
    for group in _groups():
        for limit, usage in _LIMITS:
            with contextlib.suppress(OSError, ValueError):  # absent, or "max": no limit
                allowed = int((group / limit).read_text(encoding="ascii"))
                used = int((group / usage).read_text(encoding="ascii")) - _reclaimable(group)
                free.append(max(allowed - used, 0))
    return min(free, default=None)


def _groups() -> list[Path]:
    """Folders of the memory groups that this process is in; some may not exist."""
    groups = [CGROUPS, CGROUPS / "memory"]
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers in ("", "memory"):
                root = CGROUPS / controllers
                own = root / path.lstrip("/")
                groups += [group for group in (own, *own.parents) if root in group.parents]
    return groups


def _reclaimable(group: Path) -> int:
    """Bytes of file cache that the kernel drops when memory runs short; they count as used."""
    with contextlib.suppress(OSError, ValueError):
        for line in (group / "memory.stat").read_text(encoding="ascii").splitlines():
            if line.startswith(("inactive_file ", "total_inactive_file ")):
                return int(line.split()[1])
    return 0
