"""A place that matters, and the people who wait there."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import numpy as np

from corridor.situation.estimate import Array, Balance, Estimate

SiteKind = Literal["pickup", "reception", "checkpoint", "handover", "depot", "hospital", "area", "place"]
PlaceKind = Literal["seat", "wheelchair", "stretcher"]


class Site(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A place that matters: pickup, reception, checkpoint, handover, depot, hospital or area.

    `latitude` and `longitude` are degrees (WGS 84) with `precision_m` metres; None where nobody gave a position.
    `capacity` is how many people a reception can take, `bays` how many vehicles board or unload at once.
    `boards_at` names the pickup where the people of an area board. `daily` is how many people a reception can take
    in on one calendar day, `accepts` the kinds of people it takes: everybody where nothing is stated.
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
    daily: Estimate | None = None
    accepts: tuple[str, ...] = ()
    reports: tuple[str, ...] = ()

    def name(self, lang: str = "en") -> str:
        """Return the name in a language, else the English one, else the id."""
        return self.names.get(lang) or self.names.get("en") or self.id


class Gathering(msgspec.Struct, frozen=True, kw_only=True):
    """The share of a group that has come to its pickup by a moment."""

    at: datetime
    share: float


class Group(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """People of one kind who wait at one pickup: a headcount, the place each needs, and who travels with them.

    `place` is the kind of place each person needs, `companions` the people who travel with each one (each on a
    seat), `priority` the order of leaving (0 first). `people` counts the group without the companions. Where `family`
    is above 1 the people are families of that size, each in one vehicle. `gathers` says who comes to the pickup when;
    everybody is there where it is empty. `chosen` names the reception that the people chose: they go nowhere else.
    """

    id: str
    operation: str
    site: str
    people: Balance
    place: PlaceKind = "seat"
    companions: int = 0
    priority: int = 3
    family: int = 1
    gathers: tuple[Gathering, ...] = ()
    chosen: str = ""
    reports: tuple[str, ...] = ()

    @property
    def kind(self) -> str:
        """The kind of people in the id: `families` of `aleppo/families>idlib`."""
        return self.id.rpartition("/")[2].partition(">")[0]

    def draw(self, seed: int, size: int) -> Array:
        """Draw the people of the group without companions; returns (size,) whole people.

        Every group of a situation draws from the same stream: parts of one headcount rise and fall together.
        """
        return np.ceil(self.people.sample(np.random.default_rng([seed, 7]), size) - 1e-9)


def left_to_move(groups: Sequence[Group], *, seed: int = 0, size: int = 10_000) -> tuple[float, float, float]:
    """Return (P10, P50, P90) of the people of some groups together, companions included, as a forecast draws them."""
    total = np.zeros(size)
    for group in groups:
        total += group.draw(seed, size) * (1 + group.companions)
    low, middle, high = np.quantile(total, (0.1, 0.5, 0.9), method="inverted_cdf")
    return float(low), float(middle), float(high)
