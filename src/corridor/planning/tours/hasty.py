"""Plans in hand at once: tours of nearly equal length, before any of them is good."""

from __future__ import annotations

import heapq

import numpy as np

from corridor.planning.tours.build import tours_of
from corridor.planning.tours.flow import Skeleton
from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem


@kernel(
    "int64(int64[:,::1], int64[:,::1], int64[:,::1], int64[::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], "
    "int32[::1], int32[::1], int32[::1], int32[::1])"
)
def rush(  # noqa: C901
    start: Longs,
    go: Longs,
    back: Longs,
    loads: Longs,
    depot_pickup: Ints,
    pickup_reception: Ints,
    reception_pickup: Ints,
    depot: Ints,
    pickup: Ints,
    reception: Ints,
    bus_of: Ints,
    place: Ints,
) -> int:
    """Drive as `drive` does, but send a bus whose reception has no planned return left to the nearest load left.

    So no bus rests while loads wait, and the tours end at nearly the same time for some more driving.
    """
    buses = 0
    queue: list[tuple[int, int, int]] = [(0, 0, 0)]
    queue.clear()
    for d in range(start.shape[0]):
        for i in range(start.shape[1]):
            for _ in range(start[d, i]):
                depot[buses] = d
                loads[i] -= 1
                heapq.heappush(queue, (depot_pickup[d, i] + 0, buses, i))
                buses += 1
    made = np.zeros(buses, np.int64)
    trip = 0
    while queue:
        clock, bus, i = heapq.heappop(queue)
        j = go[i].argmax()
        go[i, j] -= 1
        pickup[trip], reception[trip], bus_of[trip], place[trip] = i, j, bus, made[bus]
        made[bus] += 1
        trip += 1
        then, most, near, leg = -1, 0, -1, FAR
        for k in range(len(loads)):
            if loads[k] > 0:
                if back[j, k] > most:
                    then, most = k, back[j, k]
                if reception_pickup[j, k] < leg:
                    near, leg = k, reception_pickup[j, k]
        if then >= 0:
            back[j, then] -= 1
        else:
            then = near
        if then >= 0:
            loads[then] -= 1
            heapq.heappush(queue, (clock + pickup_reception[i, j] + reception_pickup[j, then], bus, then))
    return trip


def build_soon(problem: Problem, flow: Skeleton) -> tuple[Ints, list[Ints]] | None:
    """Return depots and stops of tours of nearly equal length that drive a little more; None where loads are left."""
    start, go, back = (x.astype(np.int64) for x in (flow.start, flow.go, flow.back))
    depot = np.zeros(flow.tours, np.int32)
    trips = [np.zeros(problem.trips, np.int32) for _ in range(4)]
    matrices = (problem.depot_pickup, problem.pickup_reception, problem.reception_pickup)
    made = rush(start, go, back, problem.loads.astype(np.int64), *matrices, depot, *trips)
    return (depot, tours_of(made, flow.tours, *trips)) if made == problem.trips else None


@kernel(
    "int64(int32[::1], int64[::1], int64[::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], int32[::1], "
    "int32[::1], int32[::1], int32[::1])"
)
def scatter(  # noqa: C901
    buses: Ints,
    loads: Longs,
    room: Longs,
    depot_pickup: Ints,
    pickup_reception: Ints,
    reception_pickup: Ints,
    depot: Ints,
    pickup: Ints,
    reception: Ints,
    bus_of: Ints,
    place: Ints,
) -> int:
    """Let the bus that is free first take the nearest load to the nearest reception with room; return the trips."""
    queue: list[tuple[int, int, int]] = [(0, 0, 0)]
    queue.clear()
    bus = 0
    for d in range(len(buses)):
        for _ in range(buses[d]):
            if bus < len(depot):
                depot[bus] = d
                heapq.heappush(queue, (0, bus, -1))
                bus += 1
    made = np.zeros(len(depot), np.int64)
    trip = 0
    while queue and trip < len(pickup):
        clock, bus, j = heapq.heappop(queue)
        then, leg = -1, FAR
        for i in range(len(loads)):
            if loads[i] > 0:
                away = depot_pickup[depot[bus], i] if j < 0 else reception_pickup[j, i]
                if away < leg:
                    then, leg = i, away
        to, onward = -1, FAR
        if then >= 0:
            for k in range(len(room)):
                if room[k] > 0 and pickup_reception[then, k] < onward:
                    to, onward = k, pickup_reception[then, k]
        if to < 0:
            continue
        loads[then] -= 1
        room[to] -= 1
        pickup[trip], reception[trip], bus_of[trip], place[trip] = then, to, bus, made[bus]
        made[bus] += 1
        trip += 1
        heapq.heappush(queue, (clock + leg + onward, bus, to))
    return trip


def build_now(problem: Problem) -> tuple[Ints, list[Ints]] | None:
    """Return depots and stops of greedy tours without any flow; None where they leave loads behind."""
    depot = np.zeros(problem.fleet, np.int32)
    trips = [np.zeros(problem.trips, np.int32) for _ in range(4)]
    matrices = (problem.depot_pickup, problem.pickup_reception, problem.reception_pickup)
    loads, room = problem.loads.astype(np.int64), problem.capacity.astype(np.int64)
    if scatter(problem.buses, loads, room, *matrices, depot, *trips) < problem.trips:
        return None
    tours = tours_of(problem.trips, problem.fleet, *trips)
    used = [bus for bus, tour in enumerate(tours) if len(tour)]
    return depot[used], [tours[bus] for bus in used]
