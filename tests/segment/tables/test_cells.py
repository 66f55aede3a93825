"""Cells as numbers, days and texts, and what is guessed of a whole column."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import texts

from segment.tables.cells import Cells, guess_decimal, order_of_days


class TestCells:
    @pytest.mark.parametrize(
        ("decimal", "cell", "value"),
        [
            (".", "12", 12),
            (".", " 1.5e3 ", 1500),
            (".", "$1,234.50", 1234.5),
            (".", "1,234,567", 1234567),
            (".", "12 %", 12),
            (".", "1 234 567", 1234567),
            (".", "1\u202f234", 1234),
            (".", "1'234.5", 1234.5),
            (".", "USD 7", 7),
            (".", "-€5", -5),
            (".", "(12.5)", -12.5),
            (".", "12,5", None),
            (".", "12 5", None),
            (".", "1,23,456", 123456),
            (".", "lots", None),
            (".", "inf", None),
            (".", "1e999", None),
            (",", "1.234,5", 1234.5),
            (",", "1.234", 1234),
            (",", "0,25 €", 0.25),
            (",", "12.5", 12.5),
        ],
    )
    def test_numbers(self, decimal, cell, value):
        read = Cells(decimal=decimal, settled=True).numbers(texts(cell))[0]
        assert read == value or (value is None and np.isnan(read))

    @pytest.mark.parametrize("dtype", [object, "str"])
    def test_a_number_in_text_is_the_nearest_float(self, dtype):
        values = np.random.default_rng(0).normal(size=2000) ** 5
        read = Cells().numbers(texts(*map(repr, map(float, values))).astype(dtype))
        assert (read.to_numpy() == values).all()

    @pytest.mark.parametrize("odd", ["", " ", None, "nan", "inf", "1e999", "1_000", "0x1f", "٣"])
    def test_columns_read_at_once_are_read_as_cell_by_cell(self, odd):
        column = texts("7", odd, " 2.50 ")
        at_once, one_by_one = (Cells().numbers(column.astype(kind)) for kind in ("str", object))
        pd.testing.assert_series_equal(at_once, one_by_one)
        assert Cells(frozenset({"7"})).numbers(column.astype("str")).isna()[0]

    @pytest.mark.parametrize(
        ("cells", "decimal"),
        [
            (["1,5", "2,25", "3"], ","),
            (["1.5", "2.25", "3"], "."),
            (["1,234", "5,678"], "."),
            (["1,234", "0,5"], ","),
            (["1.234,5", "5,678"], ","),
            (["€ 12,50"], ","),
            (["a, b", "c"], "."),
        ],
    )
    def test_the_decimal_is_guessed_from_cells_that_can_only_mean_one(self, cells, decimal):
        assert guess_decimal(pd.DataFrame({"x": texts(*cells)})) == decimal

    @pytest.mark.parametrize(
        ("cells", "order", "first"),
        [
            (["2014-06-29", "2013-01-02"], "ymd", "2014-06-29"),
            (["29-06-2014", "01-02-2013"], "dmy", "2014-06-29"),
            (["06/29/2014", "01/02/2013"], "mdy", "2014-06-29"),
            (["1.2.2013", "3.4.2013"], "dmy", "2013-02-01"),
            (["2014-06-29T10:11:12Z", "2013-01-02 00:00"], "ymd", "2014-06-29"),
            (["29/06/69", "1/1/70"], "dmy", "2069-06-29"),
            (["12", "13"], None, None),
            (["12-3456-78", "a"], None, None),
        ],
    )
    def test_days(self, cells, order, first):
        assert order_of_days(texts(*cells)) == order
        if order:
            assert str(Cells().column(texts(*cells)).days(order)[0])[:10] == first
        assert Cells().column(texts("31-02-2014", "?")).days("dmy").isna().all()


def test_true_and_1_are_two_values():
    column = Cells().column(texts(True, 1, "1", 1.0, None))
    assert column.levels.tolist() == ["True", "1"]
    assert column.codes.tolist() == [0, 1, 1, 1, -1]
