"""One figure and the reports behind it: who says so, about what, when, how sure, where to read it."""

from __future__ import annotations

from collections.abc import Sequence

from corridor.publishing import names, phrases
from corridor.publishing.footnotes import stated
from corridor.publishing.markup import Child, Markup, el, link
from corridor.reports.report import NOT_GRADED, Report
from corridor.reports.vocabulary import groups
from corridor.server.ask import Refused
from corridor.server.console import figures
from corridor.server.console.tables import Row, Table
from corridor.server.console.view import Body, View, page
from corridor.server.rights import DESK

MOST = 400


@page("figure")
def figure(view: View) -> Body:
    """Return a figure by its name, or some reports by their ids."""
    query, w, now = view.query, view.w, view.situation
    if query.of:
        found = figures.of_name(view, query.of)
        if found is None:
            raise Refused(404, "no such figure", place="of", hint="follow a link of a page")
        ids: Sequence[str] = found.reports
        head = _head(view, found)
    else:
        ids = [name for name in query.reports.split(",") if name]
        head = el("header", el("h2", w("figure.reports", n=w.count(len(ids)))))
    reports = [report for name in ids[:MOST] if (report := _report(view, name)) is not None]
    reports.sort(key=lambda r: (r.observed, r.received, r.id), reverse=True)
    table = reports_table(view, "reports", reports)
    listed = el("ol", [told(view, report, alone=len(reports) == 1) for report in reports], class_="told")
    none = el("p", w("figure.nobody"), class_="none") if not reports else None
    part = el("section", head, none, listed, view.exports(table), id="figure")
    return Body(parts=(part,), tables=(table,), situation=now)


def _report(view: View, name: str) -> Report | None:
    found = view.situation.report(name)
    return found or next((one for one in view.known.reports if one.id == name), None)


def _head(view: View, found: figures.Figure) -> Markup:
    w = view.w
    hours = found.unit == "hours"
    middle, span = figures.three_shown(found.three, w, hours=hours)
    about = figures.about_of(view, found)
    rule: Child = None
    if found.rule:
        said = w(found.rule) if found.rule in w.texts else phrases.sentence(found.rule, view.situation, w)
        rule = el("p", el("b", w("figure.rule")), " ", said)
    value = None
    if found.three is not None:
        unit = w(f"unit.{found.unit}")
        value = el("p", el("b", middle, class_="big"), " ", unit, " ", el("span", span, class_="span") if span else "")
    known = el("p", w("figure.known", moment=w.moment(found.known)), class_="fine") if found.known else None
    return el(
        "header",
        el("h2", w(found.title), w("colon"), el("bdi", about)),
        value,
        known,
        rule,
        el("p", w("figure.eight"), class_="fine") if span else None,
    )


def told(view: View, report: Report, *, alone: bool = False) -> Markup:
    """Return one report in full; its own words are opened by a button, as reading them stands in the log."""
    w, now = view.w, view.situation
    place = names.place(now, report.place, w)
    about = names.subject(now, report.subject, w)
    where = f"{place} · {about}" if about != place else place
    grade = "" if report.grade == NOT_GRADED else f" · {report.grade}"
    clocks = w("note.clocks", observed=w.moment(report.observed), received=w.moment(report.received))
    origin = w("note.derived", origin=report.derived_from) if report.derived_from else ""
    assumed = el("span", w("assumed"), class_="tag") if report.is_assumption else None
    read = el("span", w("unreviewed"), class_="tag") if report.is_unreviewed else None
    tone = f"tag {report.modality}"
    modality = el("span", w(f"modality.{report.modality}"), class_=tone) if report.modality != "done" else None
    source = el("p", el("b", el("bdi", report.source)), el("bdi", grade, class_="fine"), " ", modality, assumed, read)
    said = el("p", stated(report, now, w), class_="said")
    seen: list[Child] = [
        source,
        said,
        el("p", el("bdi", where), class_="fine"),
        el("p", clocks, " ", origin, class_="fine"),
    ]
    if report.reference:
        seen.append(el("p", link(report.reference, w("figure.read")), class_="fine"))
    seen.append(_words(view, report))
    seen.append(_mending(view, report, alone=alone))
    return el("li", seen, id=f"r-{report.id}")


def _words(view: View, report: Report) -> Child:
    """Return the way to the report's own words for those who may read them."""
    w = view.w
    if not view.viewer.reads_text or view.viewer.role == "auditor" or not (report.quote or report.note):
        return None
    button = el("button", w("figure.words"), type="button", class_="quiet", data_words=report.id)
    return el("div", button, class_="words")


def _mending(view: View, report: Report, *, alone: bool) -> Child:
    """Return the forms that correct a report or withdraw it, where it stands alone; among others the way there."""
    w = view.w
    if view.turned or view.viewer.role not in DESK or view.house.present.closed:
        return None
    if not any(one.id == report.id for one in view.known.reports):
        return None
    if not alone:
        return el("p", view.reports((report.id,), w("mend.go")), class_="fine")
    numeric = isinstance(report.value, int | float)
    named = el("input", type="hidden", name="report", value=report.id)
    reason = el("label", w("reason.label"), el("input", name="reason", required=True, maxlength="2000"))
    value = el(
        "input",
        name="value",
        type="number" if numeric else "text",
        step="any" if numeric else None,
        value=str(report.value if report.value is not None else ""),
        required=True,
        maxlength=None if numeric else "200",
        data_kind="number" if numeric else None,
    )
    correct = el(
        "form",
        named,
        el("label", w("mend.value"), value),
        reason,
        el("button", w("mend.correct")),
        data_api="/api/v1/decisions/correct",
        class_="filters",
    )
    withdraw = el(
        "form",
        named,
        reason,
        el("button", w("mend.withdraw"), class_="quiet"),
        data_api="/api/v1/decisions/withdraw",
        class_="filters",
    )
    fold = el("summary", w("mend.go"))
    return el("details", fold, el("p", w("mend.text"), class_="fine"), correct, withdraw, class_="mend")


def reports_table(view: View, name: str, reports: Sequence[Report]) -> Table:
    """Return reports as a table, without their free text."""
    w, now = view.w, view.situation
    rows = []
    for report in reports:
        group = groups().get(report.group)
        rows.append(
            Row(
                {
                    "id": report.id,
                    "source": report.source,
                    "publisher": report.publisher,
                    "grade": report.grade,
                    "fact": report.fact,
                    "about": report.about,
                    "place": report.place,
                    "group": report.group,
                    "value": report.value,
                    "low": report.low,
                    "high": report.high,
                    "hedge": report.hedge,
                    "modality": report.modality,
                    "scope": report.scope,
                    "observed": report.observed,
                    "received": report.received,
                    "said": report.said,
                    "reference": report.reference,
                    "derived_from": report.derived_from,
                    "corrects": report.corrects,
                },
                {
                    "fact": figures.fact_label(report.fact, w),
                    "value": stated(report, now, w),
                    "group": group.label(w.lang) if group else report.group,
                    "place": names.place(now, report.place, w),
                },
                place=report.place,
            )
        )
    columns = ("source", "value", "place", "observed", "received")
    hidden = (
        "id",
        "publisher",
        "grade",
        "fact",
        "about",
        "group",
        "low",
        "high",
        "hedge",
        "modality",
        "scope",
        "said",
        "reference",
        "derived_from",
        "corrects",
    )
    return Table(name, columns, tuple(rows), hidden=hidden)
