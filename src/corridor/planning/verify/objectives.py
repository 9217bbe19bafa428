"""Rules on what a plan says it reaches: people safe, waiting, vehicle-kilometres, fairness, and who is left."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator
from itertools import pairwise

from corridor.planning.plan import Objective
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import Breach, minutes_between, parse_load

AGAIN = "Plan again from this situation: corridor plan situation.json"
# A person of priority 0 counts four times as much as one of priority 3 or later.
FIRST_WEIGHT = 4


def objectives_are_right(case: Case) -> Iterator[Breach]:
    """Each objective that the plan states has the value that its convoys make, and no bound contradicts it."""
    found = {
        "people_safe": float(_people_safe(case)),
        "clearance_time": _clearance(case),
        "waiting": _waiting(case),
        "longest_wait": _longest_wait(case),
        "equal_share": _share_apart(case),
    }
    kilometres = _kilometres(case)
    if kilometres is not None:
        found["vehicle_km"] = kilometres
    for stated in case.plan.objectives:
        if stated.name not in found:
            what = f"The plan states {stated.name}; that is no objective, or the legs' lengths are not known."
            yield Breach("plan", what, AGAIN)
        elif not math.isclose(stated.value, found[stated.name], rel_tol=1e-6, abs_tol=_grain(stated)):
            what = f"The plan states {stated.name} {stated.value:,.10g} {stated.unit}; its convoys make "
            if stated.name == "people_safe":
                what = f"The plan counts {stated.value:,.10g} for the people safe, each by urgency; its convoys make "
            yield Breach("plan", f"{what}{found[stated.name]:,.10g}.", AGAIN)
    people = next((one for one in case.plan.objectives if one.name == "people_safe"), None)
    if people is not None and people.bound is not None and people.value > people.bound:
        what = f"More people are safe ({people.value:,.10g} by urgency) than the bound allows ({people.bound:,.10g})."
        yield Breach("plan", what, "Do not trust the bound; send this file to the developers.")


def _grain(stated: Objective) -> float:
    """Return how far a stated value may be rounded."""
    return 0.051 if stated.name in ("waiting", "vehicle_km") else 1e-4


def people_left_are_a_choice(case: Case) -> Iterator[Breach]:
    """People are left waiting only in a plan for most people, and never beside a reserve."""
    plan = case.plan
    if plan.objective not in ("clearance_time", "most_people"):
        yield Breach("plan", f"{plan.objective!r} is no objective of a plan.", AGAIN)
    if plan.fairness not in ("none", "longest_wait", "equal_share"):
        yield Breach("plan", f"{plan.fairness!r} is no rule of fairness.", AGAIN)
    if not plan.left:
        return
    if plan.objective != "most_people":
        what = f"{sum(plan.left.values()):,} people are left waiting in a plan for everybody."
        yield Breach("plan", what, "Plan for most people by choice: corridor plan --objective most_people.")
    unknown = sorted(name for name, people in plan.left.items() if name not in case.groups or people <= 0)
    for name in unknown:
        yield Breach(f"group {name}", f"{plan.left[name]} people of it are said to be left.", AGAIN)
    for convoy in plan.convoys:
        if convoy.reserve and any(convoy.operation == case.groups[n].operation for n in plan.left if n in case.groups):
            what = "It is a reserve convoy while people of the planning figure are left waiting."
            yield Breach(f"convoy {convoy.id}", what, "Give its places to those who are left.")


def _people_safe(case: Case) -> int:
    total = 0
    for convoy in case.plan.planned:
        for trip in convoy.trips:
            for key, people in trip.load.items():
                group = case.groups.get(parse_load(key)[0])
                if group is not None:
                    total += people * max(FIRST_WEIGHT - max(group.priority, 0), 1)
    return total


def _clearance(case: Case) -> float:
    ends = [minutes_between(case.situation.at, trip.unload_end) for _, trip in case.plan.trips(reserve=False)]
    return float(math.ceil(max(ends, default=0)))


def _waiting(case: Case) -> float:
    minutes = (convoy.people * minutes_between(case.situation.at, convoy.depart) for convoy in case.plan.planned)
    return sum(minutes) / 60


def _longest_wait(case: Case) -> float:
    last: dict[str, float] = defaultdict(float)
    longest = 0.0
    for convoy in sorted(case.plan.planned, key=lambda convoy: convoy.depart):
        now = minutes_between(case.situation.at, convoy.depart)
        longest = max(longest, now - last[convoy.pickup])
        last[convoy.pickup] = now
    return longest


def _share_apart(case: Case) -> float:
    everyone: dict[str, int] = defaultdict(int)
    for convoy in case.plan.planned:
        everyone[convoy.pickup] += convoy.people
    apart = 0.0
    for moment in {convoy.depart for convoy in case.plan.planned}:
        gone: dict[str, int] = dict.fromkeys(everyone, 0)
        for convoy in case.plan.planned:
            if convoy.depart <= moment:
                gone[convoy.pickup] += convoy.people
        # a convoy without anybody aboard is another rule's finding
        shares = [gone[pickup] / everyone[pickup] for pickup in everyone if everyone[pickup] > 0] or [0.0]
        apart = max(apart, max(shares) - min(shares))
    return apart


def _kilometres(case: Case) -> float | None:
    """Return what the vehicles of the planned convoys drive, None where a leg on the way has no length."""
    total = 0.0
    stands = {name: vehicle.site for name, vehicle in case.vehicles.items()}
    for convoy in sorted(case.plan.planned, key=lambda convoy: convoy.depart):
        for trip in convoy.trips:
            if trip.vehicle not in stands:
                return None
            empty = _km(case, convoy.operation, (stands[trip.vehicle], convoy.pickup), loaded=False)
            loaded = _km(case, convoy.operation, (convoy.pickup, convoy.reception), loaded=True)
            if empty is None or loaded is None:
                return None
            total += empty + loaded
            stands[trip.vehicle] = convoy.reception
    return total


def _km(case: Case, operation: str, pair: tuple[str, str], *, loaded: bool) -> float | None:
    if pair[0] == pair[1]:
        return 0.0
    legs, sites = case.legs(operation), case.sites_on(operation, *pair, loaded=loaded)
    lengths = [legs[before][after].km for before, after in pairwise(sites)]
    if not lengths or any(km is None for km in lengths):
        return None
    return sum(km.quantile(0.5) for km in lengths if km is not None)
