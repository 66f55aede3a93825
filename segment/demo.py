"""Built-in customers with known groups, to try everything without a table of one's own."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from segment.errors import SegmentError
from segment.wording import quote

FIRST_ID = 301219
MIN_ROWS = 50

# Age, rating and income of each group: mean and standard deviation; and its share of customers.
GROUPS = {
    "young, modest": ((24, 3.0), (48, 7), (240_000, 60_000), 0.26),
    "young, keen": ((27, 3.5), (86, 5), (900_000, 110_000), 0.22),
    "settled": ((45, 4.5), (62, 6), (1_250_000, 120_000), 0.20),
    "well-off, critical": ((41, 4.0), (22, 6), (2_100_000, 160_000), 0.17),
    "retired": ((68, 4.0), (55, 8), (480_000, 90_000), 0.15),
}


class Demo(NamedTuple):
    """The table as a shop would provide it, and the group of each row (-1: not a customer)."""

    table: pd.DataFrame
    truth: np.ndarray


def demo_customers(n_customers: int = 2000, seed: int = 0) -> Demo:
    """Customers in five groups, with the errors of a real table in every column but the id.

    About 1 in 50 cells of age, rating, income and sex is empty or reads ``?`` or ``n/a``; a few
    rows are blank and a few are repeated, so the table is some rows longer than `n_customers`.
    """
    rng = np.random.default_rng(seed)
    groups = list(GROUPS.values())
    shares = np.array([group[3] for group in groups])
    truth = rng.choice(len(groups), size=n_customers, p=shares / shares.sum())
    mean = np.array([[column[0] for column in group[:3]] for group in groups])[truth]
    std = np.array([[column[1] for column in group[:3]] for group in groups])[truth]
    drawn = mean + std * np.clip(rng.standard_normal((n_customers, 3)), -2.5, 2.5)
    age = np.clip(drawn[:, 0], 18, 90).round()
    rating = np.clip(drawn[:, 1], 1, 100).round()
    income = np.clip(drawn[:, 2], 60_000, None).round(-2)
    table = pd.DataFrame(
        {
            "Customer ID": [str(FIRST_ID + i) for i in range(n_customers)],
            "Sex": np.where(rng.random(n_customers) < 0.5, "F", "M"),
            "Age": _whole(age),
            "Rating": _whole(rating),
            "Income": _whole(income),
        },
        dtype=object,
    )
    return _with_dirt(table, truth, rng)


def _whole(values: np.ndarray) -> list[str]:
    return [f"{value:.0f}" for value in values]


def _with_dirt(table: pd.DataFrame, truth: np.ndarray, rng: np.random.Generator) -> Demo:
    """Missing and unusual cells; then some repeated rows and some blank rows in between."""
    n = len(table)
    for position, name in enumerate(("Sex", "Age", "Rating", "Income"), start=1):
        holes = rng.choice(n, size=n // 80, replace=False)
        table.iloc[holes, position] = rng.choice(["", " ", "?", "n/a"], size=holes.size)
        if name == "Income":
            odd = rng.choice(n, size=n // 400, replace=False)
            table.iloc[odd, position] = "not given"
    again = rng.choice(n, size=n // 200, replace=False)
    blank = pd.DataFrame("", index=range(n // 100), columns=table.columns)
    whole = pd.concat([table, table.iloc[again], blank], ignore_index=True)
    groups = np.concatenate([truth, truth[again], np.full(len(blank), -1)])
    order = np.argsort(np.concatenate([np.arange(n), rng.uniform(0, n, len(again) + len(blank))]))
    # A repeated row may come before its original; the two are equal, so either is the first.
    return Demo(whole.iloc[order].reset_index(drop=True), groups[order])


def table_text(table: pd.DataFrame) -> str:
    """The table as a CSV file holds it."""
    return table.to_csv(index=False, lineterminator="\n")


def table_sha256(table: pd.DataFrame) -> str:
    """The hash of that file, as `run.json` would have it."""
    return hashlib.sha256(table_text(table).encode()).hexdigest()


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write the table as CSV in one step; a file with other content is never replaced."""
    content = table_text(table).encode()
    try:
        if path.exists():
            if path.is_file() and path.read_bytes() == content:
                return
            raise SegmentError(f"{quote(path)} exists already; name another file with --table")
        aside = path.with_name(f"{path.name}.partial-{os.getpid()}")
        try:
            aside.write_bytes(content)
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise SegmentError(f"cannot write {quote(path)}: {error.strerror}") from None
