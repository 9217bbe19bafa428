"""What a user would pick instead, each given the same instance and the same limit.

PyVRP, VROOM and OR-Tools routing cannot choose receptions of limited room for a shared fleet, so their trips are
fixed beforehand by our own min-cost flow: a help, not a hindrance. CP-SAT gets the whole problem.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from datetime import timedelta

import numpy as np

from corridor.planning.tours.flow import FlowNetwork, flow_bound
from corridor.planning.tours.problem import Problem

Tours = list[tuple[int, list[tuple[int, int]]]]
MOST_NODES = 2_500  # trips from which a matrix of trips by trips is no longer fair to anyone
MOST_CHOICES = 60_000  # yes-or-no variables from which CP-SAT's model takes longer to build than the limit


class CannotError(Exception):
    """The peer cannot take this instance; the message says why."""


def need(module: str):
    try:
        return importlib.import_module(module)
    except ImportError:
        where = "pip install --require-hashes -r requirements/bench.txt"
        raise CannotError(f"not installed: {where}") from None


def fixed_trips(problem: Problem):
    """Return (pickup, reception) of every trip of the cheapest flow, and minutes depot to trip and trip to trip."""
    if problem.trips > MOST_NODES:
        raise CannotError(f"{problem.trips:,} trips squared do not fit")
    _, flow = flow_bound(problem, FlowNetwork(problem))
    pairs = np.argwhere(flow.go > 0)
    trips = np.repeat(pairs, flow.go[pairs[:, 0], pairs[:, 1]], axis=0)
    drive = problem.pickup_reception[trips[:, 0], trips[:, 1]].astype(np.int64)
    start = problem.depot_pickup[:, trips[:, 0]] + drive[None, :]
    after = problem.reception_pickup[trips[:, 1]][:, trips[:, 0]] + drive[None, :]
    return trips, start, after


def greedy(problem: Problem, _limit: float = 0.0, _seed: int = 0) -> Tours:
    """Let the earliest free bus take the trip that ends soonest."""
    loads, room = problem.loads.astype(np.int64), problem.capacity.astype(np.int64)
    depots = np.repeat(np.arange(len(problem.buses)), problem.buses)
    tours: Tours = [(int(d), []) for d in depots]
    clock = np.zeros(len(tours), np.int64)
    go = problem.pickup_reception.astype(np.int64)
    while loads.any():
        bus = int(clock.argmin())
        depot, stops = tours[bus]
        to = problem.reception_pickup[stops[-1][1]] if stops else problem.depot_pickup[depot]
        cost = to[:, None] + np.where((loads > 0)[:, None] & (room > 0)[None, :], go, 10**12)
        i, j = divmod(int(cost.argmin()), len(room))
        stops.append((i, j))
        clock[bus] += cost[i, j]
        loads[i] -= 1
        room[j] -= 1
    return [tour for tour in tours if tour[1]]


def cp_sat(  # noqa: C901, PLR0912 - one model from top to bottom
    problem: Problem, limit: float, seed: int
) -> Tours:
    """Bus by round, a pickup and a reception in each, two workers, the greedy tours as a hint."""
    from ortools.sat.python import cp_model

    began = time.perf_counter()
    fleet = [d for d, n in enumerate(problem.buses.tolist()) for _ in range(min(n, problem.trips))]
    rounds = range(min(problem.trips, 2 * -(-problem.trips // len(fleet)) + 1))
    pickups, receptions = problem.pickup_reception.shape
    if len(fleet) * len(rounds) * pickups * receptions > MOST_CHOICES:
        raise CannotError(f"{len(fleet) * len(rounds) * pickups * receptions:,} choices")
    model = cp_model.CpModel()
    longest = model.new_int_var(0, 10_000_000, "")
    cells = [(b, r) for b in range(len(fleet)) for r in rounds]
    take = {(b, r, i, j): model.new_bool_var("") for b, r in cells for i in range(pickups) for j in range(receptions)}
    at = {(b, r, i): model.new_bool_var("") for b, r in cells for i in range(pickups)}
    end = {(b, r, j): model.new_bool_var("") for b, r in cells for j in range(receptions)}
    for b, r in cells:
        for i in range(pickups):
            model.add(sum(take[b, r, i, j] for j in range(receptions)) == at[b, r, i])
        for j in range(receptions):
            model.add(sum(take[b, r, i, j] for i in range(pickups)) == end[b, r, j])
        model.add_at_most_one(at[b, r, i] for i in range(pickups))
    for b, depot in enumerate(fleet):
        legs = [int(problem.depot_pickup[depot, i]) * at[b, 0, i] for i in range(pickups)]
        for r in rounds:
            for i in range(pickups):
                legs += [int(problem.pickup_reception[i, j]) * take[b, r, i, j] for j in range(receptions)]
            if r:
                model.add(sum(at[b, r, i] for i in range(pickups)) <= sum(at[b, r - 1, i] for i in range(pickups)))
                back = model.new_int_var(0, 10_000_000, "")
                legs.append(back)
                for j in range(receptions):
                    for i in range(pickups):
                        leg = int(problem.reception_pickup[j, i])
                        model.add(back >= leg * (end[b, r - 1, j] + at[b, r, i] - 1))
        model.add(longest >= sum(legs))
    for i, load in enumerate(problem.loads.tolist()):
        model.add(sum(at[b, r, i] for b, r in cells) == load)
    for j, places in enumerate(problem.capacity.tolist()):
        model.add(sum(end[b, r, j] for b, r in cells) <= places)
    used = {d: iter([b for b, depot in enumerate(fleet) if depot == d]) for d in set(fleet)}
    hints = {}
    for depot, stops in greedy(problem):
        bus = next(used[depot])
        hints.update({(bus, r, i, j): 1 for r, (i, j) in enumerate(stops) if r in rounds})
    for key, variable in take.items():
        model.add_hint(variable, hints.get(key, 0))
    visits = {key[:3] for key in hints}
    for cell, variable in at.items():
        model.add_hint(variable, cell in visits)
    arrivals = {(b, r, j) for b, r, _, j in hints}
    for cell, variable in end.items():
        model.add_hint(variable, cell in arrivals)
    model.minimize(longest)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 2
    solver.parameters.random_seed = seed
    solver.parameters.max_time_in_seconds = max(0.1, limit - (time.perf_counter() - began))
    if solver.solve(model) not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        raise CannotError("found no plan in the time")
    tours: Tours = []
    for b, depot in enumerate(fleet):
        stops = [
            (i, j) for r in rounds for i in range(pickups) for j in range(receptions) if solver.value(take[b, r, i, j])
        ]
        if stops:
            tours.append((depot, stops))
    return tours


def routing(problem: Problem, limit: float, _seed: int) -> Tours:
    """OR-Tools routing: trips are the nodes, the span of the time is the cost, guided local search."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    began = time.perf_counter()
    trips, start, after = fixed_trips(problem)
    n, depots = after.shape[0], start.shape[0]
    matrix = np.zeros((n + depots + 1, n + depots + 1), np.int64)
    matrix[:n, :n], matrix[n : n + depots, :n] = after, start
    fleet = np.repeat(np.arange(depots), problem.buses).tolist()
    manager = pywrapcp.RoutingIndexManager(len(matrix), len(fleet), [n + d for d in fleet], [n + depots] * len(fleet))
    model = pywrapcp.RoutingModel(manager)
    transit = model.RegisterTransitMatrix(matrix.tolist())
    model.SetArcCostEvaluatorOfAllVehicles(transit)
    model.AddDimension(transit, 0, int(10 * matrix.max() * max(1, n // len(fleet) + 1)), True, "time")
    model.GetDimensionOrDie("time").SetGlobalSpanCostCoefficient(1_000)
    options = pywrapcp.DefaultRoutingSearchParameters()
    options.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    options.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    options.time_limit.FromMilliseconds(max(100, int(1000 * (limit - (time.perf_counter() - began)))))
    found = model.SolveWithParameters(options)
    if found is None:
        raise CannotError("found no plan in the time")
    tours: Tours = []
    for vehicle, depot in enumerate(fleet):
        index, stops = found.Value(model.NextVar(model.Start(vehicle))), []
        while not model.IsEnd(index):
            stops.append(tuple(trips[manager.IndexToNode(index)].tolist()))
            index = found.Value(model.NextVar(index))
        if stops:
            tours.append((depot, stops))
    return tours


def pyvrp(problem: Problem, limit: float, seed: int) -> Tours:
    """PyVRP has no longest-tour objective: the shift's length is cut below the best plan, again and again."""
    vrp = need("pyvrp")
    stop = need("pyvrp.stop")
    deadline = time.perf_counter() + limit
    trips, start, after = fixed_trips(problem)
    n, depots = after.shape[0], start.shape[0]
    matrix = np.zeros((n + depots, n + depots), np.int64)
    matrix[depots:, depots:], matrix[:depots, depots:] = after, start
    np.fill_diagonal(matrix, 0)
    locations = [vrp.Location(0, 0) for _ in range(n + depots)]
    clients = [vrp.Client(depots + t) for t in range(n)]
    bases = [vrp.Depot(d) for d in range(depots)]
    best: Tours = []
    # from a plan anyone can make, so that the cutting starts near the goal
    shift = 2 * int(after.min(axis=0).sum() + start.min()) // int(problem.buses.sum())
    while time.perf_counter() < deadline:
        fleets = [
            vrp.VehicleType(int(buses), [], d, d, shift_duration=shift, unit_distance_cost=1)
            for d, buses in enumerate(problem.buses.tolist())
            if buses
        ]
        data = vrp.ProblemData(locations, clients, bases, fleets, [matrix], [matrix])
        left = deadline - time.perf_counter()
        halt = stop.MultipleCriteria([stop.FirstFeasible(), stop.MaxRuntime(max(0.05, left))])
        result = vrp.solve(data, halt, seed=seed, collect_stats=False, display=False)
        if not result.is_feasible():
            break
        best, longest = [], 0
        types = [d for d, buses in enumerate(problem.buses.tolist()) if buses]
        for route in result.best.routes():
            stops = [tuple(trips[step.idx].tolist()) for step in route if step.is_client()]
            best.append((types[route.vehicle_type()], stops))
            longest = max(longest, route.duration())
        shift = min(shift - 1, int(longest * 0.995))
    if not best:
        raise CannotError("found no plan in the time")
    return best


def vroom(problem: Problem, limit: float, _seed: int) -> Tours:
    """VROOM has no longest-tour objective: the vehicles' hours are halved between known and impossible."""
    engine = need("vroom")
    deadline = time.perf_counter() + limit
    trips, start, after = fixed_trips(problem)
    n, depots = after.shape[0], start.shape[0]
    matrix = np.zeros((n + depots, n + depots), np.uint32)
    matrix[depots:, depots:], matrix[:depots, depots:] = after, start
    np.fill_diagonal(matrix, 0)
    fleet = np.repeat(np.arange(depots), problem.buses).tolist()
    low, high = 0, int(np.ceil(after.min(axis=0).sum() / len(fleet))) * 3
    best: Tours = []
    while low < high and time.perf_counter() < deadline:
        hours = (low + high) // 2 if best else high
        plan = engine.Input()
        plan.set_durations_matrix("car", matrix)
        plan.add_vehicle([engine.Vehicle(b, start=d, time_window=[0, hours]) for b, d in enumerate(fleet)])
        plan.add_job([engine.Job(t, depots + t) for t in range(n)])
        left = timedelta(seconds=max(0.1, deadline - time.perf_counter()))
        found = plan.solve(exploration_level=3, nb_threads=2, timeout=left)
        if len(found.unassigned):
            low = hours + 1
            high = high if best else 2 * high
            continue
        frame = found.routes
        frame = frame[frame["type"] == "job"]
        best = [
            (fleet[int(b)], [tuple(trips[int(t)].tolist()) for t in part["id"]])
            for b, part in frame.groupby("vehicle_id")
        ]
        high = hours
    if not best:
        raise CannotError("found no plan in the time")
    return best


PEERS: dict[str, Callable[[Problem, float, int], Tours]] = {
    "greedy": greedy,
    "CP-SAT": cp_sat,
    "OR-Tools routing": routing,
    "PyVRP": pyvrp,
    "VROOM": vroom,
}
