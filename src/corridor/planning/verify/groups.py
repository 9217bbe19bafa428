"""Rules on people: a place for each, nobody lost, nobody twice, and the most urgent first."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import timedelta

from corridor.planning.plan import Convoy
from corridor.planning.verify.case import Case
from corridor.planning.verify.reading import COMPANIONS, SEAT, Breach, at_most, clock, parse_load
from corridor.planning.verify.travel import called, come, handed_over, may_go
from corridor.situation.site import Group


def everyone_has_a_place(case: Case) -> Iterator[Breach]:
    """No vehicle carries more people who need a kind of place than it has places of that kind, and none is empty."""
    for convoy, trip, vehicle in case.stays:
        about = f"convoy {convoy.id}, vehicle {trip.vehicle}"
        if trip.people <= 0:
            yield Breach(about, "Nobody is aboard.", "Take the vehicle out of the convoy, or give it people.")
        for key, people in trip.load.items():
            if people <= 0:
                yield Breach(about, f"The load lists {people} people of {key}.", "Take that line out of the load.")
        needed: Counter[str] = Counter()
        for key, people in trip.load.items():
            group, companions = parse_load(key)
            if group in case.groups:
                needed[SEAT if companions else case.groups[group].place] += people
        for place, people in needed.items():
            offered = vehicle.places.get(place, 0) if vehicle else people
            if people > offered:
                what = f"{people} people aboard need a {place} place; it has {offered}."
                yield Breach(about, what, f"Move {people - offered} of them to another vehicle or a later trip.")


def companions_ride_along(case: Case) -> Iterator[Breach]:
    """In each convoy exactly as many companions ride as its people are to have with them."""
    for convoy in case.plan.convoys:
        aboard = _aboard([convoy])
        for name in dict.fromkeys(parse_load(key)[0] for key in aboard):
            group = case.groups.get(name)
            if group is None:
                continue
            needed = group.companions * aboard[name]
            found = aboard[name + COMPANIONS]
            if found != needed:
                what = (
                    f"{aboard[name]} people of {name} ride with {found} companions; "
                    f"at {group.companions} for each person it must be {needed}."
                )
                remedy = "Never part a wounded person from those who care for them: bring the numbers together."
                yield Breach(f"convoy {convoy.id}", what, remedy)


def receptions_can_take_them(case: Case) -> Iterator[Breach]:
    """No reception is brought more people, reserve convoys included, than it can take."""
    brought: Counter[str] = Counter()
    planned: Counter[str] = Counter()
    for convoy in case.plan.convoys:
        brought[convoy.reception] += convoy.people
        planned[convoy.reception] += 0 if convoy.reserve else convoy.people
    for name, people in brought.items():
        site = case.sites.get(name)
        if site is None or site.capacity is None:
            continue
        allowed = at_most(site.capacity)
        if people > allowed:
            what = f"{people} people are brought there, {planned[name]} of them without the reserve; "
            remedy = f"Find room for {people - allowed} more people, or send them to another reception."
            yield Breach(f"site {name}", f"{what}it can take {allowed}.", remedy, site.capacity.reports)


def everyone_is_planned_once(case: Case) -> Iterator[Breach]:
    """Exactly the planning figure of each group rides in the planned convoys, less those whom the plan says it leaves.

    Nobody of an unplanned operation does.
    """
    aboard = _aboard(case.plan.planned)
    for name, figure in case.planned.items():
        wanted = figure - case.plan.left.get(name, 0)
        if aboard[name] != wanted:
            less = wanted - aboard[name]
            what = f"{aboard[name]} people are planned; the planning figure is {figure}."
            remedy = f"Plan {less} more of them." if less > 0 else f"Take {-less} of them out: they would not exist."
            yield Breach(f"group {name}", what, remedy)


def people_board_where_they_wait(case: Case) -> Iterator[Breach]:
    """People board only at the pickup where their group waits and in convoys of its operation."""
    for convoy in case.plan.convoys:
        for name in dict.fromkeys(parse_load(key)[0] for key in _aboard([convoy])):
            group = case.groups.get(name)
            if group and (group.site, group.operation) != (convoy.pickup, convoy.operation):
                what = (
                    f"People of {name} board at {convoy.pickup} for operation {convoy.operation}; "
                    f"they wait at {group.site} for {group.operation}."
                )
                yield Breach(f"convoy {convoy.id}", what, f"Fetch them at {group.site}, or record that they moved.")


def reserve_comes_last(case: Case) -> Iterator[Breach]:
    """Reserve convoys leave after the planned ones of their operation and reach at most the high figure."""
    aboard = _aboard(case.plan.convoys)
    for name, high in case.high.items():
        if aboard[name] > high:
            what = f"With the reserve {aboard[name]} people are planned; the high figure is {high}."
            yield Breach(f"group {name}", what, f"Take {aboard[name] - high} of them out of the reserve.")
    for convoys in case.by_operation.values():
        last = max((convoy.depart for convoy in convoys if not convoy.reserve), default=None)
        for convoy in convoys:
            if last and convoy.reserve and convoy.depart < last:
                what = (
                    f"A reserve convoy departs at {clock(convoy.depart)}, before the last planned one at {clock(last)}."
                )
                yield Breach(f"convoy {convoy.id}", what, f"Let it depart at {clock(last)} or later.")


def first_things_first(case: Case) -> Iterator[Breach]:
    """No place goes to anybody while people of higher priority who need that kind still wait at the same pickup.

    A place is what a person of a group needs; the seats of companions follow their person and are not compared. Who
    may not go to the convoy's reception, or comes only after its boarding begins, is not passed over.
    """
    gone: Counter[str] = Counter()
    ordered = sorted(case.plan.convoys, key=lambda convoy: (convoy.depart, convoy.reserve))
    for index, convoy in enumerate(ordered):
        gone.update(_aboard([convoy]))
        figure = case.high if convoy.reserve else case.planned
        # Convoys that depart together are one occasion: the order in which the file lists them means nothing.
        together = _aboard(c for c in ordered[index + 1 :] if c.depart == convoy.depart)
        for low in _groups_aboard(case, convoy):
            for high in case.groups.values():
                if (
                    not _comes_before(high, low)
                    or low.site != convoy.pickup
                    or not may_go(case, high, convoy.reception)
                ):
                    continue
                # Whoever comes after the boarding began is not passed over.
                late = figure[high.id] - _come(case, high, convoy)
                waiting = figure[high.id] - gone[high.id] - together[high.id] - late
                if waiting > 0:
                    what = (
                        f"It carries people of {low.id} (priority {low.priority}) on {low.place} places while "
                        f"{waiting} of {high.id} (priority {high.priority}) still wait at {high.site} for one."
                    )
                    yield Breach(f"convoy {convoy.id}", what, f"Give those places to {high.id} first.")


def _come(case: Case, group: Group, convoy: Convoy) -> int:
    """Return how many of a group have come when a convoy begins to board: the reserve counts for reserve convoys."""
    planned, moment = case.planned[group.id], called(convoy)
    more = come(group, case.high[group.id] - planned, moment) if convoy.reserve else 0
    there = come(group, planned, moment) + more
    for clause, names in case.words(convoy.operation, "corridor", "onward_of"):
        stated = case.terms(convoy.operation, "corridor", "transfer_minutes")
        minutes = sum(value for each, value in stated if each == clause)
        until = moment - timedelta(minutes=math.ceil(minutes)), convoy.reserve
        there = min([there, *(handed_over(case, first, (convoy.pickup, group.kind), until) for first in names[:1])])
    return there


def _comes_before(high: Group, low: Group) -> bool:
    same = (high.site, high.operation, high.place) == (low.site, low.operation, low.place)
    return same and high.priority < low.priority


def _groups_aboard(case: Case, convoy: Convoy) -> list[Group]:
    return [case.groups[key] for key in _aboard([convoy]) if key in case.groups]


def _aboard(convoys: Iterable[Convoy]) -> Counter[str]:
    """Return the people of some convoys by load entry, groups and their companions apart."""
    total: Counter[str] = Counter()
    for convoy in convoys:
        for trip in convoy.trips:
            total.update(trip.load)
    return total
