"""``python -m benchmarks [PART ...]``: measure, and write RESULTS.md and the README's table."""

from __future__ import annotations

import importlib
import sys
import time

PARTS = {
    "kmeans": "benchmarks.kmeans",
    "converge": "benchmarks.kmeans",
    "defaults": "benchmarks.kmeans",
    "cold": "benchmarks.cold",
    "hierarchy": "benchmarks.hierarchy",
    "metrics": "benchmarks.metrics",
    "truth": "benchmarks.truth.__main__",
}


def main(argv: list[str]) -> int:
    """Run the parts that are named, or all of them."""
    unknown = [part for part in argv if part not in PARTS]
    if unknown:
        print(f"No part {unknown[0]!r}; there are: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for part in argv or PARTS:
        start = time.perf_counter()
        importlib.import_module(PARTS[part]).main([part])
        print(f"{part}: {time.perf_counter() - start:.0f} s", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
