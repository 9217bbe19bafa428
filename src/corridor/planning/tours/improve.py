"""From the build to level tours: what to pay for driving, and when."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from corridor.planning.tours.rows import Rows

QUICK_ROUNDS = 4
QUICK_PRICE = 0.02
CHEAPEST = 0.5  # price of a minute's driving, in square minutes of strain, when the tours are level
CALM = 0.01  # swaps per step below which levelling has settled
SLOW = 0.2  # swaps per step below which the price may fall
FALL = 0.85
DEAR = (4.0, 5.0)
CUT_TO, CUT_FALL = 5.0, 0.9
HOT, COLD, COOL_PRICE = 20.0, 0.2, 20.0  # square minutes; square minutes a minute of driving
SWEEPS = 500  # tries for each visit while the tours cool
WARM, WARM_PRICE, WARM_SWEEPS = 5.0, 10.0, 400  # the same where only what is too long counts
QUIET = 3  # coolings in vain after which the plan is as tight as they can make it
COOLINGS = 4  # parts of a cooling at least, between which the best plan is kept
ROUND_TRIES = 500_000  # tries in a part at most, about 20 ms, so that limits and interrupts are met


def quick(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Iterator[Rows]:
    """Yield a few times the tours of a hasty build, more level each time: a fair plan soon."""
    for _ in range(QUICK_ROUNDS):
        lengths = rows.lengths
        spread = float(np.median(np.abs(lengths - lengths.mean())))
        rows.round(rng, pool, target=float(lengths.mean()), price=max(2.0, QUICK_PRICE * spread**2))
        yield rows


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


def shake(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Iterator[Rows]:
    """Yield tours with less driving, then level again.

    What keeps a settled plan from its bound is driving, so it is made dear first, at prices falling from 10,000 to
    100,000 (square minutes a minute), by lot, and the tours drift apart; annealing then levels them at almost no cost.
    """
    price = float(10.0 ** rng.uniform(*DEAR))
    while price > CUT_TO:
        rows.round(rng, pool, target=float(rows.lengths.mean()), price=price)
        yield rows
        price *= CUT_FALL
    tries, parts = _parts(rows, SWEEPS)
    for part in range(parts):
        hot, cold = (HOT * (COLD / HOT) ** (x / parts) for x in (part, part + 1))
        rows.cool(rng, pool, price=COOL_PRICE, hot=hot, cold=cold, work=tries)
        yield rows


def tighten(rows: Rows, rng: np.random.Generator, pool: ThreadPoolExecutor) -> Iterator[Rows]:
    """Yield tours of which none should be longer than two minutes less than the longest now, over and over.

    The clearance time is the longest tour alone. Near the end a level plan's mean lies a few minutes below it, so what
    is shorter is of no concern any more: only what is longer counts, and the tours have room to trade.
    """
    best, vain = rows.longest, 0
    while vain < QUIET:
        vain += 1
        tries, parts = _parts(rows, WARM_SWEEPS)
        for part in range(parts):
            hot, cold = (WARM * (COLD / WARM) ** (x / parts) for x in (part, part + 1))
            rows.cool(rng, pool, price=WARM_PRICE, hot=hot, cold=cold, work=tries, target=best - 2.0, under=0.0)
            yield rows
            if rows.longest < best:
                best, vain = rows.longest, 0


def _parts(rows: Rows, sweeps: int) -> tuple[int, int]:
    """Return how many tries a part of a cooling makes, and how many parts there are."""
    tries = int(sweeps * (rows.size.sum() + len(rows.size)) / rows.groups())
    parts = max(COOLINGS, -(-tries // ROUND_TRIES))
    return -(-tries // parts), parts
