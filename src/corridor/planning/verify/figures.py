"""Rules on the plan as a document: its situation, the names it uses, and the figures it promises."""

from __future__ import annotations

import math
from collections.abc import Iterator

from corridor.planning.plan import Convoy, Plan, Trip
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import Breach, minutes_between, parse_load

AGAIN = "Plan again from this situation: corridor plan situation.json"


def situation_is_the_one_named(case: Case) -> Iterator[Breach]:
    """Only the very situation that the plan embeds bears the SHA-256 that the plan names."""
    named, found = case.plan.situation_sha256, case.situation.sha256
    if named != found:
        what = f"The plan names situation {named[:12]}, and the situation in it is {found[:12]}."
        yield Breach("plan", what, f"Do not use this file: one of the two was changed. {AGAIN}")


def names_exist(case: Case) -> Iterator[Breach]:
    """Every operation, site, group and vehicle that the plan names is one of the situation and of that operation."""
    for name in (*case.plan.unplanned, *(bound.operation for bound in case.plan.bounds if bound.operation)):
        if name not in case.operations:
            yield Breach("plan", f"The plan names operation {name}, which the situation does not hold.", AGAIN)
    for convoy in case.plan.convoys:
        yield from _names_of_convoy(case, convoy)
        for trip in convoy.trips:
            yield from _names_of_trip(case, convoy, trip)


def _names_of_convoy(case: Case, convoy: Convoy) -> Iterator[Breach]:
    about = f"convoy {convoy.id}"
    operation = case.operations.get(convoy.operation)
    if operation is None:
        yield Breach(about, f"Operation {convoy.operation} is not in the situation.", AGAIN)
        return
    ends = (("pickup", convoy.pickup, operation.pickups), ("reception", convoy.reception, operation.receptions))
    for word, site, agreed in ends:
        if site not in case.sites:
            yield Breach(about, f"The {word} {site} is not a site of the situation.", AGAIN)
        elif site not in agreed:
            what = f"{site} is no {word} of operation {convoy.operation}, which has {', '.join(agreed) or 'none'}."
            yield Breach(about, what, f"Send the convoy by a {word} of its operation, or record {site} as one.")


def _names_of_trip(case: Case, convoy: Convoy, trip: Trip) -> Iterator[Breach]:
    about = f"convoy {convoy.id}, vehicle {trip.vehicle}"
    vehicle = case.vehicles.get(trip.vehicle)
    if vehicle is None:
        own = sorted(name for name in case.vehicles if name.startswith(f"{convoy.operation}/"))
        what = f"There is no such vehicle; operation {convoy.operation} has {len(own)}."
        yield Breach(about, what, "Use a vehicle of the fleet, or record the vehicle and plan again.")
    elif vehicle.operation != convoy.operation:
        what = f"The vehicle serves operation {vehicle.operation}, and the convoy is one of {convoy.operation}."
        yield Breach(about, what, f"Use a vehicle of {convoy.operation}, or record that this one serves it.")
    for group in dict.fromkeys(parse_load(key)[0] for key in trip.load):
        if group not in case.groups:
            yield Breach(about, f"Group {group} is not in the situation.", AGAIN)


def figures_are_right(case: Case) -> Iterator[Breach]:
    """Clearance time, bound, gap and status are those of the planned convoys and of the bounds listed."""
    plan = case.plan
    ends = [trip.unload_end for convoy in plan.planned for trip in convoy.trips]
    clearance = math.ceil(minutes_between(case.situation.at, max(ends))) if ends else 0
    bound = max((item.minutes for item in plan.bounds), default=0)
    gap = clearance / bound - 1 if bound else 0.0
    if plan.clearance_minutes != clearance:
        yield _figure(
            f"The plan promises an end after {plan.clearance_minutes} minutes; its trips end after", clearance
        )
    if plan.bound_minutes != bound:
        yield _figure(f"The plan names a bound of {plan.bound_minutes} minutes; the highest bound listed is", bound)
    if bound > clearance:
        what = f"The bound is {bound} minutes and the plan ends after {clearance}: one of the two is wrong."
        yield Breach("plan", what, "Do not trust the bound; send this file to the developers.")
    if not math.isclose(plan.gap, gap, rel_tol=0, abs_tol=1e-9):
        yield Breach("plan", f"The plan names a gap of {plan.gap:.4%}; its own figures make {gap:.4%}.", AGAIN)
    yield from _status(plan, clearance, bound)


def _status(plan: Plan, clearance: int, bound: int) -> Iterator[Breach]:
    for word, quantile in (("planning", plan.people_quantile), ("reserve", plan.reserve_quantile)):
        if not 0 <= quantile <= 1:
            yield Breach("plan", f"The {word} figure is the quantile {quantile:g}; it must lie from 0 to 1.", AGAIN)
    if plan.status == "optimal" and clearance != bound:
        what = f"The plan is called optimal; it ends after {clearance} minutes and only {bound} are proven."
        yield Breach("plan", what, "Read it as feasible, or plan again with more time.")
    if plan.status == "nothing to move" and plan.convoys:
        what = f"The plan says that there is nothing to move and holds {len(plan.convoys)} convoys."
        yield Breach("plan", what, AGAIN)


def _figure(text: str, minutes: int) -> Breach:
    return Breach("plan", f"{text} {minutes}.", f"Use the figure of {minutes} minutes. {AGAIN}")
