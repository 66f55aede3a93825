"""When a run ends: the states of a run, the questions, and what is written between them.

A function that asks writes nothing. A run has converged only when sums made from scratch change no
label: sums that rows were moved between carry rounding errors.
"""

from __future__ import annotations

from kmeans_core.engine.jit import kernel
from kmeans_core.kmeans.iteration.run import N_ITER, N_MOVED, SETTLING

# EMPTY: a cluster has no row, and a compiled run waits until it is given one.
RUNNING, CONVERGED, WITHIN_TOLERANCE, STOPPED, EMPTY = range(5)
CONVERGENCE = {
    CONVERGED: "strict convergence",
    WITHIN_TOLERANCE: "center shift within tolerance",
}


@kernel
def is_confirmed(progress, n_changed):
    """Whether centers made from fresh sums have changed no label: the run has converged."""
    return n_changed == 0 and progress[SETTLING] == 1


@kernel
def count_iteration(progress, n_changed):
    """Count an assignment that changed `n_changed` labels. Writes N_ITER, SETTLING and N_MOVED."""
    progress[SETTLING] = 1 if n_changed == 0 else 0
    progress[N_ITER] += 1
    progress[N_MOVED] = progress[N_MOVED] + n_changed if progress[N_ITER] > 1 else 0


@kernel
def is_rebuild_due(progress, n_changed, n_samples):
    """Whether the sums have to be made from scratch.

    They have to when no label changed, before convergence is declared; and when as many rows were
    moved since the last rebuild as there are: moving has then rounded as often as adding all did.
    """
    return n_changed == 0 or progress[N_MOVED] >= n_samples


@kernel
def stop_status(
    progress,  # IN  Run.progress
    n_changed,  # IN  labels changed by the last assignment
    shift,  # IN  summed squared movement of the centers
    max_iter,  # IN
    tol,  # IN  in units of `shift`
):
    """The state after an iteration: RUNNING, CONVERGED, WITHIN_TOLERANCE or STOPPED.

    With no label changed, the run has converged if the means of fresh sums are the centers to the
    last bit. If they are not, one more assignment has to show that the labels stay.
    """
    if n_changed == 0 and shift == 0.0:
        return CONVERGED
    if n_changed > 0 and shift <= tol:
        return WITHIN_TOLERANCE
    return STOPPED if progress[N_ITER] >= max_iter else RUNNING
