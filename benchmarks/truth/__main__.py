"""``python -m benchmarks.truth``: how often verdict and number of groups are true.

``make bench PART=truth`` judges both halves and writes RESULTS.md. For tuning, judge one half or a
few families, which only prints: ``--half tune --families 'none/*' --seeds 3``.
"""

from __future__ import annotations

import argparse
import csv
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.timing import machine, versions, write_section
from benchmarks.truth.figures import by_family, totals
from benchmarks.truth.judging import RANGE, SEPARABLE, Job, Judged, judge_all
from benchmarks.truth.tables import HALVES, SEEDS_PER_HALF, families, seeds_of


def arguments(argv: Sequence[str]) -> argparse.Namespace:
    """The options; see the top of this file."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.truth")
    parser.add_argument("--half", choices=list(HALVES), help="judge this half and write nothing")
    parser.add_argument("--families", default="*", help="patterns, as in 'none/*,shape/moons'")
    parser.add_argument("--seeds", type=int, default=SEEDS_PER_HALF, help="per family and half")
    parser.add_argument("--chooser", help="module:function, f(X, seed) -> (k, verdict), alone")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--out", type=Path, help="a CSV file with a row per table and chooser")
    return parser.parse_args(argv)


def judged_half(half: str, options: argparse.Namespace) -> list[Judged]:
    """Every table of a half."""
    names, seeds = families(options.families), seeds_of(half, options.seeds)
    jobs = [Job(family, seed, options.chooser) for family in names for seed in seeds]
    return list(judge_all(jobs, options.processes))


def write_answers(path: Path, found: Sequence[Judged]) -> None:
    """One row per table and chooser."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        header = ["family", "seed", "rows", "columns", "k_true", "rand", "seconds"]
        writer.writerow([*header, "chooser", "k", "verdict"])
        for one in found:
            about = [one.family, one.seed, *one.shape, one.k_true]
            about += [f"{one.rand:.3f}", f"{one.seconds:.2f}"]
            writer.writerows([*about, name, a.k, a.verdict] for name, a in one.answers.items())


def section(halves: dict[str, list[Judged]], seconds: float) -> str:
    """The text of RESULTS.md: totals of each half, then the final half by family."""
    n_tables = sum(map(len, halves.values()))
    about = (
        f"{machine()}; {versions('numpy', 'numba')}. {n_tables:,} generated tables in "
        f"{seconds / 60:.0f} minutes, k from {RANGE[0]} to {RANGE[-1]} (to 15 for 'many groups'). "
        "Each is prepared as `segment` would. Even seeds were there to tune with, odd ones are the "
        "final figure. Separable: the adjusted Rand index of k-means with the true k is above "
        f"{SEPARABLE}. The gap claims no groups where it chooses 1; the other indices have no "
        "verdict. The majority is that of silhouette, Davies-Bouldin, Calinski-Harabasz, gap and "
        "Dunn."
    )
    texts = ["## Are verdict and number of groups true?", about]
    for half, found in halves.items():
        texts += [f"Totals, {half} half:", totals(found)]
    return "\n\n".join([*texts, "By family, final half:", *by_family(halves["final"])])


def main(argv: Sequence[str] | None = None) -> None:
    """Judge what the options name; without options, everything, and write the section."""
    given = [word for word in (sys.argv[1:] if argv is None else argv) if word != "truth"]
    options = arguments(given)
    start = time.perf_counter()
    halves = {
        half: judged_half(half, options) for half in ([options.half] if options.half else HALVES)
    }
    if options.out:
        write_answers(options.out, [one for found in halves.values() for one in found])
    for half, found in halves.items():
        print("\n\n".join([f"{half} half", totals(found), *by_family(found)]))
    if not given:
        write_section("truth", section(halves, time.perf_counter() - start))


if __name__ == "__main__":
    main()
