"""How good is a clustering, and do two of them agree?"""

from kmeans_core.metrics.agreement import adjusted_rand_score, fowlkes_mallows_score, rand_score
from kmeans_core.metrics.dunn import DUNN_LIMIT, dunn_index
from kmeans_core.metrics.inertia import inertia
from kmeans_core.metrics.information import (
    adjusted_mutual_info_score,
    completeness_score,
    homogeneity_completeness_v_measure,
    homogeneity_score,
    mutual_info_score,
    normalized_mutual_info_score,
    v_measure_score,
)
from kmeans_core.metrics.matching import Matching, match_labels
from kmeans_core.metrics.separation import calinski_harabasz_score, davies_bouldin_score
from kmeans_core.metrics.silhouette import (
    silhouette_by_cluster,
    silhouette_samples,
    silhouette_score,
)
from kmeans_core.metrics.silhouette_estimate import SilhouetteEstimate, silhouette_estimate
from kmeans_core.metrics.simplified_silhouette import (
    simplified_silhouette_samples,
    simplified_silhouette_score,
)

__all__ = [
    "DUNN_LIMIT",
    "Matching",
    "SilhouetteEstimate",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "calinski_harabasz_score",
    "completeness_score",
    "davies_bouldin_score",
    "dunn_index",
    "fowlkes_mallows_score",
    "homogeneity_completeness_v_measure",
    "homogeneity_score",
    "inertia",
    "match_labels",
    "mutual_info_score",
    "normalized_mutual_info_score",
    "rand_score",
    "silhouette_by_cluster",
    "silhouette_estimate",
    "silhouette_samples",
    "silhouette_score",
    "simplified_silhouette_samples",
    "simplified_silhouette_score",
    "v_measure_score",
]
