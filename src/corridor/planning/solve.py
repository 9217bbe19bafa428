"""The planner's door: a situation in, the best timetable found out, with its proven bound."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import msgspec

from corridor.errors import Infeasible, UsageError
from corridor.planning.again import changes, names_taken
from corridor.planning.bounds import left_behind
from corridor.planning.bounds_tied import lower_bounds
from corridor.planning.calling import call_late
from corridor.planning.construct import Builder
from corridor.planning.drafts import Draft, to_convoys
from corridor.planning.explain import explain
from corridor.planning.grouping import groups_of, left_over
from corridor.planning.holding import beside, better
from corridor.planning.instance import Instance
from corridor.planning.objectives import FAIRNESS, OBJECTIVES, chosen, most_safe, objectives_of, safe
from corridor.planning.plan import Bound, Change, Convoy, Mode, Plan, Status
from corridor.planning.search import Progress, best, follow, most, possible
from corridor.planning.until import Until
from corridor.situation.situation import Situation

# Orders already read out are given anew only for an end sooner by this share; so long is it searched for.
WORTH_CHANGING = 0.02
REPLAN_SECONDS = 0.4
# So much of the time limit is for bounds and search; what is left, for the reserve and for writing the plan out.
SEARCHED = 0.95
MODES = ("convoy", "shuttle", "both")


def plan(
    situation: Situation,
    *,
    objective: str | None = None,
    fairness: str | None = None,
    time_limit: float = 10.0,
    seed: int = 0,
    people_quantile: float = 0.5,
    reserve_quantile: float = 0.9,
    mode: str = "convoy",
    previous: Plan | None = None,
    progress: Progress | None = None,
    stop: Callable[[], bool] | None = None,
) -> Plan:
    """Return the best verified-by-construction timetable found within `time_limit` seconds, with bound and gap.

    `people_quantile` is the planning figure; reserve convoys go up to `reserve_quantile`. Vehicles that are out at the
    moment of the situation are planned from where and when they are next free. Operations that lack what a plan needs
    are named in `unplanned` with the reason. `mode` is `convoy`, `shuttle` (each vehicle goes alone) or `both`: then
    the plan that ends first is returned with the figures of each in `compared`. The orders of a `previous` plan stand
    unless a new one ends sooner by more than a fiftieth; `changes` lists what differs.
    `objective` is `clearance_time` (everybody, as soon as can be) or `most_people`: where not everybody can leave
    inside the hours, most people by weight, and the plan says who is `left`. `fairness` between the pickups of an
    operation is `none`, `longest_wait` (who waited longest goes next) or `equal_share`. Both are else what the terms
    `order.objective` and `order.fairness` state, else the first.
    The same seed gives the same plan unless the time limit cuts the search, or `stop`, which is asked between two
    tries: once it says yes, the best plan so far is returned with the status `interrupted`.

    Raises `Infeasible` where no operation can be planned, `UsageError` for an option out of range.
    """
    objective = chosen(situation, "objective", objective, OBJECTIVES)
    fairness = chosen(situation, "fairness", fairness, FAIRNESS)
    if not 0 < people_quantile < 1 or not 0 < reserve_quantile < 1:
        raise UsageError("a quantile lies between 0 and 1", hint="--people-quantile 0.5")
    if not time_limit > 0:
        raise UsageError("the time limit must be above 0 seconds", hint="--time-limit 10")
    if not 0 <= seed < 2**63:
        raise UsageError(f"the seed {seed} is not between 0 and 2^63", hint="--seed 0")
    if mode not in MODES:
        raise UsageError(f"unknown mode {mode!r}", hint="one of: " + ", ".join(MODES))
    limits = _Asked(objective, fairness, time_limit, seed, people_quantile, reserve_quantile, previous, stop)
    if mode != "both":
        return _planned(situation, limits, "shuttle" if mode == "shuttle" else "convoy", progress)
    half = replace(limits, time_limit=time_limit / 2)
    convoys = _planned(situation, half, "convoy", progress)
    try:
        return better([convoys, _planned(situation, half, "shuttle", progress)])
    except Infeasible as why:
        return beside(convoys, "shuttle", why.cause)


@dataclass(frozen=True)
class _Asked:
    objective: str
    fairness: str
    time_limit: float
    seed: int
    people_quantile: float
    reserve_quantile: float
    previous: Plan | None = None
    stop: Callable[[], bool] | None = None


def _planned(situation: Situation, asked: _Asked, mode: Mode, progress: Progress | None) -> Plan:
    until = Until(time.monotonic() + asked.time_limit * SEARCHED, asked.stop)
    convoys: list[Convoy] = []
    bounds: list[Bound] = []
    changed: list[Change] = []
    clearance = 0
    groups, unplanned = groups_of(situation, asked.people_quantile, asked.reserve_quantile, mode)
    left: dict[str, int] = {}
    people = people_bound = 0
    for group in groups:
        instances = [replace(left_over(one, convoys, situation), fairness=asked.fairness) for one in group]
        proven = lower_bounds(instances)
        found, fresh = _best(instances, until, asked, progress, max((one.minutes for one in proven), default=0))
        limit = sum(most_safe(one) for one in instances) if asked.objective == "most_people" else 0
        if found is None and limit > 0:
            found, stay = _most(instances, until, asked, limit)
            left |= stay
            proven = () if stay else proven
        if found is None:
            names = [instance.operation for instance in group]
            why = _why_not(situation, instances, asked.people_quantile, mode)
            unplanned.update(dict.fromkeys(names, why))
            continue
        everyone = sum(safe(one, {}) for one in instances)
        people += sum(safe(one, left) for one in instances)
        people_bound += (
            min(limit, everyone) if left.keys() & {g.name for one in instances for g in one.people} else everyone
        )
        for instance, drafts in zip(instances, call_late(instances, found), strict=True):
            ends = [end for draft in drafts if not draft.reserve for _, end in draft.unloading]
            if ends:
                last = instance.moment(max(ends))
                clearance = max(clearance, math.ceil((last - situation.at).total_seconds() / 60))
            made = to_convoys(instance, drafts, names_taken(asked.previous, instance.operation))
            convoys += made
            if asked.previous is not None:
                reasons = {draft.order: draft.why for draft in drafts}
                changed += changes(asked.previous, instance, made, reasons, fresh)
        bounds += proven
    if len(unplanned) == len(situation.operations):
        _raise_first(unplanned)
    bound = max((item.minutes for item in bounds), default=0)
    gap = clearance / bound - 1 if bound else 0.0
    plan_made = Plan(
        situation=situation,
        situation_sha256=situation.sha256,
        convoys=tuple(sorted(convoys, key=lambda convoy: (convoy.reserve, convoy.depart, convoy.id))),
        bounds=tuple(bounds),
        status=_status(len(convoys), gap, complete=not left, interrupted=bool(until.asked)),
        objective=asked.objective,
        people_quantile=asked.people_quantile,
        reserve_quantile=asked.reserve_quantile,
        seed=asked.seed,
        mode=mode,
        replaces=asked.previous.situation_sha256 if asked.previous else "",
        changes=tuple(changed),
        unplanned={name: why.cause for name, why in unplanned.items()},
        clearance_minutes=clearance,
        bound_minutes=bound,
        gap=gap,
        fairness=asked.fairness,
        left=left,
    )
    return msgspec.structs.replace(plan_made, objectives=objectives_of(plan_made, people, people_bound))


def _status(convoys: int, gap: float, *, complete: bool, interrupted: bool) -> Status:
    if not convoys:
        return "nothing to move"
    return "optimal" if gap == 0 and complete else "interrupted" if interrupted else "feasible"


def _best(
    instances: list[Instance], until: Until, asked: _Asked, progress: Progress | None, goal: int
) -> tuple[list[list[Draft]] | None, str]:
    """Return the timetables to use and, where they do not follow the orders given before, the reason."""
    previous = asked.previous
    kept = follow(instances, previous) if previous is not None else None
    if previous is None or kept is None:
        fresh = "" if previous is None else "the orders given before do not carry everyone any more"
        return best(instances, until, asked.seed, progress, goal), fresh
    anew = best(instances, until.sooner(time.monotonic() + REPLAN_SECONDS), asked.seed, progress, goal)
    if anew is None:
        return kept, ""
    stable, sooner = _end(kept), _end(anew)
    if sooner < stable * (1 - WORTH_CHANGING):
        return anew, f"new orders end {stable - sooner} minutes sooner"
    return kept, ""


def _most(
    instances: list[Instance], until: Until, asked: _Asked, limit: int
) -> tuple[list[list[Draft]] | None, dict[str, int]]:
    """Return the timetables that bring most people, by weight, and how many of each group they leave waiting."""

    def worth(builders: Sequence[Builder]) -> tuple[float, ...]:
        ends = max(builder.clearance() for builder in builders)
        return sum(safe(builder.instance, builder.left) for builder in builders), -ends

    builders = most(instances, until, asked.seed, worth, limit)
    if not any(builder.drafts for builder in builders):
        return None, {}
    left = {name: number for builder in builders for name, number in builder.left.items() if number}
    return [builder.drafts for builder in builders], left


def _end(timetables: list[list[Draft]]) -> int:
    ends = (end for drafts in timetables for d in drafts if not d.reserve for _, end in d.unloading)
    return max(ends, default=0)


def _raise_first(unplanned: dict[str, Infeasible]) -> None:
    if not unplanned:
        raise Infeasible(
            "the situation names no operation",
            place="situation",
            hint="record who moves from where to where: facts clause and term (who.from, destination.to, corridor.via)",
        )
    raise min(unplanned.values(), key=lambda why: why.nothing_to_move)


def _why_not(situation: Situation, instances: Sequence[Instance], quantile: float, mode: Mode) -> Infeasible:
    """Return the smallest set of things that stops operations that are planned after those before them."""
    names = {instance.operation for instance in instances}

    def works(changed: Situation) -> bool:
        convoys: list[Convoy] = []
        groups, unplanned = groups_of(changed, quantile, quantile, mode)
        for group in groups:
            built = [left_over(instance, convoys, changed) for instance in group]
            found = possible(built)
            if found is None and names & {instance.operation for instance in group}:
                return False
            for instance, drafts in zip(built, found or [[] for _ in built], strict=True):
                convoys += to_convoys(instance, drafts)
        return all(why.nothing_to_move for name, why in unplanned.items() if name in names)

    people = sum(left_behind(instance) for instance in instances)
    proof = f"proven: at least {people:,} people would still wait when the last window closes" if people else ""
    return explain(situation, [each for each in situation.operations if each.id in names], works, proof)
