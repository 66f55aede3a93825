"""Names of segments, and shares in words."""

from __future__ import annotations

import numpy as np
from small_tables import columns_of, frame

from segment.answers.profile import make_profile


def test_names_say_what_sets_a_segment_apart():
    table = frame(ID=range(12), Income=[1.5] * 6 + [9.5] * 6, Sex=list("FFFFFM") + list("MMMMMF"))
    columns = columns_of(table)
    profile = make_profile(columns, np.repeat([1, 2], 6))
    assert profile.names == ["low Income, mostly Sex=F", "high Income, mostly Sex=M"]
