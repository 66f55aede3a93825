"""docs/architecture.svg is drawn from the imports as they are."""

import importlib.util
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve()
while not (ROOT / "pyproject.toml").exists():
    ROOT = ROOT.parent
SPEC = importlib.util.spec_from_file_location("architecture", ROOT / "docs" / "architecture.py")
architecture = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(architecture)


def test_the_picture_shows_the_imports_of_today(capsys):
    assert architecture.main(["--check"]) == 0, capsys.readouterr().out


def test_a_circle_of_rooms_is_named():
    assert architecture.floors({"a": {"b"}, "b": {"c"}, "c": set()}) == {"a": 2, "b": 1, "c": 0}
    with pytest.raises(ValueError, match="a -> b -> c -> a"):
        architecture.floors({"a": {"b"}, "b": {"c"}, "c": {"a"}})


def test_arrows_that_follow_from_others_are_left_out():
    graph = {"top": {"middle", "ground"}, "middle": {"ground"}, "ground": set()}
    assert architecture.reduced(graph) == {"top": {"middle"}, "middle": {"ground"}, "ground": set()}


def test_imports_are_read_from_files_also_those_for_the_type_checker(tmp_path):
    package = tmp_path / "kmeans_core"
    (package / "engine").mkdir(parents=True)
    (tmp_path / "segment").mkdir()
    (package / "engine" / "jit.py").write_text("import numpy\n")
    text = "if True:\n    from kmeans_core.engine.jit import kernel\nfrom os import path\n"
    (package / "top.py").write_text(text)
    graph = architecture.rooms(architecture.modules(tmp_path))
    assert graph == {"kmeans_core.engine": set(), "kmeans_core.top": {"kmeans_core.engine"}}
