"""A situation as integers: here, by the rules of `rounding`, estimates become whole numbers."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from corridor.errors import Infeasible
from corridor.planning.agreed import Agreed, agreed_for, receptions_for, windows_for
from corridor.planning.drives import beyond_of, drives_of
from corridor.planning.fitting import check_people
from corridor.planning.gathering import steps_of
from corridor.planning.rounding import EPSILON, down, nearest, up, whole_minute
from corridor.planning.units import FOREVER, Unit, VehicleKind, units_of
from corridor.planning.ways import Ways, crossable, ways_for, without_long
from corridor.situation.site import Group, Site
from corridor.situation.situation import Operation, Situation

__all__ = ["Instance", "People", "Unit", "VehicleKind", "build_instance", "down", "nearest", "units_of", "up"]

ALWAYS = 60 * 24 * 366 * 3  # three years in minutes: beyond any operation


@dataclass(frozen=True)
class People:
    """One group in integers: who waits where, the place each needs, companions, and the figures to plan for.

    `receptions` are the only ones where the group may go, None for any; `family` the people who share a vehicle;
    `come` the minutes at which people come to the pickup, each with the share there by then.
    """

    name: str
    pickup: str
    place: str
    companions: int
    priority: int
    planned: int
    reserve: int
    receptions: tuple[str, ...] | None = None
    family: int = 1
    come: tuple[tuple[int, float], ...] = ()
    kind: str = ""


@dataclass(frozen=True)
class Instance:
    """One operation in whole minutes after `start` and whole people.

    `loaded[p, r]` and `empty[a, p]` are minutes; `windows` are (opens, closes) minutes or None where the agreement
    states no hours, `agreed` what else binds convoys, `beyond[p, r]` the minutes from the hand-over to the reception,
    `alone` whether vehicles go without others wherever they can, `fairness` which pickup has its turn;
    `bays` and `capacity` lack a site where no limit is stated. `bay_from` is the minute from which the
    bays of a site that another operation uses first are free. `daily` is how many people a reception takes in on a
    calendar day, `taken[r, day]` who is brought there on a day by operations planned before; `ways` is what the rules
    on the way need.
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
    daily: dict[str, int] = field(default_factory=dict)
    taken: dict[tuple[str, int], int] = field(default_factory=dict)
    ways: Ways = field(default=Ways())

    @cached_property
    def leading(self) -> tuple[VehicleKind, ...]:
        """The types that can make up a convoy: all but those that only trail behind one."""
        return tuple(kind for kind in self.kinds if not kind.trails)

    @cached_property
    def plain(self) -> bool:
        """Whether a vehicle can be at a pickup as soon as it is free and has driven there, whatever else moves."""
        return not (
            self.agreed.travel.stops or self.agreed.travel.lanes or any(unit.until < FOREVER for unit in self.units)
        )

    @cached_property
    def strays(self) -> bool:
        """Whether vehicles may go outside the convoys or the hours: behind a convoy, or on after a night on the way."""
        return bool(self.ways.night) or any(kind.trails for kind in self.kinds)

    @cached_property
    def boards_at_departure(self) -> bool:
        """Whether each boarding is moved up to its departure at once, and not only when the timetable stands.

        It is where holds are limited, and where it counts who has come, who rests and who trails by then.
        """
        relayed = self.agreed.travel.relay is not None
        return self.agreed.hold_assembly is not None or self.gathers or relayed or self.strays or not self.plain

    @cached_property
    def apart(self) -> bool:
        """Whether some people, or some vehicles, may go to some of the receptions only."""
        return any(group.receptions is not None for group in self.people) or any(
            kind.ways is not None for kind in self.kinds
        )

    @cached_property
    def steps(self) -> tuple[int, ...]:
        """The minutes at which people come to the pickups; empty where everybody is there from the start."""
        return tuple(
            sorted({0, *(minute for group in self.people for minute, _ in group.come)} if self.gathers else ())
        )

    @cached_property
    def gathers(self) -> bool:
        """Whether anybody comes to a pickup later."""
        return any(group.come for group in self.people)

    def day(self, minute: int) -> int:
        """Return the calendar day of a minute in the zone of the start: 0 is that of the start."""
        return (self.start.hour * 60 + self.start.minute + minute) // (24 * 60)

    def morning(self, day: int) -> int:
        """Return the first minute of a calendar day."""
        return day * 24 * 60 - self.start.hour * 60 - self.start.minute

    @cached_property
    def alike(self) -> tuple[tuple[Unit, int], ...]:
        """One vehicle of each type, site and minute of being free, with how many there are."""
        first: dict[tuple[str, int, str, int], Unit] = {}
        number = Counter((unit.kind.name, unit.free, unit.site, unit.until) for unit in self.units)
        for unit in self.units:
            first.setdefault((unit.kind.name, unit.free, unit.site, unit.until), unit)
        return tuple((unit, number[key]) for key, unit in first.items())

    @cached_property
    def hours(self) -> tuple[tuple[int, int], ...] | None:
        """The windows without the time in which the corridor belongs to aid; None where a convoy may always drive."""
        if self.ways.night or not self.agreed.aid:
            return self.windows
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
    kinds, units = units_of(situation, operation, agreed.crowding, agreed.travel)
    if units and all(unit.kind.trails for unit in units):
        raise Infeasible(
            f"vehicles of type {', '.join(agreed.travel.trailing)} only trail behind a convoy and no other leads one",
            place=where,
            hint="find a vehicle that leads, or let these make up convoys of their own",
            clauses=(f"{operation.id}/vehicles",),
        )
    if not units:
        raise Infeasible(
            "no vehicle can be planned",
            place=where,
            hint="record how many vehicles there are, with their places (facts vehicles and places)",
        )
    receptions = receptions_for(situation, operation)
    pickups = tuple(dict.fromkeys(person.pickup for person in people))
    loaded, empty = drives_of(situation, operation, (pickups, receptions), units, where)
    size = convoy_size_for(situation, operation, agreed)
    ways = ways_for(situation, operation, agreed.travel, (loaded, empty), lambda leg: up(leg.minutes))
    loaded = without_long(ways, agreed.travel, operation, loaded)
    if agreed.travel.crossing:
        open_to = crossable(situation, operation, agreed.travel, loaded, lambda leg: up(leg.minutes))
        kinds, units = units_of(situation, operation, agreed.crowding, agreed.travel, open_to)
    check_people(people, kinds, loaded, where)
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
        beyond=beyond_of(situation, operation, loaded),
        daily={name: down(sites[name].daily) for name in receptions if name in sites and sites[name].daily},  # type: ignore[arg-type]
        ways=ways,
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


