"""The whole answer: the number of clusters and the verdict, on tables with and without groups."""

import csv
import functools

import numpy as np
import pytest
from lookalikes import SETS, groups, lookalike, rings, two_moons

from kmeans_core import metrics
from kmeans_core.selection import Choice, Parted, choose_k, plurality
from kmeans_core.selection.choice import default_range

COMPACT, NOT_ROUND, NONE = (
    "compact groups",
    "structure, but not round groups",
    "no clear structure",
)


def quick(X, *arguments, **options):
    return choose_k(X, *arguments, **{"n_resamples": 1, **options})


# ---- tables with known groups --------------------------------------------------------------------


@functools.cache
def choice_for(name):
    n_references, ks = (2, range(25, 41)) if name == "A2" else (5, range(2, SETS[name][0] + 6))
    return quick(lookalike(name)[0], ks, n_references=n_references)


@pytest.mark.parametrize("name", SETS)
def test_the_true_number_of_groups_is_chosen(name):
    found = choice_for(name)
    assert (found.n_clusters, found.rule) == (SETS[name][0], "parted")
    assert metrics.adjusted_rand_score(lookalike(name)[1], found.row.labels) > 0.8


TOUCH = pytest.mark.xfail(
    strict=True, reason="of groups that touch, single linkage joins some, and none lies in a valley"
)


@pytest.mark.parametrize(
    "name", ["S1", "S2", pytest.param("S3", marks=TOUCH), pytest.param("A1", marks=TOUCH), "A2"]
)
def test_groups_in_a_square_are_compact(name):
    found = choice_for(name).structure
    assert all(found.is_parted) and found.least_parted > found.least_limit
    assert found.verdict == COMPACT


def grid(seed, places, size=60):
    """Round groups with standard deviation 1 at these places."""
    truth = np.repeat(np.arange(len(places)), size)
    return np.array(places)[truth] + np.random.default_rng(seed).normal(size=(len(truth), 2)), truth


SIX = [(0.0, 0.0), (8.0, 0.0), (16.0, 0.0), (0.0, 8.0), (8.0, 8.0), (16.0, 8.0)]
FIVE = [(0.0, 0.0), (9.0, 0.0), (0.0, 9.0), (9.0, 9.0), (4.5, 18.0)]


@pytest.mark.parametrize("seed", range(3))
def test_six_round_groups_are_six(seed):
    X, truth = grid(seed, SIX)
    found = quick(X)
    assert (found.n_clusters, found.rule) == (6, "parted")
    assert found.structure.verdict == COMPACT and all(found.structure.is_parted)
    assert metrics.adjusted_rand_score(truth, found.row.labels) > 0.99


@pytest.mark.parametrize("n_clusters", [6, 12])
def test_more_clusters_than_groups_are_not_compact(n_clusters):
    found = quick(grid(0, FIVE)[0], n_clusters=n_clusters)
    assert (found.n_clusters, found.best, found.rule) == (n_clusters, 5, "parted")
    assert found.structure.verdict == NONE and found.structure.n_clusters == n_clusters
    assert not all(found.structure.is_parted)


@pytest.mark.parametrize("seed", range(2))
def test_two_small_groups_beside_a_large_one_are_seen(seed):
    X = np.random.default_rng(seed).normal(size=(4_000, 3))
    X[:200, 0] += 6.0  # 5% of the rows, 6 standard deviations away
    X[200:400, 1] += 6.0
    found = quick(X)
    assert (found.n_clusters, found.rule) == (3, "parted")
    assert found.structure.verdict == COMPACT
    assert sorted(np.bincount(found.row.labels))[1] < 300


def test_a_column_with_modes_is_no_group_of_customers():
    X = np.random.default_rng(0).normal(size=(400, 4))
    X[:, 2] += 8.0 * (np.arange(400) % 2)
    found = quick(X)
    assert (found.n_clusters, found.structure.column_alone) == (2, 2)
    assert found.structure.verdict == NOT_ROUND


# ---- other shapes --------------------------------------------------------------------------------


