"""Spellings: texts that differ only by case or spaces are one value of a category."""

from __future__ import annotations

from collections.abc import Mapping

from segment.tables.cells import Column
from segment.wording import listed, quote


def spelling_key(text: str) -> str:
    """A text without the differences of case and of spaces."""
    return " ".join(text.casefold().split())


def common_spellings(column: Column) -> dict[str, str]:
    """For each key the spelling that most cells have, where there are several."""
    groups: dict[str, list[tuple[int, str]]] = {}
    for text, count in zip(column.levels, column.counts, strict=True):
        groups.setdefault(spelling_key(text), []).append((-int(count), text))
    return {key: min(texts)[1] for key, texts in groups.items() if len(texts) > 1}


def said(column: Column, spellings: Mapping[str, str]) -> list[str]:
    """A sentence on the spellings that are read as another one."""
    others = [t for t in column.levels if spellings.get(spelling_key(t), t) != t]
    if not others:
        return []
    pairs = [f"{quote(t)} as {quote(spellings[spelling_key(t)])}" for t in others]
    return [
        f"Read {listed(pairs, 4)} in {quote(column.name)}: they differ by case or spaces only "
        "(--recode joins others)."
    ]
