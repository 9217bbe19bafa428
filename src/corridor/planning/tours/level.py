"""Levelling: swap the tails of two tours, first at no cost, then at a falling price of driving."""

# The loops take flat arrays and keep their steps together, as compiled code must.
# ruff: noqa: C901, PLR0912, PLR0915

from __future__ import annotations

import numpy as np

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import Ints, Longs
from corridor.planning.tours.visits import draw, register, strain, swap

SEEN = 96  # visits of one place weighed at a time
SURE = 1e-6  # what counts as better


@kernel(
    "float64(int64[::1], uint64[::1], int64, int32[:,::1], int64[:,::1], int32[::1], int32[::1], int32[::1], "
    "int64[::1], int64[::1], int64[::1], int32[:,::1], int32[:,::1], int64, int64, float64, float64, float64, float64, "
    "int64)"
)
def level(
    group: Longs,
    state: Longs,
    work: int,
    stops: Ints,
    clock: Longs,
    size: Ints,
    depot: Ints,
    minutes: Ints,
    base: Longs,
    leaves: Longs,
    enters: Longs,
    near: Ints,
    dear: Ints,
    pickups: int,
    receptions: int,
    target: float,
    over: float,
    under: float,
    price: float,
    picks: int,
) -> float:
    """Improve the tours of one group in place; return the share of steps that made them better.

    A step takes the most strained of some tours and weighs, for every cut of it, the swap with every tour that passes
    a place from which its next stop is reached cheaply, by the flow's reduced cost: itself first, which costs nothing.
    The best is done where it makes nothing worse. Groups are disjoint, so two threads may each level one. Objective:
    strain of each tour plus `price` x driving. Ends once `work` swaps are weighed.
    """
    many = len(group)
    room = stops.shape[1]
    visits = many
    for k in range(many):
        visits += size[group[k]]
    ids = np.empty((many, room + 1), np.int32)
    bus, place, head, tail, here = (
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
        np.empty(visits, np.int32),
    )
    at, length, first = np.empty(visits, np.int64), np.empty(many, np.int64), np.zeros(len(base) + 1, np.int64)
    register(
        group, stops, clock, size, depot, pickups, receptions, ids, bus, place, head, tail, here, at, length, first
    )
    hold = np.empty(3 * room + 3, np.int64)
    done, steps, spent = 0, 0, 0
    while spent < work:
        steps += 1
        a = draw(state) % many
        own = strain(length[a], target, over, under)
        for _ in range(picks):
            b = draw(state) % many
            other = strain(length[b], target, over, under)
            if other > own:
                a, own = b, other
        row = group[a]
        la = length[a]
        na = size[row]
        most = int(min(2.0 * own / price, 1e8))
        best, mate, p, q, to_a, to_b = SURE, -1, 0, 0, 0, 0
        spent += 100
        for k in range(na + 1):
            u = ids[a, k]
            x, y = tail[u], head[u]
            reach = at[u]
            on = minutes[base[x] + y]
            limit = most + on + leaves[x] - enters[y]
            for t in range(near.shape[1]):
                j = near[y, t]
                if j < 0 or dear[y, t] > limit:
                    break
                low, n = first[j], first[j + 1] - first[j]
                spent += 4
                if n == 0:
                    continue
                into = minutes[base[j] + y]
                s = 0
                m = n
                if n > SEEN:
                    m = SEEN
                    s = draw(state) % n
                spent += m
                for _ in range(m):
                    v = here[low + s]
                    s += 1
                    if s == n:
                        s = 0
                    i = head[v]
                    add = minutes[base[x] + i]
                    off = minutes[base[j] + i]
                    extra = add + into - on - off
                    if extra > most:
                        continue
                    b = bus[v]
                    if b == a:
                        continue
                    lb = length[b]
                    new_a = reach + add + lb - at[v] - off
                    new_b = la + lb + extra - new_a
                    change = strain(new_a, target, over, under) + strain(new_b, target, over, under)
                    change += price * extra - own - strain(lb, target, over, under)
                    if change < best:
                        nb = size[group[b]]
                        if k + nb - place[v] > room or place[v] + na - k > room:
                            continue
                        best, mate, p, q, to_a, to_b = change, b, k, place[v], new_a, new_b
        if mate >= 0:
            swap(a, mate, p, q, stops, clock, size, ids, group, length, bus, place, at, head, hold, to_a, to_b)
            if best < -SURE:
                done += 1
    return done / max(1, steps)
