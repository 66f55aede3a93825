"""How columns are read, and the sentence on every cell that is not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import columns_of, frame, sentences_of, two_groups

from segment import Segmenter
from segment.errors import SegmentError


class TestColumns:
    def test_few_whole_numbers_are_a_category_unless_told(self):
        table = frame(Code=[1, 2, 3, 1, 2], Kids=[0, 1, 2, 3, 4], Half=[0.5, 1, 0.5, 1, 1])
        assert columns_of(table).categories == ["Code"]
        assert columns_of(table, numbers=["Code"]).numbers == ["Code", "Kids", "Half"]
        assert columns_of(table, categories=["Kids"]).categories == ["Code", "Kids"]

    @pytest.mark.parametrize(
        ("values", "reason"),
        [
            ([""] * 60, "is empty"),
            (["x"] * 60, "has one value only"),
            ([7.5] * 60, "has one value only"),
            ([f"name {i // 2}" for i in range(60)], "has 30 different texts"),
        ],
    )
    def test_useless_columns_are_left_out_with_the_reason(self, values, reason):
        columns = columns_of(frame(Odd=values, Age=np.arange(60) * 1.5))
        assert columns.numbers == ["Age"]
        assert any("'Odd'" in s and reason in s for s in columns.decisions)
        with pytest.raises(SegmentError, match=reason):
            columns_of(frame(Odd=values, Age=np.arange(60) * 1.5), features=["Odd"])

    def test_many_valued_text_is_used_when_told(self):
        table = frame(Odd=[f"name {i // 2}" for i in range(60)], Age=np.arange(60) * 1.5)
        assert columns_of(table, categories=["Odd"]).categories == ["Odd"]

    def test_odd_cells_among_numbers_are_missing_and_listed(self):
        values = ["1.5"] * 10 + [f"{i}.25" for i in range(50)]
        values[3], values[40], values[41] = "lots", "?", "N/A"
        columns = columns_of(frame(Spend=values, Other=np.arange(60) * 0.5))
        assert columns.numbers == ["Spend", "Other"]
        assert columns.frame["Spend"].isna().sum() == 3
        said = " ".join(columns.decisions)
        assert "Found no number in 1 cell of 'Spend', read as missing: 'lots' in row 4" in said
        assert "Read '?' (1), 'N/A' (1) in 'Spend' as missing." in said


def test_impossible_values():
    table = two_groups(40)
    table.loc[3, "Age"], table.loc[7, "Age"], table.loc[9, "Income"] = -4, 130, 1000
    segmenter = Segmenter(2, ranges={"Income": (0, 500)}).fit(table)
    said = sentences_of(segmenter)
    ages = "impossible numbers (outside 0 to 110; --range) in 2 cells of 'Age', read as missing"
    assert f"{ages}: '-4' in row 4, '130' in row 8" in said
    incomes = "impossible numbers (outside 0 to 500; --range) in 1 cell of 'Income'"
    assert f"{incomes}, read as missing: '1000' in row 10" in said
    assert segmenter.profile_["mean(Income)"].max() < 100


def test_own_words_for_missing():
    table = two_groups(40).astype(object)
    table.loc[[2, 5], "Income"] = "gone"
    assert "Read 'gone' (2) in 'Income' as missing." in sentences_of(
        Segmenter(2, missing=["Gone"]).fit(table)
    )
    assert "no number in 2 cells of 'Income', read as missing: 'gone' in row 3" in sentences_of(
        Segmenter(2).fit(table)
    )
    numbers = two_groups(40)
    numbers.loc[[2, 5], "Income"] = 999.0
    said = sentences_of(Segmenter(2, missing=["999"]).fit(numbers))
    assert "Read '999' (2) in 'Income' as missing." in said
    assert "Filled 2 missing cells of 'Income'" in said


def test_what_is_true_of_many_columns_is_said_once():
    codes = {f"c{i}": np.random.default_rng(i).integers(0, 2, 40) for i in range(5)}
    said = sentences_of(Segmenter(2).fit(two_groups(40, **codes)))
    assert "Took each of 'c0', 'c1', 'c2', 'c3', 'c4' as a category: its only values" in said
    assert said.count("as a category") == 1 and "--number COL" in said


def test_of_a_wide_table_the_first_200_columns_form_segments_or_those_named():
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 250)), columns=[f"c{i}" for i in range(250)])
    table.insert(3, "Same", "x")
    prepared = Segmenter(drop=["c0"]).prepare(table.assign(ID=range(30)))
    assert prepared.columns.numbers == [f"c{i}" for i in range(1, 201)]
    said = "Left out the last 49 columns of 251, from 'c201' on, without reading them: only the"
    assert said in "\n".join(prepared.columns.decisions)
    named = Segmenter(features=["c3", "c240"]).prepare(table).columns
    assert named.numbers == ["c3", "c240"]
    assert not any("without reading" in sentence for sentence in named.decisions)
    counted = Segmenter(derive=["sum = c1 + c2"], weights={"c249": 2.0}).prepare(table).columns
    assert counted.numbers[-2:] == ["c249", "sum"]