@pytest.mark.parametrize("n_samples, noise, seed", [(300, 0.05, 0), (600, 0.08, 1), (2000, 0.1, 2)])
def test_two_moons_are_structure_but_not_round_groups(n_samples, noise, seed):
    found = quick(two_moons(n_samples, noise, seed)[0]).structure
    assert found.verdict == NOT_ROUND and not found.are_round
    assert found.n_chains >= 2 and found.agreement < 0.7


def two_chains(seed):
    """Two curves like an S, one above the other."""
    rng = np.random.default_rng(seed)
    way, second = rng.uniform(size=600), np.arange(600) % 2
    X = np.column_stack([10.0 * way, np.sin(2 * np.pi * way) + 1.5 * second])
    return X + rng.normal(scale=0.1, size=X.shape)


@pytest.mark.parametrize("seed", range(2))
def test_rings_and_chains_are_structure_but_not_round_groups(seed):
    for X in (rings(600, seed)[0], two_chains(seed)):
        found = quick(X).structure
        assert found.verdict == NOT_ROUND and not found.are_round


def test_clusters_that_follow_moons_are_said_to():
    X, truth = two_moons(400, 0.05, 0)
    found = quick(X, range(2, 6), method="single")
    assert metrics.adjusted_rand_score(truth, found.row.labels) == 1.0
    assert found.structure.followed
    assert found.structure.verdict == NOT_ROUND
    assert any("do follow them" in sentence for sentence in found.structure.evidence)
    assert not quick(X, range(2, 6)).structure.followed


# ---- tables without groups -----------------------------------------------------------------------


def correlated(rng, n, d):
    return rng.normal(size=(n, d)) @ (np.eye(d) + 0.6 * np.eye(d, k=1))


def ridge(rng, n):
    return rng.uniform(size=(n, 1)) * [1.0, 2.0, -1.0] + rng.normal(scale=0.05, size=(n, 3))


def zero_inflated(rng, n):
    return np.where(rng.random((n, 4)) < 0.5, 0.0, np.exp(correlated(rng, n, 4)))


def categories(rng, n):
    return np.hstack([np.eye(k)[rng.integers(0, k, n)] for k in (2, 3, 4)])


NO_GROUPS = {
    "one bell": lambda rng, n: correlated(rng, n, 3),
    "uniform": lambda rng, n: rng.uniform(size=(n, 2)),
    "uniform, six columns": lambda rng, n: rng.uniform(size=(n, 6)),
    "lognormal": lambda rng, n: np.exp(correlated(rng, n, 3)),
    "exponential": lambda rng, n: rng.exponential(size=(n, 3)),
    "heavy tails": lambda rng, n: rng.standard_t(3, size=(n, 3)),
    "zero-inflated": zero_inflated,
    "counts": lambda rng, n: rng.poisson([1, 2, 4, 8], size=(n, 4)).astype(float),
    "answers": lambda rng, n: np.clip(np.round(3 + correlated(rng, n, 5)), 1, 5),
    "categories": categories,
    "a ridge": ridge,
}


@pytest.mark.parametrize("family", NO_GROUPS)
def test_tables_without_groups_have_no_clear_structure(family):
    for seed in range(2):
        found = quick(NO_GROUPS[family](np.random.default_rng(seed), 200), range(2, 7), n_init=4)
        assert found.structure.verdict == NONE
        assert found.structure.least_parted <= found.structure.least_limit


@pytest.mark.slow
@pytest.mark.parametrize("family", NO_GROUPS)
def test_tables_without_groups_hardly_ever_have_structure(family):
    verdicts = []
    for seed in range(100, 108):
        X = NO_GROUPS[family](np.random.default_rng(seed), 300)
        verdicts.append(quick(X, range(2, 9), n_init=4).structure.verdict)
    assert verdicts.count(NONE) >= 7


# ---- real tables ---------------------------------------------------------------------------------


def mall(shared_data):
    """Income and spending score of 200 customers, both with mean 0 and standard deviation 1."""
    with open(shared_data / "mall_customers.csv", newline="", encoding="utf-8") as file:
        rows = [[float(row[3]), float(row[4])] for row in list(csv.reader(file))[1:]]
    X = np.array(rows)
    return (X - X.mean(axis=0)) / X.std(axis=0)


