"""How good is a clustering, and do two of them agree?"""

from kmeans_core.metrics.agreement import adjusted_rand_score
from kmeans_core.metrics.inertia import inertia
from kmeans_core.metrics.separation import (
    DUNN_LIMIT,
    calinski_harabasz_score,
    davies_bouldin_score,
    dunn_index,
)
from kmeans_core.metrics.silhouette import silhouette_samples, silhouette_score

__all__ = [
    "DUNN_LIMIT",
    "adjusted_rand_score",
    "calinski_harabasz_score",
    "davies_bouldin_score",
    "dunn_index",
    "inertia",
    "silhouette_samples",
    "silhouette_score",
]
