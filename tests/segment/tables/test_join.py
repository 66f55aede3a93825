"""Joined tables: unmatched customers stay, repeated ids are refused."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
from command import refused, run_of
from servers import customers


class TestJoin:
    def test_unmatched_customers_are_counted_and_kept(self):
        table = customers(60)
        table[["Customer ID", "Age"]].to_csv("a.csv", index=False)
        table[["Customer ID", "Income", "Age"]].iloc[10:].to_csv("b.csv", index=False, sep=";")
        run_of("a.csv", "--join", "b.csv")
        said = "\n".join(json.loads(Path("out/run.json").read_text())["decisions"])
        assert "customers without a row in it: 10 of 60; rows in it without a customer: 0." in said
        assert "Renamed 'Age' of 'b.csv' to 'Age (b.csv)'" in said
        assert len(pd.read_csv("out/segments.csv")) == 60

    def test_repeated_ids_are_refused(self, capsys):
        Path("a.csv").write_text("key,x\n1,2\n2,3\n")
        Path("b.csv").write_text("key,y\n1,2\n2,3\n1,4\n")
        err = refused(capsys, "run", "a.csv", "--join", "b.csv", "--on", "key")
        assert "has the id '1' in rows 1, 3" in err
        assert "segment rfm" in err
        err = refused(capsys, "run", "a.csv", "--join", "b.csv", "--on", "kee")
        assert "did you mean 'key'?" in err
