"""Visits: each time a bus is somewhere, under a number that stays its own however the tails of tours are swapped."""

from __future__ import annotations

import numpy as np

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import Ints, Longs


@kernel("uint32(uint64[::1])")
def draw(state: Longs) -> int:
    """Return the next 32 random bits of a xorshift generator (Marsaglia 2003, Vigna 2016)."""
    word = state[0]
    word ^= word >> np.uint64(12)
    word ^= word << np.uint64(25)
    word ^= word >> np.uint64(27)
    state[0] = word
    return np.uint32(  # type: ignore[return-value]
        (word * np.uint64(2685821657736338717)) >> np.uint64(32)
    )


@kernel("float64(int64, float64, float64, float64)")
def strain(minutes: int, target: float, over: float, under: float) -> float:
    """Return the weighted square of how far a tour is from the target."""
    away = minutes - target
    return (over if away > 0 else under) * away * away


@kernel(
    "void(int64[::1], int32[:,::1], int64[:,::1], int32[::1], int32[::1], int64, int64, int32[:,::1], int32[::1], "
    "int32[::1], int32[::1], int32[::1], int32[::1], int64[::1], int64[::1], int64[::1])"
)
def register(
    group: Longs,
    stops: Ints,
    clock: Longs,
    size: Ints,
    depot: Ints,
    pickups: int,
    receptions: int,
    ids: Ints,
    bus: Ints,
    place: Ints,
    head: Ints,
    tail: Ints,
    here: Ints,
    at: Longs,
    length: Longs,
    first: Longs,
) -> None:
    """Give a number to each visit of a group of buses, the depot's included, and list those of each place.

    Bus a of the group makes visit `ids[a, k]` after its first k stops, `place` k of `bus` a at minute `at`, at the
    tail `tail` (see `legs`), and leaves for `head`. The visits of tail t are `here[first[t]:first[t + 1]]`.
    """
    visit = 0
    for a in range(len(group)):
        row = group[a]
        n = size[row]
        length[a] = clock[row, n]
        for k in range(n + 1):
            ids[a, k] = visit
            bus[visit], place[visit], at[visit] = a, k, clock[row, k]
            if k & 1:
                tail[visit] = stops[row, k - 1]
                head[visit] = stops[row, k]
            else:
                tail[visit] = pickups + stops[row, k - 1] if k else pickups + receptions + depot[row]
                head[visit] = receptions + stops[row, k] if k < n else receptions + pickups
            first[tail[visit] + 1] += 1
            visit += 1
    for t in range(len(first) - 1):
        first[t + 1] += first[t]
    fill = first[:-1].copy()
    for v in range(visit):
        here[fill[tail[v]]] = v
        fill[tail[v]] += 1


@kernel(
    "void(int64, int64, int64, int64, int32[:,::1], int64[:,::1], int32[::1], int32[:,::1], int64[::1], int64[::1], "
    "int32[::1], int32[::1], int64[::1], int32[::1], int64[::1], int64, int64)"
)
def swap(
    a: int,
    b: int,
    p: int,
    q: int,
    stops: Ints,
    clock: Longs,
    size: Ints,
    ids: Ints,
    group: Longs,
    length: Longs,
    bus: Ints,
    place: Ints,
    at: Longs,
    head: Ints,
    hold: Longs,
    new_a: int,
    new_b: int,
) -> None:
    """Swap the tails of buses a and b of the group after p and q stops, in place; `hold` is scratch, 3 W + 3 long."""
    row_a, row_b = group[a], group[b]
    na, nb = size[row_a], size[row_b]
    shift_a = new_a - clock[row_b, nb]
    shift_b = new_b - clock[row_a, na]
    tail_a, tail_b = na - p, nb - q
    u, v = ids[a, p], ids[b, q]
    head[u], head[v] = head[v], head[u]
    for k in range(tail_a):
        hold[3 * k] = stops[row_a, p + k]
        hold[3 * k + 1] = ids[a, p + k + 1]
        hold[3 * k + 2] = clock[row_a, p + k + 1]
    for k in range(tail_b):
        stops[row_a, p + k] = stops[row_b, q + k]
        visit = ids[b, q + k + 1]
        minute = clock[row_b, q + k + 1] + shift_a
        ids[a, p + k + 1] = visit
        clock[row_a, p + k + 1] = minute
        bus[visit], place[visit], at[visit] = a, p + k + 1, minute
    for k in range(tail_a):
        stops[row_b, q + k] = hold[3 * k]
        visit = hold[3 * k + 1]
        minute = hold[3 * k + 2] + shift_b
        ids[b, q + k + 1] = visit
        clock[row_b, q + k + 1] = minute
        bus[visit], place[visit], at[visit] = b, q + k + 1, minute
    size[row_a] = p + tail_b
    size[row_b] = q + tail_a
    length[a], length[b] = new_a, new_b
