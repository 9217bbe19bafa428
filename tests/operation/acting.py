"""A small operation for tests: one pickup, a checkpoint, one reception, two linked movements."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from corridor.reports.report import Report

DAWN = datetime(2016, 12, 15, 4, 0, tzinfo=UTC)


def at(hours: float) -> datetime:
    return DAWN + timedelta(hours=hours)


def say(
    fact: str, about: str, place: str, value: Any = None, *, hours: float = 0.0, by: str = "marshal", **more: Any
) -> Report:
    moment = more.pop("observed", at(hours))
    name = more.pop("id", f"{fact}-{about}-{place}-{by}-{hours:g}-{more.get('group', '')}")
    made: dict[str, Any] = {"received": moment, "observed": moment} | more
    return Report(id=name, source=by, fact=fact, about=about, place=place, value=value, **made)


def term(name: str, value: Any, **more: Any) -> Report:
    return say("term", name, "east", value, by="the agreement", id=f"term-{name}-{value}", **more)


def clause(name: str, kind: str) -> Report:
    return say("clause", name, "east", kind, by="the agreement", id=f"clause-{name}")


def basis(people: int = 1000) -> list[Report]:
    """Everything a plan needs: 1,000 people at the pickup, four buses of 50, half an hour to each point."""
    sites = {
        "east": "area",
        "pickup": "pickup",
        "gate": "checkpoint",
        "west": "reception",
        "village": "area",
        "square": "pickup",
        "south": "reception",
    }
    found = [say("site", name, name, kind) for name, kind in sites.items()]
    found += [say("site", "east.boards_at", "east", "pickup"), say("site", "village.boards_at", "village", "square")]
    found += [
        clause("aleppo/who", "who"),
        term("aleppo/who.from", "east"),
        clause("aleppo/destination", "destination"),
        term("aleppo/destination.to", "west"),
        clause("aleppo/corridor", "corridor"),
        term("aleppo/corridor.via", "pickup;gate;west"),
        term("aleppo/corridor.lead", "ICRC"),
        clause("aleppo/window", "window"),
        say("agreement", "aleppo", "east", "in_force", by="the agreement"),
    ]
    for start, end in (
        ("pickup", "gate"),
        ("gate", "west"),
        ("west", "gate"),
        ("gate", "pickup"),
        ("pickup", "west"),
        ("west", "pickup"),
        ("square", "gate"),
        ("gate", "south"),
        ("square", "south"),
        ("south", "square"),
    ):
        found.append(say("leg_time", f"{start}>{end}", start, 30 if "gate" in (start, end) else 60))
    found += [
        say("people_inside", "east", "east", people, by="the council"),
        say("share_leaving", "east", "east", 1.0, by="the council"),
        say("vehicles", "bus", "pickup", 4, by="SARC"),
        say("places", "bus.seat", "pickup", 50, by="SARC"),
        say("convoy_size", "aleppo", "pickup", 4, by="SARC"),
        say("convoy_headway", "aleppo", "pickup", 30, by="SARC"),
        say("reception_capacity", "west", "west", 5000, by="IHH"),
    ]
    return found


def linked(ratio: float | None = 1.0) -> list[Report]:
    """A second movement, tied to the first."""
    found = [
        clause("villages/who", "who"),
        term("villages/who.from", "village"),
        clause("villages/destination", "destination"),
        term("villages/destination.to", "south"),
        clause("villages/reciprocity", "reciprocity"),
        term("villages/reciprocity.with", "aleppo"),
        clause("aleppo/reciprocity", "reciprocity"),
        term("aleppo/reciprocity.with", "villages"),
        say("people_inside", "village", "village", 500, by="the council"),
    ]
    return found if ratio is None else [*found, term("aleppo/reciprocity.ratio", ratio)]
