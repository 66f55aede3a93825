"""Old and new in pairs: the statistics by hand, the order of the sides, and a whole small run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from benchmarks import rows  # noqa: E402
from benchmarks.pair_statistics import interval_rank, ratio_of_pairs  # noqa: E402
from benchmarks.pairs import SIDES, in_turn  # noqa: E402


@pytest.mark.parametrize(
    ("n", "rank"),
    [
        (5, 0),  # 2 / 32 is more than 0.05
        (6, 1),  # 2 / 64; 2 (1 + 6) / 64 is more
        (9, 2),  # 2 (1 + 9) / 512 = 0.039
        (15, 4),  # 2 (1 + 15 + 105 + 455) / 32768 = 0.035
        (20, 6),  # 0.041, as tables of the sign test have it
    ],
)
def test_rank_of_the_interval(n, rank):
    assert interval_rank(n) == rank


def test_ratio_of_six_pairs():
    old, new = [1.0, 2.0, 4.0, 1.0, 2.0, 4.0], [1.1, 2.4, 4.0, 1.5, 1.8, 8.0]
    # In order: 0.9, 1.0, 1.1, 1.2, 1.5, 2.0; with six pairs the interval is all of them.
    assert ratio_of_pairs(old, new) == pytest.approx((1.15, 0.9, 2.0, False))


def test_ratio_of_fifteen_pairs():
    new = [1 + i / 100 for i in range(15)]
    found = ratio_of_pairs([1.0] * 15, new[::-1])
    assert found == (1.07, 1.03, 1.11, False)  # the 4th and the 12th
    assert not found.is_slower  # 1.03 is not above 1.03


def test_slower_needs_the_whole_interval_above():
    assert ratio_of_pairs([1.0] * 15, [1.04] * 15).is_slower
    assert not ratio_of_pairs([1.0] * 15, [1.0] * 4 + [1.2] * 11).is_slower
    assert ratio_of_pairs([1.0] * 15, [1.0] * 3 + [1.2] * 12).is_slower


def test_few_pairs_decide_nothing():
    found = ratio_of_pairs([1.0] * 5, [2.0, 3.0, 4.0, 5.0, 6.0])
    assert found == (4.0, 2.0, 6.0, True)
    assert not found.is_slower


def test_sides_change_places():
    order: list[str] = []
    in_turn(lambda side: order.append(side) or 1.0, 6)
    rounds = [order[at : at + 3] for at in range(0, 18, 3)]
    assert len({tuple(r) for r in rounds}) == 6
    first = ["old" if r.index("old") < r.index("new") else "new" for r in rounds]
    assert all(first[at] != first[at + 1] for at in range(0, 6, 2))


def test_sides_keep_their_times():
    count = iter(range(100))
    found = in_turn(lambda side: (SIDES.index(side), next(count)), 4)
    assert all(of == number for number, side in enumerate(SIDES) for of, _ in found[side])
    for number in range(4):
        assert {found[side][number][1] // 3 for side in SIDES} == {number}


def test_names_of_rows():
    names = [row.name for part in rows.PARTS for row in rows.rows_of(part)]
    assert len(set(names)) == len(names)
    assert not any(" " in name for name in names)


@pytest.mark.slow
def test_a_small_run():
    command = [sys.executable, "-m", "benchmarks.pairs", "--old", str(ROOT), "--pairs", "2"]
    command += ["--part", "defaults", "--rows", "*/200x2-k5/*"]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True)
    assert done.returncode in (0, 1), done.stderr  # slower it may be, of two pairs
    first = [line.split()[0] for line in done.stdout.splitlines()]
    assert first[1:3] == ["defaults/200x2-k5/float32", "defaults/200x2-k5/float64"]
