"""What is promised about installing: dependencies, extras, the two commands, the README's code."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import distribution
from pathlib import Path

import pytest

import kmeans_core

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
EXTRA = ["pandas", "matplotlib", "jinja2", "typer", "rich"]


def run(
    *arguments: str | Path, cwd: Path = ROOT, **variables: str
) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "80", **variables}
    return subprocess.run(
        [str(a) for a in arguments],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


def without(modules: list[str], script: str) -> list[str]:
    """A command line of a fresh Python in which `modules` cannot be imported."""
    block = f"import sys; sys.modules.update(dict.fromkeys({modules!r}))\n"
    return [sys.executable, "-W", "error", "-c", block + script]


def requirements() -> list[str]:
    extras = PROJECT["project"]["optional-dependencies"]
    return [*PROJECT["project"]["dependencies"], *(r for e in extras.values() for r in e)]


def test_only_numpy_and_numba_are_required():
    needed = [re.split(r"[<>=~! ;]", r)[0] for r in PROJECT["project"]["dependencies"]]
    assert needed == ["numpy", "numba"]
    assert PROJECT["project"]["requires-python"] == ">=3.11"
    assert set(PROJECT["project"]["optional-dependencies"]) == {
        *("segment", "files", "sql", "test", "bench", "dev")
    }


def test_no_upper_limits():
    assert not [r for r in requirements() if re.search(r"<|~=|==(?!\s*'x86_64')", r)]


def test_oldest_constraints_are_the_lower_bounds():
    lines = (ROOT / "tests" / "oldest.txt").read_text().splitlines()
    oldest = dict(line.split("==") for line in lines if line and not line.startswith("#"))
    bounds = dict(r.split(">=") for r in requirements() if ">=" in r)
    for name, bound in bounds.items():
        assert (oldest[name.partition("[")[0]] + ".0").startswith(bound + "."), name


def test_versions_agree():
    assert PROJECT["project"]["version"] == kmeans_core.__version__
    assert f"## {kmeans_core.__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_every_data_file_is_packaged():
    patterns = PROJECT["tool"]["setuptools"]["package-data"]
    folders = {ROOT.joinpath(*name.split(".")): globs for name, globs in patterns.items()}
    packaged = {p for folder, globs in folders.items() for glob in globs for p in folder.glob(glob)}
    for package in ("kmeans_core", "segment"):
        data = {
            path
            for path in (ROOT / package).rglob("*")
            if path.is_file() and path.suffix not in (".py", ".pyc")
        }
        assert data <= packaged


def test_console_command_is_declared():
    try:
        installed = distribution("kmeans-core")
    except ModuleNotFoundError:  # run from a checkout that is only on the path
        assert PROJECT["project"]["scripts"] == {"segment": "segment.__main__:main"}
        return
    (command,) = installed.entry_points.select(group="console_scripts", name="segment")
    assert command.value == "segment.__main__:main"


# Not rich alone: nothing but help in colour hangs on it.
@pytest.mark.parametrize("missing", [EXTRA, *([name] for name in EXTRA[:-1])], ids="+".join)
def test_segment_without_its_extra_says_what_to_install(missing, tmp_path):
    script = "from segment.__main__ import main; sys.exit(main(['demo', '--out', 'result']))"
    done = run(*without(missing, script), cwd=tmp_path)
    assert done.returncode == 2, done.stderr
    (line,) = done.stderr.splitlines()
    assert "pip install 'kmeans-core[segment]'" in line
    assert done.stdout == ""
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("missing", ["pandas", "matplotlib", "jinja2"])
def test_segmenter_without_its_extra_says_what_to_install(missing):
    done = run(*without([missing], "from segment import Segmenter"))
    assert done.returncode == 1
    expected = f"ModuleNotFoundError: {missing} is missing: pip install 'kmeans-core[segment]'"
    assert done.stderr.splitlines()[-1] == expected


def test_clusterers_run_with_numpy_and_numba_alone():
    script = """
