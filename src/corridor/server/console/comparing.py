"""A change tried before anybody decides: sliders that plan and run it, and two plans side by side."""

from __future__ import annotations

from datetime import timedelta

from corridor.planning.plan import Plan
from corridor.publishing import names, phrases
from corridor.publishing.markup import Child, Markup, el
from corridor.server.console import plans
from corridor.server.console.figures import adopted
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import View
from corridor.server.rights import DESK

# The sliders: what they change, from where to where, in which steps.
SLIDERS = (
    ("buses", -20, 60, 1),
    ("ambulances", -10, 20, 1),
    ("hours", -12, 12, 1),
    ("lanes", 0, 6, 1),
    ("pickup_bays", -4, 12, 1),
    ("reception_bays", -4, 12, 1),
)


def what_if(view: View) -> Markup | None:
    """Return the sliders; a script sends them to the worker and puts the answer in."""
    if view.turned or view.viewer.role not in DESK:
        return None
    w = view.w
    sliders = [
        el(
            "label",
            el("span", w(f"lever.{name}"), " ", el("output", el("bdi", "0"), class_="moved")),
            el(
                "input",
                type="range",
                name=name,
                min=str(low),
                max=str(high),
                step=str(step),
                value="0",
                data_kind="number",
            ),
        )
        for name, low, high, step in SLIDERS
    ]
    answer = el("div", el("p", w("whatif.move"), class_="none"), id="tried", role="status", aria_live="polite")
    form = el(
        "form",
        el("div", sliders, class_="sliders"),
        el("p", el("button", w("whatif.reset"), type="reset", class_="quiet")),
        id="what-if-form",
    )
    return el(
        "section", el("h2", w("whatif.title")), el("p", w("whatif.intro")), form, answer, id="what-if", class_="noprint"
    )


def compared_table(view: View) -> Table:
    """Return the adopted and the proposed plan side by side."""
    old, new = adopted(view), plans.proposed(view)
    rows: list[Row] = []
    if old is not None or new is not None:
        rows = [
            Row(
                {"figure": name, "adopted": _value(old, name), "proposed": _value(new, name)},
                {
                    "figure": view.w(f"compare.{name}"),
                    "adopted": _worded(view, old, name),
                    "proposed": _worded(view, new, name),
                },
            )
            for name in ("people", "convoys", "trips", "start", "end", "bound", "gap", "reserve")
        ]
    return Table("compare", ("figure", "adopted", "proposed"), tuple(rows))


def _value(one: Plan | None, name: str) -> object:
    if one is None:
        return None
    found: dict[str, object] = {
        "people": one.people,
        "convoys": len(one.planned),
        "trips": sum(len(c.trips) for c in one.planned),
        "start": one.start,
        "end": one.start + one.clearance_time,
        "bound": one.start + timedelta(minutes=one.bound_minutes),
        "gap": round(one.gap, 4),
        "reserve": len(one.convoys) - len(one.planned),
    }
    return found[name]


def _worded(view: View, one: Plan | None, name: str) -> Child:
    value = _value(one, name)
    if value is None or one is None:
        return "–"
    if name == "gap":
        return el("bdi", view.w.percent(one.gap))
    if name in ("start", "end", "bound"):
        return el("bdi", view.w.moment(value))  # type: ignore[arg-type]
    return el("bdi", view.w.count(value))  # type: ignore[arg-type]


def comparison(view: View, table: Table) -> Markup:
    """Return the two plans side by side, and what changes from one to the other."""
    w, new = view.w, plans.proposed(view)
    changes = (
        [
            el(
                "li",
                el("b", el("bdi", names.bare(one.convoy))),
                w("colon"),
                phrases.sentence(one.what, new.situation, w),
                " ",
                phrases.sentence(one.why, new.situation, w),
            )
            for one in (new.changes if new else ())
        ]
        if new
        else []
    )
    fold = (
        el("details", el("summary", w("compare.changes", n=w.count(len(changes)))), el("ul", changes))
        if changes
        else None
    )
    return el(
        "section",
        el("h2", w("compare.title")),
        view.table(table, caption=w("compare.caption")),
        fold,
        id="compare",
        data_live=True,
    )
