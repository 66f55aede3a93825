"""Empty clusters: each takes one of the rows that are farthest from their centers.

Most fits never need it, so it is a kernel of its own: what is not run is not compiled.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.jit import kernel
from kmeans_core.engine.threads import Workers
from kmeans_core.kmeans.data.dataset import RunData
from kmeans_core.kmeans.data.packed_rows import Rows
from kmeans_core.kmeans.iteration.run import Run
from kmeans_core.rows.distance import squared_distance
from kmeans_core.rows.layout import ROWS_PER_PART


def fill_empty_clusters(data: RunData, run: Run, workers: Workers) -> None:
    """`relocate_empty_clusters` among the rows of the fit: of equal rows joined, one moves."""
    if data.all_rows is None:
        relocate_empty_clusters(data.rows, run, workers)
    else:
        all_labelled = run._replace(labels=run.labels[data.inverse])
        relocate_empty_clusters(data.all_rows, all_labelled, workers)


def relocate_empty_clusters(rows: Rows, run: Run, workers: Workers) -> None:
    """Give every empty cluster, in ascending order, the row farthest from its center.

    Farthest first, then lowest row index, only rows of positive weight. One unit, min(1, w), of
    the row moves, in the totals of this iteration only: the next assignment decides its label.
    Where all rows sit on their centers there is nothing to gain and nothing moves. O(n d), and
    O(n) for the order. Writes totals, total_weight and dirty.
    """
    empty = np.flatnonzero(run.total_weight[:, 1] == 0.0)
    run.total_weight[empty, 0] = 0.0  # no residue of weights that came and went
    for j, i in zip(empty, _farthest_rows(rows, run, len(empty), workers), strict=False):
        old, unit = run.labels[i], min(1.0, float(rows.weight[i * rows.weight_step]))
        value = unit * rows.scale * rows.X[i].astype(np.float64)
        run.totals[old] -= value
        run.totals[j] = value
        run.total_weight[old, 0] -= unit
        run.total_weight[j, 0] = unit
        run.dirty[0, [old, j]] = True  # these totals no longer fit the blocks


def _farthest_rows(rows: Rows, run: Run, most: int, workers: Workers) -> np.ndarray:
    """Numbers of at most `most` rows that lie away from their centers, the farthest first."""
    n_samples = rows.X.shape[0]
    parts: list = [None] * -(-n_samples // ROWS_PER_PART)

    def task(start: int, stop: int) -> None:
        for part in range(start, stop):
            first = part * ROWS_PER_PART
            distances = np.empty(min(ROWS_PER_PART, n_samples - first))
            _own_distances(rows, run.centers, run.labels, first, distances)
            far = _farthest(distances, most)
            parts[part] = first + far, distances[far]

    workers.run(task, len(parts))
    numbers, distances = (np.concatenate(kind) for kind in zip(*parts, strict=True))
    return numbers[_farthest(distances, most)]


def _farthest(distances: np.ndarray, most: int) -> np.ndarray:
    """Positions of the `most` largest positive distances: largest first, then lowest position."""
    least = np.partition(distances, -most)[-most] if most < len(distances) else 0.0
    far = np.flatnonzero((distances >= least) & (distances > 0.0))
    return far[np.argsort(-distances[far], kind="stable")][:most]


@kernel
def _own_distances(
    rows,  # IN  Rows
    centers,  # IN  (n_clusters, n_features), scaled as the rows are
    labels,  # IN  (at least n_samples,) int32
    start,  # IN  first row
    distances,  # OUT of this row and those after it, squared; 0 for a row without weight
):
    """Write the squared distances of rows to their centers."""
    X, weight, step = rows.X, rows.weight, rows.weight_step
    for i in range(start, start + distances.shape[0]):
        distance = squared_distance(X, i, rows.scale, centers, labels[i])
        distances[i - start] = distance if weight[i * step] > 0.0 else 0.0
