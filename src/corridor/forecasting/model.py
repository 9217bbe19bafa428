"""A plan as arrays: what holds for a whole run is drawn here, each quantity from a stream of its own."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.forecasting.disruption import Disruption
from corridor.planning.instance import Unit, units_of, up
from corridor.planning.plan import Convoy, Plan
from corridor.situation.estimate import Estimate
from corridor.situation.road import Leg, Step, way
from corridor.situation.site import Group
from corridor.situation.situation import Operation

if TYPE_CHECKING:
    from corridor.forecasting.kernel import Model

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

# Beyond the reserve the last rounds are repeated, so that the planner is never called: this many convoys at most.
MOST_EXTRA = 5000
CAUSES = ("people", "halts", "road", "boarding")


class Draws:
    """All that varies from run to run in one operation, drawn by name.

    Each quantity has a stream of its own, so that two situations that differ in one thing share all other numbers
    (common random numbers). The causes in `frozen` stand at their middle: people, halts, road or boarding.
    """

    def __init__(
        self, plan: Plan, operation: Operation, disruption: Disruption, *, runs: int, seed: int, frozen: frozenset[str]
    ) -> None:
        self.plan = plan
        self.situation = plan.situation
        self.operation = operation
        self.disruption = calmed(disruption, frozen)
        self.runs = runs
        self.seed = seed
        self.frozen = frozen
        self.convoys = [convoy for convoy in plan.convoys if convoy.operation == operation.id]
        groups = [group for group in self.situation.groups if group.operation == operation.id]
        self.groups = sorted(groups, key=lambda group: (group.priority, group.place == "seat", group.id))
        self.sites = [site.id for site in self.situation.sites]
        self.total = np.array([self._people(group) for group in self.groups]).reshape(len(groups), runs)

    def _stream(self, name: str) -> np.random.Generator:
        return np.random.default_rng([self.seed, _stable(self.operation.id), _stable(name)])

    def _draw(self, name: str, estimate: Estimate, cause: str) -> Array:
        if cause in self.frozen or (len(estimate.components) == 1 and estimate.components[0].shape == "point"):
            return np.full(self.runs, estimate.quantile(0.5))
        return estimate.sample(self._stream(name), self.runs)

    def _people(self, group: Group) -> Array:
        if "people" in self.frozen:
            return np.full(self.runs, math.ceil(group.people.quantile(0.5) - 1e-9), dtype=np.float64)
        return np.asarray(group.draw(self.seed, self.runs))

    def model(self, horizon: float) -> Model:
        """Return the operation as arrays; `horizon` in minutes."""
        from corridor.forecasting.kernel import PLACES, SPREADS, Model  # noqa: PLC0415 - numba takes a second to load

        kinds, units = units_of(self.situation, self.operation)
        vehicles = [v for v in self.situation.fleet.vehicles if v.operation == self.operation.id]
        kind_number = {kind.name: index for index, kind in enumerate(kinds)}
        number = {unit.name: index for index, unit in enumerate(units)}
        site_number = {name: index for index, name in enumerate(self.sites)}
        board = np.array([self._draw(f"board {v.type}", v.boarding, "boarding") for v in vehicles])
        unload = np.array([self._draw(f"unload {v.type}", v.unloading, "boarding") for v in vehicles])
        places = np.zeros((len(vehicles), len(PLACES), self.runs))
        for index, v in enumerate(vehicles):
            for place, estimate in sorted(v.places.items()):
                drawn = self._draw(f"places {v.type} {place}", estimate, "boarding")
                places[index, PLACES.index(place)] = np.floor(drawn + 0.5)
        ways, part_first, drives, checks = self._ways(site_number, units)
        corridor = self.situation.corridor(self.operation.id)
        bays = [max(1, math.floor(s.bays.quantile(0.5) + 1e-9)) if s.bays else 0 for s in self.situation.sites]
        trips = [trip for convoy in self.convoys for trip in convoy.trips]
        order = self._order(places)
        times = [(convoy.depart - self.plan.start).total_seconds() / 60 for convoy in self.convoys]
        halts = self.disruption.halt_times(self._stream("halts"), self.runs)
        return Model(
            order=order,
            first=np.cumsum([0, *(len(convoy.trips) for convoy in self.convoys)]).astype(np.int64),
            vehicle=_ints(number[trip.vehicle] for trip in trips),
            pickup=_ints(site_number[convoy.pickup] for convoy in self.convoys),
            reception=_ints(site_number[convoy.reception] for convoy in self.convoys),
            not_before=np.array([*times, *[0.0] * (len(order) - len(times))]),
            kind=_ints(kind_number[unit.kind.name] for unit in units),
            free=np.array([float(unit.free) for unit in units]),
            site=_ints(site_number[unit.site] for unit in units),
            group_site=_ints(site_number[group.site] for group in self.groups),
            group_place=_ints(PLACES.index(group.place) for group in self.groups),
            companions=_ints(group.companions for group in self.groups),
            total=self.total,
            places=places,
            board=board.reshape(len(vehicles), self.runs),
            unload=unload.reshape(len(vehicles), self.runs),
            way=ways,
            part_first=part_first,
            drive=drives,
            check_site=checks,
            bay_first=np.cumsum([0, *bays]).astype(np.int64),
            headway=self._draw("headway", corridor.headway, "road") if corridor else np.zeros(self.runs),
            halts=_trimmed(np.stack(halts, axis=2), horizon),
            windows=self._windows(),
            spreads=np.array([getattr(self.disruption, name) for name in SPREADS]),
            horizon=horizon,
            seed=(self.seed * 1_000_003 + _stable(self.operation.id)) % 2**62,
        )

    def _windows(self) -> Array:
        agreement = self.situation.agreement(self.operation.id)
        spans = agreement.windows() if agreement else ()
        minutes = [[(moment - self.plan.start).total_seconds() / 60 for moment in span] for span in spans]
        return np.array(minutes, dtype=np.float64).reshape(len(spans), 2)

    def _ways(self, site_number: dict[str, int], units: Iterable[Unit]) -> tuple[Numbers, Numbers, Array, Numbers]:
        """Return (way of each pair of sites empty and loaded, first part of each way, minutes, checkpoint of a part).

        A loaded way is cut where a checkpoint with stated lanes stands, if the time a vehicle takes there is stated
        too. Empty vehicles going back are taken to pass unchecked. A one-lane stretch has its place here: a part whose
        end is a queue; the situation does not yet say which legs are one lane wide.
        """
        legs = self.situation.legs_by_step
        drawn = {s: self._draw(f"drive {s[0]}>{s[1]}", leg.minutes, "road") for s, leg in sorted(legs.items())}
        corridor = self.situation.corridor(self.operation.id)
        path = corridor.sites if corridor else ()
        gates = {site.id for site in self.situation.sites if site.kind == "checkpoint" and site.bays}
        if self.disruption.check_minutes <= 0:
            gates = set()
        numbers = np.full((len(site_number), len(site_number), 2), -1, dtype=np.int64)
        first, rows, checks = [0], [], []
        pickups = sorted({convoy.pickup for convoy in self.convoys})
        receptions = sorted({convoy.reception for convoy in self.convoys})
        starts = sorted({*(unit.site for unit in units), *receptions, *pickups})
        wanted = [(start, pickup, 0) for start in starts for pickup in pickups]
        wanted += [(pickup, reception, 1) for pickup in pickups for reception in receptions]
        middles: dict[Step, int] = {}

        def middle(leg: Leg) -> int:
            """Read a leg's minutes once: a quantile is found by bisection."""
            step = (leg.start, leg.end)
            if step not in middles:
                middles[step] = up(leg.minutes)
            return middles[step]

        for start, end, loaded in wanted:
            steps = way(legs, start, end, path=path if loaded else (), minutes=middle)
            if steps is None:
                continue
            numbers[site_number[start], site_number[end], loaded] = len(first) - 1
            for part, gate in _parts(steps, gates if loaded else set()):
                rows.append(sum((drawn[step] for step in part), np.zeros(self.runs)))
                checks.append(site_number[gate] if gate else -1)
            first.append(len(rows))
        return numbers, _ints(first), np.array(rows).reshape(len(rows), self.runs), _ints(checks)

    def _order(self, places: Array) -> Numbers:
        """Return the convoys in their order, then the last rounds again until the largest run can be out."""
        rounds = self._last_rounds()
        if not rounds:
            return _ints(range(len(self.convoys)))
        kinds = [v.type for v in self.situation.fleet.vehicles if v.operation == self.operation.id]
        seats = dict(zip(kinds, np.median(places[:, 0], axis=1).tolist(), strict=True))
        load = sum(seats[_type_of(trip.vehicle)] for number in rounds for trip in self.convoys[number].trips)
        most = float(self.people.max()) if self.people.size else 0.0
        carried = sum(convoy.people for convoy in self.convoys)
        again = 1 / max(1 - self.disruption.turned_back_share - self.disruption.empty_share, 0.2)
        cycles = math.ceil(2 * max(most * again - carried, 0.0) / max(load, 1.0)) + 4
        extra = min(cycles * len(rounds), max(MOST_EXTRA, len(rounds)))
        return _ints([*range(len(self.convoys)), *(rounds[k % len(rounds)] for k in range(extra))])

    @property
    def people(self) -> Array:
        """The people to move in each run, companions included; (runs,)."""
        each = np.array([1.0 + group.companions for group in self.groups])
        return np.asarray((self.total * each[:, None]).sum(axis=0))

    def _last_rounds(self) -> list[int]:
        """Return full convoys from the plan's end that use nearly every vehicle and each type, in order."""
        if not self.convoys:
            return []
        fleet = {trip.vehicle for convoy in self.convoys for trip in convoy.trips}
        types = {_type_of(vehicle) for vehicle in fleet}
        most = max(len(convoy.trips) for convoy in self.convoys)
        seen: set[str] = set()
        rounds: list[int] = []
        for index in range(len(self.convoys) - 1, -1, -1):
            convoy: Convoy = self.convoys[index]
            missing = types - {_type_of(vehicle) for vehicle in seen}
            brings = {_type_of(trip.vehicle) for trip in convoy.trips}
            if len(convoy.trips) >= max(most // 2, 1) or brings & missing:
                rounds.insert(0, index)
                seen |= {trip.vehicle for trip in convoy.trips}
            if len(seen) >= 0.9 * len(fleet) and types == {_type_of(vehicle) for vehicle in seen}:
                break
        return rounds


def calmed(disruption: Disruption, frozen: frozenset[str]) -> Disruption:
    """Return the disruptions with the frozen causes at their middle: no further halt, times without spread."""
    changes: dict[str, object] = {}
    if "halts" in frozen:
        # A rate of nearly nothing and a length without spread: the halt of now ends at its middle, no other comes.
        changes |= {"halts": 0.0, "hours": 1e12 if disruption.hours > 0 else 0.0, "spread": 1e-9, "counted": 0.0}
    if "road" in frozen:
        changes |= {"drive_spread": 0.0, "breakdown_share": 0.0, "turned_back_share": 0.0}
    if "boarding" in frozen:
        changes |= {"boarding_spread": 0.0, "empty_share": 0.0}
    return msgspec.structs.replace(disruption, **changes) if changes else disruption


def _parts(steps: tuple[Step, ...], gates: set[str]) -> list[tuple[tuple[Step, ...], str]]:
    """Cut a way behind each gate inside it; each part comes with the gate at its end or nothing."""
    parts: list[tuple[tuple[Step, ...], str]] = []
    begin = 0
    for index, (_, end) in enumerate(steps[:-1], start=1):
        if end in gates:
            parts.append((steps[begin:index], end))
            begin = index
    return [*parts, (steps[begin:], "")]


def _trimmed(halts: Array, horizon: float) -> Array:
    """Drop the columns of halts that begin beyond the horizon in every run: the kernel looks at each of them."""
    used = int((halts[:, :, 0] <= horizon).any(axis=0).sum())
    return np.ascontiguousarray(halts[:, :used])


def _type_of(vehicle: str) -> str:
    """Return the type in a vehicle's name: `bus` of `aleppo/bus-07`."""
    return vehicle.partition("/")[2].rpartition("-")[0]


def _ints(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), dtype=np.int64)


def _stable(name: str) -> int:
    """Return a number for a name that is the same in every process (FNV-1a)."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value
