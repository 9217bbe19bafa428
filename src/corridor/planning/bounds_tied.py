"""Lower bounds on the clearance time of operations that are planned together, each with its proof."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.planning.agreed import Gate
from corridor.planning.bounds import (
    PLACES,
    bounds_alone,
    carried_by,
    fewest_convoys,
    first_departure,
    least,
    needs,
    shortest,
)
from corridor.planning.bounds_people import bounds_of_people
from corridor.planning.instance import Instance
from corridor.planning.plan import Bound


def lower_bounds(instances: Sequence[Instance]) -> tuple[Bound, ...]:
    """Return every bound on the minutes until the last person of operations planned together is safe, best first."""
    found = [bound for instance in instances for bound in bounds_alone(instance)]
    found += [bound for instance in instances if instance.total for bound in bounds_of_people(instance)]
    found += [*_tie_bounds(instances), *_gate_bounds(instances)]
    return tuple(sorted(found, key=lambda bound: (-bound.minutes, bound.name)))


def accepted_by(instance: Instance, people: float) -> int:
    """Return a minute before which no plan has so many people of an operation accepted.

    Proof. By vehicles: a convoy handed over by A has left early enough to end by A + the drive beyond the hand-over +
    the unloading if nothing holds it up, so the vehicles' departures in plans that end by that minute, times all their
    places, reach the people. By headway: a convoy brings at most its size times the most places of a vehicle, so that
    so many convoys leave one headway apart before, and the last still drives to the hand-over.
    """
    if people <= 0 or not instance.loaded:
        return 0
    beyond = max(instance.beyond.values(), default=0)
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
    below where it waits for another operation. So of those who need a kind of place all but `free` leave from G on: as
    for the bounds by vehicles and by headway, with G for the first departure.
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
        minutes += [_from(instance, place, needs(instance, place) - free, opens) for place in PLACES]
        later = max(fewest_convoys(instance, free), 1)
        minutes.append(opens + (later - 1) * instance.headway + shortest(instance) + unload)
        why = f"all but {free:,} people of {gate.operation} wait for clause {gate.clause}"
        found.append(Bound(name="phase", operation=gate.operation, minutes=max(minutes), why=why))
    return found


def _from(instance: Instance, place: str, people: int, opens: int) -> int:
    """Return the least minute by which vehicles that leave from a minute on can bring people who need a place."""
    if people <= 0:
        return 0
    return least(lambda end: carried_by(instance, lambda kind: kind.places.get(place, 0), end, opens) >= people) or 0


def _opens(gate: Gate, by_name: dict[str, Instance]) -> int:
    if not gate.other:
        return gate.begins
    other = by_name.get(gate.other)
    if other is None:
        return 0
    return accepted_by(other, other.total if gate.reached is None else min(gate.reached, other.total))
