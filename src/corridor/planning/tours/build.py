"""The event-driven build: the bus that is free first takes the next drive of the flow."""

from __future__ import annotations

import heapq
from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from corridor.planning.tours.flow import Skeleton
from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem

Flags = NDArray[np.bool_]


def join(problem: Problem, flow: Skeleton) -> Skeleton | None:
    """Return a flow whose every drive can be reached from a depot, or None where no exchange does that.

    An optimal flow may hold circulations that no bus enters. Each is joined to the served part by exchanging the
    heads of two returns (or of a start and a return) at the least extra driving, Karp's patching (1979), which
    cannot split either part; then once more for every bus's worth of its driving, as long as nothing is cut off.
    """
    pickups, receptions = flow.go.shape
    # served drives into pickups come from receptions or depots, so one matrix of minutes serves both
    minutes = np.vstack((problem.reception_pickup, problem.depot_pickup)).astype(np.int64)
    drives = np.vstack((flow.back, flow.start)).astype(np.int64)
    waiting = problem.loads > 0
    share = max(1.0, flow.driving / flow.tours)
    while True:
        part, lost = _lost(drives, flow.go)
        if not lost[:pickups][waiting].any():
            return replace(flow, back=drives[:receptions].astype(np.int32), start=drives[receptions:].astype(np.int32))
        here = part == part[np.flatnonzero(lost[:pickups] & waiting)[0]]
        inside, origin = here[:pickups], here[pickups:]
        work = (flow.go[inside] * problem.pickup_reception[inside].astype(np.float64)).sum()
        work += (drives[:, inside] * minutes[:, inside].astype(np.float64)).sum()
        sound = None
        for _ in range(max(1, round(work / share))):
            if not _exchange(drives, minutes, inside, origin, lost):
                break
            if sound is not None and (_lost(drives, flow.go)[1][:pickups] & (inside | ~lost[:pickups]) & waiting).any():
                drives = sound
                break
            sound = drives.copy()
        if sound is None:
            return None


def _exchange(drives: Longs, minutes: Longs, inside: Flags, origin: Flags, lost: Flags) -> bool:
    """Exchange the cheapest pair of heads between a lost part and the served one, in place; False where none fits."""
    pickups = len(inside)
    x, y = np.nonzero(drives)
    mine, served = inside[y] & origin[x], ~lost[:pickups][y] & ~lost[pickups:][x]
    j, i, x, y = x[mine], y[mine], x[served], y[served]
    if not len(j) or not len(x):
        return False
    extra = minutes[np.ix_(x, i)] + minutes[np.ix_(j, y)].T - minutes[x, y][:, None] - minutes[j, i][None, :]
    u, v = divmod(int(extra.argmin()), len(j))
    if extra[u, v] >= FAR // 2:
        return False
    for row, column, change in ((x[u], y[u], -1), (j[v], i[v], -1), (x[u], i[v], 1), (j[v], y[u], 1)):
        drives[row, column] += change
    return True


def _lost(drives: Longs, go: Ints) -> tuple[Longs, Flags]:
    """Return the part of each pickup, reception and depot in one array, and which of them no bus enters."""
    part = _parts(drives, go)
    return part, ~np.isin(part, part[sum(go.shape) :][drives[go.shape[1] :].any(axis=1)])


def _parts(drives: Longs, go: Ints) -> Longs:
    """Label the connected parts of a flow: pickups (S), receptions (K), depots (D) in one array."""
    pickups = len(go)
    size = pickups + drives.shape[0]
    i, j = np.nonzero(go)
    x, y = np.nonzero(drives)
    links = (np.concatenate((i, y)), np.concatenate((j, x)) + pickups)
    graph = coo_array((np.ones(len(links[0]), np.int8), links), shape=(size, size))
    return cast("Longs", connected_components(graph, directed=False)[1].astype(np.int64))


