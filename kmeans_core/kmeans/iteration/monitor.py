"""What happens between the iterations of a fit: a callback, a limit of time, verbose output.

An observed fit runs the same kernels, one iteration at a time, and gives the same bits.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable


class Monitor:
    """What happens between the iterations of a fit, all its restarts included.

    Parameters
    ----------
    callback : callable, optional
        Called as ``callback(iteration, inertia, center_shift)`` after every iteration, from 1 in
        every restart. A true result ends the fit: the best of what there is by then is kept.
    max_time : float, optional
        Seconds after which no further iteration and no further restart begins.
    verbose : int
        1 prints what happens, in scikit-learn's words; 2 prints what the fit chose, too.
    """

    def __init__(
        self,
        callback: Callable[[int, float, float], object] | None = None,
        max_time: float | None = None,
        verbose: int = 0,
    ) -> None:
        self.callback, self.verbose = callback, verbose
        self.deadline = math.inf if max_time is None else time.monotonic() + max_time
        self.stopped = False
        self._printed: object = None

    @property
    def sees_iterations(self) -> bool:
        """Whether each iteration's inertia has to be worked out."""
        return self.verbose > 0 or self.callback is not None

    @property
    def has_deadline(self) -> bool:
        """Whether `max_time` limits the fit."""
        return self.deadline < math.inf

    def is_over(self) -> bool:
        """Whether the fit is to end with what there is."""
        return self.stopped or (self.has_deadline and time.monotonic() >= self.deadline)

    def begin(self, strategy: object) -> None:
        """A restart has its first centers. Its strategy is printed unless the last one had it."""
        if self.verbose > 1 and strategy != self._printed:
            print(strategy)
            self._printed = strategy
        if self.verbose:
            print("Initialization complete")

    def after_iteration(self, n_iter: int, inertia: float, shift: float) -> None:
        """An iteration is done: the inertia of its assignment, how far the centers then moved."""
        if self.verbose:
            print(f"Iteration {n_iter - 1}, inertia {inertia}.")
        if self.callback is not None and self.callback(n_iter, inertia, shift):
            self.stopped = True

    def end(self, n_iter: int, reason: str) -> None:
        """A restart has converged."""
        if self.verbose and reason:
            print(f"Converged at iteration {n_iter - 1}: {reason}.")
