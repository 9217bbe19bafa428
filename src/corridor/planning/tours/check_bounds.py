"""The stated bounds derived again, by a linear programme of its own that shares no code with the search."""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from corridor.finding import Finding
from corridor.planning.tours.problem import FAR, Problem
from corridor.planning.tours.tour_plan import TourPlan

Reals = NDArray[np.float64]
Whole = NDArray[np.signedinteger]
TOLERANCE = 1e-6  # of a minute a bus, which rounding in floating point stays far below
CLOSE = 1e-4
MOST_LEGS = 300_000  # legs up to which the flow bound is derived again
MOST_SECONDS = 30.0  # spent on one bound
MOST_ROUTE_CELLS = 2_000_000  # minutes x pickups x receptions up to which the route bound is derived again
REMEDY = "plan again from this instance"


def check_bounds(problem: Problem, plan: TourPlan) -> list[Finding]:
    """Return an error for each stated bound that cannot be derived again, an open point for each that is too dear.

    The flow bound is derived by a linear programme up to `MOST_LEGS` legs, the route bound by column generation up to
    `MOST_ROUTE_CELLS`; the bound of an exact search is held against the route bound and else left open.
    """
    findings: list[Finding] = []

    def find(name: str, what: str, *, dear: bool = False) -> None:
        remedy = "ask who made the plan how the bound was proven" if dear else REMEDY
        severity = "open" if dear else "error"
        findings.append(Finding(rule="bound", about=name, what=what, remedy=remedy, severity=severity))  # type: ignore[arg-type]

    again = flow_again(problem)
    if again is None:
        find(
            "flow",
            f"the bound of {plan.bounds.flow} minutes was not derived again: the instance is too large.",
            dear=True,
        )
    elif plan.bounds.flow > again:
        find("flow", f"states {plan.bounds.flow} minutes, and no more than {again} can be derived.")
    for name, bound in (("route", plan.bounds.route), ("search", plan.bounds.search)):
        if bound is None or (again is not None and bound <= again):
            continue
        holds = route_holds(problem, bound)
        if holds is None or (name == "search" and not holds):
            find(name, f"the bound of {bound} minutes was not derived again: that takes too long.", dear=True)
        elif not holds:
            find(name, f"states {bound} minutes, and tours of fewer can carry all loads, at least by fractions.")
    return findings


