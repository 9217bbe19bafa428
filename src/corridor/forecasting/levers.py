"""What would help: each thing that can be negotiated or bought, tried on the same runs, ranked by what it gives."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import CorridorError, Infeasible, UsageError
from corridor.forecasting.change import Arm, base_arm, lever_table, pulled
from corridor.forecasting.simulate import Simulator
from corridor.forecasting.workers import Progress, run_all
from corridor.planning.solve import plan as run_plan
from corridor.situation.situation import Situation

Array = NDArray[np.float64]
Three = tuple[float, float, float]

HORIZON_HOURS = 24.0 * 60
# So short that the planner takes its first way of forming convoys: the same plan on every machine, in every arm.
FIRST_PLAN_SECONDS = 1e-9
SURE = 1.96  # Two-sided 95 %.
PAIR_RUNS = 2_000
MOST_PAIRS = 15


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """One arm to be tried: what to run, how often, and the hours after the start at which people are counted.

    `planned` is the situation whose timetable is followed, where that is not the arm's own.
    """

    arm: Arm
    runs: int
    seed: int
    hours: float
    policy: str = "timetable"
    planned: Situation | None = None


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one or two levers give against the situation as it is, on the same runs.

    `hours` saved until the last person is safe, as (low, mean, high) of the mean over runs with its 95 % interval; a
    run that does not end counts as the horizon. `middle_hours` is how much sooner half of the runs are over. `people`
    is how many more are safe by the deadline. `together` is what a pair gives beyond the sum of its two levers.
    """

    levers: tuple[str, ...]
    hours: Three
    middle_hours: float
    people: Three
    together: Three | None = None


class LeverTable(msgspec.Struct, frozen=True, kw_only=True):
    """The effects of all levers that apply, ranked by people safe by the deadline, then by hours.

    `base_hours` and `base_people` are (P10, P50, P90) of the situation as it is. `absent` names levers that have
    nothing to act on, `impossible` those with which no plan could be made.
    """

    at: datetime
    deadline: datetime
    runs: int
    seed: int
    base_hours: Three
    base_people: Three
    effects: tuple[Effect, ...]
    pairs: tuple[Effect, ...] = ()
    absent: tuple[str, ...] = ()
    impossible: tuple[str, ...] = ()


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """Two whole situations on the same random numbers: hours and people of each, and what the second gives."""

    deadline: datetime
    runs: int
    seed: int
    hours: tuple[Three, Three]
    people: tuple[Three, Three]
    effect: Effect


def levers(
    situation: Situation,
    *,
    deadline: datetime | None = None,
    runs: int = 10_000,
    seed: int = 0,
    pairs: bool = False,
    workers: int | None = None,
    cluster: str | None = None,
    progress: Progress | None = None,
) -> LeverTable:
    """Return what one step of each lever gives, replanned and run on the same random numbers.

    Each arm is planned anew by the planner's first way of forming convoys. `deadline` is the moment at which people
    safe are counted; left out, it is the last agreed closing, else the moment by which half of the runs are over.
    `pairs` also tries pairs: of the two best levers and of those that give little alone.

    Raises `Infeasible` where the situation as it is has no plan, `UsageError` for fewer than 10 runs.
    """
    if runs < 10:
        raise UsageError("at least ten runs are needed", hint="--runs 10000")
    base = base_arm(situation)
    hours = _deadline_hours(situation, deadline)
    if hours is None:
        first = tried(Trial(arm=base, runs=min(runs, PAIR_RUNS), seed=seed, hours=0.0))
        if first is None:
            _explain(base)
        assert first is not None  # noqa: S101 - _explain raised otherwise
        hours = float(np.quantile(first[0], 0.5, method="inverted_cdf"))
    arms = {lever.key: pulled(base, lever) for lever in lever_table()}
    usable = {key: arm for key, arm in arms.items() if arm is not None}
    trials = [Trial(arm=arm, runs=runs, seed=seed, hours=hours) for arm in (base, *usable.values())]
    answers = run_all(tried, trials, workers=workers, cluster=cluster, progress=progress)
    reference = answers[0]
    if reference is None:
        _explain(base)
    assert reference is not None  # noqa: S101 - _explain raised otherwise
    found = {
        key: no_worse(trial, base, reference, answer)
        for key, trial, answer in zip(usable, trials[1:], answers[1:], strict=True)
    }
    effects = [_effect((key,), reference, answer) for key, answer in found.items() if answer is not None]
    ranked = tuple(sorted(effects, key=lambda e: (-round(e.people[1], 3), -e.hours[1], e.levers)))
    good = {key: answer for key, answer in found.items() if answer is not None}
    both = _pairs(base, ranked, good, reference, trials[0], workers, cluster) if pairs else ()
    return LeverTable(
        at=situation.at,
        deadline=situation.at + timedelta(hours=hours),
        runs=runs,
        seed=seed,
        base_hours=_three(reference[0]),
        base_people=_three(reference[1]),
        effects=ranked,
        pairs=both,
        absent=tuple(key for key, arm in arms.items() if arm is None),
        impossible=tuple(key for key, answer in found.items() if answer is None),
    )


