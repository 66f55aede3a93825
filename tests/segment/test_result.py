"""The result of a fit: set once, last, and whole whatever interrupts the next fit."""

from __future__ import annotations

import dataclasses

import pytest
from small_tables import two_groups

import segment.segmenter
from segment import Segmenter
from segment.errors import SegmentError

STEPS = ["find_segments", "make_profile", "segments_table", "explore", "leave_each_out", "Result"]


@pytest.mark.parametrize("error", [KeyboardInterrupt, MemoryError])
@pytest.mark.parametrize("step", STEPS)
def test_an_interrupted_fit_leaves_the_earlier_result_whole(monkeypatch, step, error):
    table, other = two_groups(40), two_groups(60, City=["x", "y", "z"] * 20)
    segmenter = Segmenter(2).fit(table)
    before, files = dict(vars(segmenter)), segmenter.files()

    def stop(*_, **__):
        raise error

    monkeypatch.setattr(segment.segmenter, step, stop)
    with pytest.raises(error):
        segmenter.fit(other)
    assert vars(segmenter) == before
    assert segmenter.files() == files
    assert len(segmenter.segments_) == len(segmenter.labels_) == len(segmenter.X_) == 40
    assert (segmenter.predict(table) == segmenter.labels_).all()


def test_a_first_fit_that_is_interrupted_leaves_nothing(monkeypatch):
    def stop(*_, **__):
        raise KeyboardInterrupt

    segmenter = Segmenter(2)
    monkeypatch.setattr(segment.segmenter, "leave_each_out", stop)
    with pytest.raises(KeyboardInterrupt):
        segmenter.fit(two_groups(40))
    assert not hasattr(segmenter, "result_")
    assert not hasattr(segmenter, "labels_")
    with pytest.raises(SegmentError, match="not fitted"):
        segmenter.files()


def test_a_result_cannot_be_changed():
    result = Segmenter(2).fit(two_groups(40)).result_
    for field in dataclasses.fields(result):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(result, field.name, None)


def test_a_result_keeps_the_parameters_that_made_it():
    table = two_groups(40)
    segmenter = Segmenter(2, method="average", derive=["sum = Age + Income"]).fit(table)
    expected = segmenter.predict(table)
    segmenter.derive, segmenter.method = None, "kmeans"
    assert (segmenter.predict(table) == expected).all()
    assert segmenter.model_.linkage == "average"
