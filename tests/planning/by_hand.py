"""Plans of the small worlds written down by hand, so that the checker is tested without the planner."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from corridor.planning.plan import Bound, Convoy, Plan, Trip
from corridor.situation.situation import Situation
from tests import worlds


def moment(minute: int) -> datetime:
    """The moment so many minutes after the start of every world."""
    return worlds.START + timedelta(minutes=minute)


def trip(vehicle: str, load: dict[str, int], board: tuple[int, int], unload: tuple[int, int]) -> Trip:
    """A trip of a vehicle of the eastern operation, or of the one that its name begins with."""
    return Trip(
        vehicle=vehicle if "/" in vehicle else f"aleppo/{vehicle}",
        board_start=moment(board[0]),
        board_end=moment(board[1]),
        unload_start=moment(unload[0]),
        unload_end=moment(unload[1]),
        load=load,
    )


def convoy(
    name: str,
    span: tuple[int, int],
    *trips: Trip,
    way: tuple[str, str] = ("pickup", "reception"),
    operation: str = "aleppo",
    reserve: bool = False,
) -> Convoy:
    """A convoy on the road for a span of minutes."""
    return Convoy(
        id=name,
        operation=operation,
        pickup=way[0],
        reception=way[1],
        depart=moment(span[0]),
        arrive=moment(span[1]),
        lead="Red Crescent",
        trips=trips,
        reserve=reserve,
    )


def bus_trip(depart: int, load: int, *, drive: int = 30, vehicle: str = "bus-01", group: str = "families") -> Trip:
    """A trip that boards in the ten minutes before departure and unloads in the five after arrival."""
    arrive = depart + drive
    return trip(vehicle, {group: load}, (depart - 10, depart), (arrive, arrive + 5))


def plan_of(situation: Situation, bound: int, *parts: Convoy) -> Plan:
    """A plan whose figures are worked out from its convoys and a bound."""
    ends = [trip.unload_end for part in parts if not part.reserve for trip in part.trips]
    clearance = int((max(ends) - situation.at) / timedelta(minutes=1))
    return Plan(
        situation=situation,
        situation_sha256=situation.sha256,
        convoys=parts,
        bounds=(Bound(name="by hand", operation="aleppo", minutes=bound, why="worked out in tests/worlds.py"),),
        status="optimal" if clearance == bound else "feasible",
        clearance_minutes=clearance,
        bound_minutes=bound,
        gap=clearance / bound - 1,
    )


def one_bus() -> Plan:
    first, second = bus_trip(10, 50), bus_trip(85, 50)
    return plan_of(worlds.one_bus(), 120, convoy("C01", (10, 40), first), convoy("C02", (85, 115), second))


def more_may_come() -> Plan:
    return plan_of(
        worlds.more_may_come(),
        120,
        convoy("C01", (10, 40), bus_trip(10, 50)),
        convoy("C02", (85, 115), bus_trip(85, 50)),
        convoy("R01", (160, 190), bus_trip(160, 50), reserve=True),
    )


def two_sites() -> Plan:
    def leaves(number: int, group: str, way: tuple[str, str], drive: int) -> Convoy:
        load = bus_trip(20, 50, drive=drive, vehicle=f"bus-0{number}", group=group)
        return convoy(f"C0{number}", (20, 20 + drive), load, way=way)

    return plan_of(
        worlds.two_sites(),
        65,
        leaves(1, "northern", ("north", "west"), 20),
        leaves(2, "northern", ("north", "east"), 40),
        leaves(3, "southern", ("south", "east"), 20),
        leaves(4, "southern", ("south", "east"), 20),
    )


def bays() -> Plan:
    trips = (trip(f"bus-0{n}", {"families": 50}, (10 * n - 10, 10 * n), (70, 75)) for n in range(1, 5))
    return plan_of(worlds.bays(), 75, convoy("C01", (40, 70), *trips))


def stretchers() -> Plan:
    def round_at(name: str, depart: int) -> Convoy:
        board, unload = (depart - 10, depart), (depart + 30, depart + 35)
        ambulances = [trip(f"ambulance-0{n}", {"wounded": 2}, board, unload) for n in (1, 2, 3)]
        bus = trip("bus-01", {"wounded+companions": 6, "families": 44}, board, unload)
        return convoy(name, (depart, depart + 30), *ambulances, bus)

    return plan_of(worlds.stretchers(), 120, round_at("C01", 10), round_at("C02", 85))


def closed_window() -> Plan:
    day = 24 * 60
    departures = (10, 85, day)
    parts = (convoy(f"C0{n}", (t, t + 30), bus_trip(t, 50)) for n, t in enumerate(departures, start=1))
    return plan_of(worlds.closed_window(), day + 35, *parts)


def convoys() -> Plan:
    def pair(number: int, depart: int) -> Convoy:
        names = (f"bus-0{2 * number - 1}", f"bus-0{2 * number}")
        return convoy(f"C0{number}", (depart, depart + 30), *(bus_trip(depart, 50, vehicle=name) for name in names))

    return plan_of(worlds.convoys(), 85, pair(1, 10), pair(2, 30), pair(3, 50))


def seated(people: dict[str, int], seats: int) -> Iterable[dict[str, int]]:
    """Yield the loads of buses that are filled one after the other."""
    load: dict[str, int] = {}
    for key, count in people.items():
        left = count
        while left:
            aboard = min(left, seats - sum(load.values()))
            load[key] = aboard
            left -= aboard
            if sum(load.values()) == seats:
                yield load
                load = {}
    if load:
        yield load


def aleppo_small() -> Plan:
    def round_at(name: str, begin: int, people: dict[str, int], waves: tuple[int, int]) -> Convoy:
        """Ten bays: the ambulances board first, then two waves of ten buses; unloading goes the same way."""
        depart = waves[1] + 20
        arrive = depart + 60
        trips = [
            trip(f"ambulance-{n:02d}", {"stretcher": 2}, (begin, begin + 10), (arrive, arrive + 5))
            for n in range(1, 11)
        ]
        for index, load in enumerate(seated(people, 50)):
            board = waves[index // 10]
            unload = arrive + 5 * (index // 10 + 1)
            trips.append(trip(f"bus-{index + 1:02d}", load, (board, board + 20), (unload, unload + 5)))
        return convoy(name, (depart, arrive), *trips, way=("amiriyah", "rashidin"))

    first = {"stretcher+companions": 20, "wounded": 60, "wounded+companions": 60, "families": 860}
    second = {"stretcher+companions": 20, "families": 640}
    return plan_of(
        worlds.aleppo_small(),
        240,
        round_at("C01", 0, first, (10, 30)),
        round_at("C02", 175, second, (185, 205)),
    )


def reciprocity() -> Plan:
    village = bus_trip(10, 50, drive=60, vehicle="foua/bus-01", group="villagers")
    return plan_of(
        worlds.reciprocity(),
        120,
        convoy("C01", (10, 40), bus_trip(10, 50)),
        convoy("F01", (10, 70), village, way=("village", "city"), operation="foua"),
        convoy("C02", (85, 115), bus_trip(85, 50)),
    )


def under_way() -> Plan:
    return plan_of(
        worlds.under_way(),
        115,
        convoy("C01", (10, 40), bus_trip(10, 50)),
        convoy("C02", (80, 110), bus_trip(80, 50, vehicle="bus-02")),
    )


PLANS: dict[str, Callable[[], Plan]] = {
    make.__name__: make
    for make in (
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
