"""Plans by hand of the worlds with one rule on vehicles, people or the way."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from corridor.planning.plan import Convoy, Night, Plan, Trip
from tests import travel_worlds as worlds
from tests.planning.by_hand import bus_trip, convoy, moment, plan_of, trip
from tests.planning.by_hand_agreed import two_trips

DAY = worlds.DAY


def alone(number: int, depart: int, load: int = 50, bus: int = 1) -> Convoy:
    """One bus on its own."""
    return convoy(f"C0{number}", (depart, depart + 30), bus_trip(depart, load, vehicle=f"bus-0{bus}"))


def growing() -> Plan:
    return plan_of(worlds.growing(), 75, alone(1, 10), alone(2, 40, bus=2))


def shrinking() -> Plan:
    first = convoy("C01", (10, 40), bus_trip(10, 50), bus_trip(10, 50, vehicle="bus-02"))
    return plan_of(worlds.shrinking(), 195, first, alone(2, 85), alone(3, 160))


def trailing() -> Plan:
    cars = (trip(f"private_car-0{n}", {"families": 5}, (0, 10), (40, 45)) for n in (1, 2))
    first = convoy("C01", (10, 40), bus_trip(10, 50), *cars)
    return plan_of(worlds.trailing(), 195, first, alone(2, 85), alone(3, 160, 10))


def gathering() -> Plan:
    return plan_of(worlds.gathering(), 165, alone(1, 10), alone(2, 130))


def to_the_camp(made: Plan) -> Plan:
    load = bus_trip(10, 50, drive=60)
    return plan_of(made.situation, 45, convoy("C01", (10, 70), load, way=("pickup", "camp")))


def hospital() -> Plan:
    return to_the_camp(plan_of(worlds.hospital(), 45, alone(1, 10)))


def own_choice() -> Plan:
    return to_the_camp(plan_of(worlds.own_choice(), 45, alone(1, 10)))


def a_day_each() -> Plan:
    return two_trips(worlds.a_day_each(), 1085, (10, 18 * 60 - 30))


def whole_families() -> Plan:
    return plan_of(worlds.whole_families(), 120, alone(1, 10, 48), alone(2, 85, 48), alone(3, 160, 4))


def lines() -> Plan:
    parts = (
        convoy(f"C0{n}", (depart, depart + 30), bus_trip(depart, 10, vehicle="van-01"))
        for n, depart in enumerate((10, 85), start=1)
    )
    return plan_of(worlds.lines(), 45, *parts)


def one_lane() -> Plan:
    def back(bus: int, depart: int) -> Trip:
        return msgspec.structs.replace(
            bus_trip(depart, 50, vehicle=f"bus-0{bus}"), sets_off=moment(50 if bus == 1 else 55)
        )

    again = (convoy(f"C0{2 + bus}", (depart, depart + 30), back(bus, depart)) for bus, depart in ((1, 90), (2, 100)))
    return plan_of(worlds.one_lane(), 120, alone(1, 10), alone(2, 20, bus=2), *again)


def rests() -> Plan:
    return two_trips(worlds.rests(), 120, (10, 130))


def night() -> Plan:
    stands = Night(site="halfway", arrive=moment(130), depart=moment(DAY))
    load = trip("bus-01", {"families": 50}, (0, 10), (DAY + 120, DAY + 125))
    whole = msgspec.structs.replace(convoy("C01", (10, DAY + 120), load), night=stands)
    return plan_of(worlds.night(), 255, whole)


def changing() -> Plan:
    def leg(name: str, depart: int, *, onward: bool) -> Convoy:
        vehicle, families = ("onward/bus-01", "onward/families") if onward else ("bus-01", "families")
        way, operation = (("line", "reception"), "onward") if onward else (("pickup", "line"), "aleppo")
        load = bus_trip(depart, 50, vehicle=vehicle, group=families)
        return convoy(name, (depart, depart + 30), load, way=way, operation=operation)

    near = (leg(f"N{depart}", depart, onward=False) for depart in (10, 85))
    return plan_of(worlds.changing(), 120, *near, *(leg(f"O{depart}", depart, onward=True) for depart in (70, 145)))


PLANS: dict[str, Callable[[], Plan]] = {
    make.__name__: make
    for make in (
        growing,
        shrinking,
        trailing,
        gathering,
        hospital,
        own_choice,
        a_day_each,
        whole_families,
        lines,
        one_lane,
        rests,
        night,
        changing,
    )
}
