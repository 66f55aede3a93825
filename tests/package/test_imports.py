"""Which room may import which, read from the sources by ast without running them.

Imports inside functions count, and so do those for the type checker alone. An algorithm is named as
text in `algorithms.py` and imported when it is used: that is no import of a room from above.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import kmeans_core

ROOT = Path(__file__).resolve().parents[2]

# Lowest first. A room imports from itself and from lower floors, not from its neighbours.
FLOORS = [
    {"engine"},
    {"rows"},
    {"validation", "estimator"},
    {"kmeans.strategy", "kmeans.algorithms", "kmeans.naive"},
    {"kmeans.data"},
    {"kmeans.search"},
    {"kmeans.iteration", "kmeans.seeding"},
    {"kmeans.accelerated"},
    {"kmeans.fit"},
    {"kmeans.parameters"},
    {"kmeans.kmeans", "kmeans.plusplus"},
    {"kmeans"},
    {"hierarchy.distances"},
    {"hierarchy.linkages", "hierarchy.tree", "hierarchy.labelling"},
    {"hierarchy.linkage"},
    {"hierarchy.agglomerative"},
    {"hierarchy.ward_of_centers"},
    {"hierarchy"},
    {"metrics"},
    {"selection"},
    {"warmup"},
    {"kmeans_core"},  # the front door
]
BRANCHED = {"kmeans", "hierarchy"}  # folders whose own folders and modules are rooms
LLVM = {"llvmlite"}  # the part of Numba that speaks LLVM
SEGMENT_MAY_IMPORT = {"numpy", "pandas", "matplotlib", "jinja2", "markupsafe", "typer", "rich"}
SEGMENT_MAY_IMPORT |= {"click", "pyarrow", "python_calamine", "sqlalchemy", "charset_normalizer"}


# ---- the checker -------------------------------------------------------------------------------


def read_modules(root: Path, package: str) -> dict[str, Path]:
    """Dotted name -> file of every module of the package; a folder stands for its `__init__`."""
    found = {}
    for path in sorted((root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imports(path: Path) -> Iterator[tuple[str, str | None]]:
    """(module, imported name or None) of every import statement of a file."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, None) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: name the module in full, not from here"
            yield from ((str(node.module), alias.name) for alias in node.names)


def dependencies(path: Path, modules: dict[str, Path]) -> set[str]:
    """The modules among `modules` that a file imports."""
    found = set()
    for source, name in imports(path):
        candidates = (f"{source}.{name}", source)
        found.update([c for c in candidates if c in modules][:1])
    return {module for module in found if modules[module] != path}


def graph_of(modules: dict[str, Path]) -> dict[str, set[str]]:
    return {name: dependencies(path, modules) for name, path in modules.items()}


def room_of(module: str) -> str:
    """`kmeans.data` of kmeans_core.kmeans.data.sparse, `metrics` of kmeans_core.metrics.dunn."""
    first, *rest = module.split(".")[1:] or [module]
    return f"{first}.{rest[0]}" if first in BRANCHED and rest else first


def floor_of(room: str) -> int:
    """The number of the floor of a room, from 0."""
    (floor,) = [number for number, rooms in enumerate(FLOORS) if room in rooms]
    return floor


def from_above(graph: dict[str, set[str]]) -> list[str]:
    """Imports from a neighbouring or a higher room, as sentences."""
    found = []
    for module, imported in graph.items():
        for other in sorted(imported):
            own, room = room_of(module), room_of(other)
            if room != own and floor_of(room) >= floor_of(own):
                found.append(f"{module} imports {other}: {room} is not below {own}")
    return found


