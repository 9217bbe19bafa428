"""A situation as integers: the only place where anything is rounded."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from corridor.errors import Infeasible
from corridor.planning.agreed import Agreed, agreed_for, receptions_for, vehicles_at_once, windows_for
from corridor.situation.estimate import Estimate
from corridor.situation.fleet import Vehicles
from corridor.situation.road import way
from corridor.situation.site import Group
from corridor.situation.situation import Operation, Situation

MIDDLE = 0.5
ALWAYS = 60 * 24 * 366 * 3  # three years in minutes: beyond any operation
EPSILON = 1e-9  # A quantile read off a float must not lift 30.000000001 minutes to 31.


@dataclass(frozen=True)
class VehicleKind:
    """One vehicle type in integers: places by kind, minutes to board and to unload."""

    name: str
    places: dict[str, int]
    board: int
    unload: int
    at_once: int | None = None


@dataclass(frozen=True)
class Unit:
    """One vehicle: its id, its kind, and from which minute it is free at which site."""

    name: str
    kind: VehicleKind
    free: int
    site: str


@dataclass(frozen=True)
class People:
    """One group in integers: who waits where, the place each needs, companions, and the figures to plan for."""

    name: str
    pickup: str
    place: str
    companions: int
    priority: int
    planned: int
    reserve: int


@dataclass(frozen=True)
class Instance:
    """One operation in whole minutes after `start` and whole people.

    `loaded[p, r]` and `empty[a, p]` are minutes; `windows` are (opens, closes) minutes or None where the agreement
    states no hours, `agreed` what else binds convoys, `beyond[p, r]` the minutes from the hand-over to the reception,
    `alone` whether vehicles go without others wherever they can, `fairness` which pickup has its turn;
    `bays` and `capacity` lack a site where no limit is stated. `bay_from` is the minute from which the
    bays of a site that another operation uses first are free.
    """

    operation: str
    start: datetime
    units: tuple[Unit, ...]
    people: tuple[People, ...]
    pickups: tuple[str, ...]
    receptions: tuple[str, ...]
    loaded: dict[tuple[str, str], int]
    empty: dict[tuple[str, str], int]
    bays: dict[str, int]
    capacity: dict[str, int]
    convoy_size: int
    headway: int
    lead: str
    windows: tuple[tuple[int, int], ...] | None
    kinds: tuple[VehicleKind, ...] = field(default=())
    bay_from: dict[str, int] = field(default_factory=dict)
    agreed: Agreed = field(default=Agreed())
    alone: bool = False
    fairness: str = "none"
    beyond: dict[tuple[str, str], int] = field(default_factory=dict)

    @cached_property
    def alike(self) -> tuple[tuple[Unit, int], ...]:
        """One vehicle of each type, site and minute of being free, with how many there are."""
        first: dict[tuple[str, int, str], Unit] = {}
        number = Counter((unit.kind.name, unit.free, unit.site) for unit in self.units)
        for unit in self.units:
            first.setdefault((unit.kind.name, unit.free, unit.site), unit)
        return tuple((unit, number[key]) for key, unit in first.items())

    @cached_property
    def hours(self) -> tuple[tuple[int, int], ...] | None:
        """The windows without the time in which the corridor belongs to aid; None where a convoy may always drive."""
        if self.windows is None and not self.agreed.aid:
            return None
        spans = list(self.windows if self.windows is not None else ((0, ALWAYS),))
        for begins, ends in self.agreed.aid:
            spans = [
                part for opens, closes in spans for part in ((opens, min(closes, begins)), (max(opens, ends), closes))
            ]
        return tuple(sorted({(opens, closes) for opens, closes in spans if opens < closes}))

    @property
    def total(self) -> int:
        """Everyone of the planning figure, companions included."""
        return sum(group.planned * (1 + group.companions) for group in self.people)

    def moment(self, minute: int) -> datetime:
        """Return the moment that many minutes after the start."""
        return self.start + timedelta(minutes=minute)


def up(estimate: Estimate, q: float = MIDDLE) -> int:
    """Round a duration or a headcount up: nobody is left out, no drive is shortened."""
    return math.ceil(estimate.quantile(q) - EPSILON)


def down(estimate: Estimate) -> int:
    """Round a limit down: no place is promised that may not be there."""
    return math.floor(estimate.quantile(MIDDLE) + EPSILON)


def nearest(estimate: Estimate) -> int:
    """Round a count half up."""
    return math.floor(estimate.quantile(MIDDLE) + 0.5 + EPSILON)


def whole_minute(moment: datetime) -> datetime:
    """Return the first whole minute at or after a moment."""
    down_to = moment.replace(second=0, microsecond=0)
    return down_to if down_to == moment else down_to + timedelta(minutes=1)


def build_instance(
    situation: Situation, operation: Operation, *, people_quantile: float, reserve_quantile: float
) -> Instance:
    """Turn one operation of a situation into integers.

    Raises `Infeasible` where a thing that every plan needs is missing: people, vehicles, a way, a place for a kind.
    """
    where = f"operation {operation.id}"
    start = whole_minute(situation.at)
    agreed = agreed_for(situation, operation, start)
    people = _people(situation, operation, people_quantile, reserve_quantile)
    kinds, units = units_of(situation, operation, agreed.crowding)
    if not units:
        raise Infeasible(
            "no vehicle can be planned",
            place=where,
            hint="record how many vehicles there are, with their places (facts vehicles and places)",
        )
    receptions = receptions_for(situation, operation)
    pickups = tuple(dict.fromkeys(person.pickup for person in people))
    loaded, empty = _minutes(situation, operation, (pickups, receptions), units, where)
    size = convoy_size_for(situation, operation, agreed)
    _check_places(people, kinds, where)
    corridor = situation.corridor(operation.id)
    windows = windows_for(situation, operation, start, agreed.margin)
    # A site that is named and nowhere declared has no leg either: nothing is planned there, and check says so.
    sites = {site.id: site for site in situation.sites if site.id in {*pickups, *receptions}}
    return Instance(
        operation=operation.id,
        start=start,
        units=units,
        people=people,
        pickups=pickups,
        receptions=receptions,
        loaded={way: minutes + agreed.check_convoy for way, minutes in loaded.items()},
        empty=empty,
        bays={name: max(1, down(site.bays)) for name, site in sites.items() if site.bays},
        capacity={name: down(sites[name].capacity) for name in receptions if name in sites and sites[name].capacity},  # type: ignore[arg-type]
        convoy_size=size,
        headway=up(corridor.headway) if corridor else 0,
        lead=corridor.lead if corridor and corridor.lead else "lead vehicle of the operation",
        windows=windows,
        kinds=kinds,
        agreed=agreed,
        beyond=_beyond(situation, operation, loaded),
    )


def convoy_size_for(situation: Situation, operation: Operation, agreed: Agreed) -> int:
    """Return the most vehicles with people in a convoy: its size without the vehicles of the escort.

    Raises `Infeasible` where the escort alone fills the convoy, or the smallest convoy is larger than the largest.
    """
    corridor = situation.corridor(operation.id)
    if corridor is None:
        return max(1, agreed.smallest)
    most = max(1, down(corridor.convoy_size))
    if most - agreed.escort_vehicles < agreed.smallest:
        escort = f" and its escort takes {agreed.escort_vehicles} of them" if agreed.escort_vehicles else ""
        raise Infeasible(
            f"a convoy has at most {most} vehicles{escort}; at least {agreed.smallest} must carry people",
            place=f"operation {operation.id}",
            hint="agree on larger convoys, or on a smaller escort",
            clauses=(f"{operation.id}/corridor.convoy_size", f"{operation.id}/corridor"),
        )
    return most - agreed.escort_vehicles


def _beyond(
    situation: Situation, operation: Operation, loaded: dict[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Return the minutes from the hand-over to the reception on each way that has a site of that kind."""
    corridor = situation.corridor(operation.id)
    path = corridor.sites if corridor else ()
    handovers = {site.id for site in situation.sites if site.kind == "handover"}
    point = next((name for name in path if name in handovers), None)
    found = {}
    for pickup, reception in loaded:
        if point is not None and {pickup, reception} <= set(path):
            minutes = _drive(situation, point, reception, path)
            if path.index(pickup) < path.index(point) < path.index(reception) and minutes is not None:
                found[pickup, reception] = minutes
    return found


