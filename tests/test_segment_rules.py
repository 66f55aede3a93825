"""The rules by which a table is read: ids, roles of columns, what is filled, scaled and named."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segment import Segmenter
from segment.answers.profile import make_profile
from segment.answers.result_folder import write_result
from segment.clusters.cluster import number_by_size
from segment.errors import SegmentError
from segment.features.clean import clean
from segment.features.columns import choose_columns
from segment.features.features import FeatureOptions, make_features
from segment.features.ids import name_words
from segment.features.roles import Choices
from segment.tables.load import load_table
from segment.wording import percent


def frame(**columns):
    return pd.DataFrame({name: [str(v) for v in values] for name, values in columns.items()})


def columns_of(table, **choices):
    cleaned = clean(table, not_id=Choices(**choices).named)
    return choose_columns(cleaned, Choices(**choices))


AGES = [20.5, 31.5, 42.5, 53.5]


class TestId:
    @pytest.mark.parametrize(
        ("name", "words"),
        [
            ("CustomerID", ["customer", "id"]),
            ("Cus_ID", ["cus", "id"]),
            ("customerID", ["customer", "id"]),
            ("ID", ["id"]),
            ("Customer ID", ["customer", "id"]),
            ("IDNumber", ["id", "number"]),
            ("Order No.", ["order", "no"]),
            ("KundenNr", ["kunden", "nr"]),
            ("Käufer-Nr", ["käufer", "nr"]),
            ("Idea", ["idea"]),
            ("Grid", ["grid"]),
            ("Nordic", ["nordic"]),
        ],
    )
    def test_words(self, name, words):
        assert name_words(name) == words

    @pytest.mark.parametrize(
        ("columns", "expected"),
        [
            ({"Name": "abcd", "CustNo": [7, 8, 9, 10]}, "CustNo"),  # the named one first
            ({"Name": "abcd", "Age": AGES}, "Name"),  # else the first text, all different
            ({"Name": "abca", "Mail": "wxyz", "Age": AGES}, "Mail"),
            ({"Age": [20, 31, 42, 53], "Name": "abca"}, None),  # never numbers by uniqueness
            ({"ShopID": [1, 1, 2, 2], "UserID": [4, 5, 6, 7]}, "UserID"),
            ({"Key figure": AGES, "City": "aabb"}, None),  # fractions are amounts
            ({"ID": ["007", "", "008", "009"], "Age": AGES}, "ID"),  # a blank is no repetition
            ({"ID": ["1", "", "", "2"], "Name": "abcd"}, "Name"),  # one without blanks first
            ({"ShopID": [1, 1, 2, 2], "Name": "abcd"}, "Name"),
            ({"Number of orders": [1, 1, 2, 3], "Age": AGES}, None),  # a count may repeat
            ({"a": [1, 2, 3, 4], "Paid": ["1,5", "2,5", "3,5", "9,5"]}, None),  # amounts
            ({"Since": ["2020-01-02", "2020-01-03", "2021-01-02", "2021-05-06"]}, None),
        ],
    )
    def test_which(self, columns, expected):
        assert clean(frame(**columns)).id_column == expected

    def test_a_column_that_is_used_otherwise_is_no_id(self):
        table = frame(ID=[5, 6, 7, 8], Age=AGES)
        assert clean(table, not_id={"ID"}).id_column is None

    def test_same_id_with_different_values_names_id_and_rows(self):
        table = frame(ID=["", 5, 6, 7, 5], Age=["", 1, 2, 3, 4])
        with pytest.raises(SegmentError, match=r"id '5' in column 'ID'.*rows 2, 5"):
            clean(table)

    @pytest.mark.parametrize("ids", ["11114", "12345 1", "1 1  ", "44444"])
    def test_ids_that_repeat_are_an_error_and_never_features(self, ids):
        table = frame(CustomerID=[c.strip() for c in ids], Age=np.arange(len(ids)) * 1.5)
        with pytest.raises(SegmentError, match=r"in column 'CustomerID'.*segment rfm"):
            clean(table)
        assert columns_of(table, drop=["CustomerID"]).numbers == ["Age"]

    def test_an_id_of_something_else_is_left_out_unless_told(self):
        shops = [1.0, 1.0, 2.0, 2.0, 3.0, 4.0]
        table = frame(UserID="abcdef", ShopID=shops, Age=np.arange(6) * 1.5)
        columns = columns_of(table.assign(Shop=list("wwxxyz")))
        assert columns.frame.columns.tolist() == ["Age", "Shop"]
        assert any("'ShopID' is named like an id" in s for s in columns.decisions)
        assert columns_of(table, categories=["ShopID"]).categories == ["ShopID"]
        assert columns_of(table, numbers=["ShopID"]).numbers == ["ShopID", "Age"]
        with pytest.raises(SegmentError, match="--category 'ShopID'"):
            columns_of(table, features=["ShopID"])

    def test_purchase_lines_are_refused(self, shared_data):
        table = load_table(shared_data / "online_retail.csv.gz").frame.head(4000)
        with pytest.raises(SegmentError, match=r"in column 'CustomerID' .* rows 1, 2, 3, 4, 5 "):
            clean(table)

    def test_blank_rows_then_duplicates_are_counted(self):
        table = frame(ID=["1", " ", "2", "1", "", "2"], Age=["3", "", "4", "3", " ", "4"])
        cleaned = clean(table)
        assert (cleaned.n_blank, cleaned.n_duplicates) == (2, 2)
        assert cleaned.rows.tolist() == [1, 3]
        assert cleaned.id_column == "ID"


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
        told = " ".join(columns.decisions)
        assert "Found no number in 1 cell of 'Spend', read as missing: 'lots' in row 4" in told
        assert "Read '?' (1), 'N/A' (1) in 'Spend' as missing." in told


class TestFeatures:
    def test_numbers_are_standardised_and_categories_weighted(self):
        table = frame(Age=[10.5, 20.5, 30.5, "", 21.5], Sex=["F", "M", "", "F", "F"])
        columns = columns_of(table)
        X = make_features(columns).X
        filled = np.array([10.5, 20.5, 30.5, 21.0, 21.5])  # the median of the four
        np.testing.assert_allclose(X[:, 0], (filled - filled.mean()) / filled.std(), rtol=1e-12)
        is_female = np.array([1, 0, 1, 1, 1])  # the most frequent fills the hole
        np.testing.assert_array_equal(X[:, 1:], 0.5 * np.column_stack([is_female, 1 - is_female]))

    def test_two_customers_who_differ_in_one_category_are_0_71_apart(self):
        X = make_features(columns_of(frame(Sex=list("FMF"), Age=[1.5, 1.5, 9.5]))).X
        assert np.linalg.norm(X[0] - X[1]) == pytest.approx(0.7071, abs=1e-4)

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            (
                FeatureOptions(),
                "times 0.5: customers who differ in one category are 0.71 apart, two random",
            ),
            (FeatureOptions(1.0), "category are 1.41 apart, two random customers about 1.4"),
            (FeatureOptions(scale="minmax"), "category are 0.71 apart."),
            (FeatureOptions(weights={"Sex": 2.0}), "on one number, before weighting."),
        ],
    )
    def test_what_a_category_counts_is_said_as_a_distance(self, options, said):
        columns = columns_of(frame(Sex=list("FMFM"), Age=AGES))
        assert said in " ".join(make_features(columns, options).decisions)

    def test_no_number_is_spoken_of_where_there_is_none(self):
        columns = columns_of(frame(Sex=list("FMFM"), City=list("aabb")))
        assert make_features(columns).decisions[-1].endswith("are 0.71 apart.")

    def test_random_customers_are_1_4_apart_on_a_standardised_number(self):
        values = np.random.default_rng(0).gamma(2.0, size=400)
        X = make_features(columns_of(frame(Age=values))).X
        squares = (X - X.T) ** 2
        assert np.sqrt(squares.sum() / (400 * 399)) == pytest.approx(np.sqrt(2), rel=2e-3)

    def test_huge_and_tiny_numbers(self):
        table = frame(Big=[1e200, 2e200, 4e200, 9e200], Small=[1e-200, 3e-200, 2e-200, 0])
        X = make_features(columns_of(table)).X
        np.testing.assert_allclose(X.std(axis=0), 1.0)

    def test_codes_are_the_same_however_written(self):
        table = frame(Code=["1", "1.0", "01", "2", "2.00"], Age=[1.5, 2.5, 3.5, 4.5, 9.5])
        segmenter = Segmenter(2, categories=None).fit(table)
        assert "share(Code=1)" in segmenter.profile_.columns
        assert (segmenter.predict(table) == segmenter.labels_).all()


class TestSegments:
    def test_numbered_by_size_then_by_earliest_row(self):
        segments, of_label = number_by_size(np.array([2, 1, 1, 0, 2, 1, 0]))
        assert segments.tolist() == [2, 1, 1, 3, 2, 1, 3]
        assert of_label.tolist() == [3, 1, 2]

    def test_ends_of_the_range_and_disagreement_are_said(self):
        rng = np.random.default_rng(0)
        X = np.concatenate([rng.normal(5 * i, 0.1, (20, 1)) for i in range(6)])
        table = pd.DataFrame(X, columns=["a"])
        segmenter = Segmenter(k_max=5).fit(table)
        assert len(segmenter.profile_) == 5
        assert any("try a larger --k-max" in s for s in segmenter.result_.clustering.notices)
        assert len(Segmenter().fit(table).profile_) == 6
        asked = Segmenter(2).fit(table)
        assert any("6 would have been chosen" in s for s in asked.result_.clustering.notices)
        assert f"Of 2 to 10, the elbow is at {asked.result_.clustering.knee}." in asked.decisions_

    def test_a_range_of_one_number_is_said_to_end(self):
        table = pd.DataFrame({"a": np.repeat([0.0, 1.0, 9.0, 10.0], 5) + np.arange(20) / 100})
        segmenter = Segmenter(k_max=2).fit(table)
        assert any(
            "2 is the largest number of segments that was tried" in s
            for s in segmenter.result_.clustering.notices
        )

    @pytest.mark.parametrize("k_max", [3, 10])
    def test_a_range_that_distinct_rows_end_asks_for_no_larger_k_max(self, k_max):
        values = [0.5, 0.6, 10.5, 20.5]
        segmenter = Segmenter(k_max=k_max).fit(pd.DataFrame({"ID": range(20), "a": values * 5}))
        assert len(segmenter.profile_) == 3
        told = " ".join(segmenter.result_.clustering.notices)
        assert "having only 4 distinct rows" in told
        assert "--k-max" not in told

    def test_more_rows_than_all_silhouettes_are_computed_of_is_said(self):
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(20_500, 2)), columns=["a", "b"])
        segmenter = Segmenter(2, k_max=3).fit(table)
        told = next(s for s in segmenter.decisions_ if "Computed silhouettes" in s)
        assert "of 20,500 customers" in told and "standard error" in told
        assert len(segmenter.result_.clustering.silhouettes) < 20_500

    def test_names_say_what_sets_a_segment_apart(self):
        table = frame(
            ID=range(12), Income=[1.5] * 6 + [9.5] * 6, Sex=list("FFFFFM") + list("MMMMMF")
        )
        columns = columns_of(table)
        profile = make_profile(columns, np.repeat([1, 2], 6))
        assert profile.names == ["low Income, mostly Sex=F", "high Income, mostly Sex=M"]


@pytest.mark.parametrize(
    ("share", "decimals", "text"),
    [
        (1.0, 0, "100%"),
        (0.0, 0, "0%"),
        (199 / 200, 0, ">99%"),
        (1 / 250, 0, "<1%"),
        (1 / 100, 0, "1%"),
        (1999 / 2000, 1, ">99.9%"),
        (1 / 3000, 1, "<0.1%"),
        (0.25, 1, "25.0%"),
    ],
)
def test_all_and_nothing_are_said_of_all_and_nothing_only(share, decimals, text):
    assert percent(share, decimals) == text


class TestLoad:
    @pytest.mark.parametrize("delimiter", [",", ";", "\t"])
    @pytest.mark.parametrize("mark", ["", "\ufeff"])
    @pytest.mark.parametrize("newline", ["\n", "\r\n"])
    def test_delimiters_marks_and_line_ends(self, tmp_path, delimiter, mark, newline):
        lines = [["ID", "Age; or, so"], ["007", 'a "b"'], ["", ""], ["12345678901234567890", ""]]
        quoted = [['"' + cell.replace('"', '""') + '"' for cell in line] for line in lines]
        text = mark + newline.join(delimiter.join(line) for line in quoted) + newline
        (tmp_path / "t.csv").write_bytes(text.encode())
        table = load_table(tmp_path / "t.csv").frame
        assert table.columns.tolist() == lines[0]
        assert table.fillna("").to_numpy().tolist() == lines[1:]

    def test_short_rows_unnamed_columns_and_blank_lines(self, tmp_path):
        (tmp_path / "t.csv").write_text("ID,,Age\n1,x\n\n2,y,30\n")
        table = load_table(tmp_path / "t.csv").frame
        assert table.columns.tolist() == ["ID", "column_2", "Age"]
        assert len(table) == 3


def test_a_previous_folder_of_the_user_is_never_deleted(tmp_path):
    mine = tmp_path / "out.previous"
    mine.mkdir()
    (mine / "letter.txt").write_text("dear")
    write_result(tmp_path / "out", {"a.csv": "1"}, {"command": "run"})
    with pytest.raises(SegmentError):
        write_result(tmp_path / "out", {"a.csv": "2"}, {"command": "run"})
    assert (mine / "letter.txt").read_text() == "dear"
    assert (tmp_path / "out" / "a.csv").read_text() == "1"
