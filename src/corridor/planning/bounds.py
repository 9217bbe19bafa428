"""Lower bounds on the clearance time of one operation, each with its proof."""

from __future__ import annotations

from collections.abc import Callable

from corridor.planning.instance import ALWAYS, Instance, People, Unit, VehicleKind
from corridor.planning.plan import Bound

PLACES = ("stretcher", "wheelchair", "seat")
LATEST = ALWAYS


def bounds_alone(instance: Instance) -> list[Bound]:
    """Return every bound on the minutes until the last person of the planning figure of one operation is safe."""
    if not any(group.planned for group in instance.people):
        return []
    return [
        *_vehicle_bounds(instance),
        *_bay_bounds(instance),
        *_headway_bounds(instance),
        *_escort_bounds(instance),
    ]


def shortest(instance: Instance, pickup: str | None = None) -> int:
    """Return the minutes of the shortest loaded drive, the check of one vehicle included."""
    drives = [minutes for (start, _), minutes in instance.loaded.items() if pickup in (None, start)]
    return min(drives) + instance.agreed.check_vehicle


def needs(instance: Instance, place: str, pickup: str | None = None) -> int:
    """Return the people of the planning figure who need a kind of place; companions need seats."""
    return sum(_needs_of(group, place) for group in instance.people if pickup in (None, group.pickup))


def _needs_of(group: People, place: str) -> int:
    own = group.planned if group.place == place else 0
    return own + (group.planned * group.companions if place == "seat" else 0)


def _vehicle_bounds(instance: Instance) -> list[Bound]:
    """Bound by what the vehicles can carry in time, one bound for each kind of place.

    Proof. Take any plan that ends by T. A vehicle first departs no earlier than its earliest arrival at any pickup plus
    its boarding time, and two departures of it lie at least a shortest cycle apart (loaded drive, unloading, shortest
    drive back, boarding). Its last arrival is at least its unloading time before T, and each departure and arrival lies
    in one window where the agreement states some. So the departures of the vehicle in one window number at most
    1 + floor((last possible departure - first possible departure) / cycle), and it carries at most its places each
    time. If these sums over all windows and vehicles do not reach the people who need the place, no plan ends by T.
    The count never falls as T grows, so the least T that passes is found by bisection.
    """
    found = []
    for place in PLACES:
        people = needs(instance, place)
        if people == 0:
            continue

        def carried(end: int, place: str = place) -> int:
            return carried_by(instance, lambda kind: kind.places.get(place, 0), end)

        minutes = least(lambda end, people=people, carried=carried: carried(end) >= people)  # type: ignore[misc]
        if minutes is not None:
            why = f"{people} people need a {place} place; the vehicles cannot make enough trips any sooner"
            found.append(Bound(name=f"vehicles ({place})", operation=instance.operation, minutes=minutes, why=why))
    return found


def left_behind(instance: Instance) -> int:
    """Return how many people, at least, no plan can carry inside the windows: 0 where that is not proven.

    Proof: as for the bounds by vehicles, with the end of all windows for T.
    """
    short = [
        needs(instance, place) - carried_by(instance, lambda kind, place=place: kind.places.get(place, 0), LATEST)  # type: ignore[misc]
        for place in PLACES
    ]
    return max(*short, 0)


def carried_by(instance: Instance, places: Callable[[VehicleKind], int], end: int, begin: int = 0) -> int:
    """Return the most people whom all vehicles carry in plans that end by a minute; like vehicles are counted once."""
    return sum(
        number * places(unit.kind) * departures(instance, unit, end, begin)
        for unit, number in instance.alike
        if places(unit.kind) > 0
    )


