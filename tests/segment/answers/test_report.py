"""The report: whole, self-contained, and what a browser makes of it."""

from __future__ import annotations

import re
import subprocess
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from segment.__main__ import main
from segment.answers.report import _separation, principal_components, two_dimensions
from segment.clusters.choose import Trust
from segment.demo import demo_customers
from segment.features.features import Number

CHARTS = ["sizes", "scatter", "heatmap", "silhouette_rows", "stability", "parted", "elbow"]
CHARTS += ["silhouette", "davies_bouldin", "calinski_harabasz", "gap"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = "--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking"
LOADING = {"src", "href", "xlink:href", "srcset", "data", "poster", "action", "background"}


class Page(HTMLParser):
    """The figures of a page, and everything it refers to."""

    def __init__(self, text):
        super().__init__()
        self.figures, self.paths, self.references, self.tags, self.alt = {}, 0, [], set(), {}
        self.figure = None
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        self.tags.add(tag)
        self.references += [v for name, v in attributes.items() if name in LOADING]
        if tag == "figure":
            self.figure = attributes["id"].removeprefix("chart-")
            self.figures[self.figure] = 0
        if self.figure and attributes.get("role") == "img":
            self.alt[self.figure] = attributes["aria-label"]
        if self.figure and tag in ("path", "use", "text"):
            self.figures[self.figure] += 1

    def handle_endtag(self, tag):
        if tag == "figure":
            self.figure = None


def check_page(text, charts):
    page = Page(text)
    assert list(page.figures) == charts
    assert all(n_marks > 10 for n_marks in page.figures.values()), page.figures
    assert all(len(page.alt[name]) > 20 for name in charts)
    assert not page.tags & {"script", "link", "iframe", "object", "embed", "base"}
    assert all(r.startswith(("#", "data:")) for r in page.references)
    assert not re.search(r"@import|url\((?!['\"]?#|['\"]?data:)", text)
    assert "http" not in text


@pytest.fixture(scope="module")
def reports(tmp_path_factory):
    """Reports of the demo customers: by k-means, and by a linkage."""
    folder = tmp_path_factory.mktemp("reports")
    table = folder / "table.csv"
    table.write_text(demo_customers(300).table.to_csv(index=False), encoding="utf-8")
    for method in ("kmeans", "average"):
        assert main(["run", str(table), "--method", method, "--out", str(folder / method)]) == 0
    return folder


@pytest.mark.parametrize(
    ("method", "charts"),
    [
        ("kmeans", [*CHARTS, "correlations"]),
        ("average", [*CHARTS, "dendrogram", "correlations"]),
    ],
)
class TestPage:
    def test_has_every_chart_and_refers_to_nothing_outside(self, reports, method, charts):
        page = reports / method / "report.html"
        assert page.stat().st_size < 5_000_000
        check_page(page.read_text(encoding="utf-8"), charts)

    def test_a_browser_shows_it(self, reports, program, tmp_path, method, charts):
        browser = program(*BROWSERS)
        page = (reports / method / "report.html").as_uri()
        profile = f"--user-data-dir={tmp_path / 'profile'}"
        # No name resolves, so anything from outside would show as an error on the page.
        offline = "--host-resolver-rules=MAP * ~NOTFOUND"
        done = subprocess.run(
            [browser, *QUIET.split(), profile, offline, "--dump-dom", page],
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
        check_page(done.stdout, charts)
        assert "300 customers fall into" in done.stdout


def test_the_report_tells_the_decisions_before_the_charts(reports):
    text = (reports / "kmeans" / "report.html").read_text(encoding="utf-8")
    order = ["fall into", "What was decided", "blank row", "chart-sizes", "Davies-Bouldin ↓"]
    positions = [text.index(words) for words in order]
    assert positions == sorted(positions)


def test_a_wide_and_long_table_keeps_the_page_small(tmp_path):
    rng = np.random.default_rng(1)
    group = rng.integers(0, 3, 4000)
    table = pd.DataFrame(rng.normal(size=(4000, 30)) + 4 * group[:, np.newaxis])
    table.columns = [f"a rather long name of column number {i} of thirty" for i in range(30)]
    table.to_csv(tmp_path / "t.csv", index=False)
    assert main(["run", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o"), "--k-max", "4"]) == 0
    text = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert len(text) < 1_500_000
    assert "2,000 customers, drawn at random" in text
    assert "20 averages and shares that differ most" in text


def test_names_that_no_font_of_matplotlib_has(tmp_path, capsys):
    table = demo_customers(60).table.rename(columns={"Income": "収入 😀", "Age": "आयु"})
    table.to_csv(tmp_path / "t.csv", index=False)
    assert main(["run", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o"), "-k", "2"]) == 0
    assert capsys.readouterr().err == ""
    assert "収入 😀" in (tmp_path / "o" / "report.html").read_text(encoding="utf-8")


def test_one_customer_is_one(tmp_path):
    ages = [20 + 0.5 * (i % 3) for i in range(199)] + [21.6]
    pd.DataFrame({"ID": range(200), "Age": ages}).to_csv(tmp_path / "t.csv", index=False)
    out = tmp_path / "o"
    assert main(["run", str(tmp_path / "t.csv"), "--out", str(out), "-k", "4"]) == 0
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "1 <small>customer, &lt;1%</small>" in text


@pytest.mark.parametrize("columns", [["Income"], ["Age", "Income"], ["Sex", "Age"], ["Sex"]])
def test_few_columns(tmp_path, columns):
    demo_customers(120).table.to_csv(tmp_path / "t.csv", index=False)
    chosen = [part for name in columns for part in ("--feature", name)]
    out = str(tmp_path / "o")
    assert main(["run", str(tmp_path / "t.csv"), "--out", out, "-k", "2", *chosen]) == 0
    check = Path(out, "report.html").read_text(encoding="utf-8")
    assert "chart-scatter" in check


@pytest.mark.parametrize("k", ["1", "12", "40"])
def test_any_number_of_segments(tmp_path, k):
    demo_customers(120).table.to_csv(tmp_path / "t.csv", index=False)
    assert main(["run", str(tmp_path / "t.csv"), "--out", str(tmp_path / "o"), "-k", k]) == 0
    text = (tmp_path / "o" / "report.html").read_text(encoding="utf-8")
    assert f"sorted into {k} segment" in text


class TestTwoDimensions:
    def test_principal_components_are_those_of_the_singular_values(self):
        X = np.random.default_rng(0).normal(size=(50, 4)) * [3, 1, 2, 0.5]
        points, shares = principal_components(X)
        _, values, directions = np.linalg.svd(X - X.mean(axis=0), full_matrices=False)
        expected = (X - X.mean(axis=0)) @ directions[:2].T
        np.testing.assert_allclose(np.abs(points), np.abs(expected), atol=1e-10)
        np.testing.assert_allclose(shares, values[:2] ** 2 / (values**2).sum(), rtol=1e-10)

    def test_two_numbers_are_drawn_in_their_own_units(self):
        recipe = [Number("Age", 0.0, 40.0, 10.0), Number("Income", 0.0, 1000.0, 300.0)]
        points, labels, explained = two_dimensions(np.array([[1.0, -1.0]]), recipe)
        assert points.tolist() == [[50.0, 700.0]]
        assert labels == ("Age", "Income")
        assert explained == 1.0


@pytest.mark.parametrize("silhouette", [0.9, 0.6, 0.3, 0.1, -0.5])
@pytest.mark.parametrize(
    "verdict", ["compact groups", "structure, but not round groups", "no clear structure"]
)
def test_what_is_said_of_the_separation_does_not_deny_the_verdict(silhouette, verdict):
    trust = Trust(**{**dict.fromkeys(Trust._fields), "verdict": verdict})
    words = _separation(silhouette, trust)
    assert ("separated" in words) == (verdict == "compact groups")
    assert "not as groups that exist" not in words
    assert _separation(float("nan"), trust) is None
