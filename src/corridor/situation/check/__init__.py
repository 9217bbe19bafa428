"""Contradictions and open points of a situation: one small function each, each with a remedy."""

from __future__ import annotations

from corridor.finding import Finding
from corridor.situation.check import agreement, people, road
from corridor.situation.check.registry import CHECKS
from corridor.situation.situation import Situation

ROOMS = (road, people, agreement)  # importing a room registers its checks


def check(situation: Situation) -> list[Finding]:
    """Return every contradiction and open point, errors first."""
    found = [finding for name in CHECKS for finding in CHECKS[name](situation)]
    order = {"error": 0, "warning": 1, "open": 2}
    return sorted(found, key=lambda finding: (order[finding.severity], list(CHECKS).index(finding.rule), finding.about))


# Which rules a coordinator must read first when only a few fit on the screen.
GRAVEST = ("halted", "sources disagree", "left open", "nobody knows", "no room", "no number", "missing movement")


def gravest(findings: list[Finding], number: int = 3) -> list[Finding]:
    """Return the findings that matter most: errors first, then one of each of the gravest rules."""
    errors = [finding for finding in findings if finding.severity == "error"]
    first_of: dict[str, Finding] = {}
    for finding in findings:
        first_of.setdefault(finding.rule, finding)
        # What an agreement says of hours outranks its other gaps: without hours no convoy is safe from the clock.
        if (
            finding.rule == "left open"
            and finding.about.endswith("/window")
            and "/window" not in first_of["left open"].about
        ):
            first_of["left open"] = finding
    rest = [first_of[rule] for rule in (*GRAVEST, *first_of) if rule in first_of]
    return list({id(finding): finding for finding in (*errors, *rest)}.values())[:number]