def _people(situation: Situation, operation: Operation, planned_q: float, reserve_q: float) -> tuple[People, ...]:
    people = tuple(
        _figure(group, planned_q, reserve_q) for group in situation.groups if group.operation == operation.id
    )
    if not people:
        raise Infeasible(
            "no source gives a number of people to move",
            place=f"operation {operation.id}",
            hint="ask for a headcount, or record one with its source as people_inside",
            nothing_to_move=True,
        )
    return people


def _figure(group: Group, planned_q: float, reserve_q: float) -> People:
    planned = math.ceil(group.people.quantile(planned_q) - EPSILON)
    reserve = math.ceil(group.people.quantile(max(planned_q, reserve_q)) - EPSILON)
    return People(
        name=group.id,
        pickup=group.site,
        place=group.place,
        companions=group.companions,
        priority=group.priority,
        planned=planned,
        reserve=max(reserve - planned, 0),
    )


def units_of(
    situation: Situation, operation: Operation, crowding: int = 0
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
        )
        kinds.append(kind)
        units += _of_kind(situation, vehicles, kind)
    return tuple(kinds), tuple(units)


def _crowded(places: dict[str, int], more: int) -> dict[str, int]:
    """Return the places with those beyond the seats that the agreement declares, where a vehicle has seats at all."""
    return {name: number + (more if name == "seat" and number > 0 else 0) for name, number in places.items()}


