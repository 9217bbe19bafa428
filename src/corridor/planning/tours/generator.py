"""Seeded instances of the sizes we measure ourselves by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from corridor.errors import UsageError
from corridor.planning.tours.problem import Problem, make_problem

# name: pickups, receptions, buses, trips
SIZES = {
    "tiny6": (4, 3, 3, 8),
    "small": (10, 5, 10, 100),
    "med400": (20, 8, 30, 400),
    "short120": (30, 8, 60, 120),
    "short900": (100, 20, 300, 900),
    "med2000": (50, 20, 100, 2_000),
    "large6000": (150, 30, 300, 6_000),
    "city": (500, 50, 1_000, 20_000),
    "city40k": (500, 50, 1_000, 40_000),
    "ten-million": (2_000, 200, 5_000, 200_000),
}
MINUTES_ACROSS = 90  # minutes to cross the area's width
ROOM = 1.2  # places per load waiting, so that the nearest receptions fill up
SLOWER = 0.15  # a leg takes up to so much longer than the straight drive


def generate(size: str, seed: int) -> Problem:
    """Return the instance of a named size; the same size and seed give the same instance."""
    if size not in SIZES:
        raise UsageError(f"no size is called {size!r}", hint=f"one of: {', '.join(SIZES)}")
    return generate_shape(*SIZES[size], seed=seed, name=f"{size}-s{seed}")


def generate_shape(pickups: int, receptions: int, buses: int, trips: int, *, seed: int, name: str = "") -> Problem:
    """Return an instance: clustered pickups in a square, receptions on a ring round it, depots inside."""
    rng = np.random.default_rng([seed, pickups, receptions, buses, trips])
    clusters = rng.random((max(1, pickups // 10), 2)) * 0.8 + 0.1
    members = rng.integers(len(clusters), size=pickups)
    at_pickup = np.clip(clusters[members] + rng.normal(0.0, 0.06, (pickups, 2)), 0.0, 1.0)
    angle = 2 * np.pi * (np.arange(receptions) + rng.random(receptions) * 0.6) / receptions
    at_reception = 0.5 + np.column_stack((np.cos(angle), np.sin(angle))) * rng.uniform(0.85, 1.05, (receptions, 1))
    depots = min(10, max(1, buses // 30))
    at_depot = rng.random((depots, 2)) * 0.8 + 0.1
    boarding = rng.integers(3, 9, size=(pickups, 1))
    return make_problem(
        _share(buses, np.ones(depots)),
        _share(trips - pickups, rng.lognormal(0.0, 0.7, pickups)) + 1,
        _share(int(trips * ROOM) + 1, rng.lognormal(0.0, 0.4, receptions)),
        _minutes(at_depot, at_pickup, rng),
        _minutes(at_pickup, at_reception, rng) + boarding,
        _minutes(at_reception, at_pickup, rng),
        name=name or f"{pickups}x{receptions}x{buses}x{trips}-s{seed}",
    )


def _share(total: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Split `total` in whole numbers proportional to the weights, by the largest remainder."""
    exact = weights * (total / weights.sum())
    share: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    for index in np.argsort(share - exact, kind="stable")[: total - int(share.sum())]:
        share[index] += 1
    return share


def _minutes(origin: NDArray[np.float64], target: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Whole minutes of the drives between two sets of points, (n, 2) and (m, 2) to (n, m)."""
    straight: NDArray[np.float64] = np.hypot(*np.moveaxis(origin[:, None, :] - target[None, :, :], -1, 0))
    slower = 1.0 + SLOWER * rng.random(straight.shape)
    minutes: NDArray[np.int64] = np.maximum(1, np.rint(MINUTES_ACROSS * straight * slower)).astype(np.int64)
    return minutes
