"""Report: one self-contained page with the segments, the decisions and their reasons.

The text of the page is in ``templates/report.html``; this file supplies the charts and values.
"""

from __future__ import annotations

import functools
import re
from typing import Any, NamedTuple

import numpy as np
from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from kmeans_core import __version__, dendrogram
from segment.answers import plots
from segment.answers.explore import SHOWN_NUMBERS
from segment.answers.profile import Profile, short_label
from segment.answers.result import Result
from segment.clusters.choose import Trust
from segment.features.features import Number
from segment.wording import amount, percent, plural, shorten

FACTS = 4
HEATMAP_ROWS = 20
DENDROGRAM_MERGES = 30

# Kaufman and Rousseeuw, Finding Groups in Data (1990), doi:10.1002/9780470316801, table 4. Their
# words are for groups: where the verdict finds none, the same figure describes distances only.
SEPARATION = (
    (0.71, "very clearly separated"),
    (0.51, "clearly separated"),
    (0.26, "loosely separated: the groups touch, and some customers lie between two of them"),
    (-1.0, "hardly separated: the groups overlap, and many customers lie between two of them"),
)
DISTANCE = (
    (0.51, "narrow for their distance, as such a cut can be without any groups"),
    (0.26, "wide for their distance, and some customers lie between two of them"),
    (-1.0, "very wide for their distance, and many customers lie between two of them"),
)


class Card(NamedTuple):
    """One segment, as its own box on the page."""

    segment: int
    name: str
    colour: str
    size: int
    share: float
    facts: list[tuple[str, str, str]]  # what, here, among all customers


def render(result: Result, title: str) -> str:
    """The page of a result, as HTML that loads no other file."""
    features, clustering = result.prepared.features, result.clustering
    points, axis_labels, explained = two_dimensions(features.X, features.recipe)
    metrics, k = clustering.metrics, result.n_segments
    drawings = {
        "scatter": plots.scatter(*_shown(points, result.labels), axis_labels),
        "heatmap": _heatmap(result.profile),
        **_curves(result, k),
        **_optional_charts(result, k),
    }
    return _template().render(
        title=title,
        version=__version__,
        result=result,
        k=k,
        ks=metrics["k"].tolist(),
        sizes=result.profile.table["size"].tolist(),
        separation=_separation(clustering.silhouette, clustering.trust),
        trust=clustering.trust,
        outliers=features.outliers,
        sampled=len(clustering.silhouettes) < len(result.labels),
        cards=_cards(result.profile),
        metrics=metrics.astype(object).where(metrics.notna(), None).to_dict(orient="records"),
        drawings={name: Markup(svg) for name, svg in drawings.items()},
        axis_labels=axis_labels,
        explained=explained,
        n_drawn=min(plots.SHOWN_POINTS, len(points)),
        heatmap_rows=HEATMAP_ROWS,
        most_numbers=SHOWN_NUMBERS,
        n_merges=DENDROGRAM_MERGES,
    )


def _curves(result: Result, k: int) -> dict[str, str]:
    """The sizes of segments, and each metric against their number."""
    metrics = result.clustering.metrics.set_index("k")
    sizes = result.profile.table["size"].tolist()
    labels = {
        "silhouette": "mean silhouette",
        "davies_bouldin": "Davies-Bouldin index",
        "calinski_harabasz": "Calinski-Harabasz index",
    }
    return {
        "sizes": plots.sizes(sizes, size=(10.4, max(1.8, 0.8 + 0.32 * k))),
        "elbow": plots.elbow(metrics["wcss"], k, result.clustering.knee),
        **{name: plots.metric_curve(metrics[name], k, label) for name, label in labels.items()},
    }


def _optional_charts(result: Result, k: int) -> dict[str, str]:
    """The charts that not every result has."""
    clustering, r = result.clustering, result.exploration.table
    trust, rows, drawings = clustering.trust, clustering.silhouettes, {}
    if len(rows):
        drawings["silhouette_rows"] = plots.silhouette_rows(rows)
    if len(trust.gap):
        gap, size = trust.gap.set_index("k"), (5.2, max(2.2, 1.0 + 0.34 * k))
        drawings["gap"] = plots.gap(gap["gap"], gap["standard_error"], k)
        parted = trust.parted.set_index("k")
        drawings["parted"] = plots.parted(parted["least_parted"], parted["limit"], k)
        drawings["stability"] = plots.stability(trust.stability, trust.uniform, size=size)
    if len(r) > 1:
        size = (10.4, 1.2 + 0.3 * len(r) + 1.2 * (len(r) > 8))
        drawings["correlations"] = plots.correlations(
            r.to_numpy(), [shorten(name, 24) for name in r.columns], size=size
        )
    if clustering.Z is not None:
        drawings["dendrogram"] = _dendrogram(clustering.Z, k)
    return drawings


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("segment.answers"),
        autoescape=True,  # names and cells come from the table
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"percent": percent, "plural": plural, "amount": amount}
    environment.filters["breakable"] = _breakable
    return environment.get_template("report.html")


