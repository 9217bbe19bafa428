"""Kinds that break the plan as a document: its hash, its names, its figures."""

from __future__ import annotations

import random

import msgspec

from corridor.planning.plan import Objective, Plan
from tests.planning.mutate.table import (
    MINUTE,
    any_convoy,
    any_trip,
    breaks,
    change,
    change_trip,
)


@breaks("hash", "hash broken")
def _hash(plan: Plan, rng: random.Random) -> Plan:
    digits = list(plan.situation_sha256)
    index = rng.randrange(len(digits))
    digits[index] = "0" if digits[index] != "0" else "1"
    return msgspec.structs.replace(plan, situation_sha256="".join(digits))


@breaks("hash", "situation changed under the plan")
def _other_situation(plan: Plan, rng: random.Random) -> Plan:
    later = msgspec.structs.replace(plan.situation, at=plan.situation.at - rng.randint(1, 60) * MINUTE)
    return msgspec.structs.replace(plan, situation=later)


@breaks("known", "unknown vehicle")
def _vehicle(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, vehicle=trip.vehicle + "99")


@breaks("known", "vehicle name of another form")
def _vehicle_form(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    forms = (trip.vehicle.replace("-", "-0"), trip.vehicle.split("/")[1], trip.vehicle.upper())
    return change_trip(plan, convoy, trip, vehicle=rng.choice(forms))


@breaks("known", "vehicle of another operation")
def _borrowed(plan: Plan, rng: random.Random) -> Plan | None:
    convoy, trip = any_trip(plan, rng)
    others = [t.vehicle for c, t in plan.trips() if c.operation != convoy.operation]
    return change_trip(plan, convoy, trip, vehicle=rng.choice(others)) if others else None


@breaks("known", "unknown group")
def _group(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, load={**trip.load, "nobody": 1})


@breaks("known", "unknown site")
def _site(plan: Plan, rng: random.Random) -> Plan:
    return change(plan, any_convoy(plan, rng), **{rng.choice(("pickup", "reception")): "nowhere"})


@breaks("known", "unknown operation")
def _operation(plan: Plan, rng: random.Random) -> Plan:
    return change(plan, any_convoy(plan, rng), operation="atlantis")


@breaks("known", "unknown operation left out")
def _left_out(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, unplanned={"atlantis": "no vehicle can be planned"})


@breaks("known", "brought to a place that is no reception")
def _back_again(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    return change(plan, convoy, reception=convoy.pickup)


@breaks("identity", "convoy id twice")
def _twins(plan: Plan, rng: random.Random) -> Plan | None:
    if len(plan.convoys) < 2:
        return None
    first, second = rng.sample(plan.convoys, 2)
    return change(plan, first, id=second.id)


@breaks("clearance", "wrong clearance time")
def _clearance(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, clearance_minutes=plan.clearance_minutes + rng.choice((-15, -1, 1, 60)))


@breaks("clearance", "wrong bound")
def _bound(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, bound_minutes=plan.bound_minutes + rng.choice((-15, -1, 1, 60)))


@breaks("clearance", "bound above the plan")
def _high_bound(plan: Plan, rng: random.Random) -> Plan:
    minutes = plan.clearance_minutes + rng.randint(1, 60)
    bound = msgspec.structs.replace(plan.bounds[0], minutes=minutes)
    gap = plan.clearance_minutes / minutes - 1
    return msgspec.structs.replace(plan, bounds=(bound,), bound_minutes=minutes, gap=gap, status="feasible")


@breaks("clearance", "wrong gap")
def _gap(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, gap=plan.gap + rng.choice((-0.01, 1e-6, 0.5)))


@breaks("clearance", "quantile that is none")
def _quantile(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(
        plan, **{rng.choice(("people_quantile", "reserve_quantile")): rng.choice((-0.1, 50.0))}
    )


@breaks("clearance", "called optimal")
def _optimal(plan: Plan, rng: random.Random) -> Plan:
    bound = msgspec.structs.replace(plan.bounds[0], minutes=plan.clearance_minutes - rng.randint(1, 20))
    gap = plan.clearance_minutes / bound.minutes - 1
    return msgspec.structs.replace(plan, bounds=(bound,), bound_minutes=bound.minutes, gap=gap, status="optimal")


@breaks("clearance", "called nothing to move")
def _nothing(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, status="nothing to move")


@breaks("people left", "people left without the choice")
def _left(plan: Plan, rng: random.Random) -> Plan:
    group = rng.choice(plan.situation.groups)
    return msgspec.structs.replace(plan, left={group.id: rng.randint(1, 9)})


@breaks("objectives", "waiting misstated")
def _waiting(plan: Plan, rng: random.Random) -> Plan:
    wrong = Objective(name="waiting", value=10.0**6 + rng.randint(1, 99), unit="person-hours")
    return msgspec.structs.replace(plan, objectives=(wrong,))


@breaks("objectives", "more people safe than there are")
def _too_many(plan: Plan, rng: random.Random) -> Plan:
    wrong = Objective(name="people_safe", value=10.0**7 + rng.randint(1, 99), unit="people by urgency")
    return msgspec.structs.replace(plan, objectives=(wrong,))
