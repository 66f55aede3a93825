"""k-means: `lloyd.py` is the file to read first, `small_seeding.py` the second."""

from kmeans_core.kmeans.kmeans import KMeans
from kmeans_core.kmeans.plusplus import kmeans_plusplus

__all__ = ["KMeans", "kmeans_plusplus"]
