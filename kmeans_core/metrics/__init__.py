"""How good is a clustering, and do two of them agree?"""

from kmeans_core.metrics.agreement import adjusted_rand_score
from kmeans_core.metrics.dunn import DUNN_LIMIT, dunn_index
from kmeans_core.metrics.inertia import inertia
from kmeans_core.metrics.separation import calinski_harabasz_score, davies_bouldin_score
from kmeans_core.metrics.silhouette import silhouette_samples, silhouette_score
from kmeans_core.metrics.silhouette_estimate import SilhouetteEstimate, silhouette_estimate

__all__ = [
    "DUNN_LIMIT",
    "SilhouetteEstimate",
    "adjusted_rand_score",
    "calinski_harabasz_score",
    "davies_bouldin_score",
    "dunn_index",
    "inertia",
    "silhouette_estimate",
    "silhouette_samples",
    "silhouette_score",
]
