"""Questionnaires: columns with like answers are read alike, as numbers or by one scale."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from segment.features.columns.reader import Reader
from segment.features.columns.roles import Choices
from segment.features.kinds.families import families
from segment.features.kinds.scales import key_of, ranked, scale_of
from segment.tables.cells import Column


def unite_answers(
    readers: dict[str, Reader], columns: Mapping[str, Column], choices: Choices
) -> None:
    """Columns of whole numbers of one questionnaire are all read as numbers."""
    ends: dict[str, tuple[float, float]] = {}
    for name, reader in readers.items():
        if (reader.role == "number" or reader.codes) and name not in choices.named:
            values = columns[name].level_numbers
            values = values[~np.isnan(values)]
            if len(values) and (values % 1 == 0).all():
                ends[name] = float(values.min()), float(values.max())
    for family in families(list(readers), ends):
        if any(readers[name].role == "number" for name in family):
            for name in family:
                reason = (
                    f"an answer from {ends[name][0]:g} to {ends[name][1]:g}, like its neighbours"
                )
                readers[name] = readers[name]._replace(role="number", codes=False, reason=reason)


def unite_words(
    readers: dict[str, Reader], columns: Mapping[str, Column], choices: Choices
) -> None:
    """Columns with words of one scale get the same ranks, also one that uses two words only."""
    of_words = [n for n, r in readers.items() if r.role in ("ordered", "category") and not r.codes]
    texts = {n: [str(t) for t in columns[n].levels] for n in of_words}
    scales = {n: scale_of(texts[n]) for n, r in readers.items() if r.role == "ordered"}
    known = {scale.words for scale in scales.values() if scale is not None}
    for name, reader in readers.items():
        if known and reader.role == "category" and not reader.codes and name not in choices.named:
            scale = scale_of(texts[name], least=2)
            if scale is not None and scale.words in known:
                scales[name] = scale
    for words in known:
        members = {n: s for n, s in scales.items() if s is not None and s.words == words}
        keys = {key_of(text) for name in members for text in texts[name]}
        for name, scale in members.items():
            ranks = ranked(scale, keys & scale.ranks.keys()).ranks
            own = sorted((ranks[key_of(t)], t) for t in texts[name] if key_of(t) in ranks)
            reason = f"its values have an order: {own[0][1]} ... {own[-1][1]}"
            readers[name] = readers[name]._replace(role="ordered", ranks=ranks, reason=reason)
