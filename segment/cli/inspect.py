"""segment inspect: what is in a table, and what run would do with it."""

from __future__ import annotations

from typing import Any

from segment.answers.explore import exploration_lines, explore
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
    refusal = ""
    with errors_of(table):
        try:
            prepared = Segmenter(**settings).prepare(table.frame, table.decisions)
        except SegmentError as error:  # rows of one id that differ: show the first
            refusal, settings["duplicates"] = str(error), settings["duplicates"] or "first"
            prepared = Segmenter(**settings).prepare(table.frame, table.decisions)
    n_rows, n_columns = table.frame.shape
    lines = [f"{table.name}: {plural(n_rows, 'row')}, {plural(n_columns, 'column')}", ""]
    lines += exploration_lines(explore(prepared.cleaned, prepared.columns))
    for heading, sentences in prepared.sections:
        if sentences:
            lines += ["", heading, *(f"- {' '.join(s.split())}" for s in sentences)]
    if refusal:
        lines += ["", f"run would refuse it: {refusal}"]
    print_lines(lines)
