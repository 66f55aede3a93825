"""The scale of a column is chosen before its outliers, and later customers get the same one."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from segment import Segmenter
from segment.features.outliers import find_outliers
from segment.features.transform import LINEAR, Transform, choose_transform

RNG = np.random.default_rng(4)
SKEWED = RNG.lognormal(4, 1.3, 600)
SYMMETRIC = RNG.normal(50, 5, 600)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (SYMMETRIC, LINEAR),
        (np.append(SYMMETRIC, 1e6), LINEAR),  # one far value makes no skewed column
        (RNG.uniform(0, 9, 500), LINEAR),
        (RNG.poisson(3, 500), LINEAR),
        (-SKEWED, LINEAR),  # skewed to the left
        (np.r_[SKEWED, -SKEWED], LINEAR),
        (SKEWED, Transform(log=True)),
        (SKEWED / 1e4, Transform(log=True, unit=0.001)),
        (np.r_[SKEWED, -SKEWED[:20]], Transform(log=True, signed=True)),
        (np.r_[SKEWED, np.zeros(60)], Transform(log=True)),
        (np.r_[SKEWED, np.zeros(400)], Transform(log=True, zeros_apart=True)),
        (np.r_[RNG.uniform(40, 60, 100), np.zeros(400)], Transform(zeros_apart=True)),
        (np.array([]), LINEAR),
    ],
)
def test_which(values, expected):
    assert choose_transform(np.asarray(values, dtype=float), "auto") == expected
    assert choose_transform(np.asarray(values, dtype=float), "standard") == LINEAR


@pytest.mark.parametrize(
    "transform", [LINEAR, Transform(True), Transform(True, 0.01), Transform(True, signed=True)]
)
def test_a_transform_is_monotone_and_can_be_undone(transform):
    values = np.linspace(-50 if transform.signed else 0, 1e5, 999)
    changed = transform.apply(values)
    assert (np.diff(changed) > 0).all()
    np.testing.assert_allclose(transform.invert(changed), values, rtol=1e-9, atol=1e-9)


def outliers_of(**columns):
    frame = pd.DataFrame(columns)
    chosen = {n: choose_transform(frame[n].dropna().to_numpy(float), "auto") for n in frame}
    return {o.name: o for o in find_outliers(frame, chosen, 5.0)}


def test_outliers_are_judged_after_the_logarithm():
    found = outliers_of(spend=SKEWED, age=np.append(SYMMETRIC[:-1], 1e4))
    assert "spend" not in found or found["spend"].n <= 2
    assert found["age"].n == 1 and found["age"].moved and found["age"].high < 100


def test_many_far_values_belong_to_the_column():
    values = np.append(RNG.normal(0, 1, 570), RNG.uniform(-40, 40, 30))
    found = outliers_of(x=values)["x"]
    assert found.n > 6 and not found.moved
    frame = pd.DataFrame({"x": values, "y": RNG.normal(size=600)})
    prepared = Segmenter(2).prepare(frame)
    assert prepared.features.recipe[0].high == np.inf
    assert any("Moved no value of 'x'" in s for s in prepared.features.decisions)


def test_one_sentence_says_how_many_customers_were_touched():
    table = {name: RNG.normal(0, 1, 400) for name in "abc"}
    for i, name in enumerate("abc"):
        table[name][[7, 20 + i]] = 60.0
    said = [s for s in Segmenter().prepare(pd.DataFrame(table)).features.decisions if "Moved" in s]
    assert len(said) == 1
    assert "Moved 6 outliers (robust z above 5) in 3 columns, of 4 customers of 400" in said[0]


def test_those_with_none_are_told_apart():
    spend = np.r_[np.zeros(200), SKEWED[:300]]
    features = Segmenter().prepare(pd.DataFrame({"spend": spend, "age": SYMMETRIC[:500]})).features
    any_spend, amount, _ = features.X.T
    assert set(any_spend) == {0.0, 0.5 * np.sqrt(2)}
    assert (amount[:200] == 0).all() and amount[200:].mean() == pytest.approx(0, abs=1e-9)
    logs = np.log1p(SKEWED[:300])
    np.testing.assert_allclose(amount[200:], (logs - logs.mean()) / logs.std(), rtol=1e-9)
    assert "Separated those with none in 1 column (spend)" in "\n".join(features.decisions)


def test_later_customers_get_the_same_scale():
    n = 200
    group = np.arange(n) % 2
    table = pd.DataFrame(
        {
            "spend": np.where(group, 500, 5) * RNG.lognormal(0, 0.3, n),
            "fees": np.where(np.arange(n) % 3 == 0, RNG.lognormal(3, 1, n), 0),
            "mood": np.where(group, "low", "high").astype(object),
            "likes": ["a;b" if g else "b;c" for g in group],
            "app": ["x" if g else "" for g in group],
        }
    )
    table.loc[::7, "mood"] = "medium"
    segmenter = Segmenter(2).fit(table)
    assert (segmenter.predict(table) == segmenter.labels_).all()
    assert (segmenter.predict(table.iloc[:9]) == segmenter.labels_[:9]).all()