def test_mall_customers_shade_into_each_other_and_the_gap_takes_five(shared_data):
    found = choose_k(mall(shared_data), random_state=1)
    assert (found.n_clusters, found.rule) == (5, "gap")
    assert set(found.stability.words) <= {"stable", "highly stable"}
    assert found.votes["gap"] == 1  # its one-standard-error rule alone
    structure = found.structure
    assert structure.verdict == NONE and structure.are_round
    assert 0 < sum(structure.is_parted) < len(structure.partings)
    assert "the others shade into each other" in structure.evidence[0]
    assert structure.hopkins_uniform < structure.hopkins


@pytest.mark.slow
def test_mall_customers_are_five_for_nearly_every_seed(shared_data):
    X = mall(shared_data)
    found = [quick(X, random_state=seed).n_clusters for seed in range(10)]
    assert found.count(5) >= 8


# ---- the answer ----------------------------------------------------------------------------------


def three_groups():
    rng = np.random.default_rng(0)
    return np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], 40, axis=0) + rng.normal(size=(120, 2))


@pytest.mark.parametrize("method", ["kmeans", "average"])
def test_everything_is_in_the_answer_whatever_the_method(method):
    seen = []
    found = choose_k(three_groups(), range(2, 7), method=method, progress=lambda *p: seen.append(p))
    assert isinstance(found, Choice) and found.n_clusters == found.best == 3
    assert found.rule == "parted"
    assert list(found.votes) == ["silhouette", "davies_bouldin", "calinski_harabasz", "gap"]
    assert set(found.votes.values()) == {3} and found.shown == {"knee": 3, "dunn": 3}
    assert found.row.n_clusters == 3 and len(found.sweep.rows) == 5
    assert found.structure.verdict == COMPACT and len(found.structure.evidence) >= 3
    assert {what for what, *_ in seen} == {"clusterings", "references", "resamples", "structure"}


def test_the_evidence_for_the_number_is_that_of_the_verdict():
    found = quick(three_groups(), range(2, 6), n_clusters=7)
    assert found.parted.n_clusters.tolist() == [2, 3, 4, 5, 7]
    for k in (2, 4, 7):
        structure = quick(three_groups(), range(2, 6), n_clusters=k).structure
        place = found.parted.n_clusters.tolist().index(k)
        assert structure.least_parted == found.parted.least[place]
        if k < 6:  # null tables were clustered for the same numbers up to here
            assert structure.least_limit == found.parted.limit[place]


def test_the_largest_number_that_is_parted_by_hand():
    parted = Parted(
        n_clusters=np.array([2, 3, 4, 6]),
        least=np.array([0.9, 0.8, 0.5, 0.7]),
        limit=np.array([0.6, 0.6, 0.5, 0.6]),
    )
    assert parted.largest(range(2, 7)) == 6
    assert parted.largest([2, 3, 4]) == 3  # at 4 it is equal to the limit: not above
    assert parted.largest([4]) is None and parted.largest([]) is None


def test_threads_do_not_change_the_answer():
    X = groups(2, spread=1.5)[0]
    one, *others = (choose_k(X, range(2, 5), n_init=3, n_threads=n) for n in (1, 2, 3))
    for other in others:
        assert (one.votes, one.best, one.rule) == (other.votes, other.best, other.rule)
        assert one.structure == other.structure
        for ours, theirs in zip((*one.gap, *one.parted), (*other.gap, *other.parted), strict=True):
            np.testing.assert_array_equal(ours, theirs)
        np.testing.assert_array_equal(one.stability.jaccard, other.stability.jaccard)
        np.testing.assert_array_equal(one.row.labels, other.row.labels)


def test_a_number_that_is_given_is_taken_and_the_best_is_named():
    found = quick(three_groups(), range(2, 5), n_clusters=6)
    assert (found.n_clusters, found.best, found.rule) == (6, 3, "parted")
    assert set(found.votes.values()) == {3}
    assert [row.n_clusters for row in found.sweep.rows] == [2, 3, 4, 6]
    inside = quick(three_groups(), range(2, 5), n_clusters=2)
    assert (inside.n_clusters, inside.best, inside.rule) == (2, 3, "parted")
    # The best is one of the range; a number that is given does not join it.
    assert quick(three_groups(), [2, 4], n_clusters=3).best == 2


