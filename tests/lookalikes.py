"""Generated tables with known centers, after the S and A sets of Franti and Sieranoja.

P. Franti, S. Sieranoja (2018), "K-means properties on six clustering benchmark datasets",
doi 10.1007/s10489-018-1238-7: S1-S3 are 5,000 points in 15 Gaussian groups in a square, with more
and more overlap; A1 and A2 are 20 and 35 groups of 150 points. The originals are not copied: the
centers are drawn here, at least a given number of standard deviations apart, and known.
"""

import numpy as np

# name: groups, rows a group, least distance of two centers in standard deviations, sd
SETS = {
    "S1": (15, 333, 5.5, 25_000.0),
    "S2": (15, 333, 4.2, 38_000.0),
    "S3": (15, 333, 3.6, 50_000.0),
    "A1": (20, 150, 4.5, 2_300.0),
    "A2": (35, 150, 4.5, 1_900.0),
}
SIDE = {"S": 1e6, "A": 65_536.0}


def lookalike(name, seed=0):
    """The table, the number of the group of each row, and the true centers."""
    n_groups, size, apart, sd = SETS[name]
    rng = np.random.default_rng([seed, *name.encode()])
    centers = spread_centers(rng, n_groups, SIDE[name[0]], apart * sd)
    truth = np.repeat(np.arange(n_groups), size)
    return centers[truth] + rng.normal(scale=sd, size=(len(truth), 2)), truth, centers


def spread_centers(rng, n_groups, side, apart):
    """Places in the square, each at least `apart` from all others; begun anew when it is full."""
    while True:
        centers = []
        for _ in range(20_000):
            place = rng.uniform(0.08 * side, 0.92 * side, size=2)
            if all(np.hypot(*(place - other)) >= apart for other in centers):
                centers.append(place)
            if len(centers) == n_groups:
                return np.array(centers)


def two_moons(n_samples, noise, seed):
    """Two half circles, one in the arm of the other."""
    rng = np.random.default_rng(seed)
    angle, second = rng.uniform(0, np.pi, n_samples), rng.integers(0, 2, n_samples)
    x = np.where(second, 1.0 - np.cos(angle), np.cos(angle))
    y = np.where(second, 0.5 - np.sin(angle), np.sin(angle))
    return np.column_stack([x, y]) + rng.normal(scale=noise, size=(n_samples, 2)), second


def rings(n_samples, seed):
    """Two circles around one center."""
    rng = np.random.default_rng(seed)
    angle, outer = rng.uniform(0, 2 * np.pi, n_samples), rng.integers(0, 2, n_samples)
    circle = np.column_stack([np.cos(angle), np.sin(angle)]) * (1.0 + 2.0 * outer)[:, None]
    return circle + rng.normal(scale=0.1, size=(n_samples, 2)), outer


def groups(seed=0, n_groups=4, size=30, spread=0.5):
    """Round groups in two columns, in a zigzag, 6 or more apart, and the number of each row's."""
    rng = np.random.default_rng(seed)
    centers = 6.0 * np.column_stack([np.arange(n_groups), np.arange(n_groups) % 2])
    truth = np.repeat(np.arange(n_groups), size)
    return centers[truth] + rng.normal(scale=spread, size=(len(truth), 2)), truth
