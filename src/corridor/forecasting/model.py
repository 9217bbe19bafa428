"""A plan as arrays: what holds for a whole run is drawn here, each quantity from a stream of its own."""

from __future__ import annotations

import copy
import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from corridor.forecasting.disruption import Disruption
from corridor.forecasting.spells import REASONS, spell_times
from corridor.forecasting.terms import caps_of, passages_of, type_of
from corridor.forecasting.ways import Road, Roads
from corridor.planning.agreed import agreed_for
from corridor.planning.instance import Unit, units_of
from corridor.planning.plan import Convoy, Plan, Trip
from corridor.situation.estimate import Estimate
from corridor.situation.road import Leg, Step
from corridor.situation.site import Group
from corridor.situation.situation import Operation

if TYPE_CHECKING:
    from corridor.forecasting.kernel import Model

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

# Beyond the reserve the last rounds are repeated, so that the planner is never called: this many convoys at most.
MOST_EXTRA = 5000
# As the kernel's places, which cannot be loaded here without compiling.
PLACE_KINDS = ("seat", "wheelchair", "stretcher")
CAUSES = ("people", "halts", "road", "boarding")


class Draws:
    """All that varies from run to run in one operation, drawn by name.

    Each quantity has a stream of its own, so that two situations that differ in one thing share all other numbers
    (common random numbers). `calm` gives the same with one cause at its middle: people, halts, road or boarding.
    """

    def __init__(
        self,
        plan: Plan,
        operation: Operation,
        disruption: Disruption,
        *,
        runs: int,
        seed: int,
        policy: str = "timetable",
    ) -> None:
        self.plan = plan
        self.situation = plan.situation
        self.operation = operation
        self.disruption = disruption
        self.runs = runs
        self.seed = seed
        self.frozen: frozenset[str] = frozenset()
        self.policy = policy
        self.convoys = [convoy for convoy in plan.convoys if convoy.operation == operation.id]
        groups = [group for group in self.situation.groups if group.operation == operation.id]
        self.groups = sorted(groups, key=lambda group: (group.priority, group.place == "seat", group.id))
        # Receptions come first, so that arrivals are counted for them only.
        ends = {convoy.reception for convoy in self.convoys}
        self.sites = sorted((site.id for site in self.situation.sites), key=lambda name: name not in ends)
        self.receptions = len(ends)
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
        from corridor.forecasting.kernel import Model  # noqa: PLC0415 - numba takes a second to load

        agreed = agreed_for(self.situation, self.operation, self.plan.start)
        kinds, units = units_of(self.situation, self.operation, agreed.crowding)
        kind_number = {kind.name: index for index, kind in enumerate(kinds)}
        number = {unit.name: index for index, unit in enumerate(units)}
        site_number = {name: index for index, name in enumerate(self.sites)}
        vehicles = self._vehicles()
        stated = {site.id: site.bays for site in self.situation.sites if site.bays}
        bays = [max(1, math.floor(stated[s].quantile(0.5) + 1e-9)) if s in stated else 0 for s in self.sites]
        trips = [trip for convoy in self.convoys for trip in convoy.trips]
        roads = self._roads(site_number, units, horizon)
        order = self._order(vehicles["places"])
        times = [(convoy.depart - self.plan.start).total_seconds() / 60 for convoy in self.convoys]
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
            group_place=_ints(PLACE_KINDS.index(group.place) for group in self.groups),
            companions=_ints(group.companions for group in self.groups),
            total=self.total,
            places=vehicles["places"],
            board=vehicles["board"],
            unload=vehicles["unload"],
            **roads,
            bay_first=np.cumsum([0, *bays]).astype(np.int64),
            headway=self._headway(),
            halts=self._halts(horizon),
            windows=self._windows(),
            spreads=self._spreads(),
            passage=self._passages(),
            cap=caps_of(self.situation, self.convoys, self.groups, kinds),
            horizon=horizon,
            seed=(self.seed * 1_000_003 + _stable(self.operation.id)) % 2**62,
        )

    def calm(self, cause: str, runs: int) -> Draws:
        """Return the same draws for fewer runs with one cause at its middle."""
        found = copy.copy(self)
        found.runs, found.frozen = runs, self.frozen | {cause}
        found.disruption = calmed(self.disruption, found.frozen)
        return found

    def of_cause(self, cause: str, horizon: float) -> dict[str, Any]:
        """Return the parts of the model that a cause varies; `horizon` in minutes."""
        parts: dict[str, Any] = {"spreads": self._spreads()}
        if cause == "people":
            parts["total"] = np.array([self._people(group) for group in self.groups]).reshape(-1, self.runs)
        if cause == "halts":
            parts["halts"] = self._halts(horizon)
        if cause == "boarding":
            parts |= self._vehicles()
        if cause == "road":
            _, units = units_of(self.situation, self.operation)
            site_number = {name: index for index, name in enumerate(self.sites)}
            parts |= {**self._roads(site_number, units, horizon), "headway": self._headway()}
        return parts

    def _vehicles(self) -> dict[str, Array]:
        """Return the minutes and places of each type of vehicle in each run."""
        vehicles = [v for v in self.situation.fleet.vehicles if v.operation == self.operation.id]
        crowding = agreed_for(self.situation, self.operation, self.plan.start).crowding
        places = np.zeros((len(vehicles), len(PLACE_KINDS), self.runs))
        board, unload = np.zeros((2, len(vehicles), self.runs))
        for index, v in enumerate(vehicles):
            board[index] = self._draw(f"board {v.type}", v.boarding, "boarding")
            unload[index] = self._draw(f"unload {v.type}", v.unloading, "boarding")
            for place, estimate in sorted(v.places.items()):
                drawn = self._draw(f"places {v.type} {place}", estimate, "boarding")
                places[index, PLACE_KINDS.index(place)] = np.floor(drawn + 0.5)
            if crowding and "seat" in v.places:
                places[index, PLACE_KINDS.index("seat")] += crowding
        return {"places": places, "board": board, "unload": unload}

    def _roads(self, site_number: dict[str, int], units: Iterable[Unit], horizon: float) -> dict[str, Any]:
        """Return the ways as the kernel takes them, and the spells on their segments."""
        parts = self._road(site_number, units)._asdict()
        weight = parts.pop("weight")
        spells = spell_times(self.disruption, weight, self._stream("spells"), self.runs, horizon)
        return {**parts, "spells": spells}

    def _headway(self) -> Array:
        corridor = self.situation.corridor(self.operation.id)
        return np.zeros(self.runs) if corridor is None else self._draw("headway", corridor.headway, "road")

    def _halts(self, horizon: float) -> Array:
        halts = self.disruption.halt_times(self._stream("halts"), self.runs)
        return _trimmed(np.stack(halts, axis=2), horizon)

    def _spreads(self) -> Array:
        from corridor.forecasting.kernel import SPREADS  # noqa: PLC0415 - numba takes a second to load

        return np.array([getattr(self.disruption, name) for name in SPREADS])

    def _passages(self) -> Array:
        drawn, alone = self.disruption.check_minutes, self.policy == "shuttle"
        return passages_of(self.situation, self.operation, self.convoys, drawn, alone=alone)

    def _windows(self) -> Array:
        agreement = self.situation.agreement(self.operation.id)
        spans = agreement.windows() if agreement else ()
        minutes = [[(moment - self.plan.start).total_seconds() / 60 for moment in span] for span in spans]
        return np.array(minutes, dtype=np.float64).reshape(len(spans), 2)

    def _road(self, site_number: dict[str, int], units: Iterable[Unit]) -> Road:
        """Return every way that a vehicle may take, empty or loaded; a checkpoint counts where its time is stated."""
        gates = {site.id for site in self.situation.sites if site.kind == "checkpoint" and site.bays}
        roads = Roads(self.situation, self.operation, gates if self.disruption.check_minutes > 0 else set())
        pickups = sorted({convoy.pickup for convoy in self.convoys})
        receptions = sorted({convoy.reception for convoy in self.convoys})
        # Along a timetable a vehicle comes from where it stands or from a reception; in a shuttle also from a pickup.
        starts = {*(unit.site for unit in units), *receptions, *(pickups if self.policy == "shuttle" else ())}
        wanted = [(start, pickup, 0) for start in sorted(starts) for pickup in pickups]
        if self.policy != "shuttle":
            wanted += [(pickup, pickup, 0) for pickup in pickups if pickup not in starts]
        loaded = {(convoy.pickup, convoy.reception) for convoy in self.convoys}
        if self.policy == "shuttle":
            loaded = {(pickup, reception) for pickup in pickups for reception in receptions}
        wanted += [(pickup, reception, 1) for pickup, reception in sorted(loaded)]
        return roads.numbers(site_number, wanted, self._minutes)

    def _minutes(self, step: Step, leg: Leg) -> Array | float:
        """Return a leg's minutes in each run, or one number where they are the same in all."""
        (part, *others) = leg.minutes.components
        if part.shape == "point" and not others:
            return float(leg.minutes.quantile(0.5))
        drawn = self._draw(f"drive {step[0]}>{step[1]}", leg.minutes, "road")
        return float(drawn[0]) if (drawn == drawn[0]).all() else drawn

    def _order(self, places: Array) -> Numbers:
        """Return the convoys in their order, then the last rounds again until the largest run can be out."""
        rounds = self._last_rounds()
        if not rounds:
            return _ints(range(len(self.convoys)))
        extra = min(self._cycles(rounds, places) * len(rounds), max(MOST_EXTRA, len(rounds)))
        return _ints([*range(len(self.convoys)), *(rounds[k % len(rounds)] for k in range(extra))])

    def _cycles(self, rounds: list[int], places: Array) -> int:
        """Return how often the last rounds go again until every run has everyone out, seats and stretchers alike."""
        kinds = [v.type for v in self.situation.fleet.vehicles if v.operation == self.operation.id]
        number = {name: index for index, name in enumerate(kinds)}
        sites = {name: index for index, name in enumerate(dict.fromkeys(convoy.pickup for convoy in self.convoys))}
        planned, again = (np.zeros((len(sites), len(kinds))) for _ in range(2))
        for into, convoys in ((planned, self.convoys), (again, [self.convoys[index] for index in rounds])):
            for convoy in convoys:
                for trip in convoy.trips:
                    into[sites[convoy.pickup], number[type_of(trip.vehicle)]] += 1
        lost = 1 / max(1 - self.disruption.turned_back_share - self.disruption.empty_share, 0.2)
        most = 0.0
        for place, name in enumerate(PLACE_KINDS):
            need = np.zeros((len(sites), self.runs))
            for group, total in zip(self.groups, self.total, strict=True):
                if group.site in sites:
                    need[sites[group.site]] += total * ((group.place == name) + group.companions * (name == "seat"))
            short = need * lost - planned @ places[:, place]
            share = np.where(short > 0, short / np.maximum(again @ places[:, place], 1.0), 0.0)
            most = max(most, float(share.max(initial=0.0)))
        return 4 + math.ceil(min(2 * most, MOST_EXTRA))

    @property
    def people(self) -> Array:
        """The people to move in each run, companions included; (runs,)."""
        each = np.array([1.0 + group.companions for group in self.groups])
        return np.asarray((self.total * each[:, None]).sum(axis=0))

    def _last_rounds(self) -> list[int]:
        """Return full convoys from the plan's end that use nearly every vehicle, and each type at each pickup."""
        fleet = {trip.vehicle for convoy in self.convoys for trip in convoy.trips}
        wanted = {_use(convoy, trip) for convoy in self.convoys for trip in convoy.trips}
        most = max((len(convoy.trips) for convoy in self.convoys), default=0)
        seen: set[str] = set()
        met: set[tuple[str, str]] = set()
        rounds: list[int] = []
        for index in range(len(self.convoys) - 1, -1, -1):
            convoy: Convoy = self.convoys[index]
            brings = {_use(convoy, trip) for trip in convoy.trips}
            if len(convoy.trips) >= max(most // 2, 1) or brings - met:
                rounds.insert(0, index)
                seen |= {trip.vehicle for trip in convoy.trips}
                met |= brings
            if len(seen) >= 0.9 * len(fleet) and met == wanted:
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
        changes |= {f"{reason}_per_day": 0.0 for reason in REASONS}
    if "boarding" in frozen:
        changes |= {"boarding_spread": 0.0, "empty_share": 0.0}
    return msgspec.structs.replace(disruption, **changes) if changes else disruption


def _trimmed(halts: Array, horizon: float) -> Array:
    """Drop the columns of halts that begin beyond the horizon in every run: the kernel looks at each of them."""
    used = int((halts[:, :, 0] <= horizon).any(axis=0).sum())
    return np.ascontiguousarray(halts[:, :used])


def _use(convoy: Convoy, trip: Trip) -> tuple[str, str]:
    return convoy.pickup, type_of(trip.vehicle)


def _ints(numbers: Iterable[int]) -> Numbers:
    return np.array(list(numbers), dtype=np.int64)


def _stable(name: str) -> int:
    """Return a number for a name that is the same in every process (FNV-1a)."""
    value = 2166136261
    for byte in name.encode():
        value = (value ^ byte) * 16777619 % 2**32
    return value
