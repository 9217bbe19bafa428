"""Who travels in which vehicle: the next vehicles to come, and the people put aboard in order of priority."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from itertools import islice

from corridor.planning.drafts import ENDLESS, Load
from corridor.planning.instance import Instance, People, Unit, VehicleKind
from corridor.planning.pool import Coming, Pool

# People by kind of place for whom a type of vehicle is of use, by type.
Needs = dict[str, dict[str, int]]
# So many vehicles of a type are looked at to join a convoy of another type.
MOST_LOOKED_AT = 256


def gather(
    instance: Instance,
    pool: Pool,
    way: tuple[str, str],
    needs: Needs,
    most: int,
    skip: set[str],
    *,
    soon: int = 0,
    beside: int | None = None,
    apart: int | None = None,
) -> list[Coming]:
    """Choose the vehicles of a convoy: the first to come, no more of a type than there are loads for.

    `needs` is people by kind of place. Others join the type with the most loads if they are there in time (not after
    it, or boarded by the minute `soon` before which no convoy leaves) and leave the convoy within its size, at most
    `beside` of them where that type could carry the same people in fewer vehicles, and `apart` of those for who needs
    another kind of place; companions must have a seat. `skip` names vehicles that cannot go; those that trail come
    behind the others.
    """
    pickup = way[0]
    kinds = [kind for kind in instance.leading if kind.ways is None or way in kind.ways]
    if not kinds:
        return []
    wanted: dict[str, int] = {}
    buses = any({name for name, number in kind.places.items() if number > 0} == {"seat"} for kind in kinds)
    for kind in kinds:
        # The one seat of an ambulance is for who goes with the patient: it is no reason to send ambulances for a crowd.
        places = {name: number for name, number in kind.places.items() if number > 0}
        special = {name: number for name, number in places.items() if name != "seat"}
        need = needs[kind.name]
        loads = [-(-need.get(name, 0) // number) for name, number in (special if buses and special else places).items()]
        wanted[kind.name] = min(max(loads, default=0), kind.at_once if kind.at_once is not None else ENDLESS)
    outdone = {kind.name: _outdone(kind, kinds, wanted, needs[kind.name]) for kind in kinds}
    main = max(wanted, key=lambda name: (not outdone[name], wanted[name], name))
    rivals = [kind for kind in kinds if wanted[kind.name] > 0 and (kind.name == main or outdone[kind.name])]
    if len(rivals) > 1:
        main = max(
            rivals, key=lambda kind: _pace(instance, pool, pickup, kind, min(most, wanted[kind.name]), soon, skip)
        ).name
    carries = next(kind.places for kind in kinds if kind.name == main)
    chosen = list(islice(pool.coming(main, pickup, skip), min(most, wanted[main])))
    ready = max((arrival for arrival, _, _ in chosen), default=0)
    # Those who need another kind of place keep room in a full convoy, or they would be left until all others are out.
    sick = {
        kind.name
        for kind in kinds
        if any(
            needs[kind.name].get(place, 0) and number and not carries.get(place)
            for place, number in kind.places.items()
        )
    }
    patients = [
        islice(
            (entry for entry in pool.coming(kind.name, pickup, skip) if entry[0] <= max(ready, soon - kind.board)),
            wanted[kind.name],
        )
        for kind in kinds
        if kind.name in sick
    ]
    room = instance.convoy_size // 3 if apart is None else min(apart, instance.convoy_size // 3)
    joining = sum(1 for _ in islice(heapq.merge(*patients), room))
    # Larger vehicles that are in time too leave no seat in the convoy to smaller ones.
    for kind in rivals:
        if outdone[main] and not outdone[kind.name]:
            by = max(ready, soon - kind.board)
            in_time = (entry for entry in pool.coming(kind.name, pickup, skip) if entry[0] <= by)
            joining += sum(1 for _ in islice(in_time, min(len(chosen), wanted[kind.name])))
    chosen = chosen[: max(instance.convoy_size - joining, 1)]
    ready = max((arrival for arrival, _, _ in chosen), default=0)
    taken = {main: len(chosen)}
    seats = any(unit.kind.places.get("seat") for _, _, unit in chosen)
    lesser = aside = 0
    for entry in _others(pool, pickup, {name: n for name, n in wanted.items() if name != main}, outdone, skip):
        arrival, _, unit = entry
        name = unit.kind.name
        if len(chosen) >= instance.convoy_size:
            break
        full = (outdone[name] and beside is not None and lesser >= beside) or (
            name in sick and apart is not None and aside >= apart
        )
        if taken.get(name, 0) >= wanted[name] or full:
            continue
        no_seat_yet = not seats and unit.kind.places.get("seat", 0) > 0
        if arrival <= max(ready, soon - unit.kind.board) or no_seat_yet:
            chosen.append(entry)
            taken[name] = taken.get(name, 0) + 1
            lesser += outdone[name]
            aside += name in sick
            seats = seats or no_seat_yet
    return chosen + _trailing(instance, pool, way, chosen, skip) if chosen else chosen


def _trailing(
    instance: Instance, pool: Pool, way: tuple[str, str], chosen: list[Coming], skip: set[str]
) -> list[Coming]:
    """Return the vehicles that can trail behind a convoy without making it wait."""
    if len(instance.leading) == len(instance.kinds):
        return []
    ready = max(arrival for arrival, _, _ in chosen)
    most = instance.agreed.travel.trailing_most
    found: list[Coming] = []
    for kind in instance.kinds:
        if kind.trails and (kind.ways is None or way in kind.ways):
            there = (entry for entry in pool.coming(kind.name, way[0], skip) if entry[0] <= ready)
            found += islice(there, kind.at_once if kind.at_once is not None else ENDLESS)
    return found if most is None else found[:most]


def _pace(
    instance: Instance, pool: Pool, pickup: str, kind: VehicleKind, most: int, soon: int, skip: set[str]
) -> float:
    """Return how many people a minute of the corridor's mouth brings if a type leads the convoy."""
    coming = list(islice(pool.coming(kind.name, pickup, skip), most))
    if not coming:
        return 0.0
    last = max(soon - instance.headway, 0)
    return len(coming) * sum(kind.places.values()) / max(coming[-1][0] + kind.board - last, instance.headway, 1)


