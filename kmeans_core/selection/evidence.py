"""The evidence for a verdict on structure, in sentences for a reader who knows no statistics."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kmeans_core.selection.structure import Structure

WITNESSES = ("the gap statistic", "single linkage", "Hopkins' statistic")


def evidence(s: Structure, speaks: tuple[bool, bool, bool], how: str) -> list[str]:
    """What the three witnesses say together, then one sentence each, those who speak first.

    Parameters
    ----------
    s : Structure
    speaks : three of bool
        Whether k-means, single linkage and Hopkins' statistic see more than chance shows.
    how : {'same', 'inside', 'not'}
        How k-means finds the groups of single linkage, see `structure_verdict`.
    """
    sentences = [
        [_of_gap(s, speaks[0])],
        [_of_bridge(s, speaks[1]), *([_of_chains(s, how)] if s.n_chains > 1 else [])],
        [_of_hopkins(s)],
    ]
    order = sorted(range(3), key=lambda witness: not speaks[witness])
    return [_together(speaks), *(told for witness in order for told in sentences[witness])]


def _together(speaks: tuple[bool, bool, bool]) -> str:
    names = [name for name, one in zip(WITNESSES, speaks, strict=True) if one]
    number = ("None of three tests finds", "One of three tests finds", "Two of three tests find")
    compared = "each compares the table with others that have no groups, made for it at random"
    if len(names) == 3:
        return f"All three tests find more than chance would show; {compared}."
    who = f" ({' and '.join(names)})" if names else ""
    enough = " One is enough: chance alone rarely shows as much." if len(names) == 1 else ""
    return f"{number[len(names)]} more than chance would show{who}; {compared}.{enough}"


def _of_gap(s: Structure, speaks: bool) -> str:
    gain = s.gap - s.gap_of_one
    told = f"{'gains' if gain >= 0 else 'loses'} {abs(gain):.3f}"
    chosen = f"from one cluster to {s.n_clusters} it {told} (standard error {s.gap_error:.3f}), "
    numbers = (
        f"the gap statistic gains {s.gap_gain:.3f} from one cluster to its best number, "
        f"{chosen if s.n_clusters > 1 else ''}and tables without groups gain up to about "
        f"{s.gap_limit:.3f} by their best number"
    )
    if speaks:
        return f"Dividing the rows makes them more alike than chance would: {numbers}."
    if s.gap_gain > s.gap_limit and s.hopkins <= s.hopkins_uniform:
        return (
            "Dividing the rows makes them a little more alike than chance would, but they lie as "
            f"evenly as in tables without groups, so it is not counted: {numbers}."
        )
    if s.gap_gain > s.gap_limit:
        return f"Dividing the rows pays, but not at this number of clusters: {numbers}."
    return f"Dividing the rows makes them no more alike than chance would: {numbers}."


def _of_bridge(s: Structure, speaks: bool) -> str:
    numbers = (
        f"the longest step between two groups of single linkage is {s.bridge:.2f} times the usual "
        f"one; up to {s.bridge_limit:.2f} it may be chance"
    )
    if s.bridge == 0.0:
        numbers = "single linkage adds to one growing group and never joins two"
    if speaks:
        return f"There are gaps that no chain of near rows crosses: {numbers}."
    return f"From near row to near row one comes everywhere, so no part stands apart: {numbers}."


def _of_chains(s: Structure, how: str) -> str:
    parts = f"Cut at these gaps, the table has {s.n_chains} parts"
    if how == "inside":
        return (
            f"{parts}. The {s.n_clusters} chosen clusters lie inside them, with fewer rows along "
            "their borders than in their middles: they divide the parts further and cut through "
            "none."
        )
    rand = f"adjusted Rand {s.agreement:.2f}, where 1 is the same"
    if how == "same":
        return f"{parts}, and k-means finds the same ones when it is asked for as many ({rand})."
    own = " The chosen clusters do follow them." if s.followed else ""
    return f"{parts} that k-means does not find when it is asked for as many ({rand}).{own}"


def _of_hopkins(s: Structure) -> str:
    numbers = (
        f"Hopkins' statistic is {s.hopkins:.2f}; evenly spread rows reach {s.hopkins_uniform:.2f}"
    )
    if s.hopkins_limit > s.hopkins_uniform:
        numbers += f", a single crowd that thins out towards its edge {s.hopkins_limit:.2f}"
    if s.hopkins > s.hopkins_limit:
        return f"Rows lie in clumps: {numbers}."
    if s.hopkins > s.hopkins_uniform:
        return f"Rows are not spread evenly, which one crowd would explain too: {numbers}."
    return f"Rows are spread about as evenly as chance would have it: {numbers}."
