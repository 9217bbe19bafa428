"""Figures by name: what each one is, its interval, when it was known, and the reports behind it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from corridor.operation.known import Known, Said
from corridor.operation.progress import Standing, standings
from corridor.planning.plan import Plan
from corridor.publishing import names
from corridor.publishing.markup import Child, el
from corridor.reports.report import Report
from corridor.reports.vocabulary import facts
from corridor.server import present as p
from corridor.server.console.texts import ConsoleWords
from corridor.server.console.view import View
from corridor.situation.site import left_to_move
from corridor.situation.situation import Situation

Three = tuple[float, float, float]


@dataclass(frozen=True)
class Figure:
    """A figure: its title, P10, P50 and P90 (None: nobody gives a number), unit, the rule behind it, its reports."""

    name: str
    title: str
    three: Three | None
    unit: str = "people"
    rule: str = ""
    reports: tuple[str, ...] = ()
    known: datetime | None = None


class Ends(msgspec.Struct, frozen=True):
    """The expected end as the last forecast gave it: three moments (None: beyond the runs) and when it was issued."""

    low: datetime | None
    middle: datetime | None
    high: datetime | None
    issued: datetime


def valid(situation: Situation) -> list[Report]:
    """Return the reports of a situation that no later one corrects."""
    corrected = {report.corrects for report in situation.reports if report.corrects}
    return [report for report in situation.reports if report.id not in corrected]


def adopted(view: View) -> Plan | None:
    """Return the plan adopted as of the page's moment; what was decided on an old log a minute ago counts too."""
    return view.operation.plan(view.at if view.turned else None)


def progress(view: View) -> list[Standing]:
    """Return where each convoy stands beside the adopted plan."""
    return standings(adopted(view), valid(view.situation), view.at)


def ends(known: Known) -> Ends | None:
    """Return the expected end of the last forecast that says from when it counts."""
    issued = [said for said in known.of(p.FORECAST) if "start" in said.body]
    if not issued:
        return None
    return _ends(issued[-1])


def _ends(said: Said) -> Ends:
    start = datetime.fromisoformat(str(said.body["start"]))
    hours: dict[str, Any] = said.body["clearance_hours"]

    def moment(name: str) -> datetime | None:
        return None if hours.get(name) is None else start + timedelta(hours=float(hours[name]))

    return Ends(moment("p10"), moment("p50"), moment("p90"), said.happened)


def last_known(situation: Situation, ids: Iterable[str]) -> datetime | None:
    """Return when the last of some reports could be known."""
    found = [report.received for name in ids if (report := situation.report(name)) is not None]
    return max(found, default=None)


def on_the_road(found: Sequence[Standing], operation: str) -> Figure:
    """Return the people under way: by the counts at their departure, by the plan where nobody counted."""
    low = high = 0.0
    reports: list[str] = []
    seen: list[datetime] = []
    for one in found:
        if one.movement.partition("/")[0] != operation or one.state != "under way":
            continue
        counted = [tally for tally in one.people if tally.point in ("departed", "passed")]
        low += min((tally.low for tally in counted), default=one.expected or 0)
        high += max((tally.high for tally in counted), default=one.expected or 0)
        reports += [name for tally in counted for name in tally.reports]
        seen += [one.seen_at] if one.seen_at else []
    three = (low, (low + high) / 2, high)
    return Figure(
        f"road:{operation}",
        "fig.road",
        three,
        rule="rule.road",
        reports=tuple(dict.fromkeys(reports)),
        known=max(seen, default=None),
    )


def of_movement(view: View, operation: str) -> list[Figure]:
    """Return the figures of a movement in the order in which they are read: out, on the road, waiting."""
    now = view.situation
    count = now.headcount(operation)
    groups = [group for group in now.groups if group.operation == operation]
    out = count.out if count else None
    three = (out.quantile(0.1), out.quantile(0.5), out.quantile(0.9)) if out else None
    ids = out.reports if out else ()
    found = [
        Figure(
            f"out:{operation}", "fig.out", three, rule=out.rule if out else "", reports=ids, known=last_known(now, ids)
        )
    ]
    found.append(on_the_road(progress(view), operation))
    left = tuple(dict.fromkeys(name for group in groups for name in group.people.reports))
    waits = left_to_move(groups) if groups else None
    found.append(
        Figure(
            f"waiting:{operation}", "fig.waiting", waits, rule="rule.waiting", reports=left, known=last_known(now, left)
        )
    )
    return found


def of_name(view: View, name: str) -> Figure | None:
    """Return a figure by its name, None where there is none."""
    kind, _, key = name.partition(":")
    make = KINDS.get(kind)
    return make(view, key) if make else None


