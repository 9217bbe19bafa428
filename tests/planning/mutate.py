"""Corrupt a valid plan in one named way, so that the checker can be tested on what it must find.

Each kind names the rule that it breaks. Some break the plan, others the situation under it (a smaller bay, a
shorter window), with the plan's hash made right again so that only the rule is at stake.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from itertools import pairwise

import msgspec

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.situation.agreement import Agreement, Clause
from corridor.situation.situation import Situation
from tests.worlds import number

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


def mutate(plan: Plan, kind: str, seed: int) -> Plan | None:
    """The plan corrupted in one way at a place that the seed picks, or None where this plan has no such place."""
    _, mutation = MUTATIONS[kind]
    return mutation(plan, random.Random(f"{kind} {seed}"))  # noqa: S311 - repeatable, not secret


# --- how to change one thing of a plan ------------------------------------------------------------------------------


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


# --- the document ---------------------------------------------------------------------------------------------------


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
    return change_trip(plan, convoy, trip, vehicle=trip.vehicle[:-2] + "77")


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


@breaks("clearance", "called optimal")
def _optimal(plan: Plan, rng: random.Random) -> Plan:
    bound = msgspec.structs.replace(plan.bounds[0], minutes=plan.clearance_minutes - rng.randint(1, 20))
    gap = plan.clearance_minutes / bound.minutes - 1
    return msgspec.structs.replace(plan, bounds=(bound,), bound_minutes=bound.minutes, gap=gap, status="optimal")


@breaks("clearance", "called nothing to move")
def _nothing(plan: Plan, rng: random.Random) -> Plan:
    return msgspec.structs.replace(plan, status="nothing to move")


# --- vehicles in time -----------------------------------------------------------------------------------------------


@breaks("continuity", "vehicle in two places")
def _two_places(plan: Plan, rng: random.Random) -> Plan | None:
    pairs = [
        (later, trip, first.vehicle)
        for later, trip in plan.trips()
        for convoy, first in plan.trips()
        if convoy.operation == later.operation
        and first.vehicle != trip.vehicle
        and first.board_start <= trip.board_start < first.unload_end
    ]
    if not pairs:
        return None
    convoy, trip, vehicle = rng.choice(pairs)
    return change_trip(plan, convoy, trip, vehicle=vehicle)


@breaks("continuity", "boards before it is back")
def _no_way_back(plan: Plan, rng: random.Random) -> Plan | None:
    legs = [pair for chain in chains(plan) for pair in pairwise(chain)]
    if not legs:
        return None
    (_, before), (convoy, trip) = rng.choice(legs)
    return change_trip(plan, convoy, trip, board_start=before.unload_end + rng.randint(-10, 9) * MINUTE)


@breaks("continuity", "boards before the start")
def _too_early(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = rng.choice(chains(plan))[0]
    return change_trip(plan, convoy, trip, board_start=plan.start - rng.randint(1, 30) * MINUTE)


@breaks("continuity", "believed idle while under way")
def _believed_idle(plan: Plan, rng: random.Random) -> Plan | None:
    if not plan.situation.fleet.under_way:
        return None
    convoy, trip = max((chain[0] for chain in chains(plan)), key=lambda pair: pair[1].vehicle)
    return change_trip(plan, convoy, trip, board_start=trip.board_start - rng.randint(1, 60) * MINUTE)


@breaks("way", "drive too short")
def _short_drive(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    return change(plan, convoy, arrive=convoy.arrive - rng.randint(1, 15) * MINUTE)


@breaks("way", "no way there")
def _no_way(plan: Plan, rng: random.Random) -> Plan:
    pickup = any_convoy(plan, rng).pickup
    return with_situation(plan, legs=tuple(leg for leg in plan.situation.legs if leg.start != pickup))


@breaks("way", "no way back")
def _one_way(plan: Plan, rng: random.Random) -> Plan | None:
    again = [chain[1][0].pickup for chain in chains(plan) if len(chain) > 1]
    if not again:
        return None
    pickup = rng.choice(again)
    return with_situation(plan, legs=tuple(leg for leg in plan.situation.legs if leg.end != pickup))


@breaks("order of times", "boarding cut")
def _boarding(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, board_end=trip.board_end - rng.randint(1, 10) * MINUTE)


@breaks("order of times", "unloading cut")
def _unloading(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, unload_end=trip.unload_end - rng.randint(1, 5) * MINUTE)


@breaks("order of times", "departs before everybody is aboard")
def _left_early(plan: Plan, rng: random.Random) -> Plan:
    convoy = any_convoy(plan, rng)
    last = max(trip.board_end for trip in convoy.trips)
    return change(plan, convoy, depart=last - rng.randint(1, 5) * MINUTE)


@breaks("order of times", "unloads before arrival")
def _unload_early(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    return change_trip(plan, convoy, trip, unload_start=convoy.arrive - rng.randint(1, 5) * MINUTE)


@breaks("order of times", "times not whole minutes")
def _seconds(plan: Plan, rng: random.Random) -> Plan:
    part = timedelta(seconds=rng.choice((1, 30, 59.5)))
    convoy, trip = any_trip(plan, rng)
    if rng.random() < 0.5:
        return change(plan, convoy, arrive=convoy.arrive + part)
    name = rng.choice(("board_start", "board_end", "unload_start", "unload_end"))
    return change_trip(plan, convoy, trip, **{name: getattr(trip, name) + part})


@breaks("order of times", "time without zone")
def _no_zone(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    if rng.random() < 0.5:
        return change(plan, convoy, depart=convoy.depart.replace(tzinfo=None))
    return change_trip(plan, convoy, trip, unload_end=trip.unload_end.replace(tzinfo=None))


def _most_together(plan: Plan, rng: random.Random) -> Convoy | None:
    several = [convoy for convoy in plan.convoys if len(convoy.trips) > 1]
    return rng.choice(several) if several else None


@breaks("bays", "pickup bays overfull")
def _boarding_bays(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = _most_together(plan, rng)
    if convoy is None:
        return None
    first = min(convoy.trips, key=lambda trip: trip.board_start)
    span = {"board_start": first.board_start, "board_end": first.board_end}
    crowd = tuple(msgspec.structs.replace(trip, **span) for trip in convoy.trips)
    narrow = with_site(plan, convoy.pickup, bays=number(len(crowd) - 1))
    return change(narrow, convoy, trips=crowd)


@breaks("bays", "reception bays overfull")
def _unloading_bays(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = _most_together(plan, rng)
    if convoy is None:
        return None
    first = convoy.trips[0]
    span = {"unload_start": first.unload_start, "unload_end": first.unload_end}
    crowd = tuple(msgspec.structs.replace(trip, **span) for trip in convoy.trips)
    narrow = with_site(plan, convoy.reception, bays=number(len(crowd) - 1))
    return change(narrow, convoy, trips=crowd)


# --- convoys and the agreement --------------------------------------------------------------------------------------


def _tighter_corridor(plan: Plan, convoy: Convoy, **values: object) -> Plan:
    corridors = tuple(
        msgspec.structs.replace(item, **values) if item.operation == convoy.operation else item
        for item in plan.situation.corridors
    )
    return with_situation(plan, corridors=corridors)


@breaks("convoy size", "convoy too large")
def _large(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = _most_together(plan, rng)
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
    return change(plan, convoy, depart=spans[0][1] - MINUTE, arrive=spans[0][1] + timedelta(hours=1))


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


# --- people ---------------------------------------------------------------------------------------------------------


@breaks("places", "load over places")
def _overload(plan: Plan, rng: random.Random) -> Plan:
    convoy, trip = any_trip(plan, rng)
    key = rng.choice(list(trip.load))
    place = place_of(plan.situation, key)
    aboard = sum(count for name, count in trip.load.items() if place_of(plan.situation, name) == place)
    kinds = {f"{kind.operation}/{kind.type}": kind for kind in plan.situation.fleet.vehicles}
    offered = round(kinds[trip.vehicle.rpartition("-")[0]].places[place].quantile(0.5))
    return change_trip(plan, convoy, trip, load=add(trip.load, key, offered - aboard + rng.randint(1, 5)))


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
