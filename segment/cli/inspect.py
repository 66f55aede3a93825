"""segment inspect: what is in a table, and what run would do with it."""

from __future__ import annotations

from typing import Any

from segment.answers.explore import exploration_lines, explore, role_lines
from segment.cli.options import SOURCE_OPTIONS, TABLE_OPTIONS, Source, takes
from segment.cli.output import print_lines
from segment.cli.source import errors_of, load_source
from segment.errors import SegmentError
from segment.segmenter import Segmenter
from segment.wording import plural


@takes(SOURCE_OPTIONS, TABLE_OPTIONS)
def inspect_table(source: Source, **options: Any) -> None:
    """Say what is in TABLE and what run would do with it; nothing is written."""
    table, settings = load_source(source, options)
    with errors_of(table):
        segmenter = Segmenter(**settings)
        found = segmenter.examine(table.frame, table.decisions)
        sections = found.sections
        if not found.cleaned.refusal:
            sections = segmenter.prepare_examined(found).sections
    n_rows, n_columns = table.frame.shape
    lines = [f"{table.name}: {plural(n_rows, 'row')}, {plural(n_columns, 'column')}", ""]
    exploration = explore(found.cleaned, found.columns)
    lines += [*exploration_lines(exploration), "", "What each column is"]
    lines += role_lines(exploration)
    for heading, sentences in sections:
        if sentences:
            lines += ["", heading, *(f"- {' '.join(s.split())}" for s in sentences)]
    if found.cleaned.refusal:
        lines += ["", f"run would refuse it: {found.cleaned.refusal}"]
    print_lines(lines)
    if found.cleaned.are_lines:
        with errors_of(table):
            raise SegmentError(found.cleaned.refusal)
