"""A place that matters, and the people who wait there."""

from __future__ import annotations

from typing import Literal

import msgspec

from corridor.situation.estimate import Balance, Estimate

SiteKind = Literal["pickup", "reception", "checkpoint", "handover", "depot", "hospital", "area", "place"]
PlaceKind = Literal["seat", "wheelchair", "stretcher"]


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that matters: pickup, reception, checkpoint, handover, depot, hospital or area.

    `latitude` and `longitude` are degrees (WGS 84) with `precision_m` metres; None where nobody gave a position.
    `capacity` is how many people a reception can take, `bays` how many vehicles board or unload at once.
    `boards_at` names the pickup where the people of an area board.
    """

    id: str
    kind: SiteKind
    names: dict[str, str] = {}
    latitude: float | None = None
    longitude: float | None = None
    precision_m: float | None = None
    control: str = ""
    capacity: Estimate | None = None
    bays: Estimate | None = None
    boards_at: str = ""
    reports: tuple[str, ...] = ()

    def name(self, lang: str = "en") -> str:
        """Return the name in a language, else the English one, else the id."""
        return self.names.get(lang) or self.names.get("en") or self.id


class Group(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People of one kind who wait at one pickup: a headcount, the place each needs, and who travels with them.

    `place` is the kind of place each person needs, `companions` the people who travel with each one (each on a
    seat), `priority` the order of leaving (0 first). `people` counts the group without the companions.
    """

    id: str
    operation: str
    site: str
    people: Balance
    place: PlaceKind = "seat"
    companions: int = 0
    priority: int = 3
    reports: tuple[str, ...] = ()
