"""Charts as inline SVG: no files, no scripts, no fonts of their own.

Text stays text, so it takes the report's typeface and can be searched and read aloud. Names
from the data are never read as mathematics (`$`).
"""

from __future__ import annotations

import functools
import io
import re
import warnings
from collections.abc import Callable, Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.colors import LinearSegmentedColormap, TwoSlopeNorm
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from segment.wording import percent

# Okabe and Ito's colours, which differ for people with any kind of colour vision. Their yellow is
# left out because it is too pale for small marks. Marks differ in shape too.
COLOURS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#5B6470")
MARKS = "osD^vPX"
INK, FAINT, ACCENT = "#1f2933", "#c9d1d9", "#0072B2"
DIVERGING = LinearSegmentedColormap.from_list("blue-orange", ["#2a7ab9", "#f7f7f5", "#e08214"])
SHOWN_POINTS = 2_000

STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "svg.hashsalt": "segment",
    "text.parse_math": False,
    "font.size": 11,
    "axes.edgecolor": FAINT,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#eef1f4",
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
}


def colour(segment: int) -> str:
    """The colour of a segment, the same in every chart."""
    return COLOURS[(segment - 1) % len(COLOURS)]


def chart(width: float, height: float) -> Callable:
    """Decorate `draw(axes, ...)` so that it returns the drawing as an SVG element."""

    def decorate(draw: Callable[..., None]) -> Callable[..., str]:
        @functools.wraps(draw)
        def drawn(*args: Any, size: tuple[float, float] = (width, height), **kwargs: Any) -> str:
            with mpl.rc_context(STYLE):  # tick labels are made during drawing
                figure = Figure(figsize=size, layout="constrained", facecolor="none")
                FigureCanvasSVG(figure)
                draw(figure.add_subplot(facecolor="none"), *args, **kwargs)
                return _svg(figure)

        return drawn

    return decorate


def _svg(figure: Figure) -> str:
    buffer = io.StringIO()
    with warnings.catch_warnings():
        # matplotlib's fonts only measure widths; the browser draws each letter with its own fonts.
        warnings.filterwarnings("ignore", "Glyph .* missing|Matplotlib currently does not support")
        # `Figure.savefig` would draw everything twice, the first time for the layout only.
        FigureCanvasSVG(figure).print_svg(buffer, metadata={"Date": None})
    svg = buffer.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r"\s*<metadata>.*?</metadata>", "", svg, flags=re.DOTALL)
    svg = re.sub(r'<g id="[^"]*">', "<g>", svg)  # "figure_1" in every chart of one page
    # Inside HTML an svg element needs no namespaces; without them the report names no address.
    svg = re.sub(r'\s+xmlns(:\w+)?="[^"]*"', "", svg)
    return re.sub(r'<svg [^>]*?viewBox="([^"]*)"[^>]*>', r'<svg viewBox="\1">', svg, count=1)


@chart(5.2, 3.1)
def elbow(axes: Axes, wcss: pd.Series, k: int, knee: int | None) -> None:
    """Within-segment sum of squares against k, with the knee and the chosen k marked."""
    _curve(axes, wcss, k, "spread left inside segments")
    if knee in wcss.index:
        axes.annotate(
            f"elbow at {knee}",
            (knee, wcss[knee]),
            xytext=(14, 22),
            textcoords="offset points",
            arrowprops={"arrowstyle": "-", "color": INK, "lw": 0.8},
        )
    axes.set_ylim(bottom=0)


@chart(5.2, 3.1)
def gap(axes: Axes, values: pd.Series, errors: pd.Series, k: int) -> None:
    """The gap statistic with its standard errors against k, with the chosen k marked."""
    axes.errorbar(values.index, values, errors, color=FAINT, lw=0, elinewidth=2.2, zorder=1)
    _curve(axes, values, k, "gap statistic")


