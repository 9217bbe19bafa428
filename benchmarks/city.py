"""A city of 20,000 trips as a situation and a timetable: what the forecast of a large plan is measured on."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import numpy as np

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.situation.fleet import Fleet
from corridor.situation.situation import Operation, Situation
from tests import worlds

PICKUPS, RECEPTIONS, BUSES, TRIPS, SEATS, SIZE = 500, 50, 1_000, 20_000, 50, 20
BOARD, UNLOAD = 10, 5


def situation(seed: int = 1) -> Situation:
    """Pickups in a square, receptions on a ring around it, one depot in the middle; drives grow with distance."""
    rng = np.random.default_rng(seed)
    where = rng.random((PICKUPS, 2))
    angle = rng.random(RECEPTIONS) * 2 * math.pi
    ring = 0.5 + 0.7 * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    shares = rng.dirichlet(np.full(PICKUPS, 3.0)) * TRIPS / SIZE
    convoys = np.maximum(np.round(shares), 1).astype(int)
    while convoys.sum() != TRIPS // SIZE:
        convoys[convoys.argmax()] += 1 if convoys.sum() < TRIPS // SIZE else -1
    names = [f"p{number}" for number in range(PICKUPS)]
    legs = [
        leg
        for i, name in enumerate(names)
        for j in range(RECEPTIONS)
        for leg in worlds.both_ways(name, f"r{j}", _minutes(where[i], ring[j]))
    ]
    legs += [leg for i, name in enumerate(names) for leg in worlds.both_ways("depot", name, _minutes(where[i], 0.5))]
    receptions = tuple(f"r{number}" for number in range(RECEPTIONS))
    return Situation(
        at=worlds.START,
        sites=(
            worlds.site("depot", "depot"),
            *(worlds.site(name, "pickup", bays=SIZE) for name in names),
            *(worlds.site(name, "reception", bays=2 * SIZE) for name in receptions),
        ),
        groups=tuple(worlds.group(f"g{i}", int(convoys[i]) * SIZE * SEATS, site=name) for i, name in enumerate(names)),
        fleet=Fleet(vehicles=(worlds.vehicles("bus", BUSES, {"seat": SEATS}, depot="depot", boarding=BOARD),)),
        legs=tuple(legs),
        corridors=(worlds.corridor(size=SIZE),),
        operations=(Operation(id=worlds.EAST, area="east", pickups=tuple(names), receptions=receptions),),
    )


def _minutes(one: np.ndarray, other: np.ndarray | float) -> int:
    return max(5, round(90 * float(np.hypot(*(one - other)))))


def timetable(world: Situation) -> Plan:
    """Return a timetable of platoons that go round: the one free first takes the next convoy to its nearest reception.

    Not the best one; a forecast takes as long for any.
    """
    drive = {step: round(leg.minutes.quantile(0.5)) for step, leg in world.legs_by_step.items()}
    nearest = {
        group.site: min(world.operations[0].receptions, key=lambda name, at=group.site: drive[at, name])
        for group in world.groups
    }
    size = SIZE * SEATS
    left = [group.site for group in world.groups for _ in range(math.ceil(group.people.quantile(0.5) / size))]
    platoons = [(0, "depot", number) for number in range(BUSES // SIZE)]
    convoys = []
    groups = {group.site: group.id for group in world.groups}
    for number, pickup in enumerate(left):
        free, at, platoon = min(platoons)
        platoons.remove((free, at, platoon))
        board = free + drive[at, pickup]
        reception = nearest[pickup]
        depart, arrive = board + BOARD, board + BOARD + drive[pickup, reception]
        platoons.append((arrive + UNLOAD, reception, platoon))
        trips = tuple(
            Trip(
                vehicle=f"{worlds.EAST}/bus-{platoon * SIZE + place + 1:04d}",
                board_start=_at(board),
                board_end=_at(depart),
                unload_start=_at(arrive),
                unload_end=_at(arrive + UNLOAD),
                load={groups[pickup]: SEATS},
            )
            for place in range(SIZE)
        )
        convoys.append(
            Convoy(
                id=f"C{number:04d}",
                operation=worlds.EAST,
                pickup=pickup,
                reception=reception,
                depart=_at(depart),
                arrive=_at(arrive),
                lead="Red Crescent",
                trips=trips,
            )
        )
    convoys.sort(key=lambda convoy: (convoy.depart, convoy.id))
    clearance = max(round((convoy.trips[0].unload_end - world.at).total_seconds() / 60) for convoy in convoys)
    return Plan(
        situation=world,
        situation_sha256=world.sha256,
        convoys=tuple(convoys),
        bounds=(),
        status="feasible",
        objective="clearance_time",
        people_quantile=0.5,
        reserve_quantile=0.9,
        seed=0,
        clearance_minutes=clearance,
        bound_minutes=0,
        gap=0.0,
    )


def _at(minute: int) -> datetime:
    return worlds.START + timedelta(minutes=minute)
