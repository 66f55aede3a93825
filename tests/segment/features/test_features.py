"""Outliers, filled cells, scales and weights."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from small_tables import columns_of, frame, sentences_of, two_groups

from segment import Segmenter
from segment.errors import SegmentError
from segment.features.features import FeatureOptions, make_features

AGES = [20.5, 31.5, 42.5, 53.5]


class TestDistances:
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


class TestOutliers:
    table = two_groups(41, Spend=[*np.linspace(1, 2, 40), 50.5])

    def test_drawn_in_by_default_and_averages_keep_them(self):
        segmenter = Segmenter(2).fit(self.table)
        assert "Moved 1 outlier of 'Spend'" in sentences_of(segmenter)
        assert "'50.5' in row 41" in sentences_of(segmenter)
        spend = segmenter.result_.prepared.features.recipe[2]
        median = self.table["Spend"].median()
        mad = (self.table["Spend"] - median).abs().median()
        assert spend.high == pytest.approx(median + 5 * mad / 0.6745)
        sizes = segmenter.profile_["size"]
        assert (segmenter.profile_["mean(Spend)"] * sizes).sum() == pytest.approx(
            self.table["Spend"].sum()
        )
        assert (segmenter.predict(self.table) == segmenter.labels_).all()

    def test_dropped_or_kept_as_asked(self):
        dropped = Segmenter(2, outliers="drop").fit(self.table)
        assert len(dropped.segments_) == 40
        assert "c40" not in set(dropped.segments_["ID"])
        assert "Dropped the customers of 1 outlier" in sentences_of(dropped)
        kept = Segmenter(2, outliers="keep").fit(self.table)
        assert kept.result_.prepared.features.recipe[2].high == np.inf
        high = Segmenter(2, outlier_threshold=1e5).fit(self.table)
        assert "outlier" not in sentences_of(high)


class TestOptions:
    def matrix(self, values, **options):
        table = pd.DataFrame({"a": values, "b": np.linspace(0, 1, len(values)) ** 2})
        return Segmenter(2, outliers="keep", **options).fit(table).X_[:, 0]

    def test_scales(self):
        values = np.array([0.5, 1, 2, 3, 4, 5, 6, 7.5])
        standard = (values - values.mean()) / values.std()
        np.testing.assert_allclose(self.matrix(values), standard, rtol=1e-12)
        minmax = (values - 0.5) / 7
        np.testing.assert_allclose(self.matrix(values, scale="minmax"), minmax, rtol=1e-12)
        low, middle, high = np.percentile(values, [25, 50, 75])
        robust = (values - middle) / (high - low) * 1.349
        np.testing.assert_allclose(self.matrix(values, scale="robust"), robust, rtol=1e-12)
        logs = np.log1p(values)
        expected = (logs - logs.mean()) / logs.std()
        np.testing.assert_allclose(self.matrix(values, scale="log"), expected, rtol=1e-12)

    def test_skewed_columns_without_negatives_take_a_logarithm(self):
        skewed = np.exp(np.linspace(0, 8, 50))
        logs = np.log1p(skewed)
        expected = (logs - logs.mean()) / logs.std()
        np.testing.assert_allclose(self.matrix(skewed), expected, rtol=1e-12)
        negative = skewed - 1.5  # one value in ten is below 0: the logarithm keeps the sign
        logs = np.sign(negative) * np.log1p(np.abs(negative))
        expected = (logs - logs.mean()) / logs.std()
        np.testing.assert_allclose(self.matrix(negative), expected, rtol=1e-9)

    def test_fills(self):
        cells = [1.0, 1.0, 2.5, 4.0, 9.0, np.nan]
        for fill, value in (("median", 2.5), ("mode", 1.0), ("3.5", 3.5), (0, 0.0)):
            table = pd.DataFrame({"a": cells, "b": range(6)})
            segmenter = Segmenter(2, fill={"a": fill}).fit(table)
            assert segmenter.result_.prepared.features.recipe[0].fill == value
        table = two_groups(40, City=["x", "y", None, "x"] * 10)
        segmenter = Segmenter(2, fill={"City": "nowhere"}).fit(table)
        assert segmenter.result_.prepared.features.recipe[-1].levels == ["nowhere", "x", "y"]
        with pytest.raises(SegmentError, match="can be filled with median, mode or a number"):
            Segmenter(fill={"Age": "old"}).fit(table)

    def test_weights(self):
        table = two_groups(40, City=["x", "y"] * 20)
        plain = Segmenter(2).fit(table).X_
        weighted = Segmenter(2, weights={"Age": 3, "City": 2}).fit(table)
        np.testing.assert_allclose(weighted.X_, plain * [3, 1, 2, 2])
        assert "Weighted 'Age' by 3, as requested" in sentences_of(weighted)
        with pytest.raises(SegmentError, match="did you mean 'Age'"):
            Segmenter(weights={"Ages": 2}).fit(table)