@chart(5.2, 3.4)
def parted(axes: Axes, least: pd.Series, limit: pd.Series, k: int) -> None:
    """How far the least parted pair is parted against k, with the limit of chance."""
    axes.plot(limit.index, limit, color=FAINT, lw=1.6, ls="--", zorder=1)
    axes.annotate(
        "limit", (limit.index[-1], limit.iloc[-1]), (0, 5), textcoords="offset points",
        ha="right", color=INK, fontsize=8,
    )  # fmt: skip
    axes.set_ylim(0, 1.15 * max(least.max(), limit.max()))
    _curve(axes, least, k, "least parted pair")


@chart(5.2, 3.4)
def silhouette_rows(axes: Axes, rows: pd.DataFrame) -> None:
    """The silhouette of every customer, sorted within each segment (Rousseeuw's plot)."""
    base = 0
    for segment, found in rows.groupby("segment")["silhouette"]:
        mine, height = np.sort(found)[::-1], len(found)
        mine = mine[np.linspace(0, height - 1, min(height, SHOWN_POINTS // 4)).astype(int)]
        y = base + np.linspace(0, height, len(mine))
        axes.fill_betweenx(y, 0, mine, color=colour(segment), lw=0, step="mid")
        axes.text(-0.02, base + height / 2, str(segment), ha="right", va="center", weight="bold")
        base += height + len(rows) // 60 + 1
    mean = rows["silhouette"].mean()
    axes.axvline(mean, color="#D55E00", lw=0.8, ls=(0, (3, 3)))
    axes.invert_yaxis()
    axes.set_yticks([])
    axes.set_xlabel(f"silhouette of each customer (mean {mean:.2f})")
    axes.set_ylabel("segment", labelpad=14)


@chart(5.2, 3.4)
def stability(axes: Axes, found: pd.DataFrame, uniform: float) -> None:
    """How often each segment is found again; the line is the value without groups."""
    _bars(axes, found["jaccard"], [f"{r.jaccard:.2f} {r.word}" for r in found.itertuples()])
    axes.axvline(uniform, color=INK, lw=1, ls=(0, (3, 3)))
    axes.set_xlim(0, 1.55)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1.0])
    axes.set_xlabel("found again (dashed: without groups)")


def _bars(axes: Axes, values: Sequence[float], labels: Sequence[str]) -> None:
    """A bar per segment in its colour, the first on top."""
    segments = np.arange(1, len(values) + 1)
    bars = axes.barh(segments, values, color=[colour(int(s)) for s in segments], height=0.68)
    axes.bar_label(bars, labels, padding=5)
    axes.set_yticks(segments, [f"segment {s}" for s in segments])
    axes.invert_yaxis()
    axes.grid(axis="y", visible=False)


def _curve(axes: Axes, values: pd.Series, k: int, label: str) -> None:
    """Any metric against k, its index, with the chosen k marked."""
    axes.plot(values, color=INK, lw=1.6, marker="o", ms=4.5)
    if k in values.index:
        axes.plot([k], [values[k]], "o", ms=10, mfc="none", mec="#D55E00", mew=2.2, clip_on=False)
        axes.axvline(k, color="#D55E00", lw=0.8, ls=(0, (3, 3)), zorder=0)
    axes.set_xlabel("number of segments")
    axes.set_ylabel(label)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(_short))


metric_curve = chart(5.2, 3.1)(_curve)


def _short(value: float, _position: int = 0) -> str:
    """1,250,000 as 1.25M, 40,000 as 40k, because a tick has little room."""
    for limit, unit, letter in ((1e9, 1e9, "G"), (1e6, 1e6, "M"), (1e4, 1e3, "k")):
        if limit <= abs(value) < 1e12:
            return f"{value / unit:.4g}{letter}"
    return f"{value:.4g}"


@chart(10.4, 3.1)
def sizes(axes: Axes, size: Sequence[int]) -> None:
    """A bar per segment, with its share."""
    _bars(axes, size, [f"{n:,} ({percent(n / sum(size))})" for n in size])
    axes.set_xlabel("customers")
    axes.xaxis.set_major_formatter(FuncFormatter(_short))
    axes.margins(x=0.12)


