"""The anytime search: at every moment the best plan so far and the best bound so far."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field

import numpy as np

from corridor.errors import CorridorError, Infeasible, UsageError
from corridor.planning.tours.bounds import arrival_bound, simple_bound
from corridor.planning.tours.build import build, join
from corridor.planning.tours.columns import MOST_WORK, Route, can_price, route_bound
from corridor.planning.tours.dive import complete, dive
from corridor.planning.tours.exact import MOST_TRIPS, search
from corridor.planning.tours.flow import Skeleton
from corridor.planning.tours.hasty import build_now, build_soon
from corridor.planning.tours.improve import quick, settle, shake, tighten
from corridor.planning.tours.legs import Legs, make_legs
from corridor.planning.tours.problem import FAR, Problem
from corridor.planning.tours.rows import THREADS, Rows
from corridor.planning.tours.tour_plan import Bounds, Status, TourPlan

FEW_TRIPS = 6  # trips per bus up to which tours are made of priced columns
SMALL = 500  # trips up to which the first dive may not exceed the bound
FEW_DIVES = 2  # where the exact search follows
MOST_DIVES = 12
CLEAR_DIVES = 4  # dives before their order is blurred
BLUR = 0.15
FIRST_STEP = 0.01  # of the bound by which the first dive may exceed it
DIVE_STEP = 0.004  # of the bound by which a dive that fails is given more
FLOW_SECONDS = 5e-6  # for each leg, at most, of the min-cost flow
AGAIN = 0.2  # chance of going back to the best plan after a shake that did not better it
ENDGAME = 8.0  # times what the route bound takes at least, that must be left for it
LONG = 5.0  # seconds


@dataclass(frozen=True)
class Progress:
    """What is known at a moment: seconds since the call, the best clearance, the bounds and the stage of the search."""

    seconds: float
    clearance_minutes: int
    bounds: Bounds
    stage: str

    @property
    def gap(self) -> float:
        """Best clearance / best bound - 1."""
        return self.clearance_minutes / max(1, self.bounds.best) - 1


class _Over(Exception):  # noqa: N818 - not an error: the time or the iterations are used up, or the optimum is proven
    """Ends the search from wherever it is."""


@dataclass(eq=False)
class _Search:
    problem: Problem
    seed: int
    deadline: float
    iterations: int
    on_progress: Callable[[Progress], None] | None
    began: float
    pool: ThreadPoolExecutor
    legs: Legs = field(init=False)
    best: Rows | None = None
    minutes: int = FAR
    bounds: Bounds = field(default_factory=lambda: Bounds(0, None))
    stage: str = "flow"
    used: int = 0
    stop: Callable[[], bool] | None = None
    interrupted: bool = False

    def spend(self) -> bool:
        """Count one round or one pricing; True when there is nothing left to spend."""
        self.used += 1
        if self.stop is not None and not self.interrupted and self.stop():
            self.interrupted = True
        return self.interrupted or self.used >= self.iterations or time.perf_counter() >= self.deadline

    def left(self) -> float:
        """Return the seconds left."""
        return self.deadline - time.perf_counter()

    def tell(self) -> None:
        """Report the state of things."""
        if self.on_progress is not None and self.best is not None:
            seconds = time.perf_counter() - self.began
            self.on_progress(Progress(seconds, self.minutes, self.bounds, self.stage))

    def offer(self, rows: Rows) -> None:
        """Keep a copy of the tours where they beat the best; ends the search where they are proven best."""
        minutes = rows.longest
        if minutes < self.minutes:
            twin = rows.copy()
            self.best, self.minutes = twin, minutes
            self.tell()
        if self.minutes <= self.bounds.best:
            raise _Over

    def prove(self, bounds: Bounds) -> None:
        """Take over better bounds; ends the search where they meet the best plan."""
        if bounds != self.bounds:
            self.bounds = bounds
            self.tell()
        if self.minutes <= self.bounds.best:
            raise _Over

    def follow(self, stage: str, states: Iterable[Rows]) -> None:
        """Run one stage of the improvement to its end."""
        self.stage = stage
        for rows in states:
            self.offer(rows)
            if self.spend():
                raise _Over

    def run(self) -> None:
        """Flow, quick plan, careful build, levelling, route bound, then dives and shakes until the end."""
        problem = self.problem
        rng = np.random.default_rng(self.seed)
        if self.left() < FLOW_SECONDS * len(problem.loads) * (2 * len(problem.capacity) + len(problem.buses)):
            self.hurry()
        bound, flow = simple_bound(problem)
        if flow is None:
            cause = "no choice of receptions serves every load on the roads that exist"
            raise Infeasible(
                cause, hint="give more of the missing minutes, or more room", clauses=("minutes", "capacity")
            )
        self.bounds = Bounds(bound, None)
        self.stage = "build"
        self.legs = make_legs(problem, flow)
        self.soon(flow, rng)
        self.stage = "build"
        rows = self.start(flow)
        self.offer(rows)
        if self.spend():
            raise _Over
        few = problem.trips <= max(FEW_TRIPS * problem.fleet, MOST_TRIPS)
        few = few and can_price(problem, self.minutes) and self.pricing_seconds() < self.left() / 20
        self.follow("level", settle(rows, rng, self.pool))
        if few:
            self.columns(rng)
        if problem.trips <= MOST_TRIPS:
            self.finish()
        self.polish(rows, rng)

    def hurry(self) -> None:
        """Take greedy tours and the bound that needs no flow, where the flow may take longer than the time left."""
        made = build_now(self.problem)
        if made is not None:
            self.bounds = Bounds(arrival_bound(self.problem), None)
            rows = Rows(self.problem, *made, None)
            if rows.passable():
                self.offer(rows)
                raise _Over

    def soon(self, flow: Skeleton, rng: np.random.Generator) -> None:
        """Have a fair plan in hand before the careful build, which begins with tours of very different lengths."""
        hasty = build_soon(self.problem, flow)
        if hasty is None:
            return
        rows = Rows(self.problem, *hasty, self.legs)
        if rows.passable():
            self.offer(rows)
            self.follow("quick", quick(rows, rng, self.pool))

    def start(self, flow: Skeleton) -> Rows:
        """Return the built tours, or tours put together one trip at a time where the flow cannot be joined."""
        joined = join(self.problem, flow)
        if joined is not None:
            rows = Rows(self.problem, *build(self.problem, joined), self.legs)
            if rows.passable():
                return rows
        if self.best is not None:
            return self.best.copy()
        made = complete(self.problem, [])
        if made is None:
            hint = "give more of the missing minutes"
            raise CorridorError("no plan was found on the few roads that exist", place=self.problem.name, hint=hint)
        return Rows(self.problem, *made, self.legs)

    def best_routes(self) -> list[Route]:
        """Return the best plan's tours as columns."""
        return [] if self.best is None else self.best.routes()

    def columns(self, rng: np.random.Generator) -> None:
        """Prove the route bound, then build tours out of its columns; few trips are searched to the end."""
        problem, pool = self.problem, self.best_routes()
        self.stage = "route bound"
        share = time.perf_counter() + 0.4 * self.left()
        count = self.used + (self.iterations - self.used) // 2

        def enough() -> bool:
            return self.spend() or time.perf_counter() >= share or self.used >= count

        route, allowed = route_bound(problem, self.bounds.best, self.minutes, enough, pool)
        self.prove(Bounds(self.bounds.flow, max(route, self.bounds.flow)))
        if allowed >= self.minutes:  # the bound was cut short before the LP allowed any less than the plan
            allowed = (self.bounds.best + self.minutes) // 2
        target, tries = max(self.bounds.best, allowed), 0
        most = FEW_DIVES if problem.trips <= MOST_TRIPS else MOST_DIVES
        if problem.trips > SMALL:
            target = min(self.minutes - 1, target + int(FIRST_STEP * target))
        while tries < most:
            self.stage = "dive"
            noise = 0.0 if tries < CLEAR_DIVES else BLUR
            routes = dive(problem, target, pool, self.spend, rng=rng, noise=noise)
            made = None if routes is None else complete(problem, routes)
            if made is None:
                break
            tries += 1
            before = self.minutes
            rows = Rows(problem, *made, self.legs)
            if rows.passable():
                self.offer(rows)
                self.follow("level", settle(rows, rng, self.pool))
            step = max(1, int(DIVE_STEP * target))
            halfway = (self.bounds.best + self.minutes) // 2
            target = min(self.minutes - 1, halfway if self.minutes < before else target + step)

    def finish(self) -> None:
        """Search few trips to the end."""
        self.stage = "search"
        found, proven = search(self.problem, self.minutes, self.bounds.best, self.left, self.seed)
        if found is not None:
            self.best, self.minutes = Rows(self.problem, *found, self.legs), FAR
            self.minutes = self.best.longest
        if proven > self.bounds.best:
            self.prove(Bounds(self.bounds.flow, self.bounds.route, proven))
        self.tell()
        self.prove(self.bounds)

    def polish(self, rows: Rows, rng: np.random.Generator) -> None:
        """Cut driving and level again, from the best plan or from where the last shake ended, until the end."""
        late = can_price(self.problem, self.minutes) and self.bounds.route is None
        tight = FAR  # the clearance that could not be tightened any more
        while True:
            before = self.minutes
            self.follow("polish", shake(rows, rng, self.pool))
            if self.best is not None and self.minutes < tight:
                self.follow("tighten", tighten(self.best.copy(), rng, self.pool))
                tight = self.minutes
            if self.minutes >= before and self.best is not None:
                if late and self.slow_bound():
                    late = False
                if rng.random() < AGAIN:
                    rows = self.best.copy()

    def late(self) -> bool:
        """Tell whether a third of the time or the rounds is used up."""
        elapsed = time.perf_counter() - self.began
        return self.used * 3 > self.iterations or elapsed * 2 > self.left()

    def pricing_seconds(self) -> float:
        """Return about how long one exact pricing takes."""
        _, pickups, receptions = self.problem.shape
        return 2 * self.minutes * pickups * receptions / MOST_WORK

    def slow_bound(self) -> bool:
        """Try the route bound on a larger problem once the plan has stopped improving, where time is plenty."""
        needed = 30 * self.pricing_seconds()
        if self.left() < ENDGAME * needed or not (self.late() or self.left() > LONG + needed):
            return False
        stage, self.stage = self.stage, "route bound"
        share = time.perf_counter() + 0.3 * self.left()
        count = self.used + (self.iterations - self.used) // 4

        def enough() -> bool:
            return self.spend() or time.perf_counter() >= share or self.used >= count

        route, _ = route_bound(self.problem, self.bounds.best, self.minutes, enough, self.best_routes())
        self.prove(Bounds(self.bounds.flow, max(route, self.bounds.flow)))
        self.stage = stage
        return True