def departures(instance: Instance, unit: Unit, end: int, begin: int = 0) -> int:
    """Return the most loaded departures of a vehicle from a minute on, in any plan that ends by another."""
    reach = [minutes for (start, _), minutes in instance.empty.items() if start == unit.site]
    if not reach:
        return 0
    first = max(unit.free + min(reach) + unit.kind.board, begin)
    # Who trails goes once; who leaves the fleet has unloaded by then.
    most = 1 if unit.kind.trails else LATEST
    end = min(end, unit.until)
    drive = shortest(instance)
    back = min((m for (start, _), m in instance.empty.items() if start in instance.receptions), default=0)
    cycle = drive + unit.kind.unload + back + unit.kind.board
    return min(fitting(instance, first, end - unit.kind.unload, cycle), most)


def fitting(instance: Instance, first: int, last: int, cycle: int) -> int:
    """Return the most departures from `first` on, a cycle apart in each window, that arrive in it and by `last`."""
    drive = shortest(instance)
    total = 0
    for opens, closes in instance.hours if instance.hours is not None else ((0, LATEST),):
        span = min(closes + _spared(instance), last) - drive - max(opens, first)
        if span >= 0:
            total += 1 if cycle == 0 else 1 + span // cycle
    return total


def _spared(instance: Instance) -> int:
    """Return how much of a drive may lie behind a night on the way, and so outside the window of its departure."""
    nights = instance.ways.night.items()
    behind = [instance.loaded[way] - before for way, (before, _) in nights if way in instance.loaded]
    return max(behind) + instance.agreed.check_vehicle if behind else 0


