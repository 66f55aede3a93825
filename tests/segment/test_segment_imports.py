"""The rooms of `segment` and the one direction of their imports, read from the sources by ast.

Imports inside functions and those for the type checker count too.
"""

from __future__ import annotations

import ast
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
# Lowest first: a file imports from its own floor and those below it.
FLOORS = [
    {"errors", "wording"},
    {"tables"},
    {"features"},
    {"clusters"},
    {"answers"},
    {"parameters", "segmenter", "demo"},
    {"cli"},
    {"__init__", "__main__"},
]


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


MODULES = {name_of(path): path for path in sorted((ROOT / "segment").rglob("*.py"))}


def floor_of(module: str) -> int:
    (floor,) = [i for i, rooms in enumerate(FLOORS) if module.split(".")[1] in rooms]
    return floor


def dependencies(source: str) -> set[str]:
    """The modules of `segment` that a source text imports; of a package it is ``__init__``."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found += [[alias.name] for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "an import by its full name says which room it is from"
            found += [[f"{node.module}.{alias.name}", str(node.module)] for alias in node.names]
    candidates = [[m for name in names for m in (name, f"{name}.__init__")] for names in found]
    return {
        next(m for m in c if m in MODULES) for c in candidates if not MODULES.keys().isdisjoint(c)
    }


GRAPH = {n: dependencies(p.read_text(encoding="utf-8")) - {n} for n, p in MODULES.items()}


def test_imports_of_every_kind_are_seen():
    source = """
import segment.tables.cells
from segment import Segmenter, demo
if TYPE_CHECKING:
    from segment.cli.app import run_command
def late():
    from segment.answers import plots
"""
    modules = {"tables.cells", "demo", "__init__", "cli.app", "answers.plots"}
    assert dependencies(source) == {f"segment.{name}" for name in modules}


@pytest.mark.parametrize("module", MODULES)
def test_a_file_imports_from_its_own_floor_and_lower_ones(module):
    assert not {name for name in GRAPH[module] if floor_of(name) > floor_of(module)}


def test_no_import_goes_round_in_a_circle():
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as error:
        pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def test_every_room_has_modules():
    rooms = {module.split(".")[1] for module in MODULES}
    assert rooms == set().union(*FLOORS)
