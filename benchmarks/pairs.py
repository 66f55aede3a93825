"""Is this tree slower than another checkout of it? ``python -m benchmarks.pairs --old DIR``.

Old, new and old again run the same rows in turn, in an order that changes from round to round, so
that all three see the same minutes of the machine; each is a process that stays. The ratio of
new to old is taken within each round. The second old is a control: its ratio should be 1, and its
interval shows what the machine's noise alone can do. ``make bench-pairs OLD=<commit>`` does it.
"""

from __future__ import annotations

import argparse
import compileall
import fnmatch
import math
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.cold import OURS, process
from benchmarks.pair_statistics import SLOWER, ratio_of_pairs
from benchmarks.rows import PARTS, rows_of

ROOT = Path(__file__).resolve().parent.parent
SIDES = ("old", "new", "control")
# In six rounds every order of the three once; in any two, old and new change places.
ORDERS = ("old new control", "control new old", "new control old", "old control new",
          "control old new", "new old control")  # fmt: skip
USUAL = ("kmeans", "converge", "defaults")
PAIRS = 15
BATCH = 0.05  # seconds: a shorter run is repeated until it lasts so long
COLD_ROUNDS = 6  # with an empty cache, about 12 s a process; fewer decide nothing
WARM_ROUNDS = 3  # after each

Seconds = dict[str, list[float]]


class Side:
    """A process that has imported one checkout."""

    def __init__(self, checkout: Path) -> None:
        child = Path(__file__).with_name("pair_child.py")
        self._process = subprocess.Popen(
            [sys.executable, str(child), str(checkout)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def send(self, order: str) -> None:
        """Send a line."""
        print(order, file=self._process.stdin, flush=True)

    def answer(self) -> float:
        """Wait for the seconds that answer the line sent last."""
        answer = self._process.stdout.readline() if self._process.stdout else ""
        if not answer:
            raise RuntimeError(f"a side has ended with status {self._process.wait()}")
        return float(answer)

    def ask(self, order: str) -> float:
        """Send a line and wait for its answer."""
        self.send(order)
        return self.answer()

    def close(self) -> None:
        """Let the process end."""
        self._process.communicate()


def main(argv: list[str]) -> int:
    """Measure and print; 1 if a row is slower."""
    arguments = _parsed(argv)
    checkouts = {"old": arguments.old, "new": arguments.new, "control": arguments.old}
    parts = arguments.part or USUAL
    slower = 0
    print(f"{'row':44} {'old, ms':>9}  new / old, 95% interval    control")
    if any(part != "cold" for part in parts):
        names = [row.name for part in parts if part != "cold" for row in rows_of(part)]
        slower += _rows(fnmatch.filter(names, arguments.rows), checkouts, arguments.pairs)
    if "cold" in parts:
        first, fresh = cold(checkouts)
        slower += _report("cold/first-fit-ever", first)
        slower += _report("cold/fresh-process", fresh)
    print(f"{slower} slower: the lower end of the interval is above {SLOWER}")
    return 1 if slower else 0


def _parsed(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pairs", description=__doc__)
    parser.add_argument("--old", type=_checkout, required=True, metavar="DIR", help="a checkout")
    parser.add_argument(
        "--new", type=_checkout, default=ROOT, metavar="DIR", help="default: this tree"
    )
    parser.add_argument("--pairs", type=int, default=PAIRS, metavar="N")
    parser.add_argument("--rows", default="*", metavar="PATTERN", help="such as '*/float32/lloyd'")
    parser.add_argument("--part", nargs="*", choices=[*PARTS, "cold"], help="default: k-means's")
    return parser.parse_args(argv)


def _checkout(path: str) -> Path:
    """A folder with the package in it."""
    if not (Path(path) / "kmeans_core").is_dir():
        raise argparse.ArgumentTypeError(f"there is no kmeans_core in {path}")
    return Path(path).resolve()


def _rows(names: list[str], checkouts: dict[str, Path], n_pairs: int) -> int:
    """Measure the rows of these names; how many are slower."""
    sides = {name: Side(checkouts[name]) for name in SIDES}
    try:
        return sum(_report(name, in_pairs(name, sides, n_pairs)) for name in names)
    finally:
        for side in sides.values():
            side.close()


def in_pairs(name: str, sides: dict[str, Side], n_pairs: int) -> Seconds:
    """Seconds of every side, one for each round, after one run that is not counted."""
    for side in SIDES:
        sides[side].send(f"prepare {name}")
    for side in SIDES:
        sides[side].answer()
    times = max(1, math.ceil(BATCH / sides["old"].ask("run 1")))
    return in_turn(lambda side: sides[side].ask(f"run {times}"), n_pairs)


def in_turn(run: Callable[[str], float], n_rounds: int) -> Seconds:
    """Run all sides once a round, each round in another order."""
    seconds: Seconds = {side: [] for side in SIDES}
    for number in range(n_rounds):
        for side in ORDERS[number % len(ORDERS)].split():
            seconds[side].append(run(side))
    return seconds


def cold(checkouts: dict[str, Path]) -> tuple[Seconds, Seconds]:
    """A fresh process that fits 200 x 2: with an empty cache, and with what that one kept."""
    for checkout in checkouts.values():  # else the first import alone would do it
        compileall.compile_dir(checkout / "kmeans_core", quiet=2)
    first: Seconds = {side: [] for side in SIDES}
    fresh: Seconds = {side: [] for side in SIDES}
    for number in range(COLD_ROUNDS):
        with tempfile.TemporaryDirectory() as folder:

            def once(side: str, folder: str = folder) -> float:
                return process(OURS, f"{folder}/{side}", checkouts[side])[0]

            for side in ORDERS[number % len(ORDERS)].split():
                first[side].append(once(side))
            for side, found in in_turn(once, WARM_ROUNDS).items():
                fresh[side] += found
    return first, fresh


def _report(name: str, seconds: Seconds) -> bool:
    """Print a line; whether the new side is slower."""
    old = statistics.median(seconds["old"]) * 1e3
    new = ratio_of_pairs(seconds["old"], seconds["new"])
    control = ratio_of_pairs(seconds["old"], seconds["control"])
    verdict = "  SLOWER" if new.is_slower else ""
    print(f"{name:44} {old:9.2f}  {new!s:26} {control}{verdict}", flush=True)
    return new.is_slower


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
