"""All legs in one flat array, the flow's prices of them, and for each place the places it is cheaply reached from.

A *tail* is where a leg begins: a pickup (0 to S - 1), a reception (S to S + K - 1) or a depot (from S + K on). A *head*
is where it ends: a reception (0 to K - 1), a pickup (K to K + S - 1) or the end of the tour (K + S). Each tail has legs
to heads of one kind only, so a leg's minutes stand at `minutes[base[tail] + head]`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from corridor.planning.tours.flow import Skeleton
from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem

NEAR = 16  # tails kept for a head


@dataclass(frozen=True, eq=False)
class Legs:
    """`minutes` (flat), `base` (tails,); the flow's potentials `leaves` (tails,) and `enters` (heads,).

    `near` and `dear` (heads, NEAR) are the tails of the least reduced cost and that cost, -1 where there is no more.
    """

    minutes: Ints
    base: Longs
    leaves: Longs
    enters: Longs
    near: Ints
    dear: Ints


@kernel(
    "void(int32[:,::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[:,::1], int32[::1], "
    "int32[::1], int32[::1], int64[::1], int64[::1], int64[::1], int64[::1], int64[::1])"
)
def settle_prices(  # noqa: C901, PLR0912
    depot_pickup: Ints,
    pickup_reception: Ints,
    reception_pickup: Ints,
    start: Ints,
    go: Ints,
    back: Ints,
    end: Ints,
    buses: Ints,
    capacity: Ints,
    waiting: Longs,
    served: Longs,
    arrive: Longs,
    leave: Longs,
    depot: Longs,
) -> None:
    """Fill the potentials of an optimal flow's nodes, 0 to begin with, by Bellman and Ford on what is left of it.

    Along every leg a bus could still take, the potential rises by at most the minutes; along every leg the flow uses,
    by exactly them. The source and the sink are folded into the depots and the receptions.
    """
    depots, pickups = depot_pickup.shape
    receptions = len(capacity)
    source, sink = 0, 0
    for _ in range(4 * (depots + pickups + receptions)):
        changed = False
        for d in range(depots):
            used = 0
            for i in range(pickups):
                used += start[d, i]
            if used < buses[d] and depot[d] > source:
                depot[d] = source
                changed = True
            if used > 0 and source > depot[d]:
                source = depot[d]
                changed = True
            for i in range(pickups):
                leg = depot_pickup[d, i]
                if leg < FAR and waiting[i] > depot[d] + leg:
                    waiting[i] = depot[d] + leg
                    changed = True
                if start[d, i] > 0 and depot[d] > waiting[i] - leg:
                    depot[d] = waiting[i] - leg
                    changed = True
        for i in range(pickups):
            for j in range(receptions):
                leg = pickup_reception[i, j]
                if leg < FAR and arrive[j] > served[i] + leg:
                    arrive[j] = served[i] + leg
                    changed = True
                if go[i, j] > 0 and served[i] > arrive[j] - leg:
                    served[i] = arrive[j] - leg
                    changed = True
        for j in range(receptions):
            used = 0
            for i in range(pickups):
                used += go[i, j]
            if used < capacity[j] and leave[j] > arrive[j]:
                leave[j] = arrive[j]
                changed = True
            if used > 0 and arrive[j] > leave[j]:
                arrive[j] = leave[j]
                changed = True
            if sink > leave[j] and capacity[j] > 0:
                sink = leave[j]
                changed = True
            if end[j] > 0 and leave[j] > sink:
                leave[j] = sink
                changed = True
            for i in range(pickups):
                leg = reception_pickup[j, i]
                if leg < FAR and waiting[i] > leave[j] + leg:
                    waiting[i] = leave[j] + leg
                    changed = True
                if back[j, i] > 0 and leave[j] > waiting[i] - leg:
                    leave[j] = waiting[i] - leg
                    changed = True
        if not changed:
            break


def make_legs(problem: Problem, flow: Skeleton) -> Legs:
    """Return the legs of a problem, priced by an optimal flow."""
    depots, pickups, receptions = problem.shape
    waiting, served = np.zeros(pickups, np.int64), np.zeros(pickups, np.int64)
    arrive, leave = np.zeros(receptions, np.int64), np.zeros(receptions, np.int64)
    depot = np.zeros(depots, np.int64)
    matrices = (problem.depot_pickup, problem.pickup_reception, problem.reception_pickup)
    drives = (flow.start, flow.go, flow.back, flow.end)
    settle_prices(*matrices, *drives, problem.buses, problem.capacity, waiting, served, arrive, leave, depot)
    back = np.zeros((receptions + depots, pickups + 1), np.int32)
    back[:receptions, :pickups], back[receptions:, :pickups] = problem.reception_pickup, problem.depot_pickup
    base = np.concatenate(
        (
            receptions * np.arange(pickups),
            pickups * receptions + (pickups + 1) * np.arange(receptions + depots) - receptions,
        )
    )
    onward = problem.pickup_reception + served[:, None] - arrive[None, :]
    sink = leave.min(initial=0, where=problem.capacity > 0)
    return_to = back + np.concatenate((leave, depot))[:, None] - np.concatenate((waiting, [sink]))[None, :]
    near = np.full((receptions + pickups + 1, NEAR), -1, np.int32)
    dear = np.full(near.shape, FAR, np.int32)
    for rows, cost, shift in ((slice(receptions), onward.T, 0), (slice(receptions, None), return_to.T, pickups)):
        width = min(NEAR, cost.shape[1])
        order = np.argsort(cost, axis=1, kind="stable")[:, :width]
        near[rows, :width] = order + shift
        dear[rows, :width] = np.clip(np.take_along_axis(cost, order, axis=1), 0, FAR)
    minutes: Ints = np.concatenate((problem.pickup_reception.ravel(), back.ravel()))
    return Legs(
        minutes,
        base.astype(np.int64),
        np.concatenate((served, leave, depot)),
        np.concatenate((arrive, waiting, [sink])),
        near,
        dear,
    )
