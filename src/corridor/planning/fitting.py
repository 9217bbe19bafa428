"""Whether everyone can be carried at all: a place of the right kind, room for a family, a reception that takes them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from corridor.errors import Infeasible
from corridor.planning.units import VehicleKind

if TYPE_CHECKING:
    from corridor.planning.instance import People


def check_people(
    people: Sequence[People], kinds: Sequence[VehicleKind], loaded: dict[tuple[str, str], int], where: str
) -> None:
    """Raise `Infeasible` for the first group of the planning figure whom nobody can carry, or nobody takes."""
    for group in people:
        if group.planned:
            _check_place(group, kinds, where)
            _check_family(group, kinds, where)
            _check_destination(group, kinds, loaded, where)


def _check_place(group: People, kinds: Sequence[VehicleKind], where: str) -> None:
    offered = {place for kind in kinds for place, number in kind.places.items() if number > 0}
    if group.place not in offered:
        raise Infeasible(
            f"{group.planned} people of group {group.name} need a {group.place} place and no vehicle has one",
            place=where,
            hint=f"find vehicles with {group.place} places, or agree another way of carrying them",
            clauses=(group.name,),
        )
    if group.companions and "seat" not in offered:
        raise Infeasible(
            f"companions of group {group.name} need seats and no vehicle has any",
            place=where,
            hint="add a bus for the companions",
            clauses=(group.name,),
        )


def _check_family(group: People, kinds: Sequence[VehicleKind], where: str) -> None:
    largest = max(kinds, key=lambda kind: (kind.places.get("seat", 0), kind.name))
    seats = largest.places.get("seat", 0)
    family = min(group.family, group.planned)
    if family > 1 and family > seats:
        raise Infeasible(
            f"a family of {family} of group {group.name} fits into no vehicle: "
            f"the largest is a {largest.name} with {seats} seats",
            place=where,
            hint="find a larger vehicle, or record a smaller family size once the families agree to be parted",
            clauses=(group.name,),
        )


def _check_destination(
    group: People, kinds: Sequence[VehicleKind], loaded: dict[tuple[str, str], int], where: str
) -> None:
    if group.receptions == ():
        raise Infeasible(
            f"no reception takes the people of group {group.name}",
            place=where,
            hint="ask a reception of the operation to take them (fact accepts), or find another one",
            clauses=(group.name,),
        )
    ways = [way for way in loaded if way[0] == group.pickup and way[1] in (group.receptions or (way[1],))]
    if not ways:
        raise Infeasible(
            f"no way leads from {group.pickup} to a reception for group {group.name}"
            + (f" ({', '.join(group.receptions)})" if group.receptions else ""),
            place=where,
            hint="record the missing leg (leg_time), or name another reception",
            clauses=(group.name,),
        )
    able = [kind for kind in kinds if kind.places.get(group.place, 0) > 0]
    if not any(kind.ways is None or way in kind.ways for kind in able for way in ways):
        raise Infeasible(
            f"no vehicle with a {group.place} place may cross to a reception for group {group.name}",
            place=where,
            hint="agree that vehicles may cross (term vehicles.crossing_<type>), or change vehicles at the line",
            clauses=(group.name,),
        )
