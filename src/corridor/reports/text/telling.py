"""Which classes of terms make a sentence tell something, by themselves or in company."""

from __future__ import annotations

from functools import cache

from corridor.reports.text.language import rows

# Cues of one everyday word each ("in", "off", "again"): most sentences that hold one tell nothing.
_EVERYDAY = ("AGAIN", "AWAY", "CAMEIN", "ISHERE")
_COUNTABLE = frozenset(
    "PERSON STAFF VEHICLE CONVOY DEAD INJURED MISSING REMAIN ARRIVE EVAC LEAVE ABOARD".split()  # noqa: SIM905
)


@cache
def stirring_classes() -> frozenset[str]:
    """Return the classes of terms without which a sentence without digits makes no claim and names no speaker."""
    counts = [
        "NUM",
        "NONE",
        "NOBODY",
        "NOHURT",
        "UNKNOWNING",
        "DEAD",
        "INJURED",
        "MISSING",
        "SAY",
        "ACCORDING",
        "DENY",
        "HOWMANY",
        "CORRECT",
        "QUOTING",
        "ABOARD",
        "REMAIN",
        "DUTY",
    ]
    twos = (f"TWO_{unit}" for unit in ("PERSON", "STAFF", "VEHICLE", "CONVOY", "SHELTER", "TIMEUNIT"))
    return frozenset((*counts, *twos, *(row["cue"] for row in rows("rules", "events.csv"))))


@cache
def company_of_cues() -> dict[str, frozenset[str]]:
    """Return the classes of cues that are everyday words, each with those one of which makes it tell something."""
    found: dict[str, frozenset[str]] = {"NONE": _COUNTABLE}
    for cue in _EVERYDAY:
        partners = [row["with"].split("|") for row in rows("rules", "events.csv") if row["cue"] == cue]
        found[cue] = frozenset(cls for some in partners for cls in some)
    return found


@cache
def accompanying() -> frozenset[str]:
    """Return the classes of terms that make everyday words tell something."""
    return frozenset().union(*company_of_cues().values())
