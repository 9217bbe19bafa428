"""A timetable by events: the next convoy is filled, boarded, sent and unloaded, until nobody is left."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from corridor.planning.instance import Instance, People, Unit
from corridor.planning.plan import Convoy, Trip

Load = dict[str, int]
ENDLESS = 10**9


@dataclass(frozen=True)
class Style:
    """How convoys are formed: the most vehicles to gather, in turn, and whether the farthest pickup goes first."""

    gather: tuple[int, ...]
    farthest_first: bool = False


@dataclass(frozen=True)
class Ride:
    """One vehicle in a convoy being built: when it stands in the bay, and who is aboard (minutes, people)."""

    unit: Unit
    board_start: int
    board_end: int
    load: Load


@dataclass(frozen=True)
class Draft:
    """One convoy in minutes after the start."""

    pickup: str
    reception: str
    depart: int
    arrive: int
    rides: tuple[Ride, ...]
    unloading: tuple[tuple[int, int], ...]
    reserve: bool


class Builder:
    """Builds one timetable of one operation; the state of the vehicles, bays and people while it does so."""

    def __init__(self, instance: Instance, style: Style, quota: dict[tuple[str, str], int]) -> None:
        self.instance = instance
        self.style = style
        self.quota = dict(quota)
        self.left = {group.name: group.planned for group in instance.people}
        self.where = {unit.name: unit.site for unit in instance.units}
        self.free = {unit.name: unit.free for unit in instance.units}
        self.bay_free = {site: [instance.bay_from.get(site, 0)] * number for site, number in instance.bays.items()}
        self.departures: list[int] = []
        self.last_from = dict.fromkeys(instance.pickups, 0)
        self.on_road: dict[str, list[tuple[int, int]]] = {}
        self.drafts: list[Draft] = []
        self.brought: dict[str, int] = {}
        self.reserve = False
        self.not_before = 0

    def run(self) -> list[Draft] | None:
        """Return the convoys of the planning figure and then of the reserve, or None where some people cannot go."""
        while any(self.left.values()):
            if not self._next_convoy():
                return None
        self.reserve = True
        self.not_before = max((draft.depart for draft in self.drafts), default=0)
        self.left = {group.name: group.reserve for group in self.instance.people}
        while any(self.left.values()) and self._next_convoy():
            pass  # what does not fit into windows or receptions any more stays unreserved
        return self.drafts

    def clearance(self) -> int:
        """Return the minute at which the last person of the planning figure is safe."""
        return max((end for draft in self.drafts if not draft.reserve for _, end in draft.unloading), default=0)

    def _next_convoy(self) -> bool:
        options = [draft for pickup in self.instance.pickups if (draft := self._draft(pickup)) is not None]
        if not options:
            return False
        if self.style.farthest_first:
            chosen = max(options, key=lambda draft: (self._work(draft.pickup), -draft.depart, draft.pickup))
        else:
            chosen = min(options, key=lambda draft: (draft.depart, -self._work(draft.pickup), draft.pickup))
        self._commit(chosen)
        return True

    def _work(self, pickup: str) -> int:
        """Return the person-minutes still to drive from a pickup."""
        drive = min(minutes for (start, _), minutes in self.instance.loaded.items() if start == pickup)
        return drive * sum(self.left[group.name] for group in self._waiting(pickup))

    def _waiting(self, pickup: str) -> list[People]:
        groups = [g for g in self.instance.people if g.pickup == pickup and self.left[g.name] > 0]
        return sorted(groups, key=lambda group: (group.priority, group.place == "seat", group.name))

    def _draft(self, pickup: str) -> Draft | None:
        """Return the next convoy from a pickup, or None where nobody waits there or nobody can be carried."""
        waiting = self._waiting(pickup)
        if not waiting:
            return None
        units = self._gather(pickup, waiting)
        for reception, room in self._receptions(pickup):
            loads, used = self._fill(units, waiting, room)
            if used:
                return self._timed(pickup, reception, [(unit, loads[unit.name]) for unit in used])
        return None

    def _receptions(self, pickup: str) -> list[tuple[str, int]]:
        """Return where people from a pickup may go and how many: first its share of each, then any room left."""
        ways = sorted((minutes, name) for (start, name), minutes in self.instance.loaded.items() if start == pickup)
        room = {name: self.instance.capacity.get(name, ENDLESS) - self.brought.get(name, 0) for _, name in ways}
        shares = [] if self.reserve else [(name, self.quota.get((pickup, name), 0)) for _, name in ways]
        return [(name, number) for name, number in (*shares, *((name, room[name]) for _, name in ways)) if number > 0]

    def _arrival(self, unit: Unit, pickup: str) -> int | None:
        drive = self.instance.empty.get((self.where[unit.name], pickup))
        return None if drive is None else self.free[unit.name] + drive

    def _gather(self, pickup: str, waiting: list[People]) -> list[Unit]:
        """Choose the vehicles of the next convoy: the first to come, no more of a kind than there are loads for."""
        wanted: dict[str, int] = {}
        need: dict[str, int] = {}
        for group in waiting:
            need[group.place] = need.get(group.place, 0) + self.left[group.name]
            need["seat"] = need.get("seat", 0) + self.left[group.name] * group.companions
        for kind in self.instance.kinds:
            loads = [-(-need.get(place, 0) // number) for place, number in kind.places.items() if number > 0]
            wanted[kind.name] = min(max(loads, default=0), kind.at_once if kind.at_once is not None else ENDLESS)
        coming = sorted(
            (arrival, unit.name, unit)
            for unit in self.instance.units
            if (arrival := self._arrival(unit, pickup)) is not None and wanted[unit.kind.name] > 0
        )
        most = min(self.style.gather[len(self.drafts) % len(self.style.gather)], self.instance.convoy_size)
        main = max(wanted, key=lambda name: (wanted[name], name))
        chosen = [unit for _, _, unit in coming if unit.kind.name == main][: min(most, wanted[main])]
        ready = max((self._arrival(unit, pickup) or 0 for unit in chosen), default=0)
        taken = {main: len(chosen)}
        # Others join if they are there in time and leave a place in the convoy; companions must have a seat.
        for arrival, _, unit in coming:
            name = unit.kind.name
            if name == main or taken.get(name, 0) >= wanted[name] or len(chosen) >= self.instance.convoy_size:
                continue
            no_seat_yet = unit.kind.places.get("seat", 0) > 0 and not any(u.kind.places.get("seat") for u in chosen)
            if arrival <= ready or no_seat_yet:
                chosen.append(unit)
                taken[name] = taken.get(name, 0) + 1
        return chosen

    def _fill(self, units: list[Unit], waiting: list[People], room: int) -> tuple[dict[str, Load], list[Unit]]:
        """Put people aboard in order of priority; companions ride in the same convoy.

        Seats stay empty rather than going to someone who may wait longer than a patient who was left behind.
        """
        loads: dict[str, Load] = {unit.name: {} for unit in units}
        free = {unit.name: dict(unit.kind.places) for unit in units}
        blocked: set[str] = set()
        for group in waiting:
            if group.place in blocked:
                continue
            number = self._most(group, units, free, room)
            room -= number * (1 + group.companions)
            aboard = (
                (group.name, group.place, number),
                (f"{group.name}+companions", "seat", number * group.companions),
            )
            for key, place, heads in aboard:
                for name, taken in _places_for(heads, place, free):
                    free[name][place] -= taken
                    loads[name][key] = taken
            if number < self.left[group.name]:
                blocked.add(group.place)
        return loads, [unit for unit in units if loads[unit.name]]

    def _most(self, group: People, units: list[Unit], free: dict[str, dict[str, int]], room: int) -> int:
        own = sum(free[unit.name].get(group.place, 0) for unit in units)
        seats = sum(free[unit.name].get("seat", 0) for unit in units)
        together = 1 + group.companions
        if group.place == "seat":
            most = seats // together
        else:
            most = own if group.companions == 0 else min(own, seats // group.companions)
        return min(self.left[group.name], most, room // together)

    def _timed(self, pickup: str, reception: str, aboard: list[tuple[Unit, Load]]) -> Draft | None:
        bays = self.bay_free.get(pickup)
        slots = list(bays) if bays is not None else []
        rides = []
        for unit, load in aboard:
            arrival = self._arrival(unit, pickup) or 0
            start = arrival
            if bays is not None:
                slots.sort()
                start = max(arrival, slots[0])
                slots[0] = start + unit.kind.board
            rides.append(Ride(unit, start, start + unit.kind.board, load))
        ready = max(ride.board_end for ride in rides)
        drive = self.instance.loaded[pickup, reception]
        depart = self._slot(max(ready, self.last_from[pickup], self.not_before), drive, rides)
        if depart is None:
            return None
        # Nobody sits in a loaded vehicle longer than needed: boarding moves up to the departure.
        wait = depart - ready
        rides = [Ride(r.unit, r.board_start + wait, r.board_end + wait, r.load) for r in rides]
        arrive = depart + drive
        return Draft(
            pickup, reception, depart, arrive, tuple(rides), self._unload(reception, arrive, rides), self.reserve
        )

    def _slot(self, earliest: int, drive: int, rides: list[Ride]) -> int | None:
        """Return the first minute from `earliest` that keeps the headway, the windows and the clause on vehicles."""
        depart = earliest
        while True:
            moved = self._in_window(self._apart(depart), drive)
            if moved is None:
                return None
            moved = self._under_cap(moved, drive, rides)
            if moved == depart:
                return depart
            depart = moved

    def _apart(self, depart: int) -> int:
        headway = self.instance.headway
        if headway == 0:
            return depart
        index = bisect.bisect_left(self.departures, depart - headway + 1)
        while index < len(self.departures) and self.departures[index] < depart + headway:
            depart = self.departures[index] + headway
            index += 1
        return depart

    def _in_window(self, depart: int, drive: int) -> int | None:
        if self.instance.windows is None:
            return depart
        for opens, closes in self.instance.windows:
            if max(opens, depart) + drive <= closes:
                return max(opens, depart)
        return None

    def _under_cap(self, depart: int, drive: int, rides: list[Ride]) -> int:
        """Move a departure on while more vehicles of a type would be on the road than the agreement allows."""
        for kind in self.instance.kinds:
            own = sum(ride.unit.kind.name == kind.name for ride in rides)
            if kind.at_once is None or own == 0:
                continue
            spans = self.on_road.get(kind.name, [])
            while True:
                busy = [end for begin, end in spans if begin < depart + drive and end > depart]
                if len(busy) + own <= kind.at_once:
                    break
                depart = min(busy)
        return depart

    def _unload(self, reception: str, arrive: int, rides: list[Ride]) -> tuple[tuple[int, int], ...]:
        bays = self.bay_free.get(reception)
        slots = list(bays) if bays is not None else []
        times = []
        for ride in rides:
            start = arrive
            if bays is not None:
                slots.sort()
                start = max(arrive, slots[0])
                slots[0] = start + ride.unit.kind.unload
            times.append((start, start + ride.unit.kind.unload))
        return tuple(times)

    def _commit(self, draft: Draft) -> None:
        self.drafts.append(draft)
        bisect.insort(self.departures, draft.depart)
        self.last_from[draft.pickup] = draft.depart
        for ride, (_, end) in zip(draft.rides, draft.unloading, strict=True):
            name = ride.unit.name
            self.where[name], self.free[name] = draft.reception, end
            self.on_road.setdefault(ride.unit.kind.name, []).append((draft.depart, draft.arrive))
            for key, number in ride.load.items():
                if key in self.left:
                    self.left[key] -= number
        # No later convoy leaves before the earliest of the pickups' last ones: what has arrived by then is forgotten.
        past = min(self.last_from.values())
        for kind, spans in self.on_road.items():
            self.on_road[kind] = [span for span in spans if span[1] > past]
        people = sum(sum(ride.load.values()) for ride in draft.rides)
        self.brought[draft.reception] = self.brought.get(draft.reception, 0) + people
        if (draft.pickup, draft.reception) in self.quota:
            self.quota[draft.pickup, draft.reception] -= people
        self._occupy(draft.pickup, [(ride.board_start, ride.board_end) for ride in draft.rides])
        self._occupy(draft.reception, list(draft.unloading))

    def _occupy(self, site: str, spans: list[tuple[int, int]]) -> None:
        """Give each vehicle the bay that was free longest; bays are alike, so any free one serves."""
        bays = self.bay_free.get(site)
        if bays is None:
            return
        for start, end in sorted(spans):
            bays.sort()
            fitting = max((index for index, free in enumerate(bays) if free <= start), default=0)
            bays[fitting] = end


def _places_for(heads: int, place: str, free: dict[str, dict[str, int]]) -> list[tuple[str, int]]:
    """Return which vehicles take how many of these people, vehicle by vehicle."""
    found = []
    for name, places in free.items():
        taken = min(heads, places.get(place, 0))
        if taken:
            found.append((name, taken))
            heads -= taken
    return found


def to_convoys(instance: Instance, drafts: list[Draft]) -> tuple[Convoy, ...]:
    """Give the drafts names and moments, in order of departure (planned before reserve)."""
    convoys = []
    ordered = sorted(drafts, key=lambda draft: (draft.reserve, draft.depart, draft.pickup, draft.rides[0].unit.name))
    width = max(2, len(str(len(ordered))))
    for number, draft in enumerate(ordered, start=1):
        trips = tuple(
            Trip(
                vehicle=ride.unit.name,
                board_start=instance.moment(ride.board_start),
                board_end=instance.moment(ride.board_end),
                unload_start=instance.moment(unload_start),
                unload_end=instance.moment(unload_end),
                load=dict(ride.load),
            )
            for ride, (unload_start, unload_end) in zip(draft.rides, draft.unloading, strict=True)
        )
        convoys.append(
            Convoy(
                id=f"{instance.operation}/C{number:0{width}d}",
                operation=instance.operation,
                pickup=draft.pickup,
                reception=draft.reception,
                depart=instance.moment(draft.depart),
                arrive=instance.moment(draft.arrive),
                lead=instance.lead,
                trips=trips,
                reserve=draft.reserve,
            )
        )
    return tuple(convoys)
