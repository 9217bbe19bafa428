"""The tours under improvement: one row a bus, changed in place by the levelling."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import numpy as np

from corridor.errors import CorridorError
from corridor.planning.tours.anneal import anneal
from corridor.planning.tours.columns import Route
from corridor.planning.tours.legs import Legs
from corridor.planning.tours.level import SEEN, level
from corridor.planning.tours.problem import FAR, Ints, Longs, Problem
from corridor.planning.tours.tour_plan import Tour

ROUND_WORK = 4_000_000  # swaps weighed in a round at most, about 20 ms, so that limits and interrupts are met
PICKS = 3  # tours beside the first of which the most strained is taken
THREADS = 2


class Rows:
    """`stops` (B, W), `clock` (B, W + 1; minutes on arrival at each stop), `size` and `depot` (B,) of every bus."""

    def __init__(self, problem: Problem, depot: Ints, tours: list[Ints], legs: Legs | None) -> None:
        idle = problem.buses - np.bincount(depot, minlength=len(problem.buses))
        # no more idle buses than could ever be of use
        spare = np.repeat(np.arange(len(idle)), np.minimum(np.maximum(idle, 0), problem.trips)).astype(np.int32)
        buses = len(tours) + len(spare)
        longest = max(*map(len, tours), 2 * (3 * problem.trips // buses + 8))
        self.problem = problem
        self.stops = np.zeros((buses, min(longest + 8, 2 * problem.trips)), np.int32)
        self.clock = np.zeros((buses, self.stops.shape[1] + 1), np.int64)
        self.size = np.zeros(buses, np.int32)
        self.depot = np.concatenate((depot, spare)).astype(np.int32)
        for bus, tour in enumerate(tours):
            self.stops[bus, : len(tour)] = tour
            self.size[bus] = len(tour)
        self._time()
        self.legs = legs

    def _time(self) -> None:
        """Fill the clock from the stops."""
        problem, stops, used = self.problem, self.stops, self.size > 0
        legs = np.zeros(stops.shape, np.int64)
        legs[used, 0] = problem.depot_pickup[self.depot[used], stops[used, 0]]
        legs[:, 1::2] = problem.pickup_reception[stops[:, ::2], stops[:, 1::2]]
        legs[:, 2::2] = problem.reception_pickup[stops[:, 1:-1:2], stops[:, 2::2]]
        legs[np.arange(stops.shape[1])[None, :] >= self.size[:, None]] = 0
        self.clock[:, 1:] = legs.cumsum(axis=1)

    @property
    def lengths(self) -> Longs:
        """Minutes of each tour (B,)."""
        minutes: Longs = self.clock[np.arange(len(self.size)), self.size]
        return minutes

    @property
    def longest(self) -> int:
        """Minutes of the longest tour."""
        return int(self.lengths.max())

    def copy(self) -> Rows:
        """Return tours that change apart from these."""
        twin = object.__new__(Rows)
        twin.problem, twin.legs, twin.depot = self.problem, self.legs, self.depot
        twin.stops, twin.clock, twin.size = self.stops.copy(), self.clock.copy(), self.size.copy()
        return twin

    def work(self) -> int:
        """Return how many swaps a round may weigh for each group: a number of the problem alone."""
        buses, groups = len(self.size), self.groups()
        legs = 2 * self.problem.trips / buses + 2
        seen = min(SEEN, 2 * self.problem.trips / groups / sum(self.problem.shape))
        return int(min(ROUND_WORK, (100 + 4 * legs * seen) * max(30, buses / groups)))

    def groups(self) -> int:
        """Return into how many groups of buses a round is split: a number of the problem alone."""
        return THREADS if len(self.size) >= 60 else 1

    def round(
        self,
        rng: np.random.Generator,
        pool: ThreadPoolExecutor,
        *,
        target: float,
        price: float,
        over: float = 1.0,
        under: float = 1.0,
    ) -> float:
        """Level once over, groups side by side; return the share of steps that helped."""
        return self._side_by_side(rng, pool, level, self.work(), (target, over, under, price, PICKS))

    def cool(
        self,
        rng: np.random.Generator,
        pool: ThreadPoolExecutor,
        *,
        price: float,
        hot: float,
        cold: float,
        work: int,
        target: float | None = None,
        under: float = 1.0,
    ) -> float:
        """Anneal towards a length, the mean if none is given, from one temperature to another.

        Returns the share of swaps done. A minute below the target counts `under` times one above it.
        """
        length = float(self.lengths.mean()) if target is None else target
        return self._side_by_side(rng, pool, anneal, work, (length, 1.0, under, price, hot, cold))

    def _side_by_side(
        self,
        rng: np.random.Generator,
        pool: ThreadPoolExecutor,
        loop: Callable[..., float],
        work: int,
        values: tuple[float, ...],
    ) -> float:
        """Run a loop on disjoint groups of buses, so that the pool's size changes no result."""
        groups, legs = self.groups(), self.legs
        if legs is None:
            raise CorridorError("tours without priced legs cannot be levelled", hint="make them with the flow's legs")
        _, pickups, receptions = self.problem.shape
        order = rng.permutation(len(self.size))
        words = rng.integers(1, 2**63, size=(groups, 1), dtype=np.uint64)
        tours = (self.stops, self.clock, self.size, self.depot)
        roads = (legs.minutes, legs.base, legs.leaves, legs.enters, legs.near, legs.dear, pickups, receptions)
        waiting = [
            pool.submit(loop, np.sort(order[k::groups]), words[k], work, *tours, *roads, *values) for k in range(groups)
        ]
        try:
            return float(sum(each.result() for each in waiting) / groups)
        except BaseException:
            wait(waiting)  # an interrupt: the tours are whole again once both loops have ended
            raise

    def passable(self) -> bool:
        """Tell whether no tour uses a leg that does not exist."""
        return self.longest < FAR

    def routes(self) -> list[Route]:
        """Return the tours of the buses that drive as columns."""
        rows = zip(self.depot.tolist(), self.stops.tolist(), self.size.tolist(), self.lengths.tolist(), strict=True)
        return [Route(depot, tuple(row[:n]), minutes) for depot, row, n, minutes in rows if n]

    def tours(self) -> list[Tour]:
        """Return the tours of the buses that drive."""
        lengths = self.lengths.tolist()
        return [
            Tour(int(self.depot[bus]), list(zip(row[:n:2], row[1:n:2], strict=True)), lengths[bus])
            for bus, (row, n) in enumerate(zip(self.stops.tolist(), self.size.tolist(), strict=True))
            if n
        ]
