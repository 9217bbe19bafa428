"""The planner's door: a situation in, the best timetable found out, with its proven bound."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from random import Random

from corridor.errors import Infeasible, UsageError
from corridor.planning.bounds import lower_bounds
from corridor.planning.construct import Builder, Draft, Style, to_convoys
from corridor.planning.instance import Instance, build_instance
from corridor.planning.plan import Bound, Convoy, Plan
from corridor.situation.situation import Situation

OBJECTIVES = ("clearance_time",)
# Convoys of mixed sizes tried after the plain ones; each costs one build of the timetable.
MIXED = 40
Progress = Callable[[str, int, int], None]


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
    if not 0 <= seed < 2**63:
        raise UsageError(f"the seed {seed} is not between 0 and 2^63", hint="--seed 0")
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
            drafts, minutes = _best(instance, deadline, seed, progress)
        except Infeasible as why:
            unplanned[operation.id] = why
            continue
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


def _best(instance: Instance, deadline: float, seed: int, progress: Progress | None) -> tuple[list[Draft], int]:
    """Try ways of forming convoys until the bound or the time is reached; return the soonest timetable, its minutes."""
    quota = _quota(instance)
    goal = max((bound.minutes for bound in lower_bounds(instance)), default=0)
    best: tuple[int, list[Draft], Style] | None = None
    plain = list(_styles(instance))
    total = len(plain) + MIXED
    random = Random(seed)
    for number in range(total):
        if best is not None and (best[0] <= goal or time.monotonic() > deadline):
            break
        if number >= len(plain) and best is None:
            break
        style = plain[number] if number < len(plain) else _mixed(instance, best[2], random)  # type: ignore[index]
        builder = Builder(instance, style, quota)
        drafts = builder.run()
        if drafts is not None and (best is None or builder.clearance() < best[0]):
            best = (builder.clearance(), drafts, style)
        if progress is not None:
            progress(instance.operation, number + 1, total)
    if best is None:
        _explain(instance, quota)
    assert best is not None  # noqa: S101 - _explain raised otherwise
    return best[1], best[0]


def _styles(instance: Instance) -> Iterator[Style]:
    """Yield the plain ways of forming convoys: the largest type split into equal convoys first, then every size.

    Equal convoys that take turns keep the bays busy and never wait for one another, so one of them is mostly the best.
    """
    fleet = max(Counter(unit.kind.name for unit in instance.units).values())
    most = min(instance.convoy_size, fleet)
    sizes = dict.fromkeys((*(min(-(-fleet // parts), most) for parts in range(1, fleet + 1)), *range(1, most + 1)))
    several = len(instance.pickups) > 1
    for size in sizes:
        yield Style((size,))
        if several:
            yield Style((size,), farthest_first=True)


def _mixed(instance: Instance, best: Style, random: Random) -> Style:
    """Return the best way so far with convoys of alternating sizes near its own."""
    most = max(min(instance.convoy_size, len(instance.units)), 1)
    middle = best.gather[0]
    sizes = tuple(min(max(middle + random.randint(-3, 3), 1), most) for _ in range(random.randint(1, 4)))
    return Style(sizes, farthest_first=best.farthest_first)


def _quota(instance: Instance) -> dict[tuple[str, str], int]:
    """Share the receptions out between the pickups: people per way, the least driving within every capacity.

    A transport problem, solved as a linear programme (its vertices are whole; Hitchcock 1941). Empty where no
    capacity is stated. Raises `Infeasible` where the receptions cannot hold the people.
    """
    if not instance.capacity:
        return {}
    moving = {
        pickup: sum(g.planned * (1 + g.companions) for g in instance.people if g.pickup == pickup)
        for pickup in instance.pickups
    }
    if set(instance.capacity) >= set(instance.receptions):
        room = sum(instance.capacity[name] for name in instance.receptions)
        if room < sum(moving.values()):
            raise Infeasible(
                f"the receptions can take {room} people and {sum(moving.values())} are to be moved",
                place=f"operation {instance.operation}",
                hint=f"find room for {sum(moving.values()) - room} more, or lower the figure (--people-quantile)",
                clauses=tuple(instance.capacity),
            )
    from scipy.optimize import linprog  # noqa: PLC0415 - half a second that worlds without capacity do not pay

    ways = sorted(instance.loaded)
    upper = [instance.capacity.get(reception, 10**9) for reception in instance.receptions]
    answer = linprog(
        [instance.loaded[way] + instance.empty.get((way[1], way[0]), 0) for way in ways],
        A_ub=[[1.0 if way[1] == reception else 0.0 for way in ways] for reception in instance.receptions],
        b_ub=upper,
        A_eq=[[1.0 if way[0] == pickup else 0.0 for way in ways] for pickup in instance.pickups],
        b_eq=[moving[pickup] for pickup in instance.pickups],
        method="highs-ds",
    )
    if not answer.success:
        raise Infeasible(
            "the receptions that each pickup can reach cannot take its people",
            place=f"operation {instance.operation}",
            hint="record the missing leg to a reception with room, or more room",
            clauses=tuple(instance.capacity),
        )
    return {way: round(people) for way, people in zip(ways, answer.x, strict=True) if round(people) > 0}


def _explain(instance: Instance, quota: dict[tuple[str, str], int]) -> None:
    """Raise `Infeasible` that says what stops the plan: the windows, or places that never come together."""
    where = f"operation {instance.operation}"
    if instance.windows is not None:
        longest = max((closes - opens for opens, closes in instance.windows), default=0)
        drive = min(instance.loaded.values())
        if longest < drive:
            raise Infeasible(
                f"the loaded drive takes {drive} minutes and the longest window left is {max(longest, 0)}",
                place=where,
                hint=f"ask for a window of at least {drive} minutes",
                clauses=instance.window_clauses,
            )
        builder = Builder(instance, Style((min(instance.convoy_size, len(instance.units)),)), quota)
        builder.run()
        out = sum(sum(ride.load.values()) for draft in builder.drafts for ride in draft.rides)
        waiting = sum(builder.left.values())
        days = math.ceil(waiting / max(out, 1))
        raise Infeasible(
            f"{out} people can leave inside the windows and {waiting} would still wait when the last one closes",
            place=where,
            hint=f"ask for about {days} time(s) as many hours again, or for more vehicles",
            clauses=instance.window_clauses,
        )
    stuck = [group.name for group in instance.people if group.planned]
    raise Infeasible(
        f"people of {', '.join(stuck)} cannot be put aboard any convoy of at most {instance.convoy_size} vehicles",
        place=where,
        hint="companions need a seat in the same convoy: allow larger convoys or add seats",
        clauses=tuple(stuck),
    )
