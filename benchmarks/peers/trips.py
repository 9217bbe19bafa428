"""What the peers share: tours, the greedy rules, and the trips fixed beforehand by the cheapest flow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from corridor.planning.tours.flow import FlowNetwork, flow_bound
from corridor.planning.tours.problem import Problem

Longs = NDArray[np.int64]
Stops = list[tuple[int, int]]
Tours = list[tuple[int, Stops]]  # depot, then (pickup, reception) in order
Keep = Callable[[Tours], None]  # takes a plan; the best of those kept in the limit counts
NEVER = 10**12
NUMBER = 8  # bytes of a number in a matrix


class CannotError(Exception):
    """The peer cannot take this instance; the message says why."""


@dataclass(frozen=True, eq=False)
class Fixed:
    """Every loaded drive of the cheapest flow as one trip, and the buses that make them.

    `trips` (T, 2) pickup and reception; `bus` (B,) the depot of each bus; `start` (D, T) and `after` (T, T) minutes
    from a depot or from the end of a trip to the end of the next one; `least` is the flow bound in minutes.
    """

    trips: Longs
    bus: Longs
    start: Longs
    after: Longs
    least: int

    def tours(self, routes: list[list[int]]) -> Tours:
        """Return the routes, trip numbers per bus (B,), as tours; idle buses are left out."""
        places = [(int(i), int(j)) for i, j in self.trips]
        return [(int(d), [places[t] for t in route]) for d, route in zip(self.bus, routes, strict=True) if route]

    def minutes(self, bus: int, route: list[int]) -> int:
        """Return how long a bus takes for a route."""
        if not route:
            return 0
        return int(self.start[self.bus[bus], route[0]] + self.after[route[:-1], route[1:]].sum())


def fixed_trips(problem: Problem, most: int, wants: str) -> Fixed:
    """Fix the trips by the min-cost flow; raises `CannotError` beyond `most` trips, with what it wants.

    PyVRP, VROOM and OR-Tools routing cannot choose receptions of limited room for a shared fleet. The flow chooses
    them at the least driving there is, so this is a help and not a hindrance.
    """
    if problem.trips > most:
        size = f"{problem.trips:,} x {problem.trips:,} minutes"
        gigabytes = f"{problem.trips**2 * NUMBER / 1e9:.1f} GB"
        raise CannotError(f"model not built: it needs {wants.format(size=size, gigabytes=gigabytes)}")
    least, flow = flow_bound(problem, FlowNetwork(problem))
    if flow is None:
        raise CannotError("there is no flow")
    pairs = np.argwhere(flow.go > 0)
    trips = np.repeat(pairs, flow.go[pairs[:, 0], pairs[:, 1]], axis=0)
    drive = problem.pickup_reception[trips[:, 0], trips[:, 1]].astype(np.int64)
    start = problem.depot_pickup[:, trips[:, 0]] + drive[None, :]
    after = problem.reception_pickup[trips[:, 1]][:, trips[:, 0]] + drive[None, :]
    return Fixed(trips, _buses(problem), start, after, least)


def _buses(problem: Problem) -> Longs:
    return np.repeat(np.arange(len(problem.buses)), problem.buses).astype(np.int64)


def list_schedule(fixed: Fixed) -> list[list[int]]:
    """Let the earliest free bus take the fixed trip that ends soonest: the plan from which the peers start."""
    routes: list[list[int]] = [[] for _ in fixed.bus]
    clock = np.zeros(len(routes), np.int64)
    taken = np.zeros(len(fixed.trips), np.int64)
    for _ in range(len(taken)):
        bus = int(clock.argmin())
        ends = fixed.after[routes[bus][-1]] if routes[bus] else fixed.start[fixed.bus[bus]]
        trip = int((ends + taken).argmin())
        routes[bus].append(trip)
        clock[bus] += ends[trip]
        taken[trip] = NEVER
    return routes


def greedy_cheapest(problem: Problem, _deadline: float, _seed: int, keep: Keep) -> None:
    """Let the earliest free bus take the trip that ends soonest."""
    keep(_greedy(problem, farthest=False))


def greedy_farthest(problem: Problem, _deadline: float, _seed: int, keep: Keep) -> None:
    """Let the earliest free bus go to the pickup farthest from any reception with room, and on to the nearest one."""
    keep(_greedy(problem, farthest=True))


def _greedy(problem: Problem, *, farthest: bool) -> Tours:
    loads, room = problem.loads.astype(np.int64), problem.capacity.astype(np.int64)
    tours: Tours = [(int(d), []) for d in _buses(problem)]
    clock = np.zeros(len(tours), np.int64)
    onward = np.where(room > 0, problem.pickup_reception.astype(np.int64), NEVER)
    nearest, least = onward.argmin(axis=1), onward.min(axis=1)
    gone = np.where(loads > 0, 0, NEVER)
    for _ in range(problem.trips):
        bus = int(clock.argmin())
        depot, stops = tours[bus]
        to = problem.reception_pickup[stops[-1][1]] if stops else problem.depot_pickup[depot]
        i = int((least - gone).argmax() if farthest else (to + least + gone).argmin())
        j = int(nearest[i])
        stops.append((i, j))
        clock[bus] += to[i] + least[i]
        loads[i] -= 1
        room[j] -= 1
        if not loads[i]:
            gone[i] = NEVER
        if not room[j]:
            onward[:, j] = NEVER
            nearest, least = onward.argmin(axis=1), onward.min(axis=1)
    return [tour for tour in tours if tour[1]]


def best_start(problem: Problem) -> Tours:
    """Return the best of the two greedy plans and the list schedule of the fixed trips."""
    fixed = fixed_trips(problem, problem.trips, "")
    plans = [_greedy(problem, farthest=False), _greedy(problem, farthest=True), fixed.tours(list_schedule(fixed))]
    return min(plans, key=lambda tours: longest(problem, tours))


def longest(problem: Problem, tours: Tours) -> int:
    """Return the minutes of the longest tour."""
    return max((tour_minutes(problem, *tour) for tour in tours), default=0)


def tour_minutes(problem: Problem, depot: int, stops: Stops) -> int:
    """Return the minutes of a tour until its last arrival."""
    total = int(problem.depot_pickup[depot, stops[0][0]])
    total += sum(int(problem.pickup_reception[i, j]) for i, j in stops)
    return total + sum(int(problem.reception_pickup[a[1], b[0]]) for a, b in pairwise(stops))
