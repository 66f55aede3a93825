"""Slow, obvious twins of what the package computes: loops and numpy.

Of k-means only what kmeans_core/kmeans/naive.py, the page that all else is held to, does not have.
"""

import itertools
import math

import numpy as np
from scipy.optimize import linprog

from kmeans_core.kmeans.naive import kmeans_plusplus, nearest_center

# ---- metrics ---------------------------------------------------------------------------------


def distance(x, y):
    return np.sqrt(sum((a - b) ** 2 for a, b in zip(x, y, strict=True)))


def inertia(X, labels, weight=None):
    weight = np.ones(len(X)) if weight is None else weight
    total = 0.0
    for c in np.unique(labels):
        mine = labels == c
        mean = (X[mine] * weight[mine, None]).sum(axis=0) / weight[mine].sum()
        total += (weight[mine, None] * (X[mine] - mean) ** 2).sum()
    return total


def silhouette_samples(X, labels):
    values = np.zeros(len(X))
    for i in range(len(X)):
        to_cluster = {}
        for c in np.unique(labels):
            others = [j for j in range(len(X)) if labels[j] == c and j != i]
            if others:
                to_cluster[c] = np.mean([distance(X[i], X[j]) for j in others])
        if labels[i] in to_cluster:
            a = to_cluster.pop(labels[i])
            b = min(to_cluster.values())
            values[i] = (b - a) / max(a, b) if max(a, b) > 0 else 0.0
    return values


def davies_bouldin(X, labels):
    names = np.unique(labels)
    means = [X[labels == c].mean(axis=0) for c in names]
    spread = [
        np.mean([distance(x, m) for x in X[labels == c]]) for c, m in zip(names, means, strict=True)
    ]
    worst = []
    for i in range(len(names)):
        ratios = [
            (spread[i] + spread[j]) / distance(means[i], means[j])
            for j in range(len(names))
            if j != i
        ]
        worst.append(max(ratios))
    return np.mean(worst)


def calinski_harabasz(X, labels):
    names = np.unique(labels)
    between = sum(
        (labels == c).sum() * distance(X[labels == c].mean(axis=0), X.mean(axis=0)) ** 2
        for c in names
    )
    return (between / (len(names) - 1)) / (inertia(X, labels) / (len(X) - len(names)))


def dunn(X, labels):
    pairs = [(i, j) for i in range(len(X)) for j in range(i)]
    between = min(distance(X[i], X[j]) for i, j in pairs if labels[i] != labels[j])
    return between / max(distance(X[i], X[j]) for i, j in pairs if labels[i] == labels[j])


def adjusted_rand(first, second):
    both = one = two = total = 0
    for i in range(len(first)):
        for j in range(i):
            in_first, in_second = first[i] == first[j], second[i] == second[j]
            both += in_first and in_second
            one += in_first
            two += in_second
            total += 1
    expected = one * two / total
    most = (one + two) / 2
    return 1.0 if most == expected else (both - expected) / (most - expected)


def simplified_silhouette(X, labels):
    means = {c: X[labels == c].mean(axis=0) for c in np.unique(labels)}
    values = []
    for x, own in zip(X, labels, strict=True):
        a = distance(x, means[own])
        b = min(distance(x, mean) for c, mean in means.items() if c != own)
        alone = (labels == own).sum() == 1
        values.append(0.0 if alone or max(a, b) == 0 else (b - a) / max(a, b))
    return np.array(values)


