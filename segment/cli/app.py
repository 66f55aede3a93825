"""The command line: one file per command, which parses, calls `Segmenter` and prints.

A new command is one file and one line in `COMMANDS`.
"""

from __future__ import annotations

import io
import sys

import typer

from segment.cli.choose_k import choose_k
from segment.cli.demo import demo
from segment.cli.inspect import inspect_table
from segment.cli.run import run
from segment.cli.warmup import warmup
from segment.errors import SegmentError

COMMANDS = {
    "run": run,
    "inspect": inspect_table,
    "choose-k": choose_k,
    "demo": demo,
    "warmup": warmup,
}
INTERRUPTED = 130


def run_command(arguments: list[str]) -> int:
    """Run one command; the exit code, or a SegmentError or KeyboardInterrupt."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # for terminals without some letters
    command = typer.main.get_command(_app())
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


def segment() -> None:
    """A customer table in; segments, charts and a report out."""


def _app() -> typer.Typer:
    app = typer.Typer(
        name="segment",
        help="A customer table in; segments, charts and a report out.",
        add_completion=False,
        rich_markup_mode=None,  # rich reads [x] in a name as markup
        pretty_exceptions_enable=False,
    )
    app.callback()(segment)
    for name, command in COMMANDS.items():
        app.command(name)(command)
    return app
