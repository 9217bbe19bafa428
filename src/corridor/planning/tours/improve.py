"""From the build to level tours: what to pay for driving, and when."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from corridor.planning.tours.rows import Rows

QUICK_ROUNDS = 12
QUICK_PASSES = 4  # over all buses, where a round reaches only some of them
QUICK_PRICE = 0.02
CHEAPEST = 0.5  # price of a minute's driving, in square minutes of strain, when the tours are level
CALM = 0.01  # swaps per step below which levelling has settled
SLOW = 0.2  # swaps per step below which the price may fall
FALL = 0.85
DEAR_ROUNDS = 10


def quick(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Iterator[Rows]:
    """Yield ever more level tours that pay freely with driving: a fair plan soon."""
    passes = -(-QUICK_PASSES * len(rows.size) // (rows.steps() * rows.groups()))
    for _ in range(max(QUICK_ROUNDS, passes)):
        lengths = rows.lengths
        spread = float(np.median(np.abs(lengths - lengths.mean())))
        done = rows.round(rng, pool, target=float(lengths.mean()), price=max(2.0, QUICK_PRICE * spread**2))
        yield rows
        if done < 0.5:
            return


def settle(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor, *, ratio: float = 0.5) -> Iterator[Rows]:
    """Yield ever more level tours, at first almost only by swaps that cost no driving.

    A minute of driving costs `ratio` times the square of the median distance from the mean, so the price falls as
    the tours get level (a continuation), and the ratio itself falls once swaps get rare. Ends when they have ceased.
    """
    while True:
        lengths = rows.lengths
        mean = float(lengths.mean())
        spread = float(np.median(np.abs(lengths - mean)))
        price = max(CHEAPEST, ratio * spread**2)
        done = rows.round(rng, pool, target=mean, price=price)
        yield rows
        if done < SLOW:
            ratio *= FALL
        if done < CALM and price <= CHEAPEST:
            return


def shake(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor, *, best: int, bound: int) -> Iterator[Rows]:
    """Yield tours with less driving, level or under a cap just below the best plan, then level again.

    What keeps a settled plan from its bound is driving, so it is made dear for a while. Two ways take turns by lot:
    at a price of 1,000 to 100,000 (square minutes a minute) on tours kept level, and at falling prices under the cap.
    """
    if rng.random() < 0.6:
        price = float(10.0 ** rng.uniform(3.0, 5.0))
        for _ in range(DEAR_ROUNDS):
            done = rows.round(rng, pool, target=float(rows.lengths.mean()), price=price)
            yield rows
            if done < CALM:
                break
    else:
        cap = max(bound, best - 1)
        for price in (400.0, 100.0, 25.0):
            for _ in range(4):
                done = rows.round(rng, pool, target=float(cap), price=price, over=50.0, under=0.02)
                yield rows
                if done < CALM:
                    break
    yield from settle(rows, rng, pool, ratio=float(rng.uniform(0.4, 1.2)))
