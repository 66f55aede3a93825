"""k-means: read `naive.py` first, then `iteration/lloyd.py`, then `accelerated/hamerly.py`."""

from kmeans_core.kmeans.kmeans import KMeans
from kmeans_core.kmeans.plusplus import kmeans_plusplus

__all__ = ["KMeans", "kmeans_plusplus"]