def flow_again(problem: Problem) -> int | None:
    """Return a lower bound on the clearance time: the least driving for each tour, and the earliest last arrival.

    The least of (total driving) / (number of tours) over all fractional plans, as one linear programme by the change
    of variables of Charnes and Cooper (1962): with k tours and y = 1 / k, the drives scaled by y are feasible for the
    programme with one tour, loads y l, room y u and buses y B, and its least driving bounds every k at once. None
    where that is too dear.
    """
    from scipy.optimize import linprog  # noqa: PLC0415 - the package loads no solver until a bound is asked for
    from scipy.sparse import coo_array  # noqa: PLC0415

    if not problem.trips:
        return 0
    depots, pickups, receptions = problem.shape
    d, first = np.nonzero((problem.depot_pickup < FAR) & (problem.loads > 0) & (problem.buses > 0)[:, None])
    open_way = (problem.loads > 0)[:, None] & (problem.capacity > 0)
    i, j = np.nonzero((problem.pickup_reception < FAR) & open_way)
    back, then = np.nonzero((problem.reception_pickup < FAR) & open_way.T)
    s, g, b = len(d), len(i), len(back)
    if s + g + b > MOST_LEGS:
        return None
    scale = s + g + b  # the column of y
    cost = np.concatenate(
        (problem.depot_pickup[d, first], problem.pickup_reception[i, j], problem.reception_pickup[back, then], [0])
    ).astype(np.float64)
    one = np.ones
    # equal to 0: into and out of each pickup less y l; and one tour in all
    loads = -np.tile(problem.loads, 2).astype(np.float64)
    equal = [
        (first, np.arange(s), one(s)),
        (pickups + i, s + np.arange(g), one(g)),
        (then, s + g + np.arange(b), one(b)),
        (np.arange(2 * pickups), np.full(2 * pickups, scale), loads),
        (np.full(s, 2 * pickups), np.arange(s), one(s)),
    ]
    # at most 0: arrivals less y u, returns less arrivals, starts less y B
    most = [
        (j, s + np.arange(g), one(g)),
        (np.arange(receptions), np.full(receptions, scale), -problem.capacity.astype(np.float64)),
        (receptions + back, s + g + np.arange(b), one(b)),
        (receptions + j, s + np.arange(g), -one(g)),
        (2 * receptions + d, np.arange(s), one(s)),
        (2 * receptions + np.arange(depots), np.full(depots, scale), -problem.buses.astype(np.float64)),
    ]

    def matrix(entries: Sequence[tuple[Whole, Whole, Reals]], height: int) -> object:
        rows, columns, values = (np.concatenate(part) for part in zip(*entries, strict=True))
        return coo_array((values, (rows, columns)), shape=(height, scale + 1)).tocsr()

    right = np.concatenate((np.zeros(2 * pickups), [1.0]))
    height = 2 * receptions + depots
    limits = (matrix(most, height), np.zeros(height), matrix(equal, 2 * pickups + 1), right)
    answer = linprog(cost, *limits, method="highs-ds", options={"time_limit": MOST_SECONDS})
    if not answer.success:
        return None
    # the least stands where the number of tours is whole, and the driving with it, so it is known exactly
    tours = max(1, round(1 / answer.x[-1]))
    whole = -(-round(answer.fun * tours) // tours)
    least = whole if abs(1 / answer.x[-1] - tours) < CLOSE * tours else int(np.floor(answer.fun - CLOSE))
    return max(least, _last_arrival(problem))


def _last_arrival(problem: Problem) -> int:
    """Return the earliest minute by which the pickup that is reached last can be served (Bellman and Ford)."""
    used = problem.loads > 0
    go = np.where((problem.capacity > 0)[None, :] & used[:, None], problem.pickup_reception.astype(np.int64), FAR)
    reach = np.where((problem.buses > 0)[:, None], problem.depot_pickup.astype(np.int64), FAR).min(axis=0)
    for _ in range(len(reach) + 1):
        onward = (reach[:, None] + go).min(axis=0)
        sooner = np.minimum(reach, (onward[:, None] + problem.reception_pickup).min(axis=0))
        if (sooner == reach).all():
            break
        reach = sooner
    return int((reach + go.min(axis=1))[used].max(initial=0))


def route_holds(problem: Problem, minutes: int) -> bool | None:
    """Tell whether tours shorter than so many minutes cannot carry everyone, even by fractions; None where too dear.

    Column generation of its own: the linear programme over the tours known so far says what a load is worth, a
    dynamic programme over the minutes left finds the most worthwhile tour of each depot. No plan is shorter once the
    loads that no tours can carry stay above 0 whatever tours are added (the dual value proves it).
    """
    from scipy.optimize import linprog  # noqa: PLC0415

    depots, pickups, receptions = problem.shape
    most = minutes - 1
    if problem.pickup_reception.min(initial=1) < 1 or most * pickups * receptions > MOST_ROUTE_CELLS:
        return None
    if most < 0:
        return True
    right = np.concatenate((-problem.loads, problem.capacity, problem.buses)).astype(np.float64)
    table = np.vstack((-np.eye(pickups), np.zeros((receptions + depots, pickups))))
    cost = np.ones(pickups)
    until = time.monotonic() + MOST_SECONDS
    while time.monotonic() < until:
        answer = linprog(cost, A_ub=table, b_ub=right, method="highs")
        if not answer.success:
            return None
        if answer.fun < TOLERANCE:
            return False
        dual = np.maximum(0.0, -answer.ineqlin.marginals)
        worth, toll, hire = np.split(dual, (pickups, pickups + receptions))
        worth = np.minimum(worth, 1.0)
        best = _best_tours(problem, worth, toll, most)
        proven = worth @ problem.loads - toll @ problem.capacity
        proven -= sum(int(n) * max(0.0, value) for n, (value, _) in zip(problem.buses, best, strict=True))
        if proven > TOLERANCE * max(1.0, problem.trips**0.5):
            return True
        fresh = [
            _column(problem, depot, stops)
            for depot, (value, stops) in enumerate(best)
            if stops and value > hire[depot] + TOLERANCE and problem.buses[depot] > 0
        ]
        if not fresh:
            return None
        table = np.column_stack((table, *fresh))
        cost = np.append(cost, np.zeros(len(fresh)))
    return None


def _best_tours(problem: Problem, worth: Reals, toll: Reals, most: int) -> list[tuple[float, list[int]]]:
    """Return for each depot the best reward of a tour of at most so many minutes, and its stops."""
    go, back = problem.pickup_reception.astype(np.int64), problem.reception_pickup.astype(np.int64)
    pickups, receptions = go.shape
    at_pickup = np.full((most + 1, pickups), -np.inf)
    at_reception = np.zeros((most + 1, receptions))
    rows, columns = np.arange(receptions)[None, :], np.arange(pickups)[None, :]
    for left in range(most + 1):
        rest = left - go
        gain = np.where(rest >= 0, at_reception[np.maximum(rest, 0), rows] - toll, -np.inf)
        at_pickup[left] = gain.max(axis=1) + worth
        rest = left - back
        onward = np.where(rest >= 0, at_pickup[np.maximum(rest, 0), columns], -np.inf)
        at_reception[left] = np.maximum(0.0, onward.max(axis=1))
    return [_follow(problem, depot, toll, most, (at_pickup, at_reception)) for depot in range(len(problem.buses))]


def _follow(
    problem: Problem, depot: int, toll: Reals, most: int, tables: tuple[Reals, Reals]
) -> tuple[float, list[int]]:
    """Return the best reward of a tour from a depot and the stops that earn it, read off the tables."""
    at_pickup, at_reception = tables
    left = most - problem.depot_pickup[depot].astype(np.int64)
    value = np.where(left >= 0, at_pickup[np.maximum(left, 0), np.arange(len(left))], -np.inf)
    best = float(value.max())
    stops: list[int] = []
    if not best > 0:
        return 0.0, stops
    i = int(value.argmax())
    now = int(left[i])
    while True:
        rest = now - problem.pickup_reception[i].astype(np.int64)
        gain = np.where(rest >= 0, at_reception[np.maximum(rest, 0), np.arange(len(rest))] - toll, -np.inf)
        j = int(gain.argmax())
        stops += [i, j]
        now = int(rest[j])
        if at_reception[now, j] <= 0:
            return best, stops
        rest = now - problem.reception_pickup[j].astype(np.int64)
        i = int(np.where(rest >= 0, at_pickup[np.maximum(rest, 0), np.arange(len(rest))], -np.inf).argmax())
        now = int(rest[i])


def _column(problem: Problem, depot: int, stops: list[int]) -> Reals:
    """Return the column of a tour: loads carried (negative), places used, one bus."""
    depots, pickups, receptions = problem.shape
    column = np.zeros(pickups + receptions + depots)
    np.subtract.at(column, stops[::2], 1.0)
    np.add.at(column, [pickups + j for j in stops[1::2]], 1.0)
    column[pickups + receptions + depot] = 1.0
    return column
