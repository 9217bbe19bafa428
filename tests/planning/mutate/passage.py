"""Kinds that break what an agreement asks of a passage, and ties between operations."""

from __future__ import annotations

import random

import msgspec

from corridor.planning.plan import Compared, Plan
from corridor.situation.agreement import Clause
from tests.agreed_worlds import term
from tests.planning.mutate.table import MINUTE, any_convoy, breaks, change, trails, with_clause


@breaks("smallest convoy", "convoy too small")
def _small(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    return with_clause(plan, convoy.operation, term("corridor", smallest=len(convoy.trips) + rng.randint(1, 3)))


@breaks("mode", "a shuttle of several vehicles")
def _together(plan: Plan, rng: random.Random) -> Plan | None:
    if all(
        len(convoy.trips) == 1 or trails(convoy) or any("+" in key for t in convoy.trips for key in t.load)
        for convoy in plan.convoys
    ):
        return None
    return msgspec.structs.replace(plan, mode="shuttle")


@breaks("mode", "another end compared than its own")
def _compared(plan: Plan, rng: random.Random) -> Plan:
    wrong = Compared(
        mode=plan.mode, clearance_minutes=plan.clearance_minutes + 1, convoys=1, most_held=0, held_hours=0.0
    )
    return msgspec.structs.replace(plan, compared=(wrong,))


@breaks("escorts", "more convoys than escort teams")
def _teams(plan: Plan, rng: random.Random) -> Plan:
    return with_clause(plan, any_convoy(plan, rng).operation, term("corridor", escorts=0))


@breaks("escorts", "the escort leads two convoys at once")
def _two_at_once(plan: Plan, rng: random.Random) -> Plan | None:
    pairs = [
        (a, b)
        for a in plan.convoys
        for b in plan.convoys
        if a.id != b.id and a.operation == b.operation and a.depart <= b.depart < a.arrive
    ]
    if not pairs:
        return None
    return with_clause(plan, rng.choice(pairs)[0].operation, term("corridor", escorts=1))


@breaks("hold", "called too long before departure")
def _called(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    held = (convoy.depart - min(trip.board_start for trip in convoy.trips)) / MINUTE
    return with_clause(plan, convoy.operation, term("corridor", hold_assembly=held - rng.randint(1, 5)))


@breaks("hold", "parked loaded at the exchange point")
def _parked(plan: Plan, rng: random.Random) -> Plan | None:
    held = [
        (convoy, (trip.unload_start - convoy.arrive) / MINUTE)
        for convoy, trip in plan.trips()
        if trip.unload_start > convoy.arrive
    ]
    if not held:
        return None
    convoy, minutes = rng.choice(held)
    return with_clause(plan, convoy.operation, term("corridor", hold_exchange=minutes - 1))


@breaks("aid", "on the road beside inbound aid")
def _beside_aid(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    begins, ends = rng.choice(
        ((convoy.depart - MINUTE, convoy.depart + MINUTE), (convoy.arrive - MINUTE, convoy.arrive + MINUTE))
    )
    return with_clause(plan, convoy.operation, Clause(id="aid", kind="goods", begins=begins, ends=ends))


@breaks("checkpoint", "no time for the search")
def _unsearched(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    longer = round((convoy.arrive - convoy.depart) / MINUTE)
    asked = rng.choice((term("search", convoy_minutes=longer), term("search", vehicle_minutes=longer)))
    return with_clause(plan, convoy.operation, asked)


@breaks("margin", "arrives within the margin of a window")
def _marginal(plan: Plan, rng: random.Random) -> Plan | None:
    found = [
        (convoy, (closes - convoy.arrive) / MINUTE)
        for convoy in plan.convoys
        if (agreement := plan.situation.agreement(convoy.operation))
        for opens, closes in agreement.windows()
        if opens <= convoy.depart and convoy.arrive <= closes
    ]
    if not found:
        return None
    convoy, spare = rng.choice(found)
    return with_clause(plan, convoy.operation, term("corridor", margin=spare + 1))


@breaks("reciprocity", "one side far ahead of the other")
def _ahead(plan: Plan, rng: random.Random) -> Plan | None:
    names = sorted({convoy.operation for convoy in plan.convoys})
    if len(names) < 2:
        return None
    name, other = rng.sample(names, 2)
    return with_clause(plan, name, Clause(id="deal", kind="reciprocity", parameters={"with": other, "ratio": 10.5}))


@breaks("reciprocity", "the other side is late")
def _late(plan: Plan, rng: random.Random) -> Plan | None:
    tied = [
        (agreement.operation, clause.parameters["with"])
        for agreement in plan.situation.agreements
        for clause in agreement.clauses
        if clause.kind == "reciprocity" and "ratio" in clause.parameters
    ]
    if not tied:
        return None
    name, other = rng.choice(tied)
    first = min((c for c in plan.convoys if c.operation == name), key=lambda c: c.arrive)
    late = min((c for c in plan.convoys if c.operation == other), key=lambda c: c.arrive)
    delay = first.arrive - late.arrive + rng.randint(1, 30) * MINUTE
    return change(plan, late, depart=late.depart + delay, arrive=late.arrive + delay)


@breaks("phase", "the last ones leave too soon")
def _too_soon(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    clause = Clause(id="last", kind="phase", parameters={"last": 10**6}, begins=convoy.depart + MINUTE)
    return with_clause(plan, convoy.operation, clause)


@breaks("phase", "beyond the first step while the other waits")
def _step(plan: Plan, rng: random.Random) -> Plan | None:
    names = sorted({convoy.operation for convoy in plan.convoys})
    if len(names) < 2:
        return None
    name, other = rng.sample(names, 2)
    for mine, theirs in ((name, other), (other, name)):
        parameters: dict[str, int | float | str] = {"with": theirs, "first_step": 1}
        plan = with_clause(plan, mine, Clause(id="step", kind="reciprocity", parameters=parameters))
    return plan


@breaks("places", "more on the floor than declared")
def _floor(plan: Plan, rng: random.Random) -> Plan | None:
    aboard = [(c, t) for c, t in plan.trips() if t.people == 60]
    if not aboard:
        return None
    return with_clause(plan, rng.choice(aboard)[0].operation, term("vehicles", crowding=9))
