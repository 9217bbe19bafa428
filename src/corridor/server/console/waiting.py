"""Those who wait: where, how long, how many person-hours, and what they need until they leave."""

from __future__ import annotations

from corridor.forecasting.aid import rates
from corridor.operation.choices import choices
from corridor.operation.holding import Hold, holds
from corridor.publishing import names
from corridor.publishing.footnotes import stated
from corridor.publishing.map import waiting as waiting_at
from corridor.publishing.markup import Child, Markup, el, link
from corridor.reports.report import Report
from corridor.server.console import outlook
from corridor.server.console.figures import ago, three_shown, valid
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.situation.site import left_to_move

# What tells how bad waiting is where it is.
AROUND = ("weather", "aid_delivered", "people_waiting", "information_given")
SHOWN = 30
HOURS = (6, 24)


@page("waiting")
def waiting(view: View) -> Body:
    """Return the page of those who wait."""
    w = view.w
    places, held, needs, chosen = places_table(view), holds_table(view), needs_table(view), choices_table(view)
    parts: list[Child] = [
        el("section", el("h2", w("waiting.where")), view.table(places, caption=w("waiting.where.caption"), first=True)),
        el(
            "section",
            el("h2", w("waiting.needs")),
            el("p", w("waiting.needs.intro")),
            view.table(needs, caption=w("waiting.needs.caption")),
        ),
        el("section", el("h2", w("waiting.holds")), view.table(held, caption=w("waiting.holds.caption"))),
        el("section", el("h2", w("waiting.chosen")), view.table(chosen, caption=w("waiting.chosen.caption"))),
        _around(view),
    ]
    return Body(parts=tuple(parts), tables=(places, needs, held, chosen))


def places_table(view: View) -> Table:
    """Return who is believed to wait at each pickup, with the interval."""
    w, now = view.w, view.situation
    rows = []
    for site in sorted(waiting_at(now), key=lambda name: -waiting_at(now)[name]):
        groups = [group for group in now.groups if group.site == site]
        low, middle, high = left_to_move(groups)
        kinds = sorted({names.group(group.id, w) for group in groups})
        shown, span = three_shown((low, middle, high), w)
        rows.append(
            Row(
                {"site": site, "p10": round(low), "p50": round(middle), "p90": round(high), "kinds": kinds},
                {
                    "site": names.place(now, site, w),
                    "p50": view.figure(f"site:{site}", [shown, " "], class_="plain"),
                    "span": span,
                    "kinds": w("comma").join(kinds),
                },
                place=site,
            )
        )
    return Table("waiting", ("site", "p50", "span", "kinds"), tuple(rows), hidden=("p10", "p90"))


def needs_table(view: View) -> Table:
    """Return what those who wait need: by the last forecast, else as if all of them waited for so many hours."""
    now = view.situation
    found = outlook.last(view)
    rows: list[Row] = []
    if found is not None and found.needs:
        rows += [
            _need(view, one.operation, one.item, one.unit, one.hours, one.middle, one.high, one.source)
            for one in found.needs
        ]
    else:
        for operation in now.operations:
            groups = [group for group in now.groups if group.operation == operation.id]
            if not groups:
                continue
            _, middle, high = left_to_move(groups)
            for rate in rates():
                for hours in HOURS[1:]:
                    each = rate.per_person + rate.per_person_day * hours / 24
                    source = f"{rate.source} ({rate.url})"
                    rows.append(
                        _need(view, operation.id, rate.item, rate.unit, hours, each * middle, each * high, source)
                    )
    return Table("needs", ("movement", "item", "hours", "middle", "high", "source"), tuple(rows), hidden=("unit",))


