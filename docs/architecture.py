"""Draw the rooms of the two packages from their imports: ``python docs/architecture.py``.

It writes docs/architecture.svg. With ``--check`` it writes nothing, and ends with 1 if the picture
that is there is no longer true. A room is a folder, or a module at the top of one. An arrow goes
from a room to one that it imports; arrows that follow from others are left out, and so are the
small modules that everybody imports (`SMALL`).
"""

from __future__ import annotations

import ast
import sys
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PICTURE = ROOT / "docs" / "architecture.svg"
PACKAGES = ("kmeans_core", "segment")
ROOMS_OF_FOLDERS = ("kmeans_core.kmeans", "kmeans_core.hierarchy")  # drawn folder by folder
SMALL = {"__main__", "demo", "errors", "estimator", "validation", "warmup", "wording"}
# Columns of the picture: the first words of a room's name, and from where to where it reaches.
COLUMNS = {
    "kmeans_core.hierarchy": (0, 450),
    "kmeans_core.kmeans": (430, 880),
    "kmeans_core": (0, 0),  # engine, rows, metrics, selection stand in the column of k-means
    "segment": (840, 1180),
}
FILLS = {
    "kmeans_core.hierarchy": "#dff0df",
    "kmeans_core.kmeans": "#dcebf7",
    "kmeans_core": "#ececec",
    "segment": "#fdeed8",
}
WIDTH, BOX, ROW, GAP = 1180, (108, 32), 66, 14


def modules(root: Path = ROOT) -> dict[str, set[str]]:
    """Every module of the packages, and those that it imports at its top."""
    files = {p: _name(p, root) for package in PACKAGES for p in (root / package).rglob("*.py")}
    known = set(files.values())
    return {name: _imports(path, name, known) for path, name in files.items()}


def _name(path: Path, root: Path) -> str:
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imports(path: Path, own: str, known: set[str]) -> set[str]:
    found = set()
    body = list(ast.parse(path.read_text(encoding="utf-8")).body)
    for node in body:  # also what is imported for the type checker alone
        body += node.body if isinstance(node, ast.If) else []
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                module = f"{node.module}.{alias.name}"
                found.add(module if module in known else node.module)
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return {name for name in found if name in known and name != own}


def room_of(module: str) -> str:
    """The room of a module: the folder below the package, or below k-means and the hierarchy."""
    parts = module.split(".")
    depth = 3 if any(module.startswith(f"{folder}.") for folder in ROOMS_OF_FOLDERS) else 2
    return ".".join(parts[:depth])


def rooms(imports: dict[str, set[str]]) -> dict[str, set[str]]:
    """Every room and the rooms that it imports. Packages' own doors (__init__) are no rooms."""
    doors = {*PACKAGES, *ROOMS_OF_FOLDERS}
    doors |= {name for name in imports if name.rpartition(".")[2] in SMALL}
    found: dict[str, set[str]] = {}
    for module, targets in imports.items():
        if module not in doors:
            own = room_of(module)
            others = {room_of(target) for target in targets if target not in doors} - {own}
            found.setdefault(own, set()).update(others)
    return found


def floors(graph: dict[str, set[str]]) -> dict[str, int]:
    """The floor of each room: one above the highest room that it imports.

    Raises
    ------
    ValueError
        Rooms import each other in a circle, which is named.
    """
    floor: dict[str, int] = {}

    def visit(room: str, path: tuple[str, ...]) -> int:
        if room in path:
            raise ValueError("a circle of imports: " + " -> ".join([*path, room]))
        if room not in floor:
            below = [visit(target, (*path, room)) for target in sorted(graph.get(room, ()))]
            floor[room] = 1 + max(below, default=-1)
        return floor[room]

    for room in sorted(graph):
        visit(room, ())
    return floor


def reduced(graph: dict[str, set[str]]) -> dict[str, set[str]]:
    """The arrows that do not follow from others."""

    def reachable(room: str) -> set[str]:
        below = graph.get(room, set())
        return below.union(*(reachable(target) for target in below))

    return {
        room: {t for t in targets if not any(t in reachable(o) for o in targets - {t})}
        for room, targets in graph.items()
    }


def _column(room: str) -> str:
    column = next(prefix for prefix in COLUMNS if room.startswith(prefix))
    return "kmeans_core.kmeans" if column == "kmeans_core" else column


def draw(graph: dict[str, set[str]]) -> str:
    """The picture as SVG: the ground floor at the bottom."""
    floor = floors(graph)
    n_floors = max(floor.values()) + 1
    height = ROW * n_floors + 20
    place = {}
    for number in range(n_floors):
        for prefix, (left, right) in COLUMNS.items():
            here = sorted(r for r in floor if floor[r] == number and _column(r) == prefix)
            step = (right - left) / (len(here) + 1)
            for at, room in enumerate(here):
                place[room] = left + step * (at + 1), height - ROW * (number + 1) + GAP
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" '
        'font-family="sans-serif" font-size="13">',
        f'<rect width="{WIDTH}" height="{height}" fill="white"/>',
        '<defs><marker id="tip" markerWidth="7" markerHeight="7" refX="6" refY="3" orient="auto">'
        '<path d="M0,0 L6,3 L0,6 z" fill="#8a8a8a"/></marker></defs>',
    ]
    for room, targets in sorted(reduced(graph).items()):
        for target in sorted(targets):
            (x, y), (to_x, to_y) = place[room], place[target]
            lines.append(
                f'<line x1="{x:.0f}" y1="{y + BOX[1]:.0f}" x2="{to_x:.0f}" y2="{to_y - 2:.0f}" '
                'stroke="#b0b0b0" marker-end="url(#tip)"/>'
            )
    for room, (x, y) in sorted(place.items()):
        folder, _, name = room.rpartition(".")
        fill = FILLS[folder]
        lines += [
            f'<rect x="{x - BOX[0] / 2:.0f}" y="{y:.0f}" width="{BOX[0]}" height="{BOX[1]}" '
            f'rx="5" fill="{fill}" stroke="#7a8a99"/>',
            f'<text x="{x:.0f}" y="{y + 21:.0f}" text-anchor="middle">{escape(name)}</text>',
        ]
    for number, (folder, fill) in enumerate(FILLS.items()):
        y = 14 + 24 * number
        lines += [
            f'<rect x="20" y="{y}" width="18" height="16" fill="{fill}" stroke="#7a8a99"/>',
            f'<text x="46" y="{y + 13}">{escape(folder.replace(".", "/"))}/</text>',
        ]
    return "\n".join([*lines, "</svg>"]) + "\n"


def main(arguments: list[str]) -> int:
    """Write the picture, or check it."""
    picture = draw(rooms(modules()))
    if "--check" in arguments:
        is_true = PICTURE.exists() and PICTURE.read_text(encoding="utf-8") == picture
        if not is_true:
            print("docs/architecture.svg is out of date: run python docs/architecture.py")
        return 0 if is_true else 1
    PICTURE.write_text(picture, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
