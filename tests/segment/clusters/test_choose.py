"""How many segments and how far to trust them: the command, the report, and that they agree."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lookalikes import two_moons

from kmeans_core import selection
from segment import Segmenter
from segment.__main__ import main
from segment.clusters.choose import MEANING, rule_sentence, votes_sentence


def shoppers(n=150, seed=0):
    rng = np.random.default_rng(seed)
    group = rng.integers(0, 3, n)
    centers = np.array([[20.0, 100.0], [40.0, 900.0], [70.0, 400.0]])
    values = centers[group] + rng.normal(size=(n, 2)) * [2.0, 20.0]
    return pd.DataFrame(values, columns=["Age", "Spend"])


def noise(n=400, seed=0):
    return pd.DataFrame(np.random.default_rng(seed).uniform(size=(n, 2)), columns=["a", "b"])


def choice_with(**known):
    return selection.Choice(**{**dict.fromkeys(selection.Choice._fields), **known})


def test_every_verdict_is_explained():
    from kmeans_core.selection.structure import verdict

    assert set(MEANING) == {verdict.COMPACT, verdict.NOT_ROUND, verdict.NONE}


@pytest.mark.parametrize(
    "rule, said",
    [
        ("parted", "5 is the largest number of segments of which every two neighbours are parted"),
        ("gap", "the gap statistic decides: 5 is the smallest number within two standard errors"),
        ("elbow", "so the elbow decides: from 5 on, more segments reduce the spread"),
    ],
)
def test_the_rule_that_chose_is_named(rule, said):
    assert said in rule_sentence(choice_with(best=5, rule=rule))


def test_single_indices_are_shown_for_comparison():
    votes = {"silhouette": 5, "davies_bouldin": 4, "calinski_harabasz": 9, "gap": 1}
    assert votes_sentence(choice_with(votes=votes)) == (
        "For comparison, single indices alone would choose: silhouette 5, Davies-Bouldin 4, "
        "Calinski-Harabasz 9, gap statistic by its one-standard-error rule 1."
    )


@pytest.mark.parametrize("method", ["kmeans", "average"])
def test_choose_k_and_run_say_the_same(method, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    shoppers().to_csv("shop.csv", index=False)
    assert main(["choose-k", "shop.csv", "--method", method]) == 0
    said = capsys.readouterr().out
    assert not (tmp_path / "shop-segments").exists()
    assert main(["run", "shop.csv", "--method", method]) == 0
    capsys.readouterr()
    metrics = pd.read_csv("shop-segments/metrics.csv")
    chosen = int(metrics.loc[metrics["chosen"] == 1, "k"].iloc[0])
    assert chosen == 3 and said.startswith("150 customers -> 3 segments")
    starred = next(line for line in said.splitlines() if line.startswith("*"))
    assert int(starred.split()[1]) == 3
    page = (tmp_path / "shop-segments" / "report.html").read_text(encoding="utf-8")
    assert "verdict: compact groups" in said and "Verdict: compact groups" in page
    table = said.split("\n\n")[1].splitlines()
    name = table[0].split().index("silhouette") - len(table[0].split())
    shown = {int(line.split()[int("*" in line)]): float(line.split()[name]) for line in table[1:]}
    assert shown == pytest.approx(metrics.set_index("k")["silhouette"].to_dict(), abs=1e-4)
    sentence = next(line[2:] for line in said.splitlines() if line.startswith("- 3 is the largest"))
    assert sentence.replace("'", "&#39;") in page


def test_the_verdict_is_the_reports_first_line_and_nothing_is_withheld(tmp_path):
    segmenter = Segmenter().fit(noise())
    assert segmenter.result_.clustering.trust.verdict == "no clear structure"
    segmenter.report(tmp_path / "report.html")
    page = (tmp_path / "report.html").read_text(encoding="utf-8")
    body = page[page.index("<header>") :]
    assert body.index("Verdict: no clear structure") < body.index("<h1>")
    assert "400 customers sorted into" in page and "fall into" not in page.split("</header>")[0]
    assert len(segmenter.segments_) == 400
    for sentence in segmenter.result_.clustering.trust.evidence:
        assert sentence.replace("'", "&#39;") in page
    for name in ("gap", "davies_bouldin", "calinski_harabasz", "silhouette_rows", "stability"):
        assert f'id="chart-{name}"' in page


def test_stability_is_that_of_the_segments_under_their_numbers():
    table = shoppers()
    lone = pd.DataFrame({"Age": [20.0, 95.0], "Spend": [2_000.0, 1_000.0]})
    segmenter = Segmenter(5).fit(pd.concat([table, lone]))
    stability = segmenter.result_.clustering.trust.stability
    assert stability["segment"].tolist() == [1, 2, 3, 4, 5]
    sizes = segmenter.profile_["size"].tolist()
    assert sizes == sorted(sizes, reverse=True)
    assert (stability["word"].iloc[:3] == "highly stable").all()


def test_too_few_different_customers_to_judge():
    table = pd.DataFrame({"a": [1.5, 1.5, 2.5, 9.5] * 3})
    segmenter = Segmenter().fit(table.assign(ID=range(12)))
    trust = segmenter.result_.clustering.trust
    assert trust.verdict == "no clear structure" and "Only 3 customers differ" in trust.meaning
    assert len(segmenter.profile_) == 2
    page = segmenter.files()["report.html"]
    assert "Verdict: no clear structure" in page and "too few to tell groups from chance" in page


def test_one_segment_is_no_group():
    trust = Segmenter(1).fit(shoppers()).result_.clustering.trust
    assert trust.verdict == "no clear structure" and "nothing to compare" in trust.meaning


def test_mall_customers_have_five_stable_segments_of_which_some_are_parted(shared_data, capsys):
    columns = ["--feature", "Annual Income (k$)", "--feature", "Spending Score (1-100)"]
    assert main(["choose-k", str(shared_data / "mall_customers.csv"), *columns]) == 0
    said = capsys.readouterr().out
    assert said.startswith("200 customers -> 5 segments, silhouette 0.555")
    assert said.count("highly stable") == 5 and "verdict: no clear structure. Few cust" in said
    assert "- A valley with fewer customers parts the segments" in said
    assert "the gap statistic decides: 5 is the smallest number" in said


def test_more_segments_than_groups_are_not_called_groups():
    trust = Segmenter(9).fit(shoppers(600)).result_.clustering.trust
    assert trust.verdict == "no clear structure"
    assert "3 segments do (-k 3)" in trust.meaning


def test_a_column_with_modes_of_its_own_is_named():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(600, 3)), columns=["Age", "Visits", "Tenure"])
    table.insert(1, "Charges", np.where(rng.random(600) < 0.5, 20.0, 80.0) + 4 * table["Age"])
    table["Age"] = rng.normal(size=600)
    trust = Segmenter().fit(table).result_.clustering.trust
    assert "One column alone, 'Charges', parts these segments" in trust.meaning
    assert trust.verdict == "structure, but not round groups" and not trust.are_groups


def test_groups_are_not_divided_by_a_category_alone():
    table = shoppers(600).assign(Sex=np.where(np.random.default_rng(1).random(600) < 0.5, "F", "M"))
    segmenter = Segmenter().fit(table)
    assert len(segmenter.profile_) == 3
    assert Segmenter(6).fit(table).result_.clustering.trust.verdict == "no clear structure"


def test_a_small_table_gets_segments_of_five_customers_or_more_on_average():
    rng = np.random.default_rng(0)
    for n_customers, most in ((9, 2), (22, 4), (49, 9)):
        values = rng.normal(size=(n_customers, 2))
        segmenter = Segmenter().fit(pd.DataFrame(values, columns=["a", "b"]))
        assert segmenter.metrics_["k"].max() == most
    assert Segmenter(k_max=6).fit(pd.DataFrame(values[:22])).metrics_["k"].max() == 6


def test_segments_that_follow_moons_are_not_said_to_cut_through_them():
    X, _ = two_moons(400, 0.05, 0)
    moons = pd.DataFrame({"x": 10 * X[:, 0] + 50, "y": 10 * X[:, 1] + 50})
    follow, cut = (
        Segmenter(k_max=4, method=m).fit(moons).result_.clustering.trust
        for m in ("single", "kmeans")
    )
    assert follow.verdict == cut.verdict == "structure, but not round groups"
    assert "these segments follow them" in follow.meaning
    assert "cut through" in cut.meaning


def test_segments_that_hold_several_groups_are_not_said_to_follow_them():
    found = Segmenter(2).fit(shoppers()).result_.clustering.trust
    assert found.verdict == "compact groups"
    assert found.meaning.endswith("3 segments would tell them apart (-k 3).")
    more = Segmenter(6).fit(shoppers()).result_.clustering.trust
    assert more.verdict == "no clear structure" and "3 segments do (-k 3)" in more.meaning
