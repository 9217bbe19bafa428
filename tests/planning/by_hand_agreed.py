"""Plans by hand of the worlds with one rule of an agreement each."""

from __future__ import annotations

from collections.abc import Callable

from corridor.planning.plan import Convoy, Plan
from corridor.situation.situation import Situation
from tests import agreed_worlds as worlds
from tests.planning.by_hand import bus_trip, convoy, plan_of, trip


def tied_numbers(situation: Situation | None = None, bound: int = 210, second: int = 175) -> Plan:
    def village(depart: int) -> Convoy:
        load = bus_trip(depart, 50, drive=60, vehicle="foua/bus-01", group="villagers")
        return convoy(f"F{depart}", (depart, depart + 60), load, way=("village", "city"), operation="foua")

    return plan_of(
        situation or worlds.tied_numbers(),
        bound,
        village(10),
        convoy("C01", (40, 70), bus_trip(40, 50)),
        village(145),
        convoy("C02", (second, second + 30), bus_trip(second, 50, vehicle="bus-02")),
    )


def hand_in_hand() -> Plan:
    return tied_numbers(worlds.hand_in_hand())


def first_steps() -> Plan:
    return tied_numbers(worlds.first_steps())


def held_back() -> Plan:
    return tied_numbers(worlds.held_back(), 240, 205)


def two_trips(situation: Situation, bound: int, departs: tuple[int, int], *, load: int = 50, drive: int = 30) -> Plan:
    """One bus that makes two trips."""
    parts = (
        convoy(f"C0{n}", (depart, depart + drive), bus_trip(depart, load, drive=drive))
        for n, depart in enumerate(departs, start=1)
    )
    return plan_of(situation, bound, *parts)


def last_ones() -> Plan:
    return two_trips(worlds.last_ones(), 235, (10, 200))


def aid_first() -> Plan:
    return two_trips(worlds.aid_first(), 210, (100, 175))


def searched() -> Plan:
    return two_trips(worlds.searched(), 144, (10, 97), drive=42)


def crowded() -> Plan:
    return two_trips(worlds.crowded(), 120, (10, 85), load=60)


def pairs(situation: Situation, bound: int, departs: tuple[int, ...], *, again: bool = False) -> Plan:
    """Convoys of two full buses, other buses each time unless they come again."""
    parts = []
    for number, depart in enumerate(departs):
        first = 1 if again else 2 * number + 1
        trips = (bus_trip(depart, 50, vehicle=f"bus-0{bus}") for bus in (first, first + 1))
        parts.append(convoy(f"C0{number + 1}", (depart, depart + 30), *trips))
    return plan_of(situation, bound, *parts)


def escorted() -> Plan:
    return pairs(worlds.escorted(), 165, (10, 70, 130))


def at_least_two() -> Plan:
    second = (bus_trip(155, 25, vehicle=f"bus-0{bus}") for bus in (1, 2))
    made = pairs(worlds.at_least_two(), 115, (80,), again=True)
    return plan_of(made.situation, 190, *made.convoys, convoy("C02", (155, 185), *second))


def short_holds() -> Plan:
    def pair(number: int, depart: int) -> Convoy:
        first = trip(f"bus-0{number}", {"families": 50}, (depart - 20, depart - 10), (depart + 30, depart + 35))
        return convoy(f"C0{number}", (depart, depart + 30), first, bus_trip(depart, 50, vehicle=f"bus-0{number + 1}"))

    return plan_of(worlds.short_holds(), 85, pair(1, 20), pair(3, 50))


def no_parking() -> Plan:
    def pair(number: int, depart: int) -> Convoy:
        second = trip(f"bus-0{number + 1}", {"families": 50}, (depart - 10, depart), (depart + 35, depart + 40))
        return convoy(f"C0{number}", (depart, depart + 30), bus_trip(depart, 50, vehicle=f"bus-0{number}"), second)

    return plan_of(worlds.no_parking(), 80, pair(1, 10), pair(3, 40))


def margin() -> Plan:
    day = 24 * 60
    parts = (
        convoy(f"C0{n}", (depart, depart + 30), bus_trip(depart, 50))
        for n, depart in enumerate((10, day, day + 75), start=1)
    )
    return plan_of(worlds.margin(), day + 110, *parts)


PLANS: dict[str, Callable[[], Plan]] = {
    make.__name__: make
    for make in (
        tied_numbers,
        hand_in_hand,
        first_steps,
        held_back,
        last_ones,
        aid_first,
        escorted,
        at_least_two,
        short_holds,
        no_parking,
        searched,
        margin,
        crowded,
    )
}
