"""A family without groups from real tables: each column shuffled by itself.

Only columns that have one mode by themselves are taken (p of Hartigan's dip above 0.2 on the scale
that `segment` compares them on), for a column with two would still part the rows.
"""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np

from benchmarks.truth.drawing import Rows

FOLDER = Path(__file__).resolve().parents[3] / "shared" / "data"
COLUMNS = {
    "wholesale_customers.csv": ["Fresh", "Milk", "Grocery", "Frozen", "Delicassen"],
    "mall_customers.csv": ["Age", "Annual Income (k$)", "Spending Score (1-100)"],
    "amazon_clean.csv": ["Age", "Income", "Rating"],
    "marketing_campaign.tsv": ["Year_Birth", "Income", "NumWebPurchases", "NumWebVisitsMonth"],
}


def is_here() -> bool:
    """Whether the folder of real tables is there."""
    return FOLDER.is_dir()


def shuffled(rng: np.random.Generator, seed: int) -> Rows:
    """One of the real tables, each in turn for each half of the seeds; rows with a gap left out."""
    name = list(COLUMNS)[seed // 2 % len(COLUMNS)]
    delimiter = "\t" if name.endswith(".tsv") else ","
    with (FOLDER / name).open(encoding="utf-8-sig", newline="") as file:
        rows = [
            [row[c] for c in COLUMNS[name]] for row in csv.DictReader(file, delimiter=delimiter)
        ]
    X = np.array([row for row in rows if all(cell.strip() for cell in row)], dtype=np.float64)
    return Rows(np.column_stack([rng.permutation(column) for column in X.T]))
