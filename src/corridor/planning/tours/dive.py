"""Diving: fix the tours the route LP is sure of, price again, until every bus has one."""

from __future__ import annotations

import numpy as np

from corridor.planning.tours.columns import Clock, Master, Pricing, Reals, Route, pick
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem

HIRE = 0.01  # of a bus, in loads left uncovered: slack is kept for the buses still to be fixed
ROUNDS = 60  # pricings between two fixings
PRICED = 6  # pricings after a fixing, where the columns at hand are mostly good


def dive(
    problem: Problem, most: int, pool: list[Route], stop: Clock, *, rng: np.random.Generator, noise: float = 0.0
) -> list[Route] | None:
    """Return tours of at most `most` minutes that cover nearly all loads once, or None when stopped before.

    Columns found on the way are added to `pool`; `noise` blurs the order in which shares are fixed. No load is taken
    twice and no reception overfilled.
    """
    loads, room, buses = (x.astype(np.int64) for x in (problem.loads, problem.capacity, problem.buses))
    master = Master(problem, loads, room, buses)
    pricing = Pricing(problem, most)
    for route in pool:
        if route.minutes <= most:
            master.add(route, HIRE)
    chosen: list[Route] = []
    rounds = ROUNDS
    while loads.any() and buses.any():
        for _ in range(rounds):
            if master.solve() == float("inf") or stop():
                return None
            worth, toll, hire = master.duals()
            pricing.run(np.where(loads > 0, worth, -1e9), np.where(room > 0, toll, 1e9), most)
            fresh = [r for r in pick(pricing, hire, buses, most, HIRE) if master.add(r, HIRE)]
            pool += fresh
            if not fresh:
                break
        if master.solve() == float("inf"):
            return None
        rounds = PRICED
        share = np.array([x.solution_value() for x in master.share])
        fixed = _fix(master, share * (1.0 + noise * rng.random(len(share))), loads, room, buses)
        if not fixed:
            break
        chosen += fixed
        _shrink(master, loads, room, buses)
    return chosen


def _fits(route: Route, loads: Longs, room: Longs, buses: Longs) -> bool:
    pickups, receptions = route.stops[::2], route.stops[1::2]
    return (
        buses[route.depot] > 0
        and all(pickups.count(i) <= loads[i] for i in set(pickups))
        and all(receptions.count(j) <= room[j] for j in set(receptions))
    )


def _fix(master: Master, share: Reals, loads: Longs, room: Longs, buses: Longs) -> list[Route]:
    """Take every whole share and the surest of the rest, a twentieth of the buses left; loads and room shrink."""
    taken: list[Route] = []
    ready = max(1, int(buses.sum()) // 20)
    for column in np.argsort(-share, kind="stable"):
        value = share[column]
        if value < 1e-4 or (len(taken) >= ready and value < 0.999):
            break
        route = master.routes[column]
        for _ in range(max(1, int(value + 1e-3))):
            if not _fits(route, loads, room, buses):
                break
            buses[route.depot] -= 1
            np.subtract.at(loads, list(route.stops[::2]), 1)
            np.subtract.at(room, list(route.stops[1::2]), 1)
            taken.append(route)
    return taken


def _shrink(master: Master, loads: Longs, room: Longs, buses: Longs) -> None:
    """Reduce the LP to what is left: rows to what they still ask or allow, columns that no longer fit to none."""
    infinity = master.solver.infinity()
    for row, load in zip(master.cover, loads.tolist(), strict=True):
        row.SetBounds(float(load), infinity)
    for row, places in zip(master.space, room.tolist(), strict=True):
        row.SetBounds(-infinity, float(places))
    for row, count in zip(master.fleet, buses.tolist(), strict=True):
        row.SetBounds(-infinity, float(count))
    for route, share in zip(master.routes, master.share, strict=True):
        if share.ub() > 0 and not _fits(route, loads, room, buses):
            share.SetUb(0.0)


def complete(problem: Problem, routes: list[Route]) -> tuple[Ints, list[Ints]] | None:
    """Return depots (B,) and stops of tours that serve every load: what is left goes where it ends soonest."""
    loads, room, buses = (x.astype(np.int64).copy() for x in (problem.loads, problem.capacity, problem.buses))
    depot: list[int] = []
    tours: list[list[int]] = []
    minutes: list[int] = []
    for route in routes:
        depot.append(route.depot)
        tours.append(list(route.stops))
        minutes.append(route.minutes)
        buses[route.depot] -= 1
        np.subtract.at(loads, list(route.stops[::2]), 1)
        np.subtract.at(room, list(route.stops[1::2]), 1)
    for d in np.flatnonzero(buses > 0):
        for _ in range(min(int(buses[d]), int(loads.sum()))):
            depot.append(int(d))
            tours.append([])
            minutes.append(0)
    go, back, start = problem.pickup_reception, problem.reception_pickup, problem.depot_pickup
    home, clock = np.array(depot, np.int64), np.array(minutes, np.int64)
    last = np.array([tour[-1] if tour else -1 for tour in tours], np.int64)
    for i in np.repeat(np.arange(len(loads)), loads).tolist():
        reach = clock + np.where(last >= 0, back[last, i], start[home, i])
        bus = int(reach.argmin())
        onward = np.where(room > 0, go[i].astype(np.int64), FAR)
        j = int(onward.argmin())
        if reach[bus] + onward[j] >= FAR:
            return None
        tours[bus] += [i, j]
        clock[bus], last[bus] = reach[bus] + onward[j], j
        room[j] -= 1
    used = [bus for bus, tour in enumerate(tours) if tour]
    return np.array([depot[bus] for bus in used], np.int32), [np.array(tours[bus], np.int32) for bus in used]
