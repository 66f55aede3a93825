"""Centers in registers, lane = center: one load brings the same feature of 16 centers (AVX-512).

The search of all centers has them in blocks of four (search/direct_form.py), lane = row. This
layout is for rows that need the distances to some of the centers, each row to others.
"""

from __future__ import annotations

import numpy as np

from kmeans_core.engine.aligned import FLOAT32, aligned_empty
from kmeans_core.engine.jit import device, kernel
from kmeans_core.engine.simd import broadcast, load, minimum, splat
from kmeans_core.kmeans.search.direct_form import MOST
from kmeans_core.rows.distance import add_square
from kmeans_core.rows.layout import LANES


def register_count(n_clusters: int) -> int:
    """Registers that hold one number per center."""
    return -(-n_clusters // LANES)


def empty_registers(n_clusters: int, n_features: int) -> np.ndarray:
    """Memory for `pack_registers`."""
    return aligned_empty(register_count(n_clusters) * n_features * LANES, FLOAT32)


@kernel
def pack_registers(
    centers,  # IN  (n_clusters, n_features), scaled
    offset,  # IN  (n_features,), scaled
    registers,  # OUT (n_registers * n_features * lanes,)
):
    """Write the centers register by register, each feature by feature; infinity past the last."""
    n_clusters, n_features = centers.shape
    for start in range(0, n_clusters, LANES):
        for f in range(n_features):
            base = start * n_features + f * LANES
            for lane in range(LANES):
                j = start + lane
                value = float(centers[j, f]) - offset[f] if j < n_clusters else np.inf
                registers[base + lane] = value


@device
def pair_distances(packed, registers, register):
    """Squared distances of two packed rows to a register of centers; MOST past the last center.

    Two sums per row, because an fma waits four cycles for the one before it.
    """
    n_features, f = packed.shape[0] // 2, 0
    zero, c = splat(registers.dtype.type(0), registers), register * n_features * LANES
    a0 = a1 = b0 = b1 = zero
    while f + 2 <= n_features:
        c0, c1 = load(registers, c), load(registers, c + LANES)
        a0 = add_square(c0 - broadcast(packed, f), a0)
        b0 = add_square(c0 - broadcast(packed, n_features + f), b0)
        a1 = add_square(c1 - broadcast(packed, f + 1), a1)
        b1 = add_square(c1 - broadcast(packed, n_features + f + 1), b1)
        f += 2
        c += 2 * LANES
    if f < n_features:
        c0 = load(registers, c)
        a0 = add_square(c0 - broadcast(packed, f), a0)
        b0 = add_square(c0 - broadcast(packed, n_features + f), b0)
    return minimum(a0 + a1, zero + MOST), minimum(b0 + b1, zero + MOST)
