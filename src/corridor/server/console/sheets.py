"""What is printed: the movement table, and one sheet a convoy with room for the counts."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

from corridor.planning.plan import Convoy, Plan
from corridor.publishing import names
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console import plans
from corridor.server.console.view import Body, View, page


@page("sheets", exports=False, scripts=("print.js",))
def sheets(view: View) -> Body:
    """Return the movement table and the sheets, or one sheet where a convoy is named."""
    w = view.w
    made, which = plans.shown(view)
    if made is None:
        back = el("a", w("nav.plan"), href=view.link("/plan"), class_="button")
        return Body(parts=(el("section", el("p", w("adopt.nothing"), class_="none"), el("p", back)),))
    chosen = [one for one in made.convoys if view.query.convoy in ("", one.id)]
    ordered = sorted(chosen, key=lambda one: (one.depart, one.id))
    head = el(
        "section",
        el(
            "p",
            el("button", w("sheet.print"), type="button", data_print=True, hidden=True),
            " ",
            el("a", w("nav.plan"), href=view.link("/plan"), class_="button quiet"),
            class_="filters noprint",
        ),
        el(
            "p",
            el("b", w(f"plan.which.{which}")),
            " · ",
            w("sheet.hash"),
            " ",
            el("code", el("bdi", made.situation_sha256[:12])),
        ),
        el("p", w("banner")),
        _table(view, made, ordered),
    )
    return Body(parts=(head, *(_sheet(view, made, one) for one in ordered)))


def _table(view: View, made: Plan, ordered: list[Convoy]) -> Markup:
    w = view.w
    keys = ("convoy", "depart", "arrive", "way", "vehicles", "people", "lead")
    rows = [
        el(
            "tr",
            el("th", el("bdi", names.bare(one.id)), scope="row"),
            el("td", w.moment(one.depart)),
            el("td", w.moment(one.arrive)),
            el("td", _way(view, made, one)),
            el("td", plans.vehicles(one, w)),
            el("td", el("bdi", w.count(one.people))),
            el("td", names.leads(one.lead, w)),
        )
        for one in ordered
    ]
    inner = el(
        "table",
        el("caption", w("sheet.table")),
        el("thead", el("tr", [el("th", w(f"col.{key}"), scope="col") for key in keys])),
        el("tbody", rows),
    )
    return el("div", inner, class_="scroll", tabindex="0", role="region", aria_label=w("sheet.table"))


def _way(view: View, made: Plan, one: Convoy) -> str:
    w = view.w
    start, end = (names.place(made.situation, site, w) for site in (one.pickup, one.reception))
    return w("way", start=start, end=end)


def _sheet(view: View, made: Plan, one: Convoy) -> Markup:
    """Return one convoy's sheet: where it goes, what it passes when, who is aboard, boxes for what is counted."""
    w = view.w
    facts = [
        ("col.way", _way(view, made, one)),
        ("col.depart", w.moment(one.depart, year=True)),
        ("col.arrive", w.moment(one.arrive, year=True)),
        ("col.vehicles", plans.vehicles(one, w)),
        ("col.people", f"{w.count(one.people)} ({plans.aboard(one, w)})"),
        ("col.lead", names.leads(one.lead, w)),
    ]
    listed = [el("div", el("dt", w(key)), el("dd", el("bdi", said))) for key, said in facts]
    trips = [
        el(
            "tr",
            el("th", el("bdi", names.bare(trip.vehicle)), scope="row"),
            el("td", w.clock(trip.board_start)),
            el("td", el("bdi", w.count(trip.people))),
            el(
                "td",
                w("comma").join(f"{names.group(g, w)}{w('colon')}{w.count(n)}" for g, n in sorted(trip.load.items())),
            ),
            el("td", class_="box"),
            el("td", class_="box"),
        )
        for trip in sorted(one.trips, key=lambda each: (each.board_start, each.vehicle))
    ]
    heads = [
        el("th", w(f"col.{key}"), scope="col")
        for key in ("vehicle", "boards", "people", "groups", "counted_out", "counted_in")
    ]
    title = w("sheet.title", name=names.bare(one.id))
    if view.house.opened.exercise:
        title = f"{w('exercise.mark')} · {title}"
    aboard = el("table", el("caption", w("sheet.aboard")), el("thead", el("tr", heads)), el("tbody", trips))
    return el(
        "article",
        el("h2", title),
        el("dl", listed, class_="figures"),
        _points(view, made, one),
        el(
            "div",
            aboard,
            class_="scroll",
            tabindex="0",
            role="region",
            aria_label=f"{w('sheet.aboard')} {names.bare(one.id)}",
        ),
        el("p", w("sheet.rule"), class_="fine"),
        class_="sheet card",
    )


def _points(view: View, made: Plan, one: Convoy) -> Child:
    """Return the points of the way with the moment each is passed, by the drive times of the plan's situation."""
    w, situation = view.w, made.situation
    corridor = situation.corridor(one.operation)
    sites = corridor.sites if corridor else (one.pickup, one.reception)
    if one.pickup in sites and one.reception in sites:
        sites = sites[sites.index(one.pickup) : sites.index(one.reception) + 1]
    else:
        sites = (one.pickup, one.reception)
    at = one.depart
    rows = [_point(view, made, sites[0], w.clock(at))]
    for start, end in pairwise(sites):
        leg = situation.legs_for(one.operation).get((start, end))
        at += timedelta(minutes=leg.minutes.quantile(0.5) if leg else 0)
        rows.append(_point(view, made, end, w.clock(max(at, one.arrive) if end == one.reception else at)))
    heads = [el("th", w(f"col.{key}"), scope="col") for key in ("place", "expected", "passed", "counted")]
    inner = el("table", el("caption", w("sheet.way")), el("thead", el("tr", heads)), el("tbody", rows))
    return el(
        "div", inner, class_="scroll", tabindex="0", role="region", aria_label=f"{w('sheet.way')} {names.bare(one.id)}"
    )


def _point(view: View, made: Plan, site: str, clock: str) -> Markup:
    return el(
        "tr",
        el("th", names.place(made.situation, site, view.w), scope="row"),
        el("td", clock),
        el("td", class_="box"),
        el("td", class_="box"),
    )
