"""Rules on the passage: what an agreement asks of convoys beyond their make-up and their distance."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import timedelta

from corridor.planning.plan import Convoy
from corridor.planning.verify.case import Case
from corridor.planning.verify.convoys import AGREE
from corridor.planning.verify.reading import Breach, clock, driven, minutes_between, parts


def convoys_are_large_enough(case: Case) -> Iterator[Breach]:
    """No convoy has fewer vehicles than the smallest one agreed."""
    for operation, convoys in case.by_operation.items():
        for clause, value in case.terms(operation, "corridor", "smallest"):
            for convoy in convoys:
                if len(convoy.trips) < value:
                    what = f"It has {len(convoy.trips)} vehicles; clause {clause.id} asks for at least {value:g}."
                    remedy = f"Spread its people over more vehicles, {AGREE}"
                    yield Breach(f"convoy {convoy.id}", what, remedy, clause.reports)


def escorts_come_back(case: Case) -> Iterator[Breach]:
    """Each escort team leads one convoy at a time and drives back before it leads the next."""
    for operation, convoys in case.by_operation.items():
        for clause, value in case.terms(operation, "corridor", "escorts"):
            needed = _fewest_teams(case, convoys)
            if needed > math.floor(value):
                what = f"Its convoys need {needed} escort teams; clause {clause.id} has {value:g}."
                remedy = f"Let convoys leave later, when a team is back, {AGREE}"
                yield Breach(f"operation {operation}", what, remedy, clause.reports)


def _fewest_teams(case: Case, convoys: list[Convoy]) -> int:
    """Return the fewest teams that can lead some convoys: convoys less the most that can follow another (Dilworth).

    A largest matching between convoys and those that their team can lead next, by augmenting paths (Berge 1957).
    """
    ordered = sorted(convoys, key=lambda convoy: convoy.depart)
    after: list[list[int]] = []
    for convoy in ordered:
        pickups = {c.pickup for c in ordered}
        ways = {pickup: case.drive(convoy.operation, convoy.reception, pickup) for pickup in pickups}
        back = {
            pickup: convoy.arrive + timedelta(minutes=minutes)
            for pickup, minutes in ways.items()
            if minutes is not None
        }
        after.append([n for n, c in enumerate(ordered) if c.pickup in back and back[c.pickup] <= c.depart])
    led_by: dict[int, int] = {}
    for number in range(len(ordered)):
        _augment(number, after, led_by)
    return len(ordered) - len(led_by)


def _augment(number: int, after: list[list[int]], led_by: dict[int, int]) -> None:
    """Give a convoy's team a next convoy, moving other teams where that helps; breadth first, without recursion."""
    came: dict[int, int] = {}
    queue = [number]
    for leader in queue:
        for follower in after[leader]:
            if follower in came:
                continue
            came[follower] = leader
            if follower in led_by:
                queue.append(led_by[follower])
                continue
            while True:
                leader_of = came[follower]
                before = next((f for f, given in led_by.items() if given == leader_of), None)
                led_by[follower] = leader_of
                if leader_of == number or before is None:
                    return
                follower = before  # noqa: PLW2901 - the path is walked back to where it began


def nobody_is_held_long(case: Case) -> Iterator[Breach]:
    """Nobody is called to a pickup longer before departure, or parked loaded at the exchange point, than the limit."""
    for operation, convoys in case.by_operation.items():
        for clause, limit in case.terms(operation, "corridor", "hold_assembly"):
            for convoy in convoys:
                begins = min((trip.board_start for trip in convoy.trips), default=convoy.depart)
                held = minutes_between(begins, convoy.depart)
                if held > limit:
                    what = (
                        f"Its people are at {convoy.pickup} from {clock(begins)}, {held:g} minutes before it departs; "
                        f"clause {clause.id} allows {limit:g}."
                    )
                    yield Breach(
                        f"convoy {convoy.id}", what, "Make the convoy smaller, or board it faster.", clause.reports
                    )
        for clause, limit in case.terms(operation, "corridor", "hold_exchange"):
            for convoy in convoys:
                held = max((minutes_between(convoy.arrive, trip.unload_start) for trip in convoy.trips), default=0)
                if held > limit:
                    what = f"It is parked loaded at {convoy.reception} for {held:g} minutes; "
                    remedy = "Send fewer vehicles at once, or find more bays there."
                    yield Breach(
                        f"convoy {convoy.id}", f"{what}clause {clause.id} allows {limit:g}.", remedy, clause.reports
                    )


def aid_has_the_road(case: Case) -> Iterator[Breach]:
    """No convoy is on the road while the agreement gives the corridor to inbound aid."""
    for convoy in case.plan.convoys:
        for clause in case.clauses(convoy.operation, "goods"):
            begins, ends = clause.begins, clause.ends
            if begins is not None and ends is not None and begins < convoy.arrive and convoy.depart < ends:
                what = f"It is on the road {clock(convoy.depart)} to {clock(convoy.arrive)}; "
                what += f"clause {clause.id} gives the corridor to aid from {clock(begins)} to {clock(ends)}."
                remedy = f"Let it depart at {clock(ends)} or later."
                yield Breach(f"convoy {convoy.id}", what, remedy, clause.reports)


def checks_have_their_time(case: Case) -> Iterator[Breach]:
    """Each passage lasts as long as the drive and the search of the convoy and of each vehicle take together."""
    for convoy in case.plan.convoys:
        drive = case.loaded_drive(convoy.operation, convoy.pickup, convoy.reception)
        whole = case.terms(convoy.operation, "search", "convoy_minutes")
        each = case.terms(convoy.operation, "search", "vehicle_minutes")
        if drive is None or not (whole or each):
            continue
        check = math.ceil(max((value for _, value in whole), default=0))
        check += math.ceil(max((value for _, value in each), default=0)) * len(convoy.trips)
        planned = driven(convoy)
        if planned < drive + check:
            what = f"{planned:g} minutes are planned; the drive takes {drive} and the search {check}."
            reports = tuple(name for clause, _ in (*whole, *each) for name in clause.reports)
            remedy = f"Let it arrive {drive + check - planned:g} minutes later."
            yield Breach(f"convoy {convoy.id}", what, remedy, reports)


def margins_are_kept(case: Case) -> Iterator[Breach]:
    """Each convoy clears the corridor before its window ends, less the margin agreed."""
    for convoy in case.plan.convoys:
        agreement = case.situation.agreement(convoy.operation)
        windows = agreement.windows() if agreement else ()
        for clause, value in case.terms(convoy.operation, "corridor", "margin"):
            for begins, ends in parts(convoy):
                spare = [
                    minutes_between(ends, closes) for opens, closes in windows if opens <= begins and ends <= closes
                ]
                if spare and max(spare) < math.ceil(value):
                    what = f"It arrives {max(spare):g} minutes before the window ends; "
                    what += f"clause {clause.id} keeps {value:g}."
                    remedy = "Let it leave earlier or in the next window."
                    yield Breach(f"convoy {convoy.id}", what, remedy, clause.reports)
