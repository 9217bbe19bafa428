"""People in hold: aboard vehicles that stand loaded, before departure and at the end of the way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import msgspec

from corridor.planning.plan import Compared, Convoy, Mode, Plan


def compared(mode: Mode, plan: Plan) -> Compared:
    """Return the figures of a plan that are compared between the modes."""
    most, hours = in_hold(plan.planned)
    return Compared(
        mode=mode,
        clearance_minutes=plan.clearance_minutes,
        convoys=len(plan.planned),
        most_held=most,
        held_hours=round(hours, 1),
    )


def in_hold(convoys: Iterable[Convoy]) -> tuple[int, float]:
    """Return the most people in hold at once and the person-hours of it.

    A person is in hold from the end of boarding to departure and from arrival to the start of unloading.
    """
    changes: list[tuple[datetime, int]] = []
    total = timedelta()
    for convoy in convoys:
        for trip in convoy.trips:
            for begins, ends in ((trip.board_end, convoy.depart), (convoy.arrive, trip.unload_start)):
                if ends > begins:
                    changes += [(begins, trip.people), (ends, -trip.people)]
                    total += (ends - begins) * trip.people
    most = now = 0
    for _, change in sorted(changes):
        now += change
        most = max(most, now)
    return most, total / timedelta(hours=1)


def beside(plan: Plan, mode: Mode, why: str) -> Plan:
    """Return a plan with the reason why the other mode has none beside its own figures."""
    none = Compared(mode=mode, clearance_minutes=0, convoys=0, most_held=0, held_hours=0.0, why_not=why)
    return msgspec.structs.replace(plan, compared=(compared(plan.mode, plan), none))


def better(plans: list[Plan]) -> Plan:
    """Return the plan that ends first, with what each mode would give beside it."""
    best = min(plans, key=lambda plan: (plan.clearance_minutes, in_hold(plan.planned)[1]))
    return msgspec.structs.replace(best, compared=tuple(compared(plan.mode, plan) for plan in plans))
