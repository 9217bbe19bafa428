"""What may come: people out over time as bands, the clearance time as dots, and where people are if it closes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

from corridor.forecasting.forecast import Bands, Forecast
from corridor.publishing.drawing import NARROW, Scale, round_up, svg, time_ticks, width_of, words_at
from corridor.publishing.markup import Child, Markup, el, number, table
from corridor.publishing.words import Words

DOTS = 20
TABLE_ROWS = 14
# A tick this near to the edge of a drawing has its words to its right.
EDGE = 24
TICK = 11.5  # the size of its letters, as the style sheet has it


def out_bands(forecast: Forecast, operation: str) -> Bands | None:
    """Return the bands of people out of an operation."""
    found = (b for b in forecast.bands if b.operation == operation and b.quantity == "out")
    return next(found, None)


def staircase(forecast: Forecast, operation: str) -> list[tuple[float, int]]:
    """Return the plan itself as (hours, people out): a step at each planned convoy's arrival, the reserve left out."""
    steps, people = [(0.0, 0)], 0
    mine = [convoy for convoy in forecast.plan.planned if convoy.operation == operation]
    for convoy in sorted(mine, key=lambda convoy: convoy.arrive):
        people += convoy.people
        steps.append(((convoy.arrive - forecast.start).total_seconds() / 3600, people))
    return steps


def band_chart(forecast: Forecast, bands: Bands, w: Words, width: int) -> Markup:
    """Return people out over time: P10 to P90, P25 to P75, the median, and the plan's own staircase."""
    narrow = width <= NARROW
    height = 300 if narrow else 400
    steps = staircase(forecast, bands.operation)
    last = _until(forecast, bands, steps)
    x = Scale(0, last, 52 if narrow else 66, width - (12 if narrow else 20))
    y = Scale(0, round_up(max([*bands.p90, *(n for _, n in steps), 1])), height - 44, 18)
    parts: list[Child] = []
    for people in y.ticks(5):
        parts.append(el("line", x1=x.start, y1=y(people), x2=x.end, y2=y(people), class_="grid"))
        parts.append(words_at(x.start - 8, y(people) + 4, w.count(people), "tick", "end"))
    parts.append(time_axis(forecast.start, x, height - 44, 3 if narrow else 8, w))
    kept = [i for i, hour in enumerate(bands.hours) if hour <= last + 1e-9]
    hours = [bands.hours[i] for i in kept]
    for low, high, tone in ((bands.p10, bands.p90, "outer"), (bands.p25, bands.p75, "inner")):
        up = [(x(h), y(high[i])) for h, i in zip(hours, kept, strict=True)]
        down = [(x(h), y(low[i])) for h, i in zip(hours, kept, strict=True)]
        parts.append(el("path", d=_path([*up, *reversed(down)]) + "z", class_=f"band {tone}"))
    middle = [(x(h), y(bands.p50[i])) for h, i in zip(hours, kept, strict=True)]
    parts.append(el("path", d=_path(middle), class_="p50"))
    parts.append(el("path", d=_stairs(steps, x, y), class_="stairs"))
    return svg(width, height, w("chart.bands"), parts)


def _until(forecast: Forecast, bands: Bands, steps: Sequence[tuple[float, int]]) -> float:
    """Return the last hour worth drawing: the P90 of the clearance time where there is one, and the whole plan."""
    slow = forecast.quantile(0.9)
    end = max(bands.hours, default=1.0)
    wanted = max(end if math.isinf(slow) else slow * 1.05, *(hour for hour, _ in steps), 1.0)
    return min(wanted, max(end, steps[-1][0]))


def time_axis(start: datetime, x: Scale, foot: float, wanted: int, w: Words) -> Markup:
    """Return a foot of round hours and days for a scale of hours after a moment."""
    parts: list[Child] = [el("line", x1=x.start, y1=foot, x2=x.end, y2=foot, class_="axis")]
    for tick in time_ticks(start, start + timedelta(hours=x.high), wanted):
        at = x((tick - start).total_seconds() / 3600)
        parts.append(el("line", x1=at, y1=foot, x2=at, y2=foot + 5, class_="axis"))
        midnight = w.local(tick).hour == 0
        said = w.short_day(tick) if midnight else w.clock(tick)
        half = max(EDGE, width_of(said, TICK) / 2)
        anchor = "end" if at > x.end - 16 else "start" if at < half else "middle"
        parts.append(words_at(at, foot + 20, said, "tick strong" if midnight else "tick", anchor))
    return el("g", parts)


