"""Tables as strangers send them: rows, id, roles, values and sentences of each."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import strangers_amounts
import strangers_languages
import strangers_rows
import strangers_trades
import strangers_values

from segment import Segmenter
from segment.tables.load import load_table

TABLES = {
    **strangers_languages.TABLES,
    **strangers_values.TABLES,
    **strangers_amounts.TABLES,
    **strangers_rows.TABLES,
    **strangers_trades.TABLES,
}


@pytest.mark.parametrize("name", TABLES)
def test_a_strangers_table(name):
    table = TABLES[name]
    Path(table.name).write_bytes(table.content)
    loaded = load_table(table.name)
    segmenter = Segmenter()
    found = segmenter.examine(loaded.frame, loaded.decisions)
    roles, frame = found.columns.roles, found.columns.frame
    for column, role in table.roles.items():
        assert roles[column] in (*role.split("|"), "id"), found.columns.reasons[column]
    if table.refused:
        assert table.refused in found.cleaned.refusal
        return
    assert not found.cleaned.refusal
    assert len(found.cleaned.frame) == table.rows
    assert str(found.cleaned.id_column) in str(table.id).split("|")
    assert found.cleaned.id_column not in {reader.name for reader in found.columns.readers}
    for column, values in table.read.items():
        tolerance = 1 if column.startswith("age by") else 1e-9
        assert np.abs(frame[column][: len(values)].to_numpy() - values).max() <= tolerance
    sections = segmenter.prepare_examined(found).sections
    said = "\n".join(sentence for _, sentences in sections for sentence in sentences)
    for part in table.said:
        assert part in said


def test_there_are_many():
    assert len(TABLES) >= 80
