"""Every rule re-checked on finished tours, by code that shares nothing with the search."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Protocol

from corridor.finding import Finding
from corridor.planning.tours.check_bounds import check_bounds
from corridor.planning.tours.problem import FAR, Problem
from corridor.planning.tours.tour_plan import Tour, TourPlan

MOST_FINDINGS = 100
AGAIN = "plan again from this instance"


class _Find(Protocol):
    def __call__(self, rule: str, about: str, what: str, remedy: str = AGAIN) -> None: ...


def check_tours(problem: Problem, plan: TourPlan, *, bounds: bool = False) -> list[Finding]:
    """Return every way in which the tours break the problem or misstate themselves; empty where they hold.

    Checked: places exist, roads exist, minutes of each tour, loads moved exactly once, room, buses per depot, the
    clearance time, bounds no larger than it, the gap and the status. With `bounds`, which takes seconds, each bound is
    derived again as well.
    """
    findings: list[Finding] = []

    def find(rule: str, about: str, what: str, remedy: str = AGAIN) -> None:
        if len(findings) < MOST_FINDINGS:
            findings.append(Finding(rule=rule, about=about, what=what, remedy=remedy))

    sound = _check_places(problem, plan, find)
    longest = max([_check_drives(problem, number, tour, find) for number, tour in sound], default=0)
    moved = Counter(i for _, tour in sound for i, _ in tour.stops)
    received = Counter(j for _, tour in sound for _, j in tour.stops)
    used = Counter(tour.depot for _, tour in sound)
    for i, load in enumerate(problem.loads.tolist()):
        if moved[i] != load:
            find("loads", f"pickup {i}", f"{moved[i]} loads are moved of the {load} waiting.")
    for j, places in enumerate(problem.capacity.tolist()):
        if received[j] > places:
            find("room", f"reception {j}", f"receives {received[j]} loads and has room for {places}.")
    for d, buses in enumerate(problem.buses.tolist()):
        if used[d] > buses:
            find("buses", f"depot {d}", f"sends {used[d]} buses and has {buses}.")
    _check_figures(plan, longest, find)
    return findings + check_bounds(problem, plan) if bounds else findings


def _check_places(problem: Problem, plan: TourPlan, find: _Find) -> list[tuple[int, Tour]]:
    """Return the tours whose places all exist, numbered."""
    depots, pickups, receptions = problem.shape
    sound = []
    for number, tour in enumerate(plan.tours):
        strange = [stop for stop in tour.stops if not (0 <= stop[0] < pickups and 0 <= stop[1] < receptions)]
        if strange or not 0 <= tour.depot < depots:
            what = f"stop {strange[0]}" if strange else f"depot {tour.depot}"
            find("places", f"tour {number}", f"names a place that is not in the instance: {what}.")
        elif not tour.stops:
            find("empty", f"tour {number}", "has no trip.", "leave idle buses out")
        else:
            sound.append((number, tour))
    return sound


def _check_drives(problem: Problem, number: int, tour: Tour, find: _Find) -> int:
    """Return the minutes of a tour, added up leg by leg."""
    legs = [int(problem.depot_pickup[tour.depot, tour.stops[0][0]])]
    legs += [int(problem.reception_pickup[j, i]) for (_, j), (i, _) in pairwise(tour.stops)]
    legs += [int(problem.pickup_reception[i, j]) for i, j in tour.stops]
    if max(legs) >= FAR:
        find("roads", f"tour {number}", "drives a leg for which there is no road.")
    if sum(legs) != tour.minutes:
        find("minutes", f"tour {number}", f"takes {sum(legs)} minutes and says {tour.minutes}.")
    return sum(legs)


def _check_figures(plan: TourPlan, longest: int, find: _Find) -> None:
    if plan.clearance_minutes != longest:
        find("clearance", "plan", f"the longest tour takes {longest} minutes, the plan says {plan.clearance_minutes}.")
    bounds = {"flow": plan.bounds.flow, "route": plan.bounds.route, "search": plan.bounds.search}
    for name, bound in bounds.items():
        if bound is not None and not 0 <= bound <= longest:
            find("bound", name, f"a proven bound of {bound} minutes cannot stand beside tours of {longest}.")
    best = max(bound or 0 for bound in bounds.values())
    gap = longest / best - 1 if best else 0.0
    if not abs(plan.gap - gap) <= 1e-9:
        find("gap", "plan", f"the gap is {gap:.6f}, the plan says {plan.gap:.6f}.")
    status = "nothing to move" if not longest and not plan.tours else "optimal" if longest <= best else "feasible"
    if plan.status != status and (plan.status, status) != ("interrupted", "feasible"):
        find("status", "plan", f"the figures make it {status!r}, the plan says {plan.status!r}.")