def _path(points: Sequence[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(px)} {number(py)}" for px, py in points) if points else "M0 0"


def _stairs(steps: Sequence[tuple[float, int]], x: Scale, y: Scale) -> str:
    path = f"M{number(x(steps[0][0]))} {number(y(0))}"
    return path + "".join(f"H{number(x(hour))}V{number(y(people))}" for hour, people in steps[1:])


def band_keys(w: Words) -> Markup:
    """Return what the bands and lines of the chart mean."""
    keys = [el("span", el("i", class_=f"key {key}"), w(f"legend.{key}")) for key in ("outer", "inner", "p50", "stairs")]
    return el("p", keys, class_="keys")


def band_table(forecast: Forecast, bands: Bands, w: Words) -> Markup:
    """Return the bands at some hours as numbers."""
    step = max(len(bands.hours) // TABLE_ROWS, 1)
    rows: list[list[Child]] = [
        [
            w.moment(forecast.start + timedelta(hours=bands.hours[i])),
            *(w.about(level[i]) for level in (bands.p10, bands.p25, bands.p50, bands.p75, bands.p90)),
        ]
        for i in range(0, len(bands.hours), step)
    ]
    return table([w("moment.head"), "P10", "P25", "P50", "P75", "P90"], rows, caption=w("bands.caption"))


def dot_chart(forecast: Forecast, w: Words, width: int) -> Markup:
    """Return the clearance time as twenty dots, each a twentieth of the runs (a quantile dot plot, Kay et al. 2016)."""
    narrow = width <= NARROW
    quantiles = [forecast.quantile((i + 0.5) / DOTS) for i in range(DOTS)]
    done = [hours for hours in quantiles if not math.isinf(hours)]
    late = len(quantiles) - len(done)
    end = max([*done, forecast.plan.clearance_minutes / 60, 1.0]) * 1.06
    side = 96 if late else 16
    x = Scale(0, end, 16, width - side)
    radius = 7.5 if narrow else 11.0
    piles: dict[int, int] = {}
    parts: list[Child] = []
    placed: list[tuple[float, int]] = []
    for hours in done:
        pile = int(x(hours) // (2 * radius + 1))
        piles[pile] = piles.get(pile, 0) + 1
        placed.append(((pile + 0.5) * (2 * radius + 1), piles[pile]))
    tallest = max([*piles.values(), math.ceil(late / 3), 3])
    foot = 34 + tallest * (2 * radius + 1)
    for at, level in placed:
        parts.append(el("circle", cx=at, cy=foot - (level - 0.5) * (2 * radius + 1), r=radius, class_="run"))
    for index in range(late):
        at = width - side + 22 + (index % 3) * (2 * radius + 1)
        level = index // 3
        parts.append(el("circle", cx=at, cy=foot - (level + 0.5) * (2 * radius + 1), r=radius, class_="run late"))
    if late:
        said = w("later_than", hours=w.hours(forecast.horizon_hours))
        level = math.ceil(late / 3)
        parts.append(words_at(width - 4, foot - level * (2 * radius + 1) - 8, said, "tick", "end"))
    parts.append(time_axis(forecast.start, x, foot, 3 if narrow else 7, w))
    planned = x(forecast.plan.clearance_minutes / 60)
    parts.append(el("line", x1=planned, y1=24, x2=planned, y2=foot, class_="stairs"))
    anchor = "end" if planned > width / 2 else "start"
    parts.append(words_at(planned + (-6 if anchor == "end" else 6), 20, w("plan_ends"), "small", anchor))
    return svg(width, foot + 28, w("chart.dots"), parts)


def closes_chart(forecast: Forecast, operation: str, w: Words, width: int) -> Markup:
    """Return, for each moment at which the corridor may close, the medians out, on the road and waiting as one bar."""
    narrow = width <= NARROW
    rows = [row for row in forecast.closes if row.operation == operation]
    left = 12.0 if narrow else 190.0
    most = max((sum(part[1] for part in (row.out, row.on_the_road, row.waiting)) for row in rows), default=1) or 1
    x = Scale(0, most, left, width - 12)
    step = 44 if narrow else 30
    parts: list[Child] = []
    for index, row in enumerate(rows):
        y = 6 + index * step
        at = words_at(left, y + 12, w.moment(row.at), "name")
        parts.append(at if narrow else words_at(left - 12, y + 15, w.moment(row.at), "name", "end"))
        y += 18 if narrow else 0
        from_ = 0.0
        for tone, (_, mid, _) in (("out", row.out), ("moving", row.on_the_road), ("waits", row.waiting)):
            a, b = x(from_), x(from_ + mid)
            from_ += mid
            parts.append(el("rect", x=a, y=y, width=max(b - a - 1, 0), height=21, class_=f"share {tone}"))
            said = w.about(mid)
            if b - a > len(said) * 8 + 8:
                parts.append(words_at((a + b) / 2, y + 15, said, f"on {tone}", "middle"))
    return svg(width, 10 + len(rows) * step, w("chart.closes"), parts)


def closes_table(forecast: Forecast, operation: str, w: Words) -> Markup:
    """Return the same with P10, P50 and P90."""
    rows: list[list[Child]] = []
    for row in forecast.closes:
        if row.operation == operation:
            parts = (row.out, row.on_the_road, row.waiting)
            cells = [w("p50_range", mid=w.about(p[1]), span=w.span(p[0], p[2])) for p in parts]
            rows.append([w.moment(row.at), *cells])
    return table([w("closes.at"), w("closes.out"), w("closes.moving"), w("closes.waits")], rows)
