"""The command line: it parses, calls, and prints; everything else is done elsewhere."""

from __future__ import annotations

import dataclasses
import inspect
import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_core import __version__
from segment import demo as demo_data
from segment.errors import SegmentError
from segment.load import load_table
from segment.output import prepare, write_result
from segment.segmenter import Segmenter

app = typer.Typer(
    name="segment",
    help="A customer table in; segments, charts and a report out.",
    add_completion=False,
    rich_markup_mode=None,  # rich reads [x] in a name as markup
    pretty_exceptions_enable=False,
)

Out = Annotated[Path | None, typer.Option("--out", help="Folder of the result.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same segments.")]
Names = list[str] | None
INTERRUPTED = 130
DEFAULTS = {field.name: field.default for field in dataclasses.fields(Segmenter)}


def _option(kind: Any, flag: str, help: str, metavar: str | None = None) -> Any:
    return Annotated[kind, typer.Option(flag, help=help, metavar=metavar)]


# The parameters of `Segmenter` as options; their defaults are its own.
OPTIONS = {
    "id_column": _option(str | None, "--id", "Column that names a customer.", "COL"),
    "features": _option(Names, "--feature", "Use only these columns.", "COL"),
    "drop": _option(Names, "--drop", "Do not use this column.", "COL"),
    "categories": _option(Names, "--category", "Read as a category.", "COL"),
    "numbers": _option(Names, "--number", "Read as an amount.", "COL"),
    "n_segments": _option(int | None, "-k", "Number of segments; default: chosen.", "N"),
    "k_max": _option(int, "--k-max", "Most segments to try."),
    "method": _option(str, "--method", "kmeans, single, complete, average or ward."),
    "category_weight": _option(
        float, "--category-weight", "What a category counts beside a number."
    ),
    "random_state": _option(int, "--seed", "The same seed gives the same segments."),
    "n_threads": _option(int | None, "--threads", "Default: all cores.", "N"),
}


def takes(names: dict[str, Any]) -> Callable[[Callable], Callable]:
    """Decorate a command to take these options too; it gets them as ``**options``."""

    def decorate(command: Callable) -> Callable:
        own = inspect.signature(command)
        parameters = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        parameters += [
            inspect.Parameter(n, inspect.Parameter.KEYWORD_ONLY, default=DEFAULTS[n], annotation=a)
            for n, a in names.items()
        ]
        command.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
        command.__annotations__ = {**command.__annotations__, **names}
        return command

    return decorate


def run_command(arguments: list[str]) -> int:
    """Run one command; the exit code, or a SegmentError or KeyboardInterrupt."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in a terminal that lacks letters
    command = typer.main.get_command(app)
    try:
        code = command.main(args=arguments, prog_name="segment", standalone_mode=False) or 0
    except typer.Abort:
        raise KeyboardInterrupt from None
    except Exception as error:
        # Typer's usage errors; where their class lives depends on its version.
        if hasattr(error, "format_message") and hasattr(error, "exit_code"):
            message = " ".join(error.format_message().split())
            raise SegmentError(f"{message} (segment --help)") from None
        raise
    if code == INTERRUPTED:  # newer versions of Typer return it, older ones raise Abort
        raise KeyboardInterrupt
    return code


@app.callback()
def segment() -> None:
    """A customer table in; segments, charts and a report out."""


@app.command()
@takes(OPTIONS)
def run(
    table: Annotated[Path, typer.Argument(metavar="TABLE", help="CSV file with a header line.")],
    out: Out = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    **options: Any,
) -> None:
    """Segment the customers of TABLE and write a report."""
    out = out or Path(f"{table.stem}-segments")
    prepare(out, _tell, force=force)
    loaded = load_table(table)
    segmenter = Segmenter(**options).fit(loaded.frame, loaded.decisions)
    source = {"name": table.name, "sha256": loaded.sha256}
    _finish(segmenter, out, {"command": "run", "options": options, "input": source}, table.name)


@app.command()
def demo(
    out: Out = None,
    rows: Annotated[
        int, typer.Option("--rows", min=demo_data.MIN_ROWS, max=1_000_000, help="Customers.")
    ] = 2000,
    seed: Seed = 0,
    table: Annotated[
        Path | None, typer.Option("--table", metavar="FILE", help="Write the customers here too.")
    ] = None,
) -> None:
    """Segment built-in customers and write a report."""
    out = out or Path("demo-segments")
    prepare(out, _tell, replace="demo")
    options = {"rows": rows, "seed": seed}
    customers = demo_data.demo_customers(rows, seed)
    if table is not None:
        demo_data.write_table(customers.table, table)
    segmenter = Segmenter(random_state=seed).fit(customers.table)
    source = {"name": "built-in", "sha256": demo_data.table_sha256(customers.table)}
    _finish(
        segmenter, out, {"command": "demo", "options": options, "input": source}, "built-in data"
    )


def _finish(segmenter: Segmenter, out: Path, run: dict[str, Any], title: str) -> None:
    summary = segmenter.summary()
    run = {
        "version": __version__,
        **run,
        "n_segments": len(segmenter.profile_),
        "decisions": segmenter.decisions_,
    }
    write_result(out, segmenter.files(title), run)
    for line in [*summary, out / "report.html"]:
        print(line)
    sys.stdout.flush()  # a closed pipe shows here, not at exit


def _tell(note: str) -> None:
    print(f"segment: {note}", file=sys.stderr)
