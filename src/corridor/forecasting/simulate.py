"""All runs of a plan: what holds for a whole run is drawn here, then both cores run the convoys."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from corridor.forecasting.disruption import Disruption
from corridor.planning.instance import units_of, up
from corridor.planning.plan import Convoy, Plan
from corridor.situation.estimate import Estimate
from corridor.situation.road import way
from corridor.situation.situation import Operation

if TYPE_CHECKING:
    from corridor.forecasting.kernel import Model

Array = NDArray[np.float64]

# Beyond the reserve the last rounds are repeated, so that the planner is never called: this many convoys at most.
MOST_EXTRA = 5000


class Simulator:
    """Runs the convoys of one operation in their order, each as soon as its vehicles, the road and the deal allow."""

    def __init__(
        self, plan: Plan, operation: Operation, disruption: Disruption, *, runs: int, seed: int, horizon: float
    ) -> None:
        self.plan = plan
        self.situation = plan.situation
        self.operation = operation
        self.disruption = disruption
        self.runs = runs
        self.seed = seed
        self.horizon = horizon * 60
        self.rng = np.random.default_rng([seed, _stable(operation.id)])
        self.convoys = [convoy for convoy in plan.convoys if convoy.operation == operation.id]
        groups = [group for group in self.situation.groups if group.operation == operation.id]
        self.groups = sorted(groups, key=lambda group: (group.priority, group.place == "seat", group.id))
        self.total = np.array([group.draw(seed, runs) for group in self.groups])
        self.model = self._model()

    @property
    def people(self) -> Array:
        """The people to move in each run, companions included; (runs,)."""
        each = np.array([1.0 + group.companions for group in self.groups])
        return np.asarray((self.total * each[:, None]).sum(axis=0))

    def run(self, marks: Sequence[float] = ()) -> tuple[Array, Array, Array]:
        """Return (clearance, out, left): minutes (runs,), and the people out and gone at each mark (marks, runs)."""
        from corridor.forecasting.kernel import simulate  # noqa: PLC0415 - compiling is paid by those who forecast

        clearance = np.zeros(self.runs)
        times = np.sort(np.array(marks, dtype=np.float64))
        place = np.searchsorted(times, np.array(marks, dtype=np.float64))
        out = np.zeros((len(times), self.runs))
        left = np.zeros((len(times), self.runs))
        if not self.convoys:
            return np.where(self.people > 0, np.inf, 0.0), out, left
        workers = min(os.cpu_count() or 1, 8, self.runs)
        # Many small jobs, so that whoever interrupts waits for the ones begun and not for all runs.
        parts = min(workers * 16, self.runs)
        edges = [self.runs * part // parts for part in range(parts + 1)]
        pool = ThreadPoolExecutor(workers)
        try:
            jobs = [
                pool.submit(simulate, self.model, begin, end, clearance, times, out, left)
                for begin, end in pairwise(edges)
            ]
            for job in jobs:
                job.result()
        finally:
            pool.shutdown(cancel_futures=True)
        return clearance, out[place], left[place]

    def _model(self) -> Model:
        from corridor.forecasting.kernel import PLACES, Model  # noqa: PLC0415

        kinds, units = units_of(self.situation, self.operation)
        vehicles = [v for v in self.situation.fleet.vehicles if v.operation == self.operation.id]
        number = {unit.name: index for index, unit in enumerate(units)}
        kind_number = {kind.name: index for index, kind in enumerate(kinds)}
        sites = [site.id for site in self.situation.sites]
        site_number = {name: index for index, name in enumerate(sites)}
        board = np.array([self._draw(v.boarding) for v in vehicles]).reshape(len(vehicles), self.runs)
        unload = np.array([self._draw(v.unloading) for v in vehicles]).reshape(len(vehicles), self.runs)
        places = np.zeros((len(vehicles), len(PLACES), self.runs))
        for index, v in enumerate(vehicles):
            for place, estimate in sorted(v.places.items()):
                places[index, PLACES.index(place)] = np.floor(self._draw(estimate) + 0.5)
        ways, drives = self._ways(site_number, {unit.site for unit in units})
        corridor = self.situation.corridor(self.operation.id)
        bays = [max(1, math.floor(s.bays.quantile(0.5) + 1e-9)) if s.bays else 0 for s in self.situation.sites]
        halts = np.stack(self.disruption.halt_times(self.rng, self.runs), axis=2)
        trips = [trip for convoy in self.convoys for trip in convoy.trips]
        disruption = self.disruption
        return Model(
            order=self._order(places),
            first=np.cumsum([0, *(len(convoy.trips) for convoy in self.convoys)]).astype(np.int64),
            vehicle=_ints(number[trip.vehicle] for trip in trips),
            pickup=_ints(site_number[convoy.pickup] for convoy in self.convoys),
            reception=_ints(site_number[convoy.reception] for convoy in self.convoys),
            kind=_ints(kind_number[unit.kind.name] for unit in units),
            free=np.array([float(unit.free) for unit in units]),
            site=_ints(site_number[unit.site] for unit in units),
            group_site=_ints(site_number[group.site] for group in self.groups),
            group_place=_ints(PLACES.index(group.place) for group in self.groups),
            companions=_ints(group.companions for group in self.groups),
            total=self.total,
            places=places,
            board=board,
            unload=unload,
            way=ways,
            drive=drives,
            bay_first=np.cumsum([0, *bays]).astype(np.int64),
            headway=self._draw(corridor.headway) if corridor else np.zeros(self.runs),
            halts=halts,
            windows=self._windows(),
            horizon=self.horizon,
            seed=(self.seed * 1_000_003 + _stable(self.operation.id)) % 2**62,
            spreads=np.array(
                [
                    disruption.drive_spread,
                    disruption.boarding_spread,
                    disruption.breakdown_share,
                    disruption.breakdown_minutes,
                ]
            ),
        )

    def _draw(self, estimate: Estimate) -> Array:
        if len(estimate.components) == 1 and estimate.components[0].shape == "point":
            return np.full(self.runs, estimate.quantile(0.5))
        return estimate.sample(self.rng, self.runs)

    def _windows(self) -> Array:
        agreement = self.situation.agreement(self.operation.id)
        spans = agreement.windows() if agreement else ()
        minutes = [[(moment - self.plan.start).total_seconds() / 60 for moment in span] for span in spans]
        return np.array(minutes, dtype=np.float64).reshape(len(spans), 2)

    def _ways(self, site_number: dict[str, int], starts: set[str]) -> tuple[NDArray[np.int64], Array]:
        """Return the way number of each pair of sites, empty and loaded (-1 where none is needed), and its minutes."""
        legs = self.situation.legs_by_step
        drawn = {step: self._draw(leg.minutes) for step, leg in sorted(legs.items())}
        corridor = self.situation.corridor(self.operation.id)
        path = corridor.sites if corridor else ()
        numbers = np.full((len(site_number), len(site_number), 2), -1, dtype=np.int64)
        rows: list[Array] = []
        pickups = sorted({convoy.pickup for convoy in self.convoys})
        receptions = sorted({convoy.reception for convoy in self.convoys})
        wanted = [(start, pickup, 0) for start in sorted({*starts, *receptions}) for pickup in pickups]
        wanted += [(pickup, reception, 1) for pickup in pickups for reception in receptions]
        for start, end, loaded in wanted:
            steps = way(legs, start, end, path=path if loaded else (), minutes=lambda leg: up(leg.minutes))
            if steps is not None:
                numbers[site_number[start], site_number[end], loaded] = len(rows)
                rows.append(sum((drawn[step] for step in steps), np.zeros(self.runs)))
        return numbers, np.array(rows).reshape(len(rows), self.runs)

    def _order(self, places: Array) -> NDArray[np.int64]:
        """Return the convoys in their order, then the last rounds again until the largest run can be out."""
        rounds = self._last_rounds()
        seats = float(np.median(places[:, 0].max(axis=0))) or 1.0
        most = float(self.people.max()) if self.people.size else 0.0
        carried = sum(convoy.people for convoy in self.convoys)
        load = max(min(len(self.convoys[number].trips) for number in rounds) * seats / 2, 1.0) if rounds else 1.0
        extra = min(math.ceil(max(most - carried, 0.0) / load) + 4 * len(rounds), MOST_EXTRA)
        numbers = [*range(len(self.convoys)), *(rounds[k % len(rounds)] for k in range(extra if rounds else 0))]
        return np.array(numbers, dtype=np.int64)

    def _last_rounds(self) -> list[int]:
        """Return the full convoys from the plan's end that use nearly every vehicle once, in order of departure."""
        if not self.convoys:
            return []
        fleet = {trip.vehicle for convoy in self.convoys for trip in convoy.trips}
        most = max(len(convoy.trips) for convoy in self.convoys)
        seen: set[str] = set()
        rounds: list[int] = []
        for index in range(len(self.convoys) - 1, -1, -1):
            convoy: Convoy = self.convoys[index]
            if len(convoy.trips) >= max(most // 2, 1):
                rounds.insert(0, index)
                seen |= {trip.vehicle for trip in convoy.trips}
            if len(seen) >= 0.9 * len(fleet):
                break
        return rounds


def _ints(numbers: object) -> NDArray[np.int64]:
    return np.array(list(numbers), dtype=np.int64)  # type: ignore[call-overload]


def _stable(name: str) -> int:
    """Return a number for a name that is the same in every process."""
    return int.from_bytes(name.encode()[:8].ljust(8, b"\0"), "big") % (2**31)