@chart(10.4, 5.8)
def scatter(axes: Axes, points: np.ndarray, segments: np.ndarray, labels: Sequence[str]) -> None:
    """Customers in two dimensions; each segment's number is at its median."""
    for segment in range(int(segments.max()), 0, -1):
        mine = points[segments == segment]
        axes.scatter(
            mine[:, 0],
            mine[:, 1],
            s=float(np.clip(8000 / len(points), 14, 36)),
            marker=MARKS[(segment - 1) % len(MARKS)],
            color=colour(segment),
            alpha=0.65,
            linewidths=0,
        )
    for segment in range(1, int(segments.max()) + 1):
        mine = points[segments == segment]
        if len(mine):
            axes.text(
                np.median(mine[:, 0]),
                np.median(mine[:, 1]),
                str(segment),
                ha="center",
                va="center",
                weight="bold",
                bbox={"boxstyle": "circle,pad=0.3", "fc": "white", "ec": colour(segment), "lw": 2},
            )
    axes.set_xlabel(labels[0])
    axes.set_ylabel(labels[1])
    axes.xaxis.set_major_formatter(FuncFormatter(_short))
    axes.yaxis.set_major_formatter(FuncFormatter(_short))


@chart(10.4, 4.0)
def heatmap(
    axes: Axes, deviations: np.ndarray, cells: Sequence[Sequence[str]], columns: Sequence[str]
) -> None:
    """How far each segment is from the average customer, with the values themselves."""
    limit = 2.0
    norm = TwoSlopeNorm(0.0, -limit, limit)
    image = axes.imshow(np.clip(deviations.T, -limit, limit), DIVERGING, norm, aspect="auto")
    n_segments = len(deviations)
    axes.set_xticks(range(n_segments), [str(s + 1) for s in range(n_segments)])
    axes.set_yticks(range(len(columns)), columns)
    axes.set_xlabel("segment")
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    if n_segments <= 12:
        for (segment, column), deviation in np.ndenumerate(deviations):
            strong = abs(deviation) > 1.4
            axes.text(
                segment,
                column,
                cells[segment][column],
                ha="center",
                va="center",
                fontsize=10,
                color="white" if strong and deviation < 0 else INK,
            )
    bar = axes.figure.colorbar(image, ax=axes, ticks=[-limit, 0, limit], shrink=0.8, pad=0.02)
    bar.ax.set_yticklabels(["far below", "average", "far above"])
    bar.outline.set_visible(False)


@chart(10.4, 5.0)
def correlations(axes: Axes, r: np.ndarray, names: Sequence[str]) -> None:
    """The correlation of each pair of numbers, from -1 to 1."""
    axes.imshow(r, DIVERGING, TwoSlopeNorm(0.0, -1.0, 1.0), aspect="auto")
    axes.set_xticks(range(len(names)), names, rotation=90 if len(names) > 8 else 0)
    axes.set_yticks(range(len(names)), names)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)
    for (row, column), value in np.ndenumerate(r):
        if np.isfinite(value):
            light = "white" if value < -0.7 else INK
            label = f"{round(value, 2) + 0.0:.2f}".replace("0.", ".")  # and no -.00
            axes.text(column, row, label, ha="center", va="center", fontsize=9, color=light)


@chart(10.4, 4.6)
def dendrogram(axes: Axes, tree: dict[str, Any], cut: float | None) -> None:
    """The last merges of a hierarchical method, from `kmeans_core.dendrogram`'s coordinates."""
    for x, y in zip(tree["icoord"], tree["dcoord"], strict=True):
        axes.plot(x, y, color=INK, lw=1.2)
    if cut is not None:
        axes.axhline(cut, color="#D55E00", lw=1, ls=(0, (3, 3)))
        axes.annotate(
            "cut",
            (1.0, cut),
            xycoords=("axes fraction", "data"),
            xytext=(3, -4),
            textcoords="offset points",
            color="#D55E00",
        )
    axes.set_xticks([])
    axes.set_ylim(bottom=0)
    axes.set_ylabel("distance of the two parts merged")
    axes.set_xlabel("groups of customers")
    axes.grid(axis="x", visible=False)
