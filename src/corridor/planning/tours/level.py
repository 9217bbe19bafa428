"""Levelling: swap the tails of two tours, first at no cost, then at a falling price of driving."""

# The loops take flat arrays and keep their steps together, as compiled code must.
# ruff: noqa: C901, PLR0912, PLR0915

from __future__ import annotations

import numpy as np

from corridor.planning.tours.kernel import kernel
from corridor.planning.tours.problem import Ints, Longs

TRIES = 12  # partners looked at for each tour that is to change


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
    "float64(int64, int64, int32[:,::1], int64[:,::1], int32[::1], int32[::1], int32[:,::1], int32[:,::1], "
    "int32[:,::1], int32[:,::1], int32[:,::1], float64, float64, float64, float64, "
    "uint32[:,::1], int32[:,::1], int64[::1])"
)
def best_cut(
    a: int,
    b: int,
    stops: Ints,
    clock: Longs,
    size: Ints,
    depot: Ints,
    start: Ints,
    go: Ints,
    go_to: Ints,
    back: Ints,
    back_to: Ints,
    target: float,
    over: float,
    under: float,
    price: float,
    near: Ints,
    extra: Ints,
    cut: Longs,
) -> float:
    """Return the best change of the objective by swapping the tails of tours a and b; the cut goes to `cut` (2,).

    A cut after stop p of a and q of b, both after a reception (or the depot, 0) or both after a pickup: a keeps its
    first p stops and goes on with what b had after q. Every load keeps a bus and no reception gets a load more.
    `near` (4, W) and `extra` (4, W) are scratch: the stop before and after each cut of b, its leg, the extra driving.
    """
    na, nb = size[a], size[b]
    la, lb = clock[a, na], clock[b, nb]
    room = stops.shape[1]
    best = 0.0
    before = strain(la, target, over, under) + strain(lb, target, over, under)
    most = int(min(before / price, 1e9))  # minutes of extra driving that no levelling of these two can pay for
    half = nb // 2
    prior, follow, leg, more = near[0], near[1], extra[0], extra[1]
    before_back, after_back, leg_back = near[2], near[3], extra[2]
    # cuts of b after a pickup, q = 2k + 1, then those after a reception, q = 2k + 2 (not the last)
    for k in range(half):
        prior[k], follow[k] = stops[b, 2 * k], stops[b, 2 * k + 1]
        leg[k] = clock[b, 2 * k + 2] - clock[b, 2 * k + 1]
    for k in range(half - 1):
        before_back[k], after_back[k] = stops[b, 2 * k + 1], stops[b, 2 * k + 2]
        leg_back[k] = clock[b, 2 * k + 3] - clock[b, 2 * k + 2]
    for p in range(na):
        odd = p & 1
        on_a = np.int32(clock[a, p + 1] - clock[a, p])
        then = stops[a, p]
        at = stops[a, p - 1] if p else depot[a]
        least = np.int32(2147483647)
        # no row views here: taking one counts references, which two threads would do on the same cache line
        cuts = half if odd else half - 1
        if odd:
            for k in range(half):
                value = np.int32(go[at, follow[k]] + go_to[then, prior[k]] - leg[k])
                more[k] = value
                least = min(least, value)
        elif p:
            for k in range(half - 1):
                value = np.int32(back[at, after_back[k]] + back_to[then, before_back[k]] - leg_back[k])
                more[k] = value
                least = min(least, value)
        else:
            for k in range(half - 1):
                value = np.int32(start[at, after_back[k]] + back_to[then, before_back[k]] - leg_back[k])
                more[k] = value
                least = min(least, value)
        if least - on_a <= most:
            for k in range(cuts):
                if more[k] - on_a <= most:
                    q = 2 * k + 1 if odd else 2 * k + 2
                    if p + nb - q > room or q + na - p > room:
                        continue
                    way = go[at, follow[k]] if odd else back[at, after_back[k]] if p else start[at, after_back[k]]
                    new_a = clock[a, p] + way + lb - clock[b, q + 1]
                    new_b = la + lb + more[k] - on_a - new_a
                    change = strain(new_a, target, over, under) + strain(new_b, target, over, under)
                    change += price * (more[k] - on_a) - before
                    if change < best:
                        best = change
                        cut[0], cut[1] = p, q
        if not odd:
            # b gives everything, or nothing and takes a's tail behind its last reception
            new_b = start[depot[b], then] + la - clock[a, p + 1]
            new_a = clock[a, p]
            if nb:
                new_a += (back[at, stops[b, 0]] if p else start[at, stops[b, 0]]) + lb - clock[b, 1]
            change = strain(new_a, target, over, under) + strain(new_b, target, over, under)
            change += price * (new_a + new_b - la - lb) - before
            if change < best and p + nb <= room:
                best = change
                cut[0], cut[1] = p, 0
            if nb and nb + na - p <= room:
                new_a = clock[a, p]
                new_b = lb + back_to[then, stops[b, nb - 1]] + la - clock[a, p + 1]
                change = strain(new_a, target, over, under) + strain(new_b, target, over, under)
                change += price * (new_a + new_b - la - lb) - before
                if change < best:
                    best = change
                    cut[0], cut[1] = p, nb
    # b's tails behind a's last reception
    for q in range(0, nb, 2):
        if na + nb - q > room:
            continue
        first = stops[b, q]
        new_a = la + lb - clock[b, q + 1] + (back[stops[a, na - 1], first] if na else start[depot[a], first])
        change = strain(new_a, target, over, under) + strain(clock[b, q], target, over, under)
        change += price * (new_a + clock[b, q] - la - lb) - before
        if change < best:
            best = change
            cut[0], cut[1] = na, q
    return best


