"""What the forecast says beside the end: each place over time, arrivals, last departures, waiting, aid, and causes."""

from __future__ import annotations

import math
from datetime import timedelta

from corridor.forecasting.forecast import Forecast, Need, PartBands
from corridor.publishing import names
from corridor.publishing.drawing import NARROW, Scale, both, figure, round_up, svg, words_at
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.markup import Child, Markup, el, join, number, table
from corridor.publishing.outlook import time_axis
from corridor.publishing.words import Words

Three = tuple[float, float, float]
CONVOYS = 12  # The next ones; the file of the forecast has all.


def meanwhile(forecast: Forecast, w: Words, notes: Footnotes) -> Markup:
    """Return every part that the forecast has; nothing for a forecast of an earlier version."""
    method = notes.method("forecast", w("method.forecast", runs=w.count(forecast.runs), seed=forecast.seed))
    parts: list[Child] = []
    for build in (_places, _arrivals, _departures, _waiting, _aid, _causes):
        parts += build(forecast, w, method)
    return join(parts)


def _three(values: Three, w: Words) -> str:
    return w("p50_range", mid=w.about(values[1]), span=w.span(values[0], values[2]))


def _name(forecast: Forecast, name: str, w: Words) -> str:
    return names.place(forecast.plan.situation, name, w)


