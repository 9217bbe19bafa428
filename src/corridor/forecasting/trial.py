"""One arm of a comparison: planned with a small fixed effort, then run on the random numbers of every other arm."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import Infeasible
from corridor.forecasting.change import Arm
from corridor.forecasting.simulate import Simulator
from corridor.planning.plan import Plan
from corridor.planning.solve import plan as run_plan
from corridor.situation.situation import Situation

Array = NDArray[np.float64]
Answer = tuple[Array, Array]

HORIZON_HOURS = 24.0 * 60
# So short that the planner takes its first way of forming convoys: the same plan on every machine, in every arm.
FIRST_PLAN_SECONDS = 1e-9


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One arm to be tried: what to run, how often, and the hours after the start at which people are counted.

    `old` is the plan of the situation as it is and `old_middle` the hours by which half of its runs are over: where
    the arm's own plan ends later than that, the old timetable is run in the arm instead (see `tried`).
    """

    arm: Arm
    runs: int
    seed: int
    hours: float
    policy: str = "timetable"
    old: Plan | None = None
    old_middle: float = 0.0


def first_plan(situation: Situation) -> Plan:
    """Return the planner's first plan; raises `Infeasible` where there is none."""
    return run_plan(situation, time_limit=FIRST_PLAN_SECONDS)


def tried(trial: Trial) -> Answer | None:
    """Return an arm's (clearance hours, people safe by the deadline), each (runs,); None where it has no plan.

    Every lever only loosens something, so that the old timetable still holds: whoever gets five buses more may leave
    them standing. Larger convoys can be slower on the day, for each waits for its slowest vehicle. So of the new
    timetable and the old one the arm gets that by which half of the runs are over sooner.
    """
    try:
        new = ran(first_plan(trial.arm.situation), trial)
    except Infeasible:
        new = None
    old = trial.old
    if old is None or (new is not None and np.median(new[0]) <= trial.old_middle) or not _same_names(trial, old):
        return new
    situation = trial.arm.situation
    followed = msgspec.structs.replace(old, situation=situation, situation_sha256=situation.sha256)
    again = ran(followed, trial)
    return again if new is None or np.median(again[0]) < np.median(new[0]) else new


def ran(made: Plan, trial: Trial, *, threads: int | None = 1) -> Answer:
    """Return (clearance hours, people safe by the deadline), each (runs,), of a plan under a trial's disruptions."""
    clearance, people = np.zeros(trial.runs), np.zeros(trial.runs)
    for operation in made.situation.operations:
        if operation.id in made.unplanned:
            continue
        simulator = Simulator(
            made,
            operation,
            trial.arm.disruptions[operation.id],
            runs=trial.runs,
            seed=trial.seed,
            horizon=HORIZON_HOURS,
            policy=trial.policy,
        )
        outcome = simulator.run([trial.hours * 60], threads=threads)
        clearance = np.maximum(clearance, np.minimum(outcome.clearance / 60, HORIZON_HOURS))
        people += outcome.out[:, :, 0].sum(axis=1)
    return clearance, people


def _same_names(trial: Trial, old: Plan) -> bool:
    """Whether the vehicles of the old plan have the same names in the arm's fleet: a larger one may add a digit."""
    return _digits(trial.arm.situation) == _digits(old.situation)


def _digits(situation: Situation) -> list[tuple[str, str, int]]:
    return [(v.operation, v.type, len(str(max(round(v.count.quantile(0.5)), 10)))) for v in situation.fleet.vehicles]
