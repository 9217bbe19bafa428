"""Which operations are planned together, in which order, and what those before leave to those after."""

from __future__ import annotations

import math
from dataclasses import replace

from corridor.errors import Infeasible
from corridor.planning.instance import Instance, build_instance
from corridor.planning.plan import Convoy, Mode
from corridor.situation.situation import Situation


def left_over(instance: Instance, convoys: list[Convoy], situation: Situation) -> Instance:
    """Leave to an operation only the bays and the room that operations planned before it do not use."""
    shared = [c for c in convoys if {c.pickup, c.reception} & {*instance.pickups, *instance.receptions}]
    capacity = dict(instance.capacity)
    busy: dict[str, int] = {}
    taken: dict[tuple[str, int], int] = {}
    for convoy in shared:
        if convoy.reception in instance.daily:
            day = (convoy.arrive.astimezone(situation.at.tzinfo).date() - instance.start.date()).days
            taken[convoy.reception, day] = taken.get((convoy.reception, day), 0) + convoy.people
        if convoy.reception in capacity:
            capacity[convoy.reception] = max(capacity[convoy.reception] - convoy.people, 0)
        for trip in convoy.trips:
            for site, end in ((convoy.pickup, trip.board_end), (convoy.reception, trip.unload_end)):
                minute = math.ceil((end - situation.at).total_seconds() / 60)
                busy[site] = max(busy.get(site, 0), minute)
    free = {site: busy[site] for site in busy if site in instance.bays}
    return replace(instance, capacity=capacity, bay_from=free, taken=taken)


def groups_of(
    situation: Situation, people_quantile: float, reserve_quantile: float, mode: Mode
) -> tuple[list[list[Instance]], dict[str, Infeasible]]:
    """Return the operations that must be planned together, as integers, and those that lack what a plan needs."""
    unplanned: dict[str, Infeasible] = {}
    groups: list[list[Instance]] = []
    for operation in situation.operations:
        try:
            instance = build_instance(
                situation, operation, people_quantile=people_quantile, reserve_quantile=reserve_quantile
            )
            if mode == "shuttle":
                instance = _alone(instance)
        except Infeasible as why:
            unplanned[operation.id] = why
            continue
        tied = [group for group in groups if any(_tied(instance, other) for other in group)]
        groups = [group for group in groups if group not in tied]
        groups.append([*(other for group in tied for other in group), instance])
    return groups, unplanned


def _alone(instance: Instance) -> Instance:
    """Let every vehicle go alone, but for companions; raises `Infeasible` where only larger convoys are agreed."""
    if instance.agreed.smallest > 1:
        raise Infeasible(
            f"the agreement asks for convoys of at least {instance.agreed.smallest} vehicles; a shuttle is one vehicle",
            place=f"operation {instance.operation}",
            hint="plan in convoys: --mode convoy",
            clauses=(f"{instance.operation}/corridor",),
        )
    apart = any(
        group.companions
        and group.planned
        and not any(kind.places.get(group.place, 0) and kind.places.get("seat", 0) for kind in instance.kinds)
        for group in instance.people
    )
    # An ambulance without seats still needs the bus of its companions beside it.
    return replace(instance, convoy_size=2 if apart else 1, alone=True)


def _tied(one: Instance, two: Instance) -> bool:
    pair = {one.operation, two.operation}
    ties = (tie for instance in (one, two) for tie in instance.agreed.ties)
    gates = (gate for instance in (one, two) for gate in instance.agreed.gates)
    relays = [instance.agreed.travel.relay for instance in (one, two)]
    lanes = {lane for instance in (one, two) for lane in instance.agreed.travel.lanes}
    return (
        any({tie.first, tie.other} == pair for tie in ties)
        or any({gate.operation, gate.other} == pair for gate in gates)
        or any(_uses(one, lane) and _uses(two, lane) for lane in lanes)
        or any(relay is not None and relay.first in pair for relay in relays)
    )


def _uses(instance: Instance, lane: tuple[str, str]) -> bool:
    return any(passing.lane == lane for passings in instance.ways.loaded.values() for passing in passings)
