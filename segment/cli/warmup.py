"""segment warmup: compiles ahead what the first run would compile."""

from __future__ import annotations

import kmeans_core
from segment.cli.output import note, print_lines


def warmup() -> None:
    """Compile ahead what the first run would compile, and say where it is kept."""
    line = ""
    for line in kmeans_core.warmup(["float64"]):
        note(line)
    print_lines([line])
