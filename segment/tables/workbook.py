"""Workbooks: the sheet of an Excel or OpenDocument file that holds the table."""

from __future__ import annotations

import io
from typing import Any

import pandas as pd

from segment.errors import SegmentError, extra_needed
from segment.tables.around.footer import TOTAL
from segment.tables.around.header import count_notes
from segment.tables.around.named import TextOptions, name_columns
from segment.tables.spelled import texts_of
from segment.wording import did_you_mean, listed, plural, quote

LEAST_ROWS = 3  # of a sheet that holds a table, besides its header
FEW_ROWS = 20  # of a summary, which has a row of totals


def read_workbook(
    content: bytes, name: str, sheet: str | None, text: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    """The cells of `sheet`, by default of the one that holds a table, and what was decided.

    SegmentError where the workbook is damaged or has no such sheet, the sheet is empty, or several
    sheets could be the table and the first is none of them.
    """
    try:
        from python_calamine import CalamineWorkbook
    except ModuleNotFoundError:
        raise extra_needed("reading a workbook", "python-calamine", "files") from None
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    except Exception as error:  # each format has its own errors, without a common class
        raise SegmentError(f"{name} cannot be read as a workbook: {error}") from None
    names = book.sheet_names
    if sheet is not None and sheet not in names:
        raise SegmentError(f"no sheet {quote(sheet)} in {name}{did_you_mean(sheet, names)}")
    sheets = {n: _rows(book, n) for n in ([sheet] if sheet else names)}
    chosen, why = (sheet, "") if sheet else _choose(sheets, name)
    rows = sheets.get(chosen or "", [])
    if not rows:
        raise SegmentError(f"{name} has nothing in sheet {quote(chosen)}; choose one by --sheet")
    decisions = [f"Read sheet {quote(chosen)}{why}."]
    if text.skip_rows:
        decisions.append(f"Skipped the first {plural(text.skip_rows, 'row')}, as requested.")
    cells = pd.DataFrame(rows[text.skip_rows or 0 :], dtype=object).replace({"": None})
    if cells.empty:
        raise SegmentError(f"{name} has no rows in sheet {quote(chosen)} below those skipped")
    cells = cells.loc[:, cells.notna().any().to_numpy()]
    return name_columns(cells, name, text, decisions).frame, decisions


def _rows(book: Any, sheet: str) -> list[list[Any]]:
    try:
        return book.get_sheet_by_name(sheet).to_python()
    except Exception:  # a sheet of charts has no cells
        return []


def _choose(sheets: dict[str, list], name: str) -> tuple[str, str]:
    """The sheet with the table, and why; SegmentError where several could be it."""
    names = list(sheets)
    if len(names) < 2:
        return (names[0] if names else ""), ""
    sizes = {n: _size(rows) for n, rows in sheets.items()}
    largest = max(sizes.values())
    of_tables = [n for n in names if sizes[n] and sizes[n] >= 0.05 * largest]
    if not of_tables:
        first = next((n for n in names if sheets[n]), names[0])
        return first, f", the first of {len(names)} (--sheet chooses)"
    if len(of_tables) == 1:
        return of_tables[0], f", the only one of {len(names)} with a table (--sheet chooses)"
    if of_tables[0] == names[0]:
        return names[0], f", the first of {len(names)} (--sheet chooses)"
    raise SegmentError(
        f"{name} has several sheets with a table: {listed(map(quote, of_tables))}; choose one by "
        "--sheet"
    )


def _size(rows: list[list[Any]]) -> int:
    """The number of filled cells of a table; 0 for titles, notes and lists of names of columns."""
    texts = [texts_of(row) for row in rows]
    texts = [row for row in texts if any(row)]
    if len(texts) <= LEAST_ROWS:
        return 0
    if len(texts) < FEW_ROWS and any(TOTAL.fullmatch(row[0]) for row in texts):
        return 0  # a summary
    body = texts[len(texts) // 2 :]
    texts = texts[count_notes(texts, body) :]
    usual = sorted(sum(cell != "" for cell in row) for row in texts)[len(texts) // 2]
    if len(texts) <= LEAST_ROWS or usual < 2:
        return 0
    has_numbers = any(isinstance(c, (int, float)) and c != "" for row in rows for c in row)
    has_numbers |= any(cell.replace(".", "").isdigit() for row in body for cell in row)
    return sum(cell != "" for row in texts for cell in row) if has_numbers else 0
