"""The end of a table: totals, sources and notes below the last customer."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from segment.tables.cells import Cells
from segment.wording import listed, plural, quote

TAIL = 12  # rows in which the end is looked for
TOTAL = re.compile(
    r"((grand|sub|over)[\s-]*)?totals?\b.*|sums?|sum of .*|average|avg|mean|median|all|overall|"
    r"gesamt\w*|summe|zwischensumme|durchschnitt|insgesamt|total\w*|somme|moyenne|ensemble|"
    r"suma|promedio|soma|média|media|somma|totale|итого|всего|сумма|среднее|"
    r"合计|總計|总计|小计|合計|平均|총계|합계|평균|المجموع|الإجمالي|toplam|ortalama|razem|celkem|totaal",
    re.IGNORECASE,
)
# Words for totals of some rows or of all, anywhere in a cell: North Total, Zwischensumme Süd.
SUMMED_UP = re.compile(
    r"\b(sub|grand|over|sous|sub)?[\s-]*totals?\b|\bsub-?totales\b|\btota(le|les|lt|al|is|ux)\b|"
    r"\b(zwischen|gesamt|teil|end)?summen?\b|\b(zwischen|gesamt)ergebnis\b|\binsgesamt\b|"
    r"\b(somme|suma|soma|somma|razem|celkem|mezisoučet|toplam|subtotaal|delsumma|summa|yhteensä)\b|"
    r"\b(итого|всего|сумма)\b|σύνολο|合计|總計|总计|小计|合計|小計|총계|합계|소계|المجموع|الإجمالي",
    re.IGNORECASE,
)
_STEMS = re.compile(
    "tota|sum|somm|soma|razem|celkem|mezisou|toplam|ergebnis|insgesamt|yhteens|итого|всего|сумма|"
    "σύνολο|合|計|计|总|總|총|합|소계|المجموع|الإجمالي"
)
NOTE = re.compile(
    r"[*†‡(\[#].*|(source|note|notes|quelle|hinweis|fuente|nota|fonte|remarque|stand|generated|"
    r"exported|end of|created|printed|page|legend|disclaimer|©|copyright|as of|n\s*=).*|.*:\s.*|"
    r".*\b(rows?|records?)\)?",
    re.IGNORECASE,
)


def may_sum_up(text: str) -> bool:
    """Whether a text may hold a word of `SUMMED_UP`; much faster than the pattern."""
    return _STEMS.search(text.lower()) is not None


def find_footer(
    frame: pd.DataFrame, tail: Sequence[Sequence[str]], usual: int
) -> tuple[int, list[str]]:
    """How many rows at the end are no customers, and sentences on them.

    `tail` are the last rows as texts, and `usual` is the number of filled cells of a usual row.
    """
    n_rows, cut, sentences = len(frame), len(frame), list[str]()
    notes: list[str] = []
    for back, row in enumerate(reversed(tail[-min(len(tail), n_rows - 2) :] if n_rows > 2 else [])):
        position = n_rows - 1 - back
        filled = [cell for cell in row if cell]
        if not filled:
            continue
        if _is_note(row, frame, usual):
            cut, notes = position, [filled[0], *notes]
        elif _is_total(row, frame, position, usual):
            cut = position
            sentences.append(
                f"Left out the row {quote(' '.join(filled[:2]))} at the end: it is a total of "
                "the others."
            )
        else:
            break
    if notes:
        sentences.append(
            f"Left out {plural(len(notes), 'row')} at the end: {listed(map(quote, notes), 3)} "
            f"{'is no customer' if len(notes) == 1 else 'are no customers'}."
        )
    return n_rows - cut, sentences


def _is_note(row: Sequence[str], frame: pd.DataFrame, usual: int) -> bool:
    """Whether only the first cell is filled, with a remark."""
    if usual < 2 or not row[0] or any(row[1:]):
        return False
    cells = frame.iloc[:50, 0].dropna().astype(str)
    is_text_column = (
        cells.str.contains(r"\s").mean() > 0.3 or cells.str.fullmatch(NOTE).mean() > 0.1
    )
    if NOTE.fullmatch(row[0]):
        return not cells.str.fullmatch(NOTE).mean() > 0.3
    return not is_text_column and len(row[0].split()) > 2


def _is_total(row: Sequence[str], frame: pd.DataFrame, position: int, usual: int) -> bool:
    """Whether a row is named a total and has empty cells or the sums of all rows above it."""
    texts = [cell for cell in row if cell]
    named = any(TOTAL.fullmatch(cell) for cell in texts[:2])
    if named and len(texts) < usual and len(texts) > 1:
        return True
    if not named and (row[0] or len(texts) < 2):
        return False
    return _has_sums(row, frame, position)


def _has_sums(row: Sequence[str], frame: pd.DataFrame, position: int) -> bool:
    """Whether most numbers of a row are the sums, or the means, of the rows above it."""
    above, n_numbers, n_sums = frame.iloc[:position], 0, 0
    above = above[~_are_named_totals(above)]
    for j, cell in enumerate(row):
        value = Cells().numbers(pd.Series([cell], dtype=object)).iloc[0] if cell else np.nan
        if np.isnan(value):
            continue
        values = Cells().numbers(above.iloc[:, j]).dropna()
        n_numbers += 1
        close = [np.isclose(value, x, rtol=1e-3) for x in (values.sum(), values.mean())]
        n_sums += len(values) > 1 and any(close)
    return n_sums > 0 and n_sums >= 0.5 * n_numbers


def _are_named_totals(frame: pd.DataFrame) -> np.ndarray:
    """True for each row whose first or second cell is a word for totals."""
    named = np.zeros(len(frame), dtype=bool)
    for j in range(min(2, frame.shape[1])):
        codes, different = pd.factorize(frame.iloc[:, j])
        found = [bool(TOTAL.fullmatch(t) or SUMMED_UP.search(t)) for t in map(str, different)]
        named |= np.append(np.array(found, dtype=bool), False)[codes]
    return named
