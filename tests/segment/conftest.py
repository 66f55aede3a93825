"""Every test of `segment` runs in a folder of its own; database servers are started once."""

from __future__ import annotations

from pathlib import Path

import pytest
from servers import Postgres


@pytest.fixture(autouse=True)
def _inside_tmp_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="session")
def postgres(program):
    """A running PostgreSQL, of the newest version installed."""
    newest = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: p.parts[-3])
    initdb = newest[-1] if newest else Path(program("initdb"))
    with Postgres(initdb.resolve().parent) as server:
        yield server