def pair_counts(first, second):
    """Pairs of rows: together in both, in the first only, in the second only, in neither."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for i in range(len(first)):
        for j in range(i):
            counts[bool(first[i] == first[j]), bool(second[i] == second[j])] += 1
    return tuple(counts.values())


def rand_score(first, second):
    both, _, _, neither = pair_counts(first, second)
    return (both + neither) / (len(first) * (len(first) - 1) / 2)


def adjusted_rand_score(first, second):
    return adjusted_rand(first, second)


def fowlkes_mallows_score(first, second):
    both, one, two, _ = pair_counts(first, second)
    return both / math.sqrt((both + one) * (both + two)) if both else 0.0


def entropy(labels):
    return -sum((labels == c).mean() * math.log((labels == c).mean()) for c in np.unique(labels))


def mutual_info_score(first, second):
    total = 0.0
    for a in np.unique(first):
        for b in np.unique(second):
            both = ((first == a) & (second == b)).mean()
            if both > 0:
                total += both * math.log(both / ((first == a).mean() * (second == b).mean()))
    return total


def expected_mutual_info(first, second):
    """Over all ways to place the second labelling's rows: exact hypergeometric probabilities."""
    n, total = len(first), 0.0
    for a in [int((first == c).sum()) for c in np.unique(first)]:
        for b in [int((second == c).sum()) for c in np.unique(second)]:
            for both in range(max(1, a + b - n), min(a, b) + 1):
                ways = math.comb(a, both) * math.comb(n - a, b - both)
                total += both / n * math.log(n * both / (a * b)) * ways / math.comb(n, b)
    return total


def normalized_mutual_info_score(first, second):
    most = (entropy(first) + entropy(second)) / 2
    return mutual_info_score(first, second) / most if most else 1.0


def adjusted_mutual_info_score(first, second):
    expected = expected_mutual_info(first, second)
    room = (entropy(first) + entropy(second)) / 2 - expected
    return (mutual_info_score(first, second) - expected) / room if abs(room) > 1e-15 else 1.0


def homogeneity_score(first, second):
    return mutual_info_score(first, second) / entropy(first) if entropy(first) else 1.0


def completeness_score(first, second):
    return homogeneity_score(second, first)


def v_measure_score(first, second):
    h, c = homogeneity_score(first, second), completeness_score(first, second)
    return 2 * h * c / (h + c) if h + c else 0.0


def most_in_common(first, second):
    """Rows that keep their cluster under the best of all one-to-one pairings of clusters."""
    names, others = np.unique(first).tolist(), np.unique(second).tolist()
    if len(names) > len(others):
        return most_in_common(second, first)
    return max(
        sum(int(((first == a) & (second == b)).sum()) for a, b in zip(names, chosen, strict=True))
        for chosen in itertools.permutations(others, len(names))
    )


# ---- hierarchy -------------------------------------------------------------------------------


def euclidean_matrix(X):
    return np.array([np.sqrt(((X - x) ** 2).sum(axis=1)) for x in X])


def cluster_distance(D, first, second, method):
    """The definition, from the distances between rows; clusters are lists of rows."""
    between = D[np.ix_(first, second)]
    if method == "single":
        return between.min()
    if method == "complete":
        return between.max()
    if method == "average":
        return between.mean()
    # For Euclidean D, the sum of squares within a cluster is that of its pairs over its size,
    # and the distance of two means is what the pairs between say less what those within do.
    within = [(D[np.ix_(c, c)] ** 2).sum() / (2 * len(c)) for c in (first, second)]
    if method == "ward":
        both = first + second
        grown = (D[np.ix_(both, both)] ** 2).sum() / (2 * len(both)) - sum(within)
        return np.sqrt(max(2 * grown, 0.0))
    apart = (between**2).mean() - within[0] / len(first) - within[1] / len(second)
    return np.sqrt(max(apart, 0.0))


def linkage(D, method):
    """Z by the definition: every distance from scratch, ties to the lowest first rows."""
    clusters = [(i, [i]) for i in range(len(D))]
    Z = []
    while len(clusters) > 1:
        best = None
        for a in range(len(clusters)):
            for b in range(a + 1, len(clusters)):
                d = cluster_distance(D, clusters[a][1], clusters[b][1], method)
                if best is None or d < best[0]:
                    best = (d, a, b)
        d, a, b = best
        (name_a, rows_a), (name_b, rows_b) = clusters[a], clusters.pop(b)
        low, high = min(name_a, name_b), max(name_a, name_b)
        clusters[a] = (len(D) + len(Z), rows_a + rows_b)
        Z.append([low, high, d, len(rows_a + rows_b)])
    return np.array(Z, dtype=float)