def _breakable(name: str) -> Markup:
    """A name that may be broken into lines before each of its words: NumCatalogPurchases."""
    return Markup("<wbr>").join(re.split(r"(?<=[a-z])(?=[A-Z])|(?<=_)", name))


def _separation(silhouette: float, trust: Trust) -> str | None:
    """A mean silhouette in words that the verdict bears out; None where it is not defined."""
    scale = SEPARATION if trust.verdict == "compact groups" else DISTANCE
    return next((words for limit, words in scale if silhouette >= limit), None)


def _value(value: float, label: str, profile: Profile) -> str:
    """A share as a percentage, a mean with decimals that fit the size of its column."""
    if np.isnan(value):
        return "–"
    if label.startswith("share("):
        return percent(value)
    for limit, decimals in ((1000, 0), (10, 1), (0.1, 2)):
        if limit <= abs(profile.overall[label]) < 1e12:
            return f"{value:,.{decimals}f}"
    return f"{value:.3g}"


def _cards(profile: Profile) -> list[Card]:
    cards = []
    for row, name in zip(profile.table.to_dict(orient="records"), profile.names, strict=True):
        segment, overall = row["segment"], profile.overall
        facts = [
            (short_label(c), _value(row[c], c, profile), _value(overall[c], c, profile))
            for c in _strongest_traits(profile, segment)
        ]
        cards.append(Card(segment, name, plots.colour(segment), row["size"], row["share"], facts))
    return cards


def _strongest_traits(profile: Profile, segment: int) -> list[str]:
    """The means and shares that deviate most, at most one per column of the table."""
    deviations = profile.deviations.loc[segment].abs()
    ordered = deviations.sort_values(ascending=False, kind="stable").index
    first_of_column = {profile.sources[label]: label for label in reversed(ordered)}
    return [label for label in ordered if label in first_of_column.values()][:FACTS]


def _shown(points: np.ndarray, segments: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """All points, or a random sample of 2,000, which keeps the page small."""
    if len(points) <= plots.SHOWN_POINTS:
        return points, segments
    drawn = np.random.default_rng(0).choice(len(points), plots.SHOWN_POINTS, replace=False)
    return points[np.sort(drawn)], segments[np.sort(drawn)]


def two_dimensions(X: np.ndarray, recipe: list) -> tuple[np.ndarray, tuple[str, str], float]:
    """Points to draw, names of the axes, and the share of the variance that they show.

    One or two numbers are drawn as they are, in their own units; everything else by its two
    principal components.
    """
    if len(recipe) <= 2 and all(isinstance(s, Number) and s.width == 1 for s in recipe):
        points = np.column_stack([s.values(x) for s, x in zip(recipe, X.T, strict=True)])
        if len(recipe) == 2:
            return points, (recipe[0].name, recipe[1].name), 1.0
        spread = np.random.default_rng(0).random(len(X))
        return np.column_stack([points, spread]), (recipe[0].name, "(spread at random)"), 1.0
    points, shares = principal_components(X)
    first, second = (f"principal component ({percent(share)} of the variance)" for share in shares)
    return points, (f"first {first}", f"second {second}"), min(1.0, round(float(shares.sum()), 9))


def principal_components(X: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `X` on its two main directions, and each direction's share of the variance.

    The sign of a direction is free; here its largest entry is positive, so that the same data
    gives the same picture. O(n d^2 + d^3).
    """
    centred = X - X.mean(axis=0)
    variances, directions = np.linalg.eigh(centred.T @ centred)
    variances, directions = variances[[-1, -2]] / variances.sum(), directions[:, [-1, -2]]
    largest = np.abs(directions).argmax(axis=0)
    return centred @ (directions * np.sign(directions[largest, [0, 1]])), np.abs(variances)


def _heatmap(profile: Profile) -> str:
    spread = profile.deviations.abs().max().sort_values(ascending=False, kind="stable")
    columns = [c for c in profile.deviations.columns if c in spread.index[:HEATMAP_ROWS]]
    rows = profile.table.to_dict(orient="records")
    cells = [[_value(row[c], c, profile) for c in columns] for row in rows]
    labels = [shorten(short_label(label), 34) for label in columns]
    size = (10.4, max(2.0, 1.0 + 0.34 * len(columns)))
    return plots.heatmap(profile.deviations[columns].to_numpy(), cells, labels, size=size)


def _dendrogram(Z: np.ndarray, k: int) -> str:
    n_leaves = min(DENDROGRAM_MERGES, len(Z)) + 1
    tree: Any = dendrogram(Z, p=n_leaves, truncate_mode="lastp", no_plot=True)
    cut = (Z[-k, 2] + Z[1 - k, 2]) / 2 if 1 < k <= len(Z) else None
    return plots.dendrogram(tree, cut)
