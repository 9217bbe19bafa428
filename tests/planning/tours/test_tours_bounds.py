"""Every bound stands below the proven optimum and every plan above it, on many small instances."""

from __future__ import annotations

import numpy as np
import pytest
from ortools.sat.python import cp_model

from corridor.planning.tours.bounds import arrival_bound, simple_bound
from corridor.planning.tours.check_tours import check_tours
from corridor.planning.tours.columns import route_bound
from corridor.planning.tours.problem import FAR, Problem, make_problem
from corridor.planning.tours.solve import solve


def random_problem(seed: int) -> Problem:
    """A small instance; even seeds draw minutes at random, so that detours are often quicker than direct legs."""
    rng = np.random.default_rng(seed)
    depots, pickups, receptions = (int(x) for x in rng.integers(1, (3, 5, 4)))
    loads = rng.integers(0, 4, pickups)
    while not 1 <= loads.sum() <= (10 if seed % 10 == 0 else 6):
        loads = rng.integers(0, 4, pickups)
    capacity = rng.integers(0, int(loads.sum()) + 2, receptions)
    while capacity.sum() < loads.sum():
        capacity[rng.integers(receptions)] += 1
    buses = rng.integers(0, 3, depots)
    buses[rng.integers(depots)] += 1
    if seed % 2:
        places = [rng.random((n, 2)) * 40 for n in (depots, pickups, receptions)]
        start, go = (
            np.rint(np.hypot(*np.moveaxis(a[:, None] - b[None], -1, 0))).astype(int) + 1
            for a, b in ((places[0], places[1]), (places[1], places[2]))
        )
        back = go.T + rng.integers(0, 4, go.T.shape)
    else:
        start, go, back = (
            rng.integers(1, 30, shape) for shape in ((depots, pickups), (pickups, receptions), (receptions, pickups))
        )
    return make_problem(buses, loads, capacity, start, go, back, name=f"random-{seed}")


def optimum(problem: Problem) -> int:
    """The proven optimum, by a model of its own: bus by round, a pickup and a reception in each."""
    model = cp_model.CpModel()
    fleet = [d for d, n in enumerate(problem.buses) for _ in range(min(int(n), problem.trips))]
    rounds = range(problem.trips if len(fleet) == 1 else min(problem.trips, 10))
    pairs = [(i, j) for i in range(len(problem.loads)) for j in range(len(problem.capacity))]
    longest = model.new_int_var(0, 10_000, "")
    takes = {(b, r, p): model.new_bool_var("") for b in range(len(fleet)) for r in rounds for p in pairs}
    for b, d in enumerate(fleet):
        legs = [int(problem.depot_pickup[d, i]) * takes[b, 0, (i, j)] for i, j in pairs]
        legs += [int(problem.pickup_reception[i, j]) * takes[b, r, (i, j)] for r in rounds for i, j in pairs]
        for r in rounds:
            model.add_at_most_one([takes[b, r, p] for p in pairs])
            if r:
                model.add(sum(takes[b, r, p] for p in pairs) <= sum(takes[b, r - 1, p] for p in pairs))
                back = model.new_int_var(0, 1_000, "")
                legs.append(back)
                for j in range(len(problem.capacity)):
                    for i in range(len(problem.loads)):
                        left = sum(takes[b, r - 1, (k, j)] for k in range(len(problem.loads)))
                        reached = sum(takes[b, r, (i, k)] for k in range(len(problem.capacity)))
                        model.add(back >= int(problem.reception_pickup[j, i]) * (left + reached - 1))
        model.add(longest >= sum(legs))
    for i, load in enumerate(problem.loads.tolist()):
        model.add(sum(x for (_, _, p), x in takes.items() if p[0] == i) == load)
    for j, places in enumerate(problem.capacity.tolist()):
        model.add(sum(x for (_, _, p), x in takes.items() if p[1] == j) <= places)
    model.minimize(longest)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    assert solver.solve(model) == cp_model.OPTIMAL
    return int(solver.objective_value)


@pytest.mark.parametrize("block", range(10))
def test_bounds_optimum_plan(block):
    proven = 0
    for seed in range(block * 30, block * 30 + 30):
        problem = random_problem(seed)
        best = optimum(problem)
        bound, flow = simple_bound(problem)
        assert flow is not None
        assert arrival_bound(problem) <= bound <= best
        route, _ = route_bound(problem, bound, best + 20, lambda: False, [])
        assert bound <= route <= best, problem.name
        plan = solve(problem, time_limit=None, iterations=400, seed=seed)
        assert check_tours(problem, plan) == []
        assert plan.bounds.best <= best <= plan.clearance_minutes, problem.name
        proven += plan.status == "optimal"
    assert proven == 30


def test_the_textbook_arrival_bound_would_be_wrong_here():
    # the direct start to pickup 1 takes 50, the way over pickup 0 takes 1 + 1 + 1
    problem = make_problem([1], [1, 1], [2], [[1, 50]], [[1], [1]], [[1, 1]])
    textbook = int((problem.depot_pickup.min(axis=0) + problem.pickup_reception.min(axis=1)).max())
    assert textbook == 51
    plan = solve(problem, time_limit=None, iterations=50)
    assert plan.clearance_minutes == 4
    assert plan.status == "optimal"
    assert arrival_bound(problem) == 4


def test_fewer_buses_can_be_better_than_all():
    # a second bus would come from far away: the flow bound must not divide by it
    problem = make_problem([1, 1], [2], [2], [[1], [500]], [[5]], [[5]])
    bound, _ = simple_bound(problem)
    assert bound == 16
    assert solve(problem, time_limit=None, iterations=50).clearance_minutes == 16


def test_a_road_that_is_missing_is_not_driven():
    go = [[FAR, 10], [10, FAR]]
    problem = make_problem([1, 1], [2, 2], [4, 4], [[3, FAR], [FAR, 3]], go, [[FAR, 10], [10, FAR]])
    plan = solve(problem, time_limit=None, iterations=100)
    assert check_tours(problem, plan) == []
    assert plan.clearance_minutes == 33