def replay(Z, D, method):
    """Follow Z's merges; for each, how far it was above the smallest distance, and its height.

    With ties several trees are right; in each of them every merge joins a closest pair. A union's
    distances are worked out by the definition, from what all pairs of rows between two clusters
    add up to, or the smallest or largest of them; for weighted and median, which depend on the
    tree so far, from the distances of its two parts.
    """
    n = len(D)
    place, size, inner = np.arange(2 * n - 1), np.ones(n), np.zeros(n)
    between = np.where(np.eye(n, dtype=bool), np.inf, D)
    pairs = D**2 if method in ("ward", "centroid") else np.array(D)
    together = {"single": np.minimum, "complete": np.maximum}.get(method, np.add)
    excess, heights = [], []
    for t, merge in enumerate(Z[:, :2].astype(int)):
        a, b = place[merge]  # a cluster stands where its first part stood
        height = between[a, b]
        heights.append(height)
        excess.append(height - between.min())
        if method == "weighted":
            d = (between[a] + between[b]) / 2
        elif method == "median":  # Apollonius: from a corner to the middle of the other side
            d = np.sqrt((between[a] ** 2 + between[b] ** 2) / 2 - height**2 / 4)
        else:
            inner[a] += inner[b] + pairs[a, b]
            size[a] += size[b]
            pairs[a] = pairs[:, a] = together(pairs[a], pairs[b])
            d = union_distances(pairs[a], a, size, inner, method)
        gone = np.isinf(between[a]) & np.isinf(between[b])
        between[a] = between[:, a] = np.where(gone, np.inf, d)
        between[a, a] = np.inf
        between[b] = between[:, b] = np.inf
        place[n + t] = a
    return np.array(excess), np.array(heights)


def union_distances(pairs, a, size, inner, method):
    """From cluster `a` to each; `inner` is what the pairs within each cluster add up to."""
    if method in ("single", "complete"):
        return pairs
    if method == "average":
        return pairs / (size * size[a])
    # As in cluster_distance, where each pair within a cluster is counted twice.
    if method == "ward":
        grown = (inner + inner[a] + pairs) / (size + size[a]) - inner / size - inner[a] / size[a]
        return np.sqrt(np.maximum(2 * grown, 0.0))
    apart = pairs / (size * size[a]) - inner / size**2 - inner[a] / size[a] ** 2
    return np.sqrt(np.maximum(apart, 0.0))


# ---- selection -------------------------------------------------------------------------------


def knee(ks, wcss, sensitivity=1.0):
    """Kneedle as the paper tells it: walk along the difference curve with a falling threshold."""
    x = [(k - ks[0]) / (ks[-1] - ks[0]) for k in ks]
    y = [1 - (w - wcss[-1]) / (wcss[0] - wcss[-1]) for w in wcss]
    above = [b - a for a, b in zip(x, y, strict=True)]
    knees, candidate = [], None
    for i in range(1, len(ks)):
        if i + 1 < len(ks) and above[i - 1] < above[i] and above[i] >= above[i + 1]:
            candidate = i
        elif candidate is not None and above[i] < above[candidate] - sensitivity / (len(ks) - 1):
            knees.append(candidate)
            candidate = None
    return max(knees, key=lambda i: (above[i], -i), default=None)


def gap_curve(X, ks, references, wcss):
    """The paper's section 3, step by step; `wcss(table, k)` clusters."""
    gaps, errors = [], []
    for k in ks:
        logs = [math.log(wcss(reference, k)) for reference in references]
        mean = sum(logs) / len(logs)
        gaps.append(mean - math.log(wcss(X, k)))
        sd = math.sqrt(sum((x - mean) ** 2 for x in logs) / len(logs))
        errors.append(sd * math.sqrt(1 + 1 / len(logs)))
    choice = ks[-1]
    for k, one, following, error in zip(ks, gaps, gaps[1:], errors[1:], strict=False):
        if one >= following - error:
            choice = k
            break
    return gaps, errors, choice


def largest_jaccard(original, found):
    """For each cluster of `original`, the best Jaccard index of a cluster of `found`."""
    result = {}
    for c in np.unique(original):
        mine = set(np.flatnonzero(original == c).tolist())
        others = [set(np.flatnonzero(found == o).tolist()) for o in np.unique(found)]
        result[c] = max(len(mine & other) / len(mine | other) for other in others)
    return result


def hopkins(X, rows, places):
    """From rows of the table and places in its box."""
    d = X.shape[1]
    w = [min(distance(X[i], X[j]) for j in range(len(X)) if j != i) for i in rows]
    u = [min(distance(place, x) for x in X) for place in places]
    return sum(x**d for x in u) / (sum(x**d for x in u) + sum(x**d for x in w))


