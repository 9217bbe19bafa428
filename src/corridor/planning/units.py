"""The vehicles of an operation as integers: each with its type, from when and until when it is there."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from datetime import datetime

from corridor.planning.agreed import vehicles_at_once
from corridor.planning.rounding import nearest, up, whole_minute
from corridor.planning.travel import Travel
from corridor.situation.fleet import Shift, Vehicles
from corridor.situation.situation import Operation, Situation

Step = tuple[str, str]
# No vehicle is there longer than that: three years in minutes, beyond any operation.
FOREVER = 60 * 24 * 366 * 3


@dataclass(frozen=True)
class VehicleKind:
    """One vehicle type in integers: places by kind, minutes to board and to unload.

    Vehicles that `trail` go once, behind a convoy; `ways` are the loaded ways open to the type, None for all.
    """

    name: str
    places: dict[str, int]
    board: int
    unload: int
    at_once: int | None = None
    trails: bool = False
    ways: frozenset[Step] | None = None


@dataclass(frozen=True)
class Unit:
    """One vehicle: its id, its kind, from which minute it is free at which site, and until when it is there."""

    name: str
    kind: VehicleKind
    free: int
    site: str
    until: int = FOREVER


def units_of(
    situation: Situation,
    operation: Operation,
    crowding: int = 0,
    travel: Travel | None = None,
    ways: dict[str, frozenset[Step]] | None = None,
) -> tuple[tuple[VehicleKind, ...], tuple[Unit, ...]]:
    """Return the vehicle types of an operation and each vehicle, with when and where it is next free."""
    kinds: list[VehicleKind] = []
    units: list[Unit] = []
    for vehicles in situation.fleet.vehicles:
        if vehicles.operation != operation.id:
            continue
        kind = VehicleKind(
            name=vehicles.type,
            places=_crowded({name: nearest(places) for name, places in vehicles.places.items()}, crowding),
            board=up(vehicles.boarding),
            unload=up(vehicles.unloading),
            at_once=vehicles_at_once(situation, operation, vehicles.type),
            trails=travel is not None and vehicles.type in travel.trailing,
            ways=(ways or {}).get(vehicles.type),
        )
        kinds.append(kind)
        units += _of_kind(situation, vehicles, kind)
    return tuple(kinds), tuple(units)


def _crowded(places: dict[str, int], more: int) -> dict[str, int]:
    """Return the places with those beyond the seats that the agreement declares, where a vehicle has seats at all."""
    return {name: number + (more if name == "seat" and number > 0 else 0) for name, number in places.items()}


def _of_kind(situation: Situation, vehicles: Vehicles, kind: VehicleKind) -> list[Unit]:
    """Return the vehicles of one type; those under way take the highest numbers of the fleet, who joins those after."""
    shifts = [s for s in situation.fleet.shifts if (s.operation, s.type) == (vehicles.operation, vehicles.type)]
    joining = [s for s in shifts if not s.leaves and s.count > 0]
    count = max(nearest(vehicles.count), 0)
    width = max(2, len(str(count + sum(s.count for s in joining))))
    names = [f"{vehicles.operation}/{vehicles.type}-{number:0{width}d}" for number in range(1, count + 1)]
    start = whole_minute(situation.at)
    units: list[Unit] = []
    for out in situation.fleet.under_way:
        if (out.operation, out.type) != (vehicles.operation, vehicles.type):
            continue
        free = math.ceil((out.free_at - start).total_seconds() / 60)
        units += [Unit(names.pop(), kind, max(free, 0), out.site) for _ in range(min(out.count, len(names)))]
    idle = [Unit(name, kind, 0, vehicles.depot) for name in names]
    found = idle + units[::-1]
    for shift in joining:
        free = max(math.ceil((shift.at - start).total_seconds() / 60), 0)
        for _ in range(shift.count):
            name = f"{vehicles.operation}/{vehicles.type}-{len(found) + 1:0{width}d}"
            found.append(Unit(name, kind, free, shift.site))
    return _leaving(found, [s for s in shifts if s.leaves], start)


def _leaving(units: list[Unit], shifts: list[Shift], start: datetime) -> list[Unit]:
    """Let vehicles leave: of those there by then the ones with the highest numbers, whoever leaves first first."""
    for shift in shifts:
        minute = max(math.floor((shift.at - start).total_seconds() / 60), 0)
        there = [n for n, unit in enumerate(units) if unit.free <= minute and unit.until == FOREVER]
        for number in there[len(there) - min(shift.count, len(there)) :]:
            units[number] = replace(units[number], until=minute)
    return units
