"""Reports written in one line each, for tests that need a few of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from corridor.reports.report import Report

DAWN = datetime.fromisoformat("2016-12-15T06:00+02:00")


def at(hours: float) -> datetime:
    """The moment so many hours after dawn."""
    return DAWN + timedelta(hours=hours)


def told(name: str, fact: str, about: str, value: object = None, hour: float = 0.0, **more: Any) -> Report:
    """A report observed at an hour after dawn and received then, unless `received` (hours) says later."""
    received = more.pop("received", hour)
    since = more.pop("since", None)
    fields: dict[str, Any] = {
        "id": name,
        "source": "UN",
        "publisher": "OCHA",
        "place": about.partition(".")[0],
        "fact": fact,
        "about": about,
        "value": value,
        "observed": at(hour),
        "received": at(received),
        "since": None if since is None else at(since),
    }
    return Report(**{**fields, **more})


def world(*, kinds: dict[str, str] | None = None) -> list[Report]:
    """The operation `op`: people of `town` board at `gate` and are brought to `camp`, thirty minutes away."""
    sites = kinds or {"town": "area", "gate": "pickup", "camp": "reception"}
    return [
        *(told(f"site-{name}", "site", name, kind) for name, kind in sites.items()),
        told("boards", "site", "town.boards_at", "gate"),
        told("leg-out", "leg_time", "gate>camp", 30),
        told("leg-back", "leg_time", "camp>gate", 30),
        told("who", "term", "op/who.from", "town"),
        told("to", "term", "op/destination.to", "camp"),
        told("via", "term", "op/corridor.via", "gate;camp"),
        told("seats", "places", "bus.seat", 50),
        told("buses", "vehicles", "bus", 4, place="gate"),
        told("board", "boarding_time", "bus", 10),
        told("unload", "unloading_time", "bus", 5),
    ]


def inside(name: str, value: object, source: str = "UN", hour: float = 0.0, **more: Any) -> Report:
    """A claim of how many people are inside the town."""
    return told(name, "people_inside", "town", value, hour, **{"source": source, "modality": "estimate", **more})


def out(name: str, movement: str, value: object, hour: float, source: str = "UN", **more: Any) -> Report:
    """A count of people out: of one movement, or of the whole operation where `movement` is empty."""
    about = f"op/{movement}" if movement else "op"
    scope = "batch" if movement else "cumulative"
    return told(name, "people_out", about, value, hour, **{"source": source, "place": "gate", "scope": scope, **more})


def share(value: float = 1.0) -> Report:
    """The share of the people inside who leave by the corridor."""
    return told("share", "share_leaving", "town", value)
