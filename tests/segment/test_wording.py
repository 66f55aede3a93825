"""Names, counts and numbers in sentences."""

from __future__ import annotations

import pytest

from segment.wording import percent


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
