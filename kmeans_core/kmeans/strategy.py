"""Every choice that a fit makes by shape or by count: numbers in, an answer out.

Nothing here reads a row or a clock, so a choice can be repeated from the numbers alone. The number
of threads only says how runs are shared between them. What a fit chose stands in
`KMeans.strategy_`, and `verbose=2` prints it. No choice changes a label; one changes the order in
which rows are added up (equal rows joined into one), and so the last digits of the centers.
"""

from __future__ import annotations

from typing import NamedTuple


class Strategy(NamedTuple):
    """What a fit chose. A bug report is complete with it."""

    algorithm: str  # a name of `algorithms.ALGORITHMS`, or 'naive'
    seeding: str  # 'greedy', 'greedy_pruned', 'scalable', 'random' or 'given'
    runs: str  # 'compiled': a run is one call on one thread; 'threaded': each iteration is shared
    # between threads; 'numpy': naive.py on one thread
    distance_form: str  # 'direct' or 'product': what the search evaluates, see search/nearest.py
    n_rows: int  # rows iterated on: fewer than given where equal rows were joined
    n_threads: int  # that share one run


# ---- which algorithm ---------------------------------------------------------------------------

BOUNDS_PAY = 128  # multiplications per row and iteration without bounds


def best_algorithm(n_clusters: int, n_features: int) -> str:
    """The algorithm that 'auto' runs: Hamerly's where one row costs many products, else Lloyd's.

    Measured (Zen 3, 2 threads). CPU time per iteration, to convergence, Hamerly against Lloyd: 8.6
    ms against 69 (1e6 x 32, k=100), 1.5 against 5.2 (2e5 x 16, k=64), 44 against 74 (1e5 x 128,
    k=256). Whole fits: 305 ms against 319 (1e6 x 8, k=20). Below `BOUNDS_PAY`, 236 against 253 (1e6
    x 5, k=10) is not worth 8 bytes per row and another kernel to compile. Yinyang gained at most 5%
    more. The kd-tree took 0.53 to 0.75 of Lloyd's time for k=5 or 8 and 1 or 2 features, and 1.7
    times for 1e6 x 2, k=50; it needs more memory than 'auto' may take (18 bytes per row for d=2).
    """
    return "hamerly" if n_clusters * n_features >= BOUNDS_PAY else "lloyd"


BOUNDS_BEGIN_SHARE = 0.1
SHORT_SEARCH = 4_000  # products per row


def bounds_begin_share(n_clusters: int, n_features: int) -> float:
    """The share of rows that may still change their label when bounds are first made.

    The share is smaller where the search of one row is short: more rows fail their bounds than
    change, and listing a row costs more than searching it.

    Measured (1e6 x 8, k=20, spread 3, to convergence, in turn): 338 ms when made at 0.004, 315 to
    332 at a quarter to twice that, 364 and 416 at 4 and 8 times.
    """
    return BOUNDS_BEGIN_SHARE * min(1.0, n_clusters * n_features / SHORT_SEARCH)