def compare(
    first: Situation,
    second: Situation,
    *,
    deadline: datetime | None = None,
    runs: int = 10_000,
    seed: int = 0,
    workers: int | None = None,
) -> Comparison:
    """Return what a second situation gives against a first, on the same random numbers.

    Raises `Infeasible` where one of them has no plan.
    """
    hours = _deadline_hours(first, deadline)
    arms = [base_arm(first), base_arm(second)]
    if hours is None:
        start = tried(Trial(arm=arms[0], runs=min(runs, PAIR_RUNS), seed=seed, hours=0.0))
        hours = 0.0 if start is None else float(np.quantile(start[0], 0.5, method="inverted_cdf"))
    trials = [Trial(arm=arm, runs=runs, seed=seed, hours=hours) for arm in arms]
    answers = run_all(tried, trials, workers=workers)
    for arm, answer in zip(arms, answers, strict=True):
        if answer is None:
            _explain(arm)
    before, after = answers
    assert before is not None  # noqa: S101 - _explain raised otherwise
    assert after is not None  # noqa: S101 - _explain raised otherwise
    return Comparison(
        deadline=first.at + timedelta(hours=hours),
        runs=runs,
        seed=seed,
        hours=(_three(before[0]), _three(after[0])),
        people=(_three(before[1]), _three(after[1])),
        effect=_effect((), before, after),
    )


def tried(trial: Trial) -> tuple[Array, Array] | None:
    """Return an arm's (clearance hours, people safe by the deadline), each (runs,); None where it has no plan."""
    try:
        made = run_plan(trial.planned or trial.arm.situation, time_limit=FIRST_PLAN_SECONDS)
    except Infeasible:
        return None
    if trial.planned is not None:
        situation = trial.arm.situation
        made = msgspec.structs.replace(made, situation=situation, situation_sha256=situation.sha256)
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
        outcome = simulator.run([trial.hours * 60], threads=1)
        clearance = np.maximum(clearance, np.minimum(outcome.clearance / 60, HORIZON_HOURS))
        people += outcome.out[:, :, 0].sum(axis=1)
    return clearance, people


def no_worse(
    trial: Trial, base: Arm, before: tuple[Array, Array], after: tuple[Array, Array] | None
) -> tuple[Array, Array] | None:
    """Return an arm's answer, or that of the old timetable in it where replanning made half of the runs end later.

    Every lever only loosens something, so that the old timetable still holds: whoever gets five buses more may leave
    them standing. Larger convoys can be slower on the day, for each waits for its slowest vehicle.
    """
    if after is not None and np.median(after[0]) <= np.median(before[0]):
        return after
    width = {len(v.type) + len(str(max(round(v.count.quantile(0.5)), 10))) for v in base.situation.fleet.vehicles}
    if width != {
        len(v.type) + len(str(max(round(v.count.quantile(0.5)), 10))) for v in trial.arm.situation.fleet.vehicles
    }:
        return after  # the vehicles have other names in the larger fleet
    old = tried(msgspec.structs.replace(trial, planned=base.situation))
    if old is None or (after is not None and np.median(after[0]) <= np.median(old[0])):
        return after
    return old


def _deadline_hours(situation: Situation, deadline: datetime | None) -> float | None:
    closes = [ends for agreement in situation.agreements for _, ends in agreement.windows()]
    moment = deadline if deadline is not None else max(closes, default=None)
    if moment is None:
        return None
    if moment <= situation.at:
        raise UsageError("the deadline has passed", place="--deadline", hint="name a moment after the situation's")
    return (moment - situation.at).total_seconds() / 3600


def _explain(arm: Arm) -> None:
    """Raise why no plan can be made."""
    run_plan(arm.situation, time_limit=FIRST_PLAN_SECONDS)
    raise CorridorError("no plan, and then one", place="levers", hint="report this with the situation")


def _three(values: Array) -> Three:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf").tolist()
    return low, middle, high


def _mean(values: Array) -> Three:
    """Return the mean of paired differences with its 95 % interval (normal, by the central limit theorem)."""
    mean, half = float(values.mean()), SURE * float(values.std(ddof=1)) / math.sqrt(len(values))
    return mean - half, mean, mean + half


def _effect(keys: tuple[str, ...], before: tuple[Array, Array], after: tuple[Array, Array]) -> Effect:
    middle = float(np.median(before[0]) - np.median(after[0]))
    return Effect(
        levers=keys, hours=_mean(before[0] - after[0]), middle_hours=middle, people=_mean(after[1] - before[1])
    )


def _pairs(
    base: Arm,
    ranked: Sequence[Effect],
    alone: dict[str, tuple[Array, Array]],
    reference: tuple[Array, Array],
    trial: Trial,
    workers: int | None,
    cluster: str | None,
) -> tuple[Effect, ...]:
    """Try pairs and return those that give more together than the sum of both, beyond chance, the best first."""
    table = {lever.key: lever for lever in lever_table()}
    little = [effect.levers[0] for effect in reversed(ranked)]
    keys = list(dict.fromkeys([effect.levers[0] for effect in ranked[:2]] + little))
    chosen = list(combinations(keys, 2))[:MOST_PAIRS]
    runs = min(trial.runs, PAIR_RUNS)
    trials = []
    for one, other in chosen:
        first = pulled(base, table[one])
        arm = pulled(first, table[other]) if first is not None else None
        if arm is not None:
            trials.append(msgspec.structs.replace(trial, arm=arm, runs=trial.runs))
    found = []
    for item, answer in zip(trials, run_all(tried, trials, workers=workers, cluster=cluster), strict=True):
        if answer is None:
            continue
        one, other = item.arm.levers
        effect = _effect((one, other), reference, answer)
        more = (answer[1] - reference[1]) - (alone[one][1] - reference[1]) - (alone[other][1] - reference[1])
        together = _mean(more[:runs])
        if together[0] > 0:
            found.append(msgspec.structs.replace(effect, together=together))
    return tuple(sorted(found, key=lambda effect: -(effect.together or (0, 0, 0))[1]))
