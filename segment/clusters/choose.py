"""Choose: how many segments, and how far to trust them, in words.

`kmeans_core.selection.choose_k` decides. Here its answer becomes sentences, the same for the report
and for ``segment choose-k``.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kmeans_core import selection
from segment.wording import lined_up

NAMES = {
    "silhouette": "silhouette",
    "davies_bouldin": "Davies-Bouldin",
    "calinski_harabasz": "Calinski-Harabasz",
    "gap": "gap statistic",
}
# What each verdict means for the reader of a report.
MEANING = {
    "compact groups": "Customers do fall into groups, and these segments follow them.",
    "structure, but not round groups": (
        "Customers are not spread evenly, but not in round groups either: the segments cut through "
        "shapes of another kind. Use them to sort customers, and try other columns, "
        "--scale log for skewed ones, or --method single."
    ),
    "no clear structure": (
        "Customers differ by degrees; the groups are no clearer than chance would make them. Use "
        "the segments to sort customers, not as groups that exist."
    ),
}
FOLLOWED = "Customers fall into groups that are not round, and these segments follow them."


class Trust(NamedTuple):
    """How far to trust the chosen segments; `stability` has a row per segment, in their order."""

    verdict: str
    meaning: str
    evidence: list[str]
    stability: pd.DataFrame  # segment, jaccard, word
    uniform: float  # the same mean for customers without groups
    stability_note: str
    votes: dict[str, int]  # name of the voter -> number of segments
    gap: pd.DataFrame  # k, gap, standard_error


def trust_of(choice: selection.Choice, segment_of_label: np.ndarray) -> Trust:
    """The evidence, with segments under the numbers that the result gives them."""
    found, structure = choice.stability, choice.structure
    table = pd.DataFrame(
        {"segment": segment_of_label[found.labels], "jaccard": found.jaccard, "word": found.words}
    )
    gap, not_round = choice.gap, structure.verdict == "structure, but not round groups"
    return Trust(
        verdict=structure.verdict,
        meaning=FOLLOWED if not_round and structure.followed else MEANING[structure.verdict],
        evidence=structure.evidence,
        stability=table.sort_values("segment", ignore_index=True),
        uniform=found.uniform,
        stability_note=_stability_note(found, structure.verdict),
        votes={NAMES[name]: k for name, k in choice.votes.items()},
        gap=pd.DataFrame(
            {"k": gap.n_clusters, "gap": gap.gap, "standard_error": gap.standard_error}
        ),
    )


def _stability_note(found: selection.Stability, verdict: str) -> str:
    early = "" if found.complete else " (stopped by the time limit)"
    drawn = f"{found.n_rows:,} customers drawn at random" if found.sampled else "customers"
    return (
        f"Found again in {found.n_resamples} resamples of the {drawn}{early}: 1 is always, below "
        f"0.6 is called dissolved. Customers without any groups, in as many segments, reach "
        f"{found.uniform:.2f}, so stability alone proves nothing. The verdict here: {verdict}."
    )


def vote_sentence(choice: selection.Choice) -> str:
    """The votes of the metrics, and the number that they choose."""
    votes = ", ".join(f"{NAMES[name]} {k}" for name, k in choice.votes.items())
    winner = selection.plurality(choice.votes)
    supporters = sum(k == winner for k in choice.votes.values())
    most = max(list(choice.votes.values()).count(k) for k in choice.votes.values())
    leaders = {k for k in choice.votes.values() if list(choice.votes.values()).count(k) == most}
    if len(leaders) > 1:
        return (
            f"The votes: {votes}. No number has most votes, so the silhouette's {winner} is taken."
        )
    return f"The votes: {votes}. {winner} has most of them ({supporters} of {len(choice.votes)})."


def choice_lines(metrics: pd.DataFrame, trust: Trust | None, decisions: list[str]) -> list[str]:
    """The lines that ``segment choose-k`` prints."""
    table = metrics.copy()
    if trust is not None:
        table = table.merge(trust.gap, on="k", how="left")
    chosen = np.where(table.pop("chosen") == 1, "*", "")
    table = table.round(4).astype(object).where(table.notna(), "")
    table.insert(0, "", chosen)
    rows = [list(table.columns), *table.to_numpy().tolist()]
    lines = [*lined_up([[_cell(value) for value in row] for row in rows], str.rjust), ""]
    if trust is not None:
        lines += [f"verdict: {trust.verdict}. {trust.meaning}", *_bullets(trust.evidence), ""]
        lines += [
            f"segment {row.segment}: found again {row.jaccard:.2f}, {row.word}"
            for row in trust.stability.itertuples()
        ]
        lines += [trust.stability_note, ""]
    return [*lines, *_bullets(decisions)]


def _bullets(sentences: list[str]) -> list[str]:
    return [f"- {sentence}" for sentence in sentences]


def _cell(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
