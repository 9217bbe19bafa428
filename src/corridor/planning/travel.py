"""What is agreed on vehicles and the way beyond convoys: who trails, who may cross, rests, lanes and nights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from corridor.errors import InputError
from corridor.planning.number import number
from corridor.situation.agreement import Agreement
from corridor.situation.situation import Situation

STOPS = (("drive_minutes", "rest_minutes"), ("fuel_minutes", "refuel_minutes"))


@dataclass(frozen=True)
class Stop:
    """After at most `driving` minutes at the wheel a vehicle stands for `length` minutes: a rest, or fuel."""

    clause: str
    driving: int
    length: int


@dataclass(frozen=True)
class Relay:
    """People change vehicles: who boards here was unloaded by the `first` operation `minutes` before."""

    clause: str
    first: str
    minutes: int


@dataclass(frozen=True)
class Travel:
    """The terms on vehicles and the way; each default means that nothing is agreed.

    Vehicles of the types in `trailing` go once, behind a convoy, at most `trailing_most` of them; `crossing` names the
    parties whose ground a type may drive on; `lanes` are stretches (from, to) that one direction uses at a time;
    `overnight` is the site where a loaded convoy may stand from one window to a later one; `relay` says from whose
    vehicles the people come.
    """

    trailing: tuple[str, ...] = ()
    trailing_most: int | None = None
    crossing: tuple[tuple[str, tuple[str, ...]], ...] = ()
    stops: tuple[Stop, ...] = ()
    lanes: tuple[tuple[str, str], ...] = ()
    overnight: str = ""
    relay: Relay | None = None


def travel_for(agreement: Agreement, situation: Situation) -> Travel:
    """Read the terms on vehicles and the way; raises `InputError` for one that cannot be kept as it is stated."""
    trailing: list[str] = []
    crossing: list[tuple[str, tuple[str, ...]]] = []
    most: list[int] = []
    for clause in agreement.of_kind("vehicles"):
        trailing += words(clause.parameters.get("trailing"))
        limit = number(clause, "trailing_most")
        most += [] if limit is None else [math.floor(limit)]
        crossing += [
            (name.removeprefix("crossing_"), words(value))
            for name, value in clause.parameters.items()
            if name.startswith("crossing_")
        ]
    nights = [site for clause in agreement.of_kind("corridor") for site in words(clause.parameters.get("overnight"))]
    return Travel(
        trailing=tuple(dict.fromkeys(trailing)),
        trailing_most=min(most) if most else None,
        crossing=tuple(crossing),
        stops=_stops(agreement),
        lanes=lanes_of(situation),
        overnight=nights[0] if nights else "",
        relay=_relay(agreement, situation),
    )


def _relay(agreement: Agreement, situation: Situation) -> Relay | None:
    for clause in agreement.of_kind("corridor"):
        first = str(clause.parameters.get("onward_of", ""))
        if not first:
            continue
        if first == agreement.operation or first not in {operation.id for operation in situation.operations}:
            raise InputError(
                f"{first!r} is no other operation",
                place=f"term {clause.id}.onward_of",
                hint="name the operation whose vehicles bring the people to the hand-over point",
            )
        return Relay(clause.id, first, math.ceil(number(clause, "transfer_minutes") or 0))
    return None


def words(value: object) -> tuple[str, ...]:
    """Return the words of a list written with semicolons."""
    return tuple(word.strip() for word in str(value or "").split(";") if word.strip())


def _stops(agreement: Agreement) -> tuple[Stop, ...]:
    found = []
    for clause in agreement.of_kind("vehicles"):
        for most, least in STOPS:
            driving, length = number(clause, most), number(clause, least)
            if driving is None and length is None:
                continue
            if not driving or length is None:
                raise InputError(
                    f"{most} and {least} go together, and {most} is above 0",
                    place=f"clause {clause.id}",
                    hint=f"state how long one may drive ({most}) and how long the stop is ({least})",
                )
            found.append(Stop(clause.id, math.floor(driving), math.ceil(length)))
    return tuple(found)


def lanes_of(situation: Situation) -> tuple[tuple[str, str], ...]:
    """Return the one-lane stretches of a situation: who states one states it for everybody who drives there."""
    known = {site.id for site in situation.sites}
    found = []
    for clause in (c for agreement in situation.agreements for c in agreement.of_kind("corridor")):
        for stretch in words(clause.parameters.get("one_lane")):
            start, _, end = (part.strip() for part in stretch.partition(">"))
            if not {start, end} <= known or start == end:
                raise InputError(
                    f"{stretch!r} is no stretch between two sites",
                    place=f"term {clause.id}.one_lane",
                    hint="write from>to with ids of sites",
                )
            found.append((min(start, end), max(start, end)))
    return tuple(dict.fromkeys(found))


@dataclass(frozen=True)
class Passing:
    """A drive over a one-lane stretch: which one, which way, and the minutes at which it enters and leaves it."""

    lane: tuple[str, str]
    forth: bool
    enters: int
    leaves: int


def passings(route: Sequence[tuple[str, int]], lanes: Sequence[tuple[str, str]]) -> tuple[Passing, ...]:
    """Return the one-lane stretches on a route given as its sites with the minutes at which each is reached."""
    reached = dict(route)
    return tuple(
        Passing(lane, reached[lane[0]] < reached[lane[1]], *sorted((reached[lane[0]], reached[lane[1]])))
        for lane in lanes
        if lane[0] in reached and lane[1] in reached
    )


def route_of(steps: Sequence[tuple[str, str]], minutes: dict[tuple[str, str], int]) -> tuple[tuple[str, int], ...]:
    """Return the sites of a way, each with the minutes at which it is reached."""
    if not steps:
        return ()
    spent = 0
    route = [(steps[0][0], 0)]
    for step in steps:
        spent += minutes[step]
        route.append((step[1], spent))
    return tuple(route)
