"""Which file may import which: the floors of the house, read from the sources without running them.

Imports inside functions count too: a lazy import is still a dependency. Those for the type checker
alone do not.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import kmeans_core

ROOT = Path(__file__).resolve().parent.parent

# Lowest first: a file imports from its own floor and those below it.
FLOORS = [
    "engine",
    "rows",
    "validation",
    "estimator",
    "kmeans",
    "hierarchy",
    "metrics",
    "selection",
]
FLOORS += ["hierarchy", "metrics", "selection", "streaming", "dask", "warmup"]
SEGMENT_MAY_IMPORT = {"numpy", "pandas", "matplotlib", "jinja2", "markupsafe", "typer", "rich"}
SEGMENT_MAY_IMPORT |= {"click", "pyarrow", "python_calamine", "sqlalchemy"}


def modules(package: str) -> dict[str, Path]:
    """Dotted name -> file, for every module of the package."""
    found = {}
    for path in sorted((ROOT / package).rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


MODULES = modules("kmeans_core") | modules("segment")


class _WithoutTypes(ast.NodeTransformer):
    """Drops ``if TYPE_CHECKING:`` blocks: they are for the type checker and are never run."""

    def visit_If(self, node: ast.If) -> ast.AST | None:
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return None
        return self.generic_visit(node)


def imports(name: str) -> Iterator[tuple[str, str | None]]:
    """(module, imported name or None) for each import of the module called `name`."""
    path = MODULES[name]
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    tree = _WithoutTypes().visit(ast.parse(path.read_text(encoding="utf-8")))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name, None
        elif isinstance(node, ast.ImportFrom):
            source = node.module or ""
            if node.level:
                base = package.split(".")[: len(package.split(".")) - node.level + 1]
                source = ".".join([*base, source]).rstrip(".")
            for alias in node.names:
                yield source, alias.name


def dependencies(name: str) -> set[str]:
    """The modules of this project that the module called `name` imports."""
    found = set()
    for source, imported in imports(name):
        for candidate in (f"{source}.{imported}", source):
            if candidate in MODULES:
                found.add(candidate)
                break
    return found - {name}


def foreign(name: str) -> set[str]:
    """Top-level packages that are neither ours nor Python's own."""
    top = {source.partition(".")[0] for source, _ in imports(name)}
    return top - set(sys.stdlib_module_names) - {"kmeans_core", "segment"}


def names(package: str) -> list[str]:
    return [name for name in MODULES if name.partition(".")[0] == package]


def test_relative_and_absolute_imports_are_both_seen():
    assert "kmeans_core.engine.jit" in dependencies("kmeans_core.kmeans.iteration.assign")
    assert foreign("kmeans_core.engine.jit") >= {"numba"}


@pytest.mark.parametrize("name", names("kmeans_core"))
def test_kmeans_core_imports_numpy_and_numba_only(name):
    allowed = {"numpy", "numba"}
    if name.startswith("kmeans_core.engine."):
        allowed |= {"llvmlite"}  # the part of numba that speaks LLVM
    if name == "kmeans_core.dask":
        allowed |= {"dask"}
    assert foreign(name) <= allowed
    assert not any(source.partition(".")[0] == "segment" for source, _ in imports(name))


@pytest.mark.parametrize("name", [n for n in names("kmeans_core") if "." in n])
def test_each_floor_imports_only_from_its_own_and_lower_ones(name):
    floor = FLOORS.index(name.split(".")[1])
    for other in dependencies(name):
        assert "." in other, f"{name} imports the package's front door; import the module itself"
        assert FLOORS.index(other.split(".")[1]) <= floor, f"{name} imports {other} from above"


@pytest.mark.parametrize("package", ["kmeans_core", "segment"])
def test_no_import_goes_round_in_a_circle(package):
    """Also within one floor. An `__init__` is the door of its folder and is imported by nobody
    inside it, so leaving it out hides nothing."""
    inner = [n for n in names(package) if MODULES[n].name != "__init__.py"]
    graph = {name: dependencies(name) & set(inner) for name in inner}
    TopologicalSorter(graph).prepare()  # raises CycleError, which names the circle


@pytest.mark.parametrize("name", names("segment"))
def test_segment_imports_its_extras_only(name):
    assert foreign(name) <= SEGMENT_MAY_IMPORT


@pytest.mark.parametrize("name", names("segment"))
def test_segment_uses_public_names_of_kmeans_core_only(name):
    for source, imported in imports(name):
        if source.partition(".")[0] != "kmeans_core":
            continue
        public = ["__version__", *kmeans_core.__all__]
        if source in ("kmeans_core.metrics", "kmeans_core.selection"):
            public = getattr(kmeans_core, source.rpartition(".")[2]).__all__
        else:
            assert source == "kmeans_core", f"{name} reaches into {source}"
        assert imported is None or imported in public, f"{name} imports {source}.{imported}"
