"""The two pictures of the first page: the map as the level may show it, and people out hour by hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import msgspec

from corridor.publishing import names
from corridor.publishing.drawing import Scale, round_up, svg, words_at
from corridor.publishing.figures import Point
from corridor.publishing.map import panels
from corridor.publishing.markup import Child, Markup, el, number
from corridor.publishing.outlook import time_axis
from corridor.publishing.release.stage import Release
from corridor.publishing.words import Words
from corridor.situation.situation import Situation

WIDTH = 360


def pair(release: Release, w: Words) -> Markup:
    """Return the map beside people out over time."""
    drawn = panels(_one(release), w, WIDTH)
    caption = w("rel.map.grid", km=w.count(release.rules.grid_km)) if release.rules.grid_km else w("map.caption")
    first = el("figure", drawn, el("figcaption", caption))
    return el("div", first, _flows(release, w), class_="pair")


def _one(release: Release) -> Situation:
    """Return the situation for the map: without a corridor all receptions stand in one panel."""
    situation = release.situation
    if release.rules.route == "full" or not situation.operations:
        return situation
    receptions = tuple(name for operation in situation.operations for name in operation.receptions)
    whole = msgspec.structs.replace(situation.operations[0], receptions=receptions)
    return msgspec.structs.replace(situation, operations=(whole,))


def _flows(release: Release, w: Words) -> Markup:
    charts: list[Child] = []
    for operation in release.situation.operations:
        points = [point for point in release.series if point.operation == operation.id]
        if points:
            place = names.place(release.situation, operation.area, w)
            charts.append(flow(points, w("rel.flow", place=place), w, WIDTH, 190))
    if not charts:
        return el("figure", el("p", w("rel.flow.none")))
    return el("figure", charts, el("figcaption", w("rel.flow.caption")))


def flow(points: Sequence[Point], label: str, w: Words, width: int, height: int) -> Markup:
    """Return people out over time as a line in its range; a count too small to show stands at the foot."""
    first, last = points[0].at, points[-1].at
    x = Scale(0, max((last - first) / timedelta(hours=1), 1), 48, width - 12)
    y = Scale(0, round_up(max([point.high or 0 for point in points] + [1])), height - 34, 34)
    parts: list[Child] = [words_at(4, 16, label, "maptitle")]
    for people in y.ticks(3):
        parts.append(el("line", x1=x.start, y1=y(people), x2=x.end, y2=y(people), class_="grid"))
        parts.append(words_at(x.start - 6, y(people) + 4, w.count(people), "tick", "end"))
    parts.append(time_axis(first, x, height - 34, 3, w))

    def line(values: Sequence[float | None]) -> str:
        spots = [(x((p.at - first) / timedelta(hours=1)), y(v or 0)) for p, v in zip(points, values, strict=True)]
        return "L".join(f"{number(a)} {number(b)}" for a, b in spots)

    up = line([point.high for point in points])
    down = "L".join(reversed(line([point.low for point in points]).split("L")))
    parts.append(el("path", d=f"M{up}L{down}z", class_="band outer"))
    parts.append(el("path", d=f"M{line([point.middle for point in points])}", class_="p50"))
    return svg(width, height, label, parts)
