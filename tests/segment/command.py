"""The command line in tests: run, refused, and the files that it reads and writes."""

import json
from pathlib import Path

import pandas as pd

from segment.__main__ import main


def write(content, name="table.csv"):
    """A file in the working directory; its name is returned."""
    Path(name).write_bytes(content if isinstance(content, bytes) else content.encode())
    return name


def read(name):
    """The text of a file."""
    return Path(name).read_text(encoding="utf-8")


def listing(folder="."):
    """The names in a folder, in order."""
    return sorted(path.name for path in Path(folder).iterdir())


def segments_of(folder):
    """The table of segments.csv, with ids as texts."""
    return pd.read_csv(f"{folder}/segments.csv", dtype={0: str})


def decisions_of(folder):
    """The decisions in run.json as one text."""
    return "\n".join(json.loads(read(f"{folder}/run.json"))["decisions"])


def run_of(source, *options, out="out"):
    """The segments and the profile of a run, as bytes."""
    assert main(["run", source, *options, "--out", out, "--force", "--k-max", "5"]) == 0
    return Path(out, "segments.csv").read_bytes(), Path(out, "profile.csv").read_bytes()


def refused(capsys, *arguments):
    """The one line on standard error of a refused command, which must leave no file behind."""
    before = listing()
    assert main([*arguments]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("segment: ")
    assert err.count("\n") == 1
    assert listing() == before
    return err
