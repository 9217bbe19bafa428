"""The plan drawn and tabled: each convoy over time, and who goes when."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from corridor.planning.plan import Convoy, Plan
from corridor.publishing import names, tied
from corridor.publishing.drawing import NARROW, Scale, svg, width_of, words_at
from corridor.publishing.markup import Child, Markup, el, table
from corridor.publishing.outlook import time_axis
from corridor.publishing.words import Words

SHOWN_ROWS = 8
TALLEST = 560
TONES = 4


def vehicles_of(convoy: Convoy) -> dict[str, int]:
    """Return how many vehicles of each type a convoy has."""
    return dict(sorted(Counter(names.vehicle_type(trip.vehicle) for trip in convoy.trips).items()))


def people_of(plan: Plan, convoy: Convoy) -> dict[str, int]:
    """Return the people of a convoy by group, companions under their own name."""
    kinds = {group.id: group.id for group in plan.situation.groups}
    people: dict[str, int] = {}
    for trip in convoy.trips:
        for group, count in trip.load.items():
            name = kinds.get(group, group)
            people[name] = people.get(name, 0) + count
    return dict(sorted(people.items()))


def label(plan: Plan, convoy: Convoy) -> str:
    """Return what a convoy is called: its short id, or the whole one where several operations have convoys."""
    several = len({each.operation for each in plan.convoys}) > 1
    return convoy.id if several else names.bare(convoy.id)


def gantt(plan: Plan, w: Words, width: int) -> Markup:
    """Return the convoys as bars over time: boarding light, under way solid, unloading light; the reserve outlined."""
    narrow = width <= NARROW
    convoys = sorted(plan.convoys, key=lambda convoy: (convoy.depart, convoy.id))
    row = min(max(TALLEST / max(len(convoys), 1), 5.0), 22.0)
    labels = [label(plan, convoy) for convoy in convoys]
    top, left = 10.0, 14.0 + max((width_of(said, 11.5) for said in labels), default=30.0)
    last = max((_end(convoy) for convoy in convoys), default=plan.start)
    hours = max((last - plan.start).total_seconds() / 3600, 1.0)
    x = Scale(0, hours, left, width - 14)
    foot = top + row * len(convoys) + 6
    pickups = sorted({convoy.pickup for convoy in convoys})
    parts: list[Child] = []
    for opens, closes in tied.open_hours(plan):
        a, b = x(min(_hours(plan, opens), hours)), x(min(_hours(plan, closes), hours))
        parts.append(el("rect", x=a, y=top - 6, width=max(b - a, 0), height=foot - top, class_="openhours"))
    every = max(round(16 / row), 1)
    for index, convoy in enumerate(convoys):
        y = top + row * index
        tone = f"tone{pickups.index(convoy.pickup) % TONES}" + (" reserve" if convoy.reserve else "")
        board = min((trip.board_start for trip in convoy.trips), default=convoy.depart)
        night = convoy.night
        spans = (
            (board, convoy.depart, "wait"),
            (convoy.depart, night.arrive if night else convoy.arrive, "go"),
            *(((night.arrive, night.depart, "wait"), (night.depart, convoy.arrive, "go")) if night else ()),
            (convoy.arrive, _end(convoy), "wait"),
        )
        for begin, end, phase in spans:
            a, b = x(_hours(plan, begin)), x(_hours(plan, end))
            shape = {"x": a, "y": y + row * 0.12, "width": max(b - a, 0.6), "height": row * 0.76}
            parts.append(el("rect", **shape, rx=min(row / 5, 3), class_=f"convoybar {phase} {tone}"))
        for begin, length in (
            (convoy.depart - tied.held_before(convoy), tied.held_before(convoy)),
            (convoy.arrive, tied.held_after(convoy)),
        ):
            if length:
                a, b = x(_hours(plan, begin)), x(_hours(plan, begin + length))
                parts.append(el("line", x1=a, x2=b, y1=y + row * 0.5, y2=y + row * 0.5, class_="held"))
        if index % every == 0:
            parts.append(words_at(left - 8, y + row / 2 + 4, labels[index], "tick", "end"))
    for _, _, _, moment in tied.gates(plan):
        at = x(_hours(plan, moment))
        parts.append(el("line", x1=at, x2=at, y1=top - 6, y2=foot, class_="gate"))
    parts.append(time_axis(plan.start, x, foot, 3 if narrow else 8, w))
    return svg(width, foot + 28, w("chart.gantt"), parts)


def _hours(plan: Plan, moment: datetime) -> float:
    return (moment - plan.start).total_seconds() / 3600


def _end(convoy: Convoy) -> datetime:
    return max((trip.unload_end for trip in convoy.trips), default=convoy.arrive)


def gantt_key(plan: Plan, w: Words) -> Markup:
    """Return what the colours of the bars mean: one for each pickup, outlined for the reserve."""
    pickups = sorted({convoy.pickup for convoy in plan.convoys})
    keys: list[Child] = [
        el("span", el("i", class_=f"key tone{i % TONES}"), w("from_pickup", place=names.place(plan.situation, p, w)))
        for i, p in enumerate(pickups)
    ]
    shown = (
        ("held", any(tied.held_before(c) or tied.held_after(c) for c in plan.convoys)),
        ("openhours", bool(tied.open_hours(plan))),
        ("gate", bool(tied.gates(plan))),
    )
    keys += [el("span", el("i", class_=f"key {name}"), w(f"{name}_key")) for name, there in shown if there]
    if any(convoy.reserve for convoy in plan.convoys):
        keys.append(el("span", el("i", class_="key reserve"), w("reserve_key")))
    return el("p", keys, class_="keys")


def movement_table(plan: Plan, w: Words) -> Markup:
    """Return who goes when: the first convoys open, the others folded in on a screen and printed on paper."""
    rows = []
    day = None
    for convoy in sorted(plan.convoys, key=lambda convoy: (convoy.depart, convoy.id)):
        here = w.local(convoy.depart).date()
        depart = w.clock(convoy.depart) if here == day else w.moment(convoy.depart)
        day = here
        rows.append(_row(plan, convoy, depart, w))
    keys = ("convoy", "depart", "arrive", "from_to", "vehicles", "people", "by_group", "held", "lead")
    head = [w(key) for key in keys]
    first = table(head, rows[:SHOWN_ROWS], caption=w("table.first"), class_="movement")
    if len(rows) <= SHOWN_ROWS:
        return first
    rest = table(head, rows[SHOWN_ROWS:], caption=w("table.rest"), class_="movement")
    fold = el("details", el("summary", w.plural("table.more", len(rows) - SHOWN_ROWS)), rest, class_="print")
    return Markup(first + fold)


def _row(plan: Plan, convoy: Convoy, depart: str, w: Words) -> list[Child]:
    mark = el("span", w("reserve"), class_="badge") if convoy.reserve else None
    kinds = [w.some(kind, n) for kind, n in vehicles_of(convoy).items()]
    start, end = (names.place(plan.situation, site, w) for site in (convoy.pickup, convoy.reception))
    way = w("way", start=start, end=end)
    return [
        [label(plan, convoy), mark],
        depart,
        w.clock(convoy.arrive),
        way,
        ", ".join(kinds),
        w.count(convoy.people),
        _aboard(convoy, w),
        _held(plan, convoy, w),
        names.leads(convoy.lead, w),
    ]


def _aboard(convoy: Convoy, w: Words) -> Child:
    """Return who travels with whom: the people by the type of vehicle that carries them."""
    by_type: dict[str, dict[str, int]] = {}
    for trip in convoy.trips:
        aboard = by_type.setdefault(names.vehicle_type(trip.vehicle), {})
        for group, count in trip.load.items():
            aboard[group] = aboard.get(group, 0) + count
    # "500 families" would count families: the figure is of people.
    told = {
        kind: ", ".join(
            w("group_count", group=names.group(group, w), n=w.count(n)) for group, n in sorted(aboard.items())
        )
        for kind, aboard in sorted(by_type.items())
    }
    if len(told) == 1:
        return next(iter(told.values()))
    return [el("div", w("aboard", vehicles=w.known(f"vehicles.{kind}", kind), who=who)) for kind, who in told.items()]


def _held(plan: Plan, convoy: Convoy, w: Words) -> str:
    """Return how long people sit in standing vehicles, before departure and where they are unloaded, and any night."""
    said = [
        w(key, n=w.count(round(length.total_seconds() / 60)))
        for key, length in (("held.before", tied.held_before(convoy)), ("held.after", tied.held_after(convoy)))
        if length
    ]
    if convoy.night is not None:
        place = names.place(plan.situation, convoy.night.site, w)
        begins, ends = w.moment(convoy.night.arrive), w.moment(convoy.night.depart)
        said.append(w("held.night", place=place, begins=begins, ends=ends))
    return w("joint").join(said) or "–"
