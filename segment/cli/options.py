"""Options that commands share, grouped by what they decide, and the decorator that adds them."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from segment.segmenter import Segmenter

Out = Annotated[Path | None, typer.Option("--out", help="Folder of the result.")]
Seed = Annotated[int, typer.Option("--seed", help="The same seed gives the same segments.")]
Source = Annotated[
    str, typer.Argument(metavar="TABLE", help="A file, - for standard input, or a database's URL.")
]
Names = list[str] | None
DEFAULTS = {"header": True, **{f.name: f.default for f in dataclasses.fields(Segmenter)}}


def _option(kind: Any, flag: str, help: str, metavar: str | None = None) -> Any:
    return Annotated[kind, typer.Option(flag, help=help, metavar=metavar)]


# How a source is read: the parameters of `load_table`, and the tables to join.
SOURCE_OPTIONS = {
    "sheet": _option(str | None, "--sheet", "Of a workbook; default: with a table.", "NAME"),
    "table": _option(str | None, "--table", "Of a database.", "NAME"),
    "query": _option(str | None, "--query", "To a database, with :name for parameters.", "SQL"),
    "params": _option(Names, "--param", "A parameter of the query.", "NAME=VALUE"),
    "encoding": _option(str | None, "--encoding", "Of a text file; default: guessed.", "NAME"),
    "delimiter": _option(str | None, "--delimiter", "Of a text file; default: guessed.", "TEXT"),
    "comment": _option(str | None, "--comment", "Leave out lines that begin with it.", "TEXT"),
    "header": _option(bool, "--header/--no-header", "Whether the first line names columns."),
    "skip_rows": _option(int | None, "--skip-rows", "Rows above the header; default: found.", "N"),
    "columns": _option(str | None, "--columns", "Names of columns.", "A,B,C"),
    "join": _option(Names, "--join", "More columns of the same customers.", "TABLE"),
    "on": _option(str | None, "--on", "The id to join by.", "COL"),
}
# Choices about rows, columns and features: parameters of `Segmenter`.
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
    "as_of": _option(str | None, "--as-of", "Day of the ages; default: last date.", "DAY"),
    "split": _option(Names, "--split", "Cells hold several values: a yes / no column each.", "COL"),
    "recode": _option(Names, "--recode", "Read one text of a column as another.", "COL:OLD=NEW"),
    "duplicates": _option(
        str | None,
        "--duplicates",
        "Rows of one id: keep the first, the last, or their mean. (Equal rows: --drop-duplicates.)",
        "RULE",
    ),
    "keep_duplicates": _option(
        bool | None,
        "--keep-duplicates/--drop-duplicates",
        "Rows equal in every column; default: dropped, unless chance makes them equal. "
        "(Rows of one id: --duplicates.)",
    ),
    "ranges": _option(Names, "--range", "Possible values; others are missing.", "COL=LOW:HIGH"),
    "outliers": _option(str, "--outliers", "winsorise, drop or keep."),
    "outlier_threshold": _option(float, "--outlier-threshold", "Robust z of an outlier."),
    "fill": _option(Names, "--fill", "median, mode or a constant.", "COL=VALUE"),
    "scale": _option(str, "--scale", "auto, standard, robust, minmax or log."),
    "weights": _option(Names, "--weight", "Weight of a column; default: 1.", "COL=NUMBER"),
    "category_weight": _option(
        float, "--category-weight", "Weight of a category, relative to a number."
    ),
    "min_variance": _option(float, "--min-variance", "Leave out columns that vary less."),
    "max_correlation": _option(
        float, "--max-correlation", "Leave out columns that correlate more."
    ),
}
CLUSTER_OPTIONS = {
    "n_segments": _option(int | None, "-k", "Number of segments; default: chosen.", "N"),
    "k_max": _option(
        int | None,
        "--k-max",
        "Highest number to try; default: 10, fewer in small tables.",
        "N",
    ),
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
