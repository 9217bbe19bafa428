"""The map of the console: our own drawing, there at first paint, without a script, a tile or a graphics card."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from corridor.operation.positions import positions
from corridor.operation.progress import OVERDUE, Standing
from corridor.publishing import ground as layers
from corridor.publishing import names
from corridor.publishing.drawing import hatch, round_step, width_of
from corridor.publishing.frame import Frame, frame
from corridor.publishing.labels import Box, Placer
from corridor.publishing.map import located, waiting
from corridor.publishing.markup import Child, Markup, el, number
from corridor.server.console.figures import progress, valid
from corridor.server.console.view import View
from corridor.situation.site import Site
from corridor.situation.situation import Situation

WIDTH, TALLEST, LOWEST = 900, 560, 380
SIZE = 13
# An incident older than this is no news on the map; it stays in the log.
RECENT = timedelta(hours=24)
Point = tuple[float, float]


@dataclass(frozen=True)
class Spot:
    """Where a convoy is drawn: on the map, heard of or expected, and how long nobody heard of it."""

    standing: Standing
    at: Point
    silent: bool


def drawn(view: View) -> Markup:
    """Return the map of a situation with its key, and buttons that a script brings to life."""
    w, now = view.w, view.situation
    sites = located(now)
    wanted = _wanted(now)
    near = [site for site in sites if site.id in wanted] or sites
    if not near:
        return el("section", el("h2", w("map.heading")), el("p", w("map.nowhere")), id="map", data_live=True)
    ground = frame(near, WIDTH, TALLEST, LOWEST)
    found, under = progress(view), view.house.settings.ground
    spots = list(_spots(view, ground, found))
    happened = _happened(view, ground)
    placer = Placer(Box(4, 4, ground.width - 4, ground.height - 26))
    # No name stands under a convoy or a sign.
    placer.block(*(_around(x, y) for x, y in (*(spot.at for spot in spots), *(at for *_, at in happened))))
    parts: list[Child] = [
        hatch("map-area", "hatch-soft"),
        el("rect", x=-20000, y=-20000, width=40000, height=40000, class_="ground"),
        _grid(ground),
        layers.drawn(under, ground) if under else None,
        list(_ways(view, ground)),
        _marks(view, ground, sites, placer),
        [_convoy(view, spot, placer) for spot in spots],
        [_incident(view, *one) for one in happened],
    ]
    box = f"0 0 {number(ground.width)} {number(ground.height)}"
    picture = el(
        "svg",
        *parts,
        viewBox=box,
        role="group",
        aria_label=w("map.label"),
        id="map-picture",
        data_km=number(ground.scale),
    )
    tools = el(
        "div",
        [
            el(
                "button",
                el("span", sign, aria_hidden="true"),
                type="button",
                data_map=name,
                aria_label=w(f"map.{name}"),
                title=w(f"map.{name}"),
            )
            for name, sign in (("in", "+"), ("out", "−"), ("whole", "⤢"))
        ],
        class_="maptools",
        hidden=True,
    )
    box_ = el(
        "div",
        tools,
        picture,
        _scale(view, ground),
        class_="mapbox",
        id="mapbox",
        tabindex="0",
        role="region",
        aria_label=w("map.region"),
    )
    return el(
        "section",
        el("h2", w("map.heading")),
        box_,
        _key(view),
        el("p", w("map.straight"), class_="fine"),
        el("p", el("a", el("bdi", under.credit), href=layers.COPYRIGHT), class_="fine") if under else None,
        id="map",
        data_live="map",
    )


def _wanted(now: Situation) -> set[str]:
    """Return the sites that the first movement needs: those first fill the picture, the others lie beyond its edge."""
    found: set[str] = set()
    for operation in now.operations[:1]:
        corridor = now.corridor(operation.id)
        found |= {operation.area, *operation.pickups, *operation.receptions}
        found |= set(corridor.sites) if corridor else set()
    return found


def halted(now: Situation) -> set[str]:
    """Return the movements that stand."""
    return {halt.operation for halt in now.halts if halt.until is None}


def state_of(now: Situation, operation: str) -> str:
    """Return the state of a corridor in one word: open, halted, closed."""
    if operation in halted(now):
        return "halted"
    agreement = now.agreement(operation)
    return "open" if agreement is not None and agreement.state == "in_force" else "closed"


def _ways(view: View, ground: Frame) -> Iterable[Markup]:
    now, w = view.situation, view.w
    at = {site.id: ground.at(site) for site in located(now)}
    main: set[frozenset[str]] = set()
    for operation in now.operations:
        corridor = now.corridor(operation.id)
        known = [name for name in corridor.sites if name in at] if corridor else []
        if len(known) < 2:
            continue
        main |= {frozenset(pair) for pair in pairwise(known)}
        state = state_of(now, operation.id)
        path = "M" + "L".join(f"{number(at[n][0])} {number(at[n][1])}" for n in known)
        said = w("map.corridor", name=names.operation(now, operation.id, w), state=w(f"corridor.{state}"))
        yield el(
            "g",
            el("title", said),
            el("path", d=path, class_="way case"),
            el("path", d=path, class_=f"way {state}"),
            _controls(now, known, at),
        )
    done: set[frozenset[str]] = set()
    for leg in now.legs:
        pair = frozenset((leg.start, leg.end))
        if leg.start in at and leg.end in at and pair not in done and pair not in main:
            done.add(pair)
            (x1, y1), (x2, y2) = at[leg.start], at[leg.end]
            yield el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_="sideway")


def _controls(now: Situation, known: Sequence[str], at: dict[str, Point]) -> Markup:
    """Return the stretches of a corridor by who holds the place they lead to, as a thin line within."""
    held = {site.id: site.control for site in now.sites}
    parties = sorted({held[name] for name in known if held.get(name)})
    parts = []
    for start, end in pairwise(known):
        party = held.get(end) or held.get(start)
        if party:
            (x1, y1), (x2, y2) = at[start], at[end]
            parts.append(el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"control c{parties.index(party) % 4}"))
    return el("g", parts)


def _marks(view: View, ground: Frame, sites: Sequence[Site], placer: Placer) -> Markup:
    now = view.situation
    people = waiting(now)
    most = max(people.values(), default=0) or 1
    used = _all_used(now)
    shown = [site for site in sites if site.id in used]
    radii = {s.id: 7 + 17 * math.sqrt(people[s.id] / most) if people.get(s.id) else 6.0 for s in shown}
    for site in shown:
        x, y = ground.at(site)
        r = radii[site.id]
        placer.block(Box(x - r, y - r, x + r, y + r))
    for corridor in now.corridors:
        points = [ground.at(site) for site in shown if site.id in corridor.sites]
        placer.block_line(points)
    ordered = sorted(shown, key=lambda s: (-radii[s.id], s.id))
    parts = [_mark(view, ground, site, radii[site.id], people.get(site.id), placer) for site in ordered]
    return el("g", parts, class_="sites")


def _all_used(now: Situation) -> set[str]:
    found: set[str] = set()
    for operation in now.operations:
        corridor = now.corridor(operation.id)
        found |= {operation.area, *operation.pickups, *operation.receptions}
        found |= set(corridor.sites) if corridor else set()
        found |= {leg.end for leg in now.legs if leg.start in operation.receptions}
    return found


def _mark(view: View, ground: Frame, site: Site, radius: float, people: float | None, placer: Placer) -> Markup:
    w, now = view.w, view.situation
    x, y = ground.at(site)
    label = names.place(now, site.id, w)
    extra = w("map.waiting", n=w.about(people)) if people else ""
    shape: Markup
    tone = f"spot {site.kind}"
    if site.kind == "area":
        reach = max((site.precision_m or 0) / 1000 * ground.scale, 14)
        shape = el("circle", r=min(reach, 90), fill="url(#map-area)", class_="area")
    elif site.kind == "checkpoint":
        shape = el("path", d="M0-9L9 0L0 9L-9 0z", class_=tone)
    elif site.kind in ("reception", "hospital", "handover"):
        shape = el("rect", x=-8, y=-8, width=16, height=16, rx=2, class_=tone)
    else:
        shape = el("circle", r=radius, class_=tone)
    inside = 0 <= x <= ground.width and 0 <= y <= ground.height
    words: Child = None
    if inside:
        wide = max(width_of(label, SIZE), width_of(extra, SIZE - 1))
        box, leader = placer.place((x, y), radius, wide, SIZE * (2.35 if extra else 1.25))
        words = _words(box.left - x, box.top - y + SIZE, label, extra)
        if leader:
            words = [el("line", x1=0, y1=0, x2=leader[0] - x, y2=leader[1] - y, class_="leader"), words]
    else:
        words = _words(radius + 5, 4, label, extra)
    held = w("map.held", party=names.party(site.control, w)) if site.control else ""
    name = w("comma").join(each for each in (label, w.known(f"kind.{site.kind}", site.kind), extra, held) if each)
    # The finger's room around a small mark (WCAG 2.2, 2.5.8).
    reachable = el("circle", r=max(radius, 14), class_="reach")
    inner = el("g", reachable, shape, words, class_="fixed")
    link = view.link("/figure", of=f"site:{site.id}")
    return el(
        "a",
        el("title", name),
        el("g", inner, transform=f"translate({number(x)} {number(y)})"),
        href=link,
        data_panel=True,
        aria_label=name,
        class_="site",
    )


def _words(x: float, y: float, label: str, extra: str) -> Markup:
    first = el("text", label, x=x, y=y, class_="name")
    return el("g", first, el("text", extra, x=x, y=y + SIZE * 1.1, class_="people") if extra else None)


def _spots(view: View, ground: Frame, found: Sequence[Standing]) -> Iterable[Spot]:
    """Yield the convoys under way: where a tracker or a post last had them, moved on as expected while silent."""
    now = view.situation
    at = {site.id: ground.at(site) for site in located(now)}
    tracked = positions(valid(now))
    count = itertools.count()
    for one in found:
        if one.state not in ("under way", "boarding", "turned back"):
            continue
        silent = one.seen_at is None or view.at - one.seen_at > OVERDUE
        place = at.get(one.last_seen)
        mine = {trip.vehicle for trip in one.planned.trips} if one.planned else set()
        fixes = [fix for name, fix in tracked.items() if name in mine or name == one.movement]
        if fixes:
            last = max(fixes, key=lambda fix: fix.at)
            trial = Site(id="", kind="place", latitude=last.latitude, longitude=last.longitude)
            place, silent = ground.at(trial), view.at - last.at > OVERDUE
        elif silent:
            place = _expected(view, one, at) or place
        if place is not None:
            # Several at one place stand beside each other.
            turn = next(count)
            yield Spot(one, (place[0] + 9 * (turn % 3 - 1), place[1] - 14 - 8 * (turn % 2)), silent)


def _expected(view: View, one: Standing, at: dict[str, Point]) -> Point | None:
    """Return where a convoy should be by the drive times of its way, None where its way is not known."""
    corridor = view.situation.corridor(one.movement.partition("/")[0])
    begun = one.departed or (one.planned.depart if one.planned else None)
    if corridor is None or begun is None:
        return None
    left = (view.at - begun).total_seconds() / 60
    known = [name for name in corridor.sites if name in at]
    for start, end in pairwise(known):
        leg = view.situation.legs_for(corridor.operation).get((start, end))
        minutes = leg.minutes.quantile(0.5) if leg else 15.0
        if left < minutes:
            share = max(left, 0) / minutes
            (x1, y1), (x2, y2) = at[start], at[end]
            return x1 + (x2 - x1) * share, y1 + (y2 - y1) * share
        left -= minutes
    return at[known[-1]] if known else None


def _convoy(view: View, spot: Spot, placer: Placer) -> Markup:
    w, one = view.w, spot.standing
    label = names.movement(one.movement, w)
    state = w(f"convoy.{one.state}")
    said = f"{label}: {state}" + (f", {w('map.silent')}" if spot.silent else "")
    shape = el("path", d="M-11-6H7L12 0 7 6H-11z", class_="convoy" + (" silent" if spot.silent else ""))
    x, y = spot.at
    box, leader = placer.place((x, y), 12, width_of(label, SIZE), SIZE * 1.1)
    words: list[Child] = [el("text", label, x=box.left - x, y=box.top - y + SIZE - 2, class_="convoyname")]
    if leader:
        words.insert(0, el("line", x1=0, y1=0, x2=leader[0] - x, y2=leader[1] - y, class_="leader"))
    inner = el("g", el("circle", r=14, class_="reach"), shape, words, class_="fixed")
    return el(
        "a",
        el("title", said),
        el("g", inner, transform=f"translate({number(x)} {number(y)})"),
        href=view.link("/figure", of=f"movement:{one.movement}"),
        data_panel=True,
        aria_label=said,
        class_="site",
    )


def _around(x: float, y: float) -> Box:
    return Box(x - 13, y - 11, x + 13, y + 11)


def _happened(view: View, ground: Frame) -> list[tuple[str, str, list[str], Point]]:
    """Return halts and incidents of the last day as (fact, place, reports, where their sign stands)."""
    now = view.situation
    at = {site.id: ground.at(site) for site in located(now)}
    seen: dict[tuple[str, str], list[str]] = {}
    for report in valid(now):
        if report.fact in ("incident", "halt") and report.place in at and view.at - report.observed <= RECENT:
            if report.fact == "halt" and report.subject not in halted(now):
                continue
            seen.setdefault((report.fact, report.place), []).append(report.id)
    return [
        (fact, place, ids, (at[place][0] + 20, at[place][1] + 14 + 6 * (turn % 2)))
        for turn, ((fact, place), ids) in enumerate(sorted(seen.items()))
    ]


def _incident(view: View, fact: str, place: str, ids: list[str], where: Point) -> Markup:
    """Return the sign of what happened; nothing says more than its place."""
    now, w = view.situation, view.w
    said = f"{w(f'map.{fact}')}: {names.place(now, place, w)} ({w.count(len(ids))})"
    d = "M0-11L11 8H-11z" if fact == "incident" else "M-5-11H5L11-5V5L5 11H-5L-11 5V-5z"
    sign = el("text", "!" if fact == "incident" else "–", x=0, y=5, text_anchor="middle", class_="sign")
    inner = el("g", el("circle", r=14, class_="reach"), el("path", d=d, class_=f"event {fact}"), sign, class_="fixed")
    turned = f"translate({number(where[0])} {number(where[1])})"
    return el(
        "a",
        el("title", said),
        el("g", inner, transform=turned),
        data_panel=True,
        aria_label=said,
        href=view.link("/figure", reports=",".join(ids[:40])),
        class_="site",
    )


def _grid(ground: Frame) -> Markup:
    step = round_step(ground.width / ground.scale / 5) * ground.scale
    reach = range(-30, 31)
    lines = [el("line", x1=step * i, y1=-30 * step, x2=step * i, y2=30 * step) for i in reach]
    lines += [el("line", x1=-30 * step, y1=step * i, x2=30 * step, y2=step * i) for i in reach]
    return el("g", lines, class_="graticule")


def _scale(view: View, ground: Frame) -> Markup:
    km = round_step(ground.width / ground.scale / 8)
    length = km * ground.scale
    bar = el(
        "svg",
        el("path", d=f"M1 1v5h{number(length)}v-5", class_="scalebar"),
        viewBox=f"0 0 {number(length + 2)} 8",
        width=length + 2,
        height=8,
        aria_hidden="true",
    )
    return el(
        "p",
        bar,
        el("bdi", view.w("map.km", n=view.w.count(km)), data_km_label=True),
        class_="mapscale",
        data_px=number(length),
        data_km=number(km),
    )


def _key(view: View) -> Markup:
    w, now = view.w, view.situation
    states = sorted({state_of(now, one.id) for one in now.operations})
    keys = [_swatch(f"way {state}", w(f"corridor.{state}")) for state in states]
    controls = sorted(
        {site.control for c in now.corridors for s in c.sites if (site := _site(now, s)) and site.control}
    )
    keys += [
        _swatch(f"control c{i % 4}", w("map.held", party=names.party(party, w))) for i, party in enumerate(controls)
    ]
    keys += [_swatch("convoy", w("map.convoy")), _swatch("convoy silent", w("map.silent"))]
    return el("ul", [el("li", key) for key in keys], class_="keys")


def _site(now: Situation, name: str) -> Site | None:
    return next((site for site in now.sites if site.id == name), None)


def _swatch(class_: str, said: str) -> Markup:
    shape = (
        el("path", d="M2 3H20L25 8 20 13H2z", class_=class_)
        if class_.startswith("convoy")
        else el("line", x1=2, y1=8, x2=26, y2=8, class_=class_)
    )
    return Markup(el("svg", shape, viewBox="0 0 28 16", width=28, height=16, aria_hidden="true") + el("span", said))
