"""OR-Tools routing: trips fixed by the flow, the longest tour as the span's cost, guided local search."""

from __future__ import annotations

import time

import numpy as np

from benchmarks.peers.trips import Fixed, Keep, fixed_trips, list_schedule
from corridor.planning.tours.problem import Problem

MOST_TRIPS = 4_000
WANTS = "a matrix of {size}, {gigabytes} and five times that as the lists it is handed over in"
SPAN = 1_000  # minutes of driving that one minute less of the longest tour is worth
OVERTIME = 100  # and one minute less of any tour beyond the mean of the first plan: without it the search stands still


def routing(problem: Problem, deadline: float, _seed: int, keep: Keep) -> None:
    """Improve the list schedule; every better plan on the way counts."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    fixed = fixed_trips(problem, MOST_TRIPS, WANTS)
    first = list_schedule(fixed)
    keep(fixed.tours(first))
    depots, trips = fixed.start.shape
    end = trips + depots
    manager = pywrapcp.RoutingIndexManager(
        end + 1, len(fixed.bus), [trips + int(d) for d in fixed.bus], [end] * len(fixed.bus)
    )
    model = pywrapcp.RoutingModel(manager)
    transit = model.RegisterTransitMatrix(_matrix(fixed).tolist())
    model.SetArcCostEvaluatorOfAllVehicles(transit)
    longest = max(fixed.minutes(bus, route) for bus, route in enumerate(first))
    model.AddDimension(transit, 0, longest, True, "time")
    dimension = model.GetDimensionOrDie("time")
    dimension.SetGlobalSpanCostCoefficient(SPAN)
    level = sum(fixed.minutes(bus, route) for bus, route in enumerate(first)) // len(fixed.bus)
    for vehicle in range(len(fixed.bus)):
        dimension.SetCumulVarSoftUpperBound(model.End(vehicle), level, OVERTIME)
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    options.time_limit.FromMilliseconds(_left(deadline))
    model.CloseModelWithParameters(options)

    def note() -> None:
        routes = []
        for vehicle in range(len(fixed.bus)):
            index, route = model.NextVar(model.Start(vehicle)).Value(), []
            while not model.IsEnd(index):
                route.append(manager.IndexToNode(index))
                index = model.NextVar(index).Value()
            routes.append(route)
        keep(fixed.tours(routes))

    model.AddAtSolutionCallback(note)
    start = model.ReadAssignmentFromRoutes(first, True)
    options.time_limit.FromMilliseconds(_left(deadline))
    model.SolveFromAssignmentWithParameters(start, options)


def _left(deadline: float) -> int:
    return max(1, int(1000 * (deadline - time.perf_counter())))


def _matrix(fixed: Fixed) -> np.ndarray:
    """Return minutes between trips, then depots, then the end of every tour, which is reached at once."""
    depots, trips = fixed.start.shape
    matrix = np.zeros((trips + depots + 1, trips + depots + 1), np.int64)
    matrix[:trips, :trips], matrix[trips : trips + depots, :trips] = fixed.after, fixed.start
    return matrix
