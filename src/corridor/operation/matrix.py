"""Who says, who denies, who accuses, who cannot verify: one row an event, one column a source."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

import msgspec

from corridor.reports.report import Report

Stance = Literal["says", "denies", "accuses", "expects", "cannot be verified"]
State = Literal["confirmed", "said by one", "contested", "accusation only", "cannot be verified", "not yet"]
EVENTS = (
    "departure",
    "arrival",
    "halt",
    "resumption",
    "incident",
    "casualties",
    "guarantee",
    "agreement",
    "people_turned_back",
    "people_held",
    "aid_delivered",
    "information_given",
    "observers",
)


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """One event and where each source stands on it.

    `cannot be verified` means that a source looked or asked and could not tell; `not yet` that it is announced and
    nobody has said that it happened. The two are never mixed.
    """

    fact: str
    about: str
    place: str
    at: datetime
    stances: tuple[tuple[str, Stance], ...]
    state: State
    reports: tuple[str, ...]

    def sources(self, stance: Stance) -> list[str]:
        """Return who takes a stance."""
        return [source for source, own in self.stances if own == stance]


def matrix(reports: Iterable[Report]) -> list[Event]:
    """Return the events of a situation in order, each source with its last word on it."""
    by_event: dict[tuple[str, str, str, str], list[Report]] = {}
    for report in reports:
        if report.fact in EVENTS:
            # What happens at one place on one day is one event told by several, unless a movement tells them apart.
            day = "" if "/" in report.subject else f"{report.observed:%Y-%m-%d}"
            place = "" if "/" in report.subject else report.place
            by_event.setdefault((report.fact, report.subject, place, day), []).append(report)
    found = []
    for (fact, about, _, _), told in by_event.items():
        told.sort(key=lambda r: (r.observed, r.received, r.id))
        stances: dict[str, Stance] = {}
        origins: dict[str, str] = {}
        for report in told:
            stances[report.source] = stance_of(report)
            origins[report.source] = report.origin
        found.append(
            Event(
                fact=fact,
                about=about,
                place=told[0].place,
                at=told[0].observed,
                stances=tuple(sorted(stances.items())),
                state=_state(stances, origins),
                reports=tuple(report.id for report in told),
            )
        )
    return sorted(found, key=lambda event: (event.at, event.fact, event.about))


def stance_of(report: Report) -> Stance:
    """Return where a report stands on its event."""
    if report.modality == "denied":
        return "denies"
    if report.modality == "accusation":
        return "accuses"
    if report.modality == "planned":
        return "expects"
    return "cannot be verified" if report.modality == "unknown" else "says"


def _state(stances: dict[str, Stance], origins: dict[str, str]) -> State:
    said = {origins[source] for source, stance in stances.items() if stance == "says"}
    held = set(stances.values())
    if "denies" in held and (said or "accuses" in held):
        return "contested"
    if said:
        return "confirmed" if len(said) > 1 else "said by one"
    if "accuses" in held:
        return "accusation only"
    return "cannot be verified" if held & {"cannot be verified", "denies"} else "not yet"
