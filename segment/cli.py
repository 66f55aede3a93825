"""The command line: it parses, calls, and prints; everything else is done elsewhere."""

from __future__ import annotations

import contextlib
import dataclasses
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from kmeans_core import __version__
from segment import demo as demo_data
from segment.choose import as_text as choice_as_text
from segment.errors import SegmentError, plural, quote
from segment.explore import as_text, explore
from segment.join import join_tables
from segment.load import Table, load_table
from segment.output import prepare, write_result
from segment.redact import hide, password_warning
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
Source = Annotated[
    str, typer.Argument(metavar="TABLE", help="A file, - for standard input, or a database's URL.")
]
Names = list[str] | None
INTERRUPTED = 130
DEFAULTS = {"header": True, **{f.name: f.default for f in dataclasses.fields(Segmenter)}}


def _option(kind: Any, flag: str, help: str, metavar: str | None = None) -> Any:
    return Annotated[kind, typer.Option(flag, help=help, metavar=metavar)]


# How a source is read: the parameters of `load_table`, and what is joined to it.
SOURCE_OPTIONS = {
    "sheet": _option(str | None, "--sheet", "Of a workbook; default: the first.", "NAME"),
    "table": _option(str | None, "--table", "Of a database.", "NAME"),
    "query": _option(str | None, "--query", "To a database, with :name for parameters.", "SQL"),
    "params": _option(Names, "--param", "A parameter of the query.", "NAME=VALUE"),
    "encoding": _option(str | None, "--encoding", "Of a text file; default: guessed.", "NAME"),
    "delimiter": _option(str | None, "--delimiter", "Of a text file; default: guessed.", "TEXT"),
    "comment": _option(str | None, "--comment", "Lines that begin so are left out.", "TEXT"),
    "header": _option(bool, "--header/--no-header", "Whether the first line names columns."),
    "columns": _option(str | None, "--columns", "Names of columns.", "A,B,C"),
    "join": _option(Names, "--join", "More columns of the same customers.", "TABLE"),
    "on": _option(str | None, "--on", "The id to join by.", "COL"),
}
# What is decided about rows, columns and features: parameters of `Segmenter`.
TABLE_OPTIONS = {
    "id_column": _option(str | None, "--id", "Column that names a customer.", "COL"),
    "features": _option(Names, "--feature", "Use only these columns.", "COL"),
    "drop": _option(Names, "--drop", "Do not use this column.", "COL"),
    "categories": _option(Names, "--category", "Read as a category.", "COL"),
    "numbers": _option(Names, "--number", "Read as an amount.", "COL"),
    "derive": _option(Names, "--derive", "A new column: 'basket = spend / orders'.", "RULE"),
    "missing": _option(Names, "--missing", "One more word for a missing cell.", "WORD"),
    "decimal": _option(str | None, "--decimal", "A point or a comma; default: guessed.", "SIGN"),
    "day_order": _option(str | None, "--dates", "dmy, mdy or ymd; default: guessed.", "ORDER"),
    "as_of": _option(str | None, "--as-of", "Ages count to it; default: last date.", "DAY"),
    "duplicates": _option(str | None, "--duplicates", "first, last or mean of an id.", "RULE"),
    "ranges": _option(Names, "--range", "What is possible.", "COL=LOW:HIGH"),
    "outliers": _option(str, "--outliers", "winsorise, drop or keep."),
    "outlier_threshold": _option(float, "--outlier-threshold", "Robust z of an outlier."),
    "fill": _option(Names, "--fill", "median, mode or a constant.", "COL=VALUE"),
    "scale": _option(str, "--scale", "auto, standard, robust, minmax or log."),
    "weights": _option(Names, "--weight", "What a column counts; default: 1.", "COL=NUMBER"),
    "category_weight": _option(
        float, "--category-weight", "What a category counts beside a number."
    ),
    "min_variance": _option(float, "--min-variance", "Leave out columns that vary less."),
    "max_correlation": _option(
        float, "--max-correlation", "Leave out columns that correlate more."
    ),
}
CLUSTER_OPTIONS = {
    "n_segments": _option(int | None, "-k", "Number of segments; default: chosen.", "N"),
    "k_max": _option(int, "--k-max", "Most segments to try."),
    "method": _option(str, "--method", "kmeans, single, complete, average or ward."),
    "random_state": _option(int, "--seed", "The same seed gives the same segments."),
    "n_threads": _option(int | None, "--threads", "Default: all cores.", "N"),
}


