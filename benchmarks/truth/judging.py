"""One table judged: can its groups be found at all, and what does each chooser say?"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np

from benchmarks.truth.choosers import Answer, every_chooser, one_chooser
from benchmarks.truth.tables import Table, make_table
from benchmarks.truth.working_scale import working_scale
from kmeans_core import KMeans
from kmeans_core.metrics import adjusted_rand_score

SEPARABLE = 0.9  # adjusted Rand index of k-means with the true k, above which groups can be found
RANGE = range(2, 11)
LONGER = {"round/many groups": range(2, 16)}  # 7 to 12 groups: as with --k-max 15


class Judged(NamedTuple):
    """A table, whether it is separable, and the answers."""

    family: str
    seed: int
    shape: tuple[int, int]  # of the matrix that is clustered
    k_true: int
    rand: float  # adjusted Rand index of k-means with the true k; NaN without groups
    answers: dict[str, Answer]
    seconds: float  # of all choosers together

    @property
    def kind(self) -> str:
        """'none', 'round' or 'shape'."""
        return self.family.split("/")[0]

    @property
    def is_separable(self) -> bool:
        """Whether k-means finds the groups if it is given their number."""
        return self.rand > SEPARABLE


class Job(NamedTuple):
    """One table to judge, as it is sent to a process."""

    family: str
    seed: int
    chooser: str | None  # ``module:function``; None: all that there are


def judge(job: Job) -> Judged:
    """Make the table, cluster it with the true k, and run the choosers."""
    table = make_table(job.family, job.seed)
    working = working_scale(table)
    run = every_chooser if job.chooser is None else one_chooser(job.chooser)
    start = time.perf_counter()
    answers = run(working, job.seed, LONGER.get(job.family, RANGE))
    return Judged(
        family=job.family,
        seed=job.seed,
        shape=working.X.shape,
        k_true=table.k_true,
        rand=rand_of(table, working.X),
        answers=answers,
        seconds=time.perf_counter() - start,
    )


def rand_of(table: Table, X: np.ndarray) -> float:
    """How well k-means with the true k agrees with the truth; rows of noise are left out."""
    if table.labels is None:
        return float("nan")
    model = KMeans(table.k_true, n_init=10, random_state=table.seed, n_threads=1).fit(X)
    known = table.labels >= 0
    return float(adjusted_rand_score(table.labels[known], model.labels_[known]))


def judge_all(jobs: Sequence[Job], n_processes: int = 2) -> Iterator[Judged]:
    """Each job's answers, in order; a line to stderr per family."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # inherited: one thread per process
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    with ProcessPoolExecutor(n_processes, mp_context=get_context("spawn")) as pool:
        family, start = "", time.perf_counter()
        for found in pool.map(judge, jobs):
            if found.family != family:
                family = found.family
                print(f"{time.perf_counter() - start:5.0f} s  {family}", file=sys.stderr)
            yield found
