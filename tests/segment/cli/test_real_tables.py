"""Real tables: what is found in them, what is decided, and their known segments."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest
from command import decisions_of, listing, read, segments_of

from kmeans_core import metrics
from segment.__main__ import main

REAL = {
    "amazon_999_rows_799_blank.csv": (
        200,
        ["Dropped 799 blank rows of 999", "separated by commas and lines as ended by CRLF."],
    ),
    "amazon_bom_blank_rows.csv": (
        200,
        ["Dropped 200 blank rows of 400", "Read the file as UTF-8, by its byte-order mark."],
    ),
    "amazon_clean.csv": (200, ["Took 'Cus_ID' as the customer id"]),
    "mall_customers.csv": (200, ["Took 'CustomerID' as the customer id"]),
    "mall_customers_messy.csv": (
        800,
        [
            "Dropped 12 exact duplicate rows",
            "Read '?' (10) in 'Age' as missing.",
            "Read '?' (30) in 'Annual Income (k$)' as missing.",
            "Read '?' (60) in 'Spending Score (1-100)' as missing.",
        ],
    ),
    "marketing_campaign.tsv": (
        2240,
        [
            "separated by tabs",
            "Filled 24 missing cells of 'Income'",
            "'666,666' in row 2234",
            "'1893' in row 240",
            "'Z_CostContact' has one value only",
            "'Z_Revenue' has one value only",
            "Read 'Dt_Customer' as dates, day first (--dates): days before 2014-06-29",
            "Filled 3 missing cells of 'Year_Birth' with the median, 1970",
        ],
    ),
    "wholesale_customers.csv": (
        440,
        [
            "Took 'Region' as a category",
            "Took 'Channel' as a category",
            "Took the logarithm, log(1 + x), of 6 columns",
            "Moved no value of 'Fresh' (5)",
        ],
    ),
    "telco_churn.csv": (
        7043,
        [
            "Read 11 cells of 'TotalCharges' with only spaces as missing: 'TotalCharges' is a "
            "column of numbers, not of text.",
            "Filled 11 missing cells of 'TotalCharges'",
        ],
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", REAL)
def test_every_real_table_runs_without_an_option_and_its_dirt_is_reported(shared_data, name):
    source = str(shared_data / name)
    n_customers, sentences = REAL[name]
    few = ["--k-max", "3"] if n_customers > 5000 else []  # the same but for the range of k
    assert main(["run", source, "--out", "out", *few]) == 0
    assert len(pd.read_csv("out/segments.csv")) == n_customers
    decisions = "\n".join(json.loads(Path("out/run.json").read_text())["decisions"])
    page = Path("out/report.html").read_text(encoding="utf-8").replace("&#39;", "'")
    for sentence in sentences:
        assert sentence in decisions
        assert sentence in page


@pytest.mark.parametrize("name", REAL)
def test_inspect_says_what_run_would_do(shared_data, capsys, name):
    assert main(["inspect", str(shared_data / name)]) == 0
    out = capsys.readouterr().out
    assert list(Path().iterdir()) == []
    assert all(sentence in out for sentence in REAL[name][1])
    assert max(map(len, out.splitlines()[:40])) < 200


RESULT_FILES = {"segments.csv", "profile.csv", "metrics.csv", "report.html", "run.json"}


class TestRealTables:
    def test_blank_rows_are_no_customers(self, shared_data, capsys):
        assert main(["run", str(shared_data / "amazon_999_rows_799_blank.csv")]) == 0
        out, err = capsys.readouterr()
        lines = out.splitlines()
        assert lines[0].startswith("200 customers (799 blank rows dropped) -> ")
        assert err == ""
        folder = "amazon_999_rows_799_blank-segments"
        assert lines[-1] == str(Path(folder, "report.html"))
        assert set(listing(folder)) == RESULT_FILES
        assert len(segments_of(folder)) == 200
        assert len(lines) == 2 + segments_of(folder)["segment"].nunique()
        assert "Dropped 799 blank rows" in decisions_of(folder)
        assert "Dropped 799 blank rows" in read(f"{folder}/report.html")

    def test_mall_income_and_score_are_five_segments(self, shared_data, capsys):
        columns = ["Annual Income (k$)", "Spending Score (1-100)"]
        chosen = [part for name in columns for part in ("--feature", name)]
        assert main(["run", str(shared_data / "mall_customers.csv"), *chosen]) == 0
        first = capsys.readouterr().out.splitlines()[0]
        assert first == "200 customers -> 5 segments, silhouette 0.555"

    def test_segments_are_not_the_sexes(self, shared_data):
        table = str(shared_data / "amazon_clean.csv")
        assert main(["run", table, "--out", "all"]) == 0
        every = segments_of("all")
        same = ["-k", str(every["segment"].nunique())]
        assert main(["run", table, *same, "--out", "without", "--drop", "Sex"]) == 0
        without = segments_of("without")
        assert metrics.adjusted_rand_score(every["segment"], without["segment"]) >= 0.9

    @pytest.mark.parametrize(
        ("name", "said"),
        [
            ("mall_customers_messy.csv", "Read '?' (60) in 'Spending Score (1-100)' as missing."),
            ("marketing_campaign.tsv", "Filled 24 missing cells of 'Income'"),
            ("wholesale_customers.csv", "Took 'Region' as a category"),
            ("amazon_bom_blank_rows.csv", "Took 'Cus_ID' as the customer id"),
        ],
    )
    def test_other_tables_run_and_say_what_was_done(self, shared_data, name, said):
        assert main(["run", str(shared_data / name), "--out", "out", "--k-max", "4"]) == 0
        assert said in decisions_of("out")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("online_retail.csv.gz", "these are purchases: 541,909 lines of 4,372 customers"),
        ("cdnow_master.txt", "these are purchases: 69,659 lines of 23,570 customers"),
    ],
)
def test_purchases_are_no_customers(shared_data, capsys, name, said):
    assert main(["inspect", str(shared_data / name)]) == 2
    out, err = capsys.readouterr()
    assert said in out and said in err and "segment rfm TABLE --id" in err
