"""Who chooses the number of groups: `kmeans_core.selection`, and single indices beside it."""

from __future__ import annotations

import importlib
import inspect
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np

from benchmarks.truth.working_scale import Working
from kmeans_core.selection import choose_k

COMPACT = "compact groups"
NOT_ROUND = "structure, but not round groups"
NO_GROUPS = "no clear structure"
OURS = "choose_k"
INDICES = ("silhouette", "davies_bouldin", "calinski_harabasz", "gap")
TITLES = {
    "silhouette": "silhouette",
    "davies_bouldin": "Davies-Bouldin",
    "calinski_harabasz": "Calinski-Harabasz",
    "gap": "gap",
    "majority": "majority of five",
}


class Answer(NamedTuple):
    """What a chooser says about a table."""

    k: int
    verdict: str | None = None  # one of the three, or None where the chooser has none


def every_chooser(working: Working, seed: int, ks: Sequence[int]) -> dict[str, Answer]:
    """The answers of `choose_k` and, from the same clusterings, of each index and of most of them.

    The gap statistic may choose 1, which is its way to say that there are no groups. The majority
    is that of silhouette, Davies-Bouldin, Calinski-Harabasz, gap and Dunn, NbClust's indices that
    are in `kmeans_core`; ties go to the smaller number, as in NbClust.
    """
    # Resamples change neither the number nor the verdict.
    choice = choose_k(working.X, ks, n_resamples=1, random_state=seed, n_threads=1)
    answers = {OURS: Answer(choice.n_clusters, choice.structure.verdict)}
    answers |= {name: Answer(choice.votes[name]) for name in INDICES}
    k_gap = choice.votes["gap"]
    answers["gap"] = Answer(k_gap, NO_GROUPS if k_gap == 1 else COMPACT)
    votes = [*choice.votes.values(), *([choice.shown["dunn"]] if choice.shown["dunn"] else [])]
    answers["majority"] = Answer(_majority(votes))
    return answers


def _majority(votes: Sequence[int]) -> int:
    counts = Counter(votes)
    return min(counts, key=lambda k: (-counts[k], k))


def one_chooser(path: str) -> Callable[[Working, int, Sequence[int]], dict[str, Answer]]:
    """The function ``module:function`` as the only chooser.

    It is called as ``f(X, seed)``, with `ks` and `blocks` by keyword where it has such parameters,
    and returns (k, verdict).
    """
    module, name = path.split(":")
    function: Callable[..., Any] = getattr(importlib.import_module(module), name)
    parameters = inspect.signature(function).parameters

    def run(working: Working, seed: int, ks: Sequence[int]) -> dict[str, Answer]:
        offered = {"ks": ks, "blocks": working.blocks}
        wanted = {key: value for key, value in offered.items() if key in parameters}
        k, verdict = function(np.ascontiguousarray(working.X), seed, **wanted)
        return {name: Answer(int(k), verdict)}

    return run
