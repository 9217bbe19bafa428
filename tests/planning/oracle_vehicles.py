"""The vehicles of a small world, and how each comes to a pickup."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ortools.sat.python import cp_model
from ortools.sat.python.cp_model import IntVar

from tests.planning.small_world import Side, Type, Way


@dataclass(frozen=True)
class Vehicle:
    """One vehicle with the minute from which it is free and where, and until when it is there."""

    name: str
    type: Type
    free: int
    site: str
    until: int | None = None


@dataclass(frozen=True)
class Approach:
    """A drive to a pickup, to take a way from there: whose, after which convoy, and what has to hold for it."""

    convoy: int
    vehicle: int
    after: int | None
    step: Way
    way: Way
    free: int | IntVar
    minutes: int
    when: Sequence[cp_model.LiteralT]


def vehicles_of(side: Side) -> list[Vehicle]:
    """Return the vehicles of a side: of a type the idle ones, the one under way, those that join.

    Whoever leaves is the last of those that are there by then.
    """
    found = []
    for kind in side.types:
        stand = [(0, side.depot)] * (kind.count - 1) + [kind.out or (0, side.depot)] + list(kind.joins)
        mine = [Vehicle(f"{kind.name}-{n}", kind, *at) for n, at in enumerate(stand if kind.count else kind.joins)]
        for minute in sorted(kind.leaves):
            there = [n for n, vehicle in enumerate(mine) if vehicle.free <= minute and vehicle.until is None]
            if there:
                mine[there[-1]] = replace(mine[there[-1]], until=minute)
        found += mine
    return found
