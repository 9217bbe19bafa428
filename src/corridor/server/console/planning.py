"""The page of the plan: made and run, beside what happens; trying, comparing and adopting have modules of their own."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from corridor.operation.progress import Standing, standings
from corridor.planning.plan import Convoy, Plan
from corridor.planning.verify import verify
from corridor.publishing import names, phrases
from corridor.publishing.drawing import both
from corridor.publishing.markup import Child, Markup, el
from corridor.server import present as p
from corridor.server.console import outlook, plans
from corridor.server.console.comparing import compared_table, comparison, what_if
from corridor.server.console.figures import adopted, ends, valid
from corridor.server.console.signing import adoption
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK

FAILED = "plan failed"


@page("plan", scripts=("plan.js",))
def plan(view: View) -> Body:
    """Return the page of the plan."""
    w = view.w
    made, which = plans.shown(view)
    convoys = convoys_table(view, made)
    compared = compared_table(view)
    parts: list[Child] = [_steps(view), _why_not(view)]
    if made is not None:
        parts += [_plan(view, made, which), _drawn(view, made)]
        parts.append(
            el(
                "section",
                el("h2", w("plan.who.goes")),
                view.table(convoys, caption=w("plan.convoys.caption"), first=True),
                _sheets(view, which),
            )
        )
    parts += [what_if(view), comparison(view, compared), adoption(view)]
    return Body(parts=tuple(parts), tables=(convoys, compared))


def _steps(view: View) -> Markup | None:
    """Return the two orders to the worker: make a plan, run it; and what it does now."""
    if view.turned or view.viewer.role not in DESK:
        return None
    w = view.w
    works = view.house.planner.worker.works
    said = [
        el(
            "li",
            w(f"work.{one.work}"),
            w("colon"),
            w(f"work.state.{one.state}"),
            " ",
            el("span", one.why, lang="en", dir="ltr") if one.why else "",
        )
        for one in works.values()
        if one.work in ("plan", "forecast")
    ]
    make = el(
        "form",
        el(
            "label",
            w("plan.quantile"),
            el(
                "select",
                [el("option", w(f"plan.quantile.{q}"), value=q, selected=q == "0.5") for q in ("0.5", "0.75", "0.9")],
                name="people_quantile",
                data_kind="number",
            ),
        ),
        el(
            "label",
            w("plan.mode"),
            el(
                "select",
                [el("option", w(f"plan.mode.{m}"), value=m) for m in ("convoy", "shuttle", "both")],
                name="mode",
            ),
        ),
        el(
            "label",
            w("plan.seconds"),
            el("input", type="number", name="time_limit", value="10", min="1", max="120", data_kind="number"),
        ),
        el("button", w("plan.make")),
        data_api="/api/v1/jobs/plan",
        class_="filters",
        id="make-plan",
    )
    run = el(
        "form",
        el("input", type="hidden", name="runs", value="2000", data_kind="number"),
        el(
            "label",
            el("input", type="checkbox", name="proposed", value="1", data_kind="flag", checked=True),
            w("plan.run.proposed"),
            class_="check",
        ),
        el("button", w("plan.run"), class_="quiet"),
        data_api="/api/v1/jobs/forecast",
        class_="filters",
        id="run-forecast",
    )
    status = el("div", el("ul", said, class_="plainlist") if said else None, id="works", data_live=True, role="status")
    return el("section", el("h2", w("plan.work")), make, run, status, id="work", class_="noprint")


def _why_not(view: View) -> Markup:
    """Return why there is no plan, or none of a movement: what cannot hold together."""
    w, now = view.w, view.situation
    said: list[Child] = []
    failed = view.known.of(FAILED)
    made = view.known.of(p.PLANNED)
    if failed and (not made or made[-1].happened < failed[-1].happened):
        body = failed[-1].body
        said.append(el("p", el("b", w("plan.failed")), " ", phrases.sentence(str(body.get("cause", "")), now, w)))
        said.append(el("p", phrases.sentence(str(body.get("hint", "")), now, w), class_="remedy"))
    for one in (plans.proposed(view), adopted(view)):
        for name, why in sorted(one.unplanned.items()) if one else ():
            said.append(el("p", el("b", names.operation(now, name, w)), w("colon"), phrases.sentence(why, now, w)))
        if one is not None:
            break
    title = el("h2", w("plan.whynot")) if said else None
    return el("section", title, said, id="why-not", data_live=True, hidden=not said)


def _plan(view: View, made: Plan, which: str) -> Markup:
    """Return what a plan promises, what is proven, and what the checker says."""
    w = view.w
    broken = verify(made) if which == "adopted" else list(kept.findings if (kept := plans.kept(view)) else ())
    over = made.start + timedelta(minutes=made.clearance_minutes)
    bound = made.start + timedelta(minutes=made.bound_minutes)
    found = ends(view.known)
    figures = [
        _fact(view, "plan.fig.people", el("bdi", w.count(made.people)), w("plan.fig.in", n=w.count(len(made.planned)))),
        _fact(
            view,
            "plan.fig.end",
            el("bdi", w.moment(over)),
            w("plan.fig.after", hours=w.hours(made.clearance_minutes / 60)),
        ),
        _fact(view, "plan.fig.bound", el("bdi", w.moment(bound)), w("plan.fig.gap", gap=w.percent(made.gap))),
    ]
    if found is not None and found.middle is not None:
        span = w(
            "span",
            low=w.moment(found.low) if found.low else w("end.beyond"),
            high=w.moment(found.high) if found.high else w("end.beyond"),
        )
        figures.append(_fact(view, "fig.end", el("bdi", w.moment(found.middle)), span))
    rules = [
        el(
            "li",
            phrases.about(one.about, made.situation, w),
            w("colon"),
            phrases.sentence(one.what, made.situation, w),
            class_=f"alarm {one.severity}",
        )
        for one in broken
    ]
    check = el("p", w("plan.verified"), class_="state open") if not broken else el("ul", rules, class_="alarms")
    switch = _switch(view, which)
    return el(
        "section",
        el("h2", w(f"plan.which.{which}")),
        switch,
        el("dl", figures, class_="figures"),
        check,
        _causes(view),
        id="plan",
        data_live=True,
    )


def _fact(view: View, key: str, value: Child, more: str) -> Markup:
    return el(
        "div",
        el("dt", view.w(key)),
        el("dd", el("b", value, class_="big"), " ", el("span", el("bdi", more), class_="fine")),
        class_="fig end",
    )


def _causes(view: View) -> Markup | None:
    found = outlook.last(view)
    if found is None or not found.causes:
        return None
    w = view.w
    said = [
        el("li", w.known(f"cause.{one.cause}", one.cause), " ", el("bdi", w.percent(max(one.share, 0))))
        for one in found.causes[:5]
    ]
    return el("details", el("summary", w("plan.causes")), el("ul", said))


def _switch(view: View, which: str) -> Markup | None:
    """Return the way between the adopted and the proposed plan, where there are both."""
    if adopted(view) is None or plans.proposed(view) is None:
        return None
    w = view.w
    links = [
        el(
            "a",
            w(f"plan.which.{name}"),
            href=view.link("/plan", which=name),
            class_="button quiet",
            aria_current="true" if name == which else None,
        )
        for name in ("adopted", "proposed")
    ]
    return el("p", links, class_="filters")


def _drawn(view: View, made: Plan) -> Markup:
    w = view.w
    found = standings(made, valid(view.situation), view.at)
    keys = [
        el("span", el("i", class_=f"key {name}"), w(f"gantt.key.{name}"))
        for name in ("planbar", "actualbar", "latebar", "reserve")
    ]
    reserves = len(plans.split(made, found)[1])
    waiting = (
        el(
            "details",
            el("summary", w("plan.reserves", n=w.count(reserves))),
            both(lambda width: plans.gantt(view, made, found, width, reserve=True)),
        )
        if reserves
        else None
    )
    fold = el("details", el("summary", w("gantt.vehicles")), both(lambda width: plans.vehicle_gantt(view, made, width)))
    return el(
        "section",
        el("h2", w("gantt.title")),
        el("figure", both(lambda width: plans.gantt(view, made, found, width)), el("p", keys, class_="keys")),
        waiting,
        fold,
        class_="charts",
        id="gantt",
        data_live=True,
    )


def convoys_table(view: View, made: Plan | None) -> Table:
    """Return who goes when, with what happened beside it."""
    rows: tuple[Row, ...] = ()
    if made:
        found = standings(made, valid(view.situation), view.at)
        by = {one.movement: one for one in found}
        going, waiting = plans.split(made, found)
        rows = tuple(_convoy(view, made, one, by.get(one.id)) for one in going)
        rows += tuple(replace(_convoy(view, made, one, by.get(one.id)), aside=True) for one in waiting)
    columns = ("convoy", "way", "depart", "departed", "arrive", "arrived", "vehicles", "people", "state")
    return Table(
        "plan", columns, rows, hidden=("from", "to", "groups", "lead", "reserve", "late_minutes"), aside="plan.reserves"
    )


def _convoy(view: View, made: Plan, one: Convoy, standing: Standing | None) -> Row:
    w, situation = view.w, made.situation
    state = standing.state if standing else "planned"
    mark = el("span", w("reserve"), class_="tag") if one.reserve else None
    start, end = (names.place(situation, site, w) for site in (one.pickup, one.reception))
    return Row(
        {
            "convoy": one.id,
            "from": one.pickup,
            "to": one.reception,
            "way": f"{one.pickup} > {one.reception}",
            "depart": one.depart,
            "departed": standing.departed if standing else None,
            "arrive": one.arrive,
            "arrived": standing.arrived if standing else None,
            "vehicles": len(one.trips),
            "people": one.people,
            "groups": plans.aboard(one, w),
            "lead": one.lead,
            "reserve": one.reserve,
            "state": state,
            "late_minutes": standing.late_minutes if standing else 0,
        },
        {
            "convoy": [view.figure(f"movement:{one.id}", el("bdi", names.bare(one.id)), class_="plain"), " ", mark],
            "way": w("way", start=start, end=end),
            "vehicles": plans.vehicles(one, w),
            "state": el("span", w(f"convoy.{state}"), class_=f"state {state.replace(' ', '-')}"),
        },
        place=one.pickup,
    )


def _sheets(view: View, which: str) -> Markup:
    w = view.w
    href = view.link("/plan/sheets", which=which)
    return el("p", el("a", w("plan.sheets"), href=href, class_="button quiet"))
