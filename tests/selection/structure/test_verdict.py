"""The verdict, its limits and its sentences, also where there is nothing to judge."""

import numpy as np
import pytest
from lookalikes import groups, two_moons

from kmeans_core import KMeans
from kmeans_core.selection import gap_statistic, structure_verdict
from kmeans_core.selection.structure.null_evidence import Evidence, Nulls, dip_range
from kmeans_core.selection.structure.parting import Parting, partings
from kmeans_core.selection.structure.verdict import (
    COMPACT,
    NONE,
    NOT_ROUND,
    _which_are_parted,
    judge,
)


def verdict(X, labels, **options):
    gap = gap_statistic(X, [1, 2], n_references=2, n_init=1, random_state=0)
    return structure_verdict(X, labels, gap, **{"random_state": 0, **options})


def starts(found):
    return [" ".join(sentence.split()[:4]) for sentence in found.evidence]


# ---- limits --------------------------------------------------------------------------------------


def nulls(least, most, ks=(1, 2, 5), n_uniform=2):
    evidence = Evidence(
        wcss=np.ones((4, 3)), least=np.array(least), most=np.array(most),
        bridge=np.ones(4), hopkins=np.array([0.5, 0.6, 0.5, 0.5]),
    )  # fmt: skip
    return Nulls(np.array(ks), evidence, n_uniform)


def test_limits_are_those_of_the_next_smaller_number():
    """Two uniform tables, then two like the table: of each kind, the mean and six deviations."""
    least = [[0.0, 0.4, 0.30], [0.0, 0.6, 0.34], [0.0, 0.70, 0.2], [0.0, 0.72, 0.2]]
    most = [[0.0, 0.5, 0.6], [0.0, 0.4, 0.9], [0.0, 0.3, 0.2], [0.0, 0.3, 0.2]]
    found = nulls(least, most)
    assert found.limit(1) == 0.0
    assert found.limit(2) == found.limit(4) == pytest.approx(0.5 + 6 * 0.1)  # and 0.71 + 6 * 0.01
    assert found.limit(5) == found.limit(99) == pytest.approx(0.32 + 6 * 0.02)
    assert [found.limit_of_one(k) for k in (1, 2, 3, 7)] == [0.0, 0.5, 0.5, 0.9]


@pytest.mark.parametrize(
    "dips, expected",
    [
        ([0.7, 0.8], (True, True)),
        ([0.5, 0.8], (False, False)),  # the least is not above 0.6: the limit of one counts, 0.9
        ([0.5, 1.0], (False, True)),
        ([0.6, 1.0], (False, True)),
        ([], ()),
    ],
)
def test_which_pairs_are_parted(dips, expected):
    pairs = [Parting(0, 1 + number, dip) for number, dip in enumerate(dips)]
    assert _which_are_parted(pairs, 0.6, 0.9) == expected


def test_the_range_of_the_dips_is_that_of_the_pairs():
    X, truth = groups()
    dips = [pair.dip for pair in partings(X, truth)]
    assert dip_range(X, truth) == (min(dips), max(dips))
    assert dip_range(X, np.zeros(len(X), dtype=int)) == (0.0, 0.0)


# ---- verdicts ------------------------------------------------------------------------------------


def test_groups_are_compact_and_cut_groups_are_not():
    X, truth = groups(size=60)
    found = verdict(X, truth)
    assert (found.verdict, found.n_clusters, found.n_rows) == (COMPACT, 4, 240)
    assert len(found.partings) == 3 and found.is_parted == (True,) * 3
    assert found.least_parted == min(pair.dip for pair in found.partings) > found.least_limit
    assert (found.n_chains, found.followed, found.are_round) == (4, True, True)
    assert found.column_alone is None
    assert starts(found)[0] == "All 3 neighbouring pairs"

    half = (truth == 3) & (X[:, 1] > X[truth == 3, 1].mean())
    cut = verdict(X, np.where(half, 4, truth))
    assert cut.verdict == NONE and cut.least_parted < cut.least_limit
    assert sum(cut.is_parted) == len(cut.partings) - 1
    assert f"A valley parts {sum(cut.is_parted)} of {len(cut.partings)}" in cut.evidence[0]


def test_clusters_of_another_shape():
    X, truth = two_moons(400, 0.05, 0)
    cut = verdict(X, KMeans(2, random_state=0).fit(X).labels_)
    assert (cut.verdict, cut.are_round, cut.followed) == (NOT_ROUND, False, False)
    assert cut.n_chains >= 2 and cut.agreement < 0.7 and cut.bridge > cut.bridge_limit
    assert any("The clusters cut through them" in sentence for sentence in cut.evidence)
    assert verdict(X, truth).followed


def test_a_column_alone_is_named_by_its_number():
    rng = np.random.default_rng(0)
    truth = np.arange(400) % 2
    X = rng.normal(size=(400, 4))
    X[:, 2] += 8.0 * truth
    found = verdict(X, truth)
    assert (found.verdict, found.column_alone, found.is_parted) == (NOT_ROUND, 2, (True,))
    assert any(sentence.startswith("Column 3 of the table parts") for sentence in found.evidence)
    assert found.evidence[0].startswith("The two clusters are parted")


