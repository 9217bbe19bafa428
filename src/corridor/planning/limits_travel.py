"""What holds a plan back in vehicles, people and the way: how each such limit is lifted, and eased a little."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import msgspec

from corridor.planning.limit import Ease, Limit, count, with_group, with_site, without
from corridor.planning.rounding import down
from corridor.situation.estimate import certain
from corridor.situation.fleet import Shift
from corridor.situation.site import Site
from corridor.situation.situation import Operation, Situation

# The terms of a vehicles clause that bind beyond the number on the road.
TERMS = {
    "trailing": "vehicles of type {trailing} go once, behind a convoy",
    "drive_minutes": "drivers rest {rest_minutes} minutes after {drive_minutes} at the wheel",
    "fuel_minutes": "vehicles refuel {refuel_minutes} minutes after {fuel_minutes} on the road",
}


def of_receptions(situation: Situation, operation: Operation) -> Iterator[Limit]:
    """Yield what receptions take in on a day, and whom they take."""
    for site in (item for item in situation.sites if item.id in operation.receptions):
        if site.daily is not None:
            more = Ease(
                partial(_more_a_day, site),
                lambda n, s=site: f"{s.id} taking in {n:,} people more a day",  # type: ignore[misc]
                10**7,
            )
            words = f"{site.id} takes in {down(site.daily):,} people a day"
            yield Limit((f"{site.id}.daily",), words, partial(with_site, site.id, daily=None), (more,))
        if site.accepts:
            words = f"{site.id} takes only {', '.join(site.accepts)}"
            yield Limit((f"{site.id}.accepts",), words, partial(with_site, site.id, accepts=()))


def _more_a_day(site: Site, situation: Situation, steps: int) -> Situation:
    daily = (down(site.daily) if site.daily else 0) + steps
    return with_site(site.id, situation, daily=certain("daily", "people", float(daily)))


def of_groups(situation: Situation, operation: Operation) -> Iterator[Limit]:
    """Yield the families, the choices and the coming of each group."""
    for group in situation.groups:
        if group.operation != operation.id:
            continue
        if group.family > 1:
            words = f"the families of {group.id} have {group.family} people each and are not parted"
            yield Limit((f"{group.id}.family",), words, partial(with_group, group, family=1))
        if group.chosen:
            words = f"the people of {group.id} chose {group.chosen}"
            yield Limit((f"{group.id}.chosen",), words, partial(with_group, group, chosen=""))
        if group.gathers:
            words = f"the people of {group.id} come to {group.site} until {group.gathers[-1].at:%d %b %H:%M}"
            yield Limit((f"{group.id}.gathers",), words, partial(with_group, group, gathers=()))


def of_shifts(situation: Situation, operation: Operation) -> Iterator[Limit]:
    """Yield the vehicles that leave the fleet."""
    for shift in situation.fleet.shifts:
        if shift.operation == operation.id and shift.leaves:
            words = f"{count(shift.count, shift.type)} leaving at {shift.at:%d %b %H:%M}"
            yield Limit((f"{operation.id}/{shift.type}.leaving",), words, partial(_without_shift, shift))


def _without_shift(shift: Shift, situation: Situation) -> Situation:
    shifts = tuple(other for other in situation.fleet.shifts if other != shift)
    return msgspec.structs.replace(situation, fleet=msgspec.structs.replace(situation.fleet, shifts=shifts))


def of_vehicle_terms(situation: Situation, operation: Operation) -> Iterator[Limit]:
    """Yield the clauses on vehicles that say more than how many may be on the road."""
    agreement = situation.agreement(operation.id)
    for clause in agreement.of_kind("vehicles") if agreement else ():
        stated = {"rest_minutes": "", "refuel_minutes": "", **clause.parameters}
        said = [words.format_map(stated) for name, words in TERMS.items() if name in clause.parameters]
        said += [
            f"{name.removeprefix('crossing_')} may cross the ground of {parties} only"
            for name, parties in clause.parameters.items()
            if name.startswith("crossing_")
        ]
        if said:
            yield Limit((clause.id,), " and ".join(said), partial(without, (clause.id,)))
