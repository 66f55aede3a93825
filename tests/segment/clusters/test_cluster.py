"""Segments, their numbers, and the sentences on how many there are."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segment import Segmenter
from segment.clusters.cluster import number_by_size


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
        two = Segmenter(2).fit(table)
        assert any("6 would have been chosen" in s for s in two.result_.clustering.notices)

    def test_the_elbow_is_said_only_where_no_valley_decides(self):
        rng = np.random.default_rng(0)
        X = np.concatenate([rng.normal(5 * i, 0.1, (20, 1)) for i in range(6)])
        parted = Segmenter().fit(pd.DataFrame(X, columns=["a"]))
        assert not any("elbow" in s for s in parted.decisions_)
        cloud = Segmenter().fit(pd.DataFrame(rng.normal(size=(300, 2)), columns=["a", "b"]))
        knee, k = cloud.result_.clustering.knee, len(cloud.profile_)
        said = [s for s in cloud.decisions_ if "The elbow of the spread" in s]
        assert len(said) == (knee is not None)
        assert knee in (None, k) or f"(-k {knee})" in said[0]
        assert not any("elbow" in s for s in cloud.result_.clustering.notices)

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
        said = " ".join(segmenter.result_.clustering.notices)
        assert "having only 4 distinct rows" in said
        assert "--k-max" not in said

    def test_more_rows_than_all_silhouettes_are_computed_of_is_said(self):
        rng = np.random.default_rng(0)
        table = pd.DataFrame(rng.normal(size=(20_500, 2)), columns=["a", "b"])
        segmenter = Segmenter(2, k_max=3).fit(table)
        said = next(s for s in segmenter.decisions_ if "Computed silhouettes" in s)
        assert "of 20,500 customers" in said and "standard error" in said
        assert len(segmenter.result_.clustering.silhouettes) < 20_500
