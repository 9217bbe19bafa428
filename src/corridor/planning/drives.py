"""How long each drive of an operation takes, in whole minutes."""

from __future__ import annotations

from corridor.errors import Infeasible
from corridor.planning.rounding import up
from corridor.planning.units import Unit
from corridor.situation.road import way
from corridor.situation.situation import Operation, Situation


def drive_of(situation: Situation, operation: str, start: str, end: str, path: tuple[str, ...]) -> int | None:
    """Return the minutes of a drive of an operation, each leg rounded up, None where no way leads there."""
    legs = situation.legs_for(operation)
    steps = way(legs, start, end, path=path, minutes=lambda leg: up(leg.minutes))
    return None if steps is None else sum(up(legs[step].minutes) for step in steps)


def drives_of(
    situation: Situation,
    operation: Operation,
    ends: tuple[tuple[str, ...], tuple[str, ...]],
    units: tuple[Unit, ...],
    where: str,
) -> tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]:
    """Return the minutes of the loaded and the empty drives; raises `Infeasible` for a pickup without either."""
    pickups, receptions = ends
    corridor = situation.corridor(operation.id)
    path = corridor.sites if corridor else ()
    loaded: dict[tuple[str, str], int] = {}
    empty: dict[tuple[str, str], int] = {}
    for pickup in pickups:
        for reception in receptions:
            drive = drive_of(situation, operation.id, pickup, reception, path)
            if drive is not None:
                loaded[pickup, reception] = drive
        for start in dict.fromkeys((*receptions, *(unit.site for unit in units))):
            drive = drive_of(situation, operation.id, start, pickup, ())
            if drive is not None:
                empty[start, pickup] = drive
        if not any(key[0] == pickup for key in loaded):
            raise Infeasible(
                f"no way leads from {pickup} to any reception ({', '.join(receptions) or 'none named'})",
                place=where,
                hint="record the missing leg (leg_time), or name another reception",
                clauses=(pickup,),
            )
        if not any((unit.site, pickup) in empty for unit in units):
            raise Infeasible(
                f"no vehicle can reach {pickup}",
                place=where,
                hint="record the leg from the depot to the pickup (leg_time)",
                clauses=(pickup,),
            )
    return loaded, empty


def beyond_of(
    situation: Situation, operation: Operation, loaded: dict[tuple[str, str], int]
) -> dict[tuple[str, str], int]:
    """Return the minutes from the hand-over to the reception on each way that has a site of that kind."""
    corridor = situation.corridor(operation.id)
    path = corridor.sites if corridor else ()
    handovers = {site.id for site in situation.sites if site.kind == "handover"}
    point = next((name for name in path if name in handovers), None)
    found = {}
    for pickup, reception in loaded:
        if point is not None and {pickup, reception} <= set(path):
            minutes = drive_of(situation, operation.id, point, reception, path)
            if path.index(pickup) < path.index(point) < path.index(reception) and minutes is not None:
                found[pickup, reception] = minutes
    return found
