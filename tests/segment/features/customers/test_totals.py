"""Rows inside a table that add up others."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segment.features.customers.clean import clean

SPEND = [round(float(v), 2) for v in np.random.default_rng(4).lognormal(4, 1, 24)]
VISITS = [int(v) for v in np.random.default_rng(5).integers(1, 30, 24)]
NAMES = [f"Firm {i}" for i in range(24)]


def table(*groups, labels, above=False, grand=None):
    """Customers in groups of these sizes, each with a row of its sums, below or above it."""
    rows, start = [], 0
    for size, label in zip(groups, labels, strict=True):
        part = slice(start, start + size)
        sums = (label, f"{sum(SPEND[part]):.2f}", str(sum(VISITS[part])))
        own = list(zip(NAMES[part], map(str, SPEND[part]), map(str, VISITS[part]), strict=True))
        rows += [sums, *own] if above else [*own, sums]
        start += size
    if grand:
        rows.append((grand, f"{sum(SPEND[:start]):.2f}", str(sum(VISITS[:start]))))
    return pd.DataFrame(rows, columns=["name", "spend", "visits"], dtype=object)


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize(
    "labels",
    [
        ("North Total", "South Total"),
        ("Zwischensumme Nord", "Zwischensumme Süd"),
        ("Sous-total", "Sous-total"),
        ("Subtotal A", "Subtotal B"),
        ("小计", "小计"),
    ],
)
def test_subtotals_are_dropped_and_said(labels, above):
    found = clean(table(10, 14, labels=labels, above=above))
    assert found.frame["name"].tolist() == NAMES
    assert f"Dropped 2 rows that add up rows beside them: '{labels[0]}' in row" in "\n".join(
        found.decisions
    )


def test_rows_keep_their_numbers():
    found = clean(table(2, 22, labels=("Total 1", "Total 2")))
    assert found.rows.tolist() == [1, 2, *range(4, 26)]


def test_totals_of_totals():
    assert len(clean(table(10, 14, labels=("Nord Summe", "Süd Summe"), grand="Summe")).frame) == 24


def test_a_customer_named_total_is_kept():
    kept = table(10, 14, labels=("Total Oil", "Total Wine"))
    kept.loc[10, "spend"], kept.loc[10, "visits"] = "12.5", "3"
    assert clean(kept).frame["name"].tolist() == [*NAMES[:10], "Total Oil", *NAMES[10:]]


def test_one_row_before_a_total_proves_nothing():
    """Two firms that are equal by chance."""
    twice = table(10, 14, labels=("North Total", "South Total")).drop(index=[10, 25])
    twice.loc[23, ["name", "spend", "visits"]] = ["Total Oil", *twice.loc[22, ["spend", "visits"]]]
    assert "Total Oil" in clean(twice).frame["name"].tolist()
