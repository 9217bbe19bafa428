"""The chain of counts: people boarded, departed, passed, arrived, handed over; nobody is lost between two points."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import pairwise

import msgspec

from corridor.finding import Finding
from corridor.reports.report import Report
from corridor.reports.vocabulary import groups

# The points in the order in which a convoy meets them, by the fact that counts there.
POINTS = {
    "people_boarded": "boarded",
    "people_out": "departed",
    "people_passed": "passed",
    "people_arrived": "arrived",
    "people_handed_over": "handed over",
}
ORDER = list(POINTS.values())
WHOLE = "all"


class Tally(msgspec.Struct, frozen=True, kw_only=True):
    """How many of a convoy were counted at one point, lowest and highest as the counters say, and who counted.

    `vehicles` names the vehicles that were counted one by one; empty where the convoy was counted as a whole.
    """

    movement: str
    point: str
    place: str
    low: int
    high: int
    at: datetime
    counters: tuple[str, ...]
    vehicles: tuple[str, ...] = ()
    groups: tuple[tuple[str, int], ...] = ()
    reports: tuple[str, ...] = ()

    @property
    def people(self) -> str:
        """The count in words: one number, or the range between rival counters."""
        return f"{self.low:,}" if self.low == self.high else f"{self.low:,} to {self.high:,}"


def movement_of(report: Report) -> str:
    """Return the movement that a report counts, or an empty text where it counts none."""
    return report.subject if "/" in report.subject else ""


class Chain:
    """The counts of every convoy, kept up as reports come: only a convoy of which something new was said is recounted.

    `lines` holds the counts of each convoy in the order of the points; every count is kept once.
    """

    def __init__(self) -> None:
        self.lines: dict[str, list[Tally]] = {}
        self._heard: dict[str, list[Report]] = {}
        self._findings: dict[str, list[Finding]] = {}

    def follow(self, reports: Iterable[Report]) -> None:
        """Take the reports that count now, all of them."""
        heard: dict[str, list[Report]] = {}
        for report in reports:
            if "/" in report.about and (movement := movement_of(report)):
                heard.setdefault(movement, []).append(report)
        lines = {}
        for movement in sorted(heard):
            mine = heard[movement]
            # Lists of the same objects are compared by identity, which costs next to nothing.
            if self._heard.get(movement) != mine:
                self._findings.pop(movement, None)
                line = _line(movement, mine)
            else:
                line = self.lines.get(movement, [])
            if line:
                lines[movement] = line
        self._heard, self.lines = heard, lines

    def findings(self) -> list[Finding]:
        """Return an alarm for each convoy that lost people between two points, or to which some were added."""
        found: list[Finding] = []
        for movement, line in self.lines.items():
            if movement not in self._findings:
                self._findings[movement] = _conserved(movement, line, self._heard[movement])
            found += self._findings[movement]
        return found


def tallies(reports: Iterable[Report]) -> dict[str, list[Tally]]:
    """Return the counts of each convoy in the order of the points; every count is kept once."""
    chain = Chain()
    chain.follow(reports)
    return chain.lines


def _line(movement: str, reports: Iterable[Report]) -> list[Tally]:
    cells: dict[tuple[str, str], list[Report]] = {}
    for report in reports:
        point = POINTS.get(report.fact)
        if point and _counted(report):
            cells.setdefault((point, report.place if point == "passed" else ""), []).append(report)
    line = [_tally(movement, point, claims) for (point, _), claims in cells.items()]
    return sorted(line, key=lambda tally: (ORDER.index(tally.point), tally.at, tally.place))


def _counted(report: Report) -> bool:
    # A count since the start or for a day is of many convoys; a plan counts nobody.
    return (
        report.modality in ("done", "estimate")
        and report.scope in ("", "batch")
        and any(value is not None for value in (report.number, report.low, report.high))
    )


def _tally(movement: str, point: str, claims: Sequence[Report]) -> Tally:
    """Return one count of a convoy at a point: as a whole where someone counted it so, else vehicle by vehicle."""
    whole = [claim for claim in claims if not claim.part]
    parts = sorted({claim.part for claim in claims if claim.part})
    if whole:
        low, high = _people(whole)
    else:
        spans = [_people([claim for claim in claims if claim.part == part]) for part in parts]
        low, high = sum(span[0] for span in spans), sum(span[1] for span in spans)
    used = whole or claims
    by_group = {name: _people([c for c in used if c.group == name])[1] for name in sorted({c.group for c in used})}
    return Tally(
        movement=movement,
        point=point,
        place=max(used, key=lambda claim: (claim.observed, claim.id)).place,
        low=low,
        high=high,
        at=max(claim.observed for claim in used),
        counters=tuple(sorted({claim.source for claim in used})),
        vehicles=() if whole else tuple(parts),
        groups=tuple((name, people) for name, people in by_group.items() if name != WHOLE),
        reports=tuple(sorted(claim.id for claim in used)),
    )


def _people(claims: Sequence[Report]) -> tuple[int, int]:
    """Return the lowest and the highest of what the counters say now: each one's latest total."""
    spans = []
    for origin in sorted({claim.origin for claim in claims}):
        mine = [claim for claim in claims if claim.origin == origin]
        latest: dict[str, Report] = {}
        for claim in sorted(mine, key=lambda c: (c.observed, c.received, c.id)):
            latest[claim.group] = claim
        # Everyone, where this counter says so; else the groups that do not lie within another one counted.
        names = [WHOLE] if WHOLE in latest else [n for n in latest if groups()[n].within not in latest]
        ends = [_ends(latest[name]) for name in names]
        spans.append((sum(end[0] for end in ends), sum(end[1] for end in ends)))
    return min(span[0] for span in spans), max(span[1] for span in spans)


