"""segment run: segments, charts and a report of a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from segment.answers.result_folder import make_way
from segment.cli.options import CLUSTER_OPTIONS, SOURCE_OPTIONS, TABLE_OPTIONS, Out, Source, takes
from segment.cli.output import note, write_and_print
from segment.cli.source import errors_of, load_source
from segment.segmenter import Segmenter
from segment.tables.redact import hide


@takes(SOURCE_OPTIONS, TABLE_OPTIONS, CLUSTER_OPTIONS)
def run(
    source: Source,
    out: Out = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    **options: Any,
) -> None:
    """Segment the customers of TABLE and write a report."""
    if out is not None:
        make_way(out, note, force=force)
    table, settings = load_source(source, options)
    if out is None:
        out = Path(f"{Path(table.name).stem}-segments")
        make_way(out, note, force=force)
    with errors_of(table):
        segmenter = Segmenter(**settings).fit(table.frame, table.decisions)
    shown = {name: _shown(value) for name, value in options.items()}
    about = {"name": table.name, "source": hide(source), "sha256": table.sha256}
    about_run = {"command": "run", "options": shown, "input": about}
    write_and_print(segmenter, out, about_run, table.name)


def _shown(value: Any) -> Any:
    """An option as run.json keeps it: addresses of databases without their passwords."""
    if isinstance(value, str):
        return hide(value)
    return [hide(v) for v in value] or None if isinstance(value, list) else value
