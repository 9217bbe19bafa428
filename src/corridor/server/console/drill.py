"""Exercises: what was put in, how soon somebody answered it, and the way to put more in."""

from __future__ import annotations

from datetime import timedelta

from corridor.operation.known import INJECT
from corridor.publishing import names
from corridor.publishing.markup import Child, Markup, el
from corridor.reports.report import Report
from corridor.server.console.figures import fact_label
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import LEAD

# What can be put in by the page; the interface takes any report.
FACTS = ("incident", "halt", "resumption", "people_held", "people_waiting", "weather", "casualties")


@page("exercise", scripts=("drill.js",))
def drill(view: View) -> Body:
    """Return the page of exercises."""
    w = view.w
    table = injects_table(view)
    if not view.house.opened.exercise:
        how = el("pre", el("code", "corridor new drill.corridor --exercise\ncorridor serve drill.corridor", dir="ltr"))
        none = el("section", el("p", w("drill.none")), how, el("p", w("drill.law"), class_="fine"))
        return Body(parts=(none,), tables=(table,))
    parts: list[Child] = [_speed(view), _form(view)]
    parts.append(el("section", el("h2", w("drill.injects")), view.table(table, caption=w("drill.caption"), first=True)))
    return Body(parts=tuple(parts), tables=(table,))


def injects_table(view: View) -> Table:
    """Return every inject with the first decision of a person after it."""
    w = view.w
    injected = view.known.of(INJECT)
    decided = [said for said in view.known.decisions if said.actor != "server"]
    reports = {report.id: report for report in view.known.reports}
    rows = []
    for said in reversed(injected):
        report = reports.get(str(said.body.get("report")))
        answer = next((one for one in decided if one.happened > said.happened), None)
        took = (answer.happened - said.happened) / timedelta(minutes=1) if answer else None
        rows.append(
            Row(
                {
                    "at": said.happened,
                    "actor": said.actor,
                    "fact": report.fact if report else None,
                    "place": report.place if report else None,
                    "why": said.body.get("why"),
                    "answer": answer.name if answer else None,
                    "answer_minutes": round(took, 1) if took is not None else None,
                },
                {
                    "fact": _fact(view, report),
                    "place": _place(view, report),
                    "why": el("bdi", str(said.body.get("why", "")), dir="auto"),
                    "answer": w.known(f"entry.{answer.name}", answer.name) if answer else w("drill.unanswered"),
                },
                place=report.place if report else "",
                tone="" if answer else "quiet",
            )
        )
    return Table("injects", ("at", "fact", "place", "why", "answer", "answer_minutes"), tuple(rows), hidden=("actor",))


def _fact(view: View, report: Report | None) -> Child:
    return view.reports((report.id,), fact_label(report.fact, view.w)) if report else "–"


def _place(view: View, report: Report | None) -> str:
    return names.place(view.situation, report.place, view.w) if report else "–"


def _form(view: View) -> Markup | None:
    if view.turned or view.viewer.role not in LEAD:
        return None
    w = view.w
    try:
        now = view.situation
    except Exception:  # noqa: BLE001 - an exercise may begin with nothing
        return el("section", el("p", w("nothing.yet")))
    sites = [el("option", names.place(now, site.id, w), value=site.id) for site in now.sites]
    movements = [el("option", names.operation(now, one.id, w), value=one.id) for one in now.operations]
    facts = [el("option", fact_label(fact, w), value=fact) for fact in FACTS]
    form = el(
        "form",
        el("label", w("col.fact"), el("select", facts, name="fact")),
        el("label", w("col.movement"), el("select", movements, name="about")),
        el("label", w("col.place"), el("select", sites, name="place")),
        el("label", w("drill.value"), el("input", name="value", maxlength="200")),
        el("label", w("drill.source"), el("input", name="source", maxlength="100", required=True)),
        el("label", w("drill.why"), el("input", name="why", maxlength="2000", required=True)),
        el("button", w("drill.put")),
        id="inject-form",
        class_="filters",
    )
    return el("section", el("h2", w("drill.title")), form, id="inject")


def _speed(view: View) -> Markup | None:
    """Return the clock of a replay, where the server replays an old operation."""
    replay = view.house.replay
    if replay is None:
        return None
    w = view.w
    speeds = [
        el(
            "button",
            el("bdi", f"{pace}×"),
            name="pace",
            value=str(pace),
            data_kind="number",
            aria_pressed="true" if replay.pace == pace else "false",
            class_="" if replay.pace == pace else "quiet",
        )
        for pace in (0, 1, 10, 60, 300, 600)
    ]
    done = w("replay.done") if replay.over else w("replay.at", moment=w.moment(view.house.clock()))
    form = el("form", speeds, data_api="/api/v1/replay", class_="filters")
    return el(
        "section",
        el("h2", w("replay.title")),
        el("p", w("replay.intro")),
        el("p", el("b", done)),
        form,
        id="replay",
        data_live=True,
    )
