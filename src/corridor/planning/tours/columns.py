"""The route-LP bound: tours of at most T minutes must cover every load, at least fractionally."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import cast

import numpy as np
from numpy.typing import NDArray
from ortools.linear_solver import pywraplp

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import Ints, Longs, Problem

Reals = NDArray[np.float64]
MOST_WORK = 400_000_000  # cells x minutes of one pricing, about a second on one core
FEW = 40  # columns taken from one pricing
TINY = 1e-7
Clock = Callable[[], bool]


@kernel(
    "void(int64, int32[:,::1], int32[:,::1], float64[::1], float64[::1], float64[:,::1], float64[:,::1], "
    "int32[:,::1], int32[:,::1])"
)
def price(
    most: int,
    go: Ints,
    back: Ints,
    worth: Reals,
    toll: Reals,
    at_pickup: Reals,
    at_reception: Reals,
    to: Ints,
    then: Ints,
) -> None:
    """Fill the best reward of a tour's rest for every number of minutes left, 0 to `most`, and where it goes.

    `at_pickup` (T + 1, S) and `at_reception` (T + 1, K): a load taken at i is `worth[i]`, one brought to j costs
    `toll[j]`. `to` and `then` hold the next stop, -1 where nothing more is worth it. Exact; O(T S K). Every loaded
    drive takes a minute or more, so a cell only looks at smaller ones.
    """
    pickups, receptions = go.shape
    for left in range(most + 1):
        for i in range(pickups):
            best, arg = -1e18, -1
            for j in range(receptions):
                rest = left - go[i, j]
                if rest >= 0:
                    value = at_reception[rest, j] - toll[j]
                    if value > best:
                        best, arg = value, j
            at_pickup[left, i] = best + worth[i] if arg >= 0 else -1e18
            to[left, i] = arg
        for j in range(receptions):
            best, arg = 0.0, -1
            for i in range(pickups):
                rest = left - back[j, i]
                if rest >= 0 and at_pickup[rest, i] > best + 1e-12:
                    best, arg = at_pickup[rest, i], i
            at_reception[left, j] = best
            then[left, j] = arg


@dataclass(frozen=True, eq=False)
class Route:
    """One column: a bus of `depot` that drives `stops` (pickup, reception, pickup ...) in `minutes`."""

    depot: int
    stops: tuple[int, ...]
    minutes: int


@dataclass(eq=False)
class Pricing:
    """The tables of the exact pricing, kept between calls."""

    problem: Problem
    most: int
    at_pickup: Reals = field(init=False)
    at_reception: Reals = field(init=False)
    to: Ints = field(init=False)
    then: Ints = field(init=False)

    def __post_init__(self) -> None:
        _, pickups, receptions = self.problem.shape
        self.at_pickup = np.zeros((self.most + 1, pickups))
        self.at_reception = np.zeros((self.most + 1, receptions))
        self.to = np.zeros((self.most + 1, pickups), np.int32)
        self.then = np.zeros((self.most + 1, receptions), np.int32)

    def run(self, worth: Reals, toll: Reals, most: int) -> None:
        """Fill the tables for these duals; a pickup with a worth of no more than 0 is left out."""
        go, back = self.problem.pickup_reception, self.problem.reception_pickup
        price(most, go, back, worth, toll, self.at_pickup, self.at_reception, self.to, self.then)

    def rewards(self, depot: int, most: int) -> Reals:
        """Return the best reward of a tour from a depot by its first pickup (S,)."""
        start = self.problem.depot_pickup[depot]
        left = np.maximum(0, most - start.astype(np.int64))
        value = self.at_pickup[left, np.arange(len(start))]
        return cast("Reals", np.where(start <= most, value, -1e18))

    def curve(self, depot: int, most: int) -> Reals:
        """Return the best reward of a tour from a depot of at most t minutes, for t = 0 to `most`, at least 0."""
        best = np.zeros(most + 1)
        for i, minutes in enumerate(self.problem.depot_pickup[depot].tolist()):
            if minutes <= most:
                np.maximum(best[minutes:], self.at_pickup[: most + 1 - minutes, i], out=best[minutes:])
        return best

    def route(self, depot: int, first: int, most: int) -> Route:
        """Return the best tour of at most so many minutes that starts with a pickup."""
        go, back = self.problem.pickup_reception, self.problem.reception_pickup
        left = most - int(self.problem.depot_pickup[depot, first])
        stops, i = [], first
        while i >= 0:
            j = int(self.to[left, i])
            left -= int(go[i, j])
            stops += [i, j]
            following = int(self.then[left, j])
            if following >= 0:
                left -= int(back[j, following])
            i = following
        return Route(depot, tuple(stops), most - left)


class Master:
    """The restricted LP: the least uncovered loads, then the fewest buses, over the columns found so far."""

    def __init__(self, problem: Problem, loads: Longs, room: Longs, buses: Longs) -> None:
        self.problem = problem
        self.solver = pywraplp.Solver.CreateSolver("GLOP")
        # presolving would throw the last basis away, from which a few more columns cost little
        self.warm, self.cold = pywraplp.MPSolverParameters(), pywraplp.MPSolverParameters()
        self.warm.SetIntegerParam(self.warm.PRESOLVE, self.warm.PRESOLVE_OFF)
        self.cold.SetIntegerParam(self.cold.INCREMENTALITY, self.cold.INCREMENTALITY_OFF)
        infinity = self.solver.infinity()
        self.cover = [self.solver.Constraint(float(load), infinity) for load in loads]
        self.space = [self.solver.Constraint(-infinity, float(places)) for places in room]
        self.fleet = [self.solver.Constraint(-infinity, float(count)) for count in buses]
        self.goal = self.solver.Objective()
        self.goal.SetMinimization()
        self.short = []
        for row in self.cover:
            missing = self.solver.NumVar(0.0, infinity, "")
            row.SetCoefficient(missing, 1.0)
            self.goal.SetCoefficient(missing, 1.0)
            self.short.append(missing)
        self.routes: list[Route] = []
        self.share: list[pywraplp.Variable] = []
        self.known: set[tuple[int, ...]] = set()

    def add(self, route: Route, cost: float = 0.0) -> bool:
        """Add a column; False where it is there already."""
        key = (route.depot, *route.stops)
        if key in self.known:
            return False
        self.known.add(key)
        share = self.solver.NumVar(0.0, self.solver.infinity(), "")
        for row, stops in ((self.cover, route.stops[::2]), (self.space, route.stops[1::2])):
            for stop in set(stops):
                row[stop].SetCoefficient(share, float(stops.count(stop)))
        self.fleet[route.depot].SetCoefficient(share, 1.0)
        if cost:
            self.goal.SetCoefficient(share, cost)
        self.routes.append(route)
        self.share.append(share)
        return True

    def solve(self) -> float:
        """Return the least objective: the loads no bus can take, plus what the columns cost."""
        status = self.solver.Solve(self.warm)
        if status != self.solver.OPTIMAL:  # the last basis was of no use: once more from none
            status = self.solver.Solve(self.cold)
        if status != self.solver.OPTIMAL:
            return float("inf")
        return float(self.goal.Value())

    def duals(self) -> tuple[Reals, Reals, Reals]:
        """Return the worth of a load (S,), the toll of a place (K,) and of a bus (D,), none below 0."""
        worth = np.array([row.dual_value() for row in self.cover])
        toll = np.array([-row.dual_value() for row in self.space])
        hire = np.array([-row.dual_value() for row in self.fleet])
        return np.clip(worth, 0.0, 1.0), np.maximum(toll, 0.0), np.maximum(hire, 0.0)


def can_price(problem: Problem, most: int) -> bool:
    """Tell whether the exact pricing applies: every loaded drive takes time, and the tables are of a fair size."""
    _, pickups, receptions = problem.shape
    table = (most + 1) * (pickups + receptions) * 12
    work = 2 * most * pickups * receptions
    return bool(problem.pickup_reception.min(initial=1) >= 1) and work <= MOST_WORK and table <= 400_000_000


def pick(pricing: Pricing, hire: Reals, buses: Longs, most: int, cost: float = 0.0) -> list[Route]:
    """Return the most rewarding tours of one pricing, at most one for each depot and first pickup."""
    found: list[tuple[float, int, int]] = []
    for depot in np.flatnonzero(buses > 0):
        gain = pricing.rewards(int(depot), most) - hire[depot] - cost
        order = np.argsort(-gain, kind="stable")[:FEW]
        found += [(float(gain[first]), int(depot), int(first)) for first in order if gain[first] > 1e-6]
    found.sort(key=lambda item: -item[0])
    return [pricing.route(depot, first, most) for _, depot, first in found[:FEW]]


def route_bound(problem: Problem, low: int, high: int, stop: Clock, seeds: list[Route]) -> tuple[int, int]:
    """Return a proven lower bound from `low` up, and the least minutes, at most a known plan's `high`, the LP allows.

    If tours of at most T minutes, in any fractional mix, cannot cover all loads within the receptions' room and the
    depots' buses, every plan takes T + 1 or more. For any worth w <= 1 of a load and toll r >= 0 of a place,
    sum w l - sum r u - sum over depots of B x the best reward of a tour of at most T minutes is a lower bound on the
    uncovered loads (Lagrange). It falls with T, and one pricing gives it for every T, so each pricing may rule out
    several T at once, and the search for the least T not ruled out is by halving. Dominates the flow bound but for
    rounding. `stop` is asked between pricings; what is proven by then holds.
    """
    pricing = Pricing(problem, high)
    loads, room, buses = (x.astype(np.int64) for x in (problem.loads, problem.capacity, problem.buses))
    pool = list(seeds)
    top = high  # the LP is feasible here: a plan is
    while low < top:
        target = min((low + top) // 2, low + max(1, (top - low) // 3))
        master = Master(problem, loads, room, buses)
        for route in pool:
            if route.minutes <= target:
                master.add(route)
        while True:
            value = master.solve()
            if value == float("inf"):
                return low, top
            if value < 1e-6:
                top = target
                break
            worth, toll, hire = master.duals()
            pricing.run(worth, toll, top)
            low = max(low, _ruled_out(pricing, worth, toll, top - 1) + 1)
            if low > target:
                break
            new = [route for route in pick(pricing, hire, buses, target) if master.add(route)]
            pool += new
            if stop():
                return low, top
            if not new:  # numerically stuck: neither covered nor ruled out with certainty
                return low, top
    return low, top


def _ruled_out(pricing: Pricing, worth: Reals, toll: Reals, most: int) -> int:
    """Return the largest T <= most for which these duals prove that some load stays uncovered, or -1."""
    problem = pricing.problem
    value = float(worth @ problem.loads - toll @ problem.capacity)
    short = np.full(most + 1, value)
    for depot in np.flatnonzero(problem.buses > 0):
        short -= float(problem.buses[depot]) * pricing.curve(int(depot), most)
    # a margin far above what summing in floating point can lose
    sure = np.flatnonzero(short > 1e-6 * max(1.0, float(problem.trips) ** 0.5))
    return int(sure[-1]) if len(sure) else -1
