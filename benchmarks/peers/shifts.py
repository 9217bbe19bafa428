"""PyVRP: trips fixed by the flow; it has no longest-tour objective, so the shift's length is cut again and again."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchmarks.peers.trips import CannotError, Fixed, Keep, fixed_trips, list_schedule
from corridor.planning.tours.problem import Problem

MOST_TRIPS = 8_000
WANTS = "two matrices of {size}, {gigabytes} each"
NEIGHBOURS = 60  # measured on med2000: 20 is quicker and ends higher, 100 ends no lower
SHARE = 0.5  # of the way down to the flow bound that a cut takes; halved where a cut fails, doubled where one holds
PATIENCE = 1.0  # seconds of the iterated search before a cut counts as failed; doubled where a minute less fails
PENALTY = 100_000.0  # for a minute beyond the shift, PyVRP's own largest


def need(module: str) -> Any:
    """Import a package of the benchmarks; raises `CannotError` that says how to install it."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise CannotError("not installed: pip install --require-hashes -r requirements/bench.txt") from None


class Shifts:
    """One instance in PyVRP's words: a client is a trip, a vehicle type is a depot's buses with a shift's length."""

    def __init__(self, problem: Problem, fixed: Fixed, seed: int) -> None:
        self.vrp, self.search = need("pyvrp"), need("pyvrp.search")
        self.fixed = fixed
        trips, depots = len(fixed.trips), len(problem.buses)
        self.matrix = np.zeros((depots + trips, depots + trips), np.int64)
        self.matrix[depots:, depots:], self.matrix[:depots, depots:] = fixed.after, fixed.start
        np.fill_diagonal(self.matrix, 0)
        self.locations = [self.vrp.Location(0, 0) for _ in range(depots + trips)]
        self.clients = [self.vrp.Client(depots + t) for t in range(trips)]
        self.depots = [self.vrp.Depot(d) for d in range(depots)]
        self.fleet = [(d, int(buses)) for d, buses in enumerate(problem.buses) if buses]
        self.random = self.vrp.RandomNumberGenerator(seed=seed)
        self.neighbours: Any = None

    def local_search(self, shift: int) -> tuple[Any, Any]:
        """Return the data of a shift's length and PyVRP's local search on it."""
        types = [self.vrp.VehicleType(n, [], d, d, shift_duration=shift) for d, n in self.fleet]
        matrices = [self.matrix]
        data = self.vrp.ProblemData(self.locations, self.clients, self.depots, types, matrices, matrices)
        if self.neighbours is None:
            wanted = self.search.NeighbourhoodParams(num_neighbours=NEIGHBOURS)
            self.neighbours = self.search.compute_neighbours(data, wanted)
        perturb = self.search.PerturbationManager(self.search.PerturbationParams())
        search = self.search.LocalSearch(data, self.random, self.neighbours, perturb)
        for operator in self.search.OPERATORS:
            if operator.supports(data):
                search.add_operator(operator(data))
        return data, search

    def iterate(self, data: Any, search: Any, start: Any, stop: float, note: Callable[[Any], bool]) -> bool:
        """Run PyVRP's iterated local search from a plan until one holds the shift; True where one does."""
        ils, penalty = importlib.import_module("pyvrp.IteratedLocalSearch"), need("pyvrp.PenaltyManager")
        held = False

        class Watch(ils.IteratedLocalSearchCallbacks):  # type: ignore[misc, name-defined]
            def on_iteration(self, _current: Any, candidate: Any, _best: Any, _cost: Any) -> None:
                nonlocal held
                held = note(candidate) or held

        params = penalty.PenaltyParams()
        manager = penalty.PenaltyManager(params.midpoint_penalties(data), params)
        run = ils.IteratedLocalSearch(data, manager, search, start, ils.IteratedLocalSearchParams(callbacks=Watch()))
        run.run(lambda _cost: held or time.perf_counter() >= stop, collect_stats=False)
        return held

    def solution(self, data: Any, routes: list[tuple[int, list[int]]]) -> Any:
        """Return routes, each with its vehicle type, as PyVRP's solution."""
        return self.vrp.Solution(data, [self.vrp.Route(data, route, kind) for kind, route in routes if route])

    def routes(self, solution: Any) -> list[tuple[int, list[int]]]:
        """Return the trips of each route with its vehicle type."""
        return [(r.vehicle_type(), [step.idx for step in r if step.is_client()]) for r in solution.routes()]

    def tours(self, routes: list[tuple[int, list[int]]]) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return routes as tours."""
        places = [(int(i), int(j)) for i, j in self.fixed.trips]
        return [(self.fleet[kind][0], [places[t] for t in route]) for kind, route in routes]


def pyvrp(problem: Problem, deadline: float, seed: int, keep: Keep) -> None:
    """Start from list scheduling; cut the shift below the best plan and let PyVRP's search make it hold again.

    Each plan on the way counts, also one that misses the shift asked for and is still better than the best.
    """
    need("pyvrp")
    fixed = fixed_trips(problem, MOST_TRIPS, WANTS)
    model = Shifts(problem, fixed, seed)
    kinds = {depot: kind for kind, (depot, _) in enumerate(model.fleet)}
    first = list_schedule(fixed)
    best = [(kinds[int(d)], route) for d, route in zip(fixed.bus, first, strict=True) if route]
    record = max(fixed.minutes(bus, route) for bus, route in enumerate(first))
    keep(model.tours(best))

    def note(solution: Any) -> bool:
        """Keep a complete plan that is better than the best; True where it holds the shift asked for."""
        nonlocal best, record
        minutes = max(route.duration() for route in solution.routes())
        if solution.is_complete() and minutes < record:
            best, record = model.routes(solution), minutes
            keep(model.tours(best))
        return not solution.time_warp()

    share, patience = SHARE, PATIENCE
    while time.perf_counter() < deadline and record > fixed.least:
        way = record - fixed.least
        shift = min(record - 1, int(record - share * way))
        data, search = model.local_search(shift)
        now = search(model.solution(data, best), model.vrp.CostEvaluator([], PENALTY, 0), exhaustive=True)
        stop = min(deadline, time.perf_counter() + patience)
        if note(now) or model.iterate(data, search, now, stop, note):
            share, patience = min(SHARE, 2 * share), PATIENCE
        elif share * way > 1:
            share /= 2
        else:
            patience *= 2
