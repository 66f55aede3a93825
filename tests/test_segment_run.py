"""`segment run` and `segment demo` from end to end, through the command's own `main`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kmeans_core import AgglomerativeClustering, KMeans, metrics
from kmeans_core.kmeans.strategy import SMALL_FLOPS
from segment import Segmenter
from segment.__main__ import main
from segment.demo import demo_customers

RESULT_FILES = {"segments.csv", "profile.csv", "metrics.csv", "report.html", "run.json"}


@pytest.fixture(autouse=True)
def _inside_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(text, name="table.csv"):
    Path(name).write_bytes(text.encode())
    return name


def read(name):
    return Path(name).read_text(encoding="utf-8")


def listing(folder="."):
    return {path.name for path in Path(folder).iterdir()}


def segments_of(folder):
    return pd.read_csv(f"{folder}/segments.csv", dtype={0: str})


def decisions_of(folder):
    return "\n".join(json.loads(read(f"{folder}/run.json"))["decisions"])


def two_groups(n=30, header="Customer ID,Age,Income", seed=3):
    """A table of two obvious groups; the id is 'c0', 'c1' ..."""
    rng = np.random.default_rng(seed)
    low = np.arange(n) % 3 > 0
    age = np.where(low, 25, 60) + rng.integers(-3, 4, n)
    income = np.where(low, 30_000, 90_000) + rng.integers(-3000, 3000, n)
    rows = [f"c{i},{a},{m}" for i, (a, m) in enumerate(zip(age, income, strict=True))]
    return "\n".join([header, *rows]) + "\n"


class TestRealTables:
    def test_blank_rows_are_no_customers(self, shared_data, capsys):
        assert main(["run", str(shared_data / "amazon_999_rows_799_blank.csv")]) == 0
        out, err = capsys.readouterr()
        lines = out.splitlines()
        assert lines[0].startswith("200 customers (799 blank rows dropped) -> ")
        assert err == ""
        folder = "amazon_999_rows_799_blank-segments"
        assert lines[-1] == str(Path(folder, "report.html"))
        assert listing(folder) == RESULT_FILES
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
        assert main(["run", table, "--out", "without", "--drop", "Sex"]) == 0
        every, without = segments_of("all"), segments_of("without")
        assert every["segment"].nunique() == without["segment"].nunique()
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
        write(two_groups())
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
        assert listing() == {"mine.csv"}

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
        assert metrics_table["k"].tolist() == list(range(2, 11))
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
        write(two_groups())
        assert main(["run", "table.csv", "--method", method]) == 0
        assert listing("table-segments") == RESULT_FILES
        assert segments_of("table-segments")["segment"].value_counts().tolist() == [20, 10]

    def test_names_full_of_markup_and_mathematics(self, capsys):
        header = 'Customer ID,"[red]$\\frac{x$ <b>",Income $&$'
        write(two_groups(header=header))
        assert main(["run", "table.csv"]) == 0
        assert "[red]$\\frac{x$ <b>" in capsys.readouterr().out
        html = read("table-segments/report.html")
        assert "[red]$\\frac{x$ &lt;b&gt;" in html
        assert "<b>" not in html


class TestSegmenter:
    def test_is_the_same_from_python(self):
        demo = demo_customers(300, seed=2)
        before = demo.table.copy()
        segmenter = Segmenter().fit(demo.table)
        assert demo.table.equals(before)
        write(demo.table.to_csv(index=False))
        assert main(["run", "table.csv"]) == 0
        assert (
            segmenter.segments_["segment"].tolist()
            == segments_of("table-segments")["segment"].tolist()
        )
        assert segmenter.labels_.min() == 1
        assert (np.diff(segmenter.profile_["size"]) <= 0).all()

    @pytest.mark.parametrize("method", ["kmeans", "ward"])
    def test_predict_gives_customers_their_own_segment(self, method):
        table = pd.read_csv(write(two_groups()))
        segmenter = Segmenter(method=method).fit(table)
        assert (segmenter.predict(table) == segmenter.labels_).all()

    def test_takes_numbers_booleans_and_categories_as_pandas_has_them(self):
        n = 24
        table = pd.DataFrame(
            {
                "age": np.where(np.arange(n) % 2, 20, 70) + np.arange(n) % 5,
                "member": np.arange(n) % 3 == 0,
                "plan": pd.Categorical(np.array(["a", "b"])[np.arange(n) % 2]),
                "since": pd.date_range("2020-01-01", periods=n),
                "score": np.where(np.arange(n) == 3, np.nan, np.arange(n) % 2 * 9.5),
            }
        )
        segmenter = Segmenter(2).fit(table)
        assert len(segmenter.profile_) == 2
        assert any("'since'" in sentence for sentence in segmenter.decisions_)
        assert {"share(member=True)", "mean(score)"} <= set(segmenter.profile_.columns)
        assert (segmenter.predict(table) == segmenter.labels_).all()

    @pytest.mark.parametrize("method", ["kmeans", "average"])
    def test_model_is_the_fitted_clusterer(self, method):
        segmenter = Segmenter(method=method)
        assert not hasattr(segmenter, "model_")
        segmenter.fit(demo_customers(80).table)
        kind = KMeans if method == "kmeans" else AgglomerativeClustering
        assert isinstance(segmenter.model_, kind)
        assert metrics.adjusted_rand_score(segmenter.model_.labels_, segmenter.labels_) == 1.0
        assert segmenter.model_ is segmenter.model_

    def test_report_goes_where_it_is_told(self, tmp_path):
        Segmenter(2).fit(pd.read_csv(write(two_groups()))).report(tmp_path / "page.html", "mine")
        assert "mine" in (tmp_path / "page.html").read_text(encoding="utf-8")
