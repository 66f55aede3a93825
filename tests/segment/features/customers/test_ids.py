"""Which column names a customer."""

from __future__ import annotations

import re

import numpy as np
import pytest
from small_tables import columns_of, frame

from segment.errors import SegmentError
from segment.features.customers.clean import clean
from segment.features.customers.ids import name_words
from segment.tables.load import load_table

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
            ("Käufer-Nr", ["kaufer", "nr"]),
            ("Idea", ["idea"]),
            ("Grid", ["grid"]),
            ("Nordic", ["nordic"]),
        ],
    )
    def test_words(self, name, words):
        assert list(name_words(name)) == words

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
            ({"ZIP Code": [10115, 20095, 80331, 50667], "Age": AGES}, None),  # a place
            ({"Postcode": ["SW1A 1AA", "M1 1AE", "B33 8TH", "CR2 6XH"], "Age": AGES}, None),
            ({"KUNNR": ["0017", "0024", "0031", "0038"], "Age": AGES}, "KUNNR"),  # codes, last
            ({"KUNNR": ["0017", "0024", "0031", "0038"], "Name": "abcd"}, "Name"),
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
        assert re.search(r"id '5' in column 'ID'.*rows 2, 5", clean(table).refusal)

    @pytest.mark.parametrize("ids", ["11114", "12345 1", "1 1  ", "44444"])
    def test_ids_that_repeat_are_an_error_and_never_features(self, ids):
        table = frame(CustomerID=[c.strip() for c in ids], Age=np.arange(len(ids)) * 1.5)
        assert re.search(r"in column 'CustomerID'.*segment rfm", clean(table).refusal)
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
        found = clean(table)
        assert found.are_lines
        assert re.search(r"these are purchases: 4,000 lines of \d+ customers", found.refusal)
        assert "segment rfm TABLE --id 'CustomerID' --date 'InvoiceDate'" in found.refusal
