"""Output: a result folder and its summary, and notes on standard error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from kmeans_core import __version__
from segment.answers.result_folder import write_result
from segment.segmenter import Segmenter


def write_and_print(segmenter: Segmenter, out: Path, run: dict[str, Any], title: str) -> None:
    """Write the folder `out`, then print the summary and the path of the report.

    `run` is the command's part of ``run.json``; `title` heads the report.
    """
    run = {
        "version": __version__,
        **run,
        "n_segments": len(segmenter.profile_),
        "decisions": segmenter.decisions_,
    }
    write_result(out, segmenter.files(title), run)
    print_lines([*segmenter.summary(), str(out / "report.html")])


def print_lines(lines: list[str]) -> None:
    """Print to standard output; a closed pipe shows here, not at exit."""
    print("\n".join(lines))
    sys.stdout.flush()


def note(text: str) -> None:
    """Print a note to standard error."""
    print(f"segment: {text}", file=sys.stderr)
