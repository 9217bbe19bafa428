"""The legs between sites, and the corridor they make."""

from __future__ import annotations

import msgspec

from corridor.situation.estimate import Estimate


class Leg(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One directed drive between two sites: minutes, and kilometres where known.

    `basis` says in words where the figures come from ("straight line x 1.3" is never shown as a surveyed road).
    """

    start: str
    end: str
    minutes: Estimate
    km: Estimate | None = None
    basis: str = ""
    reports: tuple[str, ...] = ()


class Corridor(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The agreed way of one operation: the sites in order, and how convoys move along it.

    `convoy_size` is the most vehicles under one lead, `headway` the minutes between the heads of two convoys at the
    mouth, `lead` the organisations whose vehicles open a convoy.
    """

    operation: str
    sites: tuple[str, ...]
    convoy_size: Estimate
    headway: Estimate
    lead: str = ""
    reports: tuple[str, ...] = ()
