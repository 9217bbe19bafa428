"""The vehicles: how many of which kind, with which places, and when and where each is next free."""

from __future__ import annotations

from datetime import datetime

import msgspec

from corridor.situation.estimate import Estimate


class Vehicles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The vehicles of one type that serve one operation.

    `places` maps a kind of place (seat, wheelchair, stretcher) to how many one vehicle has; `boarding` and
    `unloading` are minutes for one vehicle; `depot` is the site where the idle ones stand.
    """

    type: str
    operation: str
    depot: str
    count: Estimate
    places: dict[str, Estimate]
    boarding: Estimate
    unloading: Estimate
    reports: tuple[str, ...] = ()


class UnderWay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Vehicles that are out on a movement at the moment of the situation: where and when they are next free.

    Without this a replanner believes that they are idle at the depot and promises an end that cannot be.
    """

    type: str
    operation: str
    movement: str
    count: int
    free_at: datetime
    site: str
    reports: tuple[str, ...] = ()


class Shift(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Vehicles of one type that join the fleet at a site at a moment, or that leave it by then.

    Those that join take the numbers after the others; those that leave take the highest numbers that are there.
    """

    type: str
    operation: str
    count: int
    at: datetime
    site: str = ""
    leaves: bool = False
    reports: tuple[str, ...] = ()


class Fleet(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All vehicles of a situation, those of them that are under way, and those that join or leave later."""

    vehicles: tuple[Vehicles, ...] = ()
    under_way: tuple[UnderWay, ...] = ()
    shifts: tuple[Shift, ...] = ()
