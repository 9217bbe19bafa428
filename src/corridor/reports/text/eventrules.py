"""The table of events: which cue with which partner makes one."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

from corridor.reports.text.language import rows


class Rule(NamedTuple):
    """One row of events.csv."""

    kind: str
    cue: str
    partners: tuple[str, ...]
    unless: tuple[str, ...]
    within: float


@cache
def rules() -> dict[str, list[Rule]]:
    """Return the rules by the class of their cue."""
    found: dict[str, list[Rule]] = {}
    for row in rows("rules", "events.csv"):
        partners = tuple(filter(None, row["with"].split("|")))
        unless = tuple(filter(None, row["without"].split("|")))
        found.setdefault(row["cue"], []).append(Rule(row["kind"], row["cue"], partners, unless, float(row["within"])))
    return found