def _of(kind: str) -> Callable[[View, str], Figure | None]:
    def make(view: View, key: str) -> Figure | None:
        if not any(one.id == key for one in view.situation.operations):
            return None
        return next((one for one in of_movement(view, key) if one.name == f"{kind}:{key}"), None)

    return make


def _inside(view: View, key: str) -> Figure | None:
    count = view.situation.headcount(key)
    if count is None:
        return None
    e = count.start
    three = (e.quantile(0.1), e.quantile(0.5), e.quantile(0.9))
    return Figure(
        f"inside:{key}",
        "fig.inside",
        three,
        rule=e.rule,
        reports=e.reports,
        known=last_known(view.situation, e.reports),
    )


def _site(view: View, key: str) -> Figure | None:
    site = next((each for each in view.situation.sites if each.id == key), None)
    if site is None:
        return None
    groups = [group for group in view.situation.groups if group.site == key]
    here = [report.id for report in valid(view.situation) if report.place == key]
    ids = tuple(dict.fromkeys((*site.reports, *(n for g in groups for n in g.people.reports), *here)))
    waits = left_to_move(groups) if groups else None
    return Figure(
        f"site:{key}",
        "fig.site",
        waits,
        rule="rule.waiting" if groups else "",
        reports=ids,
        known=last_known(view.situation, ids),
    )


def _leg(view: View, key: str) -> Figure | None:
    start, _, end = key.partition(">")
    leg = view.situation.leg(start, end)
    if leg is None:
        return None
    three = (leg.minutes.quantile(0.1), leg.minutes.quantile(0.5), leg.minutes.quantile(0.9))
    return Figure(
        f"leg:{key}",
        "fig.leg",
        three,
        unit="minutes",
        rule=leg.basis,
        reports=leg.reports,
        known=last_known(view.situation, leg.reports),
    )


def _movement(view: View, key: str) -> Figure | None:
    one = next((each for each in progress(view) if each.movement == key), None)
    if one is None:
        return None
    ids = tuple(dict.fromkeys(name for tally in one.people for name in tally.reports))
    told = tuple(r.id for r in valid(view.situation) if r.subject == key)
    both = tuple(dict.fromkeys((*ids, *told)))
    return Figure(
        f"movement:{key}", "fig.movement", None, rule="", reports=both, known=last_known(view.situation, both)
    )


def _capacity(view: View, key: str) -> Figure | None:
    site = next((each for each in view.situation.sites if each.id == key and each.capacity), None)
    if site is None or site.capacity is None:
        return None
    e = site.capacity
    return Figure(
        f"capacity:{key}",
        "fig.capacity",
        (e.quantile(0.1), e.quantile(0.5), e.quantile(0.9)),
        rule=e.rule,
        reports=e.reports,
        known=last_known(view.situation, e.reports),
    )


KINDS: dict[str, Callable[[View, str], Figure | None]] = {
    "out": _of("out"),
    "road": _of("road"),
    "waiting": _of("waiting"),
    "inside": _inside,
    "site": _site,
    "leg": _leg,
    "movement": _movement,
    "capacity": _capacity,
}


def about_of(view: View, figure: Figure) -> str:
    """Return what a figure is about, by name."""
    return names.subject(view.situation, figure.name.partition(":")[2].replace(">", ", "), view.w)


def three_shown(three: Three | None, w: ConsoleWords, *, hours: bool = False) -> tuple[Child, Child]:
    """Return the middle and the interval of a figure as they are read."""
    if three is None:
        return w("nobody_knows"), None
    low, middle, high = three
    if math.isclose(low, high):
        shown = w.count(round(middle)) if not hours else w.hours(middle)
        return el("bdi", shown), None
    said = w.hours(middle) if hours else w.about(middle)
    span = w("span", low=w.hours(low), high=w.hours(high)) if hours else w("span", low=w.about(low), high=w.about(high))
    return el("bdi", said), el("bdi", span)


def ago(moment: datetime | None, at: datetime, w: ConsoleWords) -> str:
    """Return how long ago something was, in the largest unit that says enough."""
    if moment is None:
        return w("never")
    minutes = (at - moment).total_seconds() / 60
    if minutes < 1:
        return w("just.now")
    if minutes < 60:
        return w.plural("ago.minutes", int(minutes))
    if minutes < 48 * 60:
        return w.plural("ago.hours", int(minutes / 60))
    return w.plural("ago.days", int(minutes / 1440))


def fact_label(fact: str, w: ConsoleWords) -> str:
    """Return what a fact of facts.csv is called."""
    found = facts().get(fact)
    return found.label(w.lang) if found else fact