def most_listed(n_clusters: int, n_features: int, lanes: int) -> int:
    """The most rows of a panel that Hamerly's algorithm lists; if more are not settled by their
    bounds, all rows of the panel are searched in place.

    Costs in units of one product of the search: a distance `n_features`; a row of a panel 100
    besides; a listed row 1200 + 24 n_features, to be fetched, made exact and, every second one,
    gathered.

    Measured (Zen 3, 1e6 x 8, k=20): 8 ms to search half of the panels in place, 25 to list their
    rows.
    """
    work = n_clusters * n_features
    return min(lanes // 2, lanes * (100 + work) // (1200 + 24 * n_features + work // 2))


# ---- how runs are shared between threads -------------------------------------------------------

SMALL_FLOPS = 4e6  # per iteration: below, handing blocks to threads costs more than it gains
FLOPS_TO_SHARE = 1.5e6  # per iteration of all runs together


def flops_per_iteration(n_values: int, n_clusters: int) -> float:
    """Floating-point operations of one iteration of Lloyd's algorithm on `n_values` numbers."""
    return 2.0 * n_values * n_clusters


def is_short(n_values: int, n_clusters: int, sees_iterations: bool) -> bool:
    """Whether an iteration is too short to share between threads, and is not observed."""
    return flops_per_iteration(n_values, n_clusters) < SMALL_FLOPS and not sees_iterations


def is_compiled_whole(
    n_values: int, n_clusters: int, algorithm: str, sees_iterations: bool
) -> bool:
    """Whether a whole run is one compiled call: a short iteration, by Lloyd's algorithm."""
    return algorithm in ("auto", "lloyd") and is_short(n_values, n_clusters, sees_iterations)


def threads_for_short_runs(flops: float, n_threads: int) -> int:
    """Threads for runs of `flops` per iteration together: one where a second does not pay.

    Measured (ten runs of 2,000 x 5, k=7, 9 and 11): 4.2, 5.2 and 5.9 ms on one thread, 4.4, 4.8 and
    4.9 ms on two.
    """
    return n_threads if flops >= FLOPS_TO_SHARE else 1


# Upper estimates of the time of one floating-point operation, in ns. They size compiled calls
# (engine/short_calls.py), so that Ctrl-C ends a fit at once; no result depends on them.
NS_PER_FLOP = 0.1  # of a search
NS_PER_SEEDING_FLOP = 0.5

# ---- seeding -----------------------------------------------------------------------------------

MOST_GREEDY_FLOPS = 1e6  # per step
MOST_GREEDY_FEATURES = 8
STEP_FLOPS_TO_SHARE = 4e6  # per step: below, one thread does all steps
SEED_COST = 4  # time of one distance of the seeding, in distances of an iteration


def flops_per_step(n_values: int, n_trials: int) -> float:
    """Floating-point operations of one step of greedy k-means++ that evaluates every distance."""
    return 2.0 * n_values * n_trials


def must_prune_seeding(shape: tuple[int, int], n_trials: int) -> bool:
    """Whether greedy k-means++ skips distances by the triangle inequality (greedy_pruned.py).

    On small tables of few features the bounds take longer than what they skip. Measured, time of
    greedy_pruned.py over greedy.py: 10,000 x 3, k=10: 1.7; 2,000 x 5, k=200: 1.3; 10,000 x 10, k=8:
    1.15, k=50: 0.87; 5,000 x 8, k=100: 0.8; 4,000 x 12, k=10: 0.9, k=100: 0.6; 1,000 x 20: 0.85;
    2,000 x 50: 0.5.
    """
    n_samples, n_features = shape
    few = n_features <= MOST_GREEDY_FEATURES
    return not (few and flops_per_step(n_samples * n_features, n_trials) < MOST_GREEDY_FLOPS)


def must_share_step(n_values: int, n_trials: int) -> bool:
    """Whether the passes of one step of pruned seeding are shared between threads."""
    return flops_per_step(n_values, n_trials) >= STEP_FLOPS_TO_SHARE


# ---- which form of the distance ----------------------------------------------------------------

FEWEST_PRODUCT_FLOPS = 1e8  # per assignment: below, loading the kernels costs more than they gain
FEWEST_PRODUCT_FEATURES = 8
PRODUCT_CENTERS = (5, 1 << 16)  # a block of centers; what the last bits of a score can number
MOST_AMBIGUOUS = 0.02  # share of rows; an exact decision costs ten rows of a search


def may_use_products(
    n_samples: int, n_features: int, n_clusters: int, many_registers: bool
) -> bool:
    """Whether the product form of the distance can be faster than the direct one.

    Not with 32 registers, where a subtraction is free beside the multiplications. A sample of rows
    decides afterwards, see `are_products_exact_enough`.
    """
    low, high = PRODUCT_CENTERS
    fits = low <= n_clusters <= high and n_features >= FEWEST_PRODUCT_FEATURES
    long = flops_per_iteration(n_samples * n_features, n_clusters) >= FEWEST_PRODUCT_FLOPS
    return fits and long and not many_registers


def are_products_exact_enough(n_ambiguous: int, n_sampled: int) -> bool:
    """Whether few enough of the sampled rows have to be decided again in float64."""
    return n_ambiguous <= MOST_AMBIGUOUS * n_sampled


# ---- whether equal rows are joined -------------------------------------------------------------

FEWEST_ROWS_TO_JOIN = 4096  # below, a whole fit takes no longer than finding out
ROWS_PER_DISTINCT = 4  # by the estimate
KEPT_ROWS_PER_DISTINCT = 3  # counted: below, the joined rows are given up again


def may_join_equal_rows(n_samples: int) -> bool:
    """Whether a table is large enough for equal rows to be looked for."""
    return n_samples >= FEWEST_ROWS_TO_JOIN


def is_worth_joining(n_distinct_estimate: float, n_samples: int) -> bool:
    """Whether so few distinct rows are expected that joining equal ones pays."""
    return n_distinct_estimate * ROWS_PER_DISTINCT <= n_samples


def most_distinct(n_samples: int) -> int:
    """The most distinct rows with which iterating on them still pays."""
    return n_samples // KEPT_ROWS_PER_DISTINCT
