"""The verdict on structure, its numbers, and the evidence for it in sentences.

The sentences are for a reader who knows no statistics: the report of `segment` prints them.
"""

from __future__ import annotations

from typing import NamedTuple

from kmeans_core.selection.structure.parting import Parting


class Structure(NamedTuple):
    """The verdict, and the numbers that it rests on."""

    verdict: str  # 'compact groups', 'structure, but not round groups' or 'no clear structure'
    n_clusters: int
    gap: float  # at n_clusters
    gap_of_one: float  # at one cluster
    gap_error: float  # standard error of `gap`
    gap_gain: float  # the largest gain over k=1 of all numbers of clusters in the gap statistic
    gap_limit: float  # the same for tables without groups: mean + 3 sd
    hopkins: float
    hopkins_uniform: float  # the largest one among uniform tables
    hopkins_limit: float  # the largest one among all tables without groups
    bridge: float  # longest step between two groups of single linkage, over the median step
    bridge_limit: float  # 1.3 times the largest one among tables without groups
    n_chains: int  # groups of single linkage, where steps above the limit are cut
    agreement: float  # adjusted Rand index of these groups and k-means with n_chains clusters; NaN
    # for one group
    followed: bool  # whether the chosen clusters are these groups (adjusted Rand index 0.7)
    evidence: list[str]  # one item per test
    n_rows: int  # rows used
    partings: tuple[Parting, ...]  # every pair of neighbouring clusters
    least_parted: float  # the smallest dip of these, times sqrt(n); 0 without a pair
    least_limit: float  # mean + 6 sd of tables without groups, clustered alike
    is_parted: tuple[bool, ...]  # of each pair: all where the least is above its limit, else those
    # beyond that limit that are further parted than any pair of a table without groups
    column_alone: int | None  # the column that parts the clusters and no other does
    are_round: bool  # whether no cluster cuts through a group of single linkage, or is one of
    # another shape


def evidence(s: Structure) -> list[str]:
    """What the pairs of clusters show, then single linkage, the gap and Hopkins' statistic."""
    items = [_of_pairs(s), _of_bridge(s)]
    if s.n_chains > 1:
        items.append(_of_groups(s))
    if s.column_alone is not None:
        items.append(
            f"Column {s.column_alone + 1} of the table parts every pair by itself, and in the "
            "other columns no two neighbouring clusters are a standard deviation apart."
        )
    return [*items, _of_gap(s), _of_hopkins(s)]


def _of_pairs(s: Structure) -> str:
    n_pairs, n_parted = len(s.partings), sum(s.is_parted)
    if not n_pairs:
        return "There is one cluster, so there is no pair of clusters to part."
    numbers = (
        f"the least parted pair has {s.least_parted:.2f}, and {s.least_limit:.2f} is the limit, "
        "far above the least pairs of tables without groups (square root of n times the dip, on "
        "the line that separates two clusters best)"
    )
    if s.least_parted > s.least_limit:
        pairs = "The two clusters are" if n_pairs == 1 else f"All {n_pairs} neighbouring pairs are"
        return f"{pairs} parted by a valley with fewer rows: {numbers}."
    if not n_parted:
        return f"No valley parts neighbouring clusters: {numbers}."
    return (
        f"A valley parts {n_parted} of {n_pairs} neighbouring pairs of clusters, the others shade "
        f"into each other: {numbers}."
    )


def _of_bridge(s: Structure) -> str:
    numbers = (
        f"The longest step between two groups of single linkage is {s.bridge:.2f} times the median "
        f"step; up to {s.bridge_limit:.2f} it may be chance."
    )
    if s.bridge == 0.0:
        numbers = "Single linkage adds to one growing group and never joins two groups."
    if s.bridge > s.bridge_limit:
        return f"Gaps separate the rows into parts. {numbers}"
    return (
        f"No gap separates the rows into parts: every row can be reached by short steps. {numbers}"
    )


def _of_groups(s: Structure) -> str:
    parts = f"These gaps divide the table into {s.n_chains} parts"
    rand = f"adjusted Rand index {s.agreement:.2f}, where 1 is the same"
    if s.are_round:
        return f"{parts}. The {s.n_clusters} clusters cut through none of them."
    followed = (
        "The chosen clusters do follow them." if s.followed else "The clusters cut through them."
    )
    return f"{parts}. k-means with {s.n_chains} clusters does not find them ({rand}). {followed}"


def _of_gap(s: Structure) -> str:
    gain = s.gap - s.gap_of_one
    change = f"{'gains' if gain >= 0 else 'loses'} {abs(gain):.3f}"
    chosen = f"from one cluster to {s.n_clusters} it {change} (standard error {s.gap_error:.3f}), "
    numbers = (
        f"the gap statistic gains {s.gap_gain:.3f} from one cluster to its best number of "
        f"clusters, {chosen if s.n_clusters > 1 else ''}and in uniform tables it gains up to about "
        f"{s.gap_limit:.3f}"
    )
    if gain > s.gap_limit:
        return f"Rows in one cluster are more alike than in a uniform table: {numbers}."
    if s.gap_gain > s.gap_limit:
        return (
            "Rows in one cluster are more alike than in a uniform table, but not in this number of "
            f"clusters: {numbers}."
        )
    return f"Rows in one cluster are no more alike than in a uniform table: {numbers}."


def _of_hopkins(s: Structure) -> str:
    numbers = (
        f"Hopkins' statistic is {s.hopkins:.2f}; evenly spread rows reach {s.hopkins_uniform:.2f}"
    )
    if s.hopkins_limit > s.hopkins_uniform:
        numbers += f", one group with the skew and the ties of this table {s.hopkins_limit:.2f}"
    if s.hopkins > s.hopkins_limit:
        return f"Rows lie in clumps: {numbers}."
    if s.hopkins > s.hopkins_uniform:
        return f"Rows are not spread evenly, which a single group would explain too: {numbers}."
    return f"Rows are spread about as evenly as by chance: {numbers}."
