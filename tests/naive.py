"""Slow, obvious twins of what the package computes: loops and numpy, nothing from the package."""

import numpy as np

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
