"""Choices by shape and count: numbers in, an answer out; and where a fit says what it chose."""

import numpy as np
import pytest
import scipy.sparse as sp

from kmeans_core import KMeans
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.algorithms import ALGORITHMS, NAMES
from kmeans_core.kmeans.search import nearest
from kmeans_core.kmeans.strategy import Strategy

# ---- the questions -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("k", "d", "best"), [(8, 4, "lloyd"), (16, 7, "lloyd"), (16, 8, "hamerly"), (1, 128, "hamerly")]
)
def test_auto_keeps_bounds_where_a_row_costs_128_products(k, d, best):
    assert strategy.best_algorithm(k, d) == best
    assert best in ALGORITHMS


@pytest.mark.parametrize(
    ("k", "d", "share"), [(20, 8, 0.004), (100, 20, 0.05), (100, 40, 0.1), (1000, 100, 0.1)]
)
def test_bounds_begin_later_where_the_search_of_a_row_is_short(k, d, share):
    assert strategy.bounds_begin_share(k, d) == pytest.approx(share)


def test_an_iteration_is_short_below_four_million_operations_unless_it_is_observed():
    assert strategy.flops_per_iteration(10_000, 7) == 140_000
    assert strategy.is_short(10_000, 199, sees_iterations=False)
    assert not strategy.is_short(10_000, 200, sees_iterations=False)
    assert not strategy.is_short(10_000, 7, sees_iterations=True)


@pytest.mark.parametrize("name", [name for name in NAMES if name != "naive"])
def test_only_lloyd_is_compiled_whole(name):
    assert strategy.is_compiled_whole(10_000, 7, name, False) == (name in ("auto", "lloyd"))
    assert not strategy.is_compiled_whole(10_000_000, 7, name, False)
    assert not strategy.is_compiled_whole(10_000, 7, name, True)


def test_short_runs_share_threads_where_a_second_one_pays():
    assert strategy.threads_for_short_runs(1.4e6, 8) == 1
    assert strategy.threads_for_short_runs(1.5e6, 8) == 8


@pytest.mark.parametrize(
    ("n", "d", "trials", "prunes"),
    [
        (2000, 5, 3, False),  # 6e4 operations per step
        (100_000, 5, 1, True),  # 1e6
        (99_999, 5, 1, False),
        (10, 9, 1, True),  # more than 8 features
    ],
)
def test_seeding_prunes_unless_the_table_is_small_and_narrow(n, d, trials, prunes):
    assert strategy.must_prune_seeding((n, d), trials) == prunes


def test_a_step_of_pruned_seeding_is_shared_from_four_million_operations():
    assert strategy.flops_per_step(500_000, 4) == 4e6
    assert strategy.must_share_step(500_000, 4)
    assert not strategy.must_share_step(499_999, 4)


@pytest.mark.parametrize(
    ("n", "d", "k", "many_registers", "may"),
    [
        (100_000, 10, 50, False, True),
        (100_000, 10, 50, True, False),  # a subtraction is free there
        (100_000, 10, 49, False, False),  # less than 1e8 operations
        (1_000_000, 7, 50, False, False),  # few features
        (10_000_000, 10, 4, False, False),  # few centers
        (100_000, 10, 1 << 16, False, True),
        (100_000, 10, (1 << 16) + 1, False, False),  # more than the bits of a score can number
    ],
)
def test_products_need_many_features_and_a_long_search(n, d, k, many_registers, may):
    assert strategy.may_use_products(n, d, k, many_registers) == may


def test_products_may_leave_two_rows_of_a_hundred_ambiguous():
    assert strategy.are_products_exact_enough(20, 1000)
    assert not strategy.are_products_exact_enough(21, 1000)


def test_equal_rows_are_joined_in_large_tables_of_few_distinct_rows():
    assert not strategy.may_join_equal_rows(4095)
    assert strategy.may_join_equal_rows(4096)
    assert strategy.is_worth_joining(2500.0, 10_000)
    assert not strategy.is_worth_joining(2500.1, 10_000)
    assert strategy.most_distinct(10_000) == 3333


# ---- what a fit says of its choices ------------------------------------------------------------


def rows(n, d, seed=0):
    return np.random.default_rng([seed, n, d]).normal(size=(n, d))


def equal_rows():
    return np.random.default_rng(1).integers(0, 6, (40_000, 2)).astype(float)


def first_rows(X, k, random_state):
    return X[:k]


