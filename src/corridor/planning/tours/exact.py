"""Few trips are searched to the end: the optimum, proven."""

from __future__ import annotations

import numpy as np
from ortools.sat.python import cp_model

from corridor.planning.tours.problem import FAR, Ints, Problem

MOST_TRIPS = 14
EFFORT = 60.0  # deterministic units of the search, so that the same seed ends the same way


def search(
    problem: Problem, high: int, low: int, limit: float, seed: int
) -> tuple[tuple[Ints, list[Ints]] | None, int]:
    """Return tours shorter than `high` minutes, none where there are none or time ran out, and a proven bound.

    Each load is a trip that follows a depot or another trip and ends at one reception; its end is at least the end
    of the trip before plus both drives, and no end is later than the clearance time. Loads of one pickup are alike,
    so their trips end in order. `limit` is in seconds, `low` a bound known already.
    """
    model = cp_model.CpModel()
    pickup = np.repeat(np.arange(len(problem.loads)), problem.loads).tolist()
    trips, receptions = range(len(pickup)), [j for j, places in enumerate(problem.capacity.tolist()) if places]
    go, back, start = (
        problem.pickup_reception.tolist(),
        problem.reception_pickup.tolist(),
        problem.depot_pickup.tolist(),
    )
    longest = model.new_int_var(low, high - 1, "longest")
    end = [model.new_int_var(0, high - 1, f"end{t}") for t in trips]
    to = {(t, j): model.new_bool_var(f"to{t}_{j}") for t in trips for j in receptions if go[pickup[t]][j] < high}
    first = {
        (d, t): model.new_bool_var(f"first{d}_{t}")
        for d, buses in enumerate(problem.buses.tolist())
        if buses
        for t in trips
        if start[d][pickup[t]] < FAR
    }
    # the trip before, with the reception where it ended
    after = {
        (s, j, t): model.new_bool_var(f"after{s}_{j}_{t}")
        for s, j in to
        for t in trips
        if s != t and back[j][pickup[t]] < high
    }
    drive = [model.new_int_var(0, high - 1, f"drive{t}") for t in trips]
    for t in trips:
        onward = [to[t, j] for j in receptions if (t, j) in to]
        model.add_exactly_one(onward)
        model.add_exactly_one(
            [x for (_, u), x in first.items() if u == t] + [x for (_, _, u), x in after.items() if u == t]
        )
        model.add(drive[t] == sum(go[pickup[t]][j] * to[t, j] for j in receptions if (t, j) in to))
        model.add(longest >= end[t])
        model.add(end[t] >= drive[t] + sum(start[d][pickup[t]] * x for (d, u), x in first.items() if u == t))
    for s, j in to:
        model.add_at_most_one([x for (a, b, _), x in after.items() if (a, b) == (s, j)])
        for t in trips:
            if (s, j, t) in after:
                model.add_implication(after[s, j, t], to[s, j])
                model.add(end[t] >= end[s] + back[j][pickup[t]] + drive[t]).only_enforce_if(after[s, j, t])
    for d, buses in enumerate(problem.buses.tolist()):
        model.add(sum(x for (e, _), x in first.items() if e == d) <= buses)
    for j in receptions:
        model.add(sum(x for (_, k), x in to.items() if k == j) <= int(problem.capacity[j]))
    for t in trips[1:]:
        if pickup[t] == pickup[t - 1]:
            model.add(end[t] >= end[t - 1])
    # all driving fits in the buses' time: the flow bound's reason, which the search cannot see by itself
    driving = sum(drive)
    driving += sum(start[d][pickup[t]] * x for (d, t), x in first.items())
    driving += sum(back[j][pickup[t]] * x for (_, j, t), x in after.items())
    model.add(driving <= problem.fleet * longest)
    model.minimize(longest)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_time_in_seconds = max(0.05, limit)
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return None, high
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None, low
    follows = {s: (j, t) for (s, j, t), x in after.items() if solver.value(x)}
    depot, tours = [], []
    for (d, t), x in first.items():
        if solver.value(x):
            depot.append(d)
            tour, trip = [], t
            while True:
                tour += [pickup[trip], next(j for j in receptions if (trip, j) in to and solver.value(to[trip, j]))]
                if trip not in follows:
                    break
                trip = follows[trip][1]
            tours.append(np.array(tour, np.int32))
    return (np.array(depot, np.int32), tours), int(np.ceil(solver.best_objective_bound - 1e-6))
