"""Ticks and lists: a blank that means no, and several values in one cell."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from segment.features.kinds.names import name_words
from segment.tables.cells import Column

TICKS = frozenset(
    {
        *("1", "1.0", "x", "xx", "yes", "y", "true", "t", "on", "checked", "selected", "ticked"),
        *("✓", "✔", "☑", "✗", "✘", "×", "*", "•", "ja", "j", "oui", "o", "si", "sí", "s", "sim"),
        *(
            "vero",
            "wahr",
            "vrai",
            "verdadero",
            "да",
            "evet",
            "tak",
            "はい",
            "是",
            "예",
            "○",
            "〇",
            "نعم",
        ),
    }
)
_YES_NO = (
    "yes no|y n|true false|t f|1 0|on off|yes none|active inactive|ja nein|j n|wahr falsch|"
    "oui non|o n|vrai faux|sí no|si no|s n|verdadero falso|sim não|sim nao|verdadeiro falso|"
    "sì no|vero falso|ja nee|waar onwaar|ja nej|ja nei|kyllä ei|tak nie|prawda fałsz|ano ne|"
    "áno nie|igen nem|da nu|da ne|evet hayır|evet hayir|ναι όχι|да нет|так ні|да не|כן לא|"
    "نعم لا|はい いいえ|有 無|是 否|有 没有|예 아니오|예 아니요|네 아니오|ใช่ ไม่ใช่|có không|"
    "ya tidak|हाँ नहीं|☑ ☐|✓ ✗|✔ ✘|✓ x|x -|○ ×"
)
YES_NO = tuple(frozenset(pair.split()) for pair in _YES_NO.split("|"))
SEPARATORS = (";", "|", ",", "/", "+", " and ")
MOST_ITEMS = 50
LEAST_USE = 2.0  # cells per item, on average, of a column of lists


def is_tick(column: Column) -> bool:
    """Whether a column holds one mark or blank: 1, x, yes, or the last words of its own name."""
    if len(column.levels) != 1 or column.n_present == len(column.codes):
        return False
    if any(word for word in column.missing_words):  # a word for missing is no empty box
        return False
    text = str(column.levels[0]).lower()
    words = name_words(str(column.levels[0]))
    own = bool(words) and name_words(column.name)[-len(words) :] == words
    return text in TICKS or (own and not text.isdigit())


def is_yes_no(texts: Iterable[str]) -> bool:
    """Whether these words, in lower case, are yes and no in one language."""
    return frozenset(texts) in YES_NO


def separator_of(column: Column) -> str | None:
    """What separates several values in the cells; ``"[]"`` for lists in brackets; None for none.

    Semicolons and bars separate where a cell in twenty has one, commas only where the parts come in
    many combinations, as in ``Austin, TX`` they do not.
    """
    texts = [str(text) for text in column.levels]
    if not texts or column.is_numeric or column.is_day:
        return None
    brackets = [text for text in texts if re.fullmatch(r"[\[({].*[\])}]", text, re.DOTALL)]
    if len(brackets) == len(texts) and (len(texts) > 1 or "," in texts[0]):
        uses = _uses(column, [split_cell(text, "[]") for text in texts])
        return "[]" if sum(uses.values()) >= LEAST_USE * len(uses) else None
    for sign in SEPARATORS[:3]:
        joined = [text for text in texts if sign in text]
        if not joined or column.counts[[sign in t for t in texts]].sum() < 0.05 * column.n_present:
            continue
        if _is_list(column, texts, sign):
            return sign
    return None


def _is_list(column: Column, texts: Sequence[str], sign: str) -> bool:
    parts = [split_cell(text, sign) for text in texts]
    uses = _uses(column, parts)
    n_items = len(uses)
    longest = max((len(item) for item in uses), default=0)
    if not 2 <= n_items <= MOST_ITEMS or longest > 40 or sum(uses.values()) < LEAST_USE * n_items:
        return False
    if any(re.search(r"\d", item) for item in uses) and sign == ",":
        return False
    if sign != ",":
        return True
    alone = {items[0] for items in parts if len(items) == 1}
    firsts = {items[0] for items in parts if len(items) > 1}
    lasts = {items[-1] for items in parts if len(items) > 1}
    in_lists = firsts | lasts
    mixed = len(firsts & lasts) + len(alone & in_lists)
    return mixed >= 0.5 * len(in_lists) and len(texts) > n_items


def _uses(column: Column, parts: Sequence[Sequence[str]]) -> Counter[str]:
    """The number of cells with each item; `parts` are the items of each level."""
    uses: Counter[str] = Counter()
    for items, count in zip(parts, column.counts, strict=True):
        uses.update({item: int(count) for item in set(items)})
    return uses


def split_cell(text: str, separator: str) -> list[str]:
    """The values in a cell, without quotes and brackets."""
    if separator == "[]":
        text, separator = text.strip()[1:-1], ";" if ";" in text else ","
    parts = text.split(separator)
    bare = [part.strip().strip("'\"").strip() for part in parts]
    return [part for part in bare if part]


def best_separator(column: Column) -> str:
    """The separator of a column that the user wants split: the sign that most cells have."""
    found = separator_of(column)
    if found is not None:
        return found
    texts = [str(text) for text in column.levels]
    counts = [int(column.counts[[s in t for t in texts]].sum()) for s in SEPARATORS]
    return SEPARATORS[int(np.argmax(counts))] if any(counts) else ";"


def items_of(column: Column, separator: str) -> list[str]:
    """The values in all cells, the most frequent first."""
    uses = _uses(column, [split_cell(str(text), separator) for text in column.levels])
    return sorted(uses, key=lambda item: (-uses[item], item))
