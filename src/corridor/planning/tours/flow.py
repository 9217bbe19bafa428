"""The min-cost flow under every plan: who serves whom, the empty returns, and a lower bound."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from corridor.planning.tours.problem import FAR, Ints, Longs, Problem

AnyInts = Ints | Longs
IDLE = 1_000_000_000_000  # minutes charged for a bus that stays idle
FEWER = 2**60  # driving of so few tours that they do not reach every pickup


@dataclass(frozen=True, eq=False)
class Skeleton:
    """An optimal flow of exactly `tours` buses, all counts of drives.

    `start` (D, S), `go` (S, K), `back` (K, S) and `end` (K,); `driving` is the total in minutes.
    """

    tours: int
    driving: int
    start: Ints
    go: Ints
    back: Ints
    end: Ints


class FlowNetwork:
    """Depot, pickup (in and out) and reception (in and out) nodes, with one solve per number of tours.

    A pickup takes in as many empty buses as it has loads and gives out as many full ones; a reception passes at most
    its capacity. So every set of tours is a flow and the flow's cost is its total driving. With `spare`, a bus may
    stay idle at a price above any saving, so that a flow with as many tours as the roads allow is found.
    """

    def __init__(self, problem: Problem, *, spare: bool = False) -> None:
        depots, pickups, receptions = problem.shape
        self.problem = problem
        source, sink = 0, 1
        depot = 2 + np.arange(depots)
        waiting = 2 + depots + np.arange(pickups)
        served = waiting[-1] + 1 + np.arange(pickups)
        arrive = served[-1] + 1 + np.arange(receptions)
        leave = arrive[-1] + 1 + np.arange(receptions)
        loads, room = problem.loads, problem.capacity
        self.sizes: list[int] = []
        tails, heads, most, costs = [], [], [], []

        def add(tail: AnyInts, head: AnyInts, cap: AnyInts, cost: AnyInts) -> None:
            tails.append(tail)
            heads.append(head)
            most.append(cap)
            costs.append(cost)
            self.sizes.append(len(tail))

        d, i = (x.ravel() for x in np.meshgrid(np.arange(depots), np.arange(pickups), indexing="ij"))
        self.start_arcs = np.flatnonzero((problem.depot_pickup.ravel() < FAR) & (loads[i] > 0) & (problem.buses[d] > 0))
        d, i = d[self.start_arcs], i[self.start_arcs]
        add(depot[d], waiting[i], np.minimum(problem.buses[d], loads[i]), problem.depot_pickup[d, i])
        i, j = (x.ravel() for x in np.meshgrid(np.arange(pickups), np.arange(receptions), indexing="ij"))
        self.go_arcs = np.flatnonzero((problem.pickup_reception.ravel() < FAR) & (loads[i] > 0) & (room[j] > 0))
        i, j = i[self.go_arcs], j[self.go_arcs]
        add(served[i], arrive[j], np.minimum(loads[i], room[j]), problem.pickup_reception[i, j])
        j, i = (x.ravel() for x in np.meshgrid(np.arange(receptions), np.arange(pickups), indexing="ij"))
        self.back_arcs = np.flatnonzero((problem.reception_pickup.ravel() < FAR) & (loads[i] > 0) & (room[j] > 0))
        j, i = j[self.back_arcs], i[self.back_arcs]
        add(leave[j], waiting[i], np.minimum(loads[i], room[j]), problem.reception_pickup[j, i])
        zero = np.zeros
        add(leave, np.full(receptions, sink), room, zero(receptions, np.int64))
        add(arrive, leave, room, zero(receptions, np.int64))
        add(np.full(depots, source), depot, problem.buses, zero(depots, np.int64))
        if spare:
            add(np.array([source]), np.array([sink]), np.array([problem.fleet]), np.array([IDLE]))
        self.network = SimpleMinCostFlow()
        self.arcs = self.network.add_arcs_with_capacity_and_unit_cost(
            np.concatenate(tails), np.concatenate(heads), np.concatenate(most), np.concatenate(costs)
        )
        self.network.set_nodes_supplies(served, loads)
        self.network.set_nodes_supplies(waiting, -loads)
        self.source, self.sink = source, sink

    def solve(self, tours: int) -> Skeleton | None:
        """Return an optimal flow of exactly so many tours, or None where there is none."""
        self.network.set_node_supply(self.source, tours)
        self.network.set_node_supply(self.sink, -tours)
        if self.network.solve() != self.network.OPTIMAL:
            return None
        flows = self.network.flows(self.arcs)
        parts = np.split(flows, np.cumsum(self.sizes)[:-1])
        depots, pickups, receptions = self.problem.shape
        start = np.zeros(depots * pickups, np.int32)
        go = np.zeros(pickups * receptions, np.int32)
        back = np.zeros(receptions * pickups, np.int32)
        start[self.start_arcs], go[self.go_arcs], back[self.back_arcs] = parts[0], parts[1], parts[2]
        return Skeleton(
            tours=int(start.sum()),
            driving=int(self.network.optimal_cost()) - IDLE * (tours - int(start.sum())),
            start=start.reshape(depots, pickups),
            go=go.reshape(pickups, receptions),
            back=back.reshape(receptions, pickups),
            end=parts[3].astype(np.int32),
        )


def flow_bound(problem: Problem, network: FlowNetwork) -> tuple[int, Skeleton | None]:
    """Return a lower bound on the clearance time in minutes and the flow with the most tours; none if no flow exists.

    Let C(k) be the cheapest total driving with exactly k tours. A plan of k tours has a longest tour of at least
    C(k) / k, so min over k of C(k) / k, rounded up, holds for every plan (Goerigk, Gruen and Hessler 2013 use k = B).
    C is convex in k, as the value of a flow in its amount, so C(k) / k first falls and then rises and its least is
    found by halving. That is spared where the step C(B) - C(B - 1) is at most C(B) / B for sure, since then the least
    is at B: a flow of k < trips tours has a return to some pickup i that a spare bus can replace by a start, at a
    cost of at most max over d, i of start(d, i) - min over j of back(j, i), and the steps of C rise.
    """
    full = network.solve(problem.fleet) or FlowNetwork(problem, spare=True).solve(problem.fleet)
    if full is None:
        return 0, None
    most = full.tours
    start = np.where((problem.buses > 0)[:, None], problem.depot_pickup.astype(np.int64), 0).max(axis=0)
    step = int((start - problem.reception_pickup.min(axis=0))[problem.loads > 0].max())
    if most == 1 or (most == problem.fleet and step * most <= full.driving):
        return -(-full.driving // most), full
    low, high = 1, most
    driving = {most: full.driving}
    while low < high:
        middle = (low + high) // 2
        for tours in (middle, middle + 1):
            if tours not in driving:
                found = network.solve(tours)
                driving[tours] = FEWER if found is None else found.driving
        falls = driving[middle] >= FEWER or driving[middle + 1] * middle < driving[middle] * (middle + 1)
        low, high = (middle + 1, high) if falls else (low, middle)
    return -(-driving[low] // low), full
