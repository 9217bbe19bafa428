"""Kinds that lose, double, part or overtake people."""

from __future__ import annotations

import random
from datetime import timedelta

import msgspec

from corridor.planning.plan import Plan
from tests.planning.mutate.table import (
    COMPANIONS,
    add,
    any_convoy,
    any_trip,
    breaks,
    change,
    change_trip,
    entry,
    place_of,
    with_convoy,
    with_group,
    with_site,
)
from tests.worlds import number


@breaks("places", "load over places")
def _overload(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    key = rng.choice(list(trip.load))
    place = place_of(plan.situation, key)
    aboard = sum(count for name, count in trip.load.items() if place_of(plan.situation, name) == place)
    kinds = {f"{kind.operation}/{kind.type}": kind for kind in plan.situation.fleet.vehicles}
    offered = round(kinds[trip.vehicle.rpartition("-")[0]].places[place].quantile(0.5))
    return change_trip(plan, convoy, trip, load=add(trip.load, key, offered - aboard + rng.randint(11, 15)))


@breaks("places", "no such place aboard")
def _wrong_place(plan: Plan, rng: random.Random) -> Plan | None:
    kinds = {f"{kind.operation}/{kind.type}": kind for kind in plan.situation.fleet.vehicles}
    misfits = [
        (convoy, trip, group.id)
        for convoy, trip in plan.trips()
        for group in plan.situation.groups
        if group.place not in kinds[trip.vehicle.rpartition("-")[0]].places
    ]
    if not misfits:
        return None
    convoy, trip, name = rng.choice(misfits)
    return change_trip(plan, convoy, trip, load=add(trip.load, name, 1))


@breaks("places", "empty trip")
def _nobody_aboard(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, load={})


@breaks("places", "load entry below one")
def _negative(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, load={**trip.load, rng.choice(list(trip.load)): rng.choice((0, -1))})


@breaks("companions", "companion left behind")
def _left_behind(plan: Plan, rng: random.Random) -> Plan | None:
    found = entry(plan, rng, companions=True)
    if found is None:
        return None
    convoy, trip, key = found
    return change_trip(plan, convoy, trip, load=add(trip.load, key, -rng.randint(1, trip.load[key])))


@breaks("companions", "companion too many")
def _stranger(plan: Plan, rng: random.Random) -> Plan | None:
    found = entry(plan, rng, companions=False)
    if found is None:
        return None
    convoy, trip, key = found
    return change_trip(plan, convoy, trip, load=add(trip.load, key + COMPANIONS, 1))


@breaks("companions", "companion in another convoy")
def _parted(plan: Plan, rng: random.Random) -> Plan | None:
    found = entry(plan, rng, companions=True)
    others = [(c, t) for c, t in plan.trips() if found and c is not found[0]]
    if found is None or not others:
        return None
    convoy, trip, key = found
    other, elsewhere = rng.choice(others)
    parted = change_trip(plan, convoy, trip, load=add(trip.load, key, -1))
    return change_trip(parted, other, elsewhere, load=add(elsewhere.load, key, 1))


@breaks("capacity", "capacity overfull")
def _overfull(plan: Plan, rng: random.Random) -> Plan:
    reception = any_convoy(plan, rng).reception
    brought = sum(convoy.people for convoy in plan.convoys if convoy.reception == reception)
    return with_site(plan, reception, capacity=number(brought - rng.randint(1, 10)))


@breaks("capacity", "all sent to the small reception")
def _all_to_one(plan: Plan, rng: random.Random) -> Plan | None:
    small = [site for site in plan.situation.sites if site.capacity and site.capacity.quantile(0.5) < plan.people]
    if not small:
        return None
    site = rng.choice(small)
    moved = tuple(msgspec.structs.replace(convoy, reception=site.id) for convoy in plan.convoys)
    return msgspec.structs.replace(plan, convoys=moved)


@breaks("who is planned", "people lost")
def _lost(plan: Plan, rng: random.Random) -> Plan | None:
    found = entry(msgspec.structs.replace(plan, convoys=plan.planned), rng, companions=False)
    if found is None:
        return None
    convoy, trip, key = found
    return change_trip(plan, convoy, trip, load=add(trip.load, key, -rng.randint(1, trip.load[key])))


@breaks("who is planned", "people doubled")
def _doubled(plan: Plan, rng: random.Random) -> Plan:
    convoy = rng.choice(plan.planned)
    return with_convoy(plan, convoy, convoy, msgspec.structs.replace(convoy, id=f"{convoy.id}b"))


@breaks("who is planned", "convoy lost")
def _convoy_lost(plan: Plan, rng: random.Random) -> Plan:
    return with_convoy(plan, rng.choice(plan.planned))


@breaks("who is planned", "planned convoy called reserve")
def _called_reserve(plan: Plan, rng: random.Random) -> Plan:
    return change(plan, rng.choice(plan.planned), reserve=True)


@breaks("who is planned", "unplanned operation planned")
def _unplanned(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, unplanned={any_convoy(plan, rng).operation: "no vehicle can be planned"})


@breaks("reserve", "reserve early")
def _reserve_early(plan: Plan, rng: random.Random) -> Plan | None:
    ordered = sorted(plan.planned, key=lambda convoy: convoy.depart)
    early = [
        first
        for first in ordered
        if any(later.operation == first.operation and later.depart > first.depart for later in ordered)
    ]
    return change(plan, rng.choice(early), reserve=True) if early else None


@breaks("reserve", "reserve over the high figure")
def _reserve_high(plan: Plan, rng: random.Random) -> Plan | None:
    found = entry(plan, rng, companions=False)
    if found is None:
        return None
    convoy, trip, key = found
    extra = msgspec.structs.replace(trip, load={key: rng.randint(1, 50)})
    late = max(part.depart for part in plan.convoys) + timedelta(hours=3)
    more = msgspec.structs.replace(convoy, id="R99", trips=(extra,), reserve=True, depart=late)
    return msgspec.structs.replace(plan, convoys=(*plan.convoys, more))


@breaks("pickup of group", "wrong pickup")
def _wrong_pickup(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    others = [site.id for site in plan.situation.sites if site.id != convoy.pickup]
    return change(plan, convoy, pickup=rng.choice(others))


@breaks("pickup of group", "group waits elsewhere")
def _moved_group(plan: Plan, rng: random.Random) -> Plan:
    group = rng.choice(plan.situation.groups)
    others = [site.id for site in plan.situation.sites if site.id != group.site]
    return with_group(plan, group.id, site=rng.choice(others))


@breaks("pickup of group", "group of another operation")
def _other_operation(plan: Plan, rng: random.Random) -> Plan | None:
    group = rng.choice(plan.situation.groups)
    others = [item.id for item in plan.situation.operations if item.id != group.operation]
    return with_group(plan, group.id, operation=rng.choice(others)) if others else None


@breaks("priority", "urgent people swapped to a later convoy")
def _swapped(plan: Plan, rng: random.Random) -> Plan | None:
    groups = {group.id: group for group in plan.situation.groups}
    pairs = [
        (early, first, urgent, late, second, patient)
        for early, first in plan.trips(reserve=False)
        for late, second in plan.trips(reserve=False)
        if early.depart < late.depart and early.pickup == late.pickup
        for urgent in first.load
        for patient in second.load
        if urgent in groups
        and patient in groups
        and groups[urgent].priority < groups[patient].priority
        and groups[urgent].place == groups[patient].place
    ]
    if not pairs:
        return None
    early, first, urgent, late, second, patient = rng.choice(pairs)
    swapped = change_trip(plan, early, first, load=add(add(first.load, urgent, -1), patient, 1))
    return change_trip(swapped, late, second, load=add(add(second.load, urgent, 1), patient, -1))


@breaks("priority", "left behind by a lower priority")
def _overtaken(plan: Plan, rng: random.Random) -> Plan | None:
    """Make a group that leaves in a later convoy more urgent than one that left on the same kind of place before."""
    groups = plan.situation.groups
    pairs = [
        later.id
        for earlier in groups
        for later in groups
        if earlier.id != later.id
        and (earlier.site, earlier.place, earlier.operation) == (later.site, later.place, later.operation)
        and _first(plan, earlier.id) < _last(plan, later.id)
    ]
    return with_group(plan, rng.choice(pairs), priority=-1) if pairs else None


def _first(plan: Plan, group: str) -> float:
    return min(convoy.depart.timestamp() for convoy, trip in plan.trips(reserve=False) if group in trip.load)


def _last(plan: Plan, group: str) -> float:
    return max(convoy.depart.timestamp() for convoy, trip in plan.trips(reserve=False) if group in trip.load)
