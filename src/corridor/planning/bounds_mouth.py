"""The bound that takes vehicles, bays, convoys, headway and windows together at the mouth of the corridor."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from corridor.planning.bounds import LATEST, PLACES, fitting, least, needs, shortest
from corridor.planning.instance import Instance, VehicleKind
from corridor.planning.plan import Bound

ANYBODY = ""
ENDLESS = 10**9
# Splits of the timetable that are weighed; each one alone proves a bound, so a few are enough.
TAILS = 4
FIRST_SPLITS = 4


def mouth_bounds(instance: Instance, known: Sequence[Bound]) -> list[Bound]:
    """Return the bounds of vehicles, bays, convoys, headway and windows together that are higher than those known."""
    best = max((bound.minutes for bound in known), default=0)
    found = []
    for place in (*PLACES, ANYBODY):
        people = needs(instance, place) if place else instance.total
        mouth = Mouth(instance, place)
        if people == 0 or mouth.enough(people, best):
            continue
        minutes = mouth.least(people, best)
        if minutes is not None:
            whom = f"{people} people" + (f" who need a {place} place" if place else "")
            why = (
                f"{whom} cannot board, leave in convoys and be unloaded any sooner within the vehicles, bays and hours"
            )
            name = f"corridor ({place})" if place else "corridor"
            found.append(Bound(name=name, operation=instance.operation, minutes=minutes, why=why))
            best = minutes
    return found


@dataclass(frozen=True)
class Mouth:
    """How many people, at most, can have left or can still be unloaded in any plan of one operation.

    `place` is the kind of place the people counted need, `ANYBODY` for all of them. Departures before the minute
    `begin` are left out.
    """

    instance: Instance
    place: str = ANYBODY
    begin: int = 0
    _known: dict[int, int] = field(default_factory=dict, repr=False)
    _made: dict[int, Counter[str]] = field(default_factory=dict, repr=False)

    def enough(self, people: int, end: int) -> bool:
        """Return whether the bound leaves open that so many people are safe by the minute `end`.

        Proof. Choose any minute s. Who leaves by s is bounded by `departed`. Who leaves later arrives after s + the
        shortest drive, and is unloaded in a bay of a reception before `end`: `unloaded` bounds that. Every s has to
        hold; those a whole unloading apart, counted back from the last departure that can end in time, are tried.
        """
        drive, unload = shortest(self.instance), min(kind.unload for kind in self._offering)
        for turn in range(TAILS if unload > 0 else 1):
            last = end - drive - (turn + 1) * unload
            later = self.unloaded(end - last - 1 - drive) if turn else 0
            if later < people and self.departed(last) + later < people:
                return False
        return True

    def least(self, people: int, known: int = 0) -> int | None:
        """Return the least minute from a known bound on by which so many can be safe, None where there is none."""
        return least(lambda end: self.enough(people, end), known)

    def departed(self, by: int) -> int:
        """Return the most people who can have left by a minute.

        Proof. The j-th convoy before the last leaves at least j headways earlier and inside a window, so all but the
        last j convoys have left by then: `boarded` bounds these, and each of the others holds at most `convoy` people.
        The same with the rounds of the escort teams: as many convoys in a round as there are teams. And all the convoys
        there can be have so many vehicles, of each type no more than its trips: the largest types fill them first.
        """
        most = self.boarded(by)
        for minute, convoys in self._splits(by):
            if minute >= self.begin:
                most = min(most, self.boarded(minute) + convoys * self.convoy)
            else:
                most = min(most, self._packed(by, convoys))
        return most

    def boarded(self, by: int) -> int:
        """Return the most people whom the vehicles and the bays of the pickups let board by a minute.

        Proof. A vehicle's departures lie a shortest cycle apart in each window, as in the bounds by vehicles; of a type
        that the agreement limits to so many on the road, no more leave in the time of one drive. A boarding holds a bay
        for its time, not before the first vehicle is there.
        """
        if by not in self._known:
            self._known[by] = min(self._by_vehicles(by), self._by_bays(by))
        return self._known[by]

    def unloaded(self, minutes: int) -> int:
        """Return the most people who are unloaded within so many minutes in the bays of the receptions."""
        if minutes < 0 or (minutes == 0 and min(kind.unload for kind in self._offering) > 0):
            return 0
        total = 0
        for name in self.instance.receptions:
            bays = self.instance.bays.get(name)
            if bays is None:
                return ENDLESS
            served = self._served(bays, minutes, lambda kind: kind.unload)
            total += min(served, self.instance.capacity.get(name, ENDLESS))
        return total

    @cached_property
    def convoy(self) -> int:
        """The most people in one convoy.

        Proof. It has at most its size in vehicles, and all of them are on the road at once, so of a limited type no
        more than that number.
        """
        people, size = 0, self._size
        for kind in sorted(self._offering, key=lambda kind: -self._places(kind)):
            here = min(size, self._number[kind.name], ENDLESS if kind.at_once is None else kind.at_once)
            people += here * self._places(kind)
            size -= here
        return people

    @cached_property
    def _size(self) -> int:
        """The most vehicles in one convoy; where a hold is limited each begins to board, or to unload, within it."""
        agreed, size = self.instance.agreed, self.instance.convoy_size
        if agreed.hold_assembly is not None:
            board = min(kind.board for kind in self._offering)
            size = min(size, self._held(self.instance.pickups, agreed.hold_assembly // max(board, 1), board))
        if agreed.hold_exchange is not None:
            unload = min(kind.unload for kind in self._offering)
            size = min(size, self._held(self.instance.receptions, 1 + agreed.hold_exchange // max(unload, 1), unload))
        return size

    def _held(self, sites: tuple[str, ...], each: int, minutes: int) -> int:
        """Return how many vehicles the bays of the best of some sites take within a hold."""
        if minutes <= 0 or any(name not in self.instance.bays for name in sites):
            return ENDLESS
        return max(self.instance.bays[name] for name in sites) * each

    @cached_property
    def _offering(self) -> tuple[VehicleKind, ...]:
        return tuple(kind for kind in self.instance.kinds if self._places(kind) > 0)

    @cached_property
    def _number(self) -> Counter[str]:
        return Counter(unit.kind.name for unit in self.instance.units)

    def _places(self, kind: VehicleKind) -> int:
        return sum(kind.places.values()) if self.place == ANYBODY else kind.places.get(self.place, 0)

    def _people(self, pickup: str) -> int:
        if self.place != ANYBODY:
            return needs(self.instance, self.place, pickup)
        groups = (group for group in self.instance.people if group.pickup == pickup)
        return sum(group.planned * (1 + group.companions) for group in groups)

    def _splits(self, by: int) -> Iterator[tuple[int, int]]:
        """Yield minutes with the most convoys that can leave after each of them and by another minute."""
        instance = self.instance
        if instance.headway > 0:
            yield from self._chain(by, instance.headway, 1)
        teams = instance.agreed.escorts
        if teams:
            back = min((m for (start, _), m in instance.empty.items() if start in instance.receptions), default=0)
            yield from self._chain(by, shortest(instance) + back, teams)

    def _chain(self, by: int, step: int, each: int) -> Iterator[tuple[int, int]]:
        """Yield the latest minute of the departure before the last `n`, `n` a round of `each`, for some n."""
        drive = shortest(self.instance)
        spans = [
            (max(opens, self.begin), min(closes - drive, by))
            for opens, closes in (self.instance.hours if self.instance.hours is not None else ((0, LATEST),))
        ]
        gone, latest, wanted = 0, by, 1
        for opens, closes in reversed([span for span in spans if span[0] <= span[1]]):
            latest = min(latest, closes)
            if latest < opens:
                continue
            here = 1 + (latest - opens) // max(step, 1)
            while wanted < gone + here:
                yield latest - (wanted - gone) * step, wanted * each
                wanted += 1 if wanted < FIRST_SPLITS else wanted
            gone += here
            latest -= here * step
        yield self.begin - 1, gone * each

    def _by_vehicles(self, by: int) -> int:
        trips = self._trips(by)
        return sum(trips[kind.name] * self._places(kind) for kind in self._offering)

    def _packed(self, by: int, convoys: int) -> int:
        trips, vehicles, people = self._trips(by), convoys * self._size, 0
        for kind in sorted(self._offering, key=lambda kind: -self._places(kind)):
            most = convoys * (ENDLESS if kind.at_once is None else kind.at_once)
            here = min(vehicles, trips[kind.name], most)
            people += here * self._places(kind)
            vehicles -= here
        return people

    def _trips(self, by: int) -> Counter[str]:
        """Return the most trips of each type that leave by a minute."""
        if by in self._made:
            return self._made[by]
        instance, drive = self.instance, shortest(self.instance)
        trips: Counter[str] = Counter()
        first: dict[str, int] = {}
        back = min((m for (start, _), m in instance.empty.items() if start in instance.receptions), default=0)
        for unit, number in instance.alike:
            reach = [minutes for (start, _), minutes in instance.empty.items() if start == unit.site]
            if not reach or self._places(unit.kind) == 0:
                continue
            kind = unit.kind
            from_minute = max(unit.free + min(reach) + kind.board, self.begin)
            first[kind.name] = min(first.get(kind.name, LATEST), from_minute)
            cycle = drive + kind.unload + back + kind.board
            trips[kind.name] += number * fitting(instance, from_minute, by + drive, cycle)
        for kind in self._offering:
            if kind.at_once is not None and trips[kind.name]:
                limited = kind.at_once * fitting(instance, first[kind.name], by + drive, drive)
                trips[kind.name] = min(trips[kind.name], limited)
        self._made[by] = trips
        return trips

    def _by_bays(self, by: int) -> int:
        # Who leaves after `begin` may have boarded long before it, so the bays then bound nothing.
        if self.begin > 0:
            return ENDLESS
        total = 0
        for pickup in self.instance.pickups:
            people = self._people(pickup)
            bays = self.instance.bays.get(pickup)
            if bays is not None:
                people = min(people, self._served(bays, by - self._open(pickup), lambda kind: kind.board))
            total += people
        return total

    def _open(self, pickup: str) -> int:
        """Return the minute from which a bay of a pickup can be in use."""
        empty = self.instance.empty
        arrivals = [
            unit.free + empty[unit.site, pickup] for unit, _ in self.instance.alike if (unit.site, pickup) in empty
        ]
        return max(min(arrivals, default=0), self.instance.bay_from.get(pickup, 0))

    def _served(self, bays: int, minutes: int, time: Callable[[VehicleKind], int]) -> int:
        """Return the most people of vehicles that follow each other in some bays for so many minutes.

        The smaller of two relaxations: whole vehicles of the least time with the most places, and bay minutes filled
        with the types that bring most people in a minute.
        """
        length = {kind.name: time(kind) for kind in self._offering}
        if minutes >= 0 and min(length.values()) <= 0:
            # What takes no time fits into no time: a bus that boards in the minute in which it comes.
            return ENDLESS
        if minutes <= 0:
            return 0
        places = [self._places(kind) for kind in self._offering]
        whole = bays * (minutes // min(length.values())) * max(places)
        rate = max(self._places(kind) / length[kind.name] for kind in self._offering)
        return min(whole, math.floor(bays * minutes * rate + 1e-6))
