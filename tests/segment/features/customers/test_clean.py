"""Rows that are no customers, repeated ids, and words for missing."""

from __future__ import annotations

import pandas as pd
import pytest
from small_tables import frame, sentences_of

from segment import Segmenter
from segment.errors import SegmentError
from segment.features.customers.clean import clean


def test_blank_rows_then_duplicates_are_counted():
    table = frame(ID=["1", " ", "2", "1", "", "2"], Age=["3", "", "4", "3", " ", "4"])
    cleaned = clean(table)
    assert (cleaned.n_blank, cleaned.n_duplicates) == (2, 2)
    assert cleaned.rows.tolist() == [1, 3]
    assert cleaned.id_column == "ID"


IDS = pd.DataFrame(
    {
        "ID": ["a", "b", "a", "c", "d", "e"],
        "Spend": ["1.5", "2.5", "4.5", "9.5", "3.5", "8.5"],
        "City": ["x", "x", "y", "y", "y", "x"],
    }
)


@pytest.mark.parametrize(
    ("rule", "spend", "city"), [("first", 1.5, "x"), ("last", 4.5, "y"), ("mean", 3.0, "x")]
)
def test_repeated_ids(rule, spend, city):
    with pytest.raises(SegmentError, match=r"rows 1, 3.*--duplicates first\|last\|mean"):
        Segmenter().fit(IDS)
    segmenter = Segmenter(2, duplicates=rule).fit(IDS)
    cleaned = segmenter.result_.prepared.cleaned
    kept = cleaned.frame.set_index("ID").loc["a"]
    assert (float(kept["Spend"]), kept["City"]) == (spend, city)
    assert sorted(segmenter.segments_["ID"]) == list("abcde")
    assert "dropped 1 row" in sentences_of(segmenter)