@kernel(
    "void(int64, int64, int64, int64, int32[:,::1], int64[:,::1], int32[::1], int32[::1], int32[:,::1], "
    "int32[:,::1], int32[:,::1], int32[::1])"
)
def swap(
    a: int,
    b: int,
    p: int,
    q: int,
    stops: Ints,
    clock: Longs,
    size: Ints,
    depot: Ints,
    start: Ints,
    go: Ints,
    back: Ints,
    hold: Ints,
) -> None:
    """Swap the tails of tours a and b after stops p and q, in place; `hold` is scratch as long as a row."""
    na, nb = size[a], size[b]
    tail = na - p
    for k in range(tail):
        hold[k] = stops[a, p + k]
    for k in range(nb - q):
        stops[a, p + k] = stops[b, q + k]
    for k in range(tail):
        stops[b, q + k] = hold[k]
    size[a] = p + nb - q
    size[b] = q + tail
    for bus, first in ((a, p), (b, q)):
        for k in range(first, size[bus]):
            there = stops[bus, k]
            if k == 0:
                leg = start[depot[bus], there]
            elif k & 1:
                leg = go[stops[bus, k - 1], there]
            else:
                leg = back[stops[bus, k - 1], there]
            clock[bus, k + 1] = clock[bus, k] + leg


@kernel(
    "int64(int64[::1], uint64[::1], int64, int32[:,::1], int64[:,::1], int32[::1], int32[::1], int32[:,::1], "
    "int32[:,::1], int32[:,::1], int32[:,::1], int32[:,::1], float64, float64, float64, float64)"
)
def level(
    group: Longs,
    state: Longs,
    steps: int,
    stops: Ints,
    clock: Longs,
    size: Ints,
    depot: Ints,
    start: Ints,
    go: Ints,
    go_to: Ints,
    back: Ints,
    back_to: Ints,
    target: float,
    over: float,
    under: float,
    price: float,
) -> int:
    """Improve the tours of one group in place and return how many swaps were made.

    Each step takes the most strained of four tours and looks for its best partner, half of the time among the tours
    that pass one of its own stops (where tails change buses for free), else the most opposite of three at random.
    Groups are disjoint, so two threads may each level one. Objective: strain of each tour plus `price` x driving.
    """
    many = len(group)
    pickups = go.shape[0]
    nodes = pickups + go.shape[1]
    first = np.zeros(nodes + 1, np.int64)
    for bus in group:
        for k in range(size[bus]):
            first[stops[bus, k] + (pickups if k & 1 else 0) + 1] += 1
    for node in range(nodes):
        first[node + 1] += first[node]
    fill = first[:-1].copy()
    passing = np.zeros(max(1, first[nodes]), np.int64)
    for bus in group:
        for k in range(size[bus]):
            node = stops[bus, k] + (pickups if k & 1 else 0)
            passing[fill[node]] = bus
            fill[node] += 1
    hold = np.zeros(stops.shape[1], np.int32)
    cut = np.zeros(2, np.int64)
    near = np.zeros((4, stops.shape[1] + 2), np.uint32)
    extra = np.zeros((4, stops.shape[1] + 2), np.int32)
    done = 0
    for _ in range(steps):
        a = group[draw(state) % many]
        worst = strain(clock[a, size[a]], target, over, under)
        for _ in range(3):
            b = group[draw(state) % many]
            here = strain(clock[b, size[b]], target, over, under)
            if here > worst:
                a, worst = b, here
        best, mate, p, q = -1e-6, -1, 0, 0
        for tried in range(TRIES):
            b = -1
            if tried & 1 and size[a]:
                k = draw(state) % size[a]
                node = stops[a, k] + (pickups if k & 1 else 0)
                span = first[node + 1] - first[node]
                if span:
                    b = passing[first[node] + draw(state) % span]
            if b < 0:
                b = group[draw(state) % many]
                sign = 1 if clock[a, size[a]] > target else -1
                for _ in range(2):
                    c = group[draw(state) % many]
                    if sign * (clock[c, size[c]] - clock[b, size[b]]) < 0:
                        b = c
            if a == b:
                continue
            change = best_cut(
                a,
                b,
                stops,
                clock,
                size,
                depot,
                start,
                go,
                go_to,
                back,
                back_to,
                target,
                over,
                under,
                price,
                near,
                extra,
                cut,
            )
            if change < best:
                best, mate, p, q = change, b, cut[0], cut[1]
        if mate >= 0:
            swap(a, mate, p, q, stops, clock, size, depot, start, go, back, hold)
            done += 1
    return done
