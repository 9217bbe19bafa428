"""The map: sites, corridor and legs from their coordinates, with what is not known about them."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from corridor.publishing import names
from corridor.publishing.drawing import NARROW, hatch, round_step, svg, width_of, words_at
from corridor.publishing.frame import Frame, frame
from corridor.publishing.ground import Ground, drawn
from corridor.publishing.labels import Box, Placer
from corridor.publishing.markup import Markup, el, number
from corridor.publishing.words import Words
from corridor.situation.site import Group, Site, left_to_move
from corridor.situation.situation import Operation, Situation

SIZE = 12.5
# Two panels are drawn where the corridor itself fills less than this share of the whole picture.
DETAIL_BELOW = 0.55


def located(situation: Situation) -> list[Site]:
    """Return the sites with a position."""
    return [site for site in situation.sites if site.latitude is not None and site.longitude is not None]


def waiting(situation: Situation) -> dict[str, float]:
    """Return the people believed to wait at each site, companions included: the median of its groups together.

    Medians do not add up: the figures of a report are drawn in the same way, so that one number stands in each.
    """
    groups: dict[str, list[Group]] = {}
    for group in situation.groups:
        groups.setdefault(group.site, []).append(group)
    return {site: left_to_move(here)[1] for site, here in groups.items()}


def panels(situation: Situation, w: Words, width: int, under: Ground | None = None) -> Markup:
    """Return the map of a width: the corridor close up, and the whole with the linked operations where it is larger.

    `under` is what lies below each of them.
    """
    sites = located(situation)
    used = [site for site in sites if site.id in _used(situation, situation.operations)]
    first = [site for site in sites if site.id in _used(situation, situation.operations[:1])]
    near = [site for site in first if site.id in _corridor_and_pickups(situation)] or first or used or sites
    if not near:
        return el("p", w("map.none"))
    narrow = width <= NARROW
    whole = used or sites
    close = frame(near, width, 420 if not narrow else 330, 300 if not narrow else 260)
    far = frame(whole, width, 470 if not narrow else 380, 300)
    if far.scale > close.scale * DETAIL_BELOW:
        one = frame(whole, width, 520, 320)
        return _panel(situation, w, one, name=f"one-{width}", title=w("map.title"), under=under)
    detail = _panel(situation, w, close, name=f"near-{width}", title=w("map.near"), under=under)
    overview = _panel(situation, w, far, name=f"far-{width}", title=w("map.far"), inside=near, under=under)
    return Markup(detail + overview)


def _used(situation: Situation, operations: Iterable[Operation]) -> set[str]:
    used: set[str] = set()
    for operation in operations:
        used |= {operation.area, *operation.pickups, *operation.receptions}
        corridor = situation.corridor(operation.id)
        used |= set(corridor.sites) if corridor else set()
        used |= {site.id for site in situation.sites if site.boards_at in operation.pickups}
        # Where people may go on to from a reception belongs to the picture, though not to the corridor.
        used |= {leg.end for leg in situation.legs if leg.start in operation.receptions}
        # People come to a pickup on foot or by car from the places around it.
        used |= {leg.start for leg in situation.legs if leg.end in operation.pickups}
    return used


def _corridor_and_pickups(situation: Situation) -> set[str]:
    if not situation.operations:
        return set()
    first = situation.operations[0]
    corridor = situation.corridor(first.id)
    around = {leg.start for leg in situation.legs if leg.end in first.pickups and leg.start not in first.receptions}
    linked = {name for operation in situation.operations[1:] for name in operation.pickups + operation.receptions}
    return ({first.area, *first.pickups, *(corridor.sites if corridor else first.receptions)} | around) - linked


def _panel(
    situation: Situation,
    w: Words,
    view: Frame,
    *,
    name: str,
    title: str,
    inside: Sequence[Site] = (),
    under: Ground | None = None,
) -> Markup:
    used = _used(situation, situation.operations)
    sites = [site for site in located(situation) if site.id in used and view.holds(site)]
    people = waiting(situation)
    most = max(people.values(), default=0) or 1
    largest = 15 if view.width <= NARROW else 24
    placer = Placer(Box(4, 26, view.width - 4, view.height - 30))
    placer.block(Box(0, 0, 24 + width_of(title, 13), 26), Box(view.width - 40, 0, view.width, 50), _foot(view, w))
    counterpart = _used(situation, situation.operations[1:]) - _used(situation, situation.operations[:1])
    radii = {
        site.id: 6 + (largest - 6) * math.sqrt(people[site.id] / most) if people.get(site.id) else 5.0 for site in sites
    }
    crowded = bool(inside)
    if crowded:
        box = _around([view.at(site) for site in inside], 9)
        radii = {key: min(radius, 8.0) for key, radius in radii.items()}
    roads = list(_roads(situation, view, placer))
    for site in sites:
        x, y = view.at(site)
        placer.block(Box(x - radii[site.id], y - radii[site.id], x + radii[site.id], y + radii[site.id]))
    marks = [_mark(site, view, radii[site.id], name, other=site.id in counterpart) for site in sites]
    labels = []
    named = [site for site in sites if not (crowded and site in inside and site != inside[0])]
    if crowded:
        placer.block(box)
        named = [site for site in sites if site not in inside]
        labels.append(_boxed(placer, box, w("map.inset")))
    for site in sorted(named, key=lambda site: (-radii[site.id], site.id)):
        label = names.place(situation, site.id, w)
        extra = ""
        if people.get(site.id) and not crowded:
            extra = w("map.waiting", n=w.about(people[site.id]))
        labels.append(_label(placer, view.at(site), radii[site.id], label, extra))
    return svg(
        view.width,
        view.height,
        title,
        hatch(f"area-{name}", "hatch-soft"),
        el("rect", x=0, y=0, width=view.width, height=view.height, rx=6, class_="ground"),
        _graticule(view),
        # Last to be placed, first to be drawn: the names of the ground stand where our own left room.
        drawn(under, view, beyond=0.0, taken=placer.taken) if under else None,
        roads,
        marks,
        el("g", el("rect", **_rect(box), rx=3, class_="inset")) if crowded else None,
        labels,
        words_at(12, 19, title, "maptitle"),
        _north(view),
        _scale_bar(view, w),
    )


def _around(points: Sequence[tuple[float, float]], margin: float) -> Box:
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return Box(min(xs) - margin, min(ys) - margin, max(xs) + margin, max(ys) + margin)


def _rect(box: Box) -> dict[str, float]:
    return {"x": box.left, "y": box.top, "width": box.right - box.left, "height": box.bottom - box.top}


def _boxed(placer: Placer, box: Box, said: str) -> Markup:
    middle = ((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    size = (box.bottom - box.top) / 2
    return _label(placer, middle, size, said, "")


def _roads(situation: Situation, view: Frame, placer: Placer) -> Iterable[Markup]:
    for order, operation in reversed(list(enumerate(situation.operations))):
        corridor = situation.corridor(operation.id)
        ids = corridor.sites if corridor else ()
        kind = "road" if order == 0 else "road other"
        points = [view.at(site) for site in _known(situation, ids)]
        if len(points) > 1:
            shown = " ".join(f"{number(x)},{number(y)}" for x, y in points)
            yield el("polyline", points=shown, class_=kind + " case")
            yield el("polyline", points=shown, class_=kind)
            placer.block_line(points)
            yield Markup("".join(_arrow(a, b, kind) for a, b in itertools.pairwise(points)))
        on_corridor = set(ids)
        drawn: set[frozenset[str]] = set()
        for leg in situation.legs:
            ends = _known(situation, (leg.start, leg.end))
            serves = leg.start in (*operation.pickups, *operation.receptions) or leg.end in operation.receptions
            pair = frozenset((leg.start, leg.end))
            if len(ends) == 2 and serves and pair not in drawn and not pair <= on_corridor:
                drawn.add(pair)
                (x1, y1), (x2, y2) = (view.at(site) for site in ends)
                yield el("line", x1=x1, y1=y1, x2=x2, y2=y2, class_=f"leg{' other' if order else ''}")
                placer.block_line([(x1, y1), (x2, y2)])


def _known(situation: Situation, ids: Iterable[str]) -> list[Site]:
    found = {site.id: site for site in located(situation)}
    return [found[name] for name in ids if name in found]


def _arrow(a: tuple[float, float], b: tuple[float, float], kind: str) -> Markup:
    length = math.dist(a, b)
    if length < 60:
        return Markup("")
    x, y = (a[0] + b[0]) / 2, (a[1] + b[1]) / 2
    turn = math.degrees(math.atan2(b[1] - a[1], b[0] - a[0]))
    where = f"translate({number(x)} {number(y)}) rotate({number(turn)})"
    return el("path", d="M-4-6 5 0-4 6", transform=where, class_=f"arrow {kind}")


def _mark(site: Site, view: Frame, radius: float, name: str, *, other: bool) -> Markup:
    x, y = view.at(site)
    reach = (site.precision_m or 0) / 1000 * view.scale
    parts = []
    if site.kind == "area":
        fill = f"url(#area-{name})"
        parts.append(el("circle", cx=x, cy=y, r=max(reach, 12), fill=fill, class_="area"))
    elif reach > radius:
        parts.append(el("circle", cx=x, cy=y, r=reach, class_="precision"))
    tone = "mark " + site.kind + (" other" if other else "")
    if site.kind == "checkpoint":
        corners = f"{number(x)},{number(y - 8)} {number(x + 8)},{number(y)} {number(x)},{number(y + 8)} "
        parts.append(el("polygon", points=corners + f"{number(x - 8)},{number(y)}", class_=tone))
    elif site.kind in ("reception", "hospital", "handover"):
        parts.append(el("rect", x=x - 6.5, y=y - 6.5, width=13, height=13, rx=2, class_=tone))
    elif site.kind != "area":
        parts.append(el("circle", cx=x, cy=y, r=radius, class_=tone))
    return el("g", el("title", site.name()), parts)


def _label(placer: Placer, at: tuple[float, float], radius: float, said: str, extra: str) -> Markup:
    wide = max(width_of(said, SIZE), width_of(extra, SIZE - 1))
    tall = SIZE * (2.35 if extra else 1.25)
    box, leader = placer.place(at, radius, wide, tall)
    x, y = box.left, box.top + SIZE * 0.95
    first = words_at(x, y, said, "site")
    second = words_at(x, y + SIZE * 1.1, extra, "site people") if extra else None
    line = None
    if leader:
        line = el("line", x1=at[0], y1=at[1], x2=leader[0], y2=leader[1], class_="leader")
    return el("g", line, first, second)


def _graticule(view: Frame) -> Markup:
    step = round_step(view.width / view.scale / 5) * view.scale
    lines = [el("line", x1=x, y1=0, x2=x, y2=view.height) for x in _steps(view.width, step)]
    lines += [el("line", x1=0, y1=y, x2=view.width, y2=y) for y in _steps(view.height, step)]
    return el("g", lines, class_="graticule")


def _steps(length: float, step: float) -> list[float]:
    return [step * i for i in range(1, int(length / step) + 1)]


def _north(view: Frame) -> Markup:
    x = view.width - 20
    arrow = el("path", d=f"M{number(x)} 12l5 16-5-4-5 4z", class_="north")
    return el("g", arrow, words_at(x, 42, "N", "small", "middle"))


def _foot(view: Frame, w: Words) -> Box:
    """Return the corner that the scale bar takes."""
    km = round_step(view.width / view.scale / 8)
    return Box(0, view.height - 28, 24 + km * view.scale + width_of(w("map.km", n=w.count(km)), SIZE), view.height)


def _scale_bar(view: Frame, w: Words) -> Markup:
    km = round_step(view.width / view.scale / 8)
    length = km * view.scale
    x, y = 14.0, view.height - 12
    bar = el("path", d=f"M{number(x)} {number(y - 5)}v5h{number(length)}v-5", class_="scalebar")
    said = w("map.km", n=w.count(km))
    # On a ground of its own: a drive may run below it.
    ground = el("rect", x=x - 4, y=y - 14, width=length + 16 + width_of(said, SIZE), height=19, class_="ground")
    return el("g", ground, bar, words_at(x + length + 6, y, said, "small"))