def _need(
    view: View, operation: str, item: str, unit: str, hours: float, middle: float, high: float, source: str
) -> Row:
    w = view.w
    said, _, url = source.rpartition(" (")
    return Row(
        {
            "movement": operation,
            "item": item,
            "unit": unit,
            "hours": hours,
            "middle": round(middle, 1),
            "high": round(high, 1),
            "source": source,
        },
        {
            "movement": names.operation(view.situation, operation, w),
            "item": w.known(f"aid.{item}", item.replace("_", " ")),
            "hours": el("bdi", w("within.hours", n=w.count(hours))),
            "middle": [el("bdi", w.about(middle)), " ", w.known(f"needs.unit.{unit}", unit)],
            "high": el("bdi", w.about(high)),
            "source": link(url.rstrip(")"), said) if url else source,
        },
    )


def holds_table(view: View) -> Table:
    """Return everyone kept or waiting by a count, the ones that last first."""
    now = view.situation
    found = sorted(holds(valid(now), view.at), key=lambda one: (one.until is not None, -one.since.timestamp()))
    rows = tuple(_hold(view, one) for one in found)
    columns = ("site", "kept", "since", "until", "people", "hours", "person_hours", "sources")
    return Table("holds", columns, rows, hidden=("low", "high", "reports"))


def _hold(view: View, one: Hold) -> Row:
    w, now = view.w, view.situation
    spent = one.person_hours
    people: Child = w("nobody_counted") if one.high is None or one.low is None else el("bdi", w.span(one.low, one.high))
    return Row(
        {
            "site": one.place,
            "kept": one.what,
            "since": one.since,
            "until": one.until,
            "people": one.high,
            "low": one.low,
            "high": one.high,
            "hours": round(one.hours, 1),
            "person_hours": round(spent[1]) if spent else None,
            "sources": list(one.sources),
            "reports": list(one.reports),
        },
        {
            "site": view.reports(one.reports, names.place(now, one.place, w)),
            "kept": w(f"hold.{one.what}"),
            "until": w.moment(one.until) if one.until else el("b", w("hold.lasts"), class_="state missing"),
            "people": people,
            "hours": el("bdi", w.count(round(one.hours, 1))),
            "person_hours": el("bdi", w.span(*spent)) if spent else "–",
        },
        place=one.place,
        tone="alert" if one.until is None and one.what == "held" else "",
    )


def choices_table(view: View) -> Table:
    """Return what people said they want: to leave, to stay, where to."""
    w, now = view.w, view.situation
    rows = []
    for one in choices(valid(now)):
        said = [(w(f"intention.{name}"), people) for name, people in one.intentions.items()]
        to = [(w("intention.to", place=names.place(now, name, w)), people) for name, people in one.destinations.items()]
        shown = [
            f"{label}: {w('nobody_counted') if people is None else w.count(people)}" for label, people in (*said, *to)
        ]
        rows.append(
            Row(
                {
                    "site": one.place,
                    "intentions": one.intentions,
                    "destinations": one.destinations,
                    "informed": one.informed,
                    "reports": list(one.reports),
                },
                {
                    "site": view.reports(one.reports, names.place(now, one.place, w)),
                    "intentions": [el("div", el("bdi", each)) for each in shown],
                    "informed": el("bdi", one.informed, dir="auto") if one.informed else w("informed.nobody"),
                },
                place=one.place,
            )
        )
    return Table("choices", ("site", "intentions", "informed"), tuple(rows), hidden=("destinations", "reports"))


def _around(view: View) -> Markup:
    """Return the last words on weather, aid and information, each with its source."""
    w, now = view.w, view.situation
    told: list[Report] = sorted(
        (r for r in valid(now) if r.fact in AROUND), key=lambda r: (r.observed, r.id), reverse=True
    )
    items = [
        el(
            "li",
            view.reports((r.id,), stated(r, now, w)),
            " ",
            el(
                "span",
                names.place(now, r.place, w),
                ", ",
                ago(r.observed, view.at, w),
                ", ",
                el("bdi", r.source),
                class_="fine",
            ),
        )
        for r in told[:SHOWN]
    ]
    none = el("p", w("none.here"), class_="none") if not items else None
    return el(
        "section", el("h2", w("waiting.around")), el("ul", items, class_="plainlist"), none, id="around", data_live=True
    )
