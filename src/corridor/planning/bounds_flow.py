"""The bound that takes several pickups and receptions together: a min-cost flow of people over the ways."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from corridor.planning.bounds import PLACES, least, needs
from corridor.planning.instance import Instance
from corridor.planning.plan import Bound
from corridor.planning.tours.flow import FlowNetwork, flow_bound
from corridor.planning.tours.problem import FAR, Longs, Problem

# Beyond so many people one unit of flow stands for several, so that the network's numbers stay small.
MOST_UNITS = 2_000_000


def flow_bounds(instance: Instance, known: Sequence[Bound]) -> list[Bound]:
    """Return the flow bounds, one for each kind of place, that are higher than those known; none for a single way.

    Proof. Take a plan that ends by T. Each of its loaded drives is on a way that can end by T: the earliest arrival at
    the pickup, the boarding, the drive and the unloading come before T. Weigh every minute of a vehicle with its places
    of one kind. Each vehicle is out at most T minutes, so all of them together at most T x their places. Each person
    takes up, of one place, the boarding, the drive and the unloading, and the empty drives that bring the place to the
    pickup: from its depot first, from a reception after each load. So the people make a flow from depots over pickups
    to receptions within their room, whose least cost for so many places is at most what these have; fewer places cost
    no less on average (see `tours.flow.flow_bound`). The least T for which this holds bounds every plan. Where hours
    are agreed, the loaded drives of a vehicle in one window and what lies between them are inside that window: one tour
    for each window, cut to its length. An empty drive may pass over further loaded ones where that is quicker.
    """
    best = max((bound.minutes for bound in known), default=0)
    found = []
    for place in PLACES:
        if needs(instance, place) == 0:
            continue
        flow = _Flow(instance, place)
        if flow.enough(best):
            continue
        minutes = least(flow.enough, best)
        if minutes is not None:
            why = (
                f"{needs(instance, place)} people need a {place} place; the ways to the receptions with room take long"
            )
            found.append(Bound(name=f"flow ({place})", operation=instance.operation, minutes=minutes, why=why))
            best = minutes
    return found


class _Flow:
    """The flow of one kind of place in one operation; tables hold minutes, `FAR` where there is no way."""

    def __init__(self, instance: Instance, place: str) -> None:
        self.instance = instance
        self.place = place
        kinds = [kind for kind in instance.kinds if kind.places.get(place, 0) > 0]
        self.board = min(kind.board for kind in kinds)
        self.unload = min(kind.unload for kind in kinds)
        self.pickups = [pickup for pickup in instance.pickups if needs(instance, place, pickup)]
        people = [needs(instance, place, pickup) for pickup in self.pickups]
        # Whole units of several people, down where people take up room and up where there is room, still bound.
        self.unit = 1 + sum(people) // MOST_UNITS
        self.people = np.array([number // self.unit for number in people], dtype=np.int32)
        self.room = [
            min(-(-instance.capacity.get(name, 10**9) // self.unit), int(self.people.sum()))
            for name in instance.receptions
        ]
        self._tables()

    def enough(self, end: int) -> bool:
        """Return whether the bound leaves open that everyone is safe by a minute."""
        late = (self.soonest + self.go + self.unload > end) | (self.go >= FAR)
        if (late.all(axis=1) & (self.people > 0)).any():
            return False
        windows = self._windows(end)
        if self.instance.hours is not None:
            lengths = sum(places * length for places, length in windows)
            problem = self._problem(
                [places for places, _ in windows],
                np.zeros((len(windows), len(self.people)), np.int64),
                np.where(late, FAR, self.go),
                self.unload + self.back + self.board,
            )
            flow = FlowNetwork(problem).solve(problem.fleet) or FlowNetwork(problem, spare=True).solve(problem.fleet)
            return flow is not None and flow.driving <= lengths
        problem = self._problem(
            self.places, self.start, np.where(late, FAR, self.board + self.go + self.unload), self.back
        )
        bound, flow = flow_bound(problem, FlowNetwork(problem))
        return flow is not None and bound <= end

    def _problem(self, buses: Sequence[int], start: Longs, go: Longs, back: Longs) -> Problem:
        return Problem(
            buses=np.minimum(np.array(buses, np.int64), self.people.sum()).astype(np.int32),
            loads=self.people,
            capacity=np.array(self.room, np.int32),
            depot_pickup=np.minimum(start, FAR).astype(np.int32),
            pickup_reception=np.minimum(go, FAR).astype(np.int32),
            reception_pickup=np.minimum(back, FAR).astype(np.int32),
        )

    def _windows(self, end: int) -> list[tuple[int, int]]:
        """Return, for each window and like vehicles, their places and the minutes between first departure and end."""
        found = []
        for places, ready in zip(self.places, (self.start.min(axis=1) + self.board).tolist(), strict=True):
            for opens, closes in self.instance.hours or ():
                length = min(closes, end - self.unload) - max(opens, ready)
                if length >= 0:
                    found.append((places, length))
        return found

    def _tables(self) -> None:
        """Fill `go` (S, K), `back` (K, S), `start` (D, S), `places` (D,) and `soonest` (S, K), the first departure.

        An empty drive may pass over further pickups and receptions where that is quicker (Floyd 1962).
        """
        instance = self.instance
        units = [(unit, n * unit.kind.places.get(self.place, 0)) for unit, n in instance.alike]
        units = [(unit, offered) for unit, offered in units if offered]
        self.places = [-(-offered // self.unit) for _, offered in units]
        check = instance.agreed.check_vehicle
        go = _table(instance.pickups, instance.receptions, {way: m + check for way, m in instance.loaded.items()})
        back = _table(instance.receptions, instance.pickups, instance.empty)
        start = np.array(
            [[unit.free + instance.empty.get((unit.site, p), FAR) for p in instance.pickups] for unit, _ in units],
            dtype=np.int64,
        )
        around = _between(back, self.board + go + self.unload)
        for k in range(len(around)):
            around = np.minimum(around, around[:, k : k + 1] + around[k : k + 1, :])
        back = np.minimum(back, _between(around, back))
        start = np.minimum(start, _between(_between(start, self.board + go + self.unload), back))
        own = [instance.pickups.index(pickup) for pickup in self.pickups]
        self.go, self.back, self.start = go[own], np.minimum(back[:, own], FAR), np.minimum(start[:, own], FAR)
        ready = np.broadcast_to(self.start.min(axis=0)[:, None] + self.board, self.go.shape)
        self.soonest = np.asarray(ready)
        if instance.hours is not None:
            self.soonest = np.full(self.go.shape, FAR)
            for opens, closes in instance.hours:
                inside = np.maximum(ready, opens)
                self.soonest = np.where(inside + self.go <= closes, np.minimum(self.soonest, inside), self.soonest)


def _table(rows: Sequence[str], columns: Sequence[str], minutes: dict[tuple[str, str], int]) -> Longs:
    cells = [[minutes.get((a, b), FAR) for b in columns] for a in rows]
    return np.array(cells, dtype=np.int64).reshape(len(rows), len(columns))


def _between(first: Longs, second: Longs) -> Longs:
    """Return the least minutes from row over the middle to column (A, C) of tables (A, B) and (B, C)."""
    joined: Longs = np.minimum((first[:, :, None] + second[None, :, :]).min(axis=1), FAR)
    return joined