def takes(*tables: dict[str, Any]) -> Callable[[Callable], Callable]:
    """Decorate a command to take these options too; it gets them as ``**options``."""
    names = {name: option for table in tables for name, option in table.items()}

    def decorate(command: Callable) -> Callable:
        own = inspect.signature(command)
        parameters = [p for p in own.parameters.values() if p.kind is not p.VAR_KEYWORD]
        parameters += [
            inspect.Parameter(
                name,
                inspect.Parameter.KEYWORD_ONLY,
                default=DEFAULTS.get(name),
                annotation=annotation,
            )
            for name, annotation in names.items()
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
            where = getattr(getattr(error, "ctx", None), "command_path", "segment")
            raise SegmentError(f"{message} ({where} --help)") from None
        raise
    if code == INTERRUPTED:  # newer versions of Typer return it, older ones raise Abort
        raise KeyboardInterrupt
    return code


@app.callback()
def segment() -> None:
    """A customer table in; segments, charts and a report out."""


@app.command()
@takes(SOURCE_OPTIONS, TABLE_OPTIONS, CLUSTER_OPTIONS)
def run(
    source: Source,
    out: Out = None,
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    **options: Any,
) -> None:
    """Segment the customers of TABLE and write a report."""
    if out is not None:
        prepare(out, _tell, force=force)
    table, settings = _load(source, options)
    if out is None:
        out = Path(f"{Path(table.name).stem}-segments")
        prepare(out, _tell, force=force)
    with _errors_of(table):
        segmenter = Segmenter(**settings).fit(table.frame, table.decisions)
    shown = {name: _shown(value) for name, value in options.items()}
    about = {"name": table.name, "source": hide(source), "sha256": table.sha256}
    _finish(segmenter, out, {"command": "run", "options": shown, "input": about}, table.name)


@app.command("inspect")
@takes(SOURCE_OPTIONS, TABLE_OPTIONS)
def inspect_table(source: Source, **options: Any) -> None:
    """Say what is in TABLE and what run would do with it; nothing is written."""
    table, settings = _load(source, options)
    refusal = ""
    with _errors_of(table):
        try:
            prepared = Segmenter(**settings).prepare(table.frame, table.decisions)
        except SegmentError as error:  # of rows that contradict each other the first still tell
            refusal, settings["duplicates"] = str(error), settings["duplicates"] or "first"
            prepared = Segmenter(**settings).prepare(table.frame, table.decisions)
    n_rows, n_columns = table.frame.shape
    print(f"{table.name}: {plural(n_rows, 'row')}, {plural(n_columns, 'column')}\n")
    print("\n".join(as_text(explore(prepared.cleaned, prepared.columns))))
    for heading, sentences in prepared.sections:
        if sentences:
            print(f"\n{heading}")
        for sentence in sentences:
            print(f"- {' '.join(sentence.split())}")
    if refusal:
        print(f"\nrun would refuse it: {refusal}")
    sys.stdout.flush()


@app.command("choose-k")
@takes(SOURCE_OPTIONS, TABLE_OPTIONS, CLUSTER_OPTIONS)
def choose_k(source: Source, **options: Any) -> None:
    """Say how many segments TABLE has, and how far to trust them; nothing is written."""
    table, settings = _load(source, options)
    with _errors_of(table):
        segmenter = Segmenter(**settings).fit(table.frame, table.decisions)
    found = segmenter.found_
    told = choice_as_text(found.metrics, found.trust, found.decisions)
    print("\n".join([segmenter.summary()[0], "", *told]))
    sys.stdout.flush()


def _load(source: str, options: dict[str, Any]) -> tuple[Table, dict[str, Any]]:
    """The table that the options ask for, and the parameters of a `Segmenter`."""
    reading = {n: options[n] for n in SOURCE_OPTIONS if n not in ("join", "on")}
    reading["params"] = _pairs("--param", options["params"])
    reading["columns"] = [c.strip() for c in (options["columns"] or "").split(",") if c.strip()]
    settings: dict[str, Any] = {n: options[n] or None for n in options if n not in SOURCE_OPTIONS}
    settings |= {n: options[n] for n in settings if isinstance(DEFAULTS[n], (int, float, str))}
    settings |= {n: options.get(n) for n in ("n_segments", "n_threads")}
    settings["fill"] = _pairs("--fill", options["fill"])
    settings["weights"] = {
        n: _number("--weight", v) for n, v in _pairs("--weight", options["weights"]).items()
    }
    settings["ranges"] = {
        name: _ends(text) for name, text in _pairs("--range", options["ranges"]).items()
    }
    Segmenter(**settings).check()  # before a large table is read
    table = load_table(source, **reading)
    others = [load_table(other, encoding=options["encoding"]) for other in options["join"] or []]
    for address in [source, *(options["join"] or [])]:
        for warning in password_warning(address):
            _tell(warning)
    return join_tables(table, others, options["on"]), settings


@contextlib.contextmanager
def _errors_of(table: Table) -> Iterator[None]:
    """What is wrong with a table is said with its name."""
    try:
        yield
    except SegmentError as error:
        raise SegmentError(f"{quote(table.name)}: {error}") from None


def _pairs(flag: str, values: Names) -> dict[str, str]:
    for value in values or []:
        if not value.rpartition("=")[0].strip():
            raise SegmentError(f"{flag} takes NAME=VALUE, got {quote(value)}")
    return {v.rpartition("=")[0].strip(): v.rpartition("=")[2].strip() for v in values or []}


def _ends(text: str) -> tuple[float, float]:
    low, colon, high = text.partition(":")
    if not colon:
        raise SegmentError(f"--range takes COLUMN=LOW:HIGH, got {quote(text)}")
    return _number("--range", low), _number("--range", high)


def _number(flag: str, text: str) -> float:
    try:
        return float(text)
    except ValueError:
        raise SegmentError(f"{flag} takes numbers, got {quote(text)}") from None


def _shown(value: Any) -> Any:
    """An option as run.json keeps it: addresses of databases without their passwords."""
    if isinstance(value, str):
        return hide(value)
    return [hide(v) for v in value] or None if isinstance(value, list) else value


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


@app.command()
def warmup() -> None:
    """Compile ahead what the first run would compile, and say where it is kept."""
    import kmeans_core

    said = ""
    for said in kmeans_core.warmup(["float64"]):
        _tell(said)
    typer.echo(said)


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