def _ends(claim: Report) -> tuple[int, int]:
    numbers = [int(n) for n in (claim.number, claim.low, claim.high) if n is not None]
    return min(numbers), max(numbers)


def conservation(reports: Sequence[Report]) -> list[Finding]:
    """Return an alarm for each convoy from which people are missing between two points, or to which some were added.

    People reported held or turned back on the way are accounted for. Nothing is ever clamped: more arriving than left
    is an alarm too.
    """
    chain = Chain()
    chain.follow(reports)
    return chain.findings()


def _conserved(movement: str, line: list[Tally], reports: Sequence[Report]) -> list[Finding]:
    found = [_disagree(tally) for tally in line if tally.low < tally.high and len(tally.counters) > 1]
    counted = [tally for tally in line if tally.point != "boarded"] or line
    for before, after in pairwise(line):
        found += _between(movement, before, after, reports, last=after is line[-1])
    if len(counted) > 2:
        found += _overall(movement, counted, reports, found)
    return found


def _between(movement: str, before: Tally, after: Tally, reports: Sequence[Report], *, last: bool) -> list[Finding]:
    held = _aside("people_held", movement, before, after, reports, last=last)
    back = _aside("people_turned_back", movement, before, after, reports, last=last)
    missing = before.low - after.high - sum(people for people, _ in (*held, *back))
    extra = after.low - before.high
    ids = (*before.reports, *after.reports, *(name for _, names in (*held, *back) for name in names))
    if missing > 0:
        words = [f"{before.people} {_left(before)}", f"{after.people} {after.point}"]
        words += [f"{people:,} held" for people, _ in held] + [f"{people:,} turned back" for people, _ in back]
        same = after.point == "passed" or before.place == after.place
        where = f"at {after.place}" if same else f"between {before.place} and {after.place}"
        return [
            Finding(
                rule="people unaccounted",
                about=movement,
                what=f"{', '.join(words)}, {missing:,} unaccounted {where}.",
                remedy="Stop the next convoy; ask the lead, the last vehicle and the checkpoint; count again.",
                severity="error",
                reports=ids,
            )
        ]
    if extra > 0:
        return [
            Finding(
                rule="people added",
                about=movement,
                what=f"{before.people} {_left(before)}, {after.people} {after.point}: {extra:,} more than before.",
                remedy="Ask both counters what they counted; look for people who boarded on the way.",
                severity="warning",
                reports=ids,
            )
        ]
    return []


def _overall(movement: str, line: list[Tally], reports: Sequence[Report], found: list[Finding]) -> list[Finding]:
    """Small losses at each point may add up where none of them shows, as when counters give ranges."""
    if any(finding.about == movement and finding.rule == "people unaccounted" for finding in found):
        return []
    return _between(movement, line[0], line[-1], reports, last=True)


def _left(tally: Tally) -> str:
    return "left" if tally.point == "departed" else tally.point


def _aside(
    fact: str, movement: str, before: Tally, after: Tally, reports: Sequence[Report], *, last: bool
) -> list[tuple[int, tuple[str, ...]]]:
    claims = [
        r
        for r in reports
        if r.fact == fact
        and movement_of(r) == movement
        and r.modality == "done"
        and r.number is not None
        and (before.at <= r.observed <= after.at or r.place == after.place or (last and before.at <= r.observed))
    ]
    if not claims:
        return []
    low, _ = _people(claims)
    return [(low, tuple(sorted(claim.id for claim in claims)))]


def _disagree(tally: Tally) -> Finding:
    return Finding(
        rule="counters disagree",
        about=tally.movement,
        what=f"{', '.join(tally.counters)} give {tally.people} {tally.point} at {tally.place}.",
        remedy="Ask both how they counted; correct the count that is wrong by its id.",
        severity="warning",
        reports=tally.reports,
    )
