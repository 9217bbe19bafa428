"""The planner's door: a situation in, the best timetable found out, with its proven bound."""

from __future__ import annotations

import math
import time
from dataclasses import replace

from corridor.errors import Infeasible, UsageError
from corridor.planning.bounds import left_behind, lower_bounds
from corridor.planning.construct import to_convoys
from corridor.planning.explain import explain
from corridor.planning.instance import Instance, build_instance
from corridor.planning.plan import Bound, Convoy, Plan
from corridor.planning.search import Progress, best, possible
from corridor.situation.situation import Operation, Situation

OBJECTIVES = ("clearance_time",)


def plan(
    situation: Situation,
    *,
    objective: str = "clearance_time",
    time_limit: float = 10.0,
    seed: int = 0,
    people_quantile: float = 0.5,
    reserve_quantile: float = 0.9,
    progress: Progress | None = None,
) -> Plan:
    """Return the best verified-by-construction timetable found within `time_limit` seconds, with bound and gap.

    `people_quantile` is the planning figure; reserve convoys go up to `reserve_quantile`. Vehicles that are out at the
    moment of the situation are planned from where and when they are next free. Operations that lack what a plan needs
    are named in `unplanned` with the reason. The same seed gives the same plan unless the time limit cuts the search.

    Raises `Infeasible` where no operation can be planned, `UsageError` for an option out of range.
    """
    if objective not in OBJECTIVES:
        raise UsageError(f"unknown objective {objective!r}", hint="one of: " + ", ".join(OBJECTIVES))
    if not 0 < people_quantile < 1 or not 0 < reserve_quantile < 1:
        raise UsageError("a quantile lies between 0 and 1", hint="--people-quantile 0.5")
    if not time_limit > 0:
        raise UsageError("the time limit must be above 0 seconds", hint="--time-limit 10")
    deadline = time.monotonic() + time_limit
    convoys: list[Convoy] = []
    bounds: list[Bound] = []
    unplanned: dict[str, Infeasible] = {}
    clearance = 0
    for operation in situation.operations:
        try:
            instance = build_instance(
                situation, operation, people_quantile=people_quantile, reserve_quantile=reserve_quantile
            )
            instance = _beside(instance, convoys, situation)
        except Infeasible as why:
            unplanned[operation.id] = why
            continue
        found = best(instance, deadline, seed, progress)
        if found is None:
            unplanned[operation.id] = _why_not(situation, operation, instance, people_quantile)
            continue
        drafts, minutes = found
        end = instance.moment(minutes)
        clearance = max(clearance, math.ceil((end - situation.at).total_seconds() / 60) if drafts else 0)
        convoys += to_convoys(instance, drafts)
        bounds += lower_bounds(instance)
    if len(unplanned) == len(situation.operations):
        _raise_first(unplanned)
    bound = max((item.minutes for item in bounds), default=0)
    gap = clearance / bound - 1 if bound else 0.0
    return Plan(
        situation=situation,
        situation_sha256=situation.sha256,
        convoys=tuple(sorted(convoys, key=lambda convoy: (convoy.reserve, convoy.depart, convoy.id))),
        bounds=tuple(bounds),
        status="nothing to move" if not convoys else "optimal" if gap == 0 else "feasible",
        objective=objective,
        people_quantile=people_quantile,
        reserve_quantile=reserve_quantile,
        seed=seed,
        unplanned={name: why.cause for name, why in unplanned.items()},
        clearance_minutes=clearance,
        bound_minutes=bound,
        gap=gap,
    )


def _raise_first(unplanned: dict[str, Infeasible]) -> None:
    if not unplanned:
        raise Infeasible(
            "the situation names no operation",
            place="situation",
            hint="record who moves from where to where: facts clause and term (who.from, destination.to, corridor.via)",
        )
    raise next(iter(unplanned.values()))


def _beside(instance: Instance, convoys: list[Convoy], situation: Situation) -> Instance:
    """Leave to an operation only the bays and the room that operations planned before it do not use."""
    shared = [c for c in convoys if {c.pickup, c.reception} & {*instance.pickups, *instance.receptions}]
    capacity = dict(instance.capacity)
    busy: dict[str, int] = {}
    for convoy in shared:
        if convoy.reception in capacity:
            capacity[convoy.reception] = max(capacity[convoy.reception] - convoy.people, 0)
        for trip in convoy.trips:
            for site, end in ((convoy.pickup, trip.board_end), (convoy.reception, trip.unload_end)):
                minute = math.ceil((end - situation.at).total_seconds() / 60)
                busy[site] = max(busy.get(site, 0), minute)
    return replace(instance, capacity=capacity, bay_from={site: busy[site] for site in busy if site in instance.bays})


def _why_not(situation: Situation, operation: Operation, instance: Instance, quantile: float) -> Infeasible:
    """Return the smallest set of things that stops an operation planned after those before it."""

    def works(changed: Situation) -> bool:
        convoys: list[Convoy] = []
        for each in changed.operations:
            try:
                built = build_instance(changed, each, people_quantile=quantile, reserve_quantile=quantile)
            except Infeasible as why:
                if each.id == operation.id:
                    return why.nothing_to_move
                continue
            drafts = possible(_beside(built, convoys, changed))
            if each.id == operation.id:
                return drafts is not None
            convoys += to_convoys(built, drafts or [])
        return False

    people = left_behind(instance)
    proof = f"proven: at least {people:,} people would still wait when the last window closes" if people else ""
    return explain(situation, [operation], works, proof)
