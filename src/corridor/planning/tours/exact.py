"""Few trips are searched to the end: every tour worth a bus, then the best set of them, proven."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from ortools.sat.python import cp_model

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem

MOST_TRIPS = 14
MOST_STATES = 4_000_000  # loads taken x places used x last reception
MOST_TOURS = 60_000
CELL_SECONDS = 4e-9  # for each leg that a state is extended by
EFFORT = 30.0  # deterministic units of one search, so that the same seed ends the same way
Found = tuple[Ints, list[Ints]]


@kernel(
    "void(int64, int32[::1], int32[:,::1], int32[:,::1], int64[::1], int64[::1], int64[::1], int64[::1], "
    "int32[:,:,::1], int32[:,:,::1])"
)
def extend(  # noqa: C901
    most: int,
    start: Ints,
    go: Ints,
    back: Ints,
    load: Longs,
    load_step: Longs,
    room: Longs,
    room_step: Longs,
    best: Ints,
    came: Ints,
) -> None:
    """Fill the fewest minutes (P, R, K) of a tour that takes the loads p, uses the places r and ends at k.

    p and r count in mixed radix with the given steps, so a tour's parts come before it. Tours above `most` minutes
    are left out. `came` holds pickup and last reception but one of the best tour, as pickup * (K + 1) + reception.
    """
    pickups, receptions = go.shape
    for p in range(best.shape[0]):
        for r in range(best.shape[1]):
            for k in range(-1, receptions):
                if k < 0:
                    if p or r:
                        continue
                    now = 0
                else:
                    now = best[p, r, k]
                    if now > most:
                        continue
                for i in range(pickups):
                    if (p // load_step[i]) % (load[i] + 1) == load[i]:
                        continue
                    at = now + (start[i] if k < 0 else back[k, i])
                    for j in range(receptions):
                        if room_step[j] and (r // room_step[j]) % (room[j] + 1) == room[j]:
                            continue
                        value = at + go[i, j]
                        q, s = p + load_step[i], r + room_step[j]
                        if value <= most and value < best[q, s, j]:
                            best[q, s, j] = value
                            came[q, s, j] = i * (receptions + 1) + k + 1


class _Tables:
    """The fewest minutes of every set of loads and places, for each depot with buses."""

    def __init__(self, problem: Problem, most: int, left: float) -> None:
        self.problem = problem
        self.load = problem.loads.astype(np.int64)
        # a reception that cannot fill up need not be counted
        self.room = np.where(problem.capacity >= problem.trips, 0, problem.capacity).astype(np.int64)
        self.load_step = np.concatenate(([1], np.cumprod(self.load + 1)[:-1]))
        tight = problem.capacity < problem.trips
        self.room_step = np.where(tight, np.concatenate(([1], np.cumprod(self.room + 1)[:-1])), 0)
        shape = (int(np.prod(self.load + 1)), int(np.prod((self.room + 1).astype(np.float64))), len(self.room))
        cells = float(shape[0]) * shape[1] * shape[2]
        ways = len(self.load) * len(self.room) * np.count_nonzero(problem.buses)
        self.fits = cells <= MOST_STATES and cells * ways * CELL_SECONDS <= left / 2
        self.best: dict[int, Ints] = {}
        self.came: dict[int, Ints] = {}
        for d in np.flatnonzero(problem.buses > 0).tolist() if self.fits else ():
            best, came = np.full(shape, FAR, np.int32), np.zeros(shape, np.int32)
            legs = (problem.depot_pickup[d], problem.pickup_reception, problem.reception_pickup)
            extend(most, *legs, self.load, self.load_step, self.room, self.room_step, best, came)
            self.best[d], self.came[d] = best, came

    def tours(self) -> list[tuple[int, int, int, int]]:
        """Return (minutes, depot, p, r) of the best tour of every set of loads and places."""
        found = []
        for d, best in self.best.items():
            least = best.min(axis=2)
            p, r = np.nonzero(least < FAR)
            found += list(zip(least[p, r].tolist(), [d] * len(p), p.tolist(), r.tolist(), strict=True))
        return sorted(found)

    def digits(self, code: int, size: Longs, step: Longs) -> list[int]:
        """Return the counts that a mixed-radix code stands for."""
        return [int(code // s % (n + 1)) if s else 0 for n, s in zip(size, step, strict=True)]

    def stops(self, depot: int, p: int, r: int) -> Ints:
        """Return the stops of the best tour of a set."""
        receptions = len(self.room)
        k = int(self.best[depot][p, r].argmin())
        stops: list[int] = []
        while p:
            i, last = divmod(int(self.came[depot][p, r, k]), receptions + 1)
            stops = [i, k, *stops]
            p, r, k = p - int(self.load_step[i]), r - int(self.room_step[k]), last - 1
        return np.array(stops, np.int32)


def search(problem: Problem, high: int, low: int, left: Callable[[], float], seed: int) -> tuple[Found | None, int]:
    """Return tours shorter than `high` minutes, none where there are none, and a proven bound of at least `low`.

    Dynamic programming gives the shortest tour of every set of loads and places; whether T minutes are enough is then
    a choice of sets, one for a bus, that take each load once; T is found by halving. `left` gives the seconds left;
    what is proven when they end holds. More sets than fit are not searched: then nothing is found and `low` stands.
    """
    if not problem.trips or np.prod(problem.loads.astype(np.float64) + 1) > MOST_STATES:
        return None, low
    tables = _Tables(problem, high - 1, left())
    tours = tables.tours() if tables.fits else []
    if not tables.fits or len(tours) > MOST_TOURS:
        return None, low
    found: Found | None = None
    while low < high:
        middle = (low + high) // 2
        chosen = _choose(tables, [tour for tour in tours if tour[0] <= middle], left(), seed)
        if chosen is None:
            break
        if not chosen:
            low = middle + 1
            continue
        depots = np.array([depot for _, depot, _, _ in chosen], np.int32)
        found = (depots, [tables.stops(depot, p, r) for _, depot, p, r in chosen])
        high = max(minutes for minutes, _, _, _ in chosen)
    return found, low


def _choose(
    tables: _Tables, tours: list[tuple[int, int, int, int]], left: float, seed: int
) -> list[tuple[int, int, int, int]] | None:
    """Return tours that take every load once, an empty list where no choice does, None where time ran out."""
    problem = tables.problem
    model = cp_model.CpModel()
    take = [model.new_int_var(0, int(problem.buses[d]), "") for _, d, _, _ in tours]
    loads = np.array([tables.digits(p, tables.load, tables.load_step) for _, _, p, _ in tours], np.int64)
    places = np.array([tables.digits(r, tables.room, tables.room_step) for _, _, _, r in tours], np.int64)
    depots = np.array([d for _, d, _, _ in tours], np.int64)
    if not len(tours):
        return []

    def total(amounts: Longs) -> cp_model.LinearExpr:
        used = np.flatnonzero(amounts)
        return cp_model.LinearExpr.weighted_sum([take[c] for c in used], amounts[used].tolist())

    for i, waiting in enumerate(problem.loads.tolist()):
        model.add(total(loads[:, i]) == waiting)
    for j in np.flatnonzero(tables.room_step):
        model.add(total(places[:, j]) <= int(tables.room[j]))
    for d, buses in enumerate(problem.buses.tolist()):
        model.add(total((depots == d).astype(np.int64)) <= buses)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = seed % 2**31
    solver.parameters.max_time_in_seconds = max(0.05, min(left, 3600.0))
    solver.parameters.max_deterministic_time = EFFORT
    status = solver.solve(model)
    if status == cp_model.INFEASIBLE:
        return []
    if status not in {cp_model.OPTIMAL, cp_model.FEASIBLE}:
        return None
    return [tour for tour, x in zip(tours, take, strict=True) for _ in range(solver.value(x))]
