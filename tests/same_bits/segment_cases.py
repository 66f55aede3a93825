"""`segment run` on real tables and on the built-in one, other commands on small awkward ones.

The real tables lie beside the checkout, in ``../shared``; where that folder is missing, their
cases are left out, and a line on standard error says so. Every file of a result is the same from
run to run; of run.json, what it holds of the place and the version is left out.
"""

from __future__ import annotations

import contextlib
import functools
import io
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from same_bits.digest import Case, Found

SHARED = Path(__file__).resolve().parents[3] / "shared"
FILES = ("segments.csv", "profile.csv", "metrics.csv", "report.html")
PARTS = (*FILES, "decisions", "printed")
# Name of the case, table, options.
RUNS: list[tuple[str, str, list[str]]] = [
    ("mall", "mall_customers.csv", []),
    ("mall-ward", "mall_customers.csv", ["--method", "ward"]),
    ("mall-single", "mall_customers.csv", ["--method", "single", "-k", "3"]),
    ("mall-robust", "mall_customers.csv", ["--scale", "robust", "--outliers", "drop"]),
    ("mall-messy", "mall_customers_messy.csv", ["--duplicates", "first"]),
    ("amazon", "amazon_999_rows_799_blank.csv", []),
    ("amazon-bom", "amazon_bom_blank_rows.csv", ["--seed", "3", "--threads", "1"]),
    ("wholesale", "wholesale_customers.csv", []),
    ("wholesale-average", "wholesale_customers.csv", ["--method", "average", "--k-max", "6"]),
    ("campaign", "marketing_campaign.tsv", ["--k-max", "6"]),
    ("telco", "telco_churn.csv", ["--k-max", "4"]),
    ("amazon-given", "amazon_clean.csv", ["-k", "4", "--drop", "Rating"]),
]


def cases() -> Iterator[Case]:
    """All of them."""
    yield from _cases_of("demo", ("demo", "--rows", "700"))
    if not (SHARED / "data").is_dir():
        print(
            "segment: no real tables in ../shared/data, their cases are left out", file=sys.stderr
        )
        return
    for name, table, options in RUNS:
        yield from _cases_of(name, ("run", str(SHARED / "data" / table), *options))
    yield Case("segment/choose-k/mall", partial(_printed, "choose-k", "mall_customers.csv"))
    yield Case("segment/inspect/campaign", partial(_printed, "inspect", "marketing_campaign.tsv"))
    yield from _awkward_tables()


def _cases_of(name: str, arguments: tuple[str, ...]) -> Iterator[Case]:
    for part in PARTS:
        yield Case(f"segment/{name}/{part}", partial(_part, arguments, part))


def _part(arguments: tuple[str, ...], part: str) -> Found:
    return Found(_outputs(arguments)[part])


@functools.lru_cache(maxsize=1)
def _outputs(arguments: tuple[str, ...]) -> dict[str, str]:
    """What a command writes and prints."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        code, printed = _command([*arguments, "--out", str(out)])
        if code:
            raise RuntimeError(f"segment ended with {code}: {printed}")
        found = {name: (out / name).read_bytes().decode() for name in FILES}
        run = json.loads((out / "run.json").read_text(encoding="utf-8"))
        kept = {key: run[key] for key in ("options", "n_segments", "decisions", "files")}
        found["decisions"] = json.dumps(kept)
        found["printed"] = printed.replace(str(out), "OUT")
    return found


def _command(arguments: list[str]) -> tuple[int, str]:
    from segment.__main__ import main

    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        code = main(arguments)
    return code, printed.getvalue()


def _printed(command: str, table: str) -> Found:
    return Found(_command([command, str(SHARED / "data" / table)]))


def _awkward_tables() -> Iterator[Case]:
    """The small tables that `shared/tables_that_failed.py` writes."""
    folder = tempfile.TemporaryDirectory()
    writer = SHARED / "tables_that_failed.py"
    made = subprocess.run(
        [sys.executable, str(writer), folder.name], capture_output=True, text=True
    )
    tables = sorted(Path(folder.name).iterdir())
    if made.returncode or not tables:
        print(f"segment: no awkward tables, {made.stderr.strip()[-200:]}", file=sys.stderr)
        return
    for table in tables:
        yield Case(f"segment/awkward/{table.name}", partial(_read_and_chosen, table, folder))


def _read_and_chosen(table: Path, folder: tempfile.TemporaryDirectory) -> Found:
    """What `inspect` and `choose-k` print of it, and how they end."""
    found = [_command(["inspect", str(table)]), _command(["choose-k", str(table), "--k-max", "3"])]
    return Found([(code, printed.replace(folder.name, "FOLDER")) for code, printed in found])