@kernel(
    "int64(int64[:,::1], int64[:,::1], int64[:,::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], int32[::1], "
    "int32[::1], int32[::1], int32[::1])"
)
def drive(
    start: Longs,
    go: Longs,
    back: Longs,
    depot_pickup: Ints,
    pickup_reception: Ints,
    reception_pickup: Ints,
    depot: Ints,
    pickup: Ints,
    reception: Ints,
    bus_of: Ints,
    place: Ints,
) -> int:
    """Let the bus that is free first take the commonest next drive of where it stands; return the trips made.

    Trip t of the result is `pickup[t]` to `reception[t]` by bus `bus_of[t]` as its trip `place[t]`. Time only moves
    forward, so windows, bays and headways can hold a bus back here: this is the decoder. The drives taken are
    removed from `start`, `go` and `back`; rounds that no bus came by for are left in them.
    """
    buses = 0
    queue: list[tuple[int, int, int]] = [(0, 0, 0)]
    queue.clear()
    for d in range(start.shape[0]):
        for i in range(start.shape[1]):
            for _ in range(start[d, i]):
                depot[buses] = d
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
        then = back[j].argmax()
        if back[j, then] > 0:
            back[j, then] -= 1
            heapq.heappush(queue, (clock + pickup_reception[i, j] + reception_pickup[j, then], bus, then))
    return trip


def build(problem: Problem, flow: Skeleton) -> tuple[Ints, list[Ints]]:
    """Return the depot of each bus (B,) and its stops, pickup and reception in turn, for a joined flow."""
    start, go, back = (x.astype(np.int64) for x in (flow.start, flow.go, flow.back))
    depot = np.zeros(flow.tours, np.int32)
    trips = [np.zeros(problem.trips, np.int32) for _ in range(4)]
    matrices = (problem.depot_pickup, problem.pickup_reception, problem.reception_pickup)
    made = drive(start, go, back, *matrices, depot, *trips)
    tours = tours_of(made, flow.tours, *trips)
    _set_in(tours, go, back)
    return depot, tours


def tours_of(trips: int, buses: int, pickup: Ints, reception: Ints, bus_of: Ints, place: Ints) -> list[Ints]:
    """Return the stops of each bus from its trips in any order."""
    order = np.lexsort((place[:trips], bus_of[:trips]))
    stops = np.column_stack((pickup[order], reception[order])).ravel()
    ends = 2 * np.cumsum(np.bincount(bus_of[:trips], minlength=buses))
    return np.split(stops, ends[:-1])


def _set_in(tours: list[Ints], go: Longs, back: Longs) -> None:
    """Insert the rounds nobody drove, closed walks of what is left of the flow, into the shortest tours they touch."""
    pickups = len(go)
    while go.any():
        # which tours touch what is left, and where first: one pass over all stops, then walks into disjoint tours
        left = np.concatenate((go.any(axis=1), back.any(axis=1)))
        sizes = np.array([len(tour) for tour in tours])
        stops = np.concatenate(tours) + np.where(np.arange(sizes.sum()) % 2 == 0, 0, pickups)
        at = np.flatnonzero(left[stops])
        bus, first = np.unique(np.searchsorted(np.cumsum(sizes), at, side="right"), return_index=True)
        place = at[first] - (np.cumsum(sizes) - sizes)[bus]
        for number in np.argsort(sizes[bus], kind="stable").tolist():
            _walk_in(tours, int(bus[number]), int(place[number]), go, back)


def _walk_in(tours: list[Ints], bus: int, at: int, go: Longs, back: Longs) -> None:
    """Drive on from one stop of a tour through what is left until that stop again, where anything is left there."""
    first = here = int(tours[bus][at])
    full = at % 2 == 0  # a walk from a pickup takes a load first, one from a reception drives back first
    if not (go[here] if full else back[here]).any():
        return
    walk: list[int] = []
    while True:
        onward = go[here] if full else back[here]
        there = int(onward.argmax())
        onward[there] -= 1
        walk.append(there)
        here, full = there, not full
        if here == first and full == (at % 2 == 0):
            break
    # the walk ends where it began, so it goes in right after the first visit
    tours[bus] = np.insert(tours[bus], at + 1, walk)
