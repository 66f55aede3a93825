"""How many clusters: try each number, compare, find the knee."""

from kmeans_core.selection.knee import knee
from kmeans_core.selection.sweep import Sweep, SweepRow, best_by_silhouette, sweep

__all__ = ["Sweep", "SweepRow", "best_by_silhouette", "knee", "sweep"]
