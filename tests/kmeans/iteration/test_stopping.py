"""When sums are made from scratch, and when a run ends."""

import numpy as np
import pytest

from kmeans_core.kmeans.iteration.run import N_ITER, N_MOVED, SETTLING
from kmeans_core.kmeans.iteration.stopping import (
    CONVERGED,
    RUNNING,
    STOPPED,
    WITHIN_TOLERANCE,
    count_iteration,
    is_confirmed,
    is_rebuild_due,
    stop_status,
)


def test_sums_are_made_anew_when_as_many_rows_have_moved_as_there_are():
    progress, due = np.zeros(5, np.int64), []
    for n_iter, n_changed in enumerate((100, 60, 39, 1, 99, 0, 99), start=1):
        count_iteration(progress, n_changed)
        assert progress[N_ITER] == n_iter
        due.append(bool(is_rebuild_due(progress, n_changed, 100)))
        if due[-1]:
            progress[N_MOVED] = 0
    assert due == [False, False, False, True, False, True, False]


@pytest.mark.parametrize(
    ("n_changed", "shift", "status"),
    [
        (0, 0.0, CONVERGED),
        (0, 1e-30, RUNNING),  # sums made from scratch have moved a center: assign once more
        (1, 0.25, WITHIN_TOLERANCE),
        (1, 0.26, RUNNING),
        (1, 0.0, WITHIN_TOLERANCE),
    ],
)
def test_a_run_ends_when_no_label_changes_or_within_the_tolerance(n_changed, shift, status):
    progress = np.zeros(5, np.int64)
    progress[N_ITER] = 3
    assert stop_status(progress, n_changed, shift, 300, 0.25) == status
    last = STOPPED if status == RUNNING else status
    assert stop_status(progress, n_changed, shift, 3, 0.25) == last


def test_a_run_is_confirmed_when_fresh_sums_have_changed_no_label():
    progress = np.zeros(5, np.int64)
    count_iteration(progress, 5)
    assert not is_confirmed(progress, 0)
    count_iteration(progress, 0)
    assert progress[SETTLING] == 1
    assert is_confirmed(progress, 0)
    assert not is_confirmed(progress, 1)