def prediction_strength(test, labels, train_centers):
    """Of the pairs of a test cluster, the share that the other half's centers keep together."""
    k = range(len(train_centers))
    nearest = [min(k, key=lambda c, x=x: distance(x, train_centers[c])) for x in test]
    worst = 1.0
    for c in np.unique(labels):
        mine = np.flatnonzero(labels == c)
        pairs = [(i, j) for i in mine for j in mine if i < j]
        if pairs:
            worst = min(worst, sum(nearest[i] == nearest[j] for i, j in pairs) / len(pairs))
    return worst


def longest_bridge(X, smallest):
    """Merge the two nearest parts again and again; the last merge of two large ones, in medians."""
    parts, steps, bridge = [[i] for i in range(len(X))], [], 0.0
    while len(parts) > 1:
        step, a, b = min(
            (min(distance(X[i], X[j]) for i in parts[a] for j in parts[b]), a, b)
            for a in range(len(parts))
            for b in range(a)
        )
        steps.append(step)
        if min(len(parts[a]), len(parts[b])) >= smallest:
            bridge = step
        parts[b] += parts.pop(a)
    return bridge / np.median(steps)


def dip(values):
    """The smallest distance of the steps from a law with one mode: one linear program per mode.

    The mode may be at any value: a mode between two values can be moved to one of them. There, and
    nowhere else, the law may have an atom.
    """
    found, counts = np.unique(values, return_counts=True)
    after = np.cumsum(counts) / len(values)
    least = min(_distance_from_mode(found, after, mode) for mode in range(len(found)))
    return max(least, 1 / (2 * len(values)))  # below 1 / (2 n) only where all values are equal


def _distance_from_mode(x, after, mode):
    """Unknown: the law at each value, the mode's value twice (before and after it), and D."""
    m = len(x)
    before = np.concatenate([[0.0], after[:-1]])
    place = [*range(mode + 1), *range(mode, m)]  # the value that each unknown is at
    rows, limits = [], []

    def at_most(limit, **terms):  # sum of terms <= limit
        row = np.zeros(m + 2)
        for name, factor in terms.items():
            row[-1 if name == "D" else int(name[1:])] = factor
        rows.append(row)
        limits.append(limit)

    for i, j in enumerate(place):
        low = before[j] if i == mode else after[j]
        high = after[j] if i == mode + 1 else before[j]
        at_most(-low, **{f"F{i}": -1.0}, D=-1.0)
        at_most(high, **{f"F{i}": 1.0}, D=-1.0)
        if i > 0:
            at_most(0.0, **{f"F{i - 1}": 1.0, f"F{i}": -1.0})
    for first, last, sign in ((0, mode, 1.0), (mode + 1, m, -1.0)):  # convex, concave
        for i in range(first + 1, last):
            one, two = x[place[i]] - x[place[i - 1]], x[place[i + 1]] - x[place[i]]
            slopes = {f"F{i - 1}": -1 / one, f"F{i}": 1 / one + 1 / two, f"F{i + 1}": -1 / two}
            at_most(0.0, **{name: sign * factor for name, factor in slopes.items()})
    goal = np.zeros(m + 2)
    goal[-1] = 1.0
    return linprog(goal, A_ub=np.array(rows), b_ub=limits, bounds=[(0, 1)] * (m + 2)).fun


def partings(X, labels, dip):
    """{(first, second): sqrt(n) dip} of neighbouring clusters, `dip` being of a sorted sample."""
    names = sorted(set(labels.tolist()))
    means = {c: X[labels == c].mean(axis=0) for c in names}
    between = {}
    for x in X:
        near = tuple(sorted(sorted(names, key=lambda c, x=x: distance(x, means[c]))[:2]))
        between[near] = between.get(near, 0) + 1
    found = {}
    for a, b in itertools.combinations(names, 2):
        rows = [X[labels == c] for c in (a, b)]
        smaller = min(len(part) for part in rows)
        if between.get((a, b), 0) < max(1, 0.1 * smaller):
            continue
        within = sum((part - part.mean(axis=0)).T @ (part - part.mean(axis=0)) for part in rows)
        within += 1e-6 * np.trace(within) / len(within) * np.eye(len(within))
        if len(rows[0]) + len(rows[1]) < 3 * X.shape[1]:  # few rows per column
            within = np.diag(np.diag(within))
        line = np.linalg.solve(within, means[a] - means[b])
        on_line = []
        for part in rows:
            sorted_part = sorted((part @ line).tolist())
            for i in range(smaller):  # the middle of each of `smaller` equal shares
                on_line.append(sorted_part[int((i + 0.5) * len(part) / smaller)])
        found[a, b] = math.sqrt(len(on_line)) * dip(np.sort(on_line))
    return found


