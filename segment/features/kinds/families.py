"""Families: columns of one questionnaire get one role, whatever answers each of them happens to
have."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from segment.features.kinds.names import is_code_name

MOST = 10  # the highest answer of a questionnaire
RUN = 3  # columns beside each other, of any names


def families(names: Sequence[str], ends: Mapping[str, tuple[float, float]]) -> list[list[str]]:
    """Columns that ask alike: of one stem with numbers (q1, q2, q3), or small scales in a row.

    `ends` are the smallest and largest values of each column of whole numbers.
    """
    small = [n for n in names if n in ends and 0 <= ends[n][0] <= 1 and ends[n][1] <= MOST]
    small = [n for n in small if not is_code_name(n)]
    stems: dict[str, list[str]] = {}
    for name in small:
        if re.search(r"\d", name):
            stems.setdefault(re.sub(r"\d+", "#", name), []).append(name)
    found = [members for members in stems.values() if len(members) > 1]
    return found + _runs(list(names), {n for n in small if ends[n] not in ((0, 1), (1, 1))})


def _runs(names: list[str], small: set[str]) -> list[list[str]]:
    """Columns beside each other that all hold small scales."""
    runs: list[list[str]] = [[]]
    for name in names:
        if name in small:
            runs[-1].append(name)
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if len(run) >= RUN]
