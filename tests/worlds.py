"""Small named worlds whose clearance time can be worked out by hand, with the working in each docstring.

All times count from 15 December 2016, 06:00 in Aleppo; all numbers are certain, except in `more_may_come`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone

from corridor.situation.agreement import Agreement, Clause
from corridor.situation.estimate import Balance, Component, Estimate, certain
from corridor.situation.fleet import Fleet, UnderWay, Vehicles
from corridor.situation.road import Corridor, Leg
from corridor.situation.site import Group, PlaceKind, Site, SiteKind
from corridor.situation.situation import Operation, Situation

START = datetime(2016, 12, 15, 6, 0, tzinfo=timezone(timedelta(hours=2)))
EAST = "aleppo"


def minutes(value: float) -> Estimate:
    """A duration that is known."""
    return certain("minutes", "minutes", float(value))


def number(value: float) -> Estimate:
    """A count that is known."""
    return certain("number", "1", float(value))


def waiting(people: Estimate) -> Balance:
    """People all of whom leave and none of whom is out yet."""
    return Balance(start=people, share=certain("share", "1", 1.0), out=certain("out", "people", 0.0))


def group(
    name: str,
    people: float,
    *,
    site: str = "pickup",
    operation: str = EAST,
    place: PlaceKind = "seat",
    companions: int = 0,
    priority: int = 3,
) -> Group:
    """A group of a known number of people."""
    return Group(
        id=name,
        operation=operation,
        site=site,
        people=waiting(certain("people", "people", float(people))),
        place=place,
        companions=companions,
        priority=priority,
    )


def vehicles(
    kind: str, count: int, places: dict[str, int], *, operation: str = EAST, depot: str = "pickup", boarding: int = 10
) -> Vehicles:
    """Vehicles of one type that unload in five minutes; their depot is the pickup unless said otherwise."""
    return Vehicles(
        type=kind,
        operation=operation,
        depot=depot,
        count=number(count),
        places={place: number(size) for place, size in places.items()},
        boarding=minutes(boarding),
        unloading=minutes(5),
    )


def site(name: str, kind: SiteKind, *, bays: int | None = None, capacity: int | None = None) -> Site:
    """A site with the limits that are stated."""
    return Site(
        id=name,
        kind=kind,
        bays=None if bays is None else number(bays),
        capacity=None if capacity is None else number(capacity),
    )


def both_ways(start: str, end: str, drive: float) -> tuple[Leg, Leg]:
    """Two legs that take the same time."""
    return Leg(start=start, end=end, minutes=minutes(drive)), Leg(start=end, end=start, minutes=minutes(drive))


def corridor(*sites: str, operation: str = EAST, size: int = 10, headway: int = 0) -> Corridor:
    """A corridor that the Red Crescent leads."""
    return Corridor(
        operation=operation, sites=sites, convoy_size=number(size), headway=minutes(headway), lead="Red Crescent"
    )


def simple(
    groups: tuple[Group, ...],
    fleet: Fleet,
    *,
    size: int = 10,
    headway: int = 0,
    bays: int | None = None,
    clauses: tuple[Clause, ...] = (),
) -> Situation:
    """One pickup that is also the depot, one reception, thirty minutes between them either way."""
    return Situation(
        at=START,
        sites=(site("pickup", "pickup", bays=bays), site("reception", "reception")),
        groups=groups,
        fleet=fleet,
        legs=both_ways("pickup", "reception", 30),
        corridors=(corridor("pickup", "reception", size=size, headway=headway),),
        agreements=(Agreement(operation=EAST, state="in_force", clauses=clauses),),
        operations=(Operation(id=EAST, area="east", pickups=("pickup",), receptions=("reception",)),),
    )


def one_bus() -> Situation:
    """One bus of 50 for 100 people: two trips with the way back between, (10+30+5) + 30 + (10+30+5) = 120."""
    return simple((group("families", 100),), Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),)))


def more_may_come() -> Situation:
    """One bus for 100 people, or 150 with three chances in ten: 120 for the planning figure, one reserve trip after."""
    parts = (
        Component(weight=0.7, shape="point", low=100.0, mode=100.0, high=100.0),
        Component(weight=0.3, shape="point", low=150.0, mode=150.0, high=150.0),
    )
    people = waiting(Estimate(quantity="people", unit="people", components=parts))
    families = Group(id="families", operation=EAST, site="pickup", people=people)
    return simple((families,), Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),)))


def two_sites() -> Situation:
    """Four buses, two pickups, two receptions; the one near the north takes one bus, so the other drives far.

    The far drive ends last: 10 from the depot + 10 boarding + 40 drive + 5 unloading = 65.
    """
    near_far = (("north", "west", 20), ("north", "east", 40), ("south", "west", 40), ("south", "east", 20))
    depot = (("depot", "north", 10), ("depot", "south", 10))
    return Situation(
        at=START,
        sites=(
            site("depot", "depot"),
            site("north", "pickup"),
            site("south", "pickup"),
            site("west", "reception", capacity=50),
            site("east", "reception", capacity=150),
        ),
        groups=(group("northern", 100, site="north"), group("southern", 100, site="south")),
        fleet=Fleet(vehicles=(vehicles("bus", 4, {"seat": 50}, depot="depot"),)),
        legs=tuple(leg for start, end, drive in (*near_far, *depot) for leg in both_ways(start, end, drive)),
        corridors=(corridor(),),
        operations=(Operation(id=EAST, area="east", pickups=("north", "south"), receptions=("west", "east")),),
    )


def bays() -> Situation:
    """Four buses, one bay, 200 people: the last bus boards from minute 30, 4 * 10 + 30 + 5 = 75."""
    return simple((group("families", 200),), Fleet(vehicles=(vehicles("bus", 4, {"seat": 50}),)), bays=1)


def stretchers() -> Situation:
    """Three ambulances of two stretchers for 12 wounded, whose companions and 88 others fill one bus twice.

    Six stretchers a round make two rounds: (10+30+5) + 30 + (10+30+5) = 120.
    """
    wounded = group("wounded", 12, place="stretcher", companions=1, priority=0)
    fleet = Fleet(vehicles=(vehicles("ambulance", 3, {"stretcher": 2}), vehicles("bus", 1, {"seat": 50})))
    return simple((wounded, group("families", 88)), fleet)


def closed_window() -> Situation:
    """One bus, three trips, and a window of two hours that lets two of them through.

    The third departs when the next window opens a day later, boarded by then: 24 * 60 + 30 + 5 = 1475.
    """
    day = timedelta(days=1)
    spans = {"today": (START, START + timedelta(hours=2)), "tomorrow": (START + day, START + day + timedelta(hours=12))}
    clauses = tuple(Clause(id=name, kind="window", begins=begins, ends=ends) for name, (begins, ends) in spans.items())
    return simple((group("families", 150),), Fleet(vehicles=(vehicles("bus", 1, {"seat": 50}),)), clauses=clauses)


def convoys() -> Situation:
    """Six buses in convoys of two, 20 minutes apart, for 300 people: 10 + 2 * 20 + 30 + 5 = 85."""
    return simple((group("families", 300),), Fleet(vehicles=(vehicles("bus", 6, {"seat": 50}),)), size=2, headway=20)


def aleppo_small() -> Situation:
    """Twenty buses and ten ambulances from al-Amiriyah over Ramoussa to Rashidin, as announced; no closed form."""
    clauses = (
        Clause(id="fleet", kind="vehicles", parameters={"bus": 20, "ambulance": 10}),
        Clause(id="where", kind="destination", parameters={"to": "rashidin"}),
    )
    return Situation(
        at=START,
        sites=(
            site("amiriyah", "pickup", bays=10),
            site("ramoussa", "checkpoint"),
            site("rashidin", "reception", bays=10, capacity=5000),
        ),
        groups=(
            group("stretcher", 40, site="amiriyah", place="stretcher", companions=1, priority=0),
            group("wounded", 60, site="amiriyah", companions=1, priority=1),
            group("families", 1500, site="amiriyah"),
        ),
        fleet=Fleet(
            vehicles=(
                vehicles("bus", 20, {"seat": 50}, depot="amiriyah", boarding=20),
                vehicles("ambulance", 10, {"stretcher": 2}, depot="amiriyah"),
            )
        ),
        legs=(*both_ways("amiriyah", "ramoussa", 15), *both_ways("ramoussa", "rashidin", 45)),
        corridors=(corridor("amiriyah", "ramoussa", "rashidin", size=33, headway=30),),
        agreements=(Agreement(operation=EAST, state="in_force", clauses=clauses),),
        operations=(Operation(id=EAST, area="east", pickups=("amiriyah",), receptions=("rashidin",)),),
    )


def reciprocity() -> Situation:
    """Two tied operations, the ratio left open: 120 as in `one_bus`, and 10+60+5 = 75 for the villages."""
    east = one_bus()
    deal = Clause(id="deal", kind="reciprocity", parameters={"with": "foua"})
    return Situation(
        at=START,
        sites=(*east.sites, site("village", "pickup"), site("city", "reception")),
        groups=(*east.groups, group("villagers", 50, site="village", operation="foua")),
        fleet=Fleet(
            vehicles=(
                *east.fleet.vehicles,
                vehicles("bus", 1, {"seat": 50}, operation="foua", depot="village"),
            )
        ),
        legs=(*east.legs, *both_ways("village", "city", 60)),
        corridors=(*east.corridors, corridor("village", "city", operation="foua")),
        agreements=(
            Agreement(operation=EAST, state="in_force", clauses=(deal,)),
            Agreement(operation="foua", state="in_force"),
        ),
        operations=(
            Operation(id=EAST, area="east", pickups=("pickup",), receptions=("reception",), linked_to=("foua",)),
            Operation(id="foua", area="villages", pickups=("village",), receptions=("city",), linked_to=(EAST,)),
        ),
    )


def under_way() -> Situation:
    """Two buses for 100 people, one of them free at the reception only after 40 minutes: 40 + 30 + (10+30+5) = 115.

    The idle bus alone would need 120, and two idle buses would promise 45.
    """
    out = UnderWay(
        type="bus",
        operation=EAST,
        movement="C00",
        count=1,
        free_at=START + timedelta(minutes=40),
        site="reception",
    )
    fleet = Fleet(vehicles=(vehicles("bus", 2, {"seat": 50}),), under_way=(out,))
    return simple((group("families", 100),), fleet)


WORLDS: dict[str, Callable[[], Situation]] = {
    world.__name__: world
    for world in (
        one_bus,
        more_may_come,
        two_sites,
        bays,
        stretchers,
        closed_window,
        convoys,
        aleppo_small,
        reciprocity,
        under_way,
    )
}

# The least clearance time of each world that has a closed form, worked out in the world's docstring.
CLEARANCE_MINUTES: dict[str, int] = {
    "one_bus": 120,
    "more_may_come": 120,
    "two_sites": 65,
    "bays": 75,
    "stretchers": 120,
    "closed_window": 24 * 60 + 35,
    "convoys": 85,
    "reciprocity": 120,
    "under_way": 115,
}
