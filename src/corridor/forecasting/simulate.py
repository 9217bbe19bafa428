"""All runs of a plan: both cores run the convoys, each run the same whatever the number of threads."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from corridor.errors import UsageError
from corridor.forecasting.disruption import Disruption
from corridor.forecasting.model import CAUSES, Draws
from corridor.planning.plan import Plan
from corridor.situation.situation import Operation

if TYPE_CHECKING:
    from corridor.forecasting.kernel import Outcome

Array = NDArray[np.float64]
Policy = Literal["timetable", "shuttle"]
CHUNK = 256
POLICIES: tuple[str, ...] = get_args(Policy)


class Simulator:
    """Runs one operation thousands of times.

    By the policy `timetable` the convoys go in their order, each at its planned time or as soon after it as its
    vehicles, the road and the deal allow; by `shuttle` every vehicle goes back as soon as it is empty. `horizon` is in
    hours.

    Raises `UsageError` for an unknown policy.
    """

    def __init__(
        self,
        plan: Plan,
        operation: Operation,
        disruption: Disruption,
        *,
        runs: int,
        seed: int,
        horizon: float,
        policy: str = "timetable",
    ) -> None:
        if policy not in POLICIES:
            raise UsageError(f"unknown policy {policy!r}", hint="one of: " + ", ".join(POLICIES))
        self.operation = operation
        self.runs = runs
        self.policy = policy
        self.draws = Draws(plan, operation, disruption, runs=runs, seed=seed, policy=policy)
        self.convoys = self.draws.convoys
        self.groups = self.draws.groups
        self.sites = self.draws.sites
        self.model = self.draws.model(horizon * 60)

    @property
    def people(self) -> Array:
        """The people to move in each run, companions included; (runs,)."""
        return self.draws.people

    def still(self, cause: str, runs: int) -> Simulator:
        """Return the first `runs` runs with one cause held at its middle and every other number as it was.

        Raises `UsageError` for an unknown cause.
        """
        if cause not in CAUSES:
            raise UsageError(f"unknown cause {cause!r}", hint="one of: " + ", ".join(CAUSES))
        found = copy.copy(self)
        found.runs = min(runs, self.runs)
        calm = self.draws.calm(cause, found.runs)
        found.model = self.model._replace(**calm.of_cause(cause, self.model.horizon))
        return found

    def run(self, marks: Sequence[float] = (), *, runs: int | None = None, threads: int | None = None) -> Outcome:
        """Return what the first `runs` runs (all where left out) came to, read at `marks` (minutes, in any order)."""
        from corridor.forecasting.kernel import Outcome, simulate  # noqa: PLC0415 - compiling is paid by who forecasts
        from corridor.forecasting.shuttle import shuttle  # noqa: PLC0415

        number = self.runs if runs is None else min(runs, self.runs)
        times = np.sort(np.array(marks, dtype=np.float64))
        place = np.searchsorted(times, np.array(marks, dtype=np.float64))
        groups, planned = len(self.groups), len(self.convoys)
        # People at marks take most of the memory; single precision holds whole numbers to 16 million.
        outcome = Outcome(
            clearance=np.zeros(number),
            left=np.zeros((number, groups, len(times)), dtype=np.float32),
            out=np.zeros((number, groups, len(times)), dtype=np.float32),
            arrived=np.zeros((number, self.draws.receptions, len(times)), dtype=np.float32),
            depart=np.full((number, planned), np.nan),
            arrive=np.full((number, planned), np.nan),
            waited=np.zeros(number),
            held=np.zeros(number),
        )
        if not self.convoys:
            outcome.clearance[:] = np.where(self.people[:number] > 0, np.inf, 0.0)
            return outcome
        function: Callable[..., None] = simulate if self.policy == "timetable" else shuttle
        workers = min(threads or os.cpu_count() or 1, 8, number)
        # Many small jobs, so that whoever interrupts waits for the ones begun and not for all runs.
        parts = min(workers * 16, number)
        edges = [number * part // parts for part in range(parts + 1)]
        clearance, *others = outcome
        pool = ThreadPoolExecutor(workers)
        try:
            jobs = [
                pool.submit(function, *self.model, begin, end, times, clearance, *others)
                for begin, end in pairwise(edges)
            ]
            for job in jobs:
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)
        for read in (outcome.left, outcome.out, outcome.arrived):
            for begin in range(0, number, CHUNK):  # in place: a second copy of a large city would not fit
                read[begin : begin + CHUNK] = read[begin : begin + CHUNK, :, place]
        return outcome
