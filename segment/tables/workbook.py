"""Workbooks: one sheet of an Excel or OpenDocument file."""

from __future__ import annotations

import io

import pandas as pd

from segment.errors import SegmentError, extra_needed
from segment.tables.cells import spell
from segment.tables.textfile import TextOptions, name_columns
from segment.wording import did_you_mean, quote


def read_workbook(
    content: bytes, name: str, sheet: str | None, text: TextOptions
) -> tuple[pd.DataFrame, list[str]]:
    """The cells of `sheet`, by default of the first, and what was decided.

    SegmentError where the workbook is damaged or has no such sheet, or the sheet is empty.
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
    chosen = sheet or next(iter(names), "")
    rows = book.get_sheet_by_name(chosen).to_python() if names else []
    if not rows:
        raise SegmentError(f"{name} has nothing in sheet {quote(chosen)}; choose one by --sheet")
    which = "" if sheet or len(names) == 1 else f", the first of {len(names)} (--sheet chooses)"
    decisions = [f"Read sheet {quote(chosen)}{which}."]
    cells = pd.DataFrame(rows, dtype=object).replace({"": None})
    cells.iloc[0] = cells.iloc[0].map(spell, na_action="ignore")
    return name_columns(cells, name, text, decisions), decisions
