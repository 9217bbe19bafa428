"""The table of kinds, and how to change one thing of a plan."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta

import msgspec

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.situation.agreement import Agreement, Clause
from corridor.situation.situation import Situation

Mutation = Callable[[Plan, random.Random], Plan | None]
MINUTE = timedelta(minutes=1)
COMPANIONS = "+companions"

# kind -> (the rule it breaks, how)
MUTATIONS: dict[str, tuple[str, Mutation]] = {}


def breaks(rule: str, kind: str) -> Callable[[Mutation], Mutation]:
    """Enter a mutation in the table under its kind, with the rule that it breaks."""

    def enter(mutation: Mutation) -> Mutation:
        assert kind not in MUTATIONS
        MUTATIONS[kind] = (rule, mutation)
        return mutation

    return enter


def with_convoy(plan: Plan, old: Convoy, *new: Convoy) -> Plan:
    parts = [part for convoy in plan.convoys for part in (new if convoy is old else (convoy,))]
    return msgspec.structs.replace(plan, convoys=tuple(parts))


def change(plan: Plan, convoy: Convoy, **values: object) -> Plan:
    return with_convoy(plan, convoy, msgspec.structs.replace(convoy, **values))


def change_trip(plan: Plan, convoy: Convoy, trip: Trip, **values: object) -> Plan:
    trips = tuple(msgspec.structs.replace(t, **values) if t is trip else t for t in convoy.trips)
    return change(plan, convoy, trips=trips)


def with_situation(plan: Plan, **values: object) -> Plan:
    situation = msgspec.structs.replace(plan.situation, **values)
    return msgspec.structs.replace(plan, situation=situation, situation_sha256=situation.sha256)


def with_site(plan: Plan, name: str, **values: object) -> Plan:
    sites = tuple(msgspec.structs.replace(s, **values) if s.id == name else s for s in plan.situation.sites)
    return with_situation(plan, sites=sites)


def with_group(plan: Plan, name: str, **values: object) -> Plan:
    groups = tuple(msgspec.structs.replace(g, **values) if g.id == name else g for g in plan.situation.groups)
    return with_situation(plan, groups=groups)


def with_clause(plan: Plan, operation: str, clause: Clause) -> Plan:
    """The plan under an agreement whose clauses of that kind are replaced by one."""
    old = plan.situation.agreement(operation) or Agreement(operation=operation)
    clauses = (*(c for c in old.clauses if c.kind != clause.kind), clause)
    others = tuple(a for a in plan.situation.agreements if a.operation != operation)
    return with_situation(plan, agreements=(*others, msgspec.structs.replace(old, clauses=clauses)))


def any_convoy(plan: Plan, rng: random.Random) -> Convoy:
    return rng.choice(plan.convoys)


def any_trip(plan: Plan, rng: random.Random) -> tuple[Convoy, Trip]:
    return rng.choice(list(plan.trips()))


def chains(plan: Plan) -> list[list[tuple[Convoy, Trip]]]:
    """The trips of each vehicle in order."""
    found: dict[str, list[tuple[Convoy, Trip]]] = {}
    for convoy, trip in sorted(plan.trips(), key=lambda pair: pair[1].board_start):
        found.setdefault(trip.vehicle, []).append((convoy, trip))
    return list(found.values())


def place_of(situation: Situation, key: str) -> str:
    groups = {group.id: group for group in situation.groups}
    return "seat" if key.endswith(COMPANIONS) else groups[key].place


def add(load: dict[str, int], key: str, people: int) -> dict[str, int]:
    """A load with some more or fewer people of one entry, which goes when none is left."""
    changed = {**load, key: load.get(key, 0) + people}
    return {name: count for name, count in changed.items() if count}


def entry(plan: Plan, rng: random.Random, *, companions: bool) -> tuple[Convoy, Trip, str] | None:
    """A load entry somewhere in the plan, of people or of companions."""
    found = [
        (convoy, trip, key)
        for convoy, trip in plan.trips()
        for key in trip.load
        if key.endswith(COMPANIONS) == companions
    ]
    return rng.choice(found) if found else None


def trails(convoy: Convoy) -> bool:
    """Whether any vehicle of a convoy is a private car, which trails where the worlds have one."""
    return any("private_car" in trip.vehicle for trip in convoy.trips)


def several(plan: Plan, rng: random.Random) -> Convoy | None:
    """A convoy of several vehicles, none of which only trails, or None where the plan has none."""
    found = [convoy for convoy in plan.convoys if len(convoy.trips) > 1 and not trails(convoy)]
    return rng.choice(found) if found else None
