"""Who watched what place and when, and what nobody watched."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.reports.report import Report

# One sighting of observers speaks for this long where the source gives no period.
SIGHTING = timedelta(hours=1)
WATCHED_FOR = ("departure", "arrival", "halt", "incident", "people_held", "people_turned_back", "people_passed")


class Watch(msgspec.Struct, frozen=True, kw_only=True):
    """Observers at a place over a period, as one source says; `planned` where they were only announced."""

    place: str
    since: datetime
    until: datetime
    who: str
    number: int | None
    planned: bool
    report: str


class Unwatched(msgspec.Struct, frozen=True, kw_only=True):
    """An event at a place where no source puts an observer at that moment."""

    place: str
    at: datetime
    fact: str
    about: str
    report: str


def watches(reports: Sequence[Report]) -> list[Watch]:
    """Return every watch that was kept or announced, by place and beginning; a report of nobody there is none."""
    found = []
    for report in reports:
        if report.fact != "observers" or report.modality in ("denied", "unknown") or report.number == 0:
            continue
        begun = report.since or report.observed
        found.append(
            Watch(
                place=report.place,
                since=begun,
                until=max(report.observed, begun + SIGHTING),
                who=report.source,
                number=None if report.number is None else int(report.number),
                planned=report.modality == "planned",
                report=report.id,
            )
        )
    return sorted(found, key=lambda watch: (watch.place, watch.since, watch.report))


def unwatched(reports: Sequence[Report]) -> list[Unwatched]:
    """Return the events that no observer saw, as far as any source says."""
    kept = [watch for watch in watches(reports) if not watch.planned]
    found = []
    for report in reports:
        if report.fact in WATCHED_FOR and report.modality in ("done", "estimate") and report.scope in ("", "batch"):
            seen = any(w.place == report.place and w.since <= report.observed <= w.until for w in kept)
            if not seen:
                found.append(
                    Unwatched(
                        place=report.place,
                        at=report.observed,
                        fact=report.fact,
                        about=report.about,
                        report=report.id,
                    )
                )
    return sorted(found, key=lambda one: (one.at, one.place, one.report))
