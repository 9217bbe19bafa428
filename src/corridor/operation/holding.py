"""The hold clock: who is kept waiting where, for how long, and how many person-hours that makes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from corridor.finding import Finding
from corridor.reports.report import Report

# Loaded convoys must not stand at a predictable point: Rashidin, April 2017, after two days of waiting.
LONGEST_HOLD = timedelta(hours=2)
STOCKS = ("people_held", "people_waiting")
RELEASES = ("people_turned_back", "people_out", "people_passed", "people_handed_over")


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """People kept at one place from one count to the next, or to a release; `until` is None while it lasts."""

    place: str
    what: str
    since: datetime
    until: datetime | None
    low: int | None
    high: int | None
    hours: float
    sources: tuple[str, ...]
    reports: tuple[str, ...]

    @property
    def person_hours(self) -> tuple[float, float] | None:
        """People times hours, by the lowest and the highest count; None where nobody counted."""
        if self.low is None or self.high is None:
            return None
        return self.low * self.hours, self.high * self.hours


def holds(reports: Sequence[Report], at: datetime) -> list[Hold]:
    """Return every hold known at a moment, by place and beginning; several counters of one moment make a range.

    A hold ends with the next count at the place, or with people turned back, sent on or handed over there.
    """
    stocks: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        if report.fact in STOCKS and report.modality in ("done", "estimate") and report.observed <= at:
            stocks.setdefault((report.place, report.fact), []).append(report)
    ends: dict[tuple[str, str], list[datetime]] = {}
    for report in reports:
        if report.fact in RELEASES and report.modality == "done" and report.observed <= at:
            for place, fact in stocks:
                # People held on the way who are turned back are counted where they come back to, not where they stood.
                freed = report.fact == "people_turned_back" and fact == "people_held"
                if place == report.place or freed:
                    ends.setdefault((place, fact), []).append(report.observed)
    found = []
    for (place, fact), claims in sorted(stocks.items()):
        moments = sorted({claim.observed for claim in claims})
        for number, begun in enumerate(moments):
            now = [claim for claim in claims if claim.observed == begun]
            after = [*moments[number + 1 : number + 2], *(end for end in ends.get((place, fact), []) if end > begun)]
            until = min(after, default=None)
            numbers = [int(n) for c in now for n in (c.number, c.low, c.high) if n is not None]
            if numbers and max(numbers) == 0:
                continue
            found.append(
                Hold(
                    place=place,
                    what="held" if fact == "people_held" else "waiting",
                    since=begun,
                    until=until,
                    low=min(numbers, default=None),
                    high=max(numbers, default=None),
                    hours=((until or at) - begun) / timedelta(hours=1),
                    sources=tuple(sorted({claim.source for claim in now})),
                    reports=tuple(sorted(claim.id for claim in now)),
                )
            )
    return found


def limbo(reports: Sequence[Report], at: datetime, *, longest: timedelta = LONGEST_HOLD) -> list[Finding]:
    """Return an alarm for each place where people have been held longer than is safe."""
    found = []
    for hold in holds(reports, at):
        if hold.until is None and hold.what == "held" and at - hold.since > longest:
            people = "an uncounted number of people" if hold.high is None else f"{hold.high:,} people"
            spent = f", {hold.person_hours[1]:,.0f} person-hours" if hold.person_hours else ""
            found.append(
                Finding(
                    rule="held too long",
                    about=hold.place,
                    what=f"{people} held since {hold.since:%d %b %H:%M}: {hold.hours:.1f} hours{spent}.",
                    remedy="Send water, blankets, a medic; let no further convoy leave; ask both sides for release.",
                    severity="error",
                    reports=hold.reports,
                )
            )
    return found
