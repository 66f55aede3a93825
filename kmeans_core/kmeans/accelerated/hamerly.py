"""Hamerly's algorithm: two bounds per row decide whether any distance has to be computed.

G. Hamerly (2010), "Making k-means even faster", SIAM SDM, doi 10.1137/1.9781611972801.12.

The loop, the score function and the update of the centers are those of `iteration/lloyd.py`, and
the result is the same bit for bit. One idea is added: each row keeps an upper bound of the distance
to its own center and a lower bound of the distance to every other center. While the upper bound is
below the lower one, or below half the distance from its center to the nearest other center, the row
keeps its label. The paper's u(i), l(i) and s(j) / 2 are `upper`, `lower` and `half_separation` of
bounds.py, where the invariant of each stands.

Two things differ from the paper. Bounds are made once few rows change their label, so the first
iterations are Lloyd's (`bounds.BoundedLloyd`). And rows are skipped, searched and gathered in
panels: the bound tests and Point-All-Ctrs of the paper are in panel_search.py.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import kernel
from kmeans_core.kmeans import strategy
from kmeans_core.kmeans.accelerated.bounds import BoundedLloyd, renew_common
from kmeans_core.kmeans.accelerated.listing import (
    Listing,
    move_proposed,
    new_listing,
    tighten_listed,
)
from kmeans_core.kmeans.accelerated.panel_search import (
    PanelBounds,
    add_total_drift,
    list_or_search,
    new_panel_bounds,
    search_listed,
)
from kmeans_core.rows.layout import LANES


class _Work(NamedTuple):
    """Memory of one call."""

    listing: Listing
    gathered: np.ndarray  # (n_features * lanes,) float32: a panel of listed rows


class Hamerly(BoundedLloyd):
    """Two bounds per row. Memory: 8 bytes per row, and 4 per panel."""

    @staticmethod
    def bytes_per_row(n_clusters: int, n_features: int) -> float:
        """Two bounds per row and one number per panel."""
        return 8.0 + 4.0 / LANES

    def make_bounds(self) -> PanelBounds:
        return new_panel_bounds(self.run)

    def renew_bounds(self) -> None:
        """Hamerly, Update-Bounds: for all rows at once, because bounds are relative to drifts."""
        renew_common(self.run, self.rows.rel_error, self.bounds.common)
        add_total_drift(self.run, self.bounds.total_drift)

    def assign_bounded(self, start: int, stop: int) -> None:
        k, d = self.run.centers.shape
        work = _Work(listing=new_listing(start, stop), gathered=aligned_empty(LANES * d, FLOAT32))
        most_listed = strategy.most_listed(k, d, LANES)
        _hamerly_panels(self.rows, self.run, self.bounds, work, most_listed)


@kernel
def _hamerly_panels(
    rows,  # IN  Rows
    run,  # INOUT Run: labels, sums, cluster_weight, dirty, n_changed, n_distances
    bounds,  # INOUT PanelBounds: upper, lower, drift_limit
    work,  # WORK _Work
    most_listed,  # IN  unsettled rows of a panel; if there are more, it is searched in place
):
    """Label the rows of the call's panels and move those whose label changed between the sums."""
    listing, k = work.listing, run.centers.shape[0]
    # Hamerly, first bound test
    n_listed, n_distances = list_or_search(rows, run, bounds, listing, most_listed)
    # Hamerly, tighten the upper bound; second bound test
    n_left = tighten_listed(rows, run, bounds.common, listing, n_listed)
    # Hamerly, Point-All-Ctrs
    search_listed(rows, run, bounds.common, listing, n_left, work.gathered)
    run.n_distances[listing.start // rows.block_panels] += n_distances + n_listed + n_left * k
    move_proposed(rows, run, listing)