def _others(
    pool: Pool, pickup: str, wanted: dict[str, int], outdone: dict[str, bool], skip: set[str]
) -> Iterator[Coming]:
    """Yield the vehicles of other types in the order in which they come, those that a larger type outdoes last."""
    for last in (False, True):
        ways = [pool.coming(name, pickup, skip) for name, n in wanted.items() if n > 0 and outdone[name] == last]
        # Of each type no more than are wanted, and a few for seats: the queue of a crowd of cars is long.
        yield from heapq.merge(*(islice(way, MOST_LOOKED_AT) for way in ways))


def _outdone(kind: VehicleKind, kinds: Sequence[VehicleKind], wanted: dict[str, int], need: dict[str, int]) -> bool:
    """Return whether another type that is wanted has more of every kind of place that people need and this one has."""
    offered = [(place, number) for place, number in kind.places.items() if number > 0 and need.get(place, 0) > 0]
    return any(
        wanted[other.name] > 0 and all(other.places.get(place, 0) > number for place, number in offered)
        for other in kinds
        if other is not kind
    )


def fill(
    units: list[Unit], waiting: Sequence[People], here: dict[str, int], room: int, caps: dict[str, int] | None = None
) -> dict[str, Load]:
    """Put people aboard in order of priority; companions ride in the same convoy, a family in one vehicle.

    `here` is who waits, at most `room` go in all and at most `caps` of a group. Seats stay empty rather than going to
    someone who may wait longer than a patient who was left behind.
    """
    loads: dict[str, Load] = {unit.name: {} for unit in units}
    free = {unit.name: dict(unit.kind.places) for unit in units}
    blocked: set[str] = set()
    for group in waiting:
        if group.place in blocked:
            continue
        left = here[group.name]
        most = left if caps is None else min(left, caps.get(group.name, 0))
        if group.family > 1:
            aboard = _whole(group.family, free, most if most == left else most - most % group.family, room)
            number = sum(taken for _, taken in aboard)
            for name, taken in aboard:
                free[name]["seat"] -= taken
                loads[name][group.name] = taken
        else:
            number = _most(group, free, most, room)
            heads_of = (
                (group.name, group.place, number),
                (f"{group.name}+companions", "seat", number * group.companions),
            )
            for key, place, heads in heads_of:
                for name, taken in _places_for(heads, place, free):
                    free[name][place] -= taken
                    loads[name][key] = taken
        room -= number * (1 + group.companions)
        if number < left:
            blocked.add(group.place)
    return loads


def _whole(family: int, free: dict[str, dict[str, int]], people: int, room: int) -> list[tuple[str, int]]:
    """Return which vehicles take how many people in whole families; the last family may be a smaller one."""
    families, rest = min(people, room) // family, people % family
    every = families == people // family
    found: list[tuple[str, int]] = []
    for name, places in free.items():
        seats = places.get("seat", 0)
        taken = min(families, seats // family)
        families -= taken
        number = taken * family
        room -= number
        if every and families == 0 and rest and rest <= min(seats - number, room):
            number, rest = number + rest, 0
        if number:
            found.append((name, number))
            room -= number - taken * family
    return found


def spread(loads: dict[str, Load], units: list[Unit], smallest: int, families: dict[str, int]) -> None:
    """Move people of the fullest vehicles over, so that so many vehicles have somebody aboard."""
    kinds = {unit.name: unit.kind for unit in units}
    for name in (unit.name for unit in units):
        if sum(1 for load in loads.values() if load) >= smallest:
            return
        if loads[name]:
            continue
        for full in sorted(loads, key=lambda other: -sum(loads[other].values())):
            key = next((k for k, heads in loads[full].items() if heads > families.get(k, 1)), "")
            seated = kinds[full].places.get("seat", 0) > 0 and kinds[name].places.get("seat", 0) > 0
            if key and (kinds[full] == kinds[name] or seated):
                family = families.get(key, 1)
                moved = min(max(loads[full][key] // 2, family), max(kinds[name].places.values())) // family * family
                if moved:
                    loads[full][key] -= moved
                    loads[name][key] = moved
                    break


def _most(group: People, free: dict[str, dict[str, int]], left: int, room: int) -> int:
    seats = sum(places.get("seat", 0) for places in free.values())
    together = 1 + group.companions
    if group.place == "seat":
        most = seats // together
    else:
        own = sum(places.get(group.place, 0) for places in free.values())
        most = own if group.companions == 0 else min(own, seats // group.companions)
    return min(left, most, room // together)


def _places_for(heads: int, place: str, free: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    """Return which vehicles take how many of these people, vehicle by vehicle."""
    found = []
    for name, places in free.items():
        if heads == 0:
            break
        taken = min(heads, places.get(place, 0))
        if taken:
            found.append((name, taken))
            heads -= taken
    return found
