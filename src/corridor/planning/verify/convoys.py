"""Rules on convoys: their make-up, their distance, and what the agreement lets them do."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import (
    COMPANIONS,
    Breach,
    Span,
    at_least,
    at_most,
    clock,
    minutes_between,
    most_at_once,
    parse_load,
    parts,
)

AGREE = "or agree on another rule with the parties and record it."


def ids_are_unique(case: Case) -> Iterator[Breach]:
    """No two convoys share an id."""
    for name, times in Counter(convoy.id for convoy in case.plan.convoys).items():
        if times > 1:
            what = f"{times} convoys are called {name}; an order to one would reach the other."
            yield Breach(f"convoy {name}", what, "Give each its own id.")


def convoys_are_whole(case: Case) -> Iterator[Breach]:
    """Each convoy has a lead, at least one vehicle, none twice, and no more than the corridor's convoy size."""
    for convoy in case.plan.convoys:
        about = f"convoy {convoy.id}"
        if not convoy.lead.strip():
            yield Breach(about, "Nobody leads it.", "Name who opens the convoy.")
        if not convoy.trips:
            yield Breach(about, "It has no vehicle.", "Take it out of the plan, or give it vehicles.")
        for name, times in Counter(trip.vehicle for trip in convoy.trips).items():
            if times > 1:
                what = f"Vehicle {name} is listed {times} times."
                yield Breach(about, what, "List it once, or take another vehicle for the second load.")
    for operation, convoys in case.by_operation.items():
        corridor = case.situation.corridor(operation)
        if corridor is None:
            continue
        escort = sum(math.ceil(value) for _, value in case.terms(operation, "corridor", "escort_vehicles"))
        allowed = max(1, at_most(corridor.convoy_size) - escort)
        for convoy in convoys:
            vehicles = len(case.led(convoy))
            if vehicles > allowed:
                what = f"It has {vehicles} vehicles; the corridor takes {allowed} under one lead."
                reports = corridor.convoy_size.reports
                yield Breach(f"convoy {convoy.id}", what, f"Split it into two convoys, {AGREE}", reports)


def shuttles_go_alone(case: Case) -> Iterator[Breach]:
    """In a plan of shuttles every vehicle goes alone, but for the one that carries the companions of those in another.

    What is compared under the plan's mode is its own end.
    """
    for convoy in case.plan.convoys if case.plan.mode == "shuttle" else ():
        led = case.led(convoy)
        groups = [{parse_load(key)[0] for key in trip.load} for trip in led]
        companions = any(key.endswith(COMPANIONS) for trip in led for key in trip.load)
        accompanied = len(groups) == 2 and companions and groups[0] & groups[1]
        if len(led) > 1 and not accompanied:
            what = f"It has {len(led)} vehicles, and the plan says that each goes alone."
            yield Breach(f"convoy {convoy.id}", what, "Give each vehicle its own departure, or plan in convoys.")
    for one in case.plan.compared:
        if one.mode == case.plan.mode and one.clearance_minutes != case.plan.clearance_minutes:
            what = f"As a {one.mode} the plan is compared by {one.clearance_minutes} minutes; "
            yield Breach("plan", f"{what}it ends after {case.plan.clearance_minutes}.", "Plan again with --mode both.")


def convoys_keep_their_distance(case: Case) -> Iterator[Breach]:
    """Two convoys of one operation depart no closer to each other than its headway."""
    for operation, convoys in case.by_operation.items():
        corridor = case.situation.corridor(operation)
        if corridor is None:
            continue
        needed = at_least(corridor.headway)
        ordered = sorted(convoys, key=lambda convoy: convoy.depart)
        for first, second in pairwise(ordered):
            planned = minutes_between(first.depart, second.depart)
            if planned < needed:
                what = f"It departs {planned:g} minutes after convoy {first.id} ({clock(first.depart)}); "
                remedy = f"Let it depart {needed - planned:g} minutes later, {AGREE}"
                about = f"convoy {second.id}"
                yield Breach(about, f"{what}the headway is {needed}.", remedy, corridor.headway.reports)


def drives_lie_in_windows(case: Case) -> Iterator[Breach]:
    """Where the agreement states hours, each drive of a convoy begins and ends within one and the same window."""
    for convoy in case.plan.convoys:
        agreement = case.situation.agreement(convoy.operation)
        windows = agreement.windows() if agreement else ()
        outside = [
            span
            for span in parts(convoy)
            if not any(opens <= span[0] and span[1] <= closes for opens, closes in windows)
        ]
        if windows and outside:
            hours = "; ".join(f"{clock(opens)} to {clock(closes)}" for opens, closes in windows)
            what = f"It is on the road {clock(convoy.depart)} to {clock(convoy.arrive)}; agreed is {hours}."
            reports = tuple(name for clause in case.clauses(convoy.operation, "window") for name in clause.reports)
            yield Breach(f"convoy {convoy.id}", what, "Move it into a window, or agree on a longer one.", reports)


def vehicles_on_the_road_are_agreed(case: Case) -> Iterator[Breach]:
    """At no moment more vehicles of a type are on the road than a vehicles clause of their operation allows."""
    for operation in case.by_operation:
        for clause in case.clauses(operation, "vehicles"):
            for kind, value in clause.parameters.items():
                spans = _on_the_road(case, operation, kind)
                allowed = _number(value)
                if not spans or allowed is None:
                    continue
                most, moment = most_at_once(spans)
                if most > allowed:
                    what = f"{most} vehicles of type {kind} are on the road at {clock(moment)}; agreed are {allowed}."
                    remedy = f"Let some of them leave later, {AGREE}"
                    yield Breach(f"clause {clause.id}", what, remedy, clause.reports)


def _number(value: float | str) -> int | None:
    """Return a number of vehicles as a clause states it, None where it states words."""
    try:
        return int(value)
    except ValueError:
        return None


def _on_the_road(case: Case, operation: str, kind: str) -> list[Span]:
    return [
        (stay.convoy.depart, stay.convoy.arrive)
        for stay in case.stays
        if stay.convoy.operation == operation and stay.vehicle and stay.vehicle.type == kind
    ]


def destinations_are_agreed(case: Case) -> Iterator[Breach]:
    """Convoys go only to the receptions that the agreement's destination clauses name."""
    for convoy in case.plan.convoys:
        for clause in case.clauses(convoy.operation, "destination"):
            agreed = [name.strip() for name in str(clause.parameters.get("to", "")).split(";") if name.strip()]
            if agreed and convoy.reception not in agreed:
                what = f"It goes to {convoy.reception}; clause {clause.id} names {', '.join(agreed)}."
                yield Breach(f"convoy {convoy.id}", what, f"Send it to {agreed[0]}, {AGREE}", clause.reports)