def least(enough: Callable[[int], bool], known: int = 0) -> int | None:
    """Return the least minute from a known bound on that is enough, None where none within three years is."""
    if enough(known):
        return known
    low, step = known, 1
    while not enough(low + step):
        low, step = low + step, step * 2
        if low + step > LATEST:
            return None
    high = low + step
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _loads(instance: Instance, pickup: str | None, without: int = 0) -> list[tuple[VehicleKind, int]]:
    """Return, for kinds of places offered by disjoint sets of vehicle types, the fewest loads and their quickest kind.

    Proof. People who need a place of a kind ride in vehicles that offer it, at most the largest such vehicle's places a
    load. Loads of two kinds are different loads where no vehicle type offers both, so only such kinds are added up.
    Vehicles that trail behind a convoy go once and count towards no convoy and no bay: those whom they can carry at
    most are left out.
    """
    counted: set[str] = set()
    found = []
    for place in sorted(("seat", "stretcher", "wheelchair"), key=lambda name: -needs(instance, name, pickup)):
        people = max(needs(instance, place, pickup) - without - _trailing(instance, place), 0)
        offering = [kind for kind in instance.leading if kind.places.get(place, 0) > 0]
        if people == 0 or not offering or counted & {kind.name for kind in offering}:
            continue
        counted |= {kind.name for kind in offering}
        loads = -(-people // max(kind.places[place] for kind in offering))
        quickest = VehicleKind(
            name=place,
            places={},
            board=min(kind.board for kind in offering),
            unload=min(kind.unload for kind in offering),
        )
        found.append((quickest, loads))
    return found


def _trailing(instance: Instance, place: str) -> int:
    """Return how many people the vehicles that only trail can carry, at most."""
    return sum(number * unit.kind.places.get(place, 0) for unit, number in instance.alike if unit.kind.trails)


def _bay_bounds(instance: Instance) -> list[Bound]:
    """Bound by the bays of each pickup, and of the receptions where all of them have bays.

    Proof. Each load holds a bay for its boarding time. If all boarding of a pickup ends by E and begins no earlier than
    the first vehicle's arrival A, then bays x (E - A) is at least the sum of the boarding times. The load that ends
    last still has its drive and its unloading before it. The mirror image holds for unloading at the receptions.
    """
    found = []
    for pickup in instance.pickups:
        loads = _loads(instance, pickup)
        if pickup not in instance.bays or not loads:
            continue
        arrivals = [
            u.free + instance.empty[u.site, pickup] for u in instance.units if (u.site, pickup) in instance.empty
        ]
        work = sum(kind.board * number for kind, number in loads)
        drive = shortest(instance, pickup)
        minutes = min(arrivals) - (-work // instance.bays[pickup]) + drive + min(kind.unload for kind, _ in loads)
        why = f"boarding at {pickup} fills its {instance.bays[pickup]} bays for {work} vehicle-minutes"
        found.append(Bound(name=f"bays of {pickup}", operation=instance.operation, minutes=minutes, why=why))
    if all(name in instance.bays for name in instance.receptions):
        loads = _loads(instance, None)
        bays = sum(instance.bays[name] for name in instance.receptions)
        work = sum(kind.unload * number for kind, number in loads)
        first = first_departure(instance) + shortest(instance)
        if loads:
            why = f"unloading fills the {bays} bays of the receptions for {work} vehicle-minutes"
            minutes = first - (-work // bays)
            found.append(Bound(name="bays of the receptions", operation=instance.operation, minutes=minutes, why=why))
    return found


def first_departure(instance: Instance) -> int:
    """Return a minute before which no convoy can leave."""
    earliest = min(
        unit.free + minutes + unit.kind.board
        for unit in instance.units
        for (start, _), minutes in instance.empty.items()
        if start == unit.site
    )
    if instance.hours:
        drive = shortest(instance)
        fitting = [
            max(opens, earliest)
            for opens, closes in instance.hours
            if max(opens, earliest) + drive <= closes + _spared(instance)
        ]
        return min(fitting, default=earliest)
    return earliest


def _headway_bounds(instance: Instance) -> list[Bound]:
    """Bound by the convoys that must follow each other at the mouth of the corridor.

    Proof. At least `fewest_convoys` convoys leave, each a headway after the one before, so that in each window only so
    many fit; the last of them still drives and unloads.
    """
    loads = _loads(instance, None)
    if instance.headway == 0 or not loads:
        return []
    convoys = fewest_convoys(instance)
    first, unload = first_departure(instance), min(kind.unload for kind, _ in loads)
    minutes = least(lambda end: fitting(instance, first, end - unload, instance.headway) >= convoys)
    if minutes is None:
        return []
    why = f"at least {convoys} convoys must leave {instance.headway} minutes apart"
    return [Bound(name="headway", operation=instance.operation, minutes=minutes, why=why)]


def fewest_convoys(instance: Instance, without: int = 0) -> int:
    """Return how many convoys leave in any plan, at least, for all but so many people.

    Proof. At least `loads` loaded trips are made, at most `convoy size` of them in one convoy. All vehicles of a convoy
    are on the road at once, so of the types that the agreement limits no more than that number is in one convoy; loads
    that only such types can carry need a convoy for each time that number. People left out spare each kind of load at
    most their number.
    """
    loads = _loads(instance, None, without)
    fewest = -(-sum(number for _, number in loads) // instance.convoy_size)
    for kind, number in loads:
        offering = [each for each in instance.leading if each.places.get(kind.name, 0) > 0]
        limits = [each.at_once for each in offering if each.at_once is not None]
        if len(limits) == len(offering) and sum(limits) > 0:
            fewest = max(fewest, -(-number // min(sum(limits), instance.convoy_size)))
    return fewest


def _escort_bounds(instance: Instance) -> list[Bound]:
    """Bound by the escort teams that must come back.

    Proof. At least `convoys` convoys leave (as for the headway). A team is away for a loaded drive and the shortest way
    back before it leads again, so of `teams` teams one leads at least ceil(convoys / teams) of them, one after the
    other; the last of these still drives and unloads.
    """
    loads = _loads(instance, None)
    teams = instance.agreed.escorts
    if teams is None or teams < 1 or not loads:
        return []
    convoys = fewest_convoys(instance)
    back = min((m for (start, _), m in instance.empty.items() if start in instance.receptions), default=0)
    rounds = -(-convoys // teams) - 1
    drive = shortest(instance)
    minutes = first_departure(instance) + rounds * (drive + back) + drive + min(kind.unload for kind, _ in loads)
    why = f"{teams} escort team(s) lead at least {convoys} convoys and must come back each time"
    return [Bound(name="escorts", operation=instance.operation, minutes=minutes, why=why)]
