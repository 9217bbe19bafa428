"""Rules on single vehicles: where each is, how long things take, and where it stands meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import Breach, Span, Stay, at_most, clock, driven, minutes_between, most_at_once


def times_without_zone(case: Case) -> Iterator[tuple[str, datetime]]:
    """Yield every time that cannot be compared with the others, with the thing it belongs to."""
    named = [("situation", case.situation.at)]
    named += [(f"movement {away.movement}", away.free_at) for away in case.situation.fleet.under_way]
    for agreement in case.situation.agreements:
        spans = agreement.windows()
        named += [(f"window of {agreement.operation}", moment) for span in spans for moment in span]
        dated = [clause for clause in agreement.clauses if clause.kind in ("goods", "phase")]
        stated = [(clause.id, moment) for clause in dated for moment in (clause.begins, clause.ends)]
        named += [(f"clause {name}", moment) for name, moment in stated if moment is not None]
    named += [(f"vehicles {shift.type}", shift.at) for shift in case.situation.fleet.shifts]
    named += [(f"group {group.id}", step.at) for group in case.situation.groups for step in group.gathers]
    named += _times(case)
    yield from ((about, moment) for about, moment in named if moment.utcoffset() is None)


def times_follow_each_other(case: Case) -> Iterator[Breach]:
    """Boarding, departure, arrival and unloading follow each other, last as long as they need, in whole minutes."""
    for about, moment in times_without_zone(case):
        yield Breach(about, f"The time {moment.isoformat()} has no zone.", "Write it with its zone, such as +02:00.")
    for about, moment in _times(case):
        if moment.second or moment.microsecond:
            what = f"The time {moment.isoformat()} is no whole minute."
            yield Breach(about, what, "Write it to the minute; nobody reads seconds over a radio.")
    for stay in case.stays:
        yield from _order(stay)


def _times(case: Case) -> list[tuple[str, datetime]]:
    named = []
    for convoy in case.plan.convoys:
        named += [(f"convoy {convoy.id}", moment) for moment in (convoy.depart, convoy.arrive)]
        if convoy.night is not None:
            named += [(f"convoy {convoy.id}", moment) for moment in (convoy.night.arrive, convoy.night.depart)]
        for trip in convoy.trips:
            about = f"convoy {convoy.id}, vehicle {trip.vehicle}"
            moments = [trip.board_start, trip.board_end, trip.unload_start, trip.unload_end]
            moments += [] if trip.sets_off is None else [trip.sets_off]
            named += [(about, moment) for moment in moments]
    return named


def _order(stay: Stay) -> Iterator[Breach]:
    convoy, trip, vehicle = stay
    about = f"convoy {convoy.id}, vehicle {trip.vehicle}"
    boarding, unloading = (vehicle.boarding, vehicle.unloading) if vehicle else (0, 0)
    steps = (
        ("boarding", trip.board_start, "its end", trip.board_end, boarding),
        ("the end of boarding", trip.board_end, "departure", convoy.depart, 0),
        ("departure", convoy.depart, "arrival", convoy.arrive, 0),
        ("arrival", convoy.arrive, "unloading", trip.unload_start, 0),
        ("unloading", trip.unload_start, "its end", trip.unload_end, unloading),
    )
    for first, begins, second, ends, needed in steps:
        # Times with and without a zone cannot be compared; that they are mixed is a breach of its own.
        if (begins.utcoffset() is None) != (ends.utcoffset() is None):
            continue
        planned = minutes_between(begins, ends)
        if planned < needed:
            what = f"From {first} ({clock(begins)}) to {second} ({clock(ends)}) {planned:g} minutes are planned, "
            yield Breach(
                about, f"{what}at least {needed} are needed.", f"Move {second} {needed - planned:g} min later."
            )


def one_vehicle_one_place(case: Case) -> Iterator[Breach]:
    """Each vehicle boards only when it is free and has driven to the pickup from where it was last."""
    for before, stay in successive(case):
        start, free, word = free_before(before, stay)
        back = case.drive(stay.convoy.operation, start, stay.convoy.pickup) if start else 0
        # Where no way leads to the pickup the rule "way" says so; nobody can board before being free all the same.
        ready = max(free + timedelta(minutes=back or 0), case.situation.at)
        if stay.trip.board_start < ready:
            what = (
                f"It boards at {stay.convoy.pickup} from {clock(stay.trip.board_start)}, "
                f"is free {word} at {clock(free)} and drives {back or 0} minutes: it can from {clock(ready)}."
            )
            remedy = f"Board it from {clock(ready)}, or take another vehicle."
            yield Breach(f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}", what, remedy)


def successive(case: Case) -> Iterator[tuple[Stay | None, Stay]]:
    """Yield each trip with the one before it of the same vehicle (None before the first)."""
    last: dict[str, Stay] = {}
    for stay in sorted(case.stays, key=lambda stay: (stay.trip.board_start, stay.trip.unload_end)):
        yield last.get(stay.trip.vehicle), stay
        last[stay.trip.vehicle] = stay


def free_before(before: Stay | None, stay: Stay) -> tuple[str, datetime, str]:
    """Return where a vehicle stands before a trip, since when, and the place in words; "" where nobody knows."""
    if before is not None:
        return before.convoy.reception, before.trip.unload_end, f"of convoy {before.convoy.id}"
    if stay.vehicle is not None:
        return stay.vehicle.site, stay.vehicle.free, f"at {stay.vehicle.site}"
    return "", stay.trip.board_start, ""


def drives_are_long_enough(case: Case) -> Iterator[Breach]:
    """Legs lead from each pickup to the reception and back to it, and no drive is shorter than its legs."""
    for convoy in case.plan.convoys:
        about = f"convoy {convoy.id}"
        needed = case.loaded_drive(convoy.operation, convoy.pickup, convoy.reception)
        planned = driven(convoy)
        if needed is None:
            what = f"No legs lead from {convoy.pickup} to {convoy.reception}."
            yield Breach(about, what, "Record the missing leg with its minutes (leg_time), or change the reception.")
        elif planned < needed:
            what = (
                f"{planned:g} minutes are planned from {convoy.pickup} to {convoy.reception}, the legs take {needed}."
            )
            remedy = f"Let it arrive at {clock(convoy.depart + timedelta(minutes=needed))} at the earliest."
            yield Breach(about, what, remedy)
    for before, stay in successive(case):
        start, _, _ = free_before(before, stay)
        if start and case.drive(stay.convoy.operation, start, stay.convoy.pickup) is None:
            about = f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}"
            what = f"No legs lead from {start}, where it is free, to the pickup {stay.convoy.pickup}."
            yield Breach(about, what, "Record the way back with its minutes (leg_time), or take another vehicle.")


def bays_hold_the_vehicles(case: Case) -> Iterator[Breach]:
    """No more vehicles board at a pickup, or unload at a reception, at once than it has bays."""
    boarding: dict[str, list[Span]] = {}
    unloading: dict[str, list[Span]] = {}
    for stay in case.stays:
        convoy, trip, _ = stay
        if case.trails(stay):
            continue  # Who comes in a car of their own boards it beside the road.
        boarding.setdefault(convoy.pickup, []).append((trip.board_start, trip.board_end))
        unloading.setdefault(convoy.reception, []).append((trip.unload_start, trip.unload_end))
    for word, stands in (("board", boarding), ("unload", unloading)):
        for name, spans in stands.items():
            site = case.sites.get(name)
            if site is None or site.bays is None:
                continue
            allowed = max(1, at_most(site.bays))
            most, moment = most_at_once(spans)
            if most > allowed:
                what = f"{most} vehicles {word} at once at {clock(moment)}; there is room for {allowed}."
                remedy = "Let some of them wait their turn, or mark out more bays and record them."
                yield Breach(f"site {name}", what, remedy, site.bays.reports)
