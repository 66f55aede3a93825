"""How many clusters, and are they real? Metrics for every k, one choice, one verdict."""

from kmeans_core.selection.choice import Choice, choose_k, default_range, plurality
from kmeans_core.selection.fit_range import fit_range
from kmeans_core.selection.gap import Gap, gap_statistic
from kmeans_core.selection.hopkins import hopkins
from kmeans_core.selection.knee import knee
from kmeans_core.selection.nulls.dip import dip_statistic
from kmeans_core.selection.prediction import PredictionStrength, prediction_strength
from kmeans_core.selection.stability import Stability, bootstrap_stability, stability_word
from kmeans_core.selection.structure.evidence import Structure
from kmeans_core.selection.structure.verdict import structure_verdict
from kmeans_core.selection.sweep import Sweep, SweepRow, best_by_silhouette, sweep
from kmeans_core.selection.table_evidence import Parted

__all__ = [
    "Choice",
    "Gap",
    "Parted",
    "PredictionStrength",
    "Stability",
    "Structure",
    "Sweep",
    "SweepRow",
    "best_by_silhouette",
    "bootstrap_stability",
    "choose_k",
    "default_range",
    "dip_statistic",
    "fit_range",
    "gap_statistic",
    "hopkins",
    "knee",
    "plurality",
    "prediction_strength",
    "stability_word",
    "structure_verdict",
    "sweep",
]
