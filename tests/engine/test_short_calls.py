"""The rule that no compiled call is long."""

import pytest

from kmeans_core.engine import short_calls


@pytest.mark.parametrize("start, stop", [(0, 1), (0, 2), (0, 5), (3, 9), (2, 9), (4, 4)])
def test_calls_cover_every_item_once(start, stop, monkeypatch):
    monkeypatch.setattr(short_calls, "LONGEST_CALL", 30)
    calls = list(short_calls.short_calls(start, stop, 10))
    assert [item for first, last in calls for item in range(first, last)] == list(
        range(start, stop)
    )
    assert all(last - first <= 3 for first, last in calls)


def test_a_call_has_an_item_however_much_it_costs():
    assert short_calls.items_per_call(1e30) == 1
    assert short_calls.items_per_call(0) * short_calls.items_per_call(1) > 1e15
    assert short_calls.items_per_call(2e7) == 5  # 20 ms each
