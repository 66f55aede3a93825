"""What is found in a table, in a bounded space."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from small_tables import two_groups

from segment import Segmenter
from segment.__main__ import main
from segment.answers.explore import exploration_lines


class TestExplore:
    def test_a_table_that_run_refuses_is_still_shown(self, capsys):
        repeated = pd.DataFrame({"ID": [*"abacde"], "Spend": [1.5, 2.5, 4.5, 9.5, 3.5, 8.5]})
        repeated.to_csv("t.csv", index=False)
        assert main(["inspect", "t.csv"]) == 0
        out = capsys.readouterr().out
        assert "Spend" in out
        assert "run would refuse it: the id 'a' in column 'ID' has different values" in out
        Path("t.csv").write_text("ID\n1\n2\n")
        assert main(["inspect", "t.csv"]) == 2
        assert "besides the id" in capsys.readouterr().err

    def test_wide_and_long_tables_stay_small(self, capsys):
        rng = np.random.default_rng(0)
        wide = pd.DataFrame(rng.normal(size=(30, 120)), columns=[f"c{i}" * 30 for i in range(120)])
        wide.to_csv("wide.csv", index=False)
        assert main(["inspect", "wide.csv"]) == 0
        out = capsys.readouterr().out
        assert "and 60 more columns" in out
        assert len(out) < 20_000
        assert main(["run", "wide.csv", "-k", "2"]) == 0
        assert len(Path("wide-segments/report.html").read_bytes()) < 1_500_000

    def test_what_is_found(self):
        table = two_groups(40)
        table["Pay"] = table["Income"] * 2 + np.random.default_rng(0).normal(0, 0.1, 40)
        table.loc[[1, 2, 3], ["Pay", "Age"]] = np.nan
        table.loc[9, "Age"] = np.nan
        found = Segmenter(2).fit(table).result_.exploration
        assert found.correlations[0][:2] == ("Income", "Pay")
        assert found.correlations[0][2] == pytest.approx(table["Income"].corr(table["Pay"]))
        assert found.patterns == [("Age, Pay", 3), ("Age", 1)]
        assert found.n_complete == 36
        by_name = {column.name: column for column in found.columns}
        assert by_name["Age"].missing == 4
        assert found.table.loc["Income", "Pay"] == found.correlations[0][2]
        ends = table["Age"].quantile([0.01, 0.99])
        counts, _ = np.histogram(table["Age"].dropna().clip(*ends), bins=12)
        np.testing.assert_allclose(by_name["Age"].bars, counts / counts.max())
        assert any("missing in 3 rows: Age, Pay" in line for line in exploration_lines(found))

    def test_one_far_value_does_not_hide_how_the_others_are_distributed(self):
        table = two_groups(400)
        table.loc[7, "Income"] = 1e6
        column = Segmenter(2).fit(table).result_.exploration.columns[2]
        assert column.name == "Income" and "to 1,000,000, median" in column.values
        assert sum(bar > 0.1 for bar in column.bars) > 3

    def test_bars_of_whole_numbers_have_no_gaps(self):
        table = two_groups(400, Visits=np.arange(400) % 20)
        bars = Segmenter(2).fit(table).result_.exploration.columns[3].bars
        assert bars == [1.0] * 10  # two numbers each

    def test_categories_are_counted_and_the_rare_ones_together(self, capsys):
        shop = [f"shop {'aaaaaaabbbbbccccdddeeffgh'[i % 25]}" for i in range(50)]
        table = two_groups(50, Shop=shop)
        column = Segmenter(2).fit(table).result_.exploration.columns[3]
        assert column.counts[:2] == [("shop a", 14), ("shop b", 10)]
        assert column.counts[-1] == ("2 more", 4)
        assert sum(count for _, count in column.counts) == 50
        table.to_csv("t.csv", index=False)
        assert main(["run", "t.csv", "-k", "2"]) == 0
        page = Path("t-segments/report.html").read_text(encoding="utf-8")
        assert '<th scope="row">shop a</th>' in page and "chart-correlations" in page
        assert main(["inspect", "t.csv"]) == 0
        assert "shop a: 14 (28%)" in capsys.readouterr().out
