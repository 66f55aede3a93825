"""What each column is, and what is left out, grouped or used once."""

from __future__ import annotations

import numpy as np
import pytest
from small_tables import sentences_of, two_groups

from segment import Segmenter
from segment.errors import SegmentError


class TestRoles:
    def test_each_has_its_name(self):
        n = 60
        table = two_groups(
            n,
            Mail=[f"m{i}@x.org" for i in range(n)],
            Since=[f"2020-01-{1 + i % 28:02}" for i in range(n)],
            Member=np.where(np.arange(n) % 3, "Yes", "no"),
            City=[f"city {i % 5}" for i in range(n)],
            Same="x",
            Empty="",
            Code=np.arange(n) % 3,
        )
        roles = Segmenter(2).fit(table).result_.prepared.columns.roles
        assert roles == {
            "ID": "id",
            "Age": "number",
            "Income": "number",
            "Mail": "free text",
            "Since": "date",
            "Member": "yes/no",
            "City": "category",
            "Same": "constant",
            "Empty": "empty",
            "Code": "category",
        }

    def test_rare_values_are_grouped_and_new_ones_are_too(self):
        levels = np.random.default_rng(0).zipf(1.5, 400) % 60
        table = two_groups(400, City=[f"city {i}" for i in levels])
        segmenter = Segmenter(2).fit(table)
        shares = [c for c in segmenter.profile_ if c.startswith("share(City=")]
        assert len(shares) == 20
        assert "share(City=(other))" in shares
        assert "rarest of" in sentences_of(segmenter)
        new = table.assign(City="never seen")
        assert len(segmenter.predict(new)) == 400

    def test_equal_columns_are_used_once(self):
        table = two_groups(40)
        table["Years"] = table["Age"]
        table["Sex"] = np.where(np.arange(40) % 3, "F", "M")
        table["Gender"] = np.where(np.arange(40) % 3, "Female", "Male")
        said = sentences_of(Segmenter(2).fit(table))
        assert "'Years' repeats 'Age' for every customer" in said
        assert "'Gender' repeats 'Sex' for every customer" in said
        both = Segmenter(2, features=["Age", "Years"]).fit(table)
        assert both.result_.prepared.columns.numbers == ["Age", "Years"]

    def test_variance_and_correlation_select(self):
        table = two_groups(40, Rare=[0.5] * 38 + [1.25, 99.5])
        table["Pay"] = table["Income"] * 2 + 0.01 * table["Age"]
        said = sentences_of(Segmenter(2, max_correlation=0.999, min_variance=0.05).fit(table))
        assert "'Pay' has a correlation of 1.00 with 'Income'" in said
        assert "'Rare' has a variance of 0.02" in said
        assert "Left out" not in sentences_of(Segmenter(2).fit(table))


class TestDates:
    table = two_groups(40, Since=[f"{1 + i % 28:02}-06-2014" for i in range(40)])

    def test_as_of_is_the_last_date_and_never_today(self):
        segmenter = Segmenter(2).fit(self.table)
        assert "days before 2014-06-28" in sentences_of(segmenter)
        assert segmenter.X_.shape[1] == 3
        later = Segmenter(2, as_of="2015-06-28").fit(self.table)
        gap = (
            later.profile_["mean(days since Since)"] - segmenter.profile_["mean(days since Since)"]
        )
        assert gap.tolist() == [365, 365]
        with pytest.raises(SegmentError, match="as-of must be a day"):
            Segmenter(as_of="soon").fit(self.table)

    def test_births_are_ages_and_scoring_keeps_the_day(self):
        table = self.table.rename(columns={"Since": "Date of birth"})
        segmenter = Segmenter(2, as_of="2034-06-15").fit(table)
        assert segmenter.profile_["mean(age by Date of birth)"].between(19.9, 20.1).all()
        assert (segmenter.predict(table.iloc[:7]) == segmenter.labels_[:7]).all()
