"""Rules on the way itself: one-lane stretches, rests at the wheel, and nights between two windows."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta

from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import Breach, Stay, clock, minutes_between
from corridor.planning.verify.vehicles import free_before, successive
from corridor.situation.agreement import Clause

Crossing = tuple[datetime, datetime, bool, str]


def lanes_alternate(case: Case) -> Iterator[Breach]:
    """On a one-lane stretch nobody comes from one end while anybody is on it from the other."""
    stretches = {
        (stretch, clause.id): clause
        for operation in case.operations
        for clause, stated in case.words(operation, "corridor", "one_lane")
        for stretch in stated
    }
    for (stretch, _), clause in stretches.items():
        first, _, second = (part.strip() for part in stretch.partition(">"))
        last: dict[bool, tuple[datetime, str]] = {}
        for begins, ends, forth, about in sorted(_crossings(case, first, second)):
            other = last.get(not forth)
            if other is not None and begins < other[0]:
                what = f"It is on the one lane {stretch} from {clock(begins)}, while {other[1]} comes the other way "
                remedy = f"Let it wait until {clock(other[0])}."
                yield Breach(about, f"{what}until {clock(other[0])}.", remedy, clause.reports)
            if forth not in last or ends > last[forth][0]:
                last[forth] = ends, about


def _crossings(case: Case, first: str, second: str) -> Iterator[Crossing]:
    """Yield when which convoy, and which empty vehicle, is on a stretch, and whether it goes from first to second."""
    for convoy in case.plan.convoys:
        way = case.way(convoy.operation, convoy.pickup, convoy.reception)
        if first in way and second in way:
            begins, ends = sorted((way[first], way[second]))
            # Where the search holds it up is not stated: it may be on the stretch as long as it is under way beyond.
            beyond = way[convoy.reception] - ends
            span = convoy.depart + timedelta(minutes=begins), convoy.arrive - timedelta(minutes=beyond)
            yield (*span, way[first] < way[second], f"convoy {convoy.id}")
    for before, stay in successive(case):
        start, _, _ = free_before(before, stay)
        back = _back(case, start, stay)
        if first in back and second in back:
            begins, ends = sorted((back[first], back[second]))
            leaves = stay.trip.sets_off or stay.trip.board_start - timedelta(minutes=back[stay.convoy.pickup])
            about = f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}"
            span = leaves + timedelta(minutes=begins), leaves + timedelta(minutes=ends)
            yield (*span, back[first] < back[second], about)


def _back(case: Case, start: str, stay: Stay) -> dict[str, int]:
    if not start or start == stay.convoy.pickup:
        return {}
    return case.way(stay.convoy.operation, start, stay.convoy.pickup, loaded=False)


def approaches_are_possible(case: Case) -> Iterator[Breach]:
    """No vehicle sets off for its pickup before it is free, or too late to be there when it boards."""
    for before, stay in successive(case):
        leaves = stay.trip.sets_off
        start, free, _ = free_before(before, stay)
        if leaves is None or not start:
            continue
        drive = timedelta(minutes=case.drive(stay.convoy.operation, start, stay.convoy.pickup) or 0)
        if leaves < free or leaves + drive > stay.trip.board_start:
            what = f"It sets off from {start} at {clock(leaves)}, is free there at {clock(free)} and boards at "
            what += f"{stay.convoy.pickup} at {clock(stay.trip.board_start)}, {drive // timedelta(minutes=1)} min away."
            remedy = f"Let it set off from {clock(free)} on and board when it has come."
            yield Breach(f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}", what, remedy)


def drivers_rest(case: Case) -> Iterator[Breach]:
    """No vehicle is driven longer between two stops than agreed, be they for rest or for fuel."""
    for operation in case.operations:
        for most, length in (("drive_minutes", "rest_minutes"), ("fuel_minutes", "refuel_minutes")):
            for clause, limit in case.terms(operation, "vehicles", most):
                stops = [value for each, value in case.terms(operation, "vehicles", length) if each.id == clause.id]
                if stops:
                    yield from _driven(case, operation, clause, (math.floor(limit), math.ceil(stops[0])))


def _driven(case: Case, operation: str, clause: Clause, terms: tuple[int, int]) -> Iterator[Breach]:
    most, length = terms
    wheel: dict[str, int] = {}
    for before, stay in successive(case):
        if stay.convoy.operation != operation:
            continue
        so_far = wheel.get(stay.trip.vehicle, 0)
        empty, loaded, stands = _drives(case, before, stay)
        ways = [so_far + empty + loaded]
        if stands >= length:
            # It rests before it sets off, or at the pickup before it boards.
            ways.append(empty + loaded)
            if so_far + empty <= most:
                ways.append(loaded)
        if stands >= 2 * length and empty <= most:
            ways.append(loaded)
        least = min(ways)
        wheel[stay.trip.vehicle] = least if least <= most else loaded
        if least > most:
            what = f"It is driven {least} minutes without a stop of {length}; clause {clause.id} allows {most}."
            remedy = f"Let it stand {length} minutes before this trip, or take another vehicle."
            yield Breach(f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}", what, remedy, clause.reports)


def _drives(case: Case, before: Stay | None, stay: Stay) -> tuple[int, int, float]:
    """Return the minutes of the drive to the pickup, of the loaded drive, and how long the vehicle stands between."""
    start, free, _ = free_before(before, stay)
    empty = case.drive(stay.convoy.operation, start, stay.convoy.pickup) or 0 if start else 0
    loaded = case.loaded_drive(stay.convoy.operation, stay.convoy.pickup, stay.convoy.reception) or 0
    return empty, loaded, minutes_between(free, stay.trip.board_start) - empty


def nights_are_agreed(case: Case) -> Iterator[Breach]:
    """No loaded convoy stands overnight but at the agreed site on its way, and each drive has its minutes."""
    for convoy in case.plan.convoys:
        night = convoy.night
        if night is None:
            continue
        about = f"convoy {convoy.id}"
        agreed = [site for _, sites in case.words(convoy.operation, "corridor", "overnight") for site in sites[:1]]
        way = case.way(convoy.operation, convoy.pickup, convoy.reception)
        if night.site not in agreed or night.site not in way:
            what = f"It stands overnight at {night.site}; agreed on its way is {', '.join(agreed) or 'no such site'}."
            yield Breach(about, what, "Let it wait at the pickup, or agree on the site with who holds it.")
            continue
        before, after = way[night.site], way[convoy.reception] - way[night.site]
        planned = minutes_between(convoy.depart, night.arrive), minutes_between(night.depart, convoy.arrive)
        if planned[0] < before or planned[1] < after or night.depart < night.arrive:
            what = f"{planned[0]:g} minutes are planned to {night.site} and {planned[1]:g} beyond it; "
            yield Breach(about, f"{what}the legs take {before} and {after}.", "Give each drive its minutes.")
