"""The ways of an operation as its rules see them: one-lane stretches, nights on the way, and who may use which way."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from corridor.errors import Infeasible
from corridor.planning.travel import Passing, Travel, passings, route_of
from corridor.situation.road import Leg, Step, way
from corridor.situation.situation import Operation, Situation

Minutes = Callable[[Leg], int]


@dataclass(frozen=True)
class Ways:
    """What the rules on the way need to know; all empty where no rule is stated.

    `driving` are the minutes at the wheel of each loaded way, `night` those before and after the overnight stop,
    `before` the ways whose hand-over comes before that stop; `loaded` and `empty` the one-lane stretches of each way.
    """

    driving: dict[Step, int] = field(default_factory=dict)
    night: dict[Step, tuple[int, int]] = field(default_factory=dict)
    before: frozenset[Step] = frozenset()
    loaded: dict[Step, tuple[Passing, ...]] = field(default_factory=dict)
    empty: dict[Step, tuple[Passing, ...]] = field(default_factory=dict)


def ways_for(
    situation: Situation,
    operation: Operation,
    travel: Travel,
    pairs: tuple[Iterable[Step], Iterable[Step]],
    minutes: Minutes,
) -> Ways:
    """Return the ways between some (pickup, reception) and some (site, pickup) pairs under the terms on the way."""
    if not (travel.stops or travel.overnight or travel.lanes):
        return Ways()
    loaded = {pair: route(situation, operation, pair, minutes, loaded=True) for pair in pairs[0]}
    empty = {pair: route(situation, operation, pair, minutes, loaded=False) for pair in pairs[1]}
    point = {site.id for site in situation.sites if site.kind == "handover"}
    night: dict[Step, tuple[int, int]] = {}
    before: set[Step] = set()
    for pair, sites in loaded.items():
        reached = dict(sites)
        if travel.overnight in reached and travel.overnight not in pair:
            night[pair] = reached[travel.overnight], sites[-1][1] - reached[travel.overnight]
            passed = next((minute for site, minute in sites if site in point), None)
            if passed is not None and passed <= reached[travel.overnight]:
                before.add(pair)
    return Ways(
        driving={pair: sites[-1][1] if sites else 0 for pair, sites in loaded.items()},
        night=night,
        before=frozenset(before),
        loaded={pair: passings(sites, travel.lanes) for pair, sites in loaded.items()},
        empty={pair: passings(sites, travel.lanes) for pair, sites in empty.items()},
    )


def route(
    situation: Situation, operation: Operation, pair: Step, minutes: Minutes, *, loaded: bool
) -> tuple[tuple[str, int], ...]:
    """Return the sites of a way with the minutes at which each is reached; loaded vehicles keep to the corridor."""
    corridor = situation.corridor(operation.id)
    legs = situation.legs_for(operation.id)
    path = corridor.sites if corridor and loaded else ()
    steps = way(legs, *pair, path=path, minutes=minutes) or ()
    return route_of(steps, {step: minutes(legs[step]) for step in steps})


def crossable(
    situation: Situation, operation: Operation, travel: Travel, pairs: Iterable[Step], minutes: Minutes
) -> dict[str, frozenset[Step]]:
    """Return, for each type whose ground is agreed, the loaded ways that lie wholly on it.

    Raises `Infeasible` where a type may use none and nothing else is said of it.
    """
    control = {site.id: site.control for site in situation.sites}
    found: dict[str, frozenset[Step]] = {}
    routes = (
        {pair: route(situation, operation, pair, minutes, loaded=True) for pair in pairs} if travel.crossing else {}
    )
    for kind, parties in travel.crossing:
        mine = frozenset(
            pair
            for pair, sites in routes.items()
            if all(not control.get(site) or control[site] in parties for site, _ in sites)
        )
        found[kind] = found.get(kind, mine) & mine
    return found


def without_long(ways: Ways, travel: Travel, operation: Operation, loaded: dict[Step, int]) -> dict[Step, int]:
    """Return the loaded ways that can be driven between two stops.

    Raises `Infeasible` where none is left: a driver is never asked to go on without the rest agreed.
    """
    if not travel.stops or not loaded:
        return loaded
    most = min(travel.stops, key=lambda stop: stop.driving)
    left = {pair: minutes for pair, minutes in loaded.items() if ways.driving[pair] <= most.driving}
    if not left:
        shortest = min(ways.driving[pair] for pair in loaded)
        raise Infeasible(
            f"the drive takes {shortest} minutes and a vehicle may drive {most.driving} between two stops",
            place=f"operation {operation.id}",
            hint="agree on a nearer reception, on a second driver, or on fuel for the whole way",
            clauses=(most.clause,),
        )
    return left
