"""The figures of the benchmark from judged tables: shares, by chooser and by family."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from benchmarks.timing import table
from benchmarks.truth.choosers import COMPACT, NO_GROUPS, NOT_ROUND, TITLES
from benchmarks.truth.judging import Judged
from benchmarks.truth.tables import NONE, ROUND, SHAPE

TOTALS = [
    "chooser",
    "no groups, but claimed",
    "of these 'compact groups'",
    "right k, of separable",
    "right k, of all with groups",
    "separable, 'no clear structure'",
    "shapes, 'compact groups'",
]


def totals(found: Sequence[Judged]) -> str:
    """One row per chooser: the four figures, and two that explain them."""
    without = [one for one in found if one.kind == NONE]
    groups = [one for one in found if one.kind == ROUND]
    separable = [one for one in groups if one.is_separable]
    shapes = [one for one in found if one.kind == SHAPE and not one.is_separable]
    rows = []
    for name in _names(found):
        rows.append(
            [
                TITLES.get(name, name),
                _verdicts(without, name, lambda verdict: verdict != NO_GROUPS),
                _verdicts(without, name, lambda verdict: verdict == COMPACT),
                _share(one.answers[name].k == one.k_true for one in separable),
                _share(one.answers[name].k == one.k_true for one in groups),
                _verdicts(separable, name, lambda verdict: verdict == NO_GROUPS),
                _verdicts(shapes, name, lambda verdict: verdict == COMPACT),
            ]
        )
    return table(TOTALS, rows)


def by_family(found: Sequence[Judged]) -> list[str]:
    """A table per kind, one row per family."""
    makers = {NONE: _without_groups, ROUND: _with_groups, SHAPE: _shapes}
    texts = []
    for kind, maker in makers.items():
        chosen = [one for one in found if one.kind == kind]
        if chosen:
            texts.append(maker(chosen))
    return texts


def _without_groups(found: Sequence[Judged]) -> str:
    first = _names(found)[0]
    rows = [
        [family, str(len(group)), *_three(group, first), _numbers(group, first)]
        for family, group in _grouped(found)
    ]
    header = ["without groups", "tables", *(f"'{v}'" for v in (COMPACT, NOT_ROUND, NO_GROUPS))]
    return table([*header, "its k: tables"], rows)


def _with_groups(found: Sequence[Judged]) -> str:
    names = _names(found)
    rows = []
    for family, group in _grouped(found):
        separable = [one for one in group if one.is_separable]
        right = [str(sum(one.answers[n].k == one.k_true for one in separable)) for n in names]
        rows.append([family, str(len(group)), str(len(separable)), *right])
        rows[-1] += _three(separable, names[0])
    header = [
        "with groups",
        "tables",
        "separable",
        *(f"right k: {TITLES.get(n, n)}" for n in names),
    ]
    return table([*header, *(f"'{v}'" for v in (COMPACT, NOT_ROUND, NO_GROUPS))], rows)


def _shapes(found: Sequence[Judged]) -> str:
    first = _names(found)[0]
    rows = []
    for family, group in _grouped(found):
        hidden = [one for one in group if not one.is_separable]
        rows.append([family, str(len(group)), str(len(group) - len(hidden))])
        rows[-1] += [*_three(hidden, first), _numbers(hidden, first)]
    header = ["shapes", "tables", "found by k-means", *(f"'{v}'" for v in (COMPACT, NOT_ROUND))]
    return table([*header, f"'{NO_GROUPS}'", "its k: tables"], rows)


def _three(group: Sequence[Judged], name: str) -> list[str]:
    """How often each verdict was given; a dash where the chooser has none."""
    if any(one.answers[name].verdict is None for one in group):
        return ["-"] * 3
    counts = Counter(one.answers[name].verdict for one in group)
    return [str(counts[verdict]) for verdict in (COMPACT, NOT_ROUND, NO_GROUPS)]


def _numbers(group: Sequence[Judged], name: str) -> str:
    counts = Counter(one.answers[name].k for one in group)
    return ", ".join(f"{k}: {counts[k]}" for k in sorted(counts))


def _names(found: Sequence[Judged]) -> list[str]:
    return list(found[0].answers)


def _grouped(found: Sequence[Judged]) -> list[tuple[str, list[Judged]]]:
    families = dict.fromkeys(one.family for one in found)
    return [(f.split("/")[1], [one for one in found if one.family == f]) for f in families]


def _verdicts(group: Sequence[Judged], name: str, counts: Callable[[str], bool]) -> str:
    """The share of verdicts that count; a dash where the chooser has no verdict."""
    given = [one.answers[name].verdict for one in group]
    known = [verdict for verdict in given if verdict is not None]
    return _share(counts(v) for v in known) if len(known) == len(given) else "-"


def _share(values: Iterable[bool]) -> str:
    values = list(values)
    return f"{sum(values) / len(values):.0%} ({sum(values)} of {len(values)})" if values else "-"
