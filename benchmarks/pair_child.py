"""One side of `pairs`: a process that imports one checkout and times what it is sent.

``prepare ROW`` on a line of its input makes the data of that row and runs it once; ``run N`` runs
it N times. Both are answered with the seconds of one run. The rows are those of the folder where
this file is, whatever the checkout.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

HERE = Path(__file__).resolve().parent


def main(checkout: str) -> None:
    """Serve until the input ends."""
    answers, sys.stdout = sys.stdout, sys.stderr  # whatever else is printed is no answer
    sys.path[0] = checkout
    import kmeans_core  # its parts are found in its folder from now on

    if Path(kmeans_core.__file__).resolve().parent.parent != Path(checkout).resolve():
        sys.exit(f"kmeans_core is not imported from {checkout}, but from {kmeans_core.__file__}")
    sys.path[0] = str(HERE.parent)
    from benchmarks.rows import rows_of

    run: Callable[[], object] | None = None
    for line in sys.stdin:
        order, what = line.split()
        if order == "prepare":
            run = None  # the data of the row before go first
            rows = {row.name: row for row in rows_of(what.partition("/")[0])}
            run = rows[what].prepare()
            seconds = timed(run, 1)
        else:
            seconds = timed(run, int(what))
        print(seconds, file=answers, flush=True)


def timed(run: Callable[[], object] | None, times: int) -> float:
    """Seconds of one run, the mean of `times` runs."""
    if run is None:
        raise RuntimeError("no row is prepared")
    start = time.perf_counter()
    for _ in range(times):
        run()
    return (time.perf_counter() - start) / times


if __name__ == "__main__":
    main(sys.argv[1])
