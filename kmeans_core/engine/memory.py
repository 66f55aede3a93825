"""How much memory there is to take: what the machine has left, and what the container allows."""

from __future__ import annotations

import contextlib
from pathlib import Path

CGROUP = Path("/sys/fs/cgroup")


def available_memory() -> int | None:
    """Bytes that can be used without swapping, or None where the system does not say."""
    limits = [_machine(), _container()]
    known = [limit for limit in limits if limit is not None]
    return min(known, default=None)


def _machine() -> int | None:
    with contextlib.suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _container() -> int | None:
    """The cgroup's limit less what it uses; file cache that can be dropped counts as free."""
    for limit, usage, cache in (
        ("memory.max", "memory.current", "memory.stat"),
        (
            "memory/memory.limit_in_bytes",
            "memory/memory.usage_in_bytes",
            "memory/memory.stat",
        ),
    ):
        with contextlib.suppress(OSError, ValueError):  # "max" is no number: no limit
            left = int((CGROUP / limit).read_text()) - int((CGROUP / usage).read_text())
            for line in (CGROUP / cache).read_text().splitlines():
                name, _, value = line.partition(" ")
                if name in ("inactive_file", "total_inactive_file"):
                    left += int(value)
                    break
            return max(0, left)
    return None