def test_labels_may_have_any_names_and_order():
    X, truth = groups(size=40)
    found = verdict(X, truth)
    named = verdict(X, np.array(list("dacb"))[truth])
    assert named.verdict == COMPACT and named.least_parted == found.least_parted
    assert [pair[:2] for pair in named.partings] == [(0, 2), (0, 3), (1, 2)]  # the way is d a c b


def test_a_large_table_is_thinned():
    X, truth = groups(size=700)
    assert verdict(X, truth, n_init=1).n_rows == 2_000
    linked = verdict(X, truth, method="average")
    assert (linked.n_rows, linked.verdict) == (500, COMPACT)


def test_threads_change_no_bit():
    X, truth = groups(1, spread=1.5)
    one, two, three = (verdict(X, truth, n_init=2, n_threads=n) for n in (1, 2, 3))
    assert one == two == three


# ---- nothing to judge ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "X, labels",
    [
        (np.array([[0.0, 0.0], [1.0, 1.0]]), [0, 1]),
        (np.ones((20, 2)), np.arange(20) % 2),
        (np.full((20, 2), 0.1), np.arange(20) % 3),
        (np.column_stack([np.ones(20), np.arange(20.0)]), np.arange(20) // 10),
        (np.random.default_rng(0).normal(size=(12, 40)), np.arange(12) % 3),
    ],
    ids=["two rows", "equal rows", "equal rows in three", "a constant column", "wide"],
)
def test_small_and_flat_tables_have_no_clear_structure(X, labels):
    found = verdict(X, labels)
    assert found.verdict == NONE and found.n_clusters == len(set(np.asarray(labels).tolist()))
    assert found.least_parted <= found.least_limit and not any(found.is_parted)
    assert found.evidence[0].startswith("No valley parts neighbouring clusters")
    assert np.isfinite([found.least_parted, found.least_limit, found.hopkins]).all()


@pytest.mark.parametrize("X", [np.ones((9, 2)), groups()[0]], ids=["equal rows", "groups"])
def test_one_cluster_has_no_pair(X):
    found = verdict(X, np.zeros(len(X), dtype=int))
    assert (found.verdict, found.n_clusters) == (NONE, 1)
    assert found.partings == found.is_parted == () and found.least_parted == 0.0
    assert found.evidence[0].startswith("There is one cluster")
    assert "from one cluster to 1" not in " ".join(found.evidence)


@pytest.mark.parametrize("gap", [None, 0.3, (1.0, 2.0)])
def test_what_is_no_gap_is_refused(gap):
    with pytest.raises(TypeError, match="gap must be what gap_statistic\\(\\) returns, got "):
        structure_verdict(*groups(), gap)


def test_labels_of_another_length_are_refused():
    X, truth = groups()
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        verdict(X, truth[1:])


def test_one_row_is_refused():
    gap = gap_statistic(np.ones((2, 2)), [1], n_references=2, random_state=0)
    with pytest.raises(ValueError, match="a minimum of 2 is required"):
        structure_verdict(np.ones((1, 2)), [0], gap)


def test_a_judgement_is_of_the_null_tables_that_are_given():
    X, truth = groups(size=40)
    gap = gap_statistic(X, [1, 4], n_references=2, random_state=0)
    low = nulls([[0.0, 0.1, 0.1]] * 4, [[0.0, 0.2, 0.2]] * 4, ks=(1, 2, 4))
    high = nulls([[0.0, 9.0, 9.0]] * 4, [[0.0, 9.0, 9.0]] * 4, ks=(1, 2, 4))
    assert judge(X, truth, gap, low, (2, 0)).verdict == COMPACT
    found = judge(X, truth, gap, high, (2, 0))
    assert found.verdict == NONE and found.is_parted == (False,) * 3
    assert found.least_limit == pytest.approx(9.0)


def test_the_only_pair_is_parted_only_where_the_verdict_says_so():
    """Two round groups in more columns than rows: Fisher's line parts any two clusters there."""
    rng = np.random.default_rng(1)
    X = np.vstack([rng.normal(size=(20, 40)), rng.normal(size=(20, 40)) + 3.0])
    labels = np.repeat([0, 1], 20)
    gap = gap_statistic(X, [2], n_init=2, random_state=0)
    found = structure_verdict(X, labels, gap, n_init=2, random_state=0)
    assert found.is_parted == (found.verdict == COMPACT,)


@pytest.mark.parametrize("seed", [3, 4, 5])
def test_one_skewed_column_is_no_group(seed):
    X = np.random.RandomState(seed + 100).lognormal(size=(1_000, 1))
    beside = np.column_stack([X, np.ones(1_000)])
    for table in (X, beside):
        labels = (X[:, 0] > np.quantile(X, 0.9)).astype(int)
        gap = gap_statistic(table, [2], n_init=2, random_state=seed)
        found = structure_verdict(table, labels, gap, n_init=2, random_state=seed)
        assert found.verdict == NONE
