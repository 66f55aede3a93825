"""The benchmark of truth: its tables are seeded and what they claim to be; its figures count."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.truth import shapes, shuffled, with_groups, without_groups
from benchmarks.truth.choosers import COMPACT, NO_GROUPS, NOT_ROUND, Answer, one_chooser
from benchmarks.truth.figures import by_family, totals
from benchmarks.truth.judging import Job, Judged, judge, rand_of
from benchmarks.truth.tables import FAMILIES, families, make_table, seeds_of, tables
from benchmarks.truth.working_scale import working_scale

GENERATED = [name for name in FAMILIES if name != "none/shuffled"]


@pytest.mark.parametrize("family", GENERATED)
def test_a_table_is_seeded_finite_and_has_the_stated_groups(family):
    table, again, other = make_table(family, 2), make_table(family, 2), make_table(family, 3)
    np.testing.assert_array_equal(table.X, again.X)
    assert table.X.shape != other.X.shape or not np.array_equal(table.X, other.X)
    assert table.X.dtype == np.float64
    assert np.isfinite(table.X).all()
    assert 200 <= len(table.X) <= 20_000
    if table.kind == "none":
        assert (table.labels, table.k_true) == (None, 1)
    else:
        assert len(table.labels) == len(table.X)
        assert set(table.labels) - {-1} == set(range(table.k_true))
        assert 2 <= table.k_true <= 12
        assert np.bincount(table.labels[table.labels >= 0]).min() >= 0.03 * len(table.X) - 1
    for start, stop in table.categories:
        np.testing.assert_array_equal(table.X[:, start:stop].sum(axis=1), 1.0)


@pytest.mark.parametrize("family", ["none/zero inflated", "none/mixed", "none/categories"])
def test_the_working_scale_has_unit_numbers_and_names_its_blocks(family):
    working = working_scale(make_table(family, 0))
    inside = {c for start, stop in working.blocks for c in range(start, stop)}
    for column in range(working.X.shape[1]):
        values = working.X[:, column]
        if column in inside:
            assert len(np.unique(values)) == 2
        else:
            some = values[values != 0.0] if "zero" in family else values
            assert abs(some.std() - 1.0) < 0.02


def test_shuffled_columns_are_the_columns_of_a_real_table():
    if not shuffled.is_here():
        pytest.skip("the real tables are not here: ../shared/data")
    one, other = make_table("none/shuffled", 0), make_table("none/shuffled", 8)
    assert one.X.shape == (440, 5)
    assert not np.array_equal(one.X, other.X)
    np.testing.assert_array_equal(np.sort(one.X, axis=0), np.sort(other.X, axis=0))


def test_without_the_folder_the_real_tables_are_left_out_with_a_reason(monkeypatch, capsys):
    monkeypatch.setattr(shuffled, "FOLDER", shuffled.FOLDER / "not there")
    assert families("none/*") == [name for name in GENERATED if name.startswith("none/")]
    assert "left out" in capsys.readouterr().out


def test_there_are_enough_families_and_the_halves_share_no_seed():
    assert len(without_groups.FAMILIES) >= 12
    assert len(with_groups.FAMILIES) >= 12
    assert len(shapes.FAMILIES) >= 3
    assert sorted(seeds_of("tune") + seeds_of("final")) == list(range(20))
    found = list(tables("final", "shape/moons,shape/rings", 2))
    assert [(one.family, one.seed) for one in found] == [
        ("shape/rings", 1), ("shape/rings", 3), ("shape/moons", 1), ("shape/moons", 3),
    ]  # fmt: skip


def test_every_group_has_its_nearest_neighbour_at_the_separation():
    rng = np.random.default_rng(0)
    groups = with_groups.equal(7, 350, 3, 5.0)._replace(spreads=np.linspace(1.0, 3.0, 7))
    centers = with_groups.centers_of(rng, groups)
    apart = np.linalg.norm(centers[:, None] - centers, axis=2)
    in_spreads = apart / ((groups.spreads[:, None] + groups.spreads) / 2.0)
    np.fill_diagonal(in_spreads, np.inf)
    np.testing.assert_allclose(in_spreads.min(), 5.0)
    np.testing.assert_allclose(np.sort(in_spreads, axis=None)[:12], 5.0)  # 6 pairs, twice


def test_minorities_are_two_groups_of_five_percent_at_six_standard_deviations():
    table = make_table("round/minorities", 0)
    np.testing.assert_array_equal(np.bincount(table.labels), [3600, 200, 200])
    means = np.array([table.X[table.labels == group].mean(axis=0) for group in range(3)])
    apart = np.linalg.norm(means[:, None] - means, axis=2)[np.triu_indices(3, 1)]
    assert apart.min() == pytest.approx(6.0, abs=0.4)


def test_k_means_finds_six_round_groups_and_no_moons():
    for family, is_found in (("round/six round", True), ("shape/moons", False)):
        table = make_table(family, 0)
        assert (rand_of(table, working_scale(table).X) > 0.9) is is_found


def the_first_number_tried(X, seed, ks):
    """A chooser for the next test."""
    return ks[0], NO_GROUPS


def test_a_chooser_may_be_named(monkeypatch):
    path = f"{__name__}:the_first_number_tried"
    monkeypatch.setattr("importlib.import_module", lambda name: __import__("sys").modules[name])
    found = judge(Job("round/six round", 0, path))
    assert found.answers == {"the_first_number_tried": Answer(2, NO_GROUPS)}
    assert found.is_separable
    assert one_chooser(path)(working_scale(make_table("shape/moons", 0)), 0, [4])


def judged(family, k_true, rand, k, verdict):
    return Judged(family, 0, (300, 2), k_true, rand, {"it": Answer(k, verdict)}, 0.0)


def test_figures_count_what_they_say():
    nan = float("nan")
    found = [
        judged("none/ball", 1, nan, 2, COMPACT),
        judged("none/ball", 1, nan, 3, NOT_ROUND),
        judged("none/ball", 1, nan, 2, NO_GROUPS),
        judged("none/ball", 1, nan, 2, NO_GROUPS),
        judged("round/counts", 3, 0.95, 3, COMPACT),
        judged("round/counts", 3, 0.95, 2, NO_GROUPS),
        judged("round/counts", 3, 0.5, 3, NO_GROUPS),  # not separable: the last two do not count
        judged("shape/moons", 2, 0.3, 2, COMPACT),
        judged("shape/moons", 2, 0.95, 2, COMPACT),  # k-means finds it, so it is round enough
    ]
    row = [cell.strip() for cell in totals(found).splitlines()[-1].strip("|").split("|")]
    assert row == [
        "it", "50% (2 of 4)", "25% (1 of 4)", "50% (1 of 2)", "67% (2 of 3)", "50% (1 of 2)",
        "100% (1 of 1)",
    ]  # fmt: skip
    none, groups, shape = (text.splitlines()[-1] for text in by_family(found))
    assert none == "| ball | 4 | 1 | 1 | 2 | 2: 3, 3: 1 |"
    assert groups == "| counts | 3 | 2 | 1 | 1 | 0 | 1 |"
    assert shape == "| moons | 2 | 1 | 1 | 0 | 0 | 2: 1 |"
