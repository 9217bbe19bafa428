"""What the rules read: the plan, and the situation in whole minutes, people and vehicles.

The planner has its own rounding and its own paths. This one is written from the same text and not from the same
code, so that one mistake cannot hide in both.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterator
from functools import cached_property
from itertools import pairwise

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.planning.verify.reading import (
    SEAT,
    Stay,
    Vehicle,
    at_least,
    half_up,
    leavers,
)
from corridor.situation.agreement import Clause, ClauseKind
from corridor.situation.fleet import UnderWay, Vehicles
from corridor.situation.road import Leg
from corridor.situation.situation import Operation


class Case:
    """A plan and its situation, looked up by name."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.situation = plan.situation
        self.groups = {group.id: group for group in plan.situation.groups}
        self.operations: dict[str, Operation] = {item.id: item for item in plan.situation.operations}
        self.sites = {site.id: site for site in plan.situation.sites}
        self._reached: dict[tuple[str, str], dict[str, int]] = {}
        self._legs: dict[str, dict[str, dict[str, Leg]]] = {}
        self._minutes: dict[str, dict[str, dict[str, int]]] = {}

    def clauses(self, operation: str, kind: ClauseKind) -> tuple[Clause, ...]:
        """Return the clauses of a kind in the agreement of an operation; none where nothing is agreed."""
        agreement = self.situation.agreement(operation)
        return agreement.of_kind(kind) if agreement else ()

    def terms(self, operation: str, kind: ClauseKind, name: str) -> list[tuple[Clause, float]]:
        """Return a term of every clause of a kind that states it as a number, with its clause."""
        found = []
        for clause in self.clauses(operation, kind):
            try:
                found.append((clause, float(clause.parameters[name])))
            except (KeyError, ValueError):
                continue  # A term in words binds no convoy; `check` lists what an agreement leaves open.
        return found

    def words(self, operation: str, kind: ClauseKind, name: str) -> list[tuple[Clause, tuple[str, ...]]]:
        """Return a term of every clause of a kind that states it as words with semicolons, with its clause."""
        return [
            (clause, tuple(word.strip() for word in str(clause.parameters[name]).split(";") if word.strip()))
            for clause in self.clauses(operation, kind)
            if name in clause.parameters
        ]

    def trails(self, stay: Stay) -> bool:
        """Return whether the vehicle of a trip is of a type that only trails behind convoys."""
        types = self._trailing.get(stay.convoy.operation)
        return types is not None and stay.vehicle is not None and stay.vehicle.type in types

    @cached_property
    def _trailing(self) -> dict[str, set[str]]:
        """The types of each operation that only trail behind convoys; operations without any are left out."""
        found: dict[str, set[str]] = {}
        for operation in self.operations:
            for _, kinds in self.words(operation, "vehicles", "trailing"):
                found.setdefault(operation, set()).update(kinds)
        return found

    def led(self, convoy: Convoy) -> list[Trip]:
        """Return the trips of a convoy without those that trail behind it."""
        if convoy.operation not in self._trailing:
            return list(convoy.trips)
        return [trip for trip in convoy.trips if not self.trails(Stay(convoy, trip, self.vehicles.get(trip.vehicle)))]

    def crowding(self, operation: str) -> int:
        """Return how many people beyond its seats the agreement lets a vehicle carry."""
        return min((math.floor(value) for _, value in self.terms(operation, "vehicles", "crowding")), default=0)

    @cached_property
    def by_operation(self) -> dict[str, list[Convoy]]:
        """The convoys of each operation, in order of departure as the plan lists them."""
        found: dict[str, list[Convoy]] = {}
        for convoy in self.plan.convoys:
            found.setdefault(convoy.operation, []).append(convoy)
        return found

    @cached_property
    def stays(self) -> tuple[Stay, ...]:
        """Every trip of the plan, reserve included."""
        return tuple(Stay(convoy, trip, self.vehicles.get(trip.vehicle)) for convoy, trip in self.plan.trips())

    @cached_property
    def vehicles(self) -> dict[str, Vehicle]:
        """Every vehicle that the situation holds, by the id a plan must use."""
        return {vehicle.id: vehicle for kind in self.situation.fleet.vehicles for vehicle in self._of_kind(kind)}

    def _of_kind(self, kind: Vehicles) -> Iterator[Vehicle]:
        count = half_up(kind.count)
        shifts = [s for s in self.situation.fleet.shifts if (s.operation, s.type) == (kind.operation, kind.type)]
        joined = [shift for shift in shifts if not shift.leaves for _ in range(shift.count)]
        width = max(2, len(str(count + len(joined))))
        out = self._under_way(kind, count)
        free = {number: out[number].free_at if number in out else self.situation.at for number in range(1, count + 1)}
        free |= {count + place: max(shift.at, self.situation.at) for place, shift in enumerate(joined, start=1)}
        ends = leavers(free, [(shift.at, shift.count) for shift in shifts if shift.leaves])
        places = {place: half_up(estimate) for place, estimate in kind.places.items()}
        if places.get(SEAT, 0) > 0:
            places[SEAT] += self.crowding(kind.operation)
        boarding, unloading = at_least(kind.boarding), at_least(kind.unloading)
        for number in range(1, count + len(joined) + 1):
            away = out.get(number)
            stands = joined[number - count - 1].site if number > count else away.site if away else kind.depot
            yield Vehicle(
                id=f"{kind.operation}/{kind.type}-{number:0{width}d}",
                type=kind.type,
                operation=kind.operation,
                places=places,
                boarding=boarding,
                unloading=unloading,
                free=free[number],
                site=stands,
                until=ends.get(number),
            )

    def _under_way(self, kind: Vehicles, count: int) -> dict[int, UnderWay]:
        """Return which numbers are out: the highest ones, in the order in which the fleet names the movements."""
        found: dict[int, UnderWay] = {}
        number = count
        for away in self.situation.fleet.under_way:
            if (away.operation, away.type) == (kind.operation, kind.type):
                for _ in range(min(away.count, number)):
                    found[number] = away
                    number -= 1
        return found

    def legs(self, operation: str) -> dict[str, dict[str, Leg]]:
        """Return the legs open to every type of vehicle of an operation, each as the slowest of them drives it."""
        if operation not in self._legs:
            types = {kind.type for kind in self.situation.fleet.vehicles if kind.operation == operation} or {""}
            told = {(leg.start, leg.end, leg.type): leg for leg in self.situation.legs}
            found: dict[str, dict[str, Leg]] = {}
            for start, end in sorted({(start, end) for start, end, _ in told}):
                mine = [told.get((start, end, kind)) or told.get((start, end, "")) for kind in types]
                driven = [leg for leg in mine if leg is not None]
                if len(driven) == len(mine):
                    slowest = max(driven, key=lambda leg: (leg.minutes.quantile(0.5), leg.type))
                    found.setdefault(start, {})[end] = slowest
            self._legs[operation] = found
            self._minutes[operation] = {
                start: {end: at_least(leg.minutes) for end, leg in after.items()} for start, after in found.items()
            }
        return self._legs[operation]

    def minutes(self, operation: str) -> dict[str, dict[str, int]]:
        """Return the whole minutes of each leg of an operation."""
        self.legs(operation)
        return self._minutes[operation]

    def drive(self, operation: str, start: str, end: str) -> int | None:
        """Return the minutes of the direct leg, else of the quickest chain of legs, None where there is no way."""
        if start == end:
            return 0
        direct = self.minutes(operation).get(start, {}).get(end)
        return direct if direct is not None else self._reach(operation, start).get(end)

    def loaded_drive(self, operation: str, pickup: str, reception: str) -> int | None:
        """Return the minutes along the operation's corridor, or `drive` where the corridor does not join the two."""
        corridor = self.situation.corridor(operation)
        sites = corridor.sites if corridor else ()
        if pickup in sites and reception in sites and sites.index(pickup) < sites.index(reception):
            way = sites[sites.index(pickup) : sites.index(reception) + 1]
            parts = [self.drive(operation, a, b) for a, b in pairwise(way)]
            known = [minutes for minutes in parts if minutes is not None]
            if len(known) == len(parts):
                return sum(known)
        return self.drive(operation, pickup, reception)

    def way(self, operation: str, start: str, end: str, *, loaded: bool = True) -> dict[str, int]:
        """Return the sites of a way, each with the minutes at which it is reached.

        Loaded vehicles keep to the corridor of their operation, empty ones do not.
        """
        chosen = self.sites_on(operation, start, end, loaded=loaded)
        legs = self.minutes(operation)
        minutes = {chosen[0]: 0} if chosen else {}
        for before, after in pairwise(chosen):
            minutes[after] = minutes[before] + legs[before][after]
        return minutes

    def sites_on(self, operation: str, start: str, end: str, *, loaded: bool) -> list[str]:
        """Return the sites of a way in order; none where there is no way."""
        corridor = self.situation.corridor(operation)
        sites = corridor.sites if corridor and loaded else ()
        chosen: list[str] = []
        if start in sites and end in sites and sites.index(start) < sites.index(end):
            way = sites[sites.index(start) : sites.index(end) + 1]
            parts = [self._direct(operation, a, b) for a, b in pairwise(way)]
            chosen = [start, *(site for part in parts for site in part[1:])] if all(parts) else []
        return chosen or self._direct(operation, start, end)

    def _direct(self, operation: str, start: str, end: str) -> list[str]:
        """Return both ends of a leg, else the sites of the quickest chain; none where there is no way."""
        if end in self.minutes(operation).get(start, {}):
            return [start, end]
        return self._sites_between(operation, start, end)

    def _sites_between(self, operation: str, start: str, end: str) -> list[str]:
        """Return the sites of the quickest chain of legs, walked back from its end; none where there is no way."""
        reached, legs = self._reach(operation, start), self.minutes(operation)
        if end not in reached:
            return []
        sites = [end]
        while sites[-1] != start:
            here = sites[-1]
            before = (s for s in reached if here in legs.get(s, {}))
            sites.append(next(s for s in before if reached[s] + legs[s][here] == reached[here] and s not in sites))
        return sites[::-1]

    def _reach(self, operation: str, start: str) -> dict[str, int]:
        """Return what `_quickest` finds, found once for each start."""
        if (operation, start) not in self._reached:
            self._reached[operation, start] = self._quickest(operation, start)
        return self._reached[operation, start]

    def _quickest(self, operation: str, start: str) -> dict[str, int]:
        """Return the quickest minutes to every site that can be reached (Dijkstra 1959)."""
        legs = self.minutes(operation)
        reached: dict[str, int] = {}
        queue = [(0, start)]
        while queue:
            minutes, site = heapq.heappop(queue)
            if site not in reached:
                reached[site] = minutes
                for after, leg in legs.get(site, {}).items():
                    heapq.heappush(queue, (minutes + leg, after))
        return reached

    @cached_property
    def planned(self) -> dict[str, int]:
        """How many people of each group the planned convoys must move; none where the operation is unplanned."""
        return self._figures(self.plan.people_quantile)

    @cached_property
    def high(self) -> dict[str, int]:
        """How many people of each group may be moved with the reserve convoys."""
        return self._figures(max(self.plan.people_quantile, self.plan.reserve_quantile))

    def _figures(self, quantile: float) -> dict[str, int]:
        left_out = self.plan.unplanned
        possible = min(max(quantile, 0.0), 1.0)  # Rule "clearance" names a quantile that is none.
        return {
            group.id: 0 if group.operation in left_out else at_least(group.people, possible)
            for group in self.situation.groups
        }
