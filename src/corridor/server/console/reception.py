"""Receptions: how much room there is, who came, who is on the way, who is expected in the next hours."""

from __future__ import annotations

from corridor.operation.chain import tallies
from corridor.publishing import names
from corridor.publishing.drawing import Scale, both, round_up, svg, words_at
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console import outlook
from corridor.server.console.figures import progress, three_shown, valid
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.situation.site import Site

NEAR_FULL = 0.9


@page("reception")
def reception(view: View) -> Body:
    """Return the page of receptions."""
    w = view.w
    rooms, comes, convoys = rooms_table(view), expected_table(view), convoys_table(view)
    parts: list[Child] = [
        el(
            "section", el("h2", w("reception.room")), view.table(rooms, caption=w("reception.room.caption"), first=True)
        ),
        el(
            "section",
            el("h2", w("reception.expected")),
            el("div", _drawn(view), id="arrivals", data_live=True),
            view.table(comes, caption=w("reception.expected.caption")),
        ),
        el("section", el("h2", w("reception.convoys")), view.table(convoys, caption=w("reception.convoys.caption"))),
    ]
    return Body(parts=tuple(parts), tables=(rooms, comes, convoys))


def _sites(view: View) -> list[Site]:
    now = view.situation
    wanted = dict.fromkeys(name for one in now.operations for name in one.receptions)
    return [site for site in now.sites if site.id in wanted or site.kind in ("reception", "hospital")]


def came(view: View) -> dict[str, tuple[float, float]]:
    """Return how many people were counted at each reception, lowest and highest: each convoy once."""
    found: dict[str, tuple[float, float]] = {}
    for line in tallies(valid(view.situation)).values():
        last = [tally for tally in line if tally.point in ("arrived", "handed over")]
        if last:
            low, high = found.get(last[-1].place, (0.0, 0.0))
            found[last[-1].place] = (low + last[-1].low, high + last[-1].high)
    return found


def rooms_table(view: View) -> Table:
    """Return each reception with its room, who was counted there, and what is left."""
    w, now = view.w, view.situation
    counted = came(view)
    coming: dict[str, int] = {}
    for one in progress(view):
        if one.state == "under way" and one.planned is not None:
            coming[one.planned.reception] = coming.get(one.planned.reception, 0) + one.planned.people
    rows = []
    for site in _sites(view):
        room = site.capacity.quantile(0.5) if site.capacity else None
        low, high = counted.get(site.id, (0.0, 0.0))
        left = None if room is None else room - high - coming.get(site.id, 0)
        three = None
        if site.capacity:
            three = (site.capacity.quantile(0.1), site.capacity.quantile(0.5), site.capacity.quantile(0.9))
        shown, span = three_shown(three, w) if three else (w("reception.unknown"), None)
        full = room is not None and room > 0 and (high + coming.get(site.id, 0)) / room >= NEAR_FULL
        rows.append(
            Row(
                {
                    "site": site.id,
                    "kind": site.kind,
                    "capacity": room,
                    "arrived_low": low,
                    "arrived": high,
                    "coming": coming.get(site.id, 0),
                    "left": left,
                    "accepts": list(site.accepts),
                    "daily": site.daily.quantile(0.5) if site.daily else None,
                },
                {
                    "site": names.place(now, site.id, w),
                    "kind": w.known(f"kind.{site.kind}", site.kind),
                    "capacity": view.figure(
                        f"capacity:{site.id}", [shown, " ", el("span", span, class_="fine")], class_="plain"
                    )
                    if three
                    else shown,
                    "arrived": el("bdi", w.span(low, high)) if high else "–",
                    "left": el("bdi", w.about(left)) if left is not None else "–",
                },
                place=site.id,
                tone="alert" if full else "",
            )
        )
    columns = ("site", "kind", "capacity", "arrived", "coming", "left", "daily")
    return Table("receptions", columns, tuple(rows), hidden=("arrived_low", "accepts"))