def circle(graph: dict[str, set[str]]) -> list[str]:
    """The modules of an import circle, or none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def foreign(path: Path) -> set[str]:
    """Top-level packages that a file imports and Python does not bring along."""
    return {source.partition(".")[0] for source, _ in imports(path)} - set(sys.stdlib_module_names)


# ---- the checker sees what it has to see -------------------------------------------------------


@pytest.fixture
def planted(tmp_path):
    """Writes files of a small `kmeans_core`; returns the graph of its imports."""

    def plant(sources: dict[str, str]) -> dict[str, set[str]]:
        for name, source in sources.items():
            path = tmp_path / "kmeans_core" / f"{name}.py"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source)
        return graph_of(read_modules(tmp_path, "kmeans_core"))

    return plant


FROM_DATA = "from kmeans_core.kmeans.data.dataset import Dataset\n"
SEARCH = "import kmeans_core.kmeans.search.nearest\n"


def test_imports_from_below_are_allowed(planted):
    graph = planted(
        {
            "kmeans/data/dataset": "import numpy as np\n",
            "kmeans/search/nearest": FROM_DATA,
            "kmeans/search/labels": "from kmeans_core.kmeans.search import nearest\n" + FROM_DATA,
        }
    )
    assert graph["kmeans_core.kmeans.search.labels"] == {
        "kmeans_core.kmeans.data.dataset", "kmeans_core.kmeans.search.nearest",
    }  # fmt: skip
    assert from_above(graph) == circle(graph) == []


@pytest.mark.parametrize(
    "source",
    [
        SEARCH,
        "def late():\n    " + SEARCH,
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    " + SEARCH,
        "from kmeans_core.kmeans.search import nearest\n",
        "from kmeans_core.kmeans.search.nearest import nearest_two\n",
    ],
)
def test_an_import_from_above_is_found(planted, source):
    graph = planted({"kmeans/data/dataset": source, "kmeans/search/nearest": ""})
    (found,) = from_above(graph)
    assert found.startswith("kmeans_core.kmeans.data.dataset imports kmeans_core.kmeans.search")


def test_an_import_from_the_room_beside_is_found(planted):
    graph = planted(
        {
            "kmeans/iteration/run": "from kmeans_core.kmeans.seeding import seeds\n",
            "kmeans/seeding/seeds": "",
        }
    )
    assert len(from_above(graph)) == 1


def test_a_circle_within_a_room_is_found(planted):
    graph = planted(
        {
            "metrics/one": "from kmeans_core.metrics import two\n",
            "metrics/two": "def late():\n    from kmeans_core.metrics.three import f\n",
            "metrics/three": "import kmeans_core.metrics.one\n",
        }
    )
    assert from_above(graph) == []
    assert {name.rpartition(".")[2] for name in circle(graph)} == {"one", "two", "three"}


def test_the_front_door_is_above_all_rooms(planted):
    graph = planted({"__init__": "", "metrics/dunn": "from kmeans_core import KMeans\n"})
    assert len(from_above(graph)) == 1


def test_a_room_without_a_floor_is_found(planted):
    with pytest.raises(ValueError, match="not enough values"):
        from_above(planted({"engine/jit": "", "drawer": "import kmeans_core.engine.jit\n"}))


# ---- the house ---------------------------------------------------------------------------------

CORE = read_modules(ROOT, "kmeans_core")
SEGMENT = read_modules(ROOT, "segment")


def test_rooms_import_only_from_below():
    assert from_above(graph_of(CORE)) == []


def test_no_import_goes_round_in_a_circle():
    assert circle(graph_of(CORE)) == []


def test_every_room_is_on_a_floor_and_has_modules():
    assert {room_of(module) for module in CORE} == set().union(*FLOORS)


def test_kmeans_core_imports_numpy_and_numba_only():
    for name, path in CORE.items():
        allowed = {"kmeans_core", "numpy", "numba"}
        assert foreign(path) <= (allowed | LLVM if room_of(name) == "engine" else allowed), name


def test_segment_imports_its_extras_only():
    for name, path in SEGMENT.items():
        assert foreign(path) <= SEGMENT_MAY_IMPORT | {"kmeans_core", "segment"}, name


def test_segment_uses_public_names_of_kmeans_core_only():
    doors = {
        "kmeans_core": [*kmeans_core.__all__, "__version__"],
        "kmeans_core.metrics": kmeans_core.metrics.__all__,
        "kmeans_core.selection": kmeans_core.selection.__all__,
    }
    for name, path in SEGMENT.items():
        for source, imported in imports(path):
            if source.partition(".")[0] == "kmeans_core":
                assert source in doors, f"{name} reaches into {source}"
                assert imported is None or imported in doors[source], f"{name}: {imported}"


@pytest.mark.parametrize("name", ["naive", "lookalikes", "conftest", "tests", "benchmarks"])
def test_the_packages_do_not_need_tests_and_benchmarks(name):
    for module, path in (CORE | SEGMENT).items():
        assert name not in foreign(path), module
