"""OR-Tools CP-SAT: the whole problem, a pickup and a reception for each bus and each of its rounds."""

from __future__ import annotations

import time
from typing import Any

from benchmarks.peers.trips import CannotError, Keep, Tours, best_start, longest
from corridor.planning.tours.problem import FAR, Problem

MOST_CHOICES = 600_000
ROUNDS = 1.25  # of the mean trips a bus, and one more: the greedy plans of all sizes have fewer
THREADS = 2
HORIZON = 10_000_000

Variables = dict[tuple[int, ...], Any]


def cp_sat(problem: Problem, deadline: float, seed: int, keep: Keep) -> None:
    """Solve with two workers, the best simple plan as a hint; every better plan on the way counts."""
    from ortools.sat.python import cp_model

    refuse(problem, int(problem.buses.sum()), -(-problem.trips // int(problem.buses.sum())))
    first = best_start(problem)
    keep(first)
    model = Slots(problem, first)

    class Watch(cp_model.CpSolverSolutionCallback):  # type: ignore[misc]
        def on_solution_callback(self) -> None:
            keep(model.tours(self.value))

    solver = cp_model.CpSolver()
    solver.parameters.num_workers = THREADS
    solver.parameters.random_seed = seed
    left = deadline - time.perf_counter()
    if left <= 0:
        raise CannotError(f"building the model, {model.choices:,} choices, took longer than the limit")
    solver.parameters.max_time_in_seconds = left
    solver.solve(model.model, Watch())


def refuse(problem: Problem, buses: int, rounds: int) -> int:
    """Return the number of choices of bus, round, pickup and reception; raises `CannotError` where it is too large."""
    _, pickups, receptions = problem.shape
    choices = buses * rounds * pickups * receptions
    if choices > MOST_CHOICES:
        slots = f"{buses:,} buses x {rounds} rounds x {pickups} pickups x {receptions} receptions"
        raise CannotError(f"model not built: it needs {choices:,} choices ({slots})")
    return choices


def total(variables: list[Any]) -> Any:
    """Return the sum of variables."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.sum(variables)


def weighted(variables: list[Any], weights: list[int]) -> Any:
    """Return the weighted sum of variables."""
    from ortools.sat.python import cp_model

    return cp_model.LinearExpr.weighted_sum(variables, weights)


class Slots:
    """The model: `take[b, r, i, j]` for bus b's round r from pickup i to reception j."""

    def __init__(self, problem: Problem, first: Tours) -> None:
        from ortools.sat.python import cp_model

        self.problem = problem
        self.fleet = [d for d, n in enumerate(problem.buses.tolist()) for _ in range(n)]
        most = max(len(stops) for _, stops in first)
        self.rounds = max(most, int(ROUNDS * problem.trips / len(self.fleet)) + 1)
        _, pickups, receptions = problem.shape
        self.choices = refuse(problem, len(self.fleet), self.rounds)
        self.model = cp_model.CpModel()
        self.longest = self.model.new_int_var(0, HORIZON, "")
        self.pairs = [(i, j) for i in range(pickups) for j in range(receptions) if problem.pickup_reception[i, j] < FAR]
        self.cells = [(b, r) for b in range(len(self.fleet)) for r in range(self.rounds)]
        new = self.model.new_bool_var
        self.take: Variables = {(b, r, i, j): new("") for b, r in self.cells for i, j in self.pairs}
        self.at: Variables = {(b, r, i): new("") for b, r in self.cells for i in range(pickups)}
        self.end: Variables = {(b, r, j): new("") for b, r in self.cells for j in range(receptions)}
        ways = [(j, i) for j in range(receptions) for i in range(pickups) if problem.reception_pickup[j, i] < FAR]
        self.back: Variables = {(b, r, j, i): new("") for b, r in self.cells if r for j, i in ways}
        self.ways = ways
        self._link()
        self._serve()
        self._time()
        self._order()
        self._hint(sorted(first, key=lambda tour: -len(tour[1])))
        self.model.minimize(self.longest)

    def _link(self) -> None:
        """At most one trip a round, its pickup and its reception, and a way back to it from the round before."""
        _, pickups, receptions = self.problem.shape
        add, take, back = self.model.add, self.take, self.back
        go_of = [[pair for pair in self.pairs if pair[0] == i] for i in range(pickups)]
        go_to = [[pair for pair in self.pairs if pair[1] == j] for j in range(receptions)]
        back_to = [[way for way in self.ways if way[1] == i] for i in range(pickups)]
        back_of = [[way for way in self.ways if way[0] == j] for j in range(receptions)]
        for b, r in self.cells:
            self.model.add_at_most_one([self.at[b, r, i] for i in range(pickups)])
            for i in range(pickups):
                add(total([take[b, r, *pair] for pair in go_of[i]]) == self.at[b, r, i])
                if r:
                    add(total([back[b, r, *way] for way in back_to[i]]) == self.at[b, r, i])
            for j in range(receptions):
                add(total([take[b, r, *pair] for pair in go_to[j]]) == self.end[b, r, j])
                if r:
                    add(total([back[b, r, *way] for way in back_of[j]]) <= self.end[b, r - 1, j])

    def _serve(self) -> None:
        for i, load in enumerate(self.problem.loads.tolist()):
            self.model.add(total([self.at[b, r, i] for b, r in self.cells]) == load)
        for j, places in enumerate(self.problem.capacity.tolist()):
            self.model.add(total([self.end[b, r, j] for b, r in self.cells]) <= places)

    def _order(self) -> None:
        """Let each bus of a depot make no fewer trips than the next: they are alike, so nothing is lost."""
        _, pickups, _ = self.problem.shape
        trips = [
            total([self.at[b, r, i] for r in range(self.rounds) for i in range(pickups)])
            for b in range(len(self.fleet))
        ]
        for b in range(len(self.fleet) - 1):
            if self.fleet[b] == self.fleet[b + 1]:
                self.model.add(trips[b] >= trips[b + 1])

    def _time(self) -> None:
        _, pickups, _ = self.problem.shape
        back, go = self.problem.reception_pickup.tolist(), self.problem.pickup_reception.tolist()
        first = [(0, i) for i in range(pickups)]
        for b, depot in enumerate(self.fleet):
            start = self.problem.depot_pickup[depot].tolist()
            legs = [self.at[b, r, i] for r, i in first]
            minutes = [start[i] for _, i in first]
            for r in range(self.rounds):
                legs += [self.take[b, r, i, j] for i, j in self.pairs]
                minutes += [go[i][j] for i, j in self.pairs]
                if r:
                    legs += [self.back[b, r, j, i] for j, i in self.ways]
                    minutes += [back[j][i] for j, i in self.ways]
            self.model.add(self.longest >= weighted(legs, minutes))

    def _hint(self, first: Tours) -> None:
        free = {d: iter([b for b, depot in enumerate(self.fleet) if depot == d]) for d in set(self.fleet)}
        routes = [(next(free[d]), stops) for d, stops in first]
        taken = {(b, r, *stop) for b, stops in routes for r, stop in enumerate(stops)}
        visits, ends = {(b, r, i) for b, r, i, _ in taken}, {(b, r, j) for b, r, _, j in taken}
        backs = {(b, r, stops[r - 1][1], stops[r][0]) for b, stops in routes for r in range(1, len(stops))}
        for variables, hinted in ((self.take, taken), (self.at, visits), (self.end, ends), (self.back, backs)):
            for key, variable in variables.items():
                self.model.add_hint(variable, key in hinted)
        self.model.add_hint(self.longest, longest(self.problem, first))

    def tours(self, value: Any) -> Tours:
        """Return the tours of a solution."""
        found: Tours = []
        for b, depot in enumerate(self.fleet):
            stops = [(i, j) for r in range(self.rounds) for i, j in self.pairs if value(self.take[b, r, i, j])]
            if stops:
                found.append((depot, stops))
        return found
