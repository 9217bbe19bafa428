"""VROOM: trips fixed by the flow; it has no longest-tour objective, so the vehicles' hours are bisected."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import numpy as np

from benchmarks.peers.shifts import need
from benchmarks.peers.trips import Fixed, Keep, fixed_trips, list_schedule
from corridor.planning.tours.problem import Problem

MOST_TRIPS = 8_000
WANTS = "a matrix of {size}, {gigabytes} where it is made and half of it in VROOM"
EXPLORATION = 5  # the deepest search VROOM offers
THREADS = 2
SHARE = 0.25  # of the time left that one try of some hours may take


def vroom(problem: Problem, deadline: float, _seed: int, keep: Keep) -> None:
    """Bisect the hours between the flow bound and those of the best plan.

    Each try starts from the best plan, cut off where the hours end, and from nothing where that leaves trips out.
    """
    need("vroom")
    fixed = fixed_trips(problem, MOST_TRIPS, WANTS)
    best = list_schedule(fixed)
    keep(fixed.tours(best))
    matrix = _matrix(fixed)
    low, high = fixed.least, max(fixed.minutes(bus, route) for bus, route in enumerate(best))
    while low < high and time.perf_counter() < deadline:
        hours = (low + high) // 2
        found = _try(fixed, matrix, hours, [_cut(fixed, b, route, hours) for b, route in enumerate(best)], deadline)
        found = found or _try(fixed, matrix, hours, [], deadline)
        if found is None:
            low = hours + 1
            continue
        best = found
        keep(fixed.tours(best))
        high = max(fixed.minutes(bus, route) for bus, route in enumerate(best))


def _matrix(fixed: Fixed) -> np.ndarray:
    """Return minutes between depots, then trips."""
    depots, trips = fixed.start.shape
    matrix = np.zeros((depots + trips, depots + trips), np.uint32)
    matrix[depots:, depots:], matrix[:depots, depots:] = fixed.after, fixed.start
    np.fill_diagonal(matrix, 0)
    return matrix


def _cut(fixed: Fixed, bus: int, route: list[int], hours: int) -> list[int]:
    """Return the first trips of a route that fit in the hours."""
    kept = len(route)
    while kept and fixed.minutes(bus, route[:kept]) > hours:
        kept -= 1
    return route[:kept]


def _try(
    fixed: Fixed, matrix: np.ndarray, hours: int, routes: list[list[int]], deadline: float
) -> list[list[int]] | None:
    """Return routes (B,) of all trips within the hours; None where VROOM leaves a trip out or the time is over."""
    engine = need("vroom")
    left = deadline - time.perf_counter()
    if left <= 0:
        return None
    depots = len(fixed.start)
    plan = engine.Input()
    plan.set_durations_matrix("car", matrix)
    steps = [[engine.VehicleStep("single", t) for t in route] for route in routes] or [[] for _ in fixed.bus]
    plan.add_vehicle(
        [
            engine.Vehicle(bus, start=int(depot), time_window=[0, hours], steps=_from_start(engine, steps[bus]))
            for bus, depot in enumerate(fixed.bus)
        ]
    )
    plan.add_job([engine.Job(t, depots + t) for t in range(len(fixed.trips))])
    found = plan.solve(
        exploration_level=EXPLORATION, nb_threads=THREADS, timeout=timedelta(seconds=max(SHARE * left, 0.5))
    )
    if len(found.unassigned):
        return None
    frame = found.routes
    frame = frame[frame["type"] == "job"]
    made: list[list[int]] = [[] for _ in fixed.bus]
    for bus, trip in zip(frame["vehicle_id"], frame["id"], strict=True):
        made[int(bus)].append(int(trip))
    return made


def _from_start(engine: Any, steps: list[Any]) -> list[Any]:
    return [engine.VehicleStep("start"), *steps, engine.VehicleStep("end")] if steps else []