def expected_table(view: View) -> Table:
    """Return who is expected at each reception in the next blocks of hours, by the last forecast."""
    w, now = view.w, view.situation
    found = outlook.last(view)
    rows = []
    for one in found.arrivals if found else ():
        assert found is not None  # noqa: S101 - there are arrivals only with a forecast
        for until, (low, middle, high) in zip(one.until_hours, one.people, strict=True):
            rows.append(
                Row(
                    {
                        "site": one.reception,
                        "until": found.moment(until),
                        "p10": low,
                        "p50": middle,
                        "p90": high,
                    },
                    {
                        "site": names.place(now, one.reception, w),
                        "p50": el("bdi", w.about(middle or 0)),
                        "span": el("bdi", w.span(low or 0, high or 0)),
                    },
                    place=one.reception,
                )
            )
    return Table("arrivals", ("site", "until", "p50", "span"), tuple(rows), hidden=("p10", "p90"))


def _drawn(view: View) -> Child:
    w, now = view.w, view.situation
    found = outlook.last(view)
    if found is None or not found.arrivals:
        return el("p", w("reception.noforecast"), " ", el("a", w("nav.plan"), href=view.link("/plan")))
    return [
        el(
            "figure",
            both(lambda width, one=one: _bars(view, found, one, width)),  # type: ignore[misc]
            el("figcaption", names.place(now, one.reception, w)),
        )
        for one in found.arrivals
        if any(three[2] for three in one.people)
    ]


def _bars(view: View, found: outlook.Outlook, one: outlook.Arrivals, width: int) -> Markup:
    """Return the people expected in each block: a bar to the middle, a line from P10 to P90."""
    w = view.w
    most = round_up(max([high or 0 for _, _, high in one.people] + [1]))
    y = Scale(0, most, 130, 18)
    step = (width - 60) / len(one.people)
    parts: list[Child] = []
    for tick in y.ticks(3):
        parts.append(el("line", x1=50, y1=y(tick), x2=width - 6, y2=y(tick), class_="grid"))
        parts.append(words_at(44, y(tick) + 4, w.count(tick), "tick", "end"))
    for number, (until, (low, middle, high)) in enumerate(zip(one.until_hours, one.people, strict=True)):
        left = 54 + step * number
        parts.append(el("rect", x=left, y=y(middle or 0), width=step * 0.7, height=130 - y(middle or 0), class_="sure"))
        middle_x = left + step * 0.35
        parts.append(el("line", x1=middle_x, x2=middle_x, y1=y(high or 0), y2=y(low or 0), class_="range"))
        if width > 400 or number % 2:
            parts.append(words_at(left + step * 0.35, 148, w.clock(found.moment(until)), "tick", "middle"))
    return svg(width, 156, w("reception.expected"), parts)


def convoys_table(view: View) -> Table:
    """Return the convoys that come to each reception, in order of arrival."""
    w, now = view.w, view.situation
    coming = [one for one in progress(view) if one.planned is not None and one.state not in ("handed over", "arrived")]
    rows = []
    for one in sorted(coming, key=lambda each: each.planned.arrive if each.planned else view.at):
        planned = one.planned
        assert planned is not None  # noqa: S101 - chosen so
        rows.append(
            Row(
                {
                    "site": planned.reception,
                    "convoy": one.movement,
                    "state": one.state,
                    "arrive": planned.arrive,
                    "late_minutes": one.late_minutes,
                    "people": planned.people,
                },
                {
                    "site": names.place(now, planned.reception, w),
                    "convoy": view.figure(
                        f"movement:{one.movement}", el("bdi", names.subject(now, one.movement, w)), class_="plain"
                    ),
                    "state": w(f"convoy.{one.state}"),
                    "late_minutes": w("late.minutes", n=w.count(one.late_minutes)) if one.late_minutes else "–",
                },
                place=planned.reception,
            )
        )
    return Table("coming", ("convoy", "site", "state", "arrive", "late_minutes", "people"), tuple(rows))
