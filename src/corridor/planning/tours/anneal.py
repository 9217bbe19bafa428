"""Annealing: the last minutes of levelling, where hardly any single swap helps any more."""

# The loops take flat arrays and keep their steps together, as compiled code must.
# ruff: noqa: C901, PLR0915

from __future__ import annotations

import numpy as np

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import Ints, Longs
from corridor.planning.tours.visits import draw, register, strain, swap

REACH = 6.0  # a leg that costs so many times the temperature is not worth a try


@kernel(
    "float64(int64[::1], uint64[::1], int64, int32[:,::1], int64[:,::1], int32[::1], int32[::1], int32[::1], "
    "int64[::1], int64[::1], int64[::1], int32[:,::1], int32[:,::1], int64, int64, float64, float64, float64, float64, "
    "float64, float64)"
)
def anneal(
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
    hot: float,
    cold: float,
) -> float:
    """Swap tails at random in place, worse ones with the chance of Metropolis (1953); return the share of swaps done.

    The temperature falls from `hot` to `cold` (square minutes) over `work` tries. A try cuts a tour anywhere and takes
    a tour that passes a place from which the next stop is reached cheaply. Objective as in `level`, equal weights.
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
    fall = np.log(cold / hot)
    heat = hot
    bar = np.empty(4096)
    for k in range(4096):
        bar[k] = -np.log((k + 0.5) / 4096)
    done = 0
    widest = near.shape[1]
    for step in range(work):
        if step % 1024 == 0:
            heat = hot * np.exp(fall * step / work)
        word = draw(state)
        u = draw(state) % visits
        x, y = tail[u], head[u]
        on = minutes[base[x] + y]
        limit = REACH * heat / price + on + leaves[x] - enters[y]
        span = 1
        while span < widest and dear[y, span] <= limit:
            span += 1
        j = near[y, (word >> 12) % span]
        if j < 0:
            continue
        low, n = first[j], first[j + 1] - first[j]
        if n == 0:
            continue
        v = here[low + draw(state) % n]
        a, b = bus[u], bus[v]
        if a == b:
            continue
        i = head[v]
        add = minutes[base[x] + i]
        off = minutes[base[j] + i]
        extra = add + minutes[base[j] + y] - on - off
        la, lb = length[a], length[b]
        new_a = at[u] + add + lb - at[v] - off
        new_b = la + lb + extra - new_a
        change = strain(new_a, target, over, under) + strain(new_b, target, over, under) + price * extra
        change -= strain(la, target, over, under) + strain(lb, target, over, under)
        if change > heat * bar[word & 4095]:
            continue
        p, q = place[u], place[v]
        if p + size[group[b]] - q > room or q + size[group[a]] - p > room:
            continue
        swap(a, b, p, q, stops, clock, size, ids, group, length, bus, place, at, head, hold, new_a, new_b)
        done += 1
    return done / max(1, work)
