"""What happened, as events drawn from the reports: one event gathers what all sources say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from corridor.reports.report import Report
from corridor.situation.situation import Operation, Situation

Kind = Literal["agreement", "planned", "convoy", "halt", "resumption", "incident", "totals", "inside", "voice", "note"]

# Reports of one thing are told as one event where they lie this close together.
CLOSE = timedelta(hours=3)
ABOARD = ("departure", "arrival", "people_out", "people_turned_back", "people_held")
KINDS: dict[str, Kind] = {
    "agreement": "agreement",
    "guarantee": "agreement",
    "halt": "halt",
    "resumption": "resumption",
    "incident": "incident",
    "casualties": "incident",
    "people_inside": "inside",
    "people_waiting": "inside",
    "people_held": "inside",
    "people_turned_back": "incident",
    "intention": "voice",
    "weather": "note",
    "observers": "note",
    "aid_delivered": "note",
    "onward_movement": "note",
    "people_arrived": "note",
    "information_given": "note",
}
# The story begins with the first of these; what stands before it is background.
OPENING: tuple[Kind, ...] = ("agreement", "convoy", "halt")
# How strongly a kind shows in a lead order where several events share a moment.
ORDER: tuple[Kind, ...] = (
    "agreement",
    "planned",
    "resumption",
    "convoy",
    "incident",
    "halt",
    "note",
    "voice",
    "totals",
    "inside",
)


@dataclass(frozen=True)
class Event:
    """One thing that happened, or was announced: when, of which kind, in which operation, and who says so."""

    at: datetime
    kind: Kind
    operation: str
    subject: str
    place: str
    reports: tuple[Report, ...]

    def of(self, *facts: str) -> tuple[Report, ...]:
        """Return the reports of some facts, in order."""
        return tuple(report for report in self.reports if report.fact in facts)


def story(situation: Situation) -> tuple[Event, ...]:
    """Return the events up to the situation's moment, in order of time."""
    told = [report for report in situation.reports if report.received <= situation.at]
    told.sort(key=lambda report: (report.observed, report.id))
    movements = {report.subject for report in told if report.fact in ("departure", "arrival")}
    convoys = [report for report in told if report.fact in ABOARD and _moves(report, movements)]
    seen = {report.id for report in convoys}
    events = list(_convoys(situation, convoys, told))
    seen |= {report.id for event in events for report in event.reports}
    rest = [report for report in told if report.id not in seen]
    events += _planned(situation, rest)
    events += _totals(situation, rest)
    events += _others(situation, rest)
    first = min((event.at for event in events if event.kind in OPENING), default=situation.at)
    events = [event for event in events if _local(situation, event.at).date() >= _local(situation, first).date()]
    return tuple(sorted(events, key=lambda event: (event.at, ORDER.index(event.kind), event.reports[0].id)))


def _moves(report: Report, movements: set[str]) -> bool:
    if report.modality == "planned":
        return False
    return report.fact in ("departure", "arrival") or (report.subject in movements and report.scope in ("", "batch"))


def operation_of(situation: Situation, report: Report) -> str:
    """Return the operation a report belongs to: the one it names, else the one that has its place, else the first."""
    operations = situation.operations
    for match in (_named, _placed):
        found = next((operation.id for operation in operations if match(operation, report)), "")
        if found:
            return found
    return operations[0].id if operations else ""


def _named(operation: Operation, report: Report) -> bool:
    return report.subject.split("/")[0] in (operation.id, operation.area)


def _placed(operation: Operation, report: Report) -> bool:
    return report.place in (operation.id, operation.area, *operation.pickups)


def _convoys(situation: Situation, moved: Iterable[Report], told: Iterable[Report]) -> Iterable[Event]:
    groups: dict[str, list[Report]] = {}
    for report in moved:
        groups.setdefault(report.subject, []).append(report)
    counted = [r for r in told if r.fact == "vehicles" and r.modality == "done"]
    for movement, reports in groups.items():
        left = [r for r in reports if r.fact == "departure"] or reports
        at = left[0].observed
        place = left[0].place
        vehicles = [r for r in counted if abs(r.observed - at) <= timedelta(minutes=30)]
        yield Event(at, "convoy", operation_of(situation, left[0]), movement, place, (*reports, *vehicles))


def _planned(situation: Situation, rest: Iterable[Report]) -> Iterable[Event]:
    announced = [r for r in rest if r.modality == "planned" and r.fact in ("departure", "arrival", "vehicles")]

    def key(report: Report) -> tuple[object, ...]:
        return operation_of(situation, report), report.fact == "vehicles"

    for reports in _near(announced, key):
        first = reports[0]
        yield Event(first.observed, "planned", operation_of(situation, first), first.about, first.place, tuple(reports))


def _totals(situation: Situation, rest: Iterable[Report]) -> Iterable[Event]:
    days: dict[tuple[str, date], list[Report]] = {}
    for report in rest:
        if report.fact == "people_out" and report.modality != "planned":
            day = _local(situation, report.observed).date()
            days.setdefault((operation_of(situation, report), day), []).append(report)
    for (operation, _), reports in days.items():
        last = reports[-1]
        yield Event(last.observed, "totals", operation, last.about, last.place, tuple(reports))


def _others(situation: Situation, rest: Iterable[Report]) -> Iterable[Event]:
    def key(report: Report) -> tuple[object, ...]:
        kind = _kind(report)
        inside = kind == "inside"
        day = _local(situation, report.observed).date() if inside else None
        state = report.value if report.fact == "agreement" else ""
        note = (report.fact, report.modality == "planned") if kind == "note" else ""
        place = report.place if kind in ("incident", "note") else ""
        return operation_of(situation, report), kind, note, day, state, place

    kept = [r for r in rest if r.fact in KINDS]
    inside = [r for r in kept if _kind(r) == "inside"]
    for reports in _near([r for r in kept if _kind(r) != "inside"], key):
        first = reports[0]
        yield Event(
            first.observed, _kind(first), operation_of(situation, first), first.about, first.place, tuple(reports)
        )
    for reports in _near(inside, key, timedelta(days=1)):
        last = reports[-1]
        yield Event(last.observed, "inside", operation_of(situation, last), last.about, last.place, tuple(reports))


def _kind(report: Report) -> Kind:
    """Return the kind of a report; a tally over weeks is no part of the incident of the hour in which it was told."""
    if report.fact == "casualties" and report.scope in ("cumulative", "total"):
        return "note"
    return KINDS[report.fact]


def _near(
    reports: Iterable[Report], key: Callable[[Report], tuple[object, ...]], close: timedelta = CLOSE
) -> Iterable[list[Report]]:
    """Yield the reports of one key in bunches: each within `close` of the first of its bunch."""
    open_: dict[tuple[object, ...], list[Report]] = {}
    for report in reports:
        name = key(report)
        bunch = open_.get(name)
        if bunch is not None and report.observed - bunch[0].observed <= close:
            bunch.append(report)
        else:
            if bunch is not None:
                yield bunch
            open_[name] = [report]
    yield from open_.values()


def _local(situation: Situation, moment: datetime) -> datetime:
    return moment.astimezone(situation.at.tzinfo)
