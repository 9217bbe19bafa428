"""What moves and what happened on the console's map: convoys under way, halts and incidents."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from corridor.operation.positions import positions
from corridor.operation.progress import OVERDUE, Standing
from corridor.publishing import names
from corridor.publishing.drawing import width_of
from corridor.publishing.frame import Frame
from corridor.publishing.labels import Box, Placer
from corridor.publishing.map import located
from corridor.publishing.markup import Child, Markup, el, number
from corridor.server.console.figures import valid
from corridor.server.console.view import View
from corridor.situation.site import Site
from corridor.situation.situation import Situation

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


def spots(view: View, ground: Frame, found: Sequence[Standing]) -> Iterable[Spot]:
    """Yield the convoys under way: where a tracker or a post last had them, moved on as expected while silent.

    One that turned back is not going on: it stays where it was seen.
    """
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
        elif silent and one.state != "turned back":
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


def convoy(view: View, spot: Spot, placer: Placer) -> Markup:
    """Return a convoy's mark with its name, dashed while nobody hears of it, as a link to its reports."""
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


def around(x: float, y: float) -> Box:
    """Return the room that a mark takes, in the picture's units: no name may stand there."""
    return Box(x - 13, y - 11, x + 13, y + 11)


def halted(now: Situation) -> set[str]:
    """Return the movements that stand."""
    return {halt.operation for halt in now.halts if halt.until is None}


def happened(view: View, ground: Frame) -> list[tuple[str, str, list[str], Point]]:
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


def incident(view: View, fact: str, place: str, ids: list[str], where: Point) -> Markup:
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
