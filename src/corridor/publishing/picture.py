"""The operation told in pictures, hour by hour: small maps, the flow, the timeline; offline, as PNG and as SVG."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime

from corridor.publishing import names
from corridor.publishing.believed import title
from corridor.publishing.drawing import WIDE, both, svg, words_at
from corridor.publishing.figures import Point
from corridor.publishing.footnotes import Footnotes
from corridor.publishing.frame import KM_PER_DEGREE, Frame
from corridor.publishing.map import located
from corridor.publishing.markup import Child, Markup, el, join, number
from corridor.publishing.release.stage import Release
from corridor.publishing.sitrep.content import foot, mark
from corridor.publishing.sitrep.drawings import flow
from corridor.publishing.sitrep.sitrep import whole
from corridor.publishing.sitrep.telling import one
from corridor.publishing.timeline import timeline
from corridor.publishing.typeset import drawing, rasters
from corridor.publishing.words import Words, words
from corridor.situation.site import Site

FRAMES = 12
FRAME_WIDTH, FRAME_HEIGHT = 290, 244
MAP_HEIGHT = 130
ACROSS = 3
MARGIN = 34
LARGEST = 24.0
DENSITY = 144.0


def moments(release: Release) -> list[datetime]:
    """Return the full hours that the frames show: spread over the series, the last one always among them."""
    known = sorted({point.at for point in release.series})
    if len(known) <= FRAMES:
        return known
    step = (len(known) - 1) / (FRAMES - 1)
    return [known[round(at * step)] for at in range(FRAMES)]


def frames(release: Release, w: Words) -> list[Markup]:
    """Return one small drawing for each moment."""
    return [_frame(release, at, w) for at in moments(release)]


def _frame(release: Release, at: datetime, w: Words) -> Markup:
    parts: list[Child] = [
        el("rect", x=0, y=0, width=FRAME_WIDTH, height=FRAME_HEIGHT, class_="ground"),
        words_at(10, 20, w.moment(at), "maptitle"),
    ]
    sites = [site for site in located(release.situation) if site.id in _used(release)]
    if sites:
        view = _view(sites)
        parts.append(el("g", _map(release, sites, view, at), transform=f"translate(0 {number(26)})"))
    y = MAP_HEIGHT + 46
    for operation in release.situation.operations[:2]:
        point = _point(release, operation.id, at)
        where = names.place(release.situation, operation.area, w)
        out = w("pic.out", where=where, n=one(point.middle, release.rules, w)) if point else w("pic.none", where=where)
        halted = _halted(release, operation.id, at)
        parts.append(words_at(10, y, out, "name strong"))
        parts.append(
            words_at(10, y + 16, w("pic.stands") if halted else w("pic.open"), "small" if not halted else "people")
        )
        y += 36
    return svg(FRAME_WIDTH, FRAME_HEIGHT, w("pic.frame", moment=w.moment(at)), parts)


def _view(sites: Sequence[Site]) -> Frame:
    """Return the frame of a small map, which has room for circles and not for names."""
    at = [(site.latitude or 0, site.longitude or 0) for site in sites]
    middle = (min(y for y, _ in at) + max(y for y, _ in at)) / 2
    across = (min(x for _, x in at) + max(x for _, x in at)) / 2
    narrow = math.cos(math.radians(middle))
    wide = (max(x for _, x in at) - min(x for _, x in at)) * KM_PER_DEGREE * narrow
    tall = (max(y for y, _ in at) - min(y for y, _ in at)) * KM_PER_DEGREE
    room = MAP_HEIGHT - 2 * MARGIN
    scale = min((FRAME_WIDTH - 2 * MARGIN) / max(wide, 0.5), room / max(tall, 0.5))
    return Frame(middle, across, scale, FRAME_WIDTH, MAP_HEIGHT)


def _used(release: Release) -> set[str]:
    used: set[str] = set()
    for operation in release.situation.operations:
        corridor = release.situation.corridor(operation.id)
        used |= {*operation.pickups, *operation.receptions, *(corridor.sites if corridor else ())}
    return used


def _map(release: Release, sites: Sequence[Site], view: Frame, at: datetime) -> list[Child]:
    situation = release.situation
    most = max((point.middle or 0 for point in release.series), default=0) or 1
    places = {site.id: view.at(site) for site in sites}
    parts: list[Child] = []
    for order, operation in enumerate(situation.operations):
        corridor = situation.corridor(operation.id)
        known = [places[name] for name in (corridor.sites if corridor else ()) if name in places]
        tone = "halted" if _halted(release, operation.id, at) else "road" + (" other" if order else "")
        if len(known) > 1:
            path = "M" + "L".join(f"{number(x)} {number(y)}" for x, y in known)
            parts.append(el("path", d=path, class_=tone))
        point = _point(release, operation.id, at)
        ends = [places[name] for name in operation.receptions if name in places]
        if point is not None and ends:
            size = 4 + LARGEST * ((point.middle or 0) / most) ** 0.5
            parts.append(el("circle", cx=ends[0][0], cy=ends[0][1], r=size, class_="arrived"))
    parts += [el("circle", cx=x, cy=y, r=3, class_="mark") for x, y in places.values()]
    return parts


def _point(release: Release, operation: str, at: datetime) -> Point | None:
    return next((point for point in release.series if point.operation == operation and point.at == at), None)


def _halted(release: Release, operation: str, at: datetime) -> bool:
    return any(
        halt.operation == operation and halt.since <= at and (halt.until is None or halt.until > at)
        for halt in release.situation.halts
    )


def picture_html(release: Release, *, lang: str = "en") -> bytes:
    """Return the picture page: small maps, the flow, the timeline; one file that opens offline."""
    w = words(lang, release.situation.at.tzinfo)
    notes = Footnotes(release.situation, w)
    found = frames(release, w)
    head = w("pic.title", place=title(release.situation, w))
    parts: list[Child] = [
        el("p", el("strong", mark(release, w)), class_="mark"),
        el("h1", head),
        el("p", w("pic.intro"), class_="intro"),
        el("div", [el("figure", each) for each in found], class_="frames") if found else el("p", w("rel.flow.none")),
        *_flows(release, w),
        el("h2", w("day.title")),
        _story(release, w, notes),
        el("h2", w("rel.sources")),
        notes.listing(),
        foot(release, w),
    ]
    return whole(head, join(parts), w, css=("page.css", "sitrep.css")).encode()


def _flows(release: Release, w: Words) -> list[Child]:
    shown: list[Child] = []
    for operation in release.situation.operations:
        points = [point for point in release.series if point.operation == operation.id]
        if points:
            label = w("rel.flow", place=names.place(release.situation, operation.area, w))
            drawn = both(lambda width, points=points, label=label: flow(points, label, w, width, 260))  # type: ignore[misc]
            shown.append(el("figure", drawn, el("figcaption", w("rel.flow.caption"))))
    return [el("h2", w("pic.flow")), *shown] if shown else []


def _story(release: Release, w: Words, notes: Footnotes) -> Markup:
    """Return the timeline with its quotes, or the halts alone where the level has no words."""
    if release.rules.words == "full":
        return timeline(release.situation, w, notes)
    items = []
    for halt in sorted(release.situation.halts, key=lambda halt: halt.since):
        where = names.operation(release.situation, halt.operation, w)
        since = w.moment(halt.since)
        span = (
            w("rel.halt.until", since=since, until=w.moment(halt.until)) if halt.until else w("rel.halt", since=since)
        )
        behind = [reason.report for reason in halt.reasons]
        items.append(el("li", el("strong", where), w("colon"), span, notes.cite(behind), "."))
    return el("ul", items) if items else el("p", w("pic.quiet"))


def picture_svg(release: Release, *, lang: str = "en") -> bytes:
    """Return all frames as one SVG that stands by itself."""
    w = words(lang, release.situation.at.tzinfo)
    found = frames(release, w)
    rows = -(-len(found) // ACROSS) or 1
    parts: list[Child] = [words_at(10, 24, mark(release, w), "strong")]
    for at, each in enumerate(found):
        x, y = (at % ACROSS) * (FRAME_WIDTH + 10) + 10, (at // ACROSS) * (FRAME_HEIGHT + 10) + 36
        inner = each.replace("<svg", f'<svg x="{x}" y="{y}" width="{FRAME_WIDTH}" height="{FRAME_HEIGHT}"', 1)
        parts.append(Markup(inner))
    wide = max(WIDE, ACROSS * (FRAME_WIDTH + 10) + 10)
    sheet = svg(wide, rows * (FRAME_HEIGHT + 10) + 46, w("pic.title", place=title(release.situation, w)), parts)
    return drawing(sheet).encode()


def picture_pngs(release: Release, *, lang: str = "en") -> list[bytes]:
    """Return the frames as PNG, in order."""
    w = words(lang, release.situation.at.tzinfo)
    found = frames(release, w)
    return rasters(found, density=DENSITY) if found else []
