"""Segmenter from Python: the same as the command, its parameters, and what it refuses."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from command import segments_of, write
from small_tables import two_groups_text

from kmeans_core import AgglomerativeClustering, KMeans, metrics
from segment import Segmenter
from segment.__main__ import main
from segment.demo import demo_customers
from segment.errors import SegmentError


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
        table = pd.read_csv(write(two_groups_text()))
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

    def test_report_goes_where_it_should(self, tmp_path):
        segmenter = Segmenter(2).fit(pd.read_csv(write(two_groups_text())))
        segmenter.report(tmp_path / "page.html", "mine")
        assert "mine" in (tmp_path / "page.html").read_text(encoding="utf-8")


class TestRefusals:
    @pytest.mark.parametrize(
        ("frame", "said"),
        [
            ([[1, 2]], "pandas DataFrame"),
            (pd.DataFrame(), "no columns"),
            (pd.DataFrame({"a": []}), "no rows"),
            (pd.DataFrame([[1, 2]], columns=["a", "a"]), "two columns named 'a'"),
            (pd.DataFrame({"a": [np.nan, np.inf, 2.5]}), "one value only"),
            (pd.DataFrame({"a": [1, 2], "b": [None, [1]]}), "'b' holds a list in row 2"),
            (pd.DataFrame({"b": [{"c": 1}, 2.0]}), "'b' holds a dict in row 1"),
        ],
    )
    def test_frames(self, frame, said):
        with pytest.raises(SegmentError, match=said):
            Segmenter().fit(frame)

    def test_parameters(self):
        frame = pd.DataFrame({"age": np.arange(9) * 1.5})
        with pytest.raises(SegmentError, match="category weight must be a number"):
            Segmenter(2, category_weight=True).fit(frame)

    def test_a_report_where_none_can_be_written(self, tmp_path):
        segmenter = Segmenter(2).fit(pd.DataFrame({"age": np.arange(9) * 1.5}))
        with pytest.raises(SegmentError, match=r"cannot write '.*page\.html': No such file"):
            segmenter.report(tmp_path / "nowhere" / "page.html")

    def test_predict_before_fit_and_on_other_columns(self):
        frame = pd.DataFrame({"age": np.arange(9) * 1.5})
        with pytest.raises(SegmentError, match="not fitted"):
            Segmenter().predict(frame)
        segmenter = Segmenter(2).fit(frame)
        with pytest.raises(SegmentError, match="did you mean 'Age'"):
            segmenter.predict(frame.rename(columns={"age": "Age"}))
        with pytest.raises(SegmentError, match="features must be a list"):
            Segmenter(features="age").fit(frame)
