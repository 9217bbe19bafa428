"""Kinds that break the movement of single vehicles."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import pairwise

import msgspec

from corridor.planning.plan import Plan
from tests.planning.mutate.table import (
    MINUTE,
    any_convoy,
    any_trip,
    breaks,
    chains,
    change,
    change_trip,
    several,
    with_site,
    with_situation,
)
from tests.worlds import number


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
    return change(plan, convoy, arrive=convoy.arrive - rng.randint(13, 20) * MINUTE)


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


@breaks("bays", "pickup bays overfull")
def _boarding_bays(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = several(plan, rng)
    if convoy is None:
        return None
    first = min(convoy.trips, key=lambda trip: trip.board_start)
    span = {"board_start": first.board_start, "board_end": first.board_end}
    crowd = tuple(msgspec.structs.replace(trip, **span) for trip in convoy.trips)
    narrow = with_site(plan, convoy.pickup, bays=number(len(crowd) - 1))
    return change(narrow, convoy, trips=crowd)


@breaks("bays", "reception bays overfull")
def _unloading_bays(plan: Plan, rng: random.Random) -> Plan | None:
    convoy = several(plan, rng)
    if convoy is None:
        return None
    first = convoy.trips[0]
    span = {"unload_start": first.unload_start, "unload_end": first.unload_end}
    crowd = tuple(msgspec.structs.replace(trip, **span) for trip in convoy.trips)
    narrow = with_site(plan, convoy.reception, bays=number(len(crowd) - 1))
    return change(narrow, convoy, trips=crowd)