def _places(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    """Return people out of each pickup and at each reception over time, and the days of half and nine tenths."""
    shown: list[Child] = []
    for item in forecast.parts:
        wanted = (item.part == "pickup" and item.quantity == "out") or item.part == "reception"
        if wanted and max(item.p90, default=0) > 0:
            label = w(f"part.{item.part}", place=_name(forecast, item.name, w))
            drawing = both(lambda width, item=item, label=label: _part_chart(forecast, item, label, w, width))  # type: ignore[misc]
            shown.append(figure(f"{item.part}-{item.operation}-{item.name}", drawing, [label, ". ", method]))
    rows: list[list[Child]] = [
        [_name(forecast, item.site, w), _day(forecast, item.half, w), _day(forecast, item.nine_tenths, w)]
        for item in forecast.milestones
    ]
    if rows:
        head = [w("place"), w("half.head"), w("nine.head")]
        shown.append(table(head, rows, caption=w("milestones.caption")))
    return [el("h3", w("places.title")), *shown] if shown else []


def _day(forecast: Forecast, hours: Three, w: Words) -> str:
    """Return the day of a middle figure with the hours from P10 to P90."""
    if math.isinf(hours[1]):
        return w("beyond")
    day = w.day(forecast.start + timedelta(hours=hours[1]))
    late = w.hours(hours[2])
    return w("p50_range", mid=day, span=w("span", low=w.hours(hours[0]), high=late))


def _part_chart(forecast: Forecast, item: PartBands, label: str, w: Words, width: int) -> Markup:
    narrow = width <= NARROW
    height = 170 if narrow else 190
    x = Scale(0, max(item.hours[-1], 1.0), 52 if narrow else 66, width - (12 if narrow else 20))
    y = Scale(0, round_up(max(item.p90)), height - 40, 12)
    parts: list[Child] = []
    for people in y.ticks(3):
        parts.append(el("line", x1=x.start, y1=y(people), x2=x.end, y2=y(people), class_="grid"))
        parts.append(words_at(x.start - 8, y(people) + 4, w.count(people), "tick", "end"))
    parts.append(time_axis(forecast.start, x, height - 40, 3 if narrow else 8, w))
    up = [(x(h), y(v)) for h, v in zip(item.hours, item.p90, strict=True)]
    down = [(x(h), y(v)) for h, v in zip(item.hours, item.p10, strict=True)]
    middle = [(x(h), y(v)) for h, v in zip(item.hours, item.p50, strict=True)]
    parts.append(el("path", d=_line([*up, *reversed(down)]) + "z", class_="band outer"))
    parts.append(el("path", d=_line(middle), class_="p50"))
    return svg(width, height, label, parts)


def _line(points: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(px)} {number(py)}" for px, py in points)


def _arrivals(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    shown: list[Child] = []
    for item in forecast.arrivals:
        rows: list[list[Child]] = []
        for index, (until, people) in enumerate(zip(item.until_hours, item.people, strict=True)):
            begin = item.until_hours[index - 1] if index else 0.0
            start, end = (forecast.start + timedelta(hours=hour) for hour in (begin, until))
            rows.append([w("from_until", start=w.moment(start), end=w.clock(end)), _three(people, w)])
        caption = w("arrivals.caption", place=_name(forecast, item.reception, w))
        shown.append(table([w("moment.head"), w("people")], rows, caption=caption))
    return [el("h3", w("arrivals.title"), method), *shown] if shown else []


def _departures(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    """Return, for the next convoys, the last departure that is safe if the corridor closes at each moment."""
    closes = sorted({row.at for row in forecast.closes})
    if not closes or not forecast.convoys:
        return []
    safe = [dict(forecast.last_safe_departures(moment)) for moment in closes]
    planned = {convoy.id: convoy for convoy in forecast.plan.convoys}
    rows: list[list[Child]] = [
        [
            names.bare(item.convoy),
            w.moment(planned[item.convoy].depart) if item.convoy in planned else "",
            *(w.moment(each[item.convoy]) for each in safe),
        ]
        for item in forecast.convoys[:CONVOYS]
    ]
    head = [w("convoy"), w("planned.head"), *(w("closes.on", moment=w.moment(moment)) for moment in closes)]
    more = len(forecast.convoys) - len(rows)
    rest = [el("p", w.plural("table.more", more))] if more > 0 else []
    return [
        el("h3", w("safe.title")),
        el("p", w("safe.text"), method),
        table(head, rows, caption=w("safe.caption")),
        *rest,
    ]


def _waiting(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    rows: list[list[Child]] = [
        [
            names.operation(forecast.plan.situation, item.operation, w),
            _three(item.person_hours, w),
            _three(item.held_person_hours, w),
        ]
        for item in forecast.waiting
    ]
    if not rows:
        return []
    head = [w("subject.operation"), w("waiting.all"), w("waiting.held")]
    return [el("h3", w("waiting.title")), el("p", w("waiting.text"), method), table(head, rows)]


def _aid(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    shown: list[Child] = []
    for operation in dict.fromkeys(need.operation for need in forecast.needs):
        mine = [need for need in forecast.needs if need.operation == operation]
        rows: list[list[Child]] = [
            [
                w(f"aid.{need.item}"),
                w("aid.amount", middle=_amount(need, need.middle, w), high=_amount(need, need.high, w)),
                el("span", need.source, class_="by", lang="en" if w.lang != "en" else None),
            ]
            for need in mine
        ]
        name = names.operation(forecast.plan.situation, operation, w)
        caption = w("aid.caption", hours=w.hours(mine[0].hours), place=name)
        shown.append(table([w("aid.item"), w("aid.need"), w("source")], rows, caption=caption))
    return [el("h3", w("aid.title")), el("p", w("aid.text"), method), *shown] if shown else []


def _amount(need: Need, value: float, w: Words) -> str:
    return w(f"unit.{need.item}", n=w.about(value))


def _causes(forecast: Forecast, w: Words, method: Markup) -> list[Child]:
    if not forecast.causes:
        return []
    ranked = sorted(forecast.causes, key=lambda item: -item.share)
    drawing = both(lambda width: _cause_chart([(item.cause, item.share) for item in ranked], w, width))
    return [el("h3", w("causes.title")), figure("causes", drawing, [w("causes.text"), method])]


def _cause_chart(shares: list[tuple[str, float]], w: Words, width: int) -> Markup:
    narrow = width <= NARROW
    left = 12.0 if narrow else 200.0
    x, step = Scale(0, 1, left, width - 60), 44 if narrow else 30
    parts: list[Child] = []
    for index, (cause, share) in enumerate(shares):
        y = 6 + index * step
        label = w(f"cause.{cause}")
        parts.append(
            words_at(left, y + 12, label, "name") if narrow else words_at(left - 12, y + 15, label, "name", "end")
        )
        y += 18 if narrow else 0
        end = x(max(share, 0.0))
        parts.append(el("rect", x=left, y=y, width=max(end - left, 1), height=20, class_="share moving"))
        parts.append(words_at(end + 8, y + 15, w.percent(max(share, 0.0)), "tick"))
    return svg(width, 10 + len(shares) * step, w("chart.causes"), parts)
