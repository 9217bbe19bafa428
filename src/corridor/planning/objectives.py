"""What a plan is judged by, in order: people safe, clearance time, person-hours of waiting, vehicle-kilometres."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from corridor.errors import InputError, UsageError
from corridor.planning.bounds import LATEST, PLACES, needs
from corridor.planning.bounds_mouth import ANYBODY, Mouth
from corridor.planning.instance import Instance, People
from corridor.planning.plan import Convoy, Objective, Plan
from corridor.situation.road import way
from corridor.situation.situation import Situation

OBJECTIVES = ("clearance_time", "most_people")
FAIRNESS = ("none", "longest_wait", "equal_share")
# How much a person of each priority counts among the people safe; later ones count as the last.
WEIGHTS = (4, 3, 2, 1)


def weight(priority: int) -> int:
    """Return how much a person of a priority counts: 4 for the first, 1 from the fourth on."""
    return WEIGHTS[min(max(priority, 0), len(WEIGHTS) - 1)]


def chosen(situation: Situation, name: str, asked: str | None, allowed: Sequence[str]) -> str:
    """Return a choice of the caller, else what the terms `order.<name>` state, else the first that is allowed.

    Raises `UsageError` for an unknown choice of the caller, `InputError` for a term that is unknown or contradicts
    another one.
    """
    if asked is not None:
        if asked not in allowed:
            raise UsageError(f"unknown {name} {asked!r}", hint="one of: " + ", ".join(allowed))
        return asked
    stated = {
        str(clause.parameters[name]): clause.id
        for agreement in situation.agreements
        for clause in agreement.of_kind("order")
        if name in clause.parameters
    }
    for value, clause in stated.items():
        if value not in allowed:
            raise InputError(
                f"{value!r} is no {name}", place=f"term {clause}.{name}", hint="one of: " + ", ".join(allowed)
            )
    if len(stated) > 1:
        raise InputError(
            f"the agreements state more than one {name}: {', '.join(sorted(stated))}",
            place="terms " + " and ".join(sorted(stated.values())),
            hint=f"correct one of them, or choose with --{name}",
        )
    return next(iter(stated), allowed[0])


def most_safe(instance: Instance) -> int:
    """Return a bound on the weighted people who can be safe inside the hours of one operation.

    Proof. `Mouth.departed` bounds those who leave for each kind of place and for everybody together, and the receptions
    their sum. Let each person and each companion count alone: what is left is to choose people under one limit for each
    kind of place and one for all, which the heaviest first do best (the limits are nested; Edmonds 1971).
    """
    room = {place: Mouth(instance, place).departed(LATEST) for place in PLACES if needs(instance, place)}
    everybody = Mouth(instance, ANYBODY).departed(LATEST) if instance.total else 0
    if instance.receptions and all(name in instance.capacity for name in instance.receptions):
        everybody = min(everybody, sum(instance.capacity[name] for name in instance.receptions))
    total = 0
    for group in sorted(instance.people, key=lambda group: -weight(group.priority)):
        for place, people in _heads(group):
            here = min(people, room.get(place, 0), everybody)
            room[place] = room.get(place, 0) - here
            everybody -= here
            total += here * weight(group.priority)
    return total


def _heads(group: People) -> Iterable[tuple[str, int]]:
    return ((group.place, group.planned), ("seat", group.planned * group.companions))


def safe(instance: Instance, left: dict[str, int]) -> int:
    """Return the weighted people who are safe where so many of each group are left waiting."""
    return sum(
        (group.planned - left.get(group.name, 0)) * (1 + group.companions) * weight(group.priority)
        for group in instance.people
    )


def objectives_of(plan: Plan, people: int, people_bound: int) -> tuple[Objective, ...]:
    """Return the value of each objective of a plan, with its bound where one is proven."""
    sooner = float(plan.bound_minutes) if plan.bound_minutes else None
    found = [
        Objective(name="people_safe", value=float(people), unit="people by urgency", bound=float(people_bound)),
        Objective(name="clearance_time", value=float(plan.clearance_minutes), unit="minutes", bound=sooner),
        Objective(name="waiting", value=_waiting(plan), unit="person-hours"),
    ]
    kilometres = _kilometres(plan)
    if kilometres is not None:
        found.append(Objective(name="vehicle_km", value=kilometres, unit="km"))
    if plan.fairness != "none":
        found.append(_fairness(plan))
    return tuple(found)


def _waiting(plan: Plan) -> float:
    """Return the person-hours from the moment of the situation until each planned convoy leaves."""
    minutes = sum((convoy.depart - plan.start).total_seconds() / 60 * convoy.people for convoy in plan.planned)
    return round(minutes / 60, 1)


def _kilometres(plan: Plan) -> float | None:
    """Return what the vehicles of the planned convoys drive, None where a leg on the way has no length."""
    situation = plan.situation
    home = {(item.operation, item.type): item.depot for item in situation.fleet.vehicles}
    stands: dict[str, str] = {}
    known: dict[tuple[str, str, str, tuple[str, ...]], float | None] = {}
    total = 0.0
    for convoy in sorted(plan.planned, key=lambda convoy: convoy.depart):
        corridor = situation.corridor(convoy.operation)
        for trip in convoy.trips:
            kind = trip.vehicle.rpartition("/")[2].rpartition("-")[0]
            site = stands.get(trip.vehicle, _first_site(plan, trip.vehicle, home[convoy.operation, kind]))
            for start, end, path in (
                (site, convoy.pickup, ()),
                (convoy.pickup, convoy.reception, corridor.sites if corridor else ()),
            ):
                key = (convoy.operation, start, end, path)
                if key not in known:
                    known[key] = _length(situation, *key)
                length = known[key]
                if length is None:
                    return None
                total += length
            stands[trip.vehicle] = convoy.reception
    return round(total, 1)


def _first_site(plan: Plan, vehicle: str, depot: str) -> str:
    """Return where a vehicle stands first: those under way have the highest numbers of their type."""
    name, _, number = vehicle.rpartition("-")
    highest = int(number)
    for kind in plan.situation.fleet.vehicles:
        if f"{kind.operation}/{kind.type}" == name:
            last = max(int(kind.count.quantile(0.5) + 0.5), 0)
            for out in plan.situation.fleet.under_way:
                if (out.operation, out.type) == (kind.operation, kind.type):
                    if last - out.count < highest <= last:
                        return out.site
                    last -= out.count
    return depot


def _length(situation: Situation, operation: str, start: str, end: str, path: tuple[str, ...]) -> float | None:
    legs = situation.legs_for(operation)
    steps = way(legs, start, end, path=path, minutes=lambda leg: leg.minutes.quantile(0.5))
    if steps is None:
        return None
    lengths = [legs[step].km for step in steps]
    return sum(km.quantile(0.5) for km in lengths if km is not None) if None not in lengths else None


def _fairness(plan: Plan) -> Objective:
    by_pickup: dict[str, list[Convoy]] = {}
    for convoy in sorted(plan.planned, key=lambda convoy: convoy.depart):
        by_pickup.setdefault(convoy.pickup, []).append(convoy)
    if plan.fairness == "longest_wait":
        longest = 0.0
        for convoys in by_pickup.values():
            moments = [plan.start, *(convoy.depart for convoy in convoys)]
            pairs = pairwise(moments)
            longest = max(longest, *((after - before).total_seconds() / 60 for before, after in pairs))
        return Objective(name="longest_wait", value=longest, unit="minutes")
    return Objective(name="equal_share", value=_widest(plan, by_pickup), unit="share")


def _widest(plan: Plan, by_pickup: dict[str, list[Convoy]]) -> float:
    """Return the widest difference between the shares of their people that two pickups have had leave at a moment."""
    everyone = {pickup: sum(convoy.people for convoy in convoys) for pickup, convoys in by_pickup.items()}
    gone = dict.fromkeys(by_pickup, 0)
    widest = 0.0
    ordered = sorted(plan.planned, key=lambda convoy: convoy.depart)
    for number, convoy in enumerate(ordered):
        gone[convoy.pickup] += convoy.people
        if number + 1 < len(ordered) and ordered[number + 1].depart == convoy.depart:
            continue  # what leaves together is one occasion
        shares = [gone[pickup] / everyone[pickup] for pickup in gone]
        widest = max(widest, max(shares) - min(shares))
    return round(widest, 4)
