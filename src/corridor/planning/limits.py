"""What holds a plan back: each clause, vehicle count, place and group, how to lift it and how to ease it a little."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from functools import partial

import msgspec

from corridor.planning.limit import Ease, Limit, count, with_group, with_site, without
from corridor.planning.limits_travel import of_groups, of_receptions, of_shifts, of_vehicle_terms
from corridor.planning.rounding import down, nearest, up
from corridor.situation.agreement import Clause, ClauseKind
from corridor.situation.estimate import certain
from corridor.situation.fleet import Vehicles
from corridor.situation.site import Group, Site
from corridor.situation.situation import Operation, Situation
from corridor.wording import hours

HALF_HOUR = 30
WORDS: dict[ClauseKind, str] = {
    "destination": "people go only to {to}",
    "reciprocity": "the movement is tied to {with}",
    "phase": "a phase holds some of the people back",
    "corridor": "what is agreed on the corridor",
    "search": "the searches",
    "goods": "the corridor is taken by aid",
    "order": "the order of leaving",
}


def limits_of(situation: Situation, operation: Operation) -> tuple[Limit, ...]:
    """Return every limit of an operation, those that a negotiator can least change by talking first."""
    return (
        *_of_sites(situation, operation),
        *of_receptions(situation, operation),
        *_of_corridor(situation, operation),
        *_of_companions(situation, operation),
        *of_groups(situation, operation),
        *of_shifts(situation, operation),
        *of_vehicle_terms(situation, operation),
        *_of_vehicles(situation, operation),
        *_of_clauses(situation, operation),
        *_of_hours(situation, operation),
        *_of_groups(situation, operation),
    )


def _of_sites(situation: Situation, operation: Operation) -> Iterator[Limit]:
    wanted = dict.fromkeys((*operation.pickups, *operation.receptions))
    for site in (item for item in situation.sites if item.id in wanted):
        if site.bays is not None:
            more = Ease(partial(_more_bays, site), lambda n, s=site: f"{count(n, 'bay')} more at {s.id}")  # type: ignore[misc]
            words = f"{count(max(1, down(site.bays)), 'bay')} at {site.id}"
            yield Limit((f"{site.id}.bays",), words, partial(with_site, site.id, bays=None), (more,))
    for site in (item for item in situation.sites if item.id in operation.receptions):
        if site.capacity is not None:
            room = Ease(
                partial(_more_room, site),
                lambda n, s=site: f"room for {n:,} more people at {s.id}",  # type: ignore[misc]
                10**7,
            )
            words = f"{site.id} takes {down(site.capacity):,} people"
            yield Limit((site.id,), words, partial(with_site, site.id, capacity=None), (room,))


def _more_bays(site: Site, situation: Situation, steps: int) -> Situation:
    bays = max(1, down(site.bays)) + steps if site.bays else steps
    return with_site(site.id, situation, bays=certain("bays", "vehicles", float(bays)))


def _more_room(site: Site, situation: Situation, steps: int) -> Situation:
    room = (down(site.capacity) if site.capacity else 0) + steps
    return with_site(site.id, situation, capacity=certain("capacity", "people", float(room)))


def _of_corridor(situation: Situation, operation: Operation) -> Iterator[Limit]:
    corridor = situation.corridor(operation.id)
    if corridor is None:
        return
    size, headway = max(1, down(corridor.convoy_size)), up(corridor.headway)
    larger = Ease(
        lambda s, n: _with_corridor(operation.id, s, convoy_size=certain("size", "vehicles", float(size + n))),
        lambda n: f"convoys of {size + n} vehicles",
    )
    free = partial(_with_corridor, operation.id, convoy_size=certain("size", "vehicles", 1e6))
    words = f"convoys of at most {count(size, 'vehicle')}"
    yield Limit((f"{operation.id}/corridor.convoy_size",), words, free, (larger,))
    if headway:
        shorter = Ease(
            lambda s, n: _with_corridor(
                operation.id, s, headway=certain("headway", "minutes", float(max(headway - n, 0)))
            ),
            lambda n: f"a headway of {max(headway - n, 0)} minutes",
            headway,
        )
        none = partial(_with_corridor, operation.id, headway=certain("headway", "minutes", 0.0))
        words = f"{headway} minutes between two convoys"
        yield Limit((f"{operation.id}/corridor.headway",), words, none, (shorter,))


def _with_corridor(operation: str, situation: Situation, **values: object) -> Situation:
    corridors = tuple(
        msgspec.structs.replace(c, **values) if c.operation == operation else c for c in situation.corridors
    )
    return msgspec.structs.replace(situation, corridors=corridors)


def _of_companions(situation: Situation, operation: Operation) -> Iterator[Limit]:
    for group in situation.groups:
        if group.operation == operation.id and group.companions:
            words = f"each person of {group.id} travels with {count(group.companions, 'companion')}"
            yield Limit((f"{group.id}+companions",), words, partial(with_group, group, companions=0))


def _of_vehicles(situation: Situation, operation: Operation) -> Iterator[Limit]:
    people = sum(up(g.people.start, 0.5) * (1 + g.companions) for g in situation.groups if g.operation == operation.id)
    for vehicles in situation.fleet.vehicles:
        if vehicles.operation == operation.id:
            number = nearest(vehicles.count)
            places = max((nearest(size) for size in vehicles.places.values()), default=1)
            enough = number + -(-people // max(places, 1))
            more = Ease(partial(_more_vehicles, vehicles), lambda n, v=vehicles: f"{count(n, v.type)} more", enough)  # type: ignore[misc]
            lift = partial(_more_vehicles, vehicles, steps=enough)
            yield Limit((f"{operation.id}/{vehicles.type}",), count(number, vehicles.type), lift, (more,))


def _more_vehicles(vehicles: Vehicles, situation: Situation, steps: int) -> Situation:
    number = certain("vehicles", "vehicles", float(nearest(vehicles.count) + steps))
    fleet = tuple(
        msgspec.structs.replace(v, count=number) if (v.operation, v.type) == (vehicles.operation, vehicles.type) else v
        for v in situation.fleet.vehicles
    )
    return msgspec.structs.replace(situation, fleet=msgspec.structs.replace(situation.fleet, vehicles=fleet))


def _of_clauses(situation: Situation, operation: Operation) -> Iterator[Limit]:
    agreement = situation.agreement(operation.id)
    for clause in agreement.clauses if agreement else ():
        if clause.kind == "vehicles":
            types = {vehicles.type for vehicles in situation.fleet.vehicles}
            stated = {
                name: value
                for name, value in clause.parameters.items()
                if name in types and isinstance(value, int | float)
            }
            if stated:
                said = ", ".join(f"{value:g} {name}" for name, value in sorted(stated.items()))
                words = f"the agreement allows {said} on the road at once"
                more = Ease(partial(_allow_more, clause, stated), lambda n: f"{n} more of each on the road at once")
                yield Limit((clause.id,), words, partial(without, (clause.id,)), (more,))
        elif clause.kind in WORDS and clause.parameters:
            words = WORDS[clause.kind].format_map({"to": "", "with": "", **clause.parameters})
            yield Limit((clause.id,), words, partial(without, (clause.id,)))


def with_clauses(situation: Situation, changed: dict[str, Clause]) -> Situation:
    """Return the situation with some clauses replaced by others, by id."""
    agreements = tuple(
        msgspec.structs.replace(a, clauses=tuple(changed.get(c.id, c) for c in a.clauses)) for a in situation.agreements
    )
    return msgspec.structs.replace(situation, agreements=agreements)


def _allow_more(clause: Clause, stated: dict[str, int | float], situation: Situation, steps: int) -> Situation:
    parameters = {**clause.parameters, **{name: int(value) + steps for name, value in stated.items()}}
    return with_clauses(situation, {clause.id: msgspec.structs.replace(clause, parameters=parameters)})


def _of_hours(situation: Situation, operation: Operation) -> Iterator[Limit]:
    agreement = situation.agreement(operation.id)
    spans = agreement.windows() if agreement else ()
    if agreement is None or not spans:
        return
    windows = tuple(c for c in agreement.of_kind("window") if c.begins is not None and c.ends is not None)
    total = sum(max((ends - max(begins, situation.at)).total_seconds(), 0) for begins, ends in spans) / 3600
    words = f"{count(len(spans), 'window')} of {hours(total)} in all, the last until {spans[-1][1]:%d %b %H:%M}"
    longer = Ease(
        partial(_longer, windows), lambda n: f"{hours(n * HALF_HOUR / 60)} more in each window", 24 * 60 // HALF_HOUR
    )
    later = Ease(partial(_more_days, windows), lambda n: f"{count(n, 'more day')} with the last window's hours", 64)
    ids = tuple(clause.id for clause in windows)
    yield Limit(ids, words, partial(without, tuple(c.id for c in agreement.of_kind("window"))), (longer, later))


def _longer(windows: tuple[Clause, ...], situation: Situation, steps: int) -> Situation:
    more = timedelta(minutes=steps * HALF_HOUR)
    return with_clauses(
        situation, {c.id: msgspec.structs.replace(c, ends=c.ends + more) for c in windows if c.ends is not None}
    )


def _more_days(windows: tuple[Clause, ...], situation: Situation, steps: int) -> Situation:
    last = max((c for c in windows if c.begins is not None and c.ends is not None), key=lambda c: (c.ends, c.id))
    if last.begins is None or last.ends is None:
        return situation
    days = [timedelta(days=day) for day in range(1, steps + 1)]
    added = tuple(
        msgspec.structs.replace(last, id=f"{last.id} +{day.days}", begins=last.begins + day, ends=last.ends + day)
        for day in days
    )
    agreements = tuple(
        msgspec.structs.replace(a, clauses=(*a.clauses, *added)) if last in a.clauses else a
        for a in situation.agreements
    )
    return msgspec.structs.replace(situation, agreements=agreements)


def _of_groups(situation: Situation, operation: Operation) -> Iterator[Limit]:
    for group in situation.groups:
        if group.operation == operation.id:
            words = f"{up(group.people.start, 0.5):,} people of {group.id} at {group.site}"
            yield Limit((group.id,), words, partial(_without_group, group))


def _without_group(group: Group, situation: Situation) -> Situation:
    return msgspec.structs.replace(situation, groups=tuple(g for g in situation.groups if g.id != group.id))
