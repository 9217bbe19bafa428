"""How an adopted plan fares: what is on time, late, short, missing, unplanned or overdue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Literal

import msgspec

from corridor.finding import Finding
from corridor.operation.chain import Tally, movement_of, tallies
from corridor.planning.plan import Convoy, Plan
from corridor.reports.report import Report
from corridor.situation.situation import Situation

State = Literal["planned", "boarding", "under way", "arrived", "handed over", "missing", "turned back"]
# A convoy that is not heard of for so long after it should have passed is overdue: ask, then search.
OVERDUE = timedelta(minutes=30)
LATE = timedelta(minutes=10)


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """Where one convoy stands at a moment, beside what the plan says of it (None: the plan does not know it)."""

    movement: str
    state: State
    planned: Convoy | None
    departed: datetime | None
    arrived: datetime | None
    last_seen: str
    seen_at: datetime | None
    late_minutes: int
    people: tuple[Tally, ...]

    @property
    def expected(self) -> int | None:
        """How many people the plan puts aboard, None where it does not know the convoy."""
        return self.planned.people if self.planned else None


def standings(
    plan: Plan | None, reports: Sequence[Report], at: datetime, *, counted: Mapping[str, list[Tally]] | None = None
) -> list[Standing]:
    """Return where each planned or reported convoy stands, by departure; `counted` are its tallies if known already."""
    planned = {convoy.id: convoy for convoy in plan.convoys} if plan else {}
    heard: dict[str, list[Report]] = {}
    for report in reports:
        name = movement_of(report)
        if name and report.modality in ("done", "estimate") and report.observed <= at:
            heard.setdefault(name, []).append(report)
    counted = tallies(reports) if counted is None else counted
    found = [
        _standing(name, planned.get(name), heard.get(name, []), counted.get(name, []), at)
        for name in sorted({*planned, *(n for n in heard if _moves(heard[n]))})
    ]
    return sorted(found, key=lambda one: (_start(one) or at, one.movement))


MOVING = (
    "departure",
    "arrival",
    "people_out",
    "people_boarded",
    "people_passed",
    "people_arrived",
    "people_handed_over",
)


def _moves(reports: Sequence[Report]) -> bool:
    return any(report.fact in MOVING for report in reports)


def _start(one: Standing) -> datetime | None:
    return one.departed or (one.planned.depart if one.planned else None) or one.seen_at


def _standing(
    name: str, planned: Convoy | None, heard: Sequence[Report], counted: list[Tally], at: datetime
) -> Standing:
    def first(*facts: str) -> datetime | None:
        return min((r.observed for r in heard if r.fact in facts and r.modality != "planned"), default=None)

    departed = first("departure", "people_out")
    arrived = first("arrival", "people_arrived")
    seen = max(
        (r for r in heard if r.fact in MOVING), key=lambda r: (r.observed, MOVING.index(r.fact), r.id), default=None
    )
    state: State = "planned"
    if first("people_handed_over"):
        state = "handed over"
    elif arrived:
        state = "arrived"
    elif first("people_turned_back"):
        state = "turned back"
    elif departed or first("people_passed"):
        state = "under way"
    elif first("people_boarded"):
        state = "boarding"
    elif planned is not None and not planned.reserve and at > planned.depart + OVERDUE:
        state = "missing"
    return Standing(
        movement=name,
        state=state,
        planned=planned,
        departed=departed,
        arrived=arrived,
        last_seen=seen.place if seen else "",
        seen_at=seen.observed if seen else None,
        late_minutes=_late(planned, departed, arrived, at),
        people=tuple(counted),
    )


def _late(planned: Convoy | None, departed: datetime | None, arrived: datetime | None, at: datetime) -> int:
    if planned is None:
        return 0
    if arrived is not None:
        return max(_minutes(arrived - planned.arrive), 0)
    if departed is not None:
        return max(_minutes(departed - planned.depart), _minutes(at - planned.arrive), 0)
    return max(_minutes(at - planned.depart), 0)


def _minutes(span: timedelta) -> int:
    return int(span / timedelta(minutes=1))


def alarms(
    plan: Plan | None,
    reports: Sequence[Report],
    at: datetime,
    *,
    patience: timedelta = OVERDUE,
    counted: Mapping[str, list[Tally]] | None = None,
) -> list[Finding]:
    """Return what the plan did not foresee: overdue passages, late, short, missing and unplanned convoys."""
    found: list[Finding] = []
    for one in standings(plan, reports, at, counted=counted):
        if one.planned is None:
            if plan is not None and one.state != "planned" and (one.departed or at) >= plan.start:
                what = f"It was seen at {one.last_seen} and stands in no adopted plan."
                found.append(_say("unplanned", one, what, "Ask who sent it; adopt a plan that holds it.", "warning"))
            continue
        found += _of_planned(one, one.planned, plan, reports, at, patience)  # type: ignore[arg-type]
    return found


def _of_planned(
    one: Standing, convoy: Convoy, plan: Plan, reports: Sequence[Report], at: datetime, patience: timedelta
) -> list[Finding]:
    found = []
    if one.state == "missing":
        what = f"It was to leave {convoy.pickup} at {convoy.depart:%H:%M}; nothing was heard of it."
        found.append(_say("missing", one, what, "Ask the lead by radio; plan again if it has not left.", "warning"))
    if one.state == "under way":
        found += _overdue(one, convoy, plan.situation, reports, at, patience)
    if one.late_minutes > LATE / timedelta(minutes=1) and one.state in ("under way", "arrived", "handed over"):
        what = f"It is {one.late_minutes} minutes behind the plan."
        found.append(_say("late", one, what, "Tell the reception; plan again if others wait for it.", "warning"))
    left = next((tally for tally in one.people if tally.point == "departed"), None)
    if left is not None and left.high < convoy.people:
        what = f"{left.people} people left; {convoy.people:,} were planned: {convoy.people - left.high:,} short."
        found.append(
            _say("short", one, what, "Find out who still waits; they come first in the next convoy.", "warning")
        )
    return found


def _overdue(
    one: Standing, convoy: Convoy, situation: Situation, reports: Sequence[Report], at: datetime, patience: timedelta
) -> list[Finding]:
    """Compare with the passage expected at each point of the way: the drive times of the plan's own situation."""
    begun = one.departed or convoy.depart
    passed = {r.place for r in reports if movement_of(r) == one.movement and r.observed <= at and r.fact in MOVING}
    corridor = situation.corridor(convoy.operation)
    sites = corridor.sites if corridor else (convoy.pickup, convoy.reception)
    if convoy.pickup in sites and convoy.reception in sites:
        sites = sites[sites.index(convoy.pickup) : sites.index(convoy.reception) + 1]
    else:
        sites = (convoy.pickup, convoy.reception)
    due = {sites[0]: begun}
    for start, end in pairwise(sites):
        leg = situation.legs_for(convoy.operation).get((start, end))
        if leg is None:
            due = {convoy.pickup: begun}
            break
        due[end] = due[start] + timedelta(minutes=leg.minutes.quantile(0.5))
    due[convoy.reception] = max(due.get(convoy.reception, begun), begun + (convoy.arrive - convoy.depart))
    # A place passed means that those before it were passed too, counted or not.
    reached = max((number for number, site in enumerate(sites) if site in passed), default=0)
    late = [site for site in sites[reached + 1 :] if site in due and at > due[site] + patience]
    if not late:
        return []
    site = late[0]
    seen = f"last seen at {one.last_seen} at {one.seen_at:%H:%M}" if one.seen_at else "never seen"
    what = f"It should have reached {site} by {due[site]:%H:%M}; {seen}; {_minutes(at - due[site])} minutes overdue."
    remedy = "Call the lead and the last vehicle; after that ask both sides, and hold the next convoy."
    return [_say("overdue", one, what, remedy, "error")]


def _say(rule: str, one: Standing, what: str, remedy: str, severity: Literal["error", "warning", "open"]) -> Finding:
    ids = tuple(name for tally in one.people for name in tally.reports)
    return Finding(rule=rule, about=one.movement, what=what, remedy=remedy, severity=severity, reports=ids)
