"""The way, the receptions and the vehicles: gaps that stop a plan."""

from __future__ import annotations

from collections.abc import Iterator

from corridor.finding import Finding
from corridor.situation.check.registry import named
from corridor.situation.road import legs_for, way
from corridor.situation.situation import Situation

# A type that needs no more than this share of the common time loses what its leads would notice.
PACE = 0.8


@named("no way")
def _no_way(situation: Situation) -> Iterator[Finding]:
    """A route has a gap: two neighbouring sites of the corridor have no leg between them.

    A leg in parts, from end to end of the one-lane stretches on it, is none: no other site lies between.
    """
    parts = {site.id for site in situation.sites if site.kind == "place"}
    for corridor in situation.corridors:
        legs = situation.legs_for(corridor.operation)
        open_legs = {step: leg for step, leg in legs.items() if step[0] in parts or step[1] in parts}
        for start, end in zip(corridor.sites, corridor.sites[1:], strict=False):
            inside = {
                step: leg for step, leg in open_legs.items() if step[0] in {start, *parts} and step[1] in {end, *parts}
            }
            if (start, end) not in legs and way(inside, start, end, minutes=lambda _: 1.0) is None:
                yield Finding(
                    rule="no way",
                    about=f"{start}>{end}",
                    what=f"The corridor of {corridor.operation} goes from {start} to {end}; no leg gives the time.",
                    remedy="Record the drive time with its source (fact leg_time).",
                    reports=corridor.reports,
                )


@named("out of reach")
def _out_of_reach(situation: Situation) -> Iterator[Finding]:
    """A pickup or reception that no leg touches cannot be reached by anybody."""
    touched = {site for leg in situation.legs for site in (leg.start, leg.end)}
    for operation in situation.operations:
        for name in (*operation.pickups, *operation.receptions):
            if name not in touched:
                yield Finding(
                    rule="out of reach",
                    about=name,
                    what=f"{name} is named in the operation {operation.id} and no leg leads there or away.",
                    remedy="Record the legs to and from it, or take it out of the plan.",
                    reports=operation.reports,
                )


@named("no room")
def _no_room(situation: Situation) -> Iterator[Finding]:
    """The receptions cannot hold the people, or nobody says how many they can hold."""
    for count in situation.headcounts:
        operation = next(o for o in situation.operations if o.id == count.operation)
        sites = [situation.site(name) for name in operation.receptions if any(s.id == name for s in situation.sites)]
        unstated = [site.id for site in sites if site.capacity is None]
        people = sum(g.people.quantile(0.5) for g in situation.groups if g.operation == operation.id)
        room = sum(site.capacity.quantile(0.5) for site in sites if site.capacity is not None)
        if unstated:
            yield Finding(
                rule="no room",
                about=", ".join(unstated),
                what=f"No source says how many people {', '.join(unstated)} can take; about {people:,.0f} are to come.",
                remedy="Ask the receptions before the first departure; people refuse to go where nobody is ready.",
                severity="open",
            )
        elif room < people:
            yield Finding(
                rule="no room",
                about=", ".join(site.id for site in sites),
                what=f"The receptions can take {room:,.0f} and about {people:,.0f} are to come.",
                remedy="Find more room, or agree a further reception.",
            )


@named("no vehicle")
def _no_vehicle(situation: Situation) -> Iterator[Finding]:
    """A group needs a kind of place that no vehicle has."""
    for group in situation.groups:
        mine = [v for v in situation.fleet.vehicles if v.operation == group.operation]
        if not any(group.place in v.places and v.places[group.place].quantile(0.5) > 0 for v in mine):
            yield Finding(
                rule="no vehicle",
                about=group.id,
                what=f"People of {group.id} need a {group.place} place and no vehicle has one.",
                remedy="Ask for vehicles of the right kind.",
                reports=group.reports,
            )


@named("slowest type")
def _slowest_type(situation: Situation) -> Iterator[Finding]:
    """An operation with drive times of single types drives as the slowest: its quicker vehicles lose their pace."""
    for operation in situation.operations:
        types = sorted({v.type for v in situation.fleet.vehicles if v.operation == operation.id})
        together = situation.legs_for(operation.id)
        lost = [
            (leg.minutes.quantile(0.5) - mine.minutes.quantile(0.5), kind, mine, leg)
            for kind in types
            for step, mine in legs_for(situation.legs, (kind,)).items()
            if (leg := together.get(step)) is not None and mine.minutes.quantile(0.5) < PACE * leg.minutes.quantile(0.5)
        ]
        if lost:
            _, kind, mine, leg = max(lost, key=lambda one: (one[0], one[2].start, one[2].end))
            own, all_ = mine.minutes.quantile(0.5), leg.minutes.quantile(0.5)
            yield Finding(
                rule="slowest type",
                about=operation.id,
                what=(
                    f"From {leg.start} to {leg.end} {kind} vehicles could take {own:,.0f} minutes, "
                    f"and take {all_:,.0f} with the rest of {operation.id}."
                ),
                remedy=f"Plan {kind} vehicles as an operation of their own where they may go at their own pace.",
                severity="warning",
                reports=(*mine.reports, *leg.reports),
            )
