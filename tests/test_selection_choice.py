"""The whole answer: the vote on tables with known centers, and the verdict."""

import csv

import numpy as np
import pytest
from lookalikes import SETS, lookalike, rings, two_moons

from kmeans_core import metrics
from kmeans_core.selection import Choice, choose_k
from kmeans_core.selection.vote import plurality

COMPACT, NOT_ROUND, NONE = (
    "compact groups",
    "structure, but not round groups",
    "no clear structure",
)


@pytest.mark.parametrize("name, k_max", [("S1", 20), ("S2", 20), ("S3", 20), ("A1", 25)])
def test_the_vote_gives_the_true_number_of_groups(name, k_max):
    """k in 2..20 or 2..25, ten restarts."""
    X, truth, centers = lookalike(name)
    found = choose_k(X, range(2, k_max + 1), n_init=10, n_references=5, n_resamples=3)
    assert found.n_clusters == SETS[name][0] == len(centers)
    assert found.structure.verdict == COMPACT
    assert metrics.adjusted_rand_score(truth, found.row.labels) > 0.8


def test_the_vote_gives_35_groups():
    """k in 25..40, ten restarts."""
    found = choose_k(lookalike("A2")[0], range(25, 41), n_references=2, n_resamples=1)
    assert found.n_clusters == 35


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(400, 2), (300, 6)])
def test_uniform_noise_has_no_clear_structure(shape):
    verdicts = [
        choose_k(np.random.default_rng(seed).uniform(size=shape), n_resamples=1).structure.verdict
        for seed in range(20)
    ]
    assert verdicts.count(NONE) >= 18


def test_a_gain_is_not_counted_where_rows_lie_as_evenly_as_chance_lays_them():
    found = choose_k(np.random.default_rng(4).uniform(size=(300, 6)), n_resamples=1).structure
    assert found.gap_gain > found.gap_limit and found.hopkins < found.hopkins_uniform
    assert found.verdict == NONE
    assert found.evidence[0].startswith("None of three tests finds more")
    assert "so it is not counted" in found.evidence[1]


def test_the_evidence_for_nothing_says_nothing_else():
    found = choose_k(np.random.default_rng(3).uniform(size=(300, 2)), n_resamples=1).structure
    assert found.verdict == NONE and found.gap_gain <= found.gap_limit
    starts = [" ".join(sentence.split()[:4]) for sentence in found.evidence]
    assert starts == [
        "None of three tests",
        "Rows in one cluster",
        "No gap separates the",
        "Rows are spread about",
    ]
    assert "no more alike" in found.evidence[1]


def test_clusters_that_follow_moons_are_said_to():
    X, truth = two_moons(400, 0.05, 0)
    found = choose_k(X, range(2, 6), method="single", n_resamples=1)
    assert metrics.adjusted_rand_score(truth, found.row.labels) == 1.0
    assert found.structure.verdict == NOT_ROUND and found.structure.followed
    assert any("do follow them" in sentence for sentence in found.structure.evidence)
    assert not choose_k(X, range(2, 6), n_resamples=1).structure.followed


@pytest.mark.parametrize("seed", range(3))
def test_one_bell_has_no_clear_structure(seed):
    X = np.random.default_rng(seed).normal(size=(500, 3)) @ [[2, 1, 0], [0, 1, 0], [0, 0, 0.5]]
    assert choose_k(X, n_resamples=1).structure.verdict == NONE


@pytest.mark.parametrize("n_samples, noise, seed", [(300, 0.05, 0), (600, 0.08, 1), (2000, 0.1, 2)])
def test_two_moons_are_structure_but_not_round_groups(n_samples, noise, seed):
    X, _ = two_moons(n_samples, noise, seed)
    found = choose_k(X, n_resamples=1).structure
    assert found.verdict == NOT_ROUND
    assert found.n_chains >= 2 and found.agreement < 0.7


def test_rings_are_structure_but_not_round_groups():
    assert choose_k(rings(600, 0)[0], n_resamples=1).structure.verdict == NOT_ROUND


def test_mall_customers_fall_into_five_stable_groups(shared_data):
    with open(shared_data / "mall_customers.csv", newline="", encoding="utf-8") as file:
        rows = [[float(row[3]), float(row[4])] for row in list(csv.reader(file))[1:]]
    X = np.array(rows)
    found = choose_k((X - X.mean(axis=0)) / X.std(axis=0))
    assert found.n_clusters == 5
    assert set(found.stability.words) <= {"stable", "highly stable"}
    assert found.structure.verdict == COMPACT
    assert found.votes["gap"] == 1  # its one-standard-error rule alone
    together, *others = found.structure.evidence
    assert together.startswith("Two of three tests find more than chance")
    assert others[0].startswith("Rows in one cluster are more alike than chance would")
    assert "The 5 chosen clusters lie inside them" in others[2]
    # Uniform tables are no match for it, though one bell would be.
    assert found.structure.hopkins_uniform < found.structure.hopkins
    assert others[-1].startswith("Rows are not spread evenly")


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


def three_groups():
    rng = np.random.default_rng(0)
    return np.repeat([[0.0, 0.0], [8.0, 0.0], [0.0, 8.0]], 40, axis=0) + rng.normal(size=(120, 2))


@pytest.mark.parametrize("method", ["kmeans", "average"])
def test_everything_is_in_the_answer_whatever_the_method(method):
    seen = []
    found = choose_k(three_groups(), range(2, 7), method=method, progress=lambda *p: seen.append(p))
    assert isinstance(found, Choice) and found.n_clusters == 3
    assert list(found.votes) == ["silhouette", "davies_bouldin", "calinski_harabasz", "gap"]
    assert set(found.votes.values()) == {3} and found.shown == {"knee": 3, "dunn": 3}
    assert found.row.n_clusters == 3 and len(found.sweep.rows) == 5
    assert found.structure.verdict == COMPACT and len(found.structure.evidence) >= 3
    assert {what for what, *_ in seen} == {"clusterings", "references", "resamples", "structure"}


def test_threads_do_not_change_the_answer():
    one, three = (choose_k(three_groups(), range(2, 5), n_threads=n) for n in (1, 3))
    assert one.votes == three.votes and one.structure == three.structure
    np.testing.assert_array_equal(one.gap.gap, three.gap.gap)
    np.testing.assert_array_equal(one.stability.jaccard, three.stability.jaccard)


def test_a_number_that_is_asked_for_is_taken_and_the_vote_still_told():
    found = choose_k(three_groups(), range(2, 5), n_clusters=6)
    assert found.n_clusters == 6 and set(found.votes.values()) == {3}
    assert [row.n_clusters for row in found.sweep.rows] == [2, 3, 4, 6]
    one = choose_k(three_groups(), [], n_clusters=1)
    assert one.stability.jaccard.shape == (1,) and one.votes == {}
    assert one.shown == {"knee": None, "dunn": None}


def test_few_and_equal_rows():
    X = np.repeat(np.arange(4.0), 5)[:, None]
    found = choose_k(X, [2, 3], n_references=3, n_resamples=2)
    assert found.n_clusters in (2, 3)


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


def test_a_vote_without_silhouette_is_refused():
    with pytest.raises(ValueError, match="votes must hold silhouette's"):
        plurality({"gap": 3})