def solve(
    problem: Problem,
    *,
    time_limit: float | None = 10.0,
    seed: int = 0,
    iterations: int | None = None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: Callable[[], bool] | None = None,
) -> TourPlan:
    """Return the best tours found within the limit, with proven bounds; an interrupt returns the best so far.

    `time_limit` is in seconds from the call on, building the model included; `iterations` counts rounds and
    pricings, and with it and no time limit the same seed gives the same plan. `stop` is asked between two steps, and
    a yes ends the search as an interrupt does. Raises `UsageError` without either limit,
    `Infeasible` where no plan can exist.
    """
    began = time.perf_counter()
    if time_limit is None and iterations is None:
        raise UsageError("neither a time limit nor a number of iterations is given", hint="give one of them")
    if (time_limit is not None and not time_limit > 0) or (iterations is not None and iterations < 1):
        raise UsageError("the limit must be above 0", hint="for example --time-limit 10")
    problem.check()
    if not problem.trips:
        return TourPlan(
            tours=[], clearance_minutes=0, bounds=Bounds(0, None), gap=0.0, status="nothing to move", seconds=0.0
        )
    deadline = began + time_limit if time_limit is not None else float("inf")
    most = 2**62 if iterations is None else iterations
    with ThreadPoolExecutor(THREADS) as pool:
        state = _Search(problem, seed, deadline, most, on_progress, began, pool, stop=stop)
        try:
            with suppress(_Over):
                state.run()
        except KeyboardInterrupt:
            state.interrupted = True
        if state.best is None:  # interrupted before there was a plan: one more start, without the search
            state.iterations = 1
            with suppress(_Over):
                state.run()
    return _plan(state)


def _plan(state: _Search) -> TourPlan:
    if state.best is None:
        raise CorridorError("no plan was found", place=state.problem.name, hint="give it more time")
    # not `state.minutes`: an interrupt may have come between the two
    minutes, best = state.best.longest, state.bounds.best
    ended: Status = "interrupted" if state.interrupted else "feasible"
    return TourPlan(
        tours=state.best.tours(),
        clearance_minutes=minutes,
        bounds=state.bounds,
        gap=minutes / best - 1 if best else 0.0,
        status="optimal" if minutes <= best else ended,
        seconds=round(time.perf_counter() - state.began, 3),
    )
