"""`segment run` and `segment demo` from end to end, through the command's own `main`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from command import listing, read, segments_of, write
from small_tables import two_groups_text

from kmeans_core import metrics
from kmeans_core.kmeans.strategy import SMALL_FLOPS
from segment.__main__ import main
from segment.demo import demo_customers

RESULT_FILES = {"segments.csv", "profile.csv", "metrics.csv", "report.html", "run.json"}


class TestDemo:
    def test_finds_its_true_groups(self, capsys):
        assert main(["demo"]) == 0
        found = segments_of("demo-segments")
        demo = demo_customers()
        truth = dict(zip(demo.table["Customer ID"], demo.truth, strict=True))
        assert len(found) == 2000
        assert found.columns.tolist() == ["Customer ID", "segment"]
        groups = [truth[customer] for customer in found["Customer ID"]]
        assert metrics.adjusted_rand_score(found["segment"], groups) >= 0.9
        assert capsys.readouterr().out.splitlines()[0].startswith("2,000 customers (20 blank rows")

    def test_replaces_its_own_result_and_nothing_else(self, capsys):
        assert main(["demo", "--rows", "60"]) == 0
        assert main(["demo", "--rows", "70"]) == 0
        assert len(segments_of("demo-segments")) == 70
        write(two_groups_text())
        assert main(["run", "table.csv", "--out", "demo-segments", "--force"]) == 0
        assert main(["demo", "--rows", "60"]) == 2
        assert "--force" in capsys.readouterr().err

    def test_writes_its_table_and_run_reads_it_back(self, capsys):
        assert main(["demo", "--rows", "200", "--table", "Amazon_Customer_Data.csv"]) == 0
        table = read("Amazon_Customer_Data.csv")
        assert table.startswith("Customer ID,Sex,Age,Rating,Income\n")
        assert main(["run", "Amazon_Customer_Data.csv"]) == 0
        again = segments_of("Amazon_Customer_Data-segments")
        assert again.equals(segments_of("demo-segments"))

    def test_does_not_overwrite_another_file(self, capsys):
        write("precious", "mine.csv")
        assert main(["demo", "--rows", "60", "--table", "mine.csv"]) == 2
        assert read("mine.csv") == "precious"
        assert set(listing()) == {"mine.csv"}

    def test_runs_without_scipy_and_sklearn(self, tmp_path):
        script = (
            "import sys; sys.modules['scipy'] = sys.modules['sklearn'] = None\n"
            "from segment.__main__ import main; sys.exit(main(['demo', '--rows', '80']))"
        )
        done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("80 customers")


class TestResult:
    @pytest.mark.slow
    def test_same_seed_same_bytes_whatever_the_threads(self):
        rng = np.random.default_rng(5)
        n, d, k_max = 5_000, 45, 10
        assert 2 * n * d * k_max > SMALL_FLOPS  # of an iteration: blocks are handed to threads
        table = pd.DataFrame(rng.normal(size=(n, d)) + 3 * rng.integers(0, 3, (n, 1)))
        write(table.round(3).to_csv(index=False))
        for out, threads in (("a", "1"), ("b", "2")):
            options = ["-k", str(k_max), "--out", out, "--threads", threads]
            assert main(["run", "table.csv", *options]) == 0
        for name in RESULT_FILES - {"run.json"}:
            contents = [Path(out, name).read_bytes() for out in "ab"]
            assert contents[0] == contents[1], name

    def test_files_have_the_agreed_columns(self):
        text = "Cus_ID,Age,Sex\n" + "".join(
            f"{i:03},{20 + i * i % 50},MF"[:-1] + "\n" for i in range(12)
        )
        text = text.replace("9,M", "9,F").replace("1,M", "1,F")
        write(text)
        assert main(["run", "table.csv", "-k", "3"]) == 0
        segments = segments_of("table-segments")
        assert segments.columns.tolist() == ["Cus_ID", "segment"]
        assert segments["Cus_ID"].tolist() == [f"{i:03}" for i in range(12)]
        sizes = segments["segment"].value_counts(sort=False).sort_index()
        profile = pd.read_csv("table-segments/profile.csv")
        assert profile.columns.tolist() == [
            *("segment", "size", "share", "mean(Age)", "share(Sex=F)", "share(Sex=M)")
        ]
        assert profile["size"].tolist() == sorted(sizes, reverse=True) == sizes.tolist()
        metrics_table = pd.read_csv("table-segments/metrics.csv")
        assert metrics_table.columns.tolist() == [
            *("k", "wcss", "silhouette", "davies_bouldin", "calinski_harabasz", "dunn", "chosen")
        ]
        assert metrics_table["k"].tolist() == [2, 3]  # 12 customers: two, and the three requested
        assert metrics_table.query("chosen == 1")["k"].tolist() == [3]
        run = json.loads(read("table-segments/run.json"))
        assert set(run["files"]) == RESULT_FILES
        assert len(run["input"]["sha256"]) == 64
        assert run["options"]["n_segments"] == 3

    def test_without_an_id_customers_are_named_by_row(self):
        write("Age,Income\n20,1.5\n,\n30,2.5\n21,1.7\n60,9.5\n20,1.5\n61,9.7\n")
        assert main(["run", "table.csv", "-k", "2"]) == 0
        assert segments_of("table-segments")["row"].tolist() == ["1", "3", "4", "5", "7"]

    def test_profile_leaves_filled_cells_out(self):
        write(
            "ID,Age,Income\n" + "1,20,100\n2,22,110\n3,,105\n4,70,900\n5,72,\n6,74,910\n7,71,905\n"
        )
        assert main(["run", "table.csv", "-k", "2"]) == 0
        profile = pd.read_csv("table-segments/profile.csv")
        young = profile.loc[profile["mean(Age)"].idxmin()]
        assert young["mean(Age)"] == 21.0
        assert young["mean(Income)"] == 105.0

    @pytest.mark.parametrize("method", ["single", "complete", "average", "ward"])
    def test_every_linkage_writes_the_same_files(self, method):
        write(two_groups_text())
        assert main(["run", "table.csv", "--method", method]) == 0
        assert set(listing("table-segments")) == RESULT_FILES
        assert segments_of("table-segments")["segment"].value_counts().tolist() == [20, 10]

    def test_names_full_of_markup_and_mathematics(self, capsys):
        header = 'Customer ID,"[red]$\\frac{x$ <b>",Income $&$'
        write(two_groups_text(header=header))
        assert main(["run", "table.csv"]) == 0
        assert "[red]$\\frac{x$ <b>" in capsys.readouterr().out
        html = read("table-segments/report.html")
        assert "[red]$\\frac{x$ &lt;b&gt;" in html
        assert "<b>" not in html