def _of_kind(situation: Situation, vehicles: Vehicles, kind: VehicleKind) -> list[Unit]:
    """Return the vehicles of one type; those under way take the highest numbers."""
    count = max(nearest(vehicles.count), 0)
    width = max(2, len(str(count)))
    names = [f"{vehicles.operation}/{vehicles.type}-{number:0{width}d}" for number in range(1, count + 1)]
    units: list[Unit] = []
    for out in situation.fleet.under_way:
        if (out.operation, out.type) != (vehicles.operation, vehicles.type):
            continue
        free = math.ceil((out.free_at - whole_minute(situation.at)).total_seconds() / 60)
        units += [Unit(names.pop(), kind, max(free, 0), out.site) for _ in range(min(out.count, len(names)))]
    idle = [Unit(name, kind, 0, vehicles.depot) for name in names]
    return idle + units[::-1]


def _check_places(people: tuple[People, ...], kinds: tuple[VehicleKind, ...], where: str) -> None:
    offered = {place for kind in kinds for place, number in kind.places.items() if number > 0}
    for group in people:
        if group.planned and group.place not in offered:
            raise Infeasible(
                f"{group.planned} people of group {group.name} need a {group.place} place and no vehicle has one",
                place=where,
                hint=f"find vehicles with {group.place} places, or agree another way of carrying them",
                clauses=(group.name,),
            )
        if group.planned and group.companions and "seat" not in offered:
            raise Infeasible(
                f"companions of group {group.name} need seats and no vehicle has any",
                place=where,
                hint="add a bus for the companions",
                clauses=(group.name,),
            )


def _minutes(
    situation: Situation,
    operation: Operation,
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    units: tuple[Unit, ...],
    where: str,
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    pickups, receptions = ends
    corridor = situation.corridor(operation.id)
    path = corridor.sites if corridor else ()
    loaded: dict[tuple[str, str], int] = {}
    empty: dict[tuple[str, str], int] = {}
    for pickup in pickups:
        for reception in receptions:
            drive = _drive(situation, pickup, reception, path)
            if drive is not None:
                loaded[pickup, reception] = drive
        for start in dict.fromkeys((*receptions, *(unit.site for unit in units))):
            drive = _drive(situation, start, pickup, ())
            if drive is not None:
                empty[start, pickup] = drive
        if not any(key[0] == pickup for key in loaded):
            raise Infeasible(
                f"no way leads from {pickup} to any reception ({', '.join(receptions) or 'none named'})",
                place=where,
                hint="record the missing leg (leg_time), or name another reception",
                clauses=(pickup,),
            )
        if not any((unit.site, pickup) in empty for unit in units):
            raise Infeasible(
                f"no vehicle can reach {pickup}",
                place=where,
                hint="record the leg from the depot to the pickup (leg_time)",
                clauses=(pickup,),
            )
    return loaded, empty


def _drive(situation: Situation, start: str, end: str, path: tuple[str, ...]) -> int | None:
    legs = situation.legs_by_step
    steps = way(legs, start, end, path=path, minutes=lambda leg: up(leg.minutes))
    return None if steps is None else sum(up(legs[step].minutes) for step in steps)
