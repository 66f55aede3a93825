"""Choose: how many segments, and how far to trust them, in words.

`kmeans_core.selection.choose_k` decides. Here its answer becomes sentences, the same for the report
and for ``segment choose-k``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kmeans_core import selection
from segment.wording import lined_up, listed, plural, quote

NAMES = {
    "silhouette": "silhouette",
    "davies_bouldin": "Davies-Bouldin",
    "calinski_harabasz": "Calinski-Harabasz",
    "gap": "gap statistic by its one-standard-error rule",
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
SOME_PARTED = (
    "Few customers lie between some of these segments; others shade into each other, and the "
    "borders between those could run elsewhere. Use the segments to sort customers."
)
ONE_SEGMENT = "There is one segment, so there is nothing to compare."
MOST_PAIRS = 10  # that are named in a sentence


class Trust(NamedTuple):
    """How far to trust the chosen segments; `stability` has a row per segment, in their order."""

    verdict: str
    meaning: str
    evidence: list[str]
    stability: pd.DataFrame  # segment, jaccard, word
    uniform: float  # the same mean for customers without groups
    stability_note: str
    votes: dict[str, int]  # name of an index -> the number of segments that it would choose
    gap: pd.DataFrame  # k, gap, standard_error
    parted: pd.DataFrame  # k, least_parted, limit
    rule: str  # by which the number of segments is chosen, as a sentence
    are_groups: bool  # whether the segments are groups, round or not


def trust_of(
    choice: selection.Choice, segment_of_label: np.ndarray, columns: Sequence[str]
) -> Trust:
    """The evidence, with segments under the numbers that the result gives them.

    `columns` are the names of the matrix's columns.
    """
    found, gap, parted = choice.stability, choice.gap, choice.parted
    table = pd.DataFrame(
        {"segment": segment_of_label[found.labels], "jaccard": found.jaccard, "word": found.words}
    )
    pairs = _pairs_sentence(choice.structure, segment_of_label)
    return Trust(
        verdict=choice.structure.verdict,
        meaning=_meaning(choice, columns),
        evidence=[*pairs, *choice.structure.evidence],
        stability=table.sort_values("segment", ignore_index=True),
        uniform=found.uniform,
        stability_note=_stability_note(found, choice.structure.verdict),
        votes={NAMES[name]: k for name, k in choice.votes.items()},
        gap=pd.DataFrame(
            {"k": gap.n_clusters, "gap": gap.gap, "standard_error": gap.standard_error}
        ),
        parted=pd.DataFrame(
            {"k": parted.n_clusters, "least_parted": parted.least, "limit": parted.limit}
        ),
        rule=rule_sentence(choice),
        are_groups=_are_groups(choice.structure),
    )


def trust_without_choice(n_distinct: int) -> Trust:
    """The verdict where there are too few different customers to compare."""
    return Trust(
        verdict="no clear structure",
        meaning=(
            f"Only {plural(n_distinct, 'customer')} differ in these columns, too few to tell "
            "groups from chance."
        ),
        evidence=[],
        stability=pd.DataFrame({"segment": [], "jaccard": [], "word": []}),
        uniform=float("nan"),
        stability_note="",
        votes={},
        gap=pd.DataFrame({"k": [], "gap": [], "standard_error": []}),
        parted=pd.DataFrame({"k": [], "least_parted": [], "limit": []}),
        rule="",
        are_groups=False,
    )


def _are_groups(found: selection.Structure) -> bool:
    """Whether the segments are groups: compact ones, or those of single linkage."""
    if found.verdict == "compact groups":
        return True
    return found.verdict != "no clear structure" and found.followed and found.column_alone is None


def _meaning(choice: selection.Choice, columns: Sequence[str]) -> str:
    """What the verdict means for a reader of this report."""
    found = choice.structure
    if found.n_clusters == 1:
        return ONE_SEGMENT
    if found.column_alone is not None:
        return (
            f"One column alone, {quote(columns[found.column_alone])}, parts these segments; in the "
            "other columns they hardly differ. That is a fact about this column, and no sign of "
            "different kinds of customers."
        )
    if found.verdict != "compact groups" and _are_groups(found):
        return FOLLOWED
    if found.verdict == "compact groups":
        if choice.rule != "parted" or choice.best <= choice.n_clusters:
            return MEANING[found.verdict]
        return (
            f"Customers do fall into groups, and some of these {choice.n_clusters} segments hold "
            f"several of them: {choice.best} segments would tell them apart (-k {choice.best})."
        )
    if found.verdict == "no clear structure":
        if choice.rule == "parted" and choice.best != choice.n_clusters:
            return (
                f"These {choice.n_clusters} segments do not follow the valleys between customers: "
                f"{choice.best} segments do (-k {choice.best})."
            )
        if any(found.is_parted):
            return SOME_PARTED
    return MEANING[found.verdict]


def _pairs_sentence(found: selection.Structure, segment_of_label: np.ndarray) -> list[str]:
    """Which neighbours are parted and which shade into each other, where both occur."""
    if not any(found.is_parted) or all(found.is_parted):
        return []
    pairs: dict[bool, list[tuple[int, int]]] = {True: [], False: []}
    for pair, parted in zip(found.partings, found.is_parted, strict=True):
        a, b = sorted((int(segment_of_label[pair.first]), int(segment_of_label[pair.second])))
        pairs[parted].append((a, b))
    apart, not_apart = (
        listed([f"{a} and {b}" for a, b in sorted(pairs[parted])], MOST_PAIRS)
        for parted in (True, False)
    )
    return [
        f"A valley with fewer customers parts the segments {apart}. These shade into each other: "
        f"{not_apart}."
    ]


def _stability_note(found: selection.Stability, verdict: str) -> str:
    early = "" if found.complete else " (stopped by the time limit)"
    drawn = f"{found.n_rows:,} customers drawn at random" if found.sampled else "customers"
    return (
        f"Found again in {found.n_resamples} resamples of the {drawn}{early}: 1 is always, below "
        "0.6 is called dissolved. Customers without any groups, in the same number of segments, "
        f"reach {found.uniform:.2f}, so stability alone proves nothing. The verdict: {verdict}."
    )


def rule_sentence(choice: selection.Choice) -> str:
    """Which rule chooses the number of segments, and what it says; empty if there is no choice."""
    if choice.rule == "given":
        return ""
    if choice.rule == "parted":
        return (
            f"{choice.best} is the largest number of segments of which every two neighbours are "
            "parted by a valley."
        )
    no_valley = "No number of segments has a valley between every two neighbours"
    if choice.rule == "elbow":
        return (
            f"{no_valley}, and the gap statistic still rises at the last number tried, so the "
            f"elbow decides: from {choice.best} on, more segments reduce the spread left inside "
            "them only slowly."
        )
    return (
        f"{no_valley}, so the gap statistic decides: {choice.best} is the smallest number within "
        "two standard errors of its best."
    )


def votes_sentence(choice: selection.Choice) -> str:
    """What single indices would choose, for comparison."""
    votes = ", ".join(f"{NAMES[name]} {k}" for name, k in choice.votes.items())
    return f"For comparison, single indices alone would choose: {votes}."


def choice_lines(metrics: pd.DataFrame, trust: Trust, decisions: list[str]) -> list[str]:
    """The lines that ``segment choose-k`` prints."""
    table = metrics.copy()
    if len(trust.gap):
        table = table.merge(trust.gap, on="k", how="left").merge(trust.parted, on="k", how="left")
    chosen = np.where(table.pop("chosen") == 1, "*", "")
    table = table.round(4).astype(object).where(table.notna(), "")
    table.insert(0, "", chosen)
    rows = [list(table.columns), *table.to_numpy().tolist()]
    lines = [*lined_up([[_cell(value) for value in row] for row in rows], str.rjust), ""]
    lines += [f"verdict: {trust.verdict}. {trust.meaning}", *_bullets(trust.evidence), ""]
    lines += [
        f"segment {row.segment}: found again {row.jaccard:.2f}, {row.word}"
        for row in trust.stability.itertuples()
    ]
    if trust.stability_note:
        lines += [trust.stability_note, ""]
    return [*lines, *_bullets(decisions)]


def _bullets(sentences: list[str]) -> list[str]:
    return [f"- {sentence}" for sentence in sentences]


def _cell(value: Any) -> str:
    return f"{value:,.4g}" if isinstance(value, float) else str(value)
