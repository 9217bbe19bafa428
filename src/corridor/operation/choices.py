"""What people themselves decided: to leave or to stay, and where to; those who stay are followed up by place."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from corridor.finding import Finding
from corridor.planning.plan import Plan
from corridor.reports.report import Report

INTENTIONS = ("leave", "stay", "undecided", "return")


class Choices(msgspec.Struct, frozen=True, kw_only=True):
    """What the people of one place said, by intention and by destination, and whether they were told enough to choose.

    A number is None where a source says that people chose so and counted nobody.
    """

    place: str
    intentions: dict[str, int | None]
    destinations: dict[str, int | None]
    informed: str
    reports: tuple[str, ...]


def choices(reports: Sequence[Report]) -> list[Choices]:
    """Return what people chose, place by place; the latest claim of each kind holds."""
    places: dict[str, dict[str, Report]] = {}
    told = {r.place: r for r in sorted(reports, key=_order) if r.fact == "information_given"}
    for report in sorted(reports, key=_order):
        if report.fact in ("intention", "destination_chosen") and report.modality != "denied":
            places.setdefault(report.subject, {})[f"{report.fact}.{report.part}"] = report
    found = []
    for place, said in sorted(places.items()):
        found.append(
            Choices(
                place=place,
                intentions={name: _number(said[key]) for name in INTENTIONS if (key := f"intention.{name}") in said},
                destinations={r.part: _number(r) for r in said.values() if r.fact == "destination_chosen"},
                informed=str(told[place].value) if place in told else "",
                reports=tuple(sorted(r.id for r in said.values())),
            )
        )
    return found


def _order(report: Report) -> tuple[object, ...]:
    return report.observed, report.received, report.id


def _number(report: Report) -> int | None:
    return None if report.number is None else int(report.number)


def against_choices(plan: Plan, reports: Sequence[Report]) -> list[Finding]:
    """Return an open point for each operation whose plan takes people where nobody said that they wish to go."""
    chosen = {one.place: one for one in choices(reports)}
    found = []
    for operation in plan.situation.operations:
        wishes = chosen.get(operation.area)
        used = {convoy.reception for convoy in plan.convoys if convoy.operation == operation.id}
        if wishes and wishes.destinations and used - set(wishes.destinations):
            found.append(
                Finding(
                    rule="destination not chosen",
                    about=operation.id,
                    what=f"Convoys go to {', '.join(sorted(used))}; people chose {', '.join(wishes.destinations)}.",
                    remedy="Ask the people of each convoy before they board; arrange the way on from there.",
                    severity="open",
                    reports=wishes.reports,
                )
            )
    return found