def test_one_cluster_can_be_given():
    one = quick(three_groups(), [], n_clusters=1)
    assert (one.n_clusters, one.best, one.rule) == (1, 1, "given")
    assert one.stability.jaccard.shape == (1,) and one.votes == {}
    assert one.shown == {"knee": None, "dunn": None}
    assert one.structure.verdict == NONE and one.structure.partings == ()
    beside = quick(three_groups(), range(2, 5), n_clusters=1)
    assert (beside.n_clusters, beside.best, beside.rule) == (1, 3, "parted")
    assert beside.structure.evidence[0].startswith("There is one cluster")


def test_a_number_without_a_range_is_its_own_best():
    found = quick(three_groups(), [], n_clusters=4)
    assert (found.n_clusters, found.best, found.rule) == (4, 4, "given")


@pytest.mark.parametrize(
    "n_samples, most", [(3, 2), (9, 2), (15, 3), (22, 4), (50, 10), (1000, 10)]
)
def test_by_default_clusters_have_five_rows_or_more(n_samples, most):
    assert default_range(n_samples) == range(2, most + 1)


@pytest.mark.parametrize("n_samples", [9, 22, 1000])
def test_small_tables_have_few_clusters(n_samples):
    X = np.random.default_rng(0).normal(size=(n_samples, 2))
    found = quick(X, n_init=1, n_references=2)
    assert [row.n_clusters for row in found.sweep.rows] == list(default_range(n_samples))
    assert found.n_clusters <= max(2, n_samples // 5)
    assert found.structure.verdict == NONE


def test_few_and_equal_rows():
    X = np.repeat(np.arange(4.0), 5)[:, None]
    found = choose_k(X, [2, 3], n_references=3, n_resamples=2)
    assert found.n_clusters in (2, 3)
    equal = quick(np.ones((12, 2)), [2, 3], n_clusters=2, n_references=3)
    assert equal.structure.verdict == NONE and equal.votes == {}
    with pytest.raises(ValueError, match="no silhouette is defined"):
        quick(np.ones((12, 2)))


# ---- the plurality -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "votes, k",
    [
        ((5, 5, 9, 1), 5),
        ((2, 7, 7, 1), 7),
        ((2, 7, 8, 9), 2),
        ((2, 7, 7, 2), 2),
        ((3, 7, 7, 7), 7),
    ],
)
def test_the_plurality_and_its_ties(votes, k):
    names = ("silhouette", "davies_bouldin", "calinski_harabasz", "gap")
    assert plurality(dict(zip(names, votes, strict=True))) == k


def test_a_plurality_without_silhouette_is_refused():
    with pytest.raises(ValueError, match="votes must hold silhouette's"):
        plurality({"gap": 3})


# ---- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (([[0.0], [1.0]],), {}, "a minimum of 3 is required"),
        ((np.arange(9.0)[:, None], [1]), {}, "no silhouette is defined"),
        ((np.arange(9.0)[:, None], [2, 10]), {}, "should be >= n_clusters_range=10"),
        ((np.arange(9.0)[:, None], [2]), {"n_clusters": 10}, "should be >= n_clusters=10"),
        ((np.arange(9.0)[:, None], [2]), {"random_state": -1}, "random_state must be between"),
        ((np.arange(9.0)[:, None], [2]), {"n_references": 1}, "n_references must be between 2"),
        ((np.arange(9.0)[:, None], [2]), {"n_resamples": 10**9}, "n_resamples must be between 1"),
        ((np.arange(9.0)[:, None], [2]), {"max_time": -1.0}, "max_time must be"),
    ],
)
def test_bad_input_is_refused(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        choose_k(*arguments, **options)


def test_what_cannot_be_told_progress_is_refused():
    with pytest.raises(TypeError, match="progress must be a function"):
        choose_k(np.arange(9.0)[:, None], [2], progress=True)
