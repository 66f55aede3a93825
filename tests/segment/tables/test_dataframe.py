"""Data frames of other libraries, by the Arrow stream interface."""

from __future__ import annotations

import pytest
from servers import customers

from segment import Segmenter


def test_an_arrow_stream_from_python():
    pyarrow = pytest.importorskip("pyarrow")

    class Stream:
        """What other data frames look like from here."""

        def __init__(self, table):
            self.table = table

        def __arrow_c_stream__(self, requested_schema=None):
            return self.table.__arrow_c_stream__(requested_schema)

    table = customers()
    stream = Stream(pyarrow.Table.from_pandas(table))
    one, other = Segmenter(3).fit(table), Segmenter(3).fit(stream)
    assert one.segments_.equals(other.segments_)
    assert (other.predict(stream) == other.labels_).all()
