"""segment demo: segments of built-in customers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from segment.answers.result_folder import make_way
from segment.cli.options import Out, Seed
from segment.cli.output import note, write_and_print
from segment.demo import MIN_ROWS, demo_customers, table_sha256, write_table
from segment.segmenter import Segmenter


def demo(
    out: Out = None,
    rows: Annotated[
        int, typer.Option("--rows", min=MIN_ROWS, max=1_000_000, help="Customers.")
    ] = 2000,
    seed: Seed = 0,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Write the customers here too.")
    ] = None,
) -> None:
    """Segment built-in customers and write a report."""
    out = out or Path("demo-segments")
    make_way(out, note, replace="demo")
    options = {"rows": rows, "seed": seed}
    customers = demo_customers(rows, seed)
    if table is not None:
        write_table(customers.table, table)
    segmenter = Segmenter(random_state=seed).fit(customers.table)
    source = {"name": "built-in", "sha256": table_sha256(customers.table)}
    write_and_print(
        segmenter, out, {"command": "demo", "options": options, "input": source}, "built-in data"
    )
