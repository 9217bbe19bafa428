"""Kinds that break a rule on vehicles, people or the way."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import msgspec

from corridor.planning.plan import Convoy, Night, Plan
from corridor.situation.fleet import Shift
from corridor.situation.site import Gathering
from tests.agreed_worlds import term
from tests.planning.mutate.table import (
    MINUTE,
    add,
    any_convoy,
    any_trip,
    breaks,
    chains,
    change,
    change_trip,
    with_clause,
    with_convoy,
    with_group,
    with_site,
    with_situation,
)
from tests.worlds import number


def _kind(vehicle: str) -> str:
    return vehicle.split("/")[1].rpartition("-")[0]


def _group_aboard(plan: Plan, rng: random.Random) -> tuple[Convoy, str]:
    convoy, trip = any_trip(plan, rng)
    return convoy, rng.choice([key for key in trip.load if "+" not in key])


@breaks("availability", "under way when it leaves the fleet")
def _gone(plan: Plan, rng: random.Random) -> Plan:
    _, trip = any_trip(plan, rng)
    name, kind = trip.vehicle.split("/")[0], _kind(trip.vehicle)
    moment = plan.situation.at if rng.random() < 0.5 else trip.unload_end - MINUTE
    fleet = plan.situation.fleet
    under_way = [away for away in fleet.under_way if (away.operation, away.type) == (name, kind)]
    moment = max([moment, *(away.free_at for away in under_way)])
    if under_way and moment >= trip.unload_end:
        moment = trip.unload_end - MINUTE
    shift = Shift(type=kind, operation=name, count=10**3, at=moment, leaves=True)
    return with_situation(plan, fleet=msgspec.structs.replace(fleet, shifts=(*fleet.shifts, shift)))


@breaks("continuity", "boards before it joins the fleet")
def _not_yet(plan: Plan, rng: random.Random) -> Plan | None:
    fleet = plan.situation.fleet
    joins = [shift for shift in fleet.shifts if not shift.leaves]
    if not joins:
        return None
    late = msgspec.structs.replace(rng.choice(joins), at=max(c.arrive for c in plan.convoys))
    return with_situation(plan, fleet=msgspec.structs.replace(fleet, shifts=(late,)))


@breaks("trailing", "a private car comes back")
def _comes_back(plan: Plan, rng: random.Random) -> Plan | None:
    again = [chain for chain in chains(plan) if len(chain) > 1]
    if not again:
        return None
    convoy, trip = rng.choice(again)[0]
    return with_clause(plan, convoy.operation, term("vehicles", trailing=_kind(trip.vehicle)))


@breaks("trailing", "nobody leads those who trail")
def _unled(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    kinds = ";".join(sorted({_kind(trip.vehicle) for trip in convoy.trips}))
    return with_clause(plan, convoy.operation, term("vehicles", trailing=kinds))


@breaks("trailing", "too many behind one convoy")
def _many(plan: Plan, rng: random.Random) -> Plan | None:
    behind = [c for c in plan.convoys if any(_kind(trip.vehicle) == "private_car" for trip in c.trips)]
    if not behind:
        return None
    clause = term("vehicles", trailing="private_car", trailing_most=0)
    return with_clause(plan, rng.choice(behind).operation, clause)


@breaks("gathering", "boards before people have come")
def _early(plan: Plan, rng: random.Random) -> Plan:
    convoy, name = _group_aboard(plan, rng)
    share, moment = rng.choice(((0.0, convoy.depart), (1.0, convoy.arrive)))
    return with_group(plan, name, gathers=(Gathering(at=moment, share=share),))


@breaks("transfer", "boards while the people still change vehicles")
def _changing(plan: Plan, rng: random.Random) -> Plan | None:
    names = sorted({convoy.operation for convoy in plan.convoys})
    if len(names) < 2:
        return None
    name, first = rng.sample(names, 2)
    clause = term("corridor", onward_of=first, transfer_minutes=10**5)
    return with_clause(plan, name, clause)


@breaks("acceptance", "a reception that does not take them")
def _refused(plan: Plan, rng: random.Random) -> Plan:
    convoy, _ = _group_aboard(plan, rng)
    return with_site(plan, convoy.reception, accepts=rng.choice((("nobody",), ("cattle", "goods"))))


@breaks("choice", "another destination than they chose")
def _overruled(plan: Plan, rng: random.Random) -> Plan:
    _, name = _group_aboard(plan, rng)
    return with_group(plan, name, chosen="elsewhere")


@breaks("daily reception", "more in a day than it takes in")
def _crowd(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    return with_site(plan, convoy.reception, daily=number(convoy.people - 1))


@breaks("families", "a family is parted")
def _parted(plan: Plan, rng: random.Random) -> Plan | None:
    groups = {group.id: group for group in plan.situation.groups}
    several = [
        (convoy, trip, key)
        for convoy, trip in plan.trips()
        for key in trip.load
        if groups[key.split("+")[0]].companions == 0 and groups[key.split("+")[0]].place == "seat"
        if sum(key in other.load for _, other in plan.trips() if other is not trip)
    ]
    if not several:
        return None
    _, _, key = rng.choice(several)
    # In families of twice as many as are aboard of this trip one must be parted, and not the last one only.
    size = max(other.load.get(key, 0) for _, other in plan.trips()) + 1
    return with_group(plan, key, family=size)


@breaks("families", "one of a family is moved to another vehicle")
def _moved(plan: Plan, rng: random.Random) -> Plan | None:
    families = {group.id: group.family for group in plan.situation.groups if group.family > 1}
    aboard = [(c, t, key) for c, t in plan.trips() for key in t.load if key in families]
    if len(aboard) < 2:
        return None
    (one, first, key), (other, second, _) = rng.sample(aboard, 2)
    moved = change_trip(plan, one, first, load=add(first.load, key, -1))
    if one is other:
        return None
    return change_trip(moved, other, second, load=add(second.load, key, 1))


@breaks("crossing", "over a line that it may not cross")
def _crossed(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    held = with_site(plan, rng.choice((convoy.pickup, convoy.reception)), control="the other side")
    clause = term("vehicles", **{f"crossing_{_kind(trip.vehicle)}": "this side"})
    return with_clause(held, convoy.operation, clause)


@breaks("one lane", "two meet on one lane")
def _meet(plan: Plan, rng: random.Random) -> Plan | None:
    again = [pair for chain in chains(plan) for pair in pairwise(chain)]
    met = []
    for (before, _), (convoy, trip) in again:
        away = before.pickup == convoy.pickup and (before.pickup, before.reception) in {
            (leg.start, leg.end) for leg in plan.situation.legs
        }
        if away:
            met.append((before, convoy, trip))
    if not met:
        return None
    before, convoy, trip = rng.choice(met)
    lane = term("corridor", one_lane=f"{before.pickup}>{before.reception}")
    early = change_trip(plan, convoy, trip, sets_off=before.depart + MINUTE)
    return with_clause(early, convoy.operation, lane)


@breaks("approach", "sets off before it is free")
def _too_soon(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, sets_off=plan.situation.at - MINUTE)


@breaks("approach", "sets off too late")
def _too_late(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, sets_off=trip.board_start + MINUTE)


@breaks("stops", "driven on without a rest")
def _tired(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    names = rng.choice((("drive_minutes", "rest_minutes"), ("fuel_minutes", "refuel_minutes")))
    return with_clause(plan, convoy.operation, term("vehicles", **{names[0]: 1, names[1]: 10**6}))


@breaks("overnight", "a night where none is agreed")
def _anywhere(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    middle = convoy.depart + (convoy.arrive - convoy.depart) // 2
    moment = middle.replace(second=0, microsecond=0)
    return change(plan, convoy, night=Night(site=convoy.reception, arrive=moment, depart=moment))


@breaks("overnight", "too fast to the night's stop")
def _hurried(plan: Plan, rng: random.Random) -> Plan | None:
    nights = [(convoy, convoy.night) for convoy in plan.convoys if convoy.night is not None]
    if not nights:
        return None
    convoy, night = rng.choice(nights)
    sooner = msgspec.structs.replace(night, arrive=convoy.depart + MINUTE)
    return with_convoy(plan, convoy, msgspec.structs.replace(convoy, night=sooner))


@breaks("window", "on the road while it should stand")
def _through_the_night(plan: Plan, rng: random.Random) -> Plan | None:
    nights = [(convoy, convoy.night) for convoy in plan.convoys if convoy.night is not None]
    if not nights:
        return None
    convoy, night = rng.choice(nights)
    return change(plan, convoy, night=msgspec.structs.replace(night, arrive=night.depart - timedelta(hours=1)))
