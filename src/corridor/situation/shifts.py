"""A fleet that grows and shrinks: vehicles that join or leave at a stated moment."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from corridor.reports.report import Report
from corridor.situation.fleet import Shift, Vehicles
from corridor.situation.road import Corridor
from corridor.situation.situation import Operation

FACTS = ("vehicles_joining", "vehicles_leaving")


def shifts_of(
    vehicles: Sequence[Vehicles],
    operations: Sequence[Operation],
    corridors: Sequence[Corridor],
    reports: Sequence[Report],
    at: datetime,
) -> tuple[Shift, ...]:
    """Return the vehicles that join or leave after the last count of their type, in order of time.

    Who joined or left before that count is in it already. A type that is not planned has no shifts.
    """
    counted = {
        (v.operation, v.type): max(r.observed for r in reports if r.id in v.reports) for v in vehicles if v.reports
    }
    found = []
    for report in reports:
        if report.fact not in FACTS or report.modality in ("denied", "accusation") or not report.number:
            continue
        operation = serves(report.place, operations, corridors)
        last = counted.get((operation, report.subject))
        if last is None or report.observed <= last:
            continue
        found.append(
            Shift(
                type=report.subject,
                operation=operation,
                count=round(report.number),
                at=max(report.observed, at),
                site=report.place,
                leaves=report.fact == "vehicles_leaving",
                reports=(report.id,),
            )
        )
    return tuple(sorted(found, key=lambda shift: (shift.at, shift.leaves, shift.operation, shift.type, shift.reports)))


def serves(place: str, operations: Sequence[Operation], corridors: Sequence[Corridor]) -> str:
    """Return the operation that vehicles at a place serve: that of the pickup, else the first whose way it is."""
    if any(place in operation.receptions for operation in operations):
        return ""  # what waits at a reception takes people onward; it does not drive the corridor
    for operation in operations:
        if place == operation.area or place in operation.pickups:
            return operation.id
    for operation in operations:
        on_way = next((c.sites for c in corridors if c.operation == operation.id), ())
        if place in on_way:
            return operation.id
    return ""
