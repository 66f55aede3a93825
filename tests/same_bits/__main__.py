"""``python tests/same_bits``: write the fingerprint of a checkout, or compare two of them."""

from __future__ import annotations

import argparse
import fnmatch
import importlib
import sys
import time
import traceback
import warnings
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).resolve().parent
FAMILIES = ("kmeans_cases", "hierarchy_cases", "metrics_cases", "selection_cases", "segment_cases")


def main(argv: list[str]) -> int:
    """0: written, or the same; 1: a case failed, or results differ."""
    arguments = _parsed(argv)
    sys.path.insert(0, str(HERE.parent))
    if arguments.compare:
        from same_bits.compare import report

        return report(*arguments.compare, HERE / "changed_on_purpose.txt")
    checkout = arguments.checkout.resolve()
    sys.path.insert(0, str(checkout))
    _check_import(checkout)
    return _write(arguments.out, arguments.only, arguments.slowest)


def _parsed(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python tests/same_bits", description=__doc__)
    parser.add_argument("--checkout", type=Path, default=HERE.parent.parent, metavar="DIR")
    parser.add_argument("--out", type=Path, metavar="FILE", help="default: standard output")
    parser.add_argument("--only", default="*", metavar="PATTERN", help="such as 'kmeans/ties/*'")
    parser.add_argument("--slowest", type=int, default=0, metavar="N", help="print the N slowest")
    parser.add_argument("--compare", nargs=2, type=Path, metavar=("OLD", "NEW"))
    return parser.parse_args(argv)


def _check_import(checkout: Path) -> None:
    """Leave if another copy of the package would be tried than the one that was named."""
    import kmeans_core

    found = Path(str(kmeans_core.__file__)).resolve().parent.parent
    if found != checkout:
        sys.exit(f"kmeans_core comes from {found}, not from {checkout}")


def _write(out: Path | None, only: str, n_slowest: int) -> int:
    """Run the cases and write their lines as they end."""
    begin, failed, seconds = time.perf_counter(), [], {}
    with open(out, "w", encoding="utf-8") if out else sys.stdout as stream:  # noqa: SIM117
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for case in _cases(only):
                start = time.perf_counter()
                lines, error = _lines_of(case)
                seconds[case.name] = time.perf_counter() - start
                print(*lines, sep="\n", file=stream, flush=True)
                if error:
                    failed.append(case.name)
                    print(f"{case.name} failed\n{error}", file=sys.stderr)
    for name in sorted(seconds, key=seconds.__getitem__)[::-1][:n_slowest]:
        print(f"{seconds[name]:6.2f} s  {name}", file=sys.stderr)
    took = time.perf_counter() - begin
    print(f"{len(seconds)} cases in {took:.0f} s, {len(failed)} failed", file=sys.stderr)
    return 1 if failed else 0


def _cases(only: str) -> Iterator:
    names = set()
    for family in FAMILIES:
        for case in importlib.import_module(f"same_bits.{family}").cases():
            if case.name in names or " " in case.name:
                raise ValueError(f"the name {case.name!r} is there twice, or has a blank")
            names.add(case.name)
            if fnmatch.fnmatch(case.name, only):
                yield case


def _lines_of(case) -> tuple[list[str], str]:
    """The lines of a case, and the traceback if it failed."""
    from same_bits.digest import sha256_of

    try:
        found = case.run()
    except Exception as error:
        return [f"{case.name} failed:{type(error).__name__}"], traceback.format_exc()
    lines = [f"{case.name} {sha256_of(found.result)}"]
    if found.n_distances is not None:
        lines.append(f"{case.name}:n_distances {sha256_of(found.n_distances)}")
    return lines, ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
