"""The verdict on structure, its numbers, and the evidence for it in sentences.

The sentences are for a reader who knows no statistics: the report of `segment` prints them.
"""

from __future__ import annotations

from typing import NamedTuple

TESTS = ("the gap statistic", "single linkage", "Hopkins' statistic")


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
    bridge_limit: float  # 1.2 times the largest one among tables without groups
    n_chains: int  # groups of single linkage, where steps above the limit are cut
    agreement: float  # adjusted Rand index of these groups and k-means with n_chains clusters; NaN
    # for one group
    followed: bool  # whether the chosen clusters are these groups (adjusted Rand index 0.7)
    evidence: list[str]  # how many tests find structure, then one item per test
    n_rows: int  # rows used for Hopkins' statistic and single linkage


class Significant(NamedTuple):
    """Whether each test finds more structure than tables without groups show by chance."""

    gap: bool
    bridge: bool  # single linkage
    hopkins: bool


def evidence(s: Structure, significant: Significant, how: str) -> list[str]:
    """What the three tests find together, then one item per test, significant ones first.

    Parameters
    ----------
    s : Structure
    significant : Significant
    how : {'same', 'inside', 'not'}
        How k-means finds the groups of single linkage, see `structure_verdict`.

    Returns
    -------
    list of str
        A second item about single linkage follows the first where it finds several groups.
    """
    items = [
        [_of_gap(s, significant.gap)],
        [_of_bridge(s, significant.bridge), *([_of_groups(s, how)] if s.n_chains > 1 else [])],
        [_of_hopkins(s)],
    ]
    order = sorted(range(3), key=lambda test: not significant[test])
    return [_together(significant), *(item for test in order for item in items[test])]


def _together(significant: Significant) -> str:
    names = [name for name, is_one in zip(TESTS, significant, strict=True) if is_one]
    number = ("None of three tests finds", "One of three tests finds", "Two of three tests find")
    compared = "each compares the table with random tables without groups"
    if len(names) == 3:
        return f"All three tests find more than chance would show; {compared}."
    found = f" ({' and '.join(names)})" if names else ""
    enough = " One is enough: chance alone rarely shows as much." if len(names) == 1 else ""
    return f"{number[len(names)]} more than chance would show{found}; {compared}.{enough}"


def _of_gap(s: Structure, gap_significant: bool) -> str:
    gain = s.gap - s.gap_of_one
    change = f"{'gains' if gain >= 0 else 'loses'} {abs(gain):.3f}"
    chosen = f"from one cluster to {s.n_clusters} it {change} (standard error {s.gap_error:.3f}), "
    numbers = (
        f"the gap statistic gains {s.gap_gain:.3f} from one cluster to its best number of "
        f"clusters, {chosen if s.n_clusters > 1 else ''}and in tables without groups it gains up "
        f"to about {s.gap_limit:.3f}"
    )
    alike = "more alike than chance would make them"
    if gap_significant:
        return f"Rows in one cluster are {alike}: {numbers}."
    if s.gap_gain > s.gap_limit and s.hopkins <= s.hopkins_uniform:
        return (
            f"Rows in one cluster are a little {alike}, but all rows are spread as evenly as in "
            f"tables without groups, so it is not counted: {numbers}."
        )
    if s.gap_gain > s.gap_limit:
        return f"Rows in one cluster are {alike}, but not in this number of clusters: {numbers}."
    return f"Rows in one cluster are no {alike}: {numbers}."


def _of_bridge(s: Structure, bridge_significant: bool) -> str:
    numbers = (
        f"The longest step between two groups of single linkage is {s.bridge:.2f} times the median "
        f"step; up to {s.bridge_limit:.2f} it may be chance."
    )
    if s.bridge == 0.0:
        numbers = "Single linkage adds to one growing group and never joins two groups."
    if bridge_significant:
        return f"Gaps separate the rows into parts. {numbers}"
    return (
        f"No gap separates the rows into parts: every row can be reached by short steps. {numbers}"
    )


def _of_groups(s: Structure, how: str) -> str:
    parts = f"These gaps divide the table into {s.n_chains} parts"
    if how == "inside":
        return (
            f"{parts}. The {s.n_clusters} chosen clusters lie inside them, with fewer rows along "
            "their borders than in their middles: they divide the parts further and cut through "
            "none."
        )
    rand = f"adjusted Rand index {s.agreement:.2f}, where 1 is the same"
    if how == "same":
        return f"{parts}. k-means with {s.n_chains} clusters finds the same parts ({rand})."
    followed = " The chosen clusters do follow them." if s.followed else ""
    return f"{parts}. k-means with {s.n_chains} clusters does not find them ({rand}).{followed}"


def _of_hopkins(s: Structure) -> str:
    numbers = (
        f"Hopkins' statistic is {s.hopkins:.2f}; evenly spread rows reach {s.hopkins_uniform:.2f}"
    )
    if s.hopkins_limit > s.hopkins_uniform:
        numbers += f", a single group that thins out towards its edge {s.hopkins_limit:.2f}"
    if s.hopkins > s.hopkins_limit:
        return f"Rows lie in clumps: {numbers}."
    if s.hopkins > s.hopkins_uniform:
        return f"Rows are not spread evenly, which a single group would explain too: {numbers}."
    return f"Rows are spread about as evenly as by chance: {numbers}."
