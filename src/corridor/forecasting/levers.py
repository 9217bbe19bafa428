"""What would help: each thing that can be negotiated or bought, tried on the same runs, ranked by what it gives."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import combinations
from statistics import NormalDist
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.errors import UsageError
from corridor.forecasting.change import Arm, base_arm, lever_table, pulled
from corridor.forecasting.trial import Answer, Trial, first_plan, ran, tried
from corridor.forecasting.workers import Progress, run_all
from corridor.planning.plan import Plan
from corridor.situation.situation import Situation

Array = NDArray[np.float64]
Three = tuple[float, float, float]

SURE = NormalDist().inv_cdf(0.975)  # Two-sided 95 %.
PILOT = 2_000  # Runs that find the deadline where none is agreed.
PAIR_RUNS = 2_000


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

    Each arm is planned anew by the planner's first way of forming convoys; where the situation's own timetable is over
    sooner in it, that one is followed. `deadline` is the moment at which people safe are counted; left out, it is the
    last agreed closing, else the moment by which half of the runs are over. `pairs` also tries every two levers
    together, on up to 2,000 runs, and keeps the pairs that give more than the sum of both.

    Raises `Infeasible` where the situation as it is has no plan, `UsageError` for fewer than 10 runs.
    """
    if runs < 10:
        raise UsageError("at least ten runs are needed", hint="--runs 10000")
    base = _base(situation, deadline, runs, seed, workers)
    arms = {lever.key: pulled(base.trial.arm, lever) for lever in lever_table()}
    usable = {key: arm for key, arm in arms.items() if arm is not None}
    trials = [msgspec.structs.replace(base.beside, arm=arm) for arm in usable.values()]
    answers = run_all(tried, trials, workers=workers, cluster=cluster, seconds=base.seconds, progress=progress)
    found = dict(zip(usable, answers, strict=True))
    effects = [_effect((key,), base.answer, answer) for key, answer in found.items() if answer is not None]
    return LeverTable(
        at=situation.at,
        deadline=situation.at + timedelta(hours=base.trial.hours),
        runs=runs,
        seed=seed,
        base_hours=_three(base.answer[0]),
        base_people=_three(base.answer[1]),
        effects=tuple(sorted(effects, key=lambda e: (-round(e.people[1], 3), -e.hours[1], e.levers))),
        pairs=_pairs(base, usable, workers, cluster, progress) if pairs else (),
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

    Raises `Infeasible` where one of them has no plan, `UsageError` for fewer than 10 runs.
    """
    if runs < 10:
        raise UsageError("at least ten runs are needed", hint="--runs 10000")
    base = _base(first, deadline, runs, seed, workers)
    trial = msgspec.structs.replace(base.trial, arm=base_arm(second))
    after = ran(first_plan(second), trial, threads=workers)
    return Comparison(
        deadline=first.at + timedelta(hours=base.trial.hours),
        runs=runs,
        seed=seed,
        hours=(_three(base.answer[0]), _three(after[0])),
        people=(_three(base.answer[1]), _three(after[1])),
        effect=_effect((), base.answer, after),
    )


class _Base(NamedTuple):
    """The situation as it is: its plan, its trial and what came of it, and the seconds of work that took."""

    made: Plan
    trial: Trial
    answer: Answer
    seconds: float

    @property
    def beside(self) -> Trial:
        """What an arm is tried against."""
        return msgspec.structs.replace(self.trial, old=self.made, old_middle=float(np.median(self.answer[0])))


def _base(situation: Situation, deadline: datetime | None, runs: int, seed: int, workers: int | None) -> _Base:
    arm = base_arm(situation)
    hours = _deadline_hours(situation, deadline)
    made = first_plan(situation)
    if hours is None:
        pilot, _ = ran(made, Trial(arm=arm, runs=min(runs, PILOT), seed=seed, hours=0.0), threads=workers)
        hours = float(np.quantile(pilot, 0.5, method="inverted_cdf"))
    trial = Trial(arm=arm, runs=runs, seed=seed, hours=hours)
    began = time.process_time()
    answer = ran(made, trial, threads=workers)
    return _Base(made, trial, answer, time.process_time() - began)


def _deadline_hours(situation: Situation, deadline: datetime | None) -> float | None:
    closes = [ends for agreement in situation.agreements for _, ends in agreement.windows()]
    moment = deadline if deadline is not None else max(closes, default=None)
    if moment is None:
        return None
    if moment <= situation.at:
        raise UsageError("the deadline has passed", place="--deadline", hint="name a moment after the situation's")
    return (moment - situation.at).total_seconds() / 3600


def _three(values: Array) -> Three:
    low, middle, high = np.quantile(values, (0.1, 0.5, 0.9), method="inverted_cdf").tolist()
    return low, middle, high


def _mean(values: Array, sure: float = SURE) -> Three:
    """Return the mean of paired differences with its interval (normal, by the central limit theorem)."""
    mean, half = float(values.mean()), sure * float(values.std(ddof=1)) / math.sqrt(len(values))
    return mean - half, mean, mean + half


def _effect(keys: tuple[str, ...], before: Answer, after: Answer) -> Effect:
    middle = float(np.median(before[0]) - np.median(after[0]))
    return Effect(
        levers=keys, hours=_mean(before[0] - after[0]), middle_hours=middle, people=_mean(after[1] - before[1])
    )


def _pairs(
    base: _Base, usable: dict[str, Arm], workers: int | None, cluster: str | None, progress: Progress | None
) -> tuple[Effect, ...]:
    """Try every two levers and return the pairs that give more together than the sum of both, the best first.

    Fewer runs draw other numbers: so the base and each lever alone are run again beside the pairs. With so many pairs
    some would seem to help by chance alone; the interval of `together` is that of all of them at once (Bonferroni).
    """
    table = {lever.key: lever for lever in lever_table()}
    trial = msgspec.structs.replace(base.trial, runs=min(base.trial.runs, PAIR_RUNS))
    reference = ran(base.made, trial, threads=workers)
    against = msgspec.structs.replace(trial, old=base.made, old_middle=float(np.median(reference[0])))
    arms: dict[tuple[str, ...], Arm] = {(key,): arm for key, arm in usable.items()}
    for one, other in combinations(usable, 2):
        arm = pulled(usable[one], table[other])
        if arm is not None:
            arms[one, other] = arm
    trials = [msgspec.structs.replace(against, arm=arm) for arm in arms.values()]
    seconds = base.seconds * trial.runs / base.trial.runs
    answers = run_all(tried, trials, workers=workers, cluster=cluster, seconds=seconds, progress=progress)
    found = {key: answer for key, answer in zip(arms, answers, strict=True) if answer is not None}
    return tuple(_together(reference, found))


def _together(reference: Answer, found: dict[tuple[str, ...], Answer]) -> Sequence[Effect]:
    pairs = [key for key in found if len(key) == 2 and (key[0],) in found and (key[1],) in found]
    sure = NormalDist().inv_cdf(1 - 0.025 / max(len(pairs), 1))
    effects = []
    for one, other in pairs:
        both, alone = found[one, other][1], found[one,][1] + found[other,][1]
        together = _mean(both + reference[1] - alone, sure)
        if together[0] > 0:
            effect = _effect((one, other), reference, found[one, other])
            effects.append(msgspec.structs.replace(effect, together=together))
    return sorted(effects, key=lambda effect: -(effect.together or (0, 0, 0))[1])
