"""Source: the options of a command become a table and the parameters of a `Segmenter`."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

from segment.cli.options import DEFAULTS, SOURCE_OPTIONS, Names
from segment.cli.output import note
from segment.errors import SegmentError
from segment.features.customers.ids import find_id
from segment.segmenter import Segmenter
from segment.tables.join import join_tables
from segment.tables.load import Table, load_table
from segment.tables.redact import password_warning
from segment.wording import quote


def load_source(source: str, options: dict[str, Any]) -> tuple[Table, dict[str, Any]]:
    """The table that the options describe, with its joins, and the parameters of a `Segmenter`."""
    settings = _settings(options)
    Segmenter(**settings).check()  # before a large table is read
    table = load_table(source, **_reading(options))
    joined = options["join"] or []
    others = [load_table(other, encoding=options["encoding"]) for other in joined]
    for address in [source, *joined]:
        for warning in password_warning(address):
            note(warning)
    if others:
        table = join_tables(table, others, options["on"] or find_id(table.frame)[0])
    return table, settings


def _reading(options: dict[str, Any]) -> dict[str, Any]:
    """The parameters of `load_table`."""
    reading = {name: options[name] for name in SOURCE_OPTIONS if name not in ("join", "on")}
    names = (options["columns"] or "").split(",")
    columns = [name.strip() for name in names if name.strip()]
    return {**reading, "params": _pairs("--param", options["params"]), "columns": columns}


def _settings(options: dict[str, Any]) -> dict[str, Any]:
    """The parameters of `Segmenter`; an option that was not given is None, or its default."""
    settings: dict[str, Any] = {n: options[n] or None for n in options if n not in SOURCE_OPTIONS}
    settings |= {n: options[n] for n in settings if isinstance(DEFAULTS[n], (int, float, str))}
    settings |= {n: options.get(n) for n in ("n_segments", "n_threads", "keep_duplicates")}
    settings["recode"] = _recoded(options["recode"])
    weights = _pairs("--weight", options["weights"])
    ranges = _pairs("--range", options["ranges"])
    settings["fill"] = _pairs("--fill", options["fill"])
    settings["weights"] = {name: _number("--weight", text) for name, text in weights.items()}
    settings["ranges"] = {name: _ends(text) for name, text in ranges.items()}
    return settings


@contextlib.contextmanager
def errors_of(table: Table) -> Iterator[None]:
    """Adds the name of the table to each SegmentError."""
    try:
        yield
    except SegmentError as error:
        raise SegmentError(f"{quote(table.name)}: {error}") from None


def _pairs(flag: str, values: Names) -> dict[str, str]:
    for value in values or []:
        if not value.rpartition("=")[0].strip():
            raise SegmentError(f"{flag} takes NAME=VALUE, got {quote(value)}")
    return {v.rpartition("=")[0].strip(): v.rpartition("=")[2].strip() for v in values or []}


def _recoded(values: Names) -> dict[str, dict[str, str]]:
    """``city:Muenchen=München`` as what to read in which column."""
    recode: dict[str, dict[str, str]] = {}
    for value in values or []:
        left, equals, new = value.rpartition("=")
        column, colon, old = left.partition(":")
        if not (equals and colon and column.strip() and old.strip()):
            raise SegmentError(f"--recode takes COL:OLD=NEW, got {quote(value)}")
        recode.setdefault(column.strip(), {})[old.strip()] = new.strip()
    return recode


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
