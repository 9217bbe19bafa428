"""Rules on operations tied to each other: reciprocity, first steps and phases, counted at the hand-over."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from corridor.planning.plan import Convoy
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import TINY, Breach, clock
from corridor.situation.agreement import Clause

Events = list[tuple[datetime, int]]


def reciprocity_is_kept(case: Case) -> Iterator[Breach]:
    """At every hand-over the other side has accepted the ratio of what this one had, less the tolerance, by the lag.

    Reserve convoys count on the side that is tied; the side it is tied to is counted without them.
    """
    for operation in case.operations:
        for clause, ratio in case.terms(operation, "reciprocity", "ratio"):
            other = str(clause.parameters.get("with", ""))
            lag, tolerance = _number(clause, "lag"), _number(clause, "tolerance")
            if not other or ratio <= 0:
                continue
            yield from _behind(case, clause, (operation, other), (ratio, lag, tolerance))
            if clause.parameters.get("order") == "mutual":
                yield from _behind(case, clause, (other, operation), (1 / ratio, lag, tolerance / ratio))


def _behind(case: Case, clause: Clause, sides: tuple[str, str], terms: tuple[float, float, float]) -> Iterator[Breach]:
    ratio, lag, tolerance = terms
    first, other = _accepted(case, sides[0], reserve=True), _accepted(case, sides[1], reserve=False)
    for moment in dict.fromkeys(moment for moment, _ in first):
        here = _by(first, moment)
        there = _by(other, moment + timedelta(minutes=int(lag)))
        needed = ratio * here - tolerance
        if there < needed - TINY * max(here, 1):
            what = f"At {clock(moment)} {sides[0]} has {here:,} people accepted, so {sides[1]} must have "
            what += f"{needed:,.0f} by {clock(moment + timedelta(minutes=int(lag)))}; it has {there:,}."
            remedy = f"Let {sides[0]} wait, or move {sides[1]} sooner."
            yield Breach(f"clause {clause.id}", what, remedy, clause.reports)
            return  # Every later hand-over would repeat it.


def phases_are_kept(case: Case) -> Iterator[Breach]:
    """Beyond a first step, or among the last people of a phase, nobody leaves before what the phase waits for."""
    for operation in case.operations:
        for clause, mine in case.terms(operation, "reciprocity", "first_step"):
            other = str(clause.parameters.get("with", ""))
            theirs = [value for _, value in case.terms(other, "reciprocity", "first_step")]
            if theirs:
                opened = _reached(case, other, min(max(theirs), _everyone(case, other)))
                yield from _too_soon(case, clause, operation, (int(mine), opened))
        for clause, last in case.terms(operation, "phase", "last"):
            after = str(clause.parameters.get("after", ""))
            goods = next((c for c in case.clauses(operation, "goods") if c.id == after), None)
            begins = goods.ends if goods is not None else clause.begins
            if begins is None and not after:
                continue
            opened = begins if begins is not None else _reached(case, after, _everyone(case, after))
            yield from _too_soon(case, clause, operation, (_everyone(case, operation) - int(last), opened))


def _too_soon(case: Case, clause: Clause, operation: str, gate: tuple[int, datetime | None]) -> Iterator[Breach]:
    free, opened = gate
    so_far = 0
    for convoy in sorted(case.by_operation.get(operation, []), key=lambda c: (c.reserve, handed_over_at(case, c))):
        so_far += convoy.people
        if so_far > free and (opened is None or convoy.depart < opened):
            until = "never happens in this plan" if opened is None else f"happens at {clock(opened)}"
            what = f"It departs at {clock(convoy.depart)} and brings the people moved to {so_far:,}; beyond {free:,} "
            what += f"clause {clause.id} waits for what {until}."
            yield Breach(f"convoy {convoy.id}", what, "Let it wait, or carry fewer people before.", clause.reports)


def _accepted(case: Case, operation: str, *, reserve: bool) -> Events:
    """Return when how many people of an operation are handed over, in order."""
    convoys = (c for c in case.by_operation.get(operation, []) if reserve or not c.reserve)
    return sorted((handed_over_at(case, convoy), convoy.people) for convoy in convoys)


def handed_over_at(case: Case, convoy: Convoy) -> datetime:
    """Return when a convoy passes the hand-over site of its corridor, its arrival where there is none on the way."""
    corridor = case.situation.corridor(convoy.operation)
    sites = corridor.sites if corridor else ()
    if convoy.pickup in sites and convoy.reception in sites:
        between = sites[sites.index(convoy.pickup) + 1 : sites.index(convoy.reception)]
        points = [name for name in sites if name in case.sites and case.sites[name].kind == "handover"]
        if points and points[0] in between:
            beyond = case.loaded_drive(convoy.operation, points[0], convoy.reception)
            night = convoy.night
            stands = timedelta() if night is None else night.depart - night.arrive
            # A night behind the hand-over lies between it and the arrival.
            after = night is not None and night.site in sites[sites.index(points[0]) :]
            return convoy.arrive - timedelta(minutes=beyond or 0) - (stands if after else timedelta())
    return convoy.arrive


def _by(events: Events, moment: datetime) -> int:
    return sum(people for when, people in events if when <= moment)


def _reached(case: Case, operation: str, people: float) -> datetime | None:
    """Return when an operation has had so many people accepted, None where its planned convoys never bring them."""
    so_far = 0
    if so_far >= people:
        return case.situation.at if operation in case.operations else None
    for moment, more in _accepted(case, operation, reserve=False):
        so_far += more
        if so_far >= people:
            return moment
    return None


def _everyone(case: Case, operation: str) -> int:
    groups = [group for group in case.groups.values() if group.operation == operation]
    return sum(case.planned[group.id] * (1 + group.companions) for group in groups)


def _number(clause: Clause, name: str) -> float:
    try:
        return float(clause.parameters.get(name, 0))
    except ValueError:
        return 0.0
