"""Kinds that break the make-up of convoys, or the agreement."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec

from corridor.planning.plan import Convoy, Plan
from corridor.situation.agreement import Clause
from tests.planning.mutate.table import (
    MINUTE,
    any_convoy,
    any_trip,
    breaks,
    change,
    several,
    with_clause,
    with_situation,
)
from tests.worlds import number


def _tighter_corridor(plan: Plan, convoy: Convoy, **values: object) -> Plan:
    corridors = tuple(
        msgspec.structs.replace(item, **values) if item.operation == convoy.operation else item
        for item in plan.situation.corridors
    )
    return with_situation(plan, corridors=corridors)


@breaks("convoy size", "convoy too large")
def _large(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = several(plan, rng)
    if convoy is None:
        return None
    return _tighter_corridor(plan, convoy, convoy_size=number(len(convoy.trips) - 1))


@breaks("convoy size", "no lead")
def _leaderless(plan: Plan, rng: random.Random) -> Plan:
    return change(plan, any_convoy(plan, rng), lead=rng.choice(("", " ")))


@breaks("convoy size", "no vehicle")
def _empty_convoy(plan: Plan, rng: random.Random) -> Plan:
    return change(plan, any_convoy(plan, rng), trips=())


@breaks("convoy size", "vehicle twice in a convoy")
def _listed_twice(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change(plan, convoy, trips=(*convoy.trips, trip))


@breaks("headway", "headway cut")
def _headway(plan: Plan, rng: random.Random) -> Plan | None:
    ordered = sorted(plan.convoys, key=lambda convoy: convoy.depart)
    pairs = [(a, b) for a in ordered for b in ordered if a.depart < b.depart and a.operation == b.operation]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    apart = round((second.depart - first.depart) / MINUTE)
    return _tighter_corridor(plan, second, headway=number(apart + rng.randint(1, 10)))


@breaks("headway", "departs too soon after another")
def _too_soon(plan: Plan, rng: random.Random) -> Plan | None:
    corridors = {item.operation: round(item.headway.quantile(0.5)) for item in plan.situation.corridors}
    pairs = [
        (first, second)
        for first in plan.convoys
        for second in plan.convoys
        if first is not second and first.operation == second.operation and corridors.get(first.operation)
    ]
    if not pairs:
        return None
    first, second = rng.choice(pairs)
    return change(plan, second, depart=first.depart + rng.randrange(corridors[first.operation]) * MINUTE)


@breaks("window", "departure outside the window")
def _before_window(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    opens = convoy.depart + rng.randint(1, 5) * MINUTE
    clause = Clause(id="hours", kind="window", begins=opens, ends=opens + timedelta(days=1))
    return with_clause(plan, convoy.operation, clause)


@breaks("window", "arrival after the window")
def _after_window(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    closes = convoy.arrive - rng.randint(1, 5) * MINUTE
    clause = Clause(id="hours", kind="window", begins=closes - timedelta(days=1), ends=closes)
    return with_clause(plan, convoy.operation, clause)


@breaks("window", "on the road between two windows")
def _between_windows(plan: Plan, rng: random.Random) -> Plan | None:
    windows = [(c, a.windows()) for c in plan.convoys if (a := plan.situation.agreement(c.operation)) and a.windows()]
    if not windows:
        return None
    convoy, spans = rng.choice(windows)
    return change(plan, convoy, depart=spans[0][1] - MINUTE, arrive=spans[0][1] + timedelta(hours=1), night=None)


@breaks("vehicles clause", "more vehicles than agreed")
def _many(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    kind = trip.vehicle.split("/")[1].rpartition("-")[0]
    together = sum(t.vehicle.split("/")[1].rpartition("-")[0] == kind for t in convoy.trips)
    clause = Clause(id="fleet", kind="vehicles", parameters={kind: rng.choice((together - 1, str(together - 1)))})
    return with_clause(plan, convoy.operation, clause)


@breaks("destination clause", "brought elsewhere than agreed")
def _elsewhere(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    clause = Clause(id="where", kind="destination", parameters={"to": rng.choice(("elsewhere", "elsewhere;afar"))})
    return with_clause(plan, convoy.operation, clause)
