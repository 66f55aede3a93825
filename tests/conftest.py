"""What tests share: the real tables, the programs, and the rule that in CI nothing is skipped.

With ``REQUIRE_PROGRAMS=1`` (set by ``.ci/run``) a skipped test fails the run, whatever skipped
it. Two excuses are left: the real tables, where their folder is missing, and MariaDB, whose
installation takes longer than its tests.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

os.environ.setdefault("MPLBACKEND", "Agg")

ROOT = Path(__file__).resolve().parent.parent
SHARED_DATA = ROOT.parent / "shared" / "data"
NO_DATA = "the real tables are not here: ../shared/data"
NO_MARIADB = "needs the program mariadb-install-db (of mariadb-server)"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real customer tables; the test is skipped where it is missing."""
    if not SHARED_DATA.is_dir():
        pytest.skip(NO_DATA)
    return SHARED_DATA


@pytest.fixture(scope="session")
def program() -> Callable[..., str]:
    """``program("chromium", "google-chrome")``: the path of the first one installed, or a skip."""

    def find(*names: str) -> str:
        for name in names:
            path = shutil.which(name)
            if path:
                return path
        pytest.skip(f"needs the program {' or '.join(names)}")

    return find


@pytest.fixture(scope="session")
def mariadb_install_db() -> str:
    """The path of the program that makes a MariaDB's folder; the test is skipped without it."""
    path = shutil.which("mariadb-install-db")
    if path is None:
        pytest.skip(NO_MARIADB)
    return path


def _forbidden_skips(config: pytest.Config) -> list[str]:
    if os.environ.get("REQUIRE_PROGRAMS") != "1":
        return []
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if reporter is None:
        return []
    reports = reporter.stats.get("skipped", [])
    return [
        f"{report.nodeid}: {report.longreprtext or report.longrepr}"
        for report in reports
        if NO_MARIADB not in str(report.longrepr)
        and (SHARED_DATA.is_dir() or NO_DATA not in str(report.longrepr))
    ]


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _forbidden_skips(session.config) and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = _forbidden_skips(terminalreporter.config)
    if skipped:
        terminalreporter.section("skipped, which REQUIRE_PROGRAMS=1 forbids", red=True)
        for line in skipped:
            terminalreporter.line(line)
