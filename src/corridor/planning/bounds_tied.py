"""Lower bounds on the clearance time of operations that are planned together, each with its proof."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.planning.agreed import Gate
from corridor.planning.bounds import (
    PLACES,
    bounds_alone,
    carried_by,
    first_departure,
    least,
    needs,
    shortest,
)
from corridor.planning.bounds_mouth import ANYBODY, Mouth, mouth_bounds
from corridor.planning.bounds_people import bounds_of_people
from corridor.planning.instance import Instance, VehicleKind
from corridor.planning.plan import Bound


def lower_bounds(instances: Sequence[Instance]) -> tuple[Bound, ...]:
    """Return every bound on the minutes until the last person of operations planned together is safe, best first."""
    found = []
    for instance in instances:
        own = bounds_alone(instance)
        own += bounds_of_people(instance) if instance.total else []
        found += [*own, *_within_the_hours(instance, own)]
    found += [*_tie_bounds(instances), *_gate_bounds(instances), *_relay_bounds(instances)]
    return tuple(sorted(found, key=lambda bound: (-bound.minutes, bound.name)))


def _within_the_hours(instance: Instance, known: list[Bound]) -> list[Bound]:
    """Return the bounds that hold where every vehicle goes in a convoy and every drive within the hours agreed."""
    if instance.strays or not instance.total:
        return []
    found: list[Bound] = []
    if len(instance.loaded) > 1:
        from corridor.planning.bounds_flow import flow_bounds  # noqa: PLC0415 - a single way pays for no solver

        found += flow_bounds(instance, known)
    return [*found, *mouth_bounds(instance, [*known, *found])]


def _relay_bounds(instances: Sequence[Instance]) -> list[Bound]:
    """Bound by the change of vehicles at a hand-over point.

    Proof. Before the last people of an operation board, the one that brings them has had as many unloaded, and so
    accepted, at `accepted_by` at the soonest; they change, board, drive and are unloaded after that.
    """
    by_name = {instance.operation: instance for instance in instances}
    found = []
    for instance in instances:
        relay = instance.agreed.travel.relay
        first = by_name.get(relay.first) if relay is not None else None
        if relay is None or first is None or not instance.total or not instance.loaded:
            continue
        board = min(unit.kind.board for unit in instance.units)
        unload = min(unit.kind.unload for unit in instance.units)
        people = min(instance.total, first.total)
        minutes = accepted_by(first, people) + relay.minutes + board + shortest(instance) + unload
        why = f"{people:,} people change vehicles after {relay.first} has brought them (clause {relay.clause})"
        found.append(Bound(name="change of vehicles", operation=instance.operation, minutes=minutes, why=why))
    return found


def accepted_by(instance: Instance, people: float) -> int:
    """Return a minute before which no plan has so many people of an operation accepted.

    Proof. `Mouth.departed` bounds who has left by a minute; the convoy that brings the last of these people is handed
    over no sooner than the shortest drive, less the longest way beyond the hand-over, after it left.
    """
    if people <= 0 or not instance.loaded:
        return 0
    beyond = max(instance.beyond.values(), default=0)
    if not instance.strays:
        mouth = Mouth(instance)
        left = least(lambda minute: mouth.departed(minute) >= people)
        return max((left or 0) + shortest(instance) - beyond, 0)
    after = max((unit.kind.unload for unit in instance.units), default=0) + beyond

    def enough(end: int) -> bool:
        return carried_by(instance, lambda kind: sum(kind.places.values()), end) >= people

    by_vehicles = least(enough)
    leading = [unit for unit in instance.units if not unit.kind.trails]
    behind = sum(number * sum(unit.kind.places.values()) for unit, number in instance.alike if unit.kind.trails)
    most = instance.convoy_size * max(sum(unit.kind.places.values()) for unit in leading) + behind
    convoys = -int(-people // most)
    by_headway = first_departure(instance) + (convoys - 1) * instance.headway + shortest(instance) - beyond
    return max((by_vehicles or 0) - after, by_headway, 0)


def _tie_bounds(instances: Sequence[Instance]) -> list[Bound]:
    """Bound by reciprocity: one side is not done before the other has brought what its last people are tied to.

    Proof. When everyone of the first operation is accepted, at T at the latest, the other has had at least
    m = ratio * everyone - tolerance people accepted by T + lag, and `accepted_by` bounds that minute from below.
    """
    by_name = {instance.operation: instance for instance in instances}
    found = []
    for tie in dict.fromkeys(tie for instance in instances for tie in instance.agreed.ties):
        first, other = by_name.get(tie.first), by_name.get(tie.other)
        if first is None or other is None:
            continue
        people = tie.ratio * first.total - tie.tolerance
        minutes = accepted_by(other, people) - tie.lag
        if minutes > 0:
            why = f"{tie.first} is tied to {people:,.0f} people of {tie.other} (clause {tie.clause})"
            found.append(Bound(name="reciprocity", operation=tie.first, minutes=minutes, why=why))
    return found


def _gate_bounds(instances: Sequence[Instance]) -> list[Bound]:
    """Bound by phases and first steps: all but the free people leave after what the phase waits for.

    Proof. At most `free` people leave before the minute G at which the gate opens, and `accepted_by` bounds G from
    below where it waits for another operation. So of those who need a kind of place all but `free` leave from G on:
    `Mouth` bounds these with G for the first departure; where vehicles go outside the convoys, the vehicles alone do.
    """
    by_name = {instance.operation: instance for instance in instances}
    found = []
    for gate in dict.fromkeys(gate for instance in instances for gate in instance.agreed.gates):
        instance = by_name.get(gate.operation)
        opens = _opens(gate, by_name)
        if instance is None or opens <= 0:
            continue
        free = max(instance.total - gate.free if gate.from_last else gate.free, 0)
        if instance.total <= free:
            continue
        unload = min(unit.kind.unload for unit in instance.units)
        minutes = [opens + shortest(instance) + unload]
        for place in (*PLACES, ANYBODY):
            later = (needs(instance, place) if place else instance.total) - free
            if later > 0:
                minutes.append(_from(instance, place, opens, later))
        why = f"all but {free:,} people of {gate.operation} wait for clause {gate.clause}"
        found.append(Bound(name="phase", operation=gate.operation, minutes=max(minutes), why=why))
    return found


def _from(instance: Instance, place: str, begin: int, people: int) -> int:
    """Return a minute before which not so many people who leave from another minute on are safe."""
    if not instance.strays:
        return Mouth(instance, place, begin=begin).least(people) or 0

    def places(kind: VehicleKind) -> int:
        return kind.places.get(place, 0) if place else sum(kind.places.values())

    return least(lambda end: carried_by(instance, places, end, begin) >= people) or 0


def _opens(gate: Gate, by_name: dict[str, Instance]) -> int:
    if not gate.other:
        return gate.begins
    other = by_name.get(gate.other)
    if other is None:
        return 0
    return accepted_by(other, other.total if gate.reached is None else min(gate.reached, other.total))