def _people(situation: Situation, operation: Operation, planned_q: float, reserve_q: float) -> tuple[People, ...]:
    people = tuple(
        _figure(situation, operation, group, (planned_q, reserve_q))
        for group in situation.groups
        if group.operation == operation.id
    )
    if not people:
        raise Infeasible(
            "no source gives a number of people to move",
            place=f"operation {operation.id}",
            hint="ask for a headcount, or record one with its source as people_inside",
            nothing_to_move=True,
        )
    return people


def _figure(situation: Situation, operation: Operation, group: Group, quantiles: tuple[float, float]) -> People:
    planned_q, reserve_q = quantiles
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
        receptions=_taken_by(situation, operation, group),
        family=1 if group.companions or group.place != "seat" else max(group.family, 1),
        kind=group.kind,
        come=steps_of(group, whole_minute(situation.at)) if group.gathers else (),
    )


def _taken_by(situation: Situation, operation: Operation, group: Group) -> tuple[str, ...] | None:
    """Return the receptions that take a group, and that it chose where it chose one; None where that is any."""
    sites = {site.id: site for site in situation.sites}
    takes = tuple(name for name in operation.receptions if name not in sites or accepted(sites[name], group))
    if group.chosen:
        return tuple(name for name in takes if name == group.chosen)
    return None if len(takes) == len(operation.receptions) else takes


def accepted(site: Site, group: Group) -> bool:
    """Return whether a reception takes the people of a group."""
    return not site.accepts or group.kind in site.accepts