import numpy as np
from kmeans_core import AgglomerativeClustering, KMeans, cut_tree, linkage, metrics
X = np.random.default_rng(0).normal(size=(60, 3))
labels = KMeans(3, random_state=0).fit(X).labels_
tree = linkage(X, "average")
assert cut_tree(tree, 3).shape == (60, 1)
assert AgglomerativeClustering(3).fit_predict(X).shape == (60,)
metrics.silhouette_score(X, labels)
"""
    absent = ["scipy", "sklearn", *EXTRA, "pyarrow", "python_calamine", "sqlalchemy"]
    done = run(*without(absent, script))
    assert (done.returncode, done.stderr) == (0, "")


def test_demo_runs_without_scipy_and_sklearn(tmp_path):
    script = "from segment.__main__ import main; sys.exit(main(['demo']))"
    done = run(*without(["scipy", "sklearn"], script), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "demo-segments" / "report.html").stat().st_size > 0
    assert str(Path("demo-segments", "report.html")) in done.stdout


def test_code_of_the_readme_runs(tmp_path):
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)
    assert blocks
    made = run(sys.executable, "-m", "segment", "demo", "--table", "customers.csv", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    done = run(sys.executable, "-W", "error", "-c", "\n".join(blocks), cwd=tmp_path)
    assert done.returncode == 0, done.stderr


def test_links_of_the_readme_lead_somewhere():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", text)
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.fixture
def make(program, checkout: Path):
    """Runs make in `checkout`, untouched by the variables of a make that runs these tests."""

    def run_make(target: str, python: Path | str) -> subprocess.CompletedProcess[str]:
        own = ["VENV=.venv", "CONSTRAINTS=", f"PYTHON={python}"]
        return run(program("make"), target, *own, cwd=checkout, MAKEFLAGS="", MAKELEVEL="")

    return run_make


def fake_python(folder: Path, refuses: str) -> Path:
    """A Python that fails on every command line holding the text `refuses`."""
    path = folder / "fakepython"
    path.write_text(
        f'#!/bin/sh\ncase "$*" in *"{refuses}"*) exit 1;; esac\nexec "{sys.executable}" "$@"\n'
    )
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("target", ["demo", "test"])
@pytest.mark.parametrize(
    ("refuses", "says"),
    [
        ("import venv", "sudo apt install python3-venv"),
        ("version_info", "is too old: install Python 3.11 or newer"),
        (None, "No 'no-such-python' here: install Python 3.11 or newer"),
    ],
)
def test_make_says_in_one_line_what_to_install(make, checkout, target, refuses, says):
    python = fake_python(checkout, refuses) if refuses else "no-such-python"
    done = make(target, python)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1
    assert says in lines[0]
    assert not (checkout / ".venv").exists()


def test_make_leaves_a_folder_alone_that_is_no_virtual_environment(make, checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv" / "mine").write_text("precious")
    done = make("demo", sys.executable)
    assert done.returncode == 2
    assert "is no virtual environment" in done.stderr
    assert (checkout / ".venv" / "mine").read_text() == "precious"


@pytest.mark.parametrize(
    ("required", "reason", "code"),
    [
        ("0", "needs the program chromium", 0),
        ("1", "needs the program chromium", 1),
        ("1", "the real tables are not here: ../shared/data", 0),
    ],
)
def test_required_programs_turn_a_skip_into_a_failure(tmp_path, required, reason, code):
    tests = tmp_path / "here" / "tests"
    tests.mkdir(parents=True)
    shutil.copy(ROOT / "tests" / "conftest.py", tests)
    test = f"import pytest\ndef test_skipped():\n    pytest.skip({reason!r})\n"
    (tests / "test_one.py").write_text(test + "def test_passes():\n    pass\n")
    (tests / "test_two.py").write_text("def test_passes():\n    pass\n")
    done = run(sys.executable, "-m", "pytest", "-q", tests, REQUIRE_PROGRAMS=required)
    assert done.returncode == code, done.stdout
    assert ("REQUIRE_PROGRAMS=1 forbids" in done.stdout) == (code == 1)