# ---- k-means ---------------------------------------------------------------------------------


def distinct_rows(X, weight=None):
    """Distinct rows in order of appearance, their summed weights, and which each row equals."""
    numbers, place, weights = {}, [], []
    for i, row in enumerate(np.asarray(X)):
        number = numbers.setdefault(
            tuple(value + 0.0 for value in row), len(numbers)
        )  # -0.0 is 0.0
        if number == len(weights):
            weights.append(0.0)
        weights[number] += 1.0 if weight is None else float(weight[i])
        place.append(number)
    return np.array(list(numbers)), np.array(weights), np.array(place)


def filtered_labels(X, centers, candidates=None, axis=0):
    """Kanungo and others' filtering: labels by a walk down a kd-tree, one row a leaf.

    Returns the labels and how many distances were evaluated: to boxes' middles and to rows.
    """
    X, centers = np.asarray(X, dtype=np.float64), np.asarray(centers, dtype=np.float64)
    candidates = list(range(len(centers))) if candidates is None else candidates
    low, high = X.min(axis=0), X.max(axis=0)
    middle = (low + high) / 2
    z = min(candidates, key=lambda j: (float(((middle - centers[j]) ** 2).sum()), j))
    left = [j for j in candidates if j == z or not is_farther(centers[j], centers[z], low, high)]
    n_distances = len(candidates)
    if len(left) == 1:
        return np.full(len(X), z), n_distances
    if len(X) == 1:
        nearest, _ = nearest_center(X, centers[left])
        return np.array([left[nearest[0]]]), n_distances + len(left)
    order = np.argsort(X[:, axis], kind="stable")
    labels, next_axis = np.empty(len(X), dtype=int), (axis + 1) % X.shape[1]
    for half in np.array_split(order, 2):
        labels[half], n = filtered_labels(X[half], centers, left, next_axis)
        n_distances += n
    return labels, n_distances


def is_farther(c, z, low, high):
    """Whether center c is farther than z from every point of the box: from its corner nearest c."""
    corner = np.where(c > z, high, low)
    return ((corner - c) ** 2).sum() > ((corner - z) ** 2).sum()


def kmeans_parallel(X, n_clusters, seed, weight=None, rounds=5):
    """k-means|| by Bahmani et al. 2012, algorithm 2, thinned out by greedy k-means++."""
    X, rng = np.asarray(X, dtype=np.float64), np.random.RandomState(seed)
    weight = np.ones(len(X)) if weight is None else np.asarray(weight, dtype=np.float64)
    shares = np.cumsum(weight / weight.sum())
    chosen = [int(np.searchsorted(shares / shares[-1], rng.random_sample(), side="right"))]
    number = 0
    while number < rounds or len(chosen) < n_clusters:
        _, squared = nearest_center(X, X[chosen])
        cost = weight * squared
        if cost.sum() == 0.0:
            break
        draws = rng.random_sample(len(X))
        wanted = 2 * n_clusters / cost.sum()
        chosen += [i for i in range(len(X)) if draws[i] < wanted * cost[i]]
        number += 1
    labels, _ = nearest_center(X, X[chosen])
    mass = np.array([weight[labels == j].sum() for j in range(len(chosen))])
    trials = 2 + int(np.log(n_clusters))
    first = int(np.searchsorted(np.cumsum(mass / mass.sum()), rng.random_sample(), side="right"))
    draws = rng.random_sample((n_clusters - 1, trials))
    return np.array(chosen)[kmeans_plusplus(X[chosen], mass, min(first, len(mass) - 1), draws)]
