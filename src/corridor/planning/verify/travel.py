"""Rules on who may travel with what: vehicles that are there, families, destinations, and people who come over time."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from corridor.planning.plan import Convoy
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import TINY, Breach, at_most, clock, parse_load
from corridor.situation.agreement import Clause
from corridor.situation.site import Group


def vehicles_are_there(case: Case) -> Iterator[Breach]:
    """No vehicle is still under way, or unloads, when it has left the fleet."""
    for convoy, trip, vehicle in case.stays:
        if vehicle is not None and vehicle.until is not None and trip.unload_end > vehicle.until:
            what = f"It is unloaded at {clock(trip.unload_end)} and leaves the fleet at {clock(vehicle.until)}."
            remedy = "Take another vehicle for this trip, or ask for this one to stay."
            yield Breach(f"convoy {convoy.id}, vehicle {trip.vehicle}", what, remedy)


def cars_trail_once(case: Case) -> Iterator[Breach]:
    """Vehicles that trail make one trip, behind a convoy that others lead, and no more of them than agreed."""
    trips: Counter[str] = Counter(stay.trip.vehicle for stay in case.stays if case.trails(stay))
    for name, times in trips.items():
        if times > 1:
            what = f"It makes {times} trips; who leaves in a car of their own does not bring it back."
            yield Breach(f"vehicle {name}", what, "Let it go once, and plan others for the rest.")
    for convoy in case.plan.convoys:
        behind = len(convoy.trips) - len(case.led(convoy))
        if behind and behind == len(convoy.trips):
            what = f"All its {behind} vehicles trail and none leads them."
            yield Breach(f"convoy {convoy.id}", what, "Let them follow a convoy with a lead.")
        for clause, limit in case.terms(convoy.operation, "vehicles", "trailing_most"):
            if behind > limit:
                what = f"{behind} vehicles trail behind it; clause {clause.id} allows {limit:g}."
                yield Breach(f"convoy {convoy.id}", what, "Let some of them follow another convoy.", clause.reports)


def share_there(group: Group, moment: datetime) -> float:
    """Return the share of a group that has come to its pickup by a moment."""
    if not group.gathers:
        return 1.0
    return max((step.share for step in group.gathers if step.at <= moment), default=0.0)


def come(group: Group, people: int, moment: datetime) -> int:
    """Return how many of some people of a group have come to their pickup by a moment."""
    return math.floor(share_there(group, moment) * people + TINY)


def called(convoy: Convoy) -> datetime:
    """Return when the first vehicle of a convoy begins to board."""
    return min((trip.board_start for trip in convoy.trips), default=convoy.depart)


def nobody_boards_before_coming(case: Case) -> Iterator[Breach]:
    """At no moment have more people of a group boarded than have come to the pickup by then."""
    for group in case.groups.values():
        if not group.gathers:
            continue
        for reserve, people in ((False, case.planned[group.id]), (True, case.high[group.id] - case.planned[group.id])):
            boards = sorted(
                (stay.trip.board_start, stay.trip.load.get(group.id, 0), stay.convoy.id)
                for stay in case.stays
                if stay.convoy.reserve == reserve and group.id in stay.trip.load
            )
            so_far = 0
            for moment, number, convoy in boards:
                so_far += number
                there = come(group, people, moment)
                if so_far > there:
                    what = f"With it {so_far:,} people of {group.id} have boarded at {clock(moment)}; "
                    what += f"{there:,} have come to {group.site} by then."
                    yield Breach(f"convoy {convoy}", what, "Let it board later, or carry fewer.", group.reports)
                    break


def transfers_take_their_time(case: Case) -> Iterator[Breach]:
    """Nobody boards at a hand-over point whom the operation before has not unloaded there, transfer included."""
    for operation in case.operations:
        for clause, names in case.words(operation, "corridor", "onward_of"):
            minutes = [value for each, value in case.terms(operation, "corridor", "transfer_minutes") if each == clause]
            for first in names[:1]:
                for reserve in (False, True):
                    yield from _boarded_too_soon(case, clause, (operation, first), (math.ceil(sum(minutes)), reserve))


def _boarded_too_soon(case: Case, clause: Clause, sides: tuple[str, str], terms: tuple[int, bool]) -> Iterator[Breach]:
    operation, first = sides
    minutes, reserve = terms
    boards = sorted(
        (stay.trip.board_start, stay.convoy.pickup, case.groups[key].kind, people, stay.convoy.id)
        for stay in case.stays
        if stay.convoy.operation == operation and (reserve or not stay.convoy.reserve)
        for key, people in stay.trip.load.items()
        if key in case.groups
    )
    so_far: Counter[tuple[str, str]] = Counter()
    for moment, pickup, kind, people, convoy in boards:
        so_far[pickup, kind] += people
        boarded = so_far[pickup, kind]
        there = handed_over(case, first, (pickup, kind), (moment - timedelta(minutes=minutes), reserve))
        if boarded > there:
            what = f"With it {boarded:,} {kind} have boarded at {pickup} at {clock(moment)}; clause {clause.id} has "
            what += f"{there:,} of them handed over by then, {minutes} minutes of transfer included."
            remedy = "Let it wait until the people have changed vehicles."
            yield Breach(f"convoy {convoy}", what, remedy, clause.reports)
            return  # Every later boarding would repeat it.


def handed_over(case: Case, operation: str, whom: tuple[str, str], until: tuple[datetime, bool]) -> int:
    """Return how many people of a kind an operation has unloaded at a site by a moment, with its reserve or without."""
    site, kind = whom
    moment, reserve = until
    return sum(
        people
        for stay in case.stays
        if stay.convoy.operation == operation and stay.convoy.reception == site
        if stay.trip.unload_end <= moment and (reserve or not stay.convoy.reserve)
        for key, people in stay.trip.load.items()
        if key in case.groups and case.groups[key].kind == kind
    )


def may_go(case: Case, group: Group, reception: str) -> bool:
    """Return whether a reception takes a group and is the one that the group chose."""
    site = case.sites.get(reception)
    takes = site is None or not site.accepts or group.kind in site.accepts
    return takes and (not group.chosen or group.chosen == reception)


def _aboard(convoy: Convoy, case: Case) -> Iterator[Group]:
    names = dict.fromkeys(parse_load(key)[0] for trip in convoy.trips for key in trip.load)
    yield from (case.groups[name] for name in names if name in case.groups)


def receptions_accept_them(case: Case) -> Iterator[Breach]:
    """People are brought only to receptions that take people of their kind."""
    for convoy in case.plan.convoys:
        site = case.sites.get(convoy.reception)
        for group in _aboard(convoy, case):
            if site is not None and site.accepts and group.kind not in site.accepts:
                what = f"It brings people of {group.id}; {site.id} takes {', '.join(site.accepts)}."
                yield Breach(f"convoy {convoy.id}", what, "Bring them to a reception that takes them.", site.reports)


def choices_are_kept(case: Case) -> Iterator[Breach]:
    """People are brought only to the reception that they chose, where they were asked."""
    for convoy in case.plan.convoys:
        for group in _aboard(convoy, case):
            if group.chosen and group.chosen != convoy.reception:
                what = f"It brings people of {group.id} to {convoy.reception}; they chose {group.chosen}."
                remedy = f"Bring them to {group.chosen}: a destination is never overruled in silence."
                yield Breach(f"convoy {convoy.id}", what, remedy, group.reports)


def days_are_not_overfull(case: Case) -> Iterator[Breach]:
    """No reception is brought more people on one calendar day than it can take in, reserve convoys included."""
    zone = case.situation.at.tzinfo
    brought: Counter[tuple[str, str]] = Counter()
    for convoy in case.plan.convoys:
        brought[convoy.reception, f"{convoy.arrive.astimezone(zone):%Y-%m-%d}"] += convoy.people
    for (name, day), people in sorted(brought.items()):
        site = case.sites.get(name)
        if site is not None and site.daily is not None and people > at_most(site.daily):
            what = f"{people:,} people are brought there on {day}; it takes in {at_most(site.daily):,} a day."
            yield Breach(f"site {name}", what, "Let some of them come on another day.", site.daily.reports)


def families_stay_together(case: Case) -> Iterator[Breach]:
    """Families of a stated size ride whole in one vehicle; only the last family of a group may be smaller."""
    for group in case.groups.values():
        size = group.family
        if size <= 1 or group.companions or group.place != "seat":
            continue
        for reserve, people in ((False, case.planned[group.id]), (True, case.high[group.id] - case.planned[group.id])):
            parted = [
                stay for stay in case.stays if stay.convoy.reserve == reserve and stay.trip.load.get(group.id, 0) % size
            ]
            whole = len(parted) == 1 and parted[0].trip.load[group.id] % size == people % size
            for stay in parted if not whole else ():
                number = stay.trip.load[group.id]
                what = f"{number} people of {group.id} are aboard, who travel in families of {size}: one is parted."
                about = f"convoy {stay.convoy.id}, vehicle {stay.trip.vehicle}"
                yield Breach(about, what, f"Take {number - number % size} or {number + size - number % size} aboard.")


def lines_are_not_crossed(case: Case) -> Iterator[Breach]:
    """No loaded vehicle drives over ground of a party whose lines its type may not cross."""
    for stay in case.stays:
        if stay.vehicle is None:
            continue
        convoy, name = stay.convoy, f"crossing_{stay.vehicle.type}"
        for clause, parties in case.words(convoy.operation, "vehicles", name):
            for site in case.way(convoy.operation, convoy.pickup, convoy.reception):
                held = case.sites[site].control if site in case.sites else ""
                if held and held not in parties:
                    what = f"It passes {site}, which {held} holds; clause {clause.id} lets it cross the ground of "
                    what += f"{', '.join(parties)}."
                    about = f"convoy {convoy.id}, vehicle {stay.trip.vehicle}"
                    yield Breach(about, what, "Take vehicles that may cross, or agree that these may.", clause.reports)
                    break
