"""The plans that the pages show, the adopted and the proposed one, drawn beside what happened."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

import msgspec

from corridor.operation.progress import Standing
from corridor.planning.plan import Convoy, Plan
from corridor.publishing import names
from corridor.publishing.drawing import NARROW, Scale, svg, time_ticks, width_of, words_at
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console.figures import adopted
from corridor.server.console.texts import ConsoleWords
from corridor.server.console.view import View
from corridor.server.work import Kept
from corridor.server.worker import PLAN

TALLEST = 900
# Above the first lane there is room for the word at the line of now.
TOP = 22
_read: OrderedDict[str, Plan] = OrderedDict()


def kept(view: View) -> Kept | None:
    """Return the plan last proposed as the server keeps it; the past has none."""
    return None if view.turned else view.house.planner.results.get(PLAN)


def proposed(view: View) -> Plan | None:
    """Return the plan last proposed, read once."""
    found = kept(view)
    if found is None:
        return None
    if found.sha256 not in _read:
        _read[found.sha256] = msgspec.json.decode(found.data, type=Plan)
        while len(_read) > 4:
            _read.popitem(last=False)
    return _read[found.sha256]


def shown(view: View) -> tuple[Plan | None, str]:
    """Return the plan that a page is about, and which one it is: the proposed where asked for, else the adopted."""
    first = proposed(view) if view.query.which == "proposed" else adopted(view)
    if first is not None:
        return first, view.query.which or "adopted"
    second = proposed(view)
    return second, "proposed" if second is not None else "adopted"


def vehicles(convoy: Convoy, w: ConsoleWords) -> str:
    """Return the vehicles of a convoy by type, in words."""
    counts: dict[str, int] = {}
    for trip in convoy.trips:
        kind = names.vehicle_type(trip.vehicle)
        counts[kind] = counts.get(kind, 0) + 1
    return w("comma").join(w.some(kind, n) for kind, n in sorted(counts.items()))


def aboard(convoy: Convoy, w: ConsoleWords) -> str:
    """Return the people of a convoy by group, in words."""
    people: dict[str, int] = {}
    for trip in convoy.trips:
        for group, count in trip.load.items():
            people[group] = people.get(group, 0) + count
    return w("comma").join(f"{names.group(group, w)}{w('colon')}{w.count(n)}" for group, n in sorted(people.items()))


def _end(convoy: Convoy) -> datetime:
    return max((trip.unload_end for trip in convoy.trips), default=convoy.arrive)


def _begin(convoy: Convoy) -> datetime:
    return min((trip.board_start for trip in convoy.trips), default=convoy.depart)


class _Span:
    """A foot of time for a drawing: from the first thing to the last."""

    def __init__(self, moments: Sequence[datetime], left: float, width: int) -> None:
        self.first, self.last = min(moments), max(moments)
        hours = max((self.last - self.first).total_seconds() / 3600, 1.0)
        self.scale = Scale(0, hours, left, width - 14)

    def __call__(self, moment: datetime) -> float:
        return self.scale((moment - self.first).total_seconds() / 3600)

    def foot(self, y: float, w: ConsoleWords, wanted: int) -> Markup:
        parts: list[Child] = [el("line", x1=self.scale.start, y1=y, x2=self.scale.end, y2=y, class_="axis")]
        for tick in time_ticks(w.local(self.first), w.local(self.last), wanted):
            at = self(tick)
            said = w.short_day(tick) if w.local(tick).hour == 0 else w.clock(tick)
            parts.append(el("line", x1=at, y1=4, x2=at, y2=y, class_="grid"))
            parts.append(words_at(at, y + 18, said, "tick", "middle"))
        return el("g", parts)


def split(plan: Plan, found: Sequence[Standing]) -> tuple[list[Convoy], list[Convoy]]:
    """Return the convoys that go, first to leave first, and those in reserve of which nobody heard."""
    moved = {one.movement for one in found if one.departed or one.seen_at}
    ordered = sorted(plan.convoys, key=lambda one: (one.depart, one.id))
    waiting = [one for one in ordered if one.reserve and one.id not in moved]
    return [one for one in ordered if not one.reserve or one.id in moved], waiting


def gantt(view: View, plan: Plan, found: Sequence[Standing], width: int, *, reserve: bool = False) -> Markup:
    """Return each convoy as the plan has it, and beneath it what happened: a solid bar, open where it goes on.

    With `reserve` those in reserve alone: they would make a drawing many times as tall of a plan that is short.
    """
    w = view.w
    narrow = width <= NARROW
    convoys = split(plan, found)[reserve]
    standing = {one.movement: one for one in found}
    strangers = [] if reserve else [one for one in found if one.planned is None and (one.departed or one.seen_at)]
    row = min(max(TALLEST / max(len(convoys) + len(strangers), 1), 12.0), 26.0)
    labels = [names.bare(one.id) for one in convoys] + [names.movement(one.movement, w) for one in strangers]
    longest = 90.0 if narrow else 190.0
    left = 12 + min(max((width_of(said, 11.5) for said in labels), default=30.0), longest)
    moments = [plan.start, *(_end(one) for one in convoys), *(_begin(one) for one in convoys)]
    moments += [
        moment for one in ([] if reserve else found) for moment in (one.departed, one.arrived, one.seen_at) if moment
    ]
    x = _Span(moments, left, width)
    foot = TOP + row * (len(convoys) + len(strangers)) + 4
    parts: list[Child] = [x.foot(foot, w, 3 if narrow else 8)]
    for number, convoy in enumerate(convoys):
        y = TOP + row * number
        parts.append(_lane(view, convoy, standing.get(convoy.id), x, y, row, labels[number], left))
    for number, one in enumerate(strangers, len(convoys)):
        y = TOP + row * number
        label = words_at(left - 6, y + row / 2 + 4, labels[number][:28], "tick", "end")
        parts.append(el("g", el("title", names.movement(one.movement, w)), label, _happened(view, one, x, y, row)))
    if x.first <= view.at <= x.last:
        at = x(view.at)
        parts.append(el("line", x1=at, x2=at, y1=0, y2=foot, class_="nowline"))
        parts.append(words_at(at, TOP - 8, w("gantt.now"), "tick strong", "start" if at < width / 2 else "end"))
    return svg(width, foot + 28, w("gantt.title"), parts)


def _lane(
    view: View, convoy: Convoy, one: Standing | None, x: _Span, y: float, row: float, label: str, left: float
) -> Markup:
    w = view.w
    tone = " reserve" if convoy.reserve else ""
    said = w(
        "gantt.lane",
        name=label,
        depart=w.moment(convoy.depart),
        arrive=w.moment(convoy.arrive),
        n=w.count(convoy.people),
    )
    bars: list[Child] = []
    for begin, end, phase in (
        (_begin(convoy), convoy.depart, "wait"),
        (convoy.depart, convoy.arrive, "go"),
        (convoy.arrive, _end(convoy), "wait"),
    ):
        a, b = x(begin), x(end)
        bars.append(
            el(
                "rect",
                x=a,
                y=y + row * 0.1,
                width=max(b - a, 0.6),
                height=row * 0.38,
                rx=2,
                class_=f"convoybar {phase}{tone}",
            )
        )
    if one is not None:
        bars.append(_happened(view, one, x, y, row))
    name = words_at(left - 6, y + row / 2 + 4, label, "tick", "end")
    return el("g", el("title", said), name, bars)


def _happened(view: View, one: Standing, x: _Span, y: float, row: float) -> Child:
    begun = one.departed or one.seen_at
    if begun is None:
        return None
    ended = one.arrived or (min(max(view.at, begun), x.last) if one.state == "under way" else one.seen_at or begun)
    a, b = x(begun), x(ended)
    tone = "actual" + (" late" if one.late_minutes > 10 else "") + ("" if one.arrived else " goes")
    return el("rect", x=a, y=y + row * 0.52, width=max(b - a, 3), height=row * 0.34, rx=2, class_=tone)


def vehicle_gantt(view: View, plan: Plan, width: int) -> Markup:
    """Return each vehicle's trips over time: where one stands still there is room."""
    w = view.w
    by: dict[str, list[tuple[Convoy, datetime, datetime]]] = {}
    for convoy, trip in plan.trips():
        by.setdefault(trip.vehicle, []).append((convoy, trip.board_start, trip.unload_end))
    row = min(max(TALLEST / max(len(by), 1), 9.0), 20.0)
    left = 12 + max((width_of(names.bare(name), 11) for name in by), default=30.0)
    moments = [plan.start, *(moment for trips in by.values() for _, begin, end in trips for moment in (begin, end))]
    x = _Span(moments, left, width)
    foot = 8 + row * len(by) + 4
    parts: list[Child] = [x.foot(foot, w, 3 if width <= NARROW else 8)]
    every = max(round(13 / row), 1)
    for number, (name, trips) in enumerate(sorted(by.items())):
        y = 8 + row * number
        if number % every == 0:
            parts.append(words_at(left - 6, y + row / 2 + 4, names.bare(name), "tick", "end"))
        for convoy, begin, end in trips:
            a, b = x(begin), x(end)
            tone = "convoybar go" + (" reserve" if convoy.reserve else "")
            said = el("title", f"{names.bare(name)}: {names.bare(convoy.id)}")
            parts.append(
                el("g", said, el("rect", x=a, y=y + row * 0.15, width=max(b - a, 0.6), height=row * 0.7, class_=tone))
            )
    return svg(width, foot + 28, w("gantt.vehicles"), parts)