SMALL, LARGE, WIDE = rows(300, 3), rows(200_000, 3), rows(3000, 12)
CASES = {
    "a small table": (
        SMALL, {}, Strategy("lloyd", "greedy", "compiled", "direct", 300, 1)),
    "a small table, observed": (
        SMALL, {"callback": print}, Strategy("lloyd", "greedy", "threaded", "direct", 300, 2)),
    "a small table, pruned seeding": (
        rows(300, 9), {}, Strategy("lloyd", "greedy_pruned", "compiled", "direct", 300, 1)),
    "a small table, bounds": (
        SMALL, {"algorithm": "elkan"}, Strategy("elkan", "greedy", "threaded", "direct", 300, 1)),
    "a large table": (
        LARGE, {}, Strategy("lloyd", "greedy_pruned", "threaded", "direct", 200_000, 2)),
    "a large table, bounds by auto": (
        rows(40_000, 40), {},
        Strategy("hamerly", "greedy_pruned", "threaded", "direct", 40_000, 2)),
    "a tree": (
        LARGE, {"algorithm": "kdtree", "init": "random"},
        Strategy("kdtree", "random", "threaded", "direct", 200_000, 2)),
    "scalable seeding": (
        LARGE, {"init": "k-means||"},
        Strategy("lloyd", "scalable", "threaded", "direct", 200_000, 2)),
    "scalable seeding of a small table": (
        SMALL, {"init": "k-means||"}, Strategy("lloyd", "scalable", "compiled", "direct", 300, 1)),
    "given centers": (
        SMALL, {"init": SMALL[:4]}, Strategy("lloyd", "given", "compiled", "direct", 300, 1)),
    "a callable": (
        LARGE, {"init": first_rows, "n_init": 1},
        Strategy("lloyd", "given", "threaded", "direct", 200_000, 2)),
    "restarts": (
        WIDE, {"init": "random", "n_init": 3},
        Strategy("lloyd", "random", "compiled", "direct", 3000, 1)),
    "distinct rows": (
        equal_rows(), {}, Strategy("lloyd", "greedy", "compiled", "direct", 36, 1)),
    "equal rows, not joined": (
        equal_rows(), {"algorithm": "lloyd"},
        Strategy("lloyd", "greedy", "compiled", "direct", 40_000, 1)),
    "the naive page": (
        SMALL, {"algorithm": "naive"}, Strategy("naive", "greedy", "numpy", "direct", 300, 1)),
    "a sparse matrix": (
        sp.csr_matrix(SMALL), {}, Strategy("lloyd", "greedy", "compiled", "direct", 300, 1)),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_strategy_says_what_a_fit_chose(case, capsys):
    X, params, expected = CASES[case]
    params = {"n_clusters": 4, "max_iter": 2, "random_state": 0, "n_threads": 2} | params
    assert KMeans(**params).fit(X).strategy_ == expected


def test_products_are_said_where_they_were_used(monkeypatch, capsys):
    monkeypatch.setattr(strategy, "FEWEST_PRODUCT_FLOPS", 0)
    monkeypatch.setattr(strategy, "SMALL_FLOPS", 0)
    for many_registers, form in ((False, "product"), (True, "direct")):
        monkeypatch.setattr(nearest, "MANY_REGISTERS", many_registers)
        ours = KMeans(6, random_state=0, max_iter=2, verbose=2).fit(WIDE)
        assert ours.strategy_.distance_form == form
        assert capsys.readouterr().out.splitlines()[0] == repr(ours.strategy_)


def test_strategy_is_readable_and_verbose_2_prints_it(capsys):
    params = {"n_clusters": 4, "init": SMALL[:4], "n_threads": 2}
    ours = KMeans(**params, verbose=2).fit(SMALL)
    said = (
        "Strategy(algorithm='lloyd', seeding='given', runs='threaded', distance_form='direct', "
        "n_rows=300, n_threads=2)"
    )
    assert repr(ours.strategy_) == said
    lines = capsys.readouterr().out.splitlines()
    assert lines[:2] == [said, "Initialization complete"]
    KMeans(**params, verbose=1).fit(SMALL)
    assert capsys.readouterr().out.splitlines() == lines[1:]


def test_no_choice_hangs_on_the_number_of_threads():
    one, three = (KMeans(4, random_state=0, n_threads=n).fit(LARGE).strategy_ for n in (1, 3))
    assert (one.n_threads, three.n_threads) == (1, 3)
    assert one._replace(n_threads=3) == three
